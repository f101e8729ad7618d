//! Verification: ledger, catalog and files held against each other. All but the keys can be checked by anyone who has a copy
//! of the folder and the log's public key.

mod files;
mod fold;
mod keys;
mod mark;

use shuhi_ledger::{LedgerReader, ReceiptState, Report, VerifierKey};
use shuhi_machine::{DiskError, Machine, UtcMillis};

use crate::catalog::Catalog;
use crate::{Folder, Overdue, Vault, VaultError};
use files::Verification;

pub(crate) use files::{hash_of, hash_of_first};
pub(crate) use fold::Fold;

/// What was verified.
#[derive(Debug)]
pub struct VaultReport {
    /// The ledger by itself.
    pub ledger: Report,
    /// When all of the ledger was last read, where it was not now.
    pub complete_at: Option<UtcMillis>,
    /// Segments whose file has the hash that catalog and ledger say.
    pub segments: u64,
    /// Parts of holds whose file has that hash.
    pub held: u64,
    /// Receipts that rest on an intent which came before them, in the order of the ledger.
    pub receipts: Vec<Receipt>,
    /// Whether the keys were checked as well: that what is there opens and what is erased does not.
    pub keys_checked: bool,
    /// What is not as it must be.
    pub faults: Vec<Discrepancy>,
    /// What should be gone and is not.
    pub overdue: Overdue,
}

/// A receipt of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The segment, held part or quarantine.
    pub segment: String,
    /// The leaf of the receipt.
    pub leaf: u64,
    /// How far it is proof against copies.
    pub state: ReceiptState,
}

/// Something that is not as catalog and ledger say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// The segment, hold, spool or leaf it is about.
    pub about: String,
    /// What is wrong.
    pub what: String,
}

impl VaultReport {
    /// Whether everything is as it must be.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.ledger.is_whole() && self.faults.is_empty() && self.overdue.is_empty()
    }
}

impl Vault {
    /// The ledger, to read and to prove.
    #[must_use]
    pub fn ledger(&self) -> &LedgerReader {
        &self.ledger
    }

    /// Verifies everything, the keys too. Of the ledger only what came since the last verification is read, and that it
    /// continues what was verified then; all of it where `all` is asked for, or it was not read whole for a month.
    ///
    /// # Errors
    ///
    /// Where the disk fails or the ledger's checkpoint cannot be trusted; whatever else is wrong is in the report.
    pub fn verify(&self, all: bool) -> Result<VaultReport, VaultError> {
        let view = self.catalog.view()?;
        let key = self.ledger.verifier_key();
        let folder = self.folder.ledger();
        let mark = self.mark();
        let earlier = mark.as_ref().filter(|_| !all).and_then(|mark| mark.verified(self.now().0));
        let ledger = match earlier {
            Some(earlier) => shuhi_ledger::verify_folder_since(&self.machine, &folder, key, &[], earlier)?,
            None => shuhi_ledger::verify_folder(&self.machine, &folder, key, &[])?,
        };
        let told = if earlier.is_some() && ledger.is_whole() { self.told()? } else { self.told_anew()? };
        let complete_at = if ledger.since == 0 { None } else { mark.map(|mark| mark.complete_at) };
        if ledger.is_whole() {
            let verified = Some((ledger.checkpoint.size(), *ledger.checkpoint.root()));
            // Without the mark only time is lost.
            let _ = self.set_mark(&told, verified, complete_at.unwrap_or(self.now().0));
        }
        let mut verification = Verification::new(&self.machine, &self.folder, ledger, &told, self.now());
        verification.run(&view)?;
        verification.report.complete_at = complete_at.map(UtcMillis);
        self.verify_keys(&view, &mut verification.report)?;
        Ok(verification.report)
    }

    /// What the ledger tells, every leaf of it read.
    fn told_anew(&self) -> Result<Fold, VaultError> {
        let mut told = Fold::default();
        told.catch_up(&self.ledger)?;
        Ok(told)
    }
}

/// Verifies a data folder without any key but the log's public one; `older` are checkpoints that were kept before.
/// Nothing in the folder is changed, everything is read.
///
/// # Errors
///
/// [`DiskError::Locked`] where a process has the vault open; where there is none, the disk fails, or the ledger's checkpoint
/// cannot be trusted. Whatever else is wrong is in the report.
pub fn verify_folder(
    machine: &Machine,
    folder: &Folder,
    key: &VerifierKey,
    older: &[String],
) -> Result<VaultReport, VaultError> {
    // A copy on a medium that cannot be written has nobody who writes it either.
    let _lock = match machine.disk.lock(&folder.lock()) {
        Err(DiskError::Locked(path)) => return Err(DiskError::Locked(path).into()),
        locked => locked.ok(),
    };
    let ledger = shuhi_ledger::verify_folder(machine, &folder.ledger(), key, older)?;
    let catalog = Catalog::open_copy(machine, &folder.catalog())?;
    let mut told = Fold::default();
    told.catch_up(&LedgerReader::open(machine, &folder.ledger(), key)?)?;
    let mut verification = Verification::new(machine, folder, ledger, &told, machine.now());
    verification.run(&catalog.view()?)?;
    Ok(verification.report)
}
