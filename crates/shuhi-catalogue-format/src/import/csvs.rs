use super::category::kind_of;
use super::collect::Collected;
use super::{File, ImportError};
use crate::{Kind, SetService, is_country};

/// A CSV whose first line names its columns; the separator is the one of comma, semicolon and tab that is there most.
pub(super) struct Table<'a> {
    reader: csv::Reader<&'a [u8]>,
    header: csv::StringRecord,
    name: &'a str,
}

/// One line of a [`Table`].
pub(super) struct Row<'t> {
    header: &'t csv::StringRecord,
    record: csv::StringRecord,
    /// Its line in the file, from 1.
    pub(super) line: u64,
}

impl<'a> Table<'a> {
    /// The table of a file that must have these columns.
    pub(super) fn of(file: &File<'a>, wanted: &[&str]) -> Result<Self, ImportError> {
        let first = file.text.lines().next().unwrap_or_default();
        let count = |separator: char| first.matches(separator).count();
        let separator = [',', ';', '\t'].into_iter().max_by_key(|one| (count(*one), *one == ',')).unwrap_or(',');
        let delimiter = u8::try_from(separator).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(file.text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let table = Self { reader, header, name: file.name };
        let lacking = wanted.iter().find(|name| column(&table.header, name).is_none());
        match lacking {
            Some(name) => Err(file.other_shape(format!("it has no column `{name}`; {}", file.kind.wanted()))),
            None => Ok(table),
        }
    }

    /// The next line; one that is no CSV is counted as left out.
    pub(super) fn next(&mut self, collected: &mut Collected) -> Result<Option<Row<'_>>, ImportError> {
        loop {
            let mut record = csv::StringRecord::new();
            match self.reader.read_record(&mut record) {
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    return Ok(Some(Row { header: &self.header, record, line }));
                }
                Ok(false) => return Ok(None),
                Err(error) => collected.leave_out(self.name, &error.to_string(), "is no line of CSV"),
            }
        }
    }
}

impl Row<'_> {
    /// The cell of a column, without white space around; `None` where it is empty or missing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.record.get(column(self.header, name)?).map(str::trim).filter(|cell| !cell.is_empty())
    }
}

fn column(header: &csv::StringRecord, name: &str) -> Option<usize> {
    header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name))
}

/// A table of the user's own.
pub(super) fn read(file: &File<'_>, collected: &mut Collected) -> Result<(), ImportError> {
    let mut table = Table::of(file, &["domain", "name"])?;
    while let Some(row) = table.next(collected)? {
        let place = format!("{}:{}", file.name, row.line);
        let path = row.get("path");
        if path.is_some_and(|path| !path.starts_with('/')) {
            collected.leave_out(&place, path.unwrap_or_default(), "is no path; it begins with `/`");
            continue;
        }
        if let Some(country) = row.get("country").filter(|code| !is_country(&code.to_uppercase())) {
            collected.leave_out(&place, country, "is no country code, such as `JP`; the rest of the line was taken");
        }
        let category = row.get("category").map(str::to_owned);
        let kind = row.get("kind").and_then(|word| Kind::parse(word).or_else(|| kind_of(word)));
        if let Some(word) = row.get("kind").filter(|_| kind.is_none()) {
            collected.leave_out(&place, word, "is no kind of service; the rest of the line was taken");
        }
        let Some(claim) = collected.claim(row.get("domain").unwrap_or_default(), path, &place) else { continue };
        collected.add(SetService {
            name: row.get("service").map(str::to_owned),
            recipient: row.get("name").map(str::to_owned),
            country: row.get("country").map(str::to_owned),
            kind,
            category,
            homepage: row.get("homepage").map(str::to_owned),
            domains: vec![claim],
            ..SetService::default()
        });
    }
    Ok(())
}
