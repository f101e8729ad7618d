use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Content, Set, Vocabulary};

/// A checked catalogue as it is built into the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedded {
    /// Our own entries.
    pub content: Content,
    /// Sets of others that are shipped.
    pub sets: Vec<Set>,
    /// The words they are checked against.
    pub vocabulary: Vocabulary,
    /// The fingerprint of all files.
    pub version: String,
}

/// A hash over names and texts in their order, as 64 hexadecimal digits.
pub fn fingerprint<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in files {
        for part in [name, text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    hexadecimal(&hash.finalize())
}

/// The hash of bytes, `sha256:` and 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hexadecimal(&Sha256::digest(bytes)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
