//! Values of static fields.

use crate::bytes::Cursor;
use crate::limits::CONSTANT_DEPTH_MAX;

/// Reads the values of a class's static fields: the index of a string where the value is one, else `None`.
pub(crate) fn values(at: &mut Cursor<'_>) -> Option<Vec<Option<usize>>> {
    let count = usize::try_from(at.uleb128()?).ok()?;
    let mut found = Vec::new();
    // A damaged count is no reason to reserve memory: each value takes at least a byte.
    for _ in 0..count {
        found.push(value(at, 0)?);
    }
    Some(found)
}

/// Reads one value and returns the string's index where it is a string.
fn value(at: &mut Cursor<'_>, depth: usize) -> Option<Option<usize>> {
    if depth > CONSTANT_DEPTH_MAX {
        return None;
    }
    let head = at.u8()?;
    let (kind, argument) = (head & 0x1f, usize::from(head >> 5));
    match kind {
        0x17 => {
            let mut index = 0;
            for byte in 0..=argument.min(3) {
                index |= usize::from(at.u8()?) << (8 * byte);
            }
            return Some(Some(index));
        }
        0x1c => {
            for _ in 0..at.uleb128()? {
                value(at, depth + 1)?;
            }
        }
        0x1d => {
            at.uleb128()?;
            for _ in 0..at.uleb128()? {
                at.uleb128()?;
                value(at, depth + 1)?;
            }
        }
        0x1e | 0x1f => {}
        _ => at.skip(argument + 1)?,
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Bytes;

    #[test]
    fn strings_are_found_among_other_values() {
        // An int of two bytes, a string, true, an array of two nulls, a string of two bytes.
        let bytes = [5, 0x24, 1, 2, 0x17, 9, 0x3f, 0x1c, 2, 0x1e, 0x1e, 0x37, 1, 1];
        let read = |bytes: &[u8]| values(&mut Cursor::new(Bytes(bytes), 0));
        assert_eq!(read(&bytes), Some(vec![None, Some(9), None, None, Some(257)]));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0x1e]), None);
        assert_eq!(
            read(&[1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 1, 0x1c, 0]),
            None
        );
    }
}
