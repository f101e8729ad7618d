//! Names of keys.

use std::fmt;
use std::str::FromStr;

use crate::{KeyError, hexadecimal};

/// Names one key: 16 random bytes, written as 32 lower-case hexadecimal digits. It says nothing about the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hexadecimal::encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        hexadecimal::decode_array(text).map(Self).ok_or_else(|| KeyError::NotAKeyId(text.chars().take(64).collect()))
    }
}
