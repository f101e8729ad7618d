//! One leaf with everything there is to say about it, for people to read.

use std::fmt;

use shuhi_machine::UtcMillis;
use tlog_tiles::record_hash;
use zeroize::Zeroizing;

use crate::classes::{ClassTable, PayloadLife};
use crate::error::LedgerError;
use crate::event::{Field, Sealed, StoredPayload};
use crate::keys::PayloadKeys;
use crate::reader::LedgerReader;
use crate::{KeyError, KeyId};

/// A leaf, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its number, from 0.
    pub index: u64,
    /// Its hash in the tree (RFC 6962, section 2.1).
    pub hash: [u8; 32],
    /// Its length.
    pub bytes: usize,
    /// The class of its event.
    pub class: String,
    /// What the class says; `None` for a class that is not in the table.
    pub meaning: Option<&'static str>,
    /// When it happened.
    pub at: UtcMillis,
    /// The public fields, in the order of the class table; others after them by name.
    pub fields: Vec<ShownField>,
    /// The payload.
    pub payload: Option<ShownPayload>,
}

/// A public field, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Field,
    /// What it means; `None` for a field that is not in the table.
    pub meaning: Option<&'static str>,
}

/// A payload, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPayload {
    /// The key it is sealed under.
    pub key: KeyId,
    /// What it is committed to: SHA-256 of 32 random bytes and the payload.
    pub commitment: [u8; 32],
    /// The blob it is in, by its hash; `None` where it is in the leaf.
    pub blob: Option<[u8; 32]>,
    /// How long it is, sealed.
    pub sealed_bytes: u64,
    /// What the class says it holds.
    pub meaning: Option<&'static str>,
    /// How long the class says its key lives.
    pub life: Option<PayloadLife>,
    /// Whether it can be read.
    pub state: PayloadState,
}

/// Whether a payload can be read.
#[derive(Clone, PartialEq, Eq)]
pub enum PayloadState {
    /// No keys were given.
    Sealed,
    /// The plaintext; it is the one that was committed to.
    Open(Zeroizing<Vec<u8>>),
    /// The key was destroyed.
    Destroyed,
    /// The key store given does not know the key.
    KeyUnknown,
}

impl fmt::Debug for PayloadState {
    /// Without the plaintext, so that it cannot end in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sealed => formatter.write_str("Sealed"),
            Self::Open(plaintext) => write!(formatter, "Open({} bytes)", plaintext.len()),
            Self::Destroyed => formatter.write_str("Destroyed"),
            Self::KeyUnknown => formatter.write_str("KeyUnknown"),
        }
    }
}

impl LedgerReader {
    /// Explains a leaf; its payload is opened where `keys` are given.
    ///
    /// # Errors
    ///
    /// When there is no such leaf, a file is damaged, or the payload is not the one that was committed to.
    pub fn show(&self, index: u64, classes: &ClassTable, keys: Option<&dyn PayloadKeys>) -> Result<Shown, LedgerError> {
        let leaf = self.leaf(index)?;
        let event = self.event(index)?;
        let class = classes.class(&event.class);
        let known = class.map(|class| class.fields.as_slice()).unwrap_or_default();
        let place = |name: &str| known.iter().position(|field| field.name == name).unwrap_or(usize::MAX);
        let meaning = |name: &str| known.iter().find(|field| field.name == name).map(|field| field.meaning);
        let mut fields: Vec<ShownField> =
            event.fields.into_iter().map(|(name, value)| ShownField { meaning: meaning(&name), name, value }).collect();
        fields.sort_by_key(|field| place(&field.name));
        let payload = match &event.payload {
            None => None,
            Some(payload) => {
                let state = self.payload_state(index, keys)?;
                let class = class.and_then(|class| class.payload.as_ref());
                Some(shown(payload, class.map(|class| (class.meaning, class.life)), state))
            }
        };
        Ok(Shown {
            index,
            hash: record_hash(&leaf).0,
            bytes: leaf.len(),
            class: event.class,
            meaning: class.map(|class| class.meaning),
            at: event.at,
            fields,
            payload,
        })
    }

    fn payload_state(&self, index: u64, keys: Option<&dyn PayloadKeys>) -> Result<PayloadState, LedgerError> {
        let Some(keys) = keys else { return Ok(PayloadState::Sealed) };
        match self.payload(index, keys) {
            Ok(Some(plaintext)) => Ok(PayloadState::Open(plaintext)),
            Ok(None) => Ok(PayloadState::Destroyed),
            Err(LedgerError::Keys(KeyError::Unknown(_))) => Ok(PayloadState::KeyUnknown),
            Err(error) => Err(error),
        }
    }
}

fn shown(payload: &StoredPayload, class: Option<(&'static str, PayloadLife)>, state: PayloadState) -> ShownPayload {
    let (blob, sealed_bytes) = match &payload.sealed {
        Sealed::Here(sealed) => (None, sealed.len() as u64),
        Sealed::Blob { sha256, bytes } => (Some(*sha256), *bytes),
    };
    ShownPayload {
        key: payload.key,
        commitment: payload.commitment,
        blob,
        sealed_bytes,
        meaning: class.map(|(meaning, _)| meaning),
        life: class.map(|(_, life)| life),
        state,
    }
}
