//! Verifier keys: the text by which a log or a witness is known (C2SP signed-note, "verifier keys").

use std::fmt::{self, Display};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

/// Whose signatures a key makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerifierKind {
    /// A log signs its checkpoints with it (signature type 1).
    Log,
    /// A witness cosigns checkpoints of others with it, with the time (signature type 4, C2SP tlog-cosignature).
    Witness,
}

/// At most this many bytes in the name of a log or witness.
const NAME_BYTES_MAX: usize = 255;
/// At most this many bytes in a verifier key's text; about the half is enough for the longest name.
const TEXT_BYTES_MAX: usize = 1024;

/// A public key with its name: `NAME+ID+BASE64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: VerifierKind,
    key: VerifyingKey,
}

/// Why a text is no verifier key.
#[derive(Debug, thiserror::Error)]
pub enum VerifierKeyError {
    /// Not of the form.
    #[error("`{0}` is no verifier key; it has the form NAME+ID+KEY, as printed when the ledger was made")]
    Form(String),
    /// The id is not that of name and key.
    #[error("the verifier key of `{0}` was altered: its id does not belong to its name and key")]
    Id(String),
    /// Another algorithm.
    #[error("the verifier key of `{0}` has signature type {1}; 1 (Ed25519) and 4 (Ed25519 cosignature) are known")]
    Algorithm(String, u8),
    /// A name with spaces or plus signs, or none.
    #[error("`{0}` is no name of a log or witness; it is not empty and has no spaces, `+` or control characters")]
    Name(String),
    /// The key is no point of the curve.
    #[error("the public key of `{0}` is no Ed25519 key")]
    Key(String),
}

impl VerifierKind {
    fn algorithm(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

impl VerifierKey {
    /// A key with its name.
    ///
    /// # Errors
    ///
    /// When the name is not allowed or the key is none.
    pub fn new(name: &str, kind: VerifierKind, public_key: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        if !signed_note::is_key_name_valid(name) || name.chars().any(char::is_control) || name.len() > NAME_BYTES_MAX {
            return Err(VerifierKeyError::Name(name.chars().take(NAME_BYTES_MAX).collect()));
        }
        let key = VerifyingKey::from_bytes(public_key).ok().filter(|key| !key.is_weak());
        let key = key.ok_or_else(|| VerifierKeyError::Key(name.to_owned()))?;
        Ok(Self { name: name.to_owned(), kind, key })
    }

    /// The name of the log or witness; of a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose signatures it makes.
    #[must_use]
    pub fn kind(&self) -> VerifierKind {
        self.kind
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The four bytes that name the key in signatures.
    #[must_use]
    pub fn id(&self) -> u32 {
        signed_note::key_id(&self.name, &self.material())
    }

    /// Whether `signature` is the key's signature of a note's text. That of a witness starts with the time.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        match self.kind {
            VerifierKind::Log => self.signed(text, signature),
            VerifierKind::Witness => signature.split_first_chunk().is_some_and(|(time, signature)| {
                let seconds = u64::from_be_bytes(*time);
                i64::try_from(seconds).is_ok() && self.signed(&cosigned_message(seconds, text), signature)
            }),
        }
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }

    fn material(&self) -> Vec<u8> {
        [&[self.kind.algorithm()], self.key.as_bytes().as_slice()].concat()
    }
}

/// What a witness signs (C2SP tlog-cosignature, "Ed25519 signed message").
pub(crate) fn cosigned_message(seconds: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {seconds}\n").as_bytes(), text].concat()
}

impl Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(self.material()))
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let form = || VerifierKeyError::Form(text.chars().take(400).collect());
        if text.len() > TEXT_BYTES_MAX {
            return Err(form());
        }
        let mut parts = text.trim_end().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(form()) };
        let material = STANDARD.decode(key).map_err(|_| form())?;
        let (algorithm, public_key) = material.split_first().ok_or_else(form)?;
        let kind = match algorithm {
            1 => VerifierKind::Log,
            4 => VerifierKind::Witness,
            other => return Err(VerifierKeyError::Algorithm(name.to_owned(), *other)),
        };
        let key = Self::new(name, kind, public_key.try_into().map_err(|_| form())?)?;
        let id: [u8; 4] = crate::hex::decode(id).ok_or_else(form)?;
        if u32::from_be_bytes(id) == key.id() { Ok(key) } else { Err(VerifierKeyError::Id(name.to_owned())) }
    }
}

impl signed_note::Verifier for VerifierKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id()
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.verifies(text, signature)
    }
}
