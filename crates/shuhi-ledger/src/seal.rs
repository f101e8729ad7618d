//! Sealing of payloads.

use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use shuhi_machine::{Machine, random_array};
use zeroize::Zeroizing;

use crate::error::LedgerError;
use crate::event::{Event, Sealed, StoredEvent, StoredPayload};
use crate::keys::PayloadKeys;
use crate::layout;
use crate::leaf::payload_context;
use crate::reader::LedgerReader;
use crate::{PAYLOAD_BYTES_MAX, PAYLOAD_IN_LEAF_BYTES_MAX};

/// Random bytes before a payload, so that a commitment cannot be tried against guesses once the key is destroyed.
const SALT_BYTES: usize = 32;

/// A sealed payload that does not fit into its leaf.
#[derive(Debug)]
pub(crate) struct Blob {
    pub sha256: [u8; 32],
    pub sealed: Vec<u8>,
}

impl Blob {
    /// Its place in the ledger's folder.
    pub(crate) fn path(&self) -> PathBuf {
        blob_path(&self.sha256)
    }
}

/// The place of a blob in the ledger's folder.
pub(crate) fn blob_path(sha256: &[u8; 32]) -> PathBuf {
    Path::new(layout::BLOBS).join(crate::hex::encode(sha256))
}

/// Seals an event's payload.
pub(crate) fn seal(
    machine: &Machine,
    origin: &str,
    position: usize,
    event: &Event,
    keys: &dyn PayloadKeys,
) -> Result<(StoredEvent, Option<Blob>), LedgerError> {
    let Event { class, at, fields, payload } = event;
    let stored = |payload| StoredEvent { class: class.clone(), at: *at, fields: fields.clone(), payload };
    let Some(payload) = payload else { return Ok((stored(None), None)) };
    if payload.bytes.len() > PAYLOAD_BYTES_MAX {
        return Err(LedgerError::PayloadTooLong { position, bytes: payload.bytes.len() });
    }
    let salt: [u8; SALT_BYTES] = random_array(&*machine.randomness)?;
    let salted = Zeroizing::new([salt.as_slice(), &payload.bytes].concat());
    let commitment = sha256(&salted);
    let context = payload_context(origin, class, *at, fields, &commitment).map_err(|error| LedgerError::Leaf {
        position,
        class: class.clone(),
        error,
    })?;
    let sealed = keys.seal(&payload.key, &context, &salted)?;
    let (sealed, blob) = if sealed.len() > PAYLOAD_IN_LEAF_BYTES_MAX {
        let blob = Blob { sha256: sha256(&sealed), sealed };
        (Sealed::Blob { sha256: blob.sha256, bytes: blob.sealed.len() as u64 }, Some(blob))
    } else {
        (Sealed::Here(sealed), None)
    };
    Ok((stored(Some(StoredPayload { key: payload.key, commitment, sealed })), blob))
}

impl LedgerReader {
    /// The payload of a leaf; `None` where the event has none, or its key is destroyed.
    ///
    /// # Errors
    ///
    /// When there is no such leaf, a file is damaged, the key is unknown, or the payload is not the one the leaf
    /// commits to.
    pub fn payload(&self, index: u64, keys: &dyn PayloadKeys) -> Result<Option<Zeroizing<Vec<u8>>>, LedgerError> {
        let event = self.event(index)?;
        let Some(payload) = &event.payload else { return Ok(None) };
        let sealed = self.sealed(index, payload)?;
        let StoredEvent { class, at, fields, .. } = &event;
        let context = payload_context(self.checkpoint.origin(), class, *at, fields, &payload.commitment)
            .map_err(|_| LedgerError::Commitment(index))?;
        let Some(salted) = keys.open(&payload.key, &context, &sealed)? else { return Ok(None) };
        match salted.get(SALT_BYTES..) {
            Some(plaintext) if sha256(&salted) == payload.commitment => Ok(Some(Zeroizing::new(plaintext.to_vec()))),
            _ => Err(LedgerError::Commitment(index)),
        }
    }

    fn sealed(&self, index: u64, payload: &StoredPayload) -> Result<Vec<u8>, LedgerError> {
        match &payload.sealed {
            Sealed::Here(sealed) => Ok(sealed.clone()),
            Sealed::Blob { sha256: hash, bytes } => {
                let path = blob_path(hash);
                let sealed = self.read_file(&path, *bytes)?;
                if sha256(&sealed) == *hash && sealed.len() as u64 == *bytes {
                    return Ok(sealed);
                }
                Err(self.damaged(path, Some(index), "its hash is not the one it is named by".to_owned()))
            }
        }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(bytes);
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
