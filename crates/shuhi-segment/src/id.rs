//! The name of a segment.

use std::fmt;
use std::str::FromStr;

use shuhi_machine::{DiskError, Machine, random_array};

/// Names a segment, at random so that it says nothing; bound to its files as additional authenticated data, so that no
/// file opens in another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub [u8; 16]);

/// A text that names no segment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no segment id: write 32 hexadecimal digits in lower case")]
pub struct NoSegmentId(String);

impl SegmentId {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the machine gives no random bytes.
    pub fn random(machine: &Machine) -> Result<Self, DiskError> {
        random_array(machine.randomness.as_ref()).map(Self)
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for SegmentId {
    type Err = NoSegmentId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = u128::from_str_radix(text, 16).map_err(|_| NoSegmentId(text.to_owned()))?;
        let id = Self(number.to_be_bytes());
        if id.to_string() == text { Ok(id) } else { Err(NoSegmentId(text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_only_as_they_are_written() {
        let id = SegmentId([0x0a; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "+a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "a"] {
            assert!(wrong.parse::<SegmentId>().is_err(), "{wrong}");
        }
    }
}
