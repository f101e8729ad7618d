//! Holding catalog and files against what the ledger told.

use std::path::Path;

use ring::digest::{Context, SHA256};
use shuhi_ledger::Report;
use shuhi_machine::{DiskError, Machine, UtcMillis};

use super::fold::Fold;
use super::{Discrepancy, Receipt, VaultReport};
use crate::catalog::{
    HeldPart, HoldRow, QuarantineRow, QuarantineState, SegmentRow, SegmentState, SpoolRow, View, tables,
};
use crate::events::hexadecimal;
use crate::overdue::overdue;
use crate::{Folder, Overdue, VaultError};

/// No more bytes are read at a time.
const PART_BYTES: usize = 1 << 20;

pub(super) struct Verification<'v> {
    machine: &'v Machine,
    folder: &'v Folder,
    now: UtcMillis,
    told: &'v Fold,
    pub report: VaultReport,
}

impl<'v> Verification<'v> {
    pub fn new(machine: &'v Machine, folder: &'v Folder, ledger: Report, told: &'v Fold, now: UtcMillis) -> Self {
        let report = VaultReport {
            ledger,
            complete_at: None,
            segments: 0,
            held: 0,
            receipts: Vec::new(),
            keys_checked: false,
            faults: Vec::new(),
            overdue: Overdue::default(),
        };
        Self { machine, folder, now, told, report }
    }

    pub fn run(&mut self, view: &View) -> Result<(), VaultError> {
        for (id, row) in view.all::<SegmentRow>(&tables::SEGMENTS)? {
            self.segment(&id, &row)?;
        }
        for (id, row) in view.all::<HoldRow>(&tables::HOLDS)? {
            self.hold(&id, &row)?;
        }
        for (id, row) in view.all::<SpoolRow>(&tables::SPOOLS)? {
            let size = self.machine.disk.size(&self.folder.spool(&id));
            if row.acknowledged > 0 && !size.is_ok_and(|size| size >= row.acknowledged) {
                self.fault(&id, "a spool is missing or shorter than what was acknowledged");
            }
        }
        for (id, row) in view.all::<QuarantineRow>(&tables::QUARANTINES)? {
            if row.state == QuarantineState::Erased {
                self.receipt(&id, (row.receipt, row.intent), &row.sha256);
                self.absent(&id, &self.folder.quarantine())?;
            }
        }
        self.receipts();
        self.report.overdue = overdue(self.told, view, self.now)?;
        Ok(())
    }

    fn segment(&mut self, id: &str, row: &SegmentRow) -> Result<(), VaultError> {
        if let Some(leaf) = row.announced {
            let same = self.told.sealed.get(id).is_some_and(|told| {
                told.leaf == leaf
                    && told.sha256 == row.sha256
                    && told.records == i64::try_from(row.records).ok()
                    && row.expires_at <= told.expires
            });
            if !same {
                self.fault(id, format!("leaf {leaf} does not announce it as the catalog has it"));
            }
        }
        match row.state {
            SegmentState::Part | SegmentState::Sealed => {
                if row.state == SegmentState::Sealed && row.announced.is_none() {
                    self.fault(id, "the ledger was not told that it was sealed");
                }
                if self.has_hash(&self.folder.segment(id), &row.sha256)? {
                    self.report.segments += 1;
                } else {
                    self.fault(id, "its file is missing or not as it was sealed (SHA-256)");
                }
            }
            SegmentState::Erasing => {
                if row.intent.is_none() {
                    self.fault(id, "it is being erased and the ledger was not told that this is intended");
                }
            }
            SegmentState::Erased => {
                self.receipt(id, (row.receipt, row.intent), &row.sha256);
                self.absent(id, &self.folder.segments())?;
                self.absent(id, &self.folder.spools())?;
            }
        }
        Ok(())
    }

    fn hold(&mut self, id: &str, row: &HoldRow) -> Result<(), VaultError> {
        if let Some(leaf) = row.accepted {
            let hashes: Vec<String> = row.parts.iter().map(|part| hexadecimal(&part.sha256)).collect();
            let told = self.told.holds.get(id);
            if !told.is_some_and(|told| told.leaf == leaf && told.sha256 == hashes) {
                self.fault(id, format!("leaf {leaf} does not announce the hold as the catalog has it"));
            }
        }
        for part in &row.parts {
            self.part(id, part)?;
        }
        Ok(())
    }

    fn part(&mut self, hold: &str, part: &HeldPart) -> Result<(), VaultError> {
        if part.receipt.is_some() {
            self.receipt(&part.segment, (part.receipt, part.intent), &part.sha256);
            return self.absent(&part.segment, &self.folder.holds());
        }
        if part.intent.is_some() {
            return Ok(());
        }
        if self.has_hash(&self.folder.hold(&part.segment), &part.sha256)? {
            self.report.held += 1;
        } else {
            self.fault(hold, "a file of held records is missing or not as it was copied (SHA-256)");
        }
        Ok(())
    }

    fn receipt(&mut self, segment: &str, (receipt, intent): (Option<u64>, Option<u64>), sha256: &[u8; 32]) {
        let Some(leaf) = receipt else { return self.fault(segment, "it is erased and has no receipt") };
        let told = self.told.receipts.get(segment);
        if !told.is_some_and(|told| told.leaf == leaf && told.sha256 == sha256 && told.intended == intent) {
            self.fault(segment, format!("leaf {leaf} is not its receipt"));
        }
    }

    /// Every receipt rests on an intent that came before it.
    fn receipts(&mut self) {
        for (segment, told) in &self.told.receipts {
            if told.rests {
                let (segment, leaf) = (segment.clone(), told.leaf);
                self.report.receipts.push(Receipt { segment, leaf, state: told.state() });
            } else {
                self.fault(segment, format!("the receipt in leaf {} rests on no intent", told.leaf));
            }
        }
        self.report.receipts.sort_unstable_by_key(|receipt| receipt.leaf);
    }

    fn absent(&mut self, id: &str, folder: &Path) -> Result<(), VaultError> {
        let left = self.machine.disk.list(folder)?.into_iter().find(|name| name.split('.').next() == Some(id));
        if let Some(name) = left {
            self.fault(id, format!("it has a receipt and `{name}` is still there"));
        }
        Ok(())
    }

    fn has_hash(&self, path: &Path, sha256: &[u8; 32]) -> Result<bool, VaultError> {
        match hash_of(self.machine, path) {
            Ok(hash) => Ok(hash == *sha256),
            Err(error) if error.is_missing() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn fault(&mut self, about: &str, what: impl Into<String>) {
        self.report.faults.push(Discrepancy { about: about.to_owned(), what: what.into() });
    }
}

/// SHA-256 of a file.
pub(crate) fn hash_of(machine: &Machine, path: &Path) -> Result<[u8; 32], DiskError> {
    let file = machine.disk.open(path, false)?;
    hash_of_first(&*file, file.size()?)
}

/// SHA-256 of the first bytes of a file.
pub(crate) fn hash_of_first(file: &dyn shuhi_machine::DiskFile, size: u64) -> Result<[u8; 32], DiskError> {
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; PART_BYTES];
    let mut at = 0;
    while at < size {
        let length = usize::try_from(size - at).unwrap_or(usize::MAX).min(PART_BYTES);
        let Some(part) = buffer.get_mut(..length) else { break };
        file.read_at(at, part)?;
        context.update(part);
        at += length as u64;
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Ok(hash)
}
