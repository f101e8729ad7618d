//! Checkpoints of this log that witnesses cosigned: what the log can no longer take back.

use shuhi_machine::{Disk, Machine, read_optional, replace_durably};

use crate::CHECKPOINT_BYTES_MAX;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::error::LedgerError;
use crate::layout;
use crate::ledger::Ledger;
use crate::reader::LedgerReader;
use crate::verifier::VerifierKey;

impl LedgerReader {
    /// The sizes at which witnesses cosigned the log, smallest first.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn witnessed_sizes(&self) -> Result<Vec<u64>, LedgerError> {
        let names = match self.disk.list(&self.folder.join(layout::WITNESSED)) {
            Ok(names) => names,
            Err(error) if error.is_missing() => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut sizes: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// The checkpoint that witnesses cosigned at a size.
    ///
    /// # Errors
    ///
    /// When it is damaged, or not of this log.
    pub fn witnessed(&self, size: u64) -> Result<Option<Checkpoint>, LedgerError> {
        let file = self.folder.join(layout::WITNESSED).join(size.to_string());
        let Some(bytes) = read_optional(&*self.disk, &file, CHECKPOINT_BYTES_MAX as u64)? else { return Ok(None) };
        let checkpoint = Checkpoint::verified(&String::from_utf8_lossy(&bytes), &self.key);
        checkpoint.map(Some).map_err(|error| LedgerError::Checkpoint { file, error })
    }

    /// Refuses a log that is older than, or other than, what a witness saw last.
    pub(crate) fn check_against_witnesses(&self) -> Result<(), LedgerError> {
        let Some(last) = self.witnessed_sizes()?.pop() else { return Ok(()) };
        let Some(witnessed) = self.witnessed(last)? else { return Ok(()) };
        if witnessed.size() > self.size() {
            let file = self.folder.join(layout::CHECKPOINT);
            return Err(LedgerError::SetBack { file, size: self.size(), witnessed: witnessed.size() });
        }
        if self.root_at(witnessed.size())? == *witnessed.root() {
            return Ok(());
        }
        let what = format!("up to leaf {} it is not the log that witnesses saw", witnessed.size());
        Err(self.damaged(layout::CHECKPOINT.into(), None, what))
    }
}

impl Ledger {
    /// Keeps a checkpoint of this log that witnesses cosigned, and hands the cosignatures out with the present
    /// checkpoint where it is the same. Returns how many of the witnesses cosigned it.
    ///
    /// # Errors
    ///
    /// When it is not a checkpoint of this log, none of the witnesses cosigned it, or the disk fails.
    pub fn keep_witnessed(&mut self, note: &str, witnesses: &[VerifierKey]) -> Result<usize, LedgerError> {
        let given = Checkpoint::verified(note, self.verifier_key())?;
        let size = given.size();
        if self.root_at(size)? != *given.root() {
            let what = format!("a checkpoint of {size} leaves with its signature has another root hash");
            return Err(self.damaged(layout::CHECKPOINT.into(), None, what));
        }
        let lines = given.cosignature_lines(witnesses);
        if lines.is_empty() {
            return Err(CheckpointError::NotCosigned.into());
        }
        let known = self.witnessed(size)?.unwrap_or_else(|| given.signed_only(self.verifier_key()));
        let merged = lines.iter().fold(known, |checkpoint, line| checkpoint.with_line(line));
        let machine: Machine = self.machine().clone();
        let folder = self.folder().join(layout::WITNESSED);
        machine.disk.make_folder(&folder)?;
        replace_durably(&*machine.disk, &folder.join(size.to_string()), merged.note().as_bytes())?;
        if size == self.size() {
            self.publish_again(&*machine.disk, merged)?;
        }
        Ok(lines.len())
    }

    fn publish_again(&mut self, disk: &dyn Disk, checkpoint: Checkpoint) -> Result<(), LedgerError> {
        replace_durably(disk, &self.folder().join(layout::CHECKPOINT), checkpoint.note().as_bytes())?;
        self.set_checkpoint(checkpoint);
        Ok(())
    }
}
