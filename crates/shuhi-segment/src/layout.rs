//! How each column of a kind stands in a main file.
//!
//! Every transformation is lossless and written into the (encrypted) footer, so that any Parquet reader with the key
//! can undo it: `unit` and, for each column, its form.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field};
use hashbrown::HashMap;
use shuhi_records::{ColumnData, Columns, Kind, TextColumn};

/// How a column stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// IPv4 addresses as 32 bits.
    Address4,
    /// Addresses of 128 bits as two columns, `NAME_high` and `NAME_low`.
    Address16,
    /// Units since 1970 in UTC.
    Time,
    /// Units after another column's time.
    After(usize),
    /// The number.
    Number,
    /// The number less another column's, modulo 2^32.
    Above(usize),
    /// The row of the column's sidecar that has the value.
    Ordinal,
    /// The place of the text in a list that the footer has, where a column has at most 256 different ones.
    Listed,
    /// The text.
    Text,
}

/// How the columns of a segment stand in its main file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub kind: Kind,
    /// The length of a unit of time in milliseconds: 1000 where all times are whole seconds.
    pub unit_millis: i64,
    /// One a column.
    pub forms: Vec<Form>,
    /// The texts of each column that is listed, in the order in which they first come, by the column's place.
    pub lists: BTreeMap<usize, Vec<String>>,
}

const VERSION: &str = "1";

impl Layout {
    /// The layout that takes the fewest bytes for these records, and for each listed column the rows' places in its list.
    pub(crate) fn of(columns: &Columns) -> (Self, BTreeMap<usize, Vec<u8>>) {
        let kind = columns.kind();
        let whole_seconds = columns.data().iter().all(|data| match data {
            ColumnData::Time(times) => times.iter().all(|time| time.0 % 1000 == 0),
            _ => true,
        });
        let place = |name: &str| kind.place(name);
        let (mut lists, mut listings) = (BTreeMap::new(), BTreeMap::new());
        let form = |(column, data): (&shuhi_records::Column, &ColumnData)| {
            let follows = match column.name {
                "end" => place("start").map(Form::After),
                "last_port" => place("first_port").map(Form::Above),
                _ => None,
            };
            match data {
                _ if kind.other_paths().contains(&column.name) => Form::Ordinal,
                ColumnData::Address { values, stated } => {
                    let v4 =
                        values.iter().enumerate().all(|(row, value)| value.is_v4() || stated.get(row) == Some(&false));
                    if v4 { Form::Address4 } else { Form::Address16 }
                }
                ColumnData::Time(_) => follows.unwrap_or(Form::Time),
                ColumnData::Number { .. } => follows.unwrap_or(Form::Number),
                ColumnData::Text(texts) if !kind.sorted_by().contains(&column.name) => match listed(texts) {
                    Some((list, places)) => {
                        lists.extend(place(column.name).map(|place| (place, list)));
                        listings.extend(place(column.name).map(|place| (place, places)));
                        Form::Listed
                    }
                    None => Form::Text,
                },
                ColumnData::Text(_) => Form::Text,
            }
        };
        let forms = kind.columns().iter().zip(columns.data()).map(form).collect();
        (Self { kind, unit_millis: if whole_seconds { 1000 } else { 1 }, forms, lists }, listings)
    }

    /// What the footer says of it.
    pub(crate) fn to_footer(&self) -> Vec<(String, String)> {
        let mut entries = vec![
            ("version".to_owned(), VERSION.to_owned()),
            ("kind".to_owned(), self.kind.name().to_owned()),
            ("unit".to_owned(), self.unit_millis.to_string()),
        ];
        let names = self.kind.columns().iter().map(|column| column.name);
        entries.extend(names.zip(&self.forms).map(|(name, form)| (format!("column.{name}"), self.form_text(*form))));
        for (place, list) in &self.lists {
            let name = self.kind.columns().get(*place).map_or("", |column| column.name);
            let list = list.iter().map(|text| format!("{}:{text}", text.len()));
            entries.push((format!("list.{name}"), list.collect()));
        }
        entries
    }

    /// The layout that a footer states; `None` where it states none that this version knows.
    pub(crate) fn from_footer(entries: &BTreeMap<String, String>) -> Option<Self> {
        let entry = |name: &str| entries.get(name).map(String::as_str);
        entry("version").filter(|version| *version == VERSION)?;
        let kind = Kind::named(entry("kind")?)?;
        let unit_millis = entry("unit")?.parse().ok().filter(|unit| [1, 1000].contains(unit))?;
        let form = |column: &shuhi_records::Column| form_named(kind, entry(&format!("column.{}", column.name))?);
        let forms = kind.columns().iter().map(form).collect::<Option<Vec<Form>>>()?;
        let mut lists = BTreeMap::new();
        for (place, (column, form)) in kind.columns().iter().zip(&forms).enumerate() {
            if *form == Form::Listed {
                lists.insert(place, texts_of(entry(&format!("list.{}", column.name))?)?);
            }
        }
        Some(Self { kind, unit_millis, forms, lists })
    }

    fn form_text(&self, form: Form) -> String {
        let name = |place: usize| self.kind.columns().get(place).map_or("", |column| column.name);
        match form {
            Form::Address4 => "address4".to_owned(),
            Form::Address16 => "address16".to_owned(),
            Form::Time => "time".to_owned(),
            Form::After(place) => format!("after {}", name(place)),
            Form::Number => "number".to_owned(),
            Form::Above(place) => format!("above {}", name(place)),
            Form::Ordinal => "ordinal".to_owned(),
            Form::Listed => "listed".to_owned(),
            Form::Text => "text".to_owned(),
        }
    }

    /// The form of the column at a place.
    pub(crate) fn form(&self, place: usize) -> Form {
        self.forms.get(place).copied().unwrap_or(Form::Text)
    }

    /// The file's fields of the column at a place.
    pub(crate) fn fields(&self, place: usize, nullable: bool) -> Vec<Field> {
        let name = self.kind.columns().get(place).map_or("", |column| column.name);
        let field = |name: String, holds: DataType| Field::new(name, holds, nullable);
        match self.form(place) {
            Form::Address16 => {
                vec![field(format!("{name}_high"), DataType::UInt64), field(format!("{name}_low"), DataType::UInt64)]
            }
            Form::Time | Form::After(_) => vec![field(name.to_owned(), DataType::Int64)],
            Form::Address4 | Form::Number | Form::Above(_) | Form::Ordinal | Form::Listed => {
                vec![field(name.to_owned(), DataType::UInt32)]
            }
            Form::Text => vec![field(name.to_owned(), DataType::Utf8)],
        }
    }

    /// Where the columns of the file that hold the column at a place begin, and how many they are.
    pub(crate) fn leaves(&self, place: usize) -> std::ops::Range<usize> {
        let width = |form: &Form| if *form == Form::Address16 { 2 } else { 1 };
        let start = self.forms.iter().take(place).map(width).sum::<usize>();
        start..start + self.forms.get(place).map_or(0, width)
    }

    /// The columns that must be read with these, in order: they and those that they stand relative to.
    pub(crate) fn needed(&self, places: &[usize]) -> Vec<usize> {
        let mut needed = places.to_vec();
        for place in places {
            if let Form::After(base) | Form::Above(base) = self.form(*place) {
                needed.push(base);
            }
        }
        needed.sort_unstable();
        needed.dedup();
        needed
    }
}

/// The different texts of a column and the place of each row's among them, unless they are many. Neighbours mostly have
/// the same.
fn listed(texts: &TextColumn) -> Option<(Vec<String>, Vec<u8>)> {
    let mut known: HashMap<&str, u8> = HashMap::new();
    let (mut list, mut places) = (Vec::new(), Vec::with_capacity(texts.len()));
    // Most rows have one of few short texts, which as numbers are compared faster than the list is asked.
    let mut recent = [None; 1 << RECENT_BITS];
    for row in 0..texts.len() {
        let text = texts.get(row);
        let short = Short::of(text);
        if let Some(short) = short
            && let Some(Some((same, place))) = recent.get(short.slot())
            && *same == short
        {
            places.push(*place);
            continue;
        }
        let place = match known.get(text) {
            Some(place) => *place,
            None => {
                let fresh = u8::try_from(list.len()).ok().filter(|_| text.len() <= LISTED_BYTES_MAX)?;
                list.push(text.to_owned());
                known.insert(text, fresh);
                fresh
            }
        };
        places.push(place);
        if let Some((short, slot)) = short.and_then(|short| Some((short, recent.get_mut(short.slot())?))) {
            *slot = Some((short, place));
        }
    }
    Some((list, places))
}

/// A text of 8 to 16 bytes as numbers: its first and last eight bytes, and how long it is, say all of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short {
    first: u64,
    last: u64,
    length: usize,
}

const RECENT_BITS: u32 = 7;

impl Short {
    fn of(text: &str) -> Option<Self> {
        let (bytes, length) = (text.as_bytes(), text.len());
        let (first, last) = (bytes.first_chunk()?, bytes.last_chunk()?);
        (length <= 16).then(|| Self { first: u64::from_le_bytes(*first), last: u64::from_le_bytes(*last), length })
    }

    fn slot(self) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> (u64::BITS - RECENT_BITS)) as usize
    }
}

/// Longer texts are not listed: the footer stays in memory.
const LISTED_BYTES_MAX: usize = 256;

/// The texts of a list, each with its length before it.
fn texts_of(mut list: &str) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while !list.is_empty() {
        let (length, rest) = list.split_once(':')?;
        let (text, rest) = rest.split_at_checked(length.parse().ok()?)?;
        texts.push(text.to_owned());
        list = rest;
    }
    Some(texts)
}

fn form_named(kind: Kind, text: &str) -> Option<Form> {
    Some(match text.split_once(' ') {
        Some(("after", base)) => Form::After(kind.place(base)?),
        Some(("above", base)) => Form::Above(kind.place(base)?),
        Some(_) => return None,
        None => match text {
            "address4" => Form::Address4,
            "address16" => Form::Address16,
            "time" => Form::Time,
            "number" => Form::Number,
            "ordinal" => Form::Ordinal,
            "listed" => Form::Listed,
            "text" => Form::Text,
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footers_say_the_layout_of_every_kind() {
        for kind in Kind::ALL {
            let (layout, _) = Layout::of(&Columns::new(kind));
            let footer: BTreeMap<String, String> = layout.to_footer().into_iter().collect();
            assert_eq!(Layout::from_footer(&footer), Some(layout));
        }
    }

    #[test]
    fn lists_come_back_whatever_is_in_them() {
        let texts = ["", "3:abc", "日本", "a\0b"].map(str::to_owned);
        let list: String = texts.iter().map(|text| format!("{}:{text}", text.len())).collect();
        assert_eq!(texts_of(&list).unwrap(), texts);
        for wrong in ["3:ab", "a", "1:日", "-1:a"] {
            assert_eq!(texts_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_footer_of_a_later_version_is_not_read() {
        let mut footer: BTreeMap<String, String> =
            Layout::of(&Columns::new(Kind::Post)).0.to_footer().into_iter().collect();
        footer.insert("version".to_owned(), "2".to_owned());
        assert_eq!(Layout::from_footer(&footer), None);
    }
}
