//! Verification: ledger, catalog and files held against each other. All but the keys can be checked by anyone who has a copy
//! of the folder and the log's public key.

use std::path::Path;

use ring::digest::{Context, SHA256};
use shuhi_ledger::{LedgerReader, Report, StoredEvent, VerifierKey};
use shuhi_machine::{DiskError, Machine, UtcMillis};

use crate::catalog::{Catalog, HeldPart, HoldRow, SegmentRow, SegmentState, SpoolRow, View, tables};
use crate::overdue::overdue;
use crate::{Folder, Overdue, Vault, VaultError};

/// No more bytes are read at a time.
const PART_BYTES: usize = 1 << 20;

/// What was verified.
#[derive(Debug)]
pub struct VaultReport {
    /// The ledger by itself.
    pub ledger: Report,
    /// Segments whose file has the hash that catalog and ledger say.
    pub segments: u64,
    /// Parts of holds whose file has that hash.
    pub held: u64,
    /// Receipts whose segment is gone from the folder.
    pub receipts: u64,
    /// Whether the keys were checked as well: that what is there opens and what is erased does not.
    pub keys_checked: bool,
    /// What is not as it must be.
    pub faults: Vec<Discrepancy>,
    /// What should be gone and is not.
    pub overdue: Overdue,
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

    /// Verifies everything, the keys too.
    ///
    /// # Errors
    ///
    /// Where the disk fails or the ledger's checkpoint cannot be trusted; whatever else is wrong is in the report.
    pub fn verify(&self) -> Result<VaultReport, VaultError> {
        let view = self.catalog.view()?;
        let key = self.ledger.verifier_key();
        let ledger = shuhi_ledger::verify_folder(&self.machine, &self.folder.ledger(), key, &[])?;
        let mut verification = Verification::new(&self.machine, &self.folder, ledger, self.now());
        verification.run(&self.ledger, &view)?;
        self.verify_keys(&view, &mut verification.report)?;
        Ok(verification.report)
    }

    fn verify_keys(&self, view: &View, report: &mut VaultReport) -> Result<(), VaultError> {
        report.keys_checked = true;
        let mut fault = |about: &str, what: String| report.faults.push(Discrepancy { about: about.to_owned(), what });
        for (id, row) in view.all::<SegmentRow>(&tables::SEGMENTS)? {
            match row.state {
                SegmentState::Part | SegmentState::Sealed => {
                    let opened = self.open_segment(&id, &row).and_then(|open| Ok(open.verify(&row.sha256)?));
                    opened.unwrap_or_else(|error| fault(&id, format!("it does not open as it was written: {error}")));
                }
                SegmentState::Erasing => {}
                SegmentState::Erased => {
                    if self.keys.lease(&crate::vault::key_of(&row.key)?).is_ok() {
                        fault(&id, "it has a receipt and its key is still there".to_owned());
                    }
                }
            }
        }
        for (id, row) in view.all::<SpoolRow>(&tables::SPOOLS)? {
            if let Err(error) = self.spooled(&id, &row) {
                fault(&id, format!("a spool does not open as it was written: {error}"));
            }
        }
        for (hold, row) in view.all::<HoldRow>(&tables::HOLDS)? {
            for part in row.parts.iter().filter(|part| part.intent.is_none()) {
                let opened = self.open_part(part).and_then(|open| Ok(open.verify(&part.sha256)?));
                opened.unwrap_or_else(|error| fault(&hold, format!("held records do not open as written: {error}")));
            }
            for part in row.parts.iter().filter(|part| part.receipt.is_some()) {
                if self.keys.lease(&crate::vault::key_of(&part.key)?).is_ok() {
                    fault(&hold, "its records have a receipt and their key is still there".to_owned());
                }
            }
        }
        Ok(())
    }
}

/// Verifies a data folder without any key but the log's public one; `older` are checkpoints that were kept before.
/// Nothing in the folder is changed.
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
    let reader = LedgerReader::open(machine, &folder.ledger(), key)?;
    let mut verification = Verification::new(machine, folder, ledger, machine.now());
    verification.run(&reader, &catalog.view()?)?;
    Ok(verification.report)
}

struct Verification<'v> {
    machine: &'v Machine,
    folder: &'v Folder,
    now: UtcMillis,
    report: VaultReport,
}

impl<'v> Verification<'v> {
    fn new(machine: &'v Machine, folder: &'v Folder, ledger: Report, now: UtcMillis) -> Self {
        let report = VaultReport {
            ledger,
            segments: 0,
            held: 0,
            receipts: 0,
            keys_checked: false,
            faults: Vec::new(),
            overdue: Overdue::default(),
        };
        Self { machine, folder, now, report }
    }

    fn run(&mut self, ledger: &LedgerReader, view: &View) -> Result<(), VaultError> {
        for (id, row) in view.all::<SegmentRow>(&tables::SEGMENTS)? {
            self.segment(ledger, &id, &row)?;
        }
        for (id, row) in view.all::<HoldRow>(&tables::HOLDS)? {
            self.hold(ledger, &id, &row)?;
        }
        for (id, row) in view.all::<SpoolRow>(&tables::SPOOLS)? {
            let size = self.machine.disk.size(&self.folder.spool(&id));
            if row.acknowledged > 0 && !size.is_ok_and(|size| size >= row.acknowledged) {
                self.fault(&id, "a spool is missing or shorter than what was acknowledged");
            }
        }
        self.receipts(ledger)?;
        self.report.overdue = overdue(ledger, view, self.now)?;
        Ok(())
    }

    fn segment(&mut self, ledger: &LedgerReader, id: &str, row: &SegmentRow) -> Result<(), VaultError> {
        if let Some(leaf) = row.announced {
            let sealed = of_class(ledger, leaf, "segment.sealed")?;
            let same = sealed.is_some_and(|event| {
                event.text("segment") == Some(id)
                    && event.bytes("sha256") == Some(&row.sha256)
                    && event.number("records") == i64::try_from(row.records).ok()
                    && event.number("expires").is_some_and(|expires| row.expires_at <= expires)
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
                self.receipt(ledger, id, (row.receipt, row.intent), &row.sha256)?;
                self.absent(id, &self.folder.segments())?;
                self.absent(id, &self.folder.spools())?;
            }
        }
        Ok(())
    }

    fn hold(&mut self, ledger: &LedgerReader, id: &str, row: &HoldRow) -> Result<(), VaultError> {
        if let Some(leaf) = row.accepted {
            let told = of_class(ledger, leaf, "hold.accepted")?;
            let hashes: Vec<String> = row.parts.iter().map(|part| crate::events::hexadecimal(&part.sha256)).collect();
            let same = told.is_some_and(|event| {
                event.text("hold") == Some(id) && event.texts("segments_sha256") == Some(hashes.as_slice())
            });
            if !same {
                self.fault(id, format!("leaf {leaf} does not announce the hold as the catalog has it"));
            }
        }
        for part in &row.parts {
            self.part(ledger, id, part)?;
        }
        Ok(())
    }

    fn part(&mut self, ledger: &LedgerReader, hold: &str, part: &HeldPart) -> Result<(), VaultError> {
        if part.receipt.is_some() {
            self.receipt(ledger, &part.segment, (part.receipt, part.intent), &part.sha256)?;
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

    fn receipt(
        &mut self,
        ledger: &LedgerReader,
        segment: &str,
        (receipt, intent): (Option<u64>, Option<u64>),
        sha256: &[u8; 32],
    ) -> Result<(), VaultError> {
        let Some(leaf) = receipt else {
            self.fault(segment, "it is erased and has no receipt");
            return Ok(());
        };
        let event = of_class(ledger, leaf, "erasure.done")?;
        let same = event.is_some_and(|event| {
            event.text("segment") == Some(segment)
                && event.bytes("sha256") == Some(sha256)
                && event.number("intended").and_then(|leaf| u64::try_from(leaf).ok()) == intent
        });
        if !same {
            self.fault(segment, format!("leaf {leaf} is not its receipt"));
        }
        Ok(())
    }

    /// Every receipt rests on an intent that came before it.
    fn receipts(&mut self, ledger: &LedgerReader) -> Result<(), VaultError> {
        for event in ledger.events_from(0) {
            let (leaf, event) = event?;
            if event.class != "erasure.done" {
                continue;
            }
            let intent = event.number("intended").and_then(|intent| u64::try_from(intent).ok());
            let intended = match intent.filter(|intent| *intent < leaf) {
                Some(intent) => of_class(ledger, intent, "erasure.intended")?,
                None => None,
            };
            let rests = intended.is_some_and(|intended| {
                intended.text("erasure") == event.text("erasure") && intended.text("segment") == event.text("segment")
            });
            if rests {
                self.report.receipts += 1;
            } else {
                let segment = event.text("segment").unwrap_or_default().to_owned();
                self.fault(&segment, format!("the receipt in leaf {leaf} rests on no intent"));
            }
        }
        Ok(())
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

/// The event of a leaf, where there is one of that class.
fn of_class(ledger: &LedgerReader, leaf: u64, class: &str) -> Result<Option<StoredEvent>, VaultError> {
    if leaf >= ledger.size() {
        return Ok(None);
    }
    Ok(Some(ledger.event(leaf)?).filter(|event| event.class == class))
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
