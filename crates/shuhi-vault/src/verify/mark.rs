//! How far the ledger was verified, with what it told until then, so that the daily run reads only what is new.
//!
//! The mark is signed with a key of the key store that nothing else uses, and it counts only where the tree of the ledger
//! as it is now has, at the mark's size, the root hash that the mark names. Whoever has no passphrase can take it away, and
//! then everything is read; they cannot make one. Everything is read again after a month, since what is behind the mark may
//! have been damaged meanwhile.

use serde::{Deserialize, Serialize};
use shuhi_ledger::{LedgerReader, Verified};
use shuhi_machine::{read_optional, replace_durably};

use super::fold::Fold;
use crate::{Vault, VaultError};

const MAGIC: &[u8; 8] = b"SHUHIVM1";
const SIGNATURE_BYTES: usize = 64;
/// The name of the key that signs marks.
const SIGNER: &str = "verifier";
/// No mark is longer; ten years of segments are far below.
const MARK_BYTES_MAX: u64 = 256 << 20;
/// Leaves that are worth a new mark where nothing was verified.
const LEAVES_A_MARK: u64 = 1_024;
/// After this time everything is read again. This program's choice.
const COMPLETE_EVERY_MILLIS: i64 = 30 * shuhi_records::MILLIS_A_DAY;

/// The mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The root hash of the tree of the leaves that were folded.
    root: [u8; 32],
    /// What these leaves told.
    pub fold: Fold,
    /// How far everything was verified, with the root there.
    pub verified: Option<(u64, [u8; 32])>,
    /// When everything was last read, milliseconds UTC.
    pub complete_at: i64,
}

impl Mark {
    fn fits(&self, ledger: &LedgerReader) -> bool {
        self.fold.next <= ledger.size() && ledger.root_at(self.fold.next).is_ok_and(|root| root == self.root)
    }

    /// What was verified, unless that is too long ago.
    pub fn verified(&self, now: i64) -> Option<Verified> {
        let (size, root) = self.verified.filter(|_| now.saturating_sub(self.complete_at) < COMPLETE_EVERY_MILLIS)?;
        Some(Verified { size, root })
    }
}

impl Vault {
    /// The mark, where there is one that was made here; whether the ledger continues it is another question.
    pub(super) fn mark(&self) -> Option<Mark> {
        let bytes = read_optional(&*self.machine.disk, &self.folder.verified(), MARK_BYTES_MAX).ok()??;
        let (signed, signature) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE_BYTES)?)?;
        // Ed25519 makes the same signature of the same bytes (RFC 8032).
        if self.keys.signer(SIGNER).ok()?.sign(signed).as_slice() != signature {
            return None;
        }
        postcard::from_bytes(signed.strip_prefix(MAGIC)?).ok()
    }

    /// What the ledger tells up to now; from the mark on, where the ledger continues it.
    pub(crate) fn told(&self) -> Result<Fold, VaultError> {
        let mark = self.mark().filter(|mark| mark.fits(&self.ledger));
        let (mut fold, verified, complete_at) =
            mark.map_or_else(Default::default, |mark| (mark.fold, mark.verified, mark.complete_at));
        let before = fold.next;
        fold.catch_up(&self.ledger)?;
        if fold.next - before >= LEAVES_A_MARK {
            // Without the mark only time is lost.
            let _ = self.set_mark(&fold, verified, complete_at);
        }
        Ok(fold)
    }

    /// Remembers what was folded and verified.
    pub(super) fn set_mark(
        &self,
        fold: &Fold,
        verified: Option<(u64, [u8; 32])>,
        complete_at: i64,
    ) -> Result<(), VaultError> {
        let root = self.ledger.root_at(fold.next)?;
        let mark = Mark { root, fold: fold.clone(), verified, complete_at };
        let body = postcard::to_stdvec(&mark).map_err(|_| VaultError::damaged("verified", "it cannot be written"))?;
        let mut bytes = [MAGIC.as_slice(), &body].concat();
        bytes.extend_from_slice(&self.keys.signer(SIGNER)?.sign(&bytes));
        Ok(replace_durably(&*self.machine.disk, &self.folder.verified(), &bytes)?)
    }
}
