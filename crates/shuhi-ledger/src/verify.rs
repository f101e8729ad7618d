//! Verification of a whole ledger, offline: from its folder and its verifier key alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use shuhi_machine::{Disk, DiskError, Machine, read_optional};
use tlog_tiles::record_hash;

use crate::checkpoint::Checkpoint;
use crate::edge::{Edge, FullTile, Node, edge_tiles, nodes, root_of};
use crate::error::LedgerError;
use crate::event::Sealed;
use crate::layout::{self, HASH_BYTES, Row, TILE_BYTES, TILE_WIDTH};
use crate::leaf::decode_leaf;
use crate::reader::{BUNDLE_BYTES_MAX, LedgerReader, entries, length_of, read_checkpoint};
use crate::report::{Failure, Report};
use crate::seal::blob_path;
use crate::verifier::VerifierKey;

/// At most this many failures are listed; more are only counted.
const FAILURES_MAX: usize = 1000;
const BLOB_PART_BYTES: usize = 1 << 20;
/// What stands for the file where the root of what was verified earlier does not come up.
const VERIFIED: &str = "verified earlier";

/// Verifies the ledger in `folder`: the signature of its checkpoint; every leaf, every tile and the root recomputed from
/// the entries; the form of every leaf; every blob; that it continues each of the `older` checkpoints and those in the
/// folder that witnesses cosigned. Nothing is locked or changed.
///
/// # Errors
///
/// When there is no ledger, its checkpoint cannot be trusted, or the disk fails. Whatever else is wrong is in the
/// report.
pub fn verify_folder(
    machine: &Machine,
    folder: &Path,
    key: &VerifierKey,
    older: &[String],
) -> Result<Report, LedgerError> {
    let checkpoint = read_checkpoint(&*machine.disk, folder, key)?;
    let mut verification = Verification::new(&*machine.disk, folder, checkpoint);
    verification.expect_older(older, key);
    verification.expect_witnessed(key)?;
    verification.entries()?;
    Ok(verification.finish()?)
}

/// What was verified earlier: how many leaves, and the root hash of the tree that they make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many leaves.
    pub size: u64,
    /// The root hash (RFC 6962, section 2.1).
    pub root: [u8; 32],
}

/// As [`verify_folder`], but reads only the leaves that came since `earlier`, and the hashes which show that the log
/// continues what was verified then. Damage to older leaves since then is not seen. Where the log does not continue it,
/// that is a failure, and everything is read to name the place.
///
/// # Errors
///
/// As [`verify_folder`].
pub fn verify_folder_since(
    machine: &Machine,
    folder: &Path,
    key: &VerifierKey,
    older: &[String],
    earlier: Verified,
) -> Result<Report, LedgerError> {
    let checkpoint = read_checkpoint(&*machine.disk, folder, key)?;
    let reader = LedgerReader::open(machine, folder, key).ok();
    let mut verification = Verification::new(&*machine.disk, folder, checkpoint);
    verification.expect_older(older, key);
    verification.expect_witnessed(key)?;
    verification.go_on_from(earlier, reader.as_ref())?;
    verification.entries()?;
    Ok(verification.finish()?)
}

struct Verification<'a> {
    disk: &'a dyn Disk,
    folder: &'a Path,
    edge: Edge,
    expected: Vec<Expected>,
    report: Report,
}

/// A root hash that must come up when so many leaves were read.
struct Expected {
    file: PathBuf,
    size: u64,
    root: Node,
}

impl<'a> Verification<'a> {
    fn new(disk: &'a dyn Disk, folder: &'a Path, checkpoint: Checkpoint) -> Self {
        let report = Report {
            checkpoint,
            since: 0,
            leaves: 0,
            bundles: 0,
            tiles: 0,
            payloads: 0,
            blobs: 0,
            leaf_bytes: 0,
            classes: BTreeMap::new(),
            span: None,
            continues: Vec::new(),
            failures: Vec::new(),
            more_failures: 0,
        };
        Self { disk, folder, edge: Edge::default(), expected: Vec::new(), report }
    }

    fn size(&self) -> u64 {
        self.report.checkpoint.size()
    }

    fn fail(&mut self, file: impl Into<PathBuf>, leaf: Option<u64>, what: impl Into<String>) {
        if self.report.failures.len() < FAILURES_MAX {
            self.report.failures.push(Failure { file: file.into(), leaf, what: what.into() });
        } else {
            self.report.more_failures += 1;
        }
    }

    fn expect_older(&mut self, older: &[String], key: &VerifierKey) {
        for (number, note) in (1..).zip(older) {
            self.expect(PathBuf::from(format!("older checkpoint {number}")), note, key);
        }
    }

    fn expect_witnessed(&mut self, key: &VerifierKey) -> Result<(), DiskError> {
        let names = match self.disk.list(&self.folder.join(layout::WITNESSED)) {
            Ok(names) => names,
            Err(error) if error.is_missing() => Vec::new(),
            Err(error) => return Err(error),
        };
        for name in names.iter().filter(|name| name.parse::<u64>().is_ok()) {
            let file = Path::new(layout::WITNESSED).join(name);
            let limit_bytes = crate::CHECKPOINT_BYTES_MAX as u64;
            if let Some(note) = self.read(&file, limit_bytes)? {
                self.expect(file, &String::from_utf8_lossy(&note), key);
            }
        }
        Ok(())
    }

    /// Remembers a checkpoint whose root must come up when that many leaves were read.
    fn expect(&mut self, file: PathBuf, note: &str, key: &VerifierKey) {
        match Checkpoint::verified(note, key) {
            Err(error) => self.fail(file, None, error.to_string()),
            Ok(older) if older.size() > self.size() => {
                let what =
                    format!("the log had {} leaves then and has {} now: it was set back", older.size(), self.size());
                self.fail(file, None, what);
            }
            Ok(older) => self.expected.push(Expected { file, size: older.size(), root: *older.root() }),
        }
    }

    /// Begins behind the full bundles of what was verified earlier, if the log continues that.
    fn go_on_from(&mut self, earlier: Verified, reader: Option<&LedgerReader>) -> Result<(), DiskError> {
        let Verified { size, root } = earlier;
        if size > self.size() {
            let what =
                format!("the log had {size} leaves when it was verified last and has {}: it was set back", self.size());
            self.fail(layout::CHECKPOINT, None, what);
            return Ok(());
        }
        self.expected.push(Expected { file: PathBuf::from(VERIFIED), size, root });
        let mut levels = Vec::new();
        for (level, number, width) in edge_tiles(size) {
            levels.push(if width == 0 { Some(Vec::new()) } else { self.hashes(level, number, width)? });
        }
        let whole: Option<Vec<Vec<Node>>> = levels.into_iter().collect();
        let (Some(mut levels), Some(reader)) = (whole, reader) else { return Ok(()) };
        if Edge::new(size, levels.clone()).root() != root {
            return Ok(());
        }
        // The leaves of the last, partial bundle are read again: with these hashes they must give the same root.
        levels.first_mut().into_iter().for_each(Vec::clear);
        let start = size - size % TILE_WIDTH;
        (self.edge, self.report.since) = (Edge::new(start, levels), start);
        let (before, after) = std::mem::take(&mut self.expected).into_iter().partition(|older| older.size < start);
        self.expected = after;
        for older in before {
            let found = reader.root_at(older.size).ok();
            self.compare(older, found);
        }
        Ok(())
    }

    fn entries(&mut self) -> Result<(), DiskError> {
        self.compare_expected();
        for number in self.edge.size() / TILE_WIDTH..self.size().div_ceil(TILE_WIDTH) {
            let first = number.saturating_mul(TILE_WIDTH);
            let width = self.size().saturating_sub(first).min(TILE_WIDTH);
            let file = layout::tile(Row::Entries, number, width);
            let found = self.bundle(number, width)?;
            let tile_file = layout::tile(Row::Level(0), number, width);
            let tile = self.hashes(0, number, width)?;
            if found.is_none() && tile.is_none() {
                let what = "it and its hashes are missing or malformed: from this leaf on nothing can be verified";
                self.fail(&file, Some(first), what);
                return Ok(());
            }
            if found.is_none() {
                self.fail(&file, None, format!("it is missing, or does not hold {width} entries with their lengths"));
            }
            if tile.is_none() {
                self.fail(&tile_file, None, format!("it is missing, or does not hold {width} hashes"));
            }
            self.report.bundles += u64::from(found.is_some());
            let hashes =
                found.as_ref().map(|found| found.iter().map(|leaf| record_hash(leaf).0).collect::<Vec<Node>>());
            let chosen = self.choose(number, &hashes, &tile)?;
            self.compare_leaves(first, &file, &tile_file, &hashes, &tile, chosen);
            let right = if chosen == Choice::Tile { &tile } else { &hashes };
            let right = right.clone().or(tile).or(hashes).unwrap_or_default();
            for (index, leaf) in (first..).zip(found.unwrap_or_default()) {
                self.leaf(index, &file, &leaf)?;
            }
            self.grow(&right)?;
        }
        Ok(())
    }

    /// Whether entries or hashes are right where they differ: what the tile above says, else the checkpoint.
    fn choose(&self, number: u64, hashes: &Option<Vec<Node>>, tile: &Option<Vec<Node>>) -> Result<Choice, DiskError> {
        let (Some(hashes), Some(tile)) = (hashes, tile) else {
            return Ok(if hashes.is_some() { Choice::Entries } else { Choice::Tile });
        };
        if hashes == tile {
            return Ok(Choice::Entries);
        }
        let slot = self.slot_above(number, hashes.len() as u64)?;
        let fits = |hashes: &[Node]| match slot {
            Some(slot) => slot == root_of(hashes),
            None => self.root_with(hashes) == *self.report.checkpoint.root(),
        };
        Ok(match (fits(hashes), fits(tile)) {
            (true, _) => Choice::Entries,
            (false, true) => Choice::Tile,
            (false, false) => Choice::Neither,
        })
    }

    /// What the tile above says about a full bundle.
    fn slot_above(&self, number: u64, width: u64) -> Result<Option<Node>, DiskError> {
        if width < TILE_WIDTH {
            return Ok(None);
        }
        let above = number / TILE_WIDTH;
        let width = (self.size() / TILE_WIDTH).saturating_sub(above.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH);
        let slot = usize::try_from(number % TILE_WIDTH).unwrap_or(usize::MAX);
        Ok(self.hashes(1, above, width)?.and_then(|above| above.get(slot).copied()))
    }

    /// The root, if these hashes are the last ones.
    fn root_with(&self, hashes: &[Node]) -> Node {
        let mut edge = self.edge.clone();
        hashes.iter().for_each(|hash| edge.push(*hash, &mut Vec::new()));
        edge.root()
    }

    fn compare_leaves(
        &mut self,
        first: u64,
        file: &Path,
        tile_file: &Path,
        hashes: &Option<Vec<Node>>,
        tile: &Option<Vec<Node>>,
        chosen: Choice,
    ) {
        let (Some(hashes), Some(tile)) = (hashes, tile) else {
            self.report.leaves += hashes.as_ref().map_or(0, Vec::len) as u64;
            return;
        };
        let mut tile_is_right = true;
        for (index, (hash, logged)) in (first..).zip(hashes.iter().zip(tile)) {
            if hash == logged {
                self.report.leaves += 1;
                continue;
            }
            tile_is_right = false;
            match chosen {
                Choice::Entries => {
                    self.report.leaves += 1;
                    self.fail(tile_file, Some(index), "the hash is not that of the leaf");
                }
                Choice::Tile => self.fail(file, Some(index), "it is not the leaf that was logged"),
                Choice::Neither => {
                    let what = format!("the leaf and its hash in `{}` differ", tile_file.display());
                    self.fail(file, Some(index), what);
                }
            }
        }
        self.report.tiles += u64::from(tile_is_right || chosen == Choice::Tile);
    }

    fn leaf(&mut self, index: u64, file: &Path, leaf: &[u8]) -> Result<(), DiskError> {
        self.report.leaf_bytes += leaf.len() as u64;
        let event = match decode_leaf(leaf) {
            Ok(event) => event,
            Err(error) => {
                self.fail(file, Some(index), error.to_string());
                return Ok(());
            }
        };
        *self.report.classes.entry(event.class).or_default() += 1;
        let (from, until) = self.report.span.unwrap_or((event.at, event.at));
        self.report.span = Some((from.min(event.at), until.max(event.at)));
        let Some(payload) = event.payload else { return Ok(()) };
        self.report.payloads += 1;
        let Sealed::Blob { sha256, bytes } = payload.sealed else { return Ok(()) };
        let blob = blob_path(&sha256);
        match self.blob(&blob)? {
            None => self.fail(blob, Some(index), "the sealed payload is missing"),
            Some(found) if found == (sha256, bytes) => self.report.blobs += 1,
            Some(_) => {
                self.fail(blob, Some(index), "the sealed payload was altered: it has not the hash it is named by")
            }
        }
        Ok(())
    }

    fn blob(&self, blob: &Path) -> Result<Option<(Node, u64)>, DiskError> {
        let file = match self.disk.open(&self.folder.join(blob), false) {
            Ok(file) => file,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error),
        };
        let size = file.size()?;
        let (mut context, mut part, mut offset) = (Context::new(&SHA256), vec![0; BLOB_PART_BYTES], 0);
        while offset < size {
            let length = usize::try_from(size - offset).map_or(BLOB_PART_BYTES, |rest| rest.min(BLOB_PART_BYTES));
            let Some(part) = part.get_mut(..length) else { break };
            file.read_at(offset, part)?;
            context.update(part);
            offset += length as u64;
        }
        let mut hash = Node::default();
        hash.copy_from_slice(context.finish().as_ref());
        Ok(Some((hash, size)))
    }

    fn grow(&mut self, hashes: &[Node]) -> Result<(), DiskError> {
        for hash in hashes {
            let mut full = Vec::new();
            self.edge.push(*hash, &mut full);
            self.compare_expected();
            for FullTile { level, number, hashes } in full.into_iter().filter(|tile| tile.level > 0) {
                self.upper_tile(level, number, &hashes)?;
            }
        }
        Ok(())
    }

    fn upper_tile(&mut self, level: u8, number: u64, expected: &[Node]) -> Result<(), DiskError> {
        let width = expected.len() as u64;
        let file = layout::tile(Row::Level(level), number, width);
        let Some(found) = self.hashes(level, number, width)? else {
            self.fail(file, None, format!("it is missing, or does not hold {width} hashes"));
            return Ok(());
        };
        let span = TILE_WIDTH.saturating_pow(u32::from(level));
        let first = number.saturating_mul(TILE_WIDTH).saturating_mul(span);
        let wrong: Vec<u64> = (0..)
            .zip(found.iter().zip(expected))
            .filter(|(_, (found, right))| found != right)
            .map(|(slot, _)| slot)
            .collect();
        self.report.tiles += u64::from(wrong.is_empty());
        for slot in wrong {
            let leaf = first.saturating_add(span.saturating_mul(slot));
            let what = format!("its hash of the {span} leaves from this one on is not what they give");
            self.fail(&file, Some(leaf), what);
        }
        Ok(())
    }

    /// Holds the root so far against the earlier checkpoints of this size.
    fn compare_expected(&mut self) {
        let size = self.edge.size();
        if !self.expected.iter().any(|older| older.size == size) {
            return;
        }
        let (now, later): (Vec<_>, _) =
            std::mem::take(&mut self.expected).into_iter().partition(|older| older.size == size);
        self.expected = later;
        let root = self.edge.root();
        for older in now {
            self.compare(older, Some(root));
        }
    }

    fn compare(&mut self, older: Expected, found: Option<Node>) {
        let Expected { file, size, root } = older;
        let was_verified = file == Path::new(VERIFIED);
        if found == Some(root) {
            self.report.continues.extend((!was_verified).then_some(size));
            return;
        }
        let of = if was_verified { "that were verified before" } else { "of this checkpoint" };
        self.fail(file, None, format!("the first {size} leaves are not those {of}: the log was rewritten"));
    }

    fn finish(mut self) -> Result<Report, DiskError> {
        if self.edge.size() < self.size() {
            return Ok(self.report);
        }
        for (level, number, width) in edge_tiles(self.size()).into_iter().skip(1) {
            if width > 0 {
                let expected = self.edge.level(level).to_vec();
                self.upper_tile(level, number, &expected)?;
            }
        }
        if self.edge.root() != *self.report.checkpoint.root() {
            self.fail(
                layout::CHECKPOINT,
                None,
                "the leaves do not give the root hash that was signed: the log was rewritten",
            );
        }
        Ok(self.report)
    }

    /// The entries of a bundle; those of the full one begin with those of a partial one, which may be gone.
    fn bundle(&self, number: u64, width: u64) -> Result<Option<Vec<Vec<u8>>>, DiskError> {
        if let Some(bytes) = self.read(&layout::tile(Row::Entries, number, width), BUNDLE_BYTES_MAX)? {
            return Ok(entries(&bytes, width));
        }
        let full = self.read(&layout::tile(Row::Entries, number, TILE_WIDTH), BUNDLE_BYTES_MAX)?;
        Ok(full.and_then(|bytes| entries(bytes.get(..length_of(&bytes, width)?)?, width)))
    }

    /// The hashes of a tile; those of the full one begin with those of a partial one, which may be gone.
    fn hashes(&self, level: u8, number: u64, width: u64) -> Result<Option<Vec<Node>>, DiskError> {
        let limit_bytes = TILE_BYTES as u64;
        let width_bytes = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(HASH_BYTES);
        if let Some(bytes) = self.read(&layout::tile(Row::Level(level), number, width), limit_bytes)? {
            return Ok(if bytes.len() == width_bytes { nodes(&bytes) } else { None });
        }
        let full = self.read(&layout::tile(Row::Level(level), number, TILE_WIDTH), limit_bytes)?;
        Ok(full.and_then(|bytes| nodes(bytes.get(..width_bytes)?)))
    }

    /// A file longer than it can be is as good as none.
    fn read(&self, file: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, DiskError> {
        match read_optional(self.disk, &self.folder.join(file), limit_bytes) {
            Err(DiskError::TooLarge { .. }) => Ok(None),
            found => found,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Entries,
    Tile,
    Neither,
}
