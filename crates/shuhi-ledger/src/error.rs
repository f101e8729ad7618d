//! What can go wrong with a ledger.

use std::path::PathBuf;

use shuhi_keys::KeyError;
use shuhi_machine::DiskError;

use crate::checkpoint::CheckpointError;
use crate::classes::ClassError;
use crate::leaf::LeafError;
use crate::{BATCH_EVENTS_MAX, PAYLOAD_BYTES_MAX, SIZE_MAX};

/// Why the ledger did not do it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// There is a ledger already.
    #[error("`{}` holds a ledger already; open it, or choose another folder", .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("`{}` holds no ledger: the file `checkpoint` is missing", .0.display())]
    NoLedger(PathBuf),
    /// A file is not what was written.
    #[error("`{}` is damaged{}: {what}; put it back from a copy", file.display(), of_leaf(*leaf))]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The leaf it is about.
        leaf: Option<u64>,
        /// What is wrong with it.
        what: String,
    },
    /// The checkpoint is older than one that a witness has seen.
    #[error("`{}` is a checkpoint of {size} leaves, but a witness has seen {witnessed}: the ledger was set back; restore its latest copy", file.display())]
    SetBack {
        /// The checkpoint.
        file: PathBuf,
        /// Its size.
        size: u64,
        /// The size of the witnessed checkpoint.
        witnessed: u64,
    },
    /// The checkpoint of the folder cannot be trusted.
    #[error("`{}`: {error}", file.display())]
    Checkpoint {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// A checkpoint or key that was given cannot be used.
    #[error(transparent)]
    Given(#[from] CheckpointError),
    /// An event that cannot be a leaf.
    #[error("event {position} of the batch (`{class}`): {error}")]
    Leaf {
        /// Its place in the batch, from 0.
        position: usize,
        /// Its class.
        class: String,
        /// Why not.
        error: LeafError,
    },
    /// An event that is not as its class says.
    #[error("event {position} of the batch: {error}")]
    Class {
        /// Its place in the batch, from 0.
        position: usize,
        /// Why not.
        error: ClassError,
    },
    /// A leaf that is not there.
    #[error("there is no leaf {index}: the ledger has {size}, numbered from 0")]
    NoSuchLeaf {
        /// The number that was asked for.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// A size the log never had.
    #[error("the ledger has {size} leaves, it never had a checkpoint of {asked}")]
    NoSuchSize {
        /// The size that was asked for.
        asked: u64,
        /// The size it has.
        size: u64,
    },
    /// A payload that is too long.
    #[error("the payload of event {position} of the batch has {bytes} bytes, at most {PAYLOAD_BYTES_MAX} are taken")]
    PayloadTooLong {
        /// Its place in the batch, from 0.
        position: usize,
        /// Its length.
        bytes: usize,
    },
    /// Too many events at once.
    #[error("a batch of {0} events; at most {BATCH_EVENTS_MAX} are appended at once")]
    BatchTooLarge(usize),
    /// The log has as many leaves as it can have.
    #[error("the ledger is full: more than {SIZE_MAX} leaves are not supported")]
    Full,
    /// A payload that opens, but is not the one that was committed to.
    #[error("the payload of leaf {0} is not the one the leaf commits to")]
    Commitment(u64),
    /// The key holder.
    #[error("the payload's key cannot be used: {0}")]
    Keys(#[from] KeyError),
    /// A mistake in the ledger itself.
    #[error("the tree cannot be computed: {0}")]
    Tree(String),
}

fn of_leaf(leaf: Option<u64>) -> String {
    leaf.map_or(String::new(), |leaf| format!(" at leaf {leaf}"))
}
