//! What the ledger needs of keys: to seal payloads, and to sign checkpoints.

use std::fmt::{self, Display};
use std::str::FromStr;

/// Names a payload's key: 16 random bytes, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

impl Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&crate::hex::encode(&self.0))
    }
}

impl FromStr for KeyId {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        crate::hex::decode(text).map(Self).ok_or_else(|| KeysError(format!("`{text}` is no key id")))
    }
}

/// What a key holder said when it could not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeysError(pub String);

/// Seals and opens payloads under keys that can be destroyed.
pub trait PayloadKeys {
    /// Encrypts and authenticates `plaintext` together with `context`.
    ///
    /// # Errors
    ///
    /// When there is no such key.
    fn seal(&self, key: &KeyId, context: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeysError>;

    /// Decrypts what [`PayloadKeys::seal`] made with the same key and context; `None` where the key is destroyed.
    ///
    /// # Errors
    ///
    /// When the key is unknown, or bytes or context are not those that were sealed.
    fn open(&self, key: &KeyId, context: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, KeysError>;
}

/// Signs with an Ed25519 key (RFC 8032).
pub trait Signer: Send + Sync {
    /// The public key.
    fn public_key(&self) -> [u8; 32];

    /// The signature of `message`.
    ///
    /// # Errors
    ///
    /// When the key cannot be used now.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeysError>;
}
