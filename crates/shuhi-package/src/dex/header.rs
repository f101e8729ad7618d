//! Where the tables of a DEX file lie.

use crate::bytes::Bytes;
use crate::fault::Reason;
use crate::limits::CONTAINED_DEX_MAX;

/// One logical DEX file. Up to version 040 that is the whole file; from 041 on several may share one container, and all
/// places count from the container's start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub version: u16,
    pub strings: Table,
    pub types: Table,
    pub fields: Table,
    pub methods: Table,
    pub classes: Table,
}

/// A table of the header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// How many rows it has.
    pub count: usize,
    start: usize,
    width: usize,
}

impl Table {
    /// Where a row begins.
    pub fn row(&self, index: usize) -> Option<usize> {
        (index < self.count).then(|| self.start.checked_add(index.checked_mul(self.width)?)).flatten()
    }
}

/// Whether bytes begin as a DEX file does.
pub(crate) fn is_dex(bytes: &[u8]) -> bool {
    bytes.starts_with(b"dex\n") && bytes.get(7) == Some(&0)
}

/// The logical DEX files of a file, and what is wrong beyond them.
pub(crate) fn headers(file: Bytes<'_>) -> (Vec<Header>, Option<Reason>) {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        if found.len() >= CONTAINED_DEX_MAX {
            return (found, Some(Reason::many("DEX files in one container", CONTAINED_DEX_MAX)));
        }
        let header = match Header::read(file, at) {
            Ok(header) => header,
            Err(reason) => return (found, Some(reason)),
        };
        found.push(header);
        if header.version < 41 {
            return (found, None);
        }
        // From 041 on the size that a header states reaches to the next header.
        let size = file.place(at + 0x20).unwrap_or(0);
        at = match at.checked_add(size.max(0x70)) {
            Some(next) if next < file.len() => next,
            _ => return (found, None),
        };
    }
}

impl Header {
    fn read(file: Bytes<'_>, at: usize) -> Result<Self, Reason> {
        let magic = file.part(at, 8).ok_or_else(|| Reason::outside("DEX header", at))?;
        if !is_dex(magic.0) {
            return Err(Reason::form("DEX header", format!("no `dex` mark at byte {at}")));
        }
        let digits = magic.0.get(4..7).and_then(|digits| std::str::from_utf8(digits).ok());
        let version = digits.and_then(|digits| digits.parse().ok());
        let version: u16 = version.ok_or_else(|| Reason::form("DEX header", "its version is no number"))?;
        if !(13..=41).contains(&version) {
            return Err(Reason::form("DEX header", format!("version {version:03} is not known; 035 to 041 are")));
        }
        if file.u32(at + 0x28) == Some(0x7856_3412) {
            return Err(Reason::form("DEX header", "its numbers are reversed, which no device runs"));
        }
        let table = |place: usize, width: usize, what: &'static str| {
            let read = || Some(Table { count: file.place(at + place)?, start: file.place(at + place + 4)?, width });
            let table = read().ok_or_else(|| Reason::outside("DEX header", at + place))?;
            let bytes = table.count.checked_mul(width);
            let fits = bytes.is_some_and(|bytes| file.part(table.start, bytes).is_some()) || table.count == 0;
            fits.then_some(table).ok_or_else(|| Reason::outside(what, table.start))
        };
        Ok(Self {
            version,
            strings: table(0x38, 4, "table of strings")?,
            types: table(0x40, 4, "table of types")?,
            fields: table(0x50, 8, "table of fields")?,
            methods: table(0x58, 8, "table of methods")?,
            classes: table(0x60, 32, "table of classes")?,
        })
    }
}
