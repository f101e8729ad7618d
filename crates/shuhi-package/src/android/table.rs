//! `resources.arsc`: the values that manifests refer to.

use super::pool::{POOL, Pool};
use super::value::{Configuration, Resources, Value};
use crate::bytes::Bytes;
use crate::fault::Reason;

const TABLE: u16 = 0x0002;
const PACKAGE: u16 = 0x0200;
const TYPE: u16 = 0x0201;

const SPARSE: u8 = 0x01;
const OFFSETS_OF_TWO_BYTES: u8 = 0x02;
const COMPLEX: u16 = 0x0001;
const COMPACT: u16 = 0x0008;

/// Reads a table into `resources`; calls `text` with every string of its pool.
pub(crate) fn read(bytes: &[u8], resources: &mut Resources, mut text: impl FnMut(&str)) -> Result<(), Reason> {
    let file = Bytes(bytes);
    if file.u16(0) != Some(TABLE) {
        return Err(Reason::form("table of resources", "it does not begin as one"));
    }
    let mut pool: Option<Pool<'_>> = None;
    for (kind, chunk, at) in chunks(file, usize::from(file.u16(2).unwrap_or(12))) {
        match kind {
            POOL if pool.is_none() => {
                let read = Pool::read(chunk, bytes.len())?;
                for index in 0..u32::try_from(read.count()).unwrap_or(u32::MAX) {
                    if let Some(string) = read.get(index) {
                        text(&string);
                    }
                }
                pool = Some(read);
            }
            PACKAGE => {
                package(chunk, pool.as_ref(), resources).ok_or_else(|| Reason::outside("package of resources", at))?
            }
            _ => {}
        }
    }
    pool.as_ref().and_then(Pool::fault).map_or(Ok(()), Err)
}

/// The chunks from a place on.
fn chunks(bytes: Bytes<'_>, start: usize) -> impl Iterator<Item = (u16, Bytes<'_>, usize)> {
    let mut at = start.max(8);
    std::iter::from_fn(move || {
        let (kind, size) = bytes.u16(at).zip(bytes.place(at.checked_add(4)?))?;
        // A last chunk that is cut off is read as far as it goes.
        let chunk = bytes.part(at, size).or_else(|| bytes.from(at)).filter(|_| size >= 8)?;
        let begun = at;
        at = at.checked_add(size)?;
        Some((kind, chunk, begun))
    })
}

fn package(chunk: Bytes<'_>, pool: Option<&Pool<'_>>, resources: &mut Resources) -> Option<()> {
    let (head, id) = (usize::from(chunk.u16(2)?), chunk.u32(8)?);
    for (kind, inner, _) in chunks(chunk, head) {
        if kind == TYPE {
            // A damaged kind of resource leaves the others readable.
            let _ = values(inner, id << 24, pool, resources);
        }
    }
    Some(())
}

fn values(chunk: Bytes<'_>, package: u32, pool: Option<&Pool<'_>>, resources: &mut Resources) -> Option<()> {
    let head = usize::from(chunk.u16(2)?);
    let (kind, flags) = (u32::from(chunk.u8(8)?), chunk.u8(9)?);
    let (count, start) = (chunk.place(12)?, chunk.place(16)?);
    let configuration = configuration(chunk.part(20, chunk.place(20)?.clamp(4, 64))?);
    let base = package | kind << 16;
    for place in 0..count {
        let (index, offset) = if flags & SPARSE != 0 {
            let at = head.checked_add(place.checked_mul(4)?)?;
            (u32::from(chunk.u16(at)?), usize::from(chunk.u16(at + 2)?) * 4)
        } else if flags & OFFSETS_OF_TWO_BYTES != 0 {
            let offset = chunk.u16(head.checked_add(place.checked_mul(2)?)?)?;
            if offset == u16::MAX {
                continue;
            }
            (u32::try_from(place).ok()?, usize::from(offset) * 4)
        } else {
            let offset = chunk.u32(head.checked_add(place.checked_mul(4)?)?)?;
            if offset == u32::MAX {
                continue;
            }
            (u32::try_from(place).ok()?, usize::try_from(offset).ok()?)
        };
        let Some(entry) = start.checked_add(offset).and_then(|at| chunk.from(at)) else { continue };
        if let Some(value) = value(entry, pool) {
            resources.set(base | index & 0xffff, configuration, value);
        }
    }
    Some(())
}

fn value(entry: Bytes<'_>, pool: Option<&Pool<'_>>) -> Option<Value> {
    let (size, flags) = (usize::from(entry.u16(0)?), entry.u16(2)?);
    let text = |index| pool.and_then(|pool| pool.get(index));
    if flags & COMPACT != 0 {
        let [_, kind] = flags.to_le_bytes();
        return Some(Value::of(kind, entry.u32(4)?, text));
    }
    if flags & COMPLEX != 0 {
        return None;
    }
    let at = size.max(8);
    Some(Value::of(entry.u8(at + 3)?, entry.u32(at + 4)?, text))
}

fn configuration(bytes: Bytes<'_>) -> Configuration {
    let language = bytes.part(8, 2).map_or(&[0, 0][..], |part| part.0);
    let others = bytes.0.iter().enumerate().skip(4).any(|(at, byte)| !(8..12).contains(&at) && *byte != 0);
    match language {
        [0, 0] if !others => Configuration::Plain,
        b"ja" if !others => Configuration::Japanese,
        _ => Configuration::Other,
    }
}
