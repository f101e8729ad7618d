//! String pools of compiled XML and resource tables.

use std::cell::Cell;

use crate::bytes::{Bytes, Cursor};
use crate::fault::Reason;
use crate::limits::TEXT_BYTES_MAX;

/// Kind of a chunk that is a string pool.
pub(crate) const POOL: u16 = 0x0001;

/// A string pool inside its chunk.
#[derive(Clone, Debug)]
pub(crate) struct Pool<'a> {
    chunk: Bytes<'a>,
    offsets: usize,
    count: usize,
    strings: usize,
    utf8: bool,
    /// Bytes of text that may still be handed out: a file made to exhaust readers names one long string a million times.
    left: Cell<usize>,
}

/// Bytes of text handed out, a byte of the pool's file: sound files name most strings a few times.
const TEXT_A_BYTE: usize = 16;

impl<'a> Pool<'a> {
    /// Reads the head of the pool that a chunk is.
    pub fn read(chunk: Bytes<'a>, file_bytes: usize) -> Result<Self, Reason> {
        let read = || {
            let (head, flags) = (usize::from(chunk.u16(2)?), chunk.u32(16)?);
            let (stated, strings) = (chunk.place(8)?, chunk.place(20)?);
            // A false count would only waste time: no more fit than lie between the head and the strings.
            let count = stated.min(chunk.len().saturating_sub(head) / 4);
            let left = Cell::new(file_bytes.saturating_mul(TEXT_A_BYTE).saturating_add(1 << 20));
            Some(Self { chunk, offsets: head, count, strings, utf8: flags & 1 << 8 != 0, left })
        };
        read().ok_or_else(|| Reason::outside("string pool", chunk.len()))
    }

    /// How many strings there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// A string by its index; a damaged or missing one is `None`.
    pub fn get(&self, index: u32) -> Option<String> {
        let index = usize::try_from(index).ok().filter(|index| *index < self.count)?;
        let offset = self.chunk.place(self.offsets.checked_add(index.checked_mul(4)?)?)?;
        let start = self.strings.checked_add(offset)?;
        let text = if self.utf8 { self.utf8(start)? } else { self.utf16(start)? };
        let text = shortened(text);
        let left = self.left.get().checked_sub(text.len());
        self.left.set(left.unwrap_or(0));
        left.map(|_| text)
    }

    /// Whether texts were refused because too many were handed out.
    pub fn fault(&self) -> Option<Reason> {
        let again = "it names the same texts again and again; some were not read";
        (self.left.get() == 0).then(|| Reason::form("string pool", again))
    }

    fn utf8(&self, start: usize) -> Option<String> {
        let mut cursor = Cursor::new(self.chunk, start);
        let mut length = || {
            let first = usize::from(cursor.u8()?);
            if first & 0x80 == 0 { Some(first) } else { Some((first & 0x7f) << 8 | usize::from(cursor.u8()?)) }
        };
        let (_, bytes) = (length()?, length()?);
        let stated = self.chunk.part(cursor.at(), bytes)?;
        // Some packers state a false length; the text ends at its zero then.
        let text = match self.chunk.u8(cursor.at() + bytes) {
            Some(0) => stated,
            _ => {
                let rest = self.chunk.from(cursor.at())?;
                rest.part(0, memchr::memchr(0, rest.0)?)?
            }
        };
        Some(crate::dex::decode_text(text.0))
    }

    fn utf16(&self, start: usize) -> Option<String> {
        let first = self.chunk.u16(start)?;
        let (length, start) = match first & 0x8000 {
            0 => (usize::from(first), start + 2),
            _ => (usize::from(first & 0x7fff) << 16 | usize::from(self.chunk.u16(start + 2)?), start + 4),
        };
        let bytes = self.chunk.part(start, length.checked_mul(2)?)?;
        let units: Vec<u16> =
            bytes.0.chunks_exact(2).take(TEXT_BYTES_MAX).filter_map(|pair| Bytes(pair).u16(0)).collect();
        Some(String::from_utf16_lossy(&units))
    }
}

/// A text cut at [`TEXT_BYTES_MAX`].
pub(crate) fn shortened(mut text: String) -> String {
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        text.push('…');
    }
    text
}
