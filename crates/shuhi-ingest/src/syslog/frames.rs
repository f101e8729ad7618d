//! Messages out of a syslog stream (RFC 6587): counted octets, or one a line.

use memchr::memchr;

use crate::lines::{LINE_BYTES_MAX, Line, UNREAD_BYTES_MAX};
use crate::{Place, Reason};

/// Digits that a count may have: a gigabyte has ten.
const COUNT_DIGITS_MAX: usize = 10;
/// Bytes taken up at a time, so that a large chunk is not copied whole.
const PIECE_BYTES: usize = 64 * 1024;

/// How a stream is cut into messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each message says which: a count, a space and `<` begin a counted one (RFC 6587 section 3.4.1), anything else is a
    /// line.
    #[default]
    Either,
    /// One message a line, as in files and on older TCP senders (RFC 6587 section 3.4.2).
    Lines,
    /// Counted octets only.
    Counted,
}

/// Cuts bytes into messages, counted or by lines, and keeps the beginning of the last.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    counted_only: bool,
    held: Vec<u8>,
    number: u64,
    /// Where in the source `held` begins.
    offset: u64,
    over: Over,
}

/// What is passed over of a message that was too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Over {
    #[default]
    Nothing,
    Bytes(u64),
    Line,
}

/// What stands at the beginning of the held bytes.
enum Next {
    /// Cannot be told yet.
    More,
    Line,
    Counted {
        /// Bytes of the count and its space.
        head: usize,
        bytes: u64,
    },
    /// No count where one must be.
    NoCount,
}

/// What a stream gave.
pub(super) enum Frame<'a> {
    Message(Line<'a>),
    Broken(&'a [u8], Reason),
}

impl Frames {
    pub fn new(framing: Framing) -> Self {
        Self { counted_only: framing == Framing::Counted, ..Self::default() }
    }

    pub fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Frame<'_>, Place)) {
        for piece in bytes.chunks(PIECE_BYTES) {
            self.held.extend_from_slice(piece);
            self.cut(&mut take);
        }
    }

    /// The last message, where nothing marks its end.
    pub fn finish(&mut self, mut take: impl FnMut(Frame<'_>, Place)) {
        self.cut(&mut take);
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() && self.over == Over::Nothing {
            let place = self.count();
            match self.next(&held) {
                Next::Counted { .. } => take(Frame::Broken(&held, Reason::Unfinished { what: "message" }), place),
                Next::More | Next::Line | Next::NoCount => take(Frame::Message(Line::Whole(&held)), place),
            }
        }
        self.offset += held.len() as u64;
        self.over = Over::Nothing;
    }

    fn count(&mut self) -> Place {
        self.number += 1;
        Place { number: self.number, offset: self.offset }
    }

    fn cut(&mut self, take: &mut impl FnMut(Frame<'_>, Place)) {
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        while let Some(used) = self.one(rest, take) {
            self.offset += used as u64;
            rest = rest.get(used..).unwrap_or_default();
        }
        let done = held.len() - rest.len();
        self.held = held;
        self.held.drain(..done);
    }

    /// Tells the message at the beginning of `rest`; how many bytes it took, `None` where more are needed.
    fn one(&mut self, rest: &[u8], take: &mut impl FnMut(Frame<'_>, Place)) -> Option<usize> {
        if rest.is_empty() {
            return None;
        }
        match self.over {
            Over::Bytes(left) => {
                let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let left = left - used as u64;
                self.over = if left == 0 { Over::Nothing } else { Over::Bytes(left) };
                return Some(used);
            }
            Over::Line => {
                let end = memchr(b'\n', rest);
                self.over = if end.is_some() { Over::Nothing } else { Over::Line };
                return Some(end.map_or(rest.len(), |end| end + 1));
            }
            Over::Nothing if rest.first() == Some(&b'\n') => return Some(1),
            Over::Nothing => {}
        }
        match self.next(rest) {
            Next::More => None,
            Next::Line => self.line(rest, take),
            Next::Counted { head, bytes } => self.counted(rest, head, bytes, take),
            Next::NoCount => {
                let end = memchr(b'\n', rest).unwrap_or(rest.len());
                let place = self.count();
                let wanted = "the count of a message's octets and a space";
                let told = rest.get(..end.min(UNREAD_BYTES_MAX)).unwrap_or(rest);
                take(Frame::Broken(told, Reason::form("frame", told, wanted)), place);
                self.over = Over::Line;
                Some(end)
            }
        }
    }

    fn next(&self, rest: &[u8]) -> Next {
        let digits = rest.iter().take(COUNT_DIGITS_MAX + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let otherwise = if self.counted_only { Next::NoCount } else { Next::Line };
        if digits == 0 || digits > COUNT_DIGITS_MAX || rest.first() == Some(&b'0') {
            return otherwise;
        }
        match (rest.get(digits), rest.get(digits + 1)) {
            (None, _) | (Some(b' '), None) => Next::More,
            (Some(b' '), Some(first)) if self.counted_only || *first == b'<' => {
                let bytes = rest.get(..digits).and_then(crate::bytes::digits).map_or(u64::MAX, u64::from);
                Next::Counted { head: digits + 1, bytes }
            }
            _ => otherwise,
        }
    }

    fn line(&mut self, rest: &[u8], take: &mut impl FnMut(Frame<'_>, Place)) -> Option<usize> {
        let end = memchr(b'\n', rest);
        if end.unwrap_or(rest.len()) > LINE_BYTES_MAX {
            let place = self.count();
            take(Frame::Message(Line::TooLong(rest.get(..UNREAD_BYTES_MAX).unwrap_or(rest))), place);
            self.over = Over::Line;
            return Some(end.unwrap_or(rest.len()));
        }
        let line = rest.get(..end?)?;
        let place = self.count();
        take(Frame::Message(Line::Whole(line.strip_suffix(b"\r").unwrap_or(line))), place);
        Some(line.len() + 1)
    }

    fn counted(
        &mut self,
        rest: &[u8],
        head: usize,
        bytes: u64,
        take: &mut impl FnMut(Frame<'_>, Place),
    ) -> Option<usize> {
        if bytes > LINE_BYTES_MAX as u64 {
            let told = rest.get(head..)?.get(..UNREAD_BYTES_MAX)?;
            let place = self.count();
            take(Frame::Message(Line::TooLong(told)), place);
            self.over = Over::Bytes(bytes);
            return Some(head);
        }
        let message = rest.get(head..)?.get(..usize::try_from(bytes).ok()?)?;
        let place = self.count();
        take(Frame::Message(Line::Whole(message.strip_suffix(b"\n").unwrap_or(message))), place);
        Some(head + message.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(framing: Framing, input: &[u8], chunk: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut frames = Frames::new(framing);
        let mut take = |frame: Frame<'_>, place: Place| {
            let text = match frame {
                Frame::Message(Line::Whole(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                Frame::Message(Line::TooLong(bytes)) => format!("too long: {}", bytes.len()),
                Frame::Broken(_, reason) => reason.to_string(),
            };
            found.push(format!("{}@{} {text}", place.number, place.offset));
        };
        for part in input.chunks(chunk) {
            frames.feed(part, &mut take);
        }
        frames.finish(&mut take);
        found
    }

    #[test]
    fn counted_messages_and_lines_may_stand_in_one_stream() {
        let input = b"7 <1>a\nbb<2>line\r\n\n5 <3>cc\n2026-04-01 a line\n12 <1>cut";
        let whole = cut(Framing::Either, input, input.len());
        let expected = [
            "1@0 <1>a\nbb",
            "2@9 <2>line",
            "3@19 <3>cc",
            "4@27 2026-04-01 a line",
            "5@45 the source ends before this message does",
        ];
        assert_eq!(whole, expected);
        for chunk in 1..input.len() {
            assert_eq!(cut(Framing::Either, input, chunk), whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_passed_over_in_little_memory() {
        let long = 3 * LINE_BYTES_MAX;
        let counted = [format!("{} <", long + 1).as_bytes(), &vec![b'x'; long], b"5 <3>cc"].concat();
        let line = [b"<".as_slice(), &vec![b'x'; long], b"\n<3>cc"].concat();
        for input in [counted, line] {
            for chunk in [1_000, input.len()] {
                let found = cut(Framing::Either, &input, chunk);
                assert_eq!(found.len(), 2);
                assert_eq!(found[0], "1@0 too long: 1024");
                assert!(found[1].ends_with(" <3>cc"), "{}", found[1]);
            }
        }
    }

    #[test]
    fn where_only_counts_are_taken_other_bytes_are_told() {
        let found = cut(Framing::Counted, b"<1>no count\n3 abc", 4);
        assert!(found[0].starts_with("1@0 `frame` is `<1>"), "{}", found[0]);
        assert_eq!(found[1], "2@12 abc");
    }
}
