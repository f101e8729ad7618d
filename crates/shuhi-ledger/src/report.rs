//! What a verification found.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::path::PathBuf;

use shuhi_machine::UtcMillis;

use crate::checkpoint::Checkpoint;

/// What was verified, and what failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The checkpoint everything was held against; its signature is valid.
    pub checkpoint: Checkpoint,
    /// The first leaf that was read; those before it were verified earlier, and the log continues what was verified then.
    pub since: u64,
    /// Leaves whose hash is the one in the tree.
    pub leaves: u64,
    /// Bundles of entries read.
    pub bundles: u64,
    /// Tiles of hashes that are what the entries give.
    pub tiles: u64,
    /// Sealed payloads, in leaves and blobs.
    pub payloads: u64,
    /// Blobs that have the hash they are named by.
    pub blobs: u64,
    /// Bytes of all leaves.
    pub leaf_bytes: u64,
    /// How many events of each class.
    pub classes: BTreeMap<String, u64>,
    /// The earliest and latest time of an event.
    pub span: Option<(UtcMillis, UtcMillis)>,
    /// Sizes of the earlier checkpoints that this log continues.
    pub continues: Vec<u64>,
    /// What failed, in the order it was found.
    pub failures: Vec<Failure>,
    /// How many failures more there are.
    pub more_failures: u64,
}

/// Something that is not as it was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file within the ledger's folder, or what else was given.
    pub file: PathBuf,
    /// The leaf it is about, numbered from 0.
    pub leaf: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.file.display())?;
        if let Some(leaf) = self.leaf {
            write!(formatter, ", leaf {leaf}")?;
        }
        write!(formatter, ": {}", self.what)
    }
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }
}
