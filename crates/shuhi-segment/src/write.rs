//! Writing a segment.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use shuhi_machine::{Machine, UtcMillis};
use shuhi_records::{Columns, Kind};

use crate::{Segment, SegmentError, SegmentId, SegmentResult};

/// How many records a segment holds at most.
pub const MAX_ROWS: usize = 1 << 30;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many records.
    pub rows: usize,
    /// How long the files are together, in bytes.
    pub bytes: u64,
    /// SHA-256 of the main file, which in turn holds that of every sidecar: it stands for the whole segment.
    pub sha256: [u8; 32],
    /// The earliest start.
    pub earliest: UtcMillis,
    /// The latest end.
    pub latest: UtcMillis,
}

/// Every file of a segment whose main file is at `path`, the main file last.
#[must_use]
pub fn paths(path: &Path, kind: Kind) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = kind.other_paths().iter().map(|column| sidecar(path, column)).collect();
    paths.push(path.to_owned());
    paths
}

pub(crate) fn sidecar(path: &Path, column: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(column);
    path.with_file_name(name)
}

/// Writes records, in any order, as a segment; on return it is durable, after a crash it is there whole or its main file
/// is absent.
///
/// # Errors
///
/// Without records, with more than [`MAX_ROWS`], and what the disk says.
pub fn write(
    machine: &Machine,
    path: &Path,
    id: &SegmentId,
    columns: &Columns,
    key: &[u8; 32],
) -> SegmentResult<Written> {
    write_with_threads(machine, path, id, columns, key, NonZeroUsize::MIN)
}

/// [`write`] on several threads; the same records in the same files.
///
/// # Errors
///
/// As [`write`].
pub fn write_with_threads(
    _machine: &Machine,
    _path: &Path,
    _id: &SegmentId,
    _columns: &Columns,
    _key: &[u8; 32],
    _threads: NonZeroUsize,
) -> SegmentResult<Written> {
    Err(SegmentError::Empty)
}

/// Writes one segment of all records of several.
///
/// # Errors
///
/// Where the parts are of different kinds, and as [`write`].
pub fn merge(
    _machine: &Machine,
    _path: &Path,
    _id: &SegmentId,
    _parts: &[&Segment],
    _key: &[u8; 32],
) -> SegmentResult<Written> {
    Err(SegmentError::Empty)
}
