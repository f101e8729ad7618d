//! The fields of one message by a pattern.

use regex::bytes::CaptureLocations;

use super::profile::{FieldFrom, Pattern};
use crate::shape::Fields;

/// The fields of one message.
pub(super) struct MessageFields<'a> {
    body: &'a [u8],
    ranges: &'a [Option<Range>],
    unescaped: &'a [u8],
    end: usize,
}

/// Where a field stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    start: usize,
    end: usize,
    /// In the texts whose escapes were undone, not in the message.
    unescaped: bool,
}

/// What is kept between messages, so that none allocates.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    ranges: Vec<Option<Range>>,
    unescaped: Vec<u8>,
}

impl Fields for MessageFields<'_> {
    fn field(&self, place: usize) -> Option<&[u8]> {
        let range = self.ranges.get(place).copied().flatten()?;
        let text = if range.unescaped { self.unescaped } else { self.body };
        text.get(range.start..range.end)
    }
}

impl MessageFields<'_> {
    /// Where what the pattern fits ends.
    pub fn end(&self) -> usize {
        self.end
    }
}

impl Scratch {
    /// The fields of what stands in `body` from `start` on, if the pattern fits.
    pub fn fields<'a>(
        &'a mut self,
        pattern: &Pattern,
        groups: &mut CaptureLocations,
        body: &'a [u8],
        start: usize,
    ) -> Option<MessageFields<'a>> {
        if start > body.len() {
            return None;
        }
        let whole = pattern.expression.captures_read_at(groups, body, start)?;
        let end = whole.end().max(start + 1);
        self.ranges.clear();
        self.unescaped.clear();
        self.ranges.extend(pattern.fields.iter().map(|field| match field {
            FieldFrom::Group(group) => groups.get(*group).map(|(start, end)| Range { start, end, unescaped: false }),
            FieldFrom::Parameter(_) => None,
        }));
        if let Some((start, end)) = pattern.parameters.and_then(|group| groups.get(group)) {
            self.parameters(pattern, body, start, end);
        }
        Some(MessageFields { body, ranges: &self.ranges, unescaped: &self.unescaped, end })
    }

    /// Takes up `name="value"` pairs: in a value `"`, `\` and `]` stand behind a backslash (RFC 5424 section 6.3.3). A
    /// value without quotes ends at a space or comma.
    fn parameters(&mut self, pattern: &Pattern, body: &[u8], start: usize, end: usize) {
        let mut at = start;
        while let Some(equals) = find(body, at, end, b'=') {
            let name = body.get(at..equals).unwrap_or_default().trim_ascii();
            let name = name.rsplit(|byte| matches!(byte, b' ' | b',')).next().unwrap_or_default();
            let (first, last, escaped, next) = if body.get(equals + 1) == Some(&b'"') {
                let Some((last, escaped)) = closing_quote(body, equals + 2, end) else { return };
                (equals + 2, last, escaped, last + 1)
            } else {
                let rest = body.get(equals + 1..end).unwrap_or_default();
                let length = rest.iter().position(|byte| matches!(byte, b' ' | b',')).unwrap_or(rest.len());
                (equals + 1, equals + 1 + length, false, equals + 1 + length)
            };
            let wanted = |field: &FieldFrom| matches!(field, FieldFrom::Parameter(known) if **known == *name);
            if let Some(place) = pattern.fields.iter().position(wanted) {
                let range = if escaped {
                    self.unescape(body, first, last)
                } else {
                    Range { start: first, end: last, unescaped: false }
                };
                if let Some(slot) = self.ranges.get_mut(place) {
                    *slot = Some(range);
                }
            }
            at = next;
        }
    }

    fn unescape(&mut self, body: &[u8], first: usize, last: usize) -> Range {
        let start = self.unescaped.len();
        let mut behind_backslash = false;
        for byte in body.get(first..last).unwrap_or_default() {
            behind_backslash = *byte == b'\\' && !behind_backslash;
            if !behind_backslash {
                self.unescaped.push(*byte);
            }
        }
        Range { start, end: self.unescaped.len(), unescaped: true }
    }
}

fn find(body: &[u8], start: usize, end: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, body.get(start..end)?).map(|at| start + at)
}

/// Where the value that begins at `start` ends, and whether it has escapes.
fn closing_quote(body: &[u8], start: usize, end: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    let mut behind_backslash = false;
    for (at, byte) in body.iter().enumerate().take(end).skip(start) {
        match byte {
            b'"' if !behind_backslash => return Some((at, escaped)),
            b'\\' if !behind_backslash => (behind_backslash, escaped) = (true, true),
            _ => behind_backslash = false,
        }
    }
    None
}
