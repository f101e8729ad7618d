//! The file of one epoch key, sealed under the root.

use shuhi_machine::UtcMillis;

use super::Epoch;
use crate::KeyError;
use crate::root::{Root, SEALED_BY_ROOT};
use crate::secret::{Secret, sha256};

const TITLE: &[u8; 20] = b"shuhi epoch key 1\n\0\0";
const HEAD: usize = 20 + 16 + 8 + 16 + 8;

/// The length of the file in bytes.
pub(super) const EPOCH_FILE_BYTES: usize = HEAD + SEALED_BY_ROOT + 32;

/// The bytes of the file.
pub(super) fn write(
    machine: &shuhi_machine::Machine,
    root: &Root,
    epoch: &Epoch,
    key: &Secret,
) -> Result<Vec<u8>, KeyError> {
    let mut bytes = head(root, epoch);
    let sealed = root.seal(machine, &bytes, key)?;
    bytes.extend_from_slice(&sealed);
    let sum = sha256(&[&bytes]);
    bytes.extend_from_slice(&sum);
    Ok(bytes)
}

/// Reads the key of `epoch`; `Err` says what is wrong with the file.
pub(super) fn read(root: &Root, epoch: &Epoch, bytes: &[u8]) -> Result<Secret, String> {
    if bytes.len() != EPOCH_FILE_BYTES {
        return Err(format!("has {} bytes instead of {EPOCH_FILE_BYTES}", bytes.len()));
    }
    let (content, sum) = bytes.split_last_chunk::<32>().ok_or("is cut")?;
    if *sum != sha256(&[content]) {
        return Err("has a checksum that does not fit".to_owned());
    }
    let (found, sealed) = content.split_at_checked(HEAD).ok_or("is cut")?;
    if found != head(root, epoch) {
        return Err("is of another epoch or key store".to_owned());
    }
    root.open(found, sealed).map_err(|_| "was sealed under another root".to_owned())
}

fn head(root: &Root, epoch: &Epoch) -> Vec<u8> {
    let UtcMillis(began) = epoch.began;
    [TITLE.as_slice(), root.store(), &epoch.number.to_be_bytes(), &epoch.id, &began.to_be_bytes()].concat()
}
