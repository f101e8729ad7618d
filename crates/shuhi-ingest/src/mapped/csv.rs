//! Lines of CSV (RFC 4180), each a record: a line break within quotes is refused, so that a quote gone astray costs one
//! line and not the rest of the file.

use memchr::memchr;

use crate::Reason;
use crate::shape::Fields;

/// Fields a line may have.
pub(super) const FIELDS_MAX: usize = 1_024;

/// Cuts lines into fields; kept between lines, so that none allocates.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    ranges: Vec<Range>,
    unquoted: Vec<u8>,
}

/// Where a field stands.
#[derive(Clone, Copy, Debug)]
struct Range {
    start: u32,
    end: u32,
    /// In the texts that were taken out of their quotes, not on the line.
    unquoted: bool,
}

/// The fields of one line.
pub(super) struct CsvFields<'a> {
    line: &'a [u8],
    splitter: &'a Splitter,
    /// For each field that is read, which of the line's it is.
    columns: &'a [usize],
}

impl Fields for CsvFields<'_> {
    fn field(&self, place: usize) -> Option<&[u8]> {
        self.splitter.get(self.line, *self.columns.get(place)?)
    }
}

impl Splitter {
    /// Cuts a line; how many fields it has.
    pub fn split(&mut self, line: &[u8], delimiter: u8) -> Result<usize, Reason> {
        if !self.plain(line, delimiter) {
            self.ranges.clear();
            self.quoted(line, delimiter)?;
        }
        if self.ranges.len() > FIELDS_MAX {
            return Err(Reason::TooMany { what: "fields on a line", limit: FIELDS_MAX });
        }
        Ok(self.ranges.len())
    }

    /// The fields of the line that was cut last.
    pub fn fields<'a>(&'a self, line: &'a [u8], columns: &'a [usize]) -> CsvFields<'a> {
        CsvFields { line, splitter: self, columns }
    }

    /// One field of the line that was cut last.
    pub fn get<'a>(&'a self, line: &'a [u8], column: usize) -> Option<&'a [u8]> {
        let range = self.ranges.get(column)?;
        let text = if range.unquoted { &self.unquoted } else { line };
        text.get(range.start as usize..range.end as usize)
    }

    /// Cuts a line without quotes; whether it is one. Fields are short: eight bytes at a time find several delimiters
    /// at once, without a branch that cannot be foreseen at each.
    fn plain(&mut self, line: &[u8], delimiter: u8) -> bool {
        self.ranges.clear();
        let (delimiters, quotes) = (eight_times(delimiter), eight_times(b'"'));
        let (mut start, mut base) = (0, 0);
        for chunk in line.chunks(8) {
            // A line break is never a delimiter.
            let mut eight = [b'\n'; 8];
            for (slot, byte) in eight.iter_mut().zip(chunk) {
                *slot = *byte;
            }
            let word = u64::from_le_bytes(eight);
            if zero_bytes(word ^ quotes) != 0 {
                return false;
            }
            let mut found = zero_bytes(word ^ delimiters);
            while found != 0 {
                let at = base + (found.trailing_zeros() / 8) as usize;
                self.push(start, at, false);
                start = at + 1;
                found &= found - 1;
            }
            base += 8;
        }
        self.push(start, line.len(), false);
        true
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize, unquoted: bool) {
        // A line has at most 64 KiB.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.ranges.push(Range { start: place(start), end: place(end), unquoted });
    }

    fn quoted(&mut self, line: &[u8], delimiter: u8) -> Result<(), Reason> {
        self.unquoted.clear();
        let mut at = 0;
        loop {
            let rest = line.get(at..).unwrap_or_default();
            if rest.first() != Some(&b'"') {
                let end = memchr(delimiter, rest).map_or(line.len(), |end| at + end);
                self.push(at, end, false);
                at = end;
            } else {
                at = self.unquote(line, at)?;
            }
            match line.get(at) {
                None => return Ok(()),
                Some(byte) if *byte == delimiter => at += 1,
                Some(_) => return Err(self.quoting()),
            }
        }
    }

    /// Takes the field whose quote opens at `open` out of its quotes; where it ends.
    fn unquote(&mut self, line: &[u8], open: usize) -> Result<usize, Reason> {
        let begin = self.unquoted.len();
        let mut at = open + 1;
        loop {
            let rest = line.get(at..).unwrap_or_default();
            let Some(quote) = memchr(b'"', rest) else { return Err(self.quoting()) };
            self.unquoted.extend_from_slice(rest.get(..quote).unwrap_or_default());
            at += quote + 1;
            if line.get(at) != Some(&b'"') {
                self.push(begin, self.unquoted.len(), true);
                return Ok(at);
            }
            self.unquoted.push(b'"');
            at += 1;
        }
    }

    fn quoting(&self) -> Reason {
        Reason::Quoting { field: self.ranges.len().max(1) }
    }
}

fn eight_times(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is zero.
fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((word & LOW) + LOW) | word | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Result<Vec<String>, Reason> {
        let mut splitter = Splitter::default();
        let count = splitter.split(line.as_bytes(), b',')?;
        let text = |column| String::from_utf8_lossy(splitter.get(line.as_bytes(), column).unwrap()).into_owned();
        Ok((0..count).map(text).collect())
    }

    #[test]
    fn fields_are_cut_as_the_csv_crate_of_everyone_does() {
        for line in [
            "a,b",
            ",",
            "",
            "\"a,b\",c",
            "a,\"b\"\"c\"",
            "\"\",\"\"",
            "x,\"\"\"\"",
            "a\"b,c",
            ",,\"x\",",
            "日,\"本\"",
            "0123456,8,,,abcdefgh,,\u{ff}x,",
            "sixteen bytes ok",
            ",,,,,,,,",
        ] {
            let mut reader = csv_core::Reader::new();
            let (mut output, mut ends) = ([0; 100], [0; 60]);
            let input = format!("{line}\n");
            let (_, _, _, fields) = reader.read_record(input.as_bytes(), &mut output, &mut ends);
            let mut start = 0;
            let expected: Vec<String> = ends[..fields]
                .iter()
                .map(|end| String::from_utf8_lossy(&output[std::mem::replace(&mut start, *end)..*end]).into_owned())
                .collect();
            if !line.is_empty() {
                assert_eq!(split(line).unwrap(), expected, "{line}");
            }
        }
    }

    #[test]
    fn a_quote_gone_astray_is_refused_with_its_field() {
        for (line, field) in [("a,\"b", 1), ("\"a\"b,c", 1), ("\"", 1), ("\"a\"\"", 1), ("a,b,\"c\"d", 3)] {
            assert_eq!(split(line), Err(Reason::Quoting { field }), "{line}");
        }
    }
}
