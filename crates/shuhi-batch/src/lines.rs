use std::io::{self, BufRead};

/// Bytes a line may have; a longer one is passed over and told.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Lines of a stream with their numbers, in one buffer that does not grow beyond the limit.
pub(crate) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
}

/// What stands on a line.
pub(crate) enum Line<'b> {
    /// Its bytes without the line end.
    Bytes(&'b [u8]),
    /// More than the limit.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), number: 0 }
    }

    /// The next line and its number, from 1.
    pub fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(available.len());
            if self.buffer.len() + taken > LINE_BYTES_MAX {
                too_long = true;
            } else {
                self.buffer.extend_from_slice(available.get(..taken).unwrap_or_default());
            }
            let consumed = end.map_or(taken, |end| end + 1);
            self.input.consume(consumed);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        let line = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        Ok(Some((self.number, if too_long { Line::TooLong } else { Line::Bytes(line) })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(7, input));
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((number, if let Line::Bytes(bytes) = line { Some(bytes.to_vec()) } else { None }));
        }
        found
    }

    #[test]
    fn line_ends_of_both_kinds_and_a_last_line_without_one() {
        let found = all(b"abc\r\n\nlonger than the buffer\nlast");
        let texts: Vec<_> = found.iter().map(|(_, line)| String::from_utf8(line.clone().unwrap()).unwrap()).collect();
        assert_eq!(texts, ["abc", "", "longer than the buffer", "last"]);
        assert_eq!(found.last().unwrap().0, 4);
    }

    #[test]
    fn a_line_beyond_the_limit_is_passed_over_and_the_next_one_read() {
        let mut input = vec![b'x'; LINE_BYTES_MAX + 1];
        input.extend_from_slice(b"\nnext");
        let found = all(&input);
        assert_eq!(found, [(1, None), (2, Some(b"next".to_vec()))]);
    }
}
