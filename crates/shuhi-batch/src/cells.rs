use serde_json::Value as Json;

/// The form of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a head line.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// Splits one line of CSV; a record is one line.
pub(crate) struct CsvSplitter {
    reader: csv_core::Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl CsvSplitter {
    pub fn new() -> Self {
        Self { reader: csv_core::Reader::new(), fields: vec![0; 4096], ends: vec![0; 64] }
    }

    /// Calls back with every cell in order.
    ///
    /// # Errors
    ///
    /// What is wrong with the line: a quote that is not closed, or text that is not UTF-8.
    pub fn cells(
        &mut self,
        line: &[u8],
        mut cell: impl FnMut(usize, &str) -> Result<(), String>,
    ) -> Result<usize, String> {
        // An odd number of quotes is one that is not closed; csv-core would take the line end into the cell.
        if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            return Err("a quote is not closed on this line; a record is one line".to_owned());
        }
        self.reader.reset();
        let (mut input, mut written, mut count) = (line, 0, 0);
        loop {
            let room = self.fields.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, wrote, ended) = self.reader.read_record(input, room, ends);
            input = input.get(read..).unwrap_or_default();
            written += wrote;
            count += ended;
            match result {
                csv_core::ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                csv_core::ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                // The line is all there is: an empty input ends the record.
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::Record | csv_core::ReadRecordResult::End => break,
            }
        }
        let mut start = 0;
        for (index, end) in self.ends.iter().take(count).enumerate() {
            let bytes = self.fields.get(start..*end).unwrap_or_default();
            let text = std::str::from_utf8(bytes).map_err(|_| format!("cell {} is not UTF-8", index + 1))?;
            cell(index, text.trim())?;
            start = *end;
        }
        Ok(count)
    }
}

/// The entries of one JSON object, nested ones with dotted names; `null` is left out.
///
/// # Errors
///
/// What is wrong with the line.
pub(crate) fn json_entries(line: &[u8]) -> Result<Vec<(String, String)>, String> {
    let parsed: Json = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
    let Json::Object(entries) = parsed else { return Err("expected a JSON object".to_owned()) };
    let mut found = Vec::new();
    for (key, value) in entries {
        flatten(key, value, &mut found)?;
    }
    Ok(found)
}

fn flatten(name: String, value: Json, found: &mut Vec<(String, String)>) -> Result<(), String> {
    match value {
        Json::Null => {}
        Json::Bool(value) => found.push((name, value.to_string())),
        Json::Number(value) => found.push((name, value.to_string())),
        Json::String(text) => found.push((name, text)),
        Json::Array(items) => {
            let mut texts = Vec::new();
            for item in items {
                match item {
                    Json::String(text) => texts.push(text),
                    Json::Number(number) => texts.push(number.to_string()),
                    _ => return Err(format!("`{name}` holds a list of something other than words or numbers")),
                }
            }
            found.push((name, format!("[{}]", texts.join(";"))));
        }
        Json::Object(entries) => {
            for (key, value) in entries {
                flatten(format!("{name}.{key}"), value, found)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        CsvSplitter::new().cells(line.as_bytes(), |_, text| {
            found.push(text.to_owned());
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn csv_cells_with_quotes_commas_and_japanese() {
        assert_eq!(cells("a, b ,\"c, \"\"d\"\"\",見本,").unwrap(), ["a", "b", "c, \"d\"", "見本", ""]);
        assert_eq!(cells("").unwrap(), Vec::<String>::new());
        assert!(cells("a,\"b").unwrap_err().contains("not closed"));
        let wide = vec!["x"; 300].join(",");
        assert_eq!(cells(&wide).unwrap().len(), 300);
    }

    #[test]
    fn json_objects_become_dotted_names() {
        let found = json_entries(
            br#"{"id":"a","application":{"age":20,"docs":["x","y"],"note":null},"act.date":"2026-04-01"}"#,
        );
        let mut found = found.unwrap();
        found.sort();
        let expected =
            [("act.date", "2026-04-01"), ("application.age", "20"), ("application.docs", "[x;y]"), ("id", "a")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert!(json_entries(b"[1]").is_err());
        assert!(json_entries(b"{\"a\":").is_err());
    }
}
