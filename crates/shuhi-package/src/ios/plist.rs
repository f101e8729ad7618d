//! Property lists, within limits that the crate behind does not set: a small binary list can stand for billions of values,
//! and a deep one can exhaust the stack.

use std::io::Cursor;

use plist::stream::{Event, Reader};

use crate::android::shortened;
use crate::fault::Reason;
use crate::limits::{PLIST_BYTES_MAX, PLIST_DEPTH_MAX, PLIST_VALUES_MAX};

/// A value of a property list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plist {
    Text(String),
    Bool(bool),
    Number(i64),
    Data(Vec<u8>),
    List(Vec<Plist>),
    Map(Vec<(String, Plist)>),
    Other,
}

impl Plist {
    pub fn get(&self, key: &str) -> Option<&Plist> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn entries(&self) -> &[(String, Plist)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Plist] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Number(number) => Some(*number != 0),
            _ => None,
        }
    }

    /// Tells every text in it. Its depth is bounded by [`PLIST_DEPTH_MAX`].
    pub fn each_text(&self, told: &mut impl FnMut(&str)) {
        match self {
            Self::Text(text) => told(text),
            Self::List(items) => items.iter().for_each(|item| item.each_text(told)),
            Self::Map(entries) => entries.iter().for_each(|(_, value)| value.each_text(told)),
            _ => {}
        }
    }

    /// The texts of a list.
    pub fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(Self::text).map(str::to_owned).collect()
    }
}

/// Reads a property list, binary or XML.
pub(crate) fn read(bytes: &[u8]) -> Result<Plist, Reason> {
    if bytes.len() > PLIST_BYTES_MAX {
        return Err(Reason::many("bytes of a property list", PLIST_BYTES_MAX));
    }
    let mut builder = Builder { open: Vec::new(), values: PLIST_VALUES_MAX, bytes: bytes.len() * 4 + (1 << 16) };
    for event in Reader::new(Cursor::new(bytes)) {
        let event = event.map_err(|error| Reason::form("property list", error.to_string()))?;
        if let Some(root) = builder.take(event)? {
            return Ok(root);
        }
    }
    Err(Reason::form("property list", "it ends before its first value does"))
}

struct Builder {
    open: Vec<Open>,
    values: usize,
    bytes: usize,
}

enum Open {
    List(Vec<Plist>),
    Map(Vec<(String, Plist)>, Option<String>),
}

impl Builder {
    /// Takes an event; returns the root once it is whole.
    fn take(&mut self, event: Event<'_>) -> Result<Option<Plist>, Reason> {
        let cost = match &event {
            Event::StartArray(length) | Event::StartDictionary(length) => length.unwrap_or(0),
            Event::Data(data) => u64::try_from(data.len()).unwrap_or(u64::MAX),
            Event::String(text) => u64::try_from(text.len()).unwrap_or(u64::MAX),
            _ => 0,
        };
        let left = usize::try_from(cost).ok().and_then(|cost| self.bytes.checked_sub(cost));
        self.bytes = left.ok_or_else(|| Reason::form("property list", "it names the same values again and again"))?;
        self.values =
            self.values.checked_sub(1).ok_or_else(|| Reason::many("values of a property list", PLIST_VALUES_MAX))?;
        let value = match event {
            Event::StartArray(_) => return self.open(Open::List(Vec::new())),
            Event::StartDictionary(_) => return self.open(Open::Map(Vec::new(), None)),
            Event::EndCollection => match self.open.pop() {
                Some(Open::List(items)) => Plist::List(items),
                Some(Open::Map(entries, _)) => Plist::Map(entries),
                None => return Err(Reason::form("property list", "it closes what was not opened")),
            },
            Event::Boolean(value) => Plist::Bool(value),
            Event::Data(data) => Plist::Data(data.into_owned()),
            Event::Integer(number) => number.as_signed().map_or(Plist::Other, Plist::Number),
            Event::String(text) => Plist::Text(shortened(text.into_owned())),
            _ => Plist::Other,
        };
        Ok(self.put(value))
    }

    fn open(&mut self, open: Open) -> Result<Option<Plist>, Reason> {
        if self.open.len() >= PLIST_DEPTH_MAX {
            return Err(Reason::many("values of a property list inside each other", PLIST_DEPTH_MAX));
        }
        self.open.push(open);
        Ok(None)
    }

    fn put(&mut self, value: Plist) -> Option<Plist> {
        match self.open.last_mut() {
            None => return Some(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(entries, key)) => match (key.take(), value) {
                (Some(key), value) => entries.push((key, value)),
                (None, Plist::Text(text)) => *key = Some(text),
                (None, _) => *key = Some(String::new()),
            },
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_made_to_exhaust_are_refused() {
        // Each list names the next twice: 2^40 values in some two hundred bytes.
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for level in 0..40_u8 {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend([0xa2, level + 1, level + 1]);
        }
        offsets.push(u8::try_from(bytes.len()).unwrap());
        bytes.push(0x09);
        let table = u64::try_from(bytes.len()).unwrap();
        bytes.extend(&offsets);
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
        bytes.extend(41_u64.to_be_bytes());
        bytes.extend(0_u64.to_be_bytes());
        bytes.extend(table.to_be_bytes());
        assert!(matches!(read(&bytes), Err(Reason::TooMany { .. } | Reason::Form { .. })));
        let deep = format!("<plist version=\"1.0\">{}", "<array>".repeat(100_000));
        assert!(matches!(read(deep.as_bytes()), Err(Reason::TooMany { .. })));
    }

    #[test]
    fn both_forms() {
        let xml = "<plist version=\"1.0\"><dict><key>a</key><array><string>b</string><true/></array><key>n</key>\
                   <integer>3</integer></dict></plist>";
        let read = read(xml.as_bytes()).unwrap();
        assert_eq!(read.get("a").unwrap().items(), [Plist::Text("b".into()), Plist::Bool(true)]);
        assert_eq!(read.get("n"), Some(&Plist::Number(3)));
    }
}
