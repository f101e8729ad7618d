//! Lines out of bytes that come cut anywhere.

use memchr::memchr;

use crate::Place;

/// Bytes that a line, block or frame may have.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Bytes that are told of one that is longer.
pub const UNREAD_BYTES_MAX: usize = 1024;

/// Cuts bytes into lines and keeps the beginning of the last, at most [`LINE_BYTES_MAX`] of it.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    held: Vec<u8>,
    /// Lines told so far.
    number: u64,
    /// Where in the source the held line begins.
    offset: u64,
    /// Where in the source the next bytes begin.
    next: u64,
    /// The held line was told as too long; the rest of it is passed over.
    passing_over: bool,
}

/// What stands on a line, without its line end.
pub(crate) enum Line<'a> {
    Whole(&'a [u8]),
    /// The first bytes of a line over the limit.
    TooLong(&'a [u8]),
}

impl Lines {
    /// Cuts the next bytes into lines.
    pub fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(Line<'_>, Place)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
            if self.held.is_empty() && !self.passing_over && line.len() <= LINE_BYTES_MAX {
                let place = self.count();
                take(Line::Whole(without_return(line)), place);
            } else {
                self.hold(line, &mut take);
                self.close(&mut take);
            }
            bytes = rest.get(1..).unwrap_or_default();
            self.next += line.len() as u64 + 1;
            self.offset = self.next;
        }
        self.hold(bytes, &mut take);
        self.next += bytes.len() as u64;
    }

    /// The last line, where it has no line end.
    pub fn finish(&mut self, mut take: impl FnMut(Line<'_>, Place)) {
        if self.holds_any() {
            self.close(&mut take);
        }
        self.offset = self.next;
    }

    /// Whether a line was begun and not ended.
    pub fn holds_any(&self) -> bool {
        !self.held.is_empty() || self.passing_over
    }

    fn count(&mut self) -> Place {
        self.number += 1;
        Place { number: self.number, offset: self.offset }
    }

    fn hold(&mut self, bytes: &[u8], take: &mut impl FnMut(Line<'_>, Place)) {
        if self.passing_over {
            return;
        }
        let room = LINE_BYTES_MAX.saturating_sub(self.held.len());
        self.held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        if bytes.len() > room {
            let place = self.count();
            take(Line::TooLong(self.held.get(..UNREAD_BYTES_MAX).unwrap_or(&self.held)), place);
            self.held.clear();
            self.passing_over = true;
        }
    }

    fn close(&mut self, take: &mut impl FnMut(Line<'_>, Place)) {
        if !std::mem::take(&mut self.passing_over) {
            let place = self.count();
            take(Line::Whole(without_return(&self.held)), place);
        }
        self.held.clear();
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = (u64, u64, Option<String>);

    fn cut(input: &[u8], chunk: usize) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut lines = Lines::default();
        let mut take = |line: Line<'_>, place: Place| {
            let text =
                if let Line::Whole(bytes) = line { Some(String::from_utf8(bytes.to_vec()).unwrap()) } else { None };
            found.push((place.number, place.offset, text));
        };
        for part in input.chunks(chunk) {
            lines.feed(part, &mut take);
        }
        lines.finish(&mut take);
        found
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_are_cut() {
        let input = b"first\r\n\nthird\nlast";
        let whole = cut(input, input.len());
        let line = |number, offset, text: &str| (number, offset, Some(text.to_owned()));
        assert_eq!(whole, [line(1, 0, "first"), line(2, 7, ""), line(3, 8, "third"), line(4, 14, "last")]);
        for chunk in 1..input.len() {
            assert_eq!(cut(input, chunk), whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn a_line_over_the_limit_is_told_once_and_passed_over_in_little_memory() {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        let chunk = vec![b'x'; 1 << 16];
        for _ in 0..200 {
            lines.feed(&chunk, |line, place| {
                found.push((place, if let Line::TooLong(bytes) = line { bytes.len() } else { 0 }));
            });
            assert!(lines.held.capacity() <= 4 * LINE_BYTES_MAX);
        }
        lines.feed(b"x\nnext\n", |line, place| {
            found.push((place, if let Line::Whole(bytes) = line { bytes.len() } else { 0 }));
        });
        let long = 200 * (1 << 16) + 2;
        let place = |number, offset| Place { number, offset };
        assert_eq!(found, [(place(1, 0), UNREAD_BYTES_MAX), (place(2, long), 4)]);
    }

    #[test]
    fn a_line_at_the_limit_is_whole() {
        let mut input = vec![b'x'; LINE_BYTES_MAX];
        input.extend_from_slice(b"\ny");
        for chunk in [100, LINE_BYTES_MAX, input.len()] {
            let found = cut(&input, chunk);
            assert_eq!(
                found.iter().map(|line| line.2.as_ref().map(String::len)).collect::<Vec<_>>(),
                [Some(65_536), Some(1)]
            );
        }
    }
}
