//! What is appended, and what is found again.

use std::collections::BTreeMap;

use shuhi_keys::KeyId;
use shuhi_machine::UtcMillis;

/// Something that happened and is to be provable.
///
/// Class, time and fields are public: everyone who holds the ledger reads them for as long as it exists. Nothing about
/// a person belongs there; that is what the payload is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What kind of event it is, as in the [class table](crate::ClassTable): `lookup.released`.
    pub class: String,
    /// When it happened.
    pub at: UtcMillis,
    /// Ids, counts, times, due dates: enough to rebuild every state once the payload's key is gone.
    pub fields: BTreeMap<String, Field>,
    /// What only the holder of a key may read.
    pub payload: Option<Payload>,
}

/// A public value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// An id or a word.
    Text(String),
    /// A count, or an instant in milliseconds since 1970 UTC.
    Number(i64),
    /// A hash, key or signature.
    Bytes(Vec<u8>),
    /// Several ids.
    Texts(Vec<String>),
}

/// What is sealed before it is appended.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// The plaintext, at most [`PAYLOAD_BYTES_MAX`](crate::PAYLOAD_BYTES_MAX) bytes.
    pub bytes: Vec<u8>,
    /// The key it is sealed under; when it is destroyed, the payload is gone.
    pub key: KeyId,
}

impl std::fmt::Debug for Payload {
    /// Without the plaintext, so that it cannot end in a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Payload({} bytes under {})", self.bytes.len(), self.key)
    }
}

impl Event {
    /// An event without fields and payload.
    #[must_use]
    pub fn new(class: &str, at: UtcMillis) -> Self {
        Self { class: class.to_owned(), at, fields: BTreeMap::new(), payload: None }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Field>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the payload, to be sealed under `key`.
    #[must_use]
    pub fn sealing(mut self, bytes: Vec<u8>, key: KeyId) -> Self {
        self.payload = Some(Payload { bytes, key });
        self
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<UtcMillis> for Field {
    fn from(at: UtcMillis) -> Self {
        Self::Number(at.0)
    }
}

impl From<Vec<u8>> for Field {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Field {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<String>> for Field {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// An event as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// What kind of event it is.
    pub class: String,
    /// When it happened.
    pub at: UtcMillis,
    /// The public values.
    pub fields: BTreeMap<String, Field>,
    /// The payload, sealed.
    pub payload: Option<StoredPayload>,
}

/// A sealed payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPayload {
    /// The key that opens it.
    pub key: KeyId,
    /// SHA-256 of 32 random bytes and the plaintext; the random bytes are sealed with the plaintext.
    pub commitment: [u8; 32],
    /// Where the sealed bytes are.
    pub sealed: Sealed,
}

/// Where sealed bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// In the leaf.
    Here(Vec<u8>),
    /// In the file `blobs/<sha256>`.
    Blob {
        /// SHA-256 of the sealed bytes.
        sha256: [u8; 32],
        /// How many bytes the file has.
        bytes: u64,
    },
}

impl StoredEvent {
    /// The text of a field, `None` where there is no such text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.fields.get(name)? {
            Field::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a field.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.fields.get(name)? {
            Field::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes of a field.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        match self.fields.get(name)? {
            Field::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The texts of a field.
    #[must_use]
    pub fn texts(&self, name: &str) -> Option<&[String]> {
        match self.fields.get(name)? {
            Field::Texts(texts) => Some(texts),
            _ => None,
        }
    }
}
