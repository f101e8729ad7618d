//! Reading a ledger: every leaf and hash that is handed out was checked against the signed checkpoint.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuhi_machine::{Disk, Machine, read_optional};
use tlog_tiles::{Hash, HashReader, record_hash, split_stored_hash_index};

use crate::checkpoint::Checkpoint;
use crate::edge::{Edge, Node, edge_tiles, nodes, root_of};
use crate::error::LedgerError;
use crate::event::StoredEvent;
use crate::layout::{self, HASH_BYTES, Row, TILE_BYTES, TILE_WIDTH};
use crate::leaf::decode_leaf;
use crate::verifier::VerifierKey;
use crate::{CHECKPOINT_BYTES_MAX, LEAF_BYTES_MAX};

/// A full bundle of the longest entries.
pub(crate) const BUNDLE_BYTES_MAX: u64 = TILE_WIDTH * (LEAF_BYTES_MAX as u64 + 2);
/// As many tiles are kept in memory: half a megabyte.
const TILES_KEPT: usize = 64;
/// As many bundles are kept in memory: a megabyte as a rule, 128 of the longest leaves.
const BUNDLES_KEPT: usize = 8;

/// The entries of a bundle, checked.
pub(crate) type Bundle = Arc<Vec<Vec<u8>>>;

/// A ledger as of one checkpoint. Needs no lock: a writer may go on beside it.
pub struct LedgerReader {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) folder: PathBuf,
    pub(crate) key: VerifierKey,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) edge: Edge,
    /// The bytes of the last, partial bundle; empty at a size that is a multiple of 256.
    pub(crate) tail: Vec<u8>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    tiles: BTreeMap<(u8, u64), Arc<Vec<Node>>>,
    bundles: BTreeMap<u64, Bundle>,
}

impl LedgerReader {
    /// Opens the ledger in `folder` as of its present checkpoint.
    ///
    /// # Errors
    ///
    /// When there is none, its checkpoint is not signed with `key`, or what lies at its end is damaged.
    pub fn open(machine: &Machine, folder: &Path, key: &VerifierKey) -> Result<Self, LedgerError> {
        let checkpoint = read_checkpoint(&*machine.disk, folder, key)?;
        Self::at(machine.disk.clone(), folder, key, checkpoint)
    }

    pub(crate) fn at(
        disk: Arc<dyn Disk>,
        folder: &Path,
        key: &VerifierKey,
        checkpoint: Checkpoint,
    ) -> Result<Self, LedgerError> {
        let size = checkpoint.size();
        let mut reader = Self {
            disk,
            folder: folder.to_owned(),
            key: key.clone(),
            checkpoint,
            edge: Edge::default(),
            tail: Vec::new(),
            kept: Mutex::default(),
        };
        let mut levels = Vec::new();
        for (level, number, width) in edge_tiles(size) {
            levels.push(if width == 0 { Vec::new() } else { reader.read_tile(level, number, width)? });
        }
        reader.edge = Edge::new(size, levels);
        reader.tail = reader.read_tail()?;
        if reader.edge.root() == *reader.checkpoint.root() { Ok(reader) } else { Err(reader.damaged_edge()) }
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The key that verifies this log; `Display` gives the text to hand out.
    #[must_use]
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The folder it is in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The event of a leaf.
    ///
    /// # Errors
    ///
    /// When there is no such leaf, or a file it is read from is damaged.
    pub fn event(&self, index: u64) -> Result<StoredEvent, LedgerError> {
        let leaf = self.leaf(index)?;
        decode_leaf(&leaf).map_err(|error| {
            let (number, width) = self.bundle_of(index);
            self.damaged(layout::tile(Row::Entries, number, width), Some(index), error.to_string())
        })
    }

    /// The bytes of a leaf.
    ///
    /// # Errors
    ///
    /// When there is no such leaf, or a file it is read from is damaged.
    pub fn leaf(&self, index: u64) -> Result<Vec<u8>, LedgerError> {
        if index >= self.size() {
            return Err(LedgerError::NoSuchLeaf { index, size: self.size() });
        }
        let bundle = self.bundle(index / TILE_WIDTH)?;
        let leaf = bundle.get(usize::try_from(index % TILE_WIDTH).unwrap_or(usize::MAX));
        leaf.cloned().ok_or(LedgerError::NoSuchLeaf { index, size: self.size() })
    }

    /// The events from a leaf on, with their numbers.
    pub fn events_from(&self, index: u64) -> impl Iterator<Item = Result<(u64, StoredEvent), LedgerError>> + '_ {
        (index..self.size()).map(|index| Ok((index, self.event(index)?)))
    }

    /// The entries of a bundle, each compared with its hash in the tree.
    pub(crate) fn bundle(&self, number: u64) -> Result<Bundle, LedgerError> {
        if let Some(bundle) = self.kept().bundles.get(&number) {
            return Ok(bundle.clone());
        }
        let (_, width) = self.bundle_of(number.saturating_mul(TILE_WIDTH));
        let file = layout::tile(Row::Entries, number, width);
        let bytes = if width < TILE_WIDTH { self.tail.clone() } else { self.read_file(&file, BUNDLE_BYTES_MAX)? };
        let entries = entries(&bytes, width).ok_or_else(|| {
            self.damaged(file.clone(), None, format!("it is not {width} entries, each with its length before it"))
        })?;
        let hashes = self.tile(0, number)?;
        for (position, (entry, hash)) in entries.iter().zip(hashes.iter()).enumerate() {
            if record_hash(entry).0 != *hash {
                let leaf = number.saturating_mul(TILE_WIDTH).saturating_add(position as u64);
                return Err(self.damaged(file, Some(leaf), "it is not the leaf that was logged".to_owned()));
            }
        }
        let bundle = Arc::new(entries);
        let mut kept = self.kept();
        if kept.bundles.len() >= BUNDLES_KEPT {
            kept.bundles.clear();
        }
        kept.bundles.insert(number, bundle.clone());
        Ok(bundle)
    }

    /// The hashes of a tile, compared with the hash of the tile above and so with the checkpoint.
    pub(crate) fn tile(&self, level: u8, number: u64) -> Result<Arc<Vec<Node>>, LedgerError> {
        if number == self.full_tiles(level) {
            return Ok(Arc::new(self.edge.level(level).to_vec()));
        }
        if let Some(tile) = self.kept().tiles.get(&(level, number)) {
            return Ok(tile.clone());
        }
        let hashes = self.read_tile(level, number, TILE_WIDTH)?;
        let above = self.tile(level + 1, number / TILE_WIDTH)?;
        let expected = above.get(usize::try_from(number % TILE_WIDTH).unwrap_or(usize::MAX));
        if expected != Some(&root_of(&hashes)) {
            let file = layout::tile(Row::Level(level), number, TILE_WIDTH);
            return Err(self.damaged(file, None, "its hashes are not those the tile above stands for".to_owned()));
        }
        let hashes = Arc::new(hashes);
        let mut kept = self.kept();
        if kept.tiles.len() >= TILES_KEPT {
            kept.tiles.clear();
        }
        kept.tiles.insert((level, number), hashes.clone());
        Ok(hashes)
    }

    /// Forgets what was read before the log grew.
    pub(crate) fn grow(&mut self, checkpoint: Checkpoint, edge: Edge, tail: Vec<u8>) {
        let last = self.full_tiles(0);
        self.kept().bundles.remove(&last);
        self.checkpoint = checkpoint;
        self.edge = edge;
        self.tail = tail;
    }

    pub(crate) fn damaged(&self, file: PathBuf, leaf: Option<u64>, what: String) -> LedgerError {
        LedgerError::Damaged { file: self.folder.join(file), leaf, what }
    }

    /// The number of the bundle of a leaf, and how many entries it has.
    fn bundle_of(&self, index: u64) -> (u64, u64) {
        let number = index / TILE_WIDTH;
        (number, self.size().saturating_sub(number.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH))
    }

    /// How many full tiles a level has; also the number of its partial one.
    fn full_tiles(&self, level: u8) -> u64 {
        self.size() >> (8 * (u32::from(level) + 1)).min(63)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_tail(&self) -> Result<Vec<u8>, LedgerError> {
        let number = self.full_tiles(0);
        let width = self.size() % TILE_WIDTH;
        if width == 0 {
            return Ok(Vec::new());
        }
        let partial = layout::tile(Row::Entries, number, width);
        let bytes = match read_optional(&*self.disk, &self.folder.join(&partial), BUNDLE_BYTES_MAX)? {
            Some(bytes) => bytes,
            None => self.read_file(&layout::tile(Row::Entries, number, TILE_WIDTH), BUNDLE_BYTES_MAX)?,
        };
        let wrong = |leaf, what: &str| self.damaged(partial.clone(), leaf, what.to_owned());
        let length =
            length_of(&bytes, width).ok_or_else(|| wrong(None, "it does not hold the entries its name says"))?;
        let bytes = bytes.get(..length).unwrap_or_default().to_vec();
        let entries = entries(&bytes, width).unwrap_or_default();
        let hashes = self.edge.level(0).iter();
        for (leaf, (entry, hash)) in (number.saturating_mul(TILE_WIDTH)..).zip(entries.iter().zip(hashes)) {
            if record_hash(entry).0 != *hash {
                return Err(wrong(Some(leaf), "the leaf and its hash in the tile of level 0 differ"));
            }
        }
        Ok(bytes)
    }

    /// A partial tile may be gone once the full one is there.
    fn read_tile(&self, level: u8, number: u64, width: u64) -> Result<Vec<Node>, LedgerError> {
        let file = layout::tile(Row::Level(level), number, width);
        let width_bytes = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(HASH_BYTES);
        let bytes = match read_optional(&*self.disk, &self.folder.join(&file), TILE_BYTES as u64)? {
            Some(bytes) => bytes,
            None => {
                let full = layout::tile(Row::Level(level), number, TILE_WIDTH);
                let mut bytes = self.read_file(&full, TILE_BYTES as u64).map_err(|_| self.missing(file.clone()))?;
                bytes.truncate(width_bytes);
                bytes
            }
        };
        let hashes = nodes(&bytes).filter(|_| bytes.len() == width_bytes);
        hashes.ok_or_else(|| self.damaged(file, None, format!("it does not hold {width} hashes of 32 bytes")))
    }

    pub(crate) fn read_file(&self, file: &Path, limit_bytes: u64) -> Result<Vec<u8>, LedgerError> {
        let found = read_optional(&*self.disk, &self.folder.join(file), limit_bytes)?;
        found.ok_or_else(|| self.missing(file.to_owned()))
    }

    fn missing(&self, file: PathBuf) -> LedgerError {
        self.damaged(file, None, "it is missing".to_owned())
    }

    /// Names the file that makes the edge differ from the checkpoint.
    fn damaged_edge(&self) -> LedgerError {
        for (level, number, width) in edge_tiles(self.size()).into_iter().skip(1) {
            let file = layout::tile(Row::Level(level), number, width);
            for (child, hash) in (number.saturating_mul(TILE_WIDTH)..).zip(self.edge.level(level)) {
                match self.read_tile(level - 1, child, TILE_WIDTH) {
                    Err(error) => return error,
                    Ok(hashes) if root_of(&hashes) != *hash => {
                        let child = layout::tile(Row::Level(level - 1), child, TILE_WIDTH);
                        return self.damaged(file, None, format!("it and `{}` differ", child.display()));
                    }
                    Ok(_) => {}
                }
            }
        }
        let what = "its root hash is not that of the tiles beside it".to_owned();
        self.damaged(PathBuf::from(layout::CHECKPOINT), None, what)
    }
}

impl fmt::Debug for LedgerReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LedgerReader({} leaves in {})", self.size(), self.folder.display())
    }
}

impl HashReader for LedgerReader {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let hash_at = |index: &u64| {
            let (level, number) = split_stored_hash_index(*index);
            let within = level % 8;
            let tile = self.tile(level / 8, number >> (8 - within))?;
            let start = usize::try_from((number << within) % TILE_WIDTH).unwrap_or(usize::MAX);
            let part = tile.get(start..start.saturating_add(1 << within));
            part.map(|part| Hash(root_of(part))).ok_or_else(|| LedgerError::Tree(format!("no hash {index}")))
        };
        let hashes: Result<Vec<Hash>, LedgerError> = indexes.iter().map(hash_at).collect();
        hashes.map_err(|error| tlog_tiles::Error::InvalidInput(error.to_string()))
    }
}

/// The checkpoint of a folder, verified.
pub(crate) fn read_checkpoint(disk: &dyn Disk, folder: &Path, key: &VerifierKey) -> Result<Checkpoint, LedgerError> {
    let file = folder.join(layout::CHECKPOINT);
    let bytes = read_optional(disk, &file, CHECKPOINT_BYTES_MAX as u64)?;
    let bytes = bytes.ok_or_else(|| LedgerError::NoLedger(folder.to_owned()))?;
    let note = String::from_utf8_lossy(&bytes);
    Checkpoint::verified(&note, key).map_err(|error| LedgerError::Checkpoint { file, error })
}

/// The entries of a bundle that has exactly `width`.
pub(crate) fn entries(bytes: &[u8], width: u64) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        rest = after;
    }
    (entries.len() as u64 == width).then_some(entries)
}

/// Where the first `width` entries of a bundle end.
pub(crate) fn length_of(bytes: &[u8], width: u64) -> Option<usize> {
    let mut rest = bytes;
    for _ in 0..width {
        let (length, after) = rest.split_first_chunk()?;
        rest = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?.1;
    }
    Some(bytes.len() - rest.len())
}
