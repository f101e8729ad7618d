//! Writing a ledger.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shuhi_machine::{DiskLock, Machine, replace_durably};
use tlog_tiles::{EMPTY_HASH, record_hash};

use crate::append::{Grown, Growth};
use crate::checkpoint::Checkpoint;
use crate::classes::ClassTable;
use crate::error::LedgerError;
use crate::event::Event;
use crate::keys::{PayloadKeys, Signer};
use crate::layout::{self, Row, TILE_WIDTH};
use crate::leaf::encode_leaf;
use crate::reader::{LedgerReader, read_checkpoint};
use crate::seal::{Blob, seal};
use crate::verifier::{VerifierKey, VerifierKind};
use crate::{BATCH_EVENTS_MAX, SIZE_MAX};

/// At most this many files are open at once while a batch is written.
const FILES_OPEN_MAX: usize = 64;

/// A ledger, open to append. Everything a [`LedgerReader`] does it does too.
///
/// One writer a folder: it is locked as long as this value lives.
pub struct Ledger {
    machine: Machine,
    reader: LedgerReader,
    signer: Arc<dyn Signer>,
    classes: ClassTable,
    /// An append failed after it may have reached the checkpoint: what is on the disk decides.
    unsettled: bool,
    _lock: Box<dyn DiskLock>,
}

impl Ledger {
    /// Makes an empty ledger in `folder`. `origin` names it everywhere: a URL without scheme, such as
    /// `example.jp/ledger`, without spaces and `+`.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Exists`] where there is one; when the origin is no name, or the disk or the signer fails.
    pub fn create(
        machine: &Machine,
        folder: &Path,
        origin: &str,
        signer: Arc<dyn Signer>,
    ) -> Result<Self, LedgerError> {
        let disk = &*machine.disk;
        disk.make_folder(folder)?;
        let lock = disk.lock(&folder.join(layout::LOCK))?;
        if disk.size(&folder.join(layout::CHECKPOINT)).is_ok() {
            return Err(LedgerError::Exists(folder.to_owned()));
        }
        for inner in [layout::BLOBS, layout::WITNESSED] {
            disk.make_folder(&folder.join(inner))?;
        }
        let checkpoint = Checkpoint::signed(origin, 0, EMPTY_HASH.0, &*signer)?;
        replace_durably(disk, &folder.join(layout::CHECKPOINT), checkpoint.note().as_bytes())?;
        Self::locked(machine, folder, origin, signer, lock)
    }

    /// Opens the ledger in `folder`. What a crash left beyond the checkpoint was never acknowledged; it is not part of
    /// the log and will be overwritten.
    ///
    /// # Errors
    ///
    /// When another process has it open, there is none, the checkpoint is not of this origin and signer, what lies at
    /// the end is damaged, or a witness has seen a later checkpoint.
    pub fn open(machine: &Machine, folder: &Path, origin: &str, signer: Arc<dyn Signer>) -> Result<Self, LedgerError> {
        if machine.disk.size(&folder.join(layout::CHECKPOINT)).is_err() {
            return Err(LedgerError::NoLedger(folder.to_owned()));
        }
        let lock = machine.disk.lock(&folder.join(layout::LOCK))?;
        Self::locked(machine, folder, origin, signer, lock)
    }

    fn locked(
        machine: &Machine,
        folder: &Path,
        origin: &str,
        signer: Arc<dyn Signer>,
        lock: Box<dyn DiskLock>,
    ) -> Result<Self, LedgerError> {
        let key = VerifierKey::new(origin, VerifierKind::Log, &signer.public_key())
            .map_err(crate::checkpoint::CheckpointError::from)?;
        let reader = settled(machine, folder, &key)?;
        let ledger = Self {
            machine: machine.clone(),
            reader,
            signer,
            classes: ClassTable::default(),
            unsettled: false,
            _lock: lock,
        };
        ledger.check_against_witnesses()?;
        ledger.remove_what_was_not_published()?;
        Ok(ledger)
    }

    /// Takes other classes of events.
    #[must_use]
    pub fn with_classes(mut self, classes: ClassTable) -> Self {
        self.classes = classes;
        self
    }

    /// The classes of events it takes.
    #[must_use]
    pub fn classes(&self) -> &ClassTable {
        &self.classes
    }

    /// Appends events, all or none, and tells the numbers of their leaves. On return they are durable and under a
    /// signed checkpoint. One call costs one set of syncs however many events it has.
    ///
    /// # Errors
    ///
    /// When an event is not as its class says or too long, a key is missing, or the disk fails. After a failure of the
    /// disk within the last step the events may be in the log: [`LedgerReader::size`] then tells, after a further
    /// append or opening.
    pub fn append(&mut self, events: &[Event], keys: &dyn PayloadKeys) -> Result<Vec<u64>, LedgerError> {
        self.settle()?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        if events.len() > BATCH_EVENTS_MAX {
            return Err(LedgerError::BatchTooLarge(events.len()));
        }
        let first = self.reader.size();
        let end = first.saturating_add(events.len() as u64);
        if end > SIZE_MAX {
            return Err(LedgerError::Full);
        }
        let (leaves, blobs) = self.leaves(events, keys)?;
        let mut growth = Growth::new(self.reader.edge.clone(), self.reader.tail.clone());
        for leaf in &leaves {
            growth.push(leaf, record_hash(leaf).0);
        }
        let growth = growth.finish();
        let origin = self.reader.checkpoint.origin();
        let checkpoint = Checkpoint::signed(origin, end, growth.edge.root(), &*self.signer)?;
        self.write(&blobs, &growth.files, checkpoint.note())?;
        self.publish(checkpoint, growth, first)?;
        Ok((first..end).collect())
    }

    fn leaves(&self, events: &[Event], keys: &dyn PayloadKeys) -> Result<(Vec<Vec<u8>>, Vec<Blob>), LedgerError> {
        let mut leaves = Vec::with_capacity(events.len());
        let mut blobs = Vec::new();
        for (position, event) in events.iter().enumerate() {
            self.classes.check(event).map_err(|error| LedgerError::Class { position, error })?;
            let (stored, blob) = seal(&self.machine, self.reader.checkpoint.origin(), position, event, keys)?;
            let leaf = encode_leaf(&stored);
            leaves.push(leaf.map_err(|error| LedgerError::Leaf { position, class: event.class.clone(), error })?);
            blobs.extend(blob);
        }
        Ok((leaves, blobs))
    }

    /// Writes blobs, entries, hashes and the checkpoint under the name it has until it is published, and makes them
    /// durable together. None of it counts before the checkpoint has its own name: what a crash leaves of blobs is named by
    /// no leaf, as every sealing is different, and the rest is overwritten.
    fn write(&self, blobs: &[Blob], files: &[(PathBuf, Vec<u8>)], checkpoint: &str) -> Result<(), LedgerError> {
        let mut all: Vec<(PathBuf, &[u8])> = blobs.iter().map(|blob| (blob.path(), blob.sealed.as_slice())).collect();
        all.extend(files.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())));
        all.push((PathBuf::from(layout::FRESH_CHECKPOINT), checkpoint.as_bytes()));
        let disk = &*self.machine.disk;
        let mut folders = BTreeSet::new();
        let mut together = all.chunks(FILES_OPEN_MAX).peekable();
        while let Some(part) = together.next() {
            let mut written = Vec::with_capacity(part.len());
            for (path, bytes) in part {
                let path = self.reader.folder.join(path);
                if let Some(folder) = path.parent()
                    && folders.insert(folder.to_owned())
                {
                    disk.make_folder(folder)?;
                }
                let file = disk.open(&path, true)?;
                file.set_size(0)?;
                file.write_at(0, bytes)?;
                written.push(file);
            }
            // The ledger's own folder has only the fresh checkpoint, and is synced once that is renamed.
            folders.remove(&self.reader.folder);
            let last = together.peek().is_none();
            let changed: Vec<&Path> = folders.iter().filter(|_| last).map(PathBuf::as_path).collect();
            disk.sync_all(&written, &changed)?;
        }
        Ok(())
    }

    fn publish(&mut self, checkpoint: Checkpoint, growth: Grown, first: u64) -> Result<(), LedgerError> {
        let [fresh, path] = [layout::FRESH_CHECKPOINT, layout::CHECKPOINT].map(|name| self.reader.folder.join(name));
        self.unsettled = true;
        let disk = &*self.machine.disk;
        let published = disk.rename(&fresh, &path).and_then(|()| disk.sync_folder(&self.reader.folder));
        if let Err(error) = published {
            // The new checkpoint may be there although making it durable failed: then it is made so now, or the error
            // stands and the next call finds out.
            let settled = self.settle();
            return if settled.is_ok() && self.reader.checkpoint == checkpoint { Ok(()) } else { Err(error.into()) };
        }
        self.unsettled = false;
        self.reader.grow(checkpoint, growth.edge, growth.tail);
        self.remove_partials(first);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), LedgerError> {
        if self.unsettled {
            let key = self.reader.key.clone();
            self.reader = settled(&self.machine, &self.reader.folder.clone(), &key)?;
            self.unsettled = false;
        }
        Ok(())
    }

    /// Partial tiles may go once the full tile is there (C2SP tlog-tiles, "Partial Tiles"). Not needed to be durable,
    /// so nothing fails by it.
    fn remove_partials(&self, before: u64) {
        for (level, number, _) in crate::edge::edge_tiles(before) {
            let rows = if level == 0 { vec![Row::Entries, Row::Level(0)] } else { vec![Row::Level(level)] };
            if number < self.reader.size() >> (8 * (u32::from(level) + 1)) {
                rows.into_iter().for_each(|row| self.remove_all(&layout::partials(row, number)));
            }
        }
    }

    fn remove_all(&self, folder: &Path) {
        let folder = self.reader.folder.join(folder);
        for name in self.machine.disk.list(&folder).unwrap_or_default() {
            let _ = self.machine.disk.remove(&folder.join(name));
        }
    }

    /// A checkpoint that was signed but not published must not lie about: beside another one of the same size it would
    /// look like a log that tells two stories.
    fn remove_what_was_not_published(&self) -> Result<(), LedgerError> {
        let fresh = self.reader.folder.join(layout::FRESH_CHECKPOINT);
        if self.machine.disk.size(&fresh).is_ok() {
            self.machine.disk.remove(&fresh)?;
        }
        self.remove_partials(self.reader.size().saturating_sub(self.reader.size() % TILE_WIDTH).saturating_sub(1));
        Ok(())
    }

    pub(crate) fn set_checkpoint(&mut self, checkpoint: Checkpoint) {
        self.reader.checkpoint = checkpoint;
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }
}

/// The ledger as of the checkpoint that is on the disk, made durable: a reader may have seen it already.
fn settled(machine: &Machine, folder: &Path, key: &VerifierKey) -> Result<LedgerReader, LedgerError> {
    let checkpoint = read_checkpoint(&*machine.disk, folder, key)?;
    machine.disk.sync_folder(folder)?;
    LedgerReader::at(machine.disk.clone(), folder, key, checkpoint)
}

impl Deref for Ledger {
    type Target = LedgerReader;

    fn deref(&self) -> &LedgerReader {
        &self.reader
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Ledger({:?})", self.reader)
    }
}
