//! Walking over instructions: which strings they load, which methods they call, which static fields they read.

use crate::bytes::Bytes;

/// What an instruction refers to, by its index in the DEX file's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Loads a string.
    String(usize),
    /// Calls a method.
    Method(usize),
    /// Reads a static field.
    Field(usize),
}

/// Tells every use in the instructions of one method, in order. Stops where the instructions are damaged and returns
/// whether it came to the end.
pub(crate) fn walk(instructions: Bytes<'_>, mut told: impl FnMut(Use)) -> bool {
    let unit = |at: usize| instructions.u16(at.checked_mul(2)?);
    let units = instructions.len() / 2;
    let mut at = 0;
    while at < units {
        let Some(first) = unit(at) else { return false };
        let [opcode, _] = first.to_le_bytes();
        let index = || unit(at + 1).map(usize::from);
        let used = match opcode {
            0x1a => index().map(Use::String),
            0x1b => instructions.place((at + 1) * 2).map(Use::String),
            0x62 => index().map(Use::Field),
            0x6e..=0x72 | 0x74..=0x78 | 0xfa | 0xfb => index().map(Use::Method),
            _ => None,
        };
        used.into_iter().for_each(&mut told);
        let Some(width) = width(first, at, &unit) else { return false };
        at = at.saturating_add(width);
    }
    at == units
}

/// Code units of an instruction, from the first of them.
fn width(first: u16, at: usize, unit: &impl Fn(usize) -> Option<u16>) -> Option<usize> {
    let count = |at: usize| unit(at).map(usize::from);
    let [opcode, _] = first.to_le_bytes();
    Some(match (first, opcode) {
        (0x0100, _) => count(at + 1)? * 2 + 4,
        (0x0200, _) => count(at + 1)? * 4 + 2,
        (0x0300, _) => {
            let elements = count(at + 3)? << 16 | count(at + 2)?;
            elements.checked_mul(count(at + 1)?)?.checked_add(1)? / 2 + 4
        }
        (_, 0x18) => 5,
        (_, 0xfa | 0xfb) => 4,
        (_, 0x03 | 0x06 | 0x09 | 0x14 | 0x17 | 0x1b | 0x24..=0x26 | 0x2a..=0x2c) => 3,
        (_, 0x6e..=0x72 | 0x74..=0x78 | 0xfc | 0xfd) => 3,
        (_, 0x02 | 0x05 | 0x08 | 0x13 | 0x15 | 0x16 | 0x19 | 0x1a | 0x1c | 0x1f | 0x20) => 2,
        (_, 0x22 | 0x23 | 0x29 | 0x2d..=0x3d | 0x44..=0x6d | 0x90..=0xaf | 0xd0..=0xe2 | 0xfe | 0xff) => 2,
        _ => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(units: &[u16]) -> (Vec<Use>, bool) {
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let mut uses = Vec::new();
        let whole = walk(Bytes(&bytes), |found| uses.push(found));
        (uses, whole)
    }

    #[test]
    fn uses_are_told_in_order() {
        let found = uses(&[0x001a, 7, 0x0171, 9, 0, 0x011b, 3, 1, 0x0062, 2, 0x000e]);
        assert_eq!(found, (vec![Use::String(7), Use::Method(9), Use::String(0x1_0003), Use::Field(2)], true));
    }

    #[test]
    fn tables_among_instructions_are_passed_over() {
        // A table of two switch targets, and one of three bytes, each holding what looks like a call.
        assert_eq!(uses(&[0x0100, 2, 0x006e, 0x006e, 0x006e, 0x006e, 0x006e, 0x006e, 0x000e]), (vec![], true));
        assert_eq!(uses(&[0x0300, 1, 3, 0, 0x006e, 0x006e, 0x000e]), (vec![], true));
        assert_eq!(uses(&[0x0300, 0xffff, 0xffff, 0xffff]), (vec![], false));
    }

    #[test]
    fn damaged_instructions_end_the_walk() {
        assert_eq!(uses(&[0x001a]), (vec![], false));
        assert_eq!(uses(&[0x000e, 0x0018, 1]), (vec![], false));
    }
}
