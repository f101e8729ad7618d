//! Epoch keys: they wrap every other key, and what ends with them stays closed.

mod file;
mod given;
mod replicas;
mod token;

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use shuhi_machine::{UtcMillis, random_array};

pub(crate) use replicas::FileEpochs;
pub(crate) use token::TokenEpochs;
pub use token::TokenPlace;

use crate::KeyError;
use crate::secret::{SEALED_SECRET, Secret};

/// 32 bytes wrapped under an epoch key: nonce, ciphertext, tag.
pub(crate) type Wrapped = [u8; SEALED_SECRET];

/// One epoch: its key is known by number and id together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Counts epochs of a key store from 1.
    pub number: u64,
    /// 16 random bytes, so that an epoch given up half way is never taken for another of the same number.
    pub id: [u8; 16],
    /// When it began.
    pub began: UtcMillis,
}

impl Epoch {
    pub(crate) fn new(machine: &shuhi_machine::Machine, number: u64) -> Result<Self, KeyError> {
        Ok(Self { number, id: random_array(&*machine.randomness)?, began: machine.now() })
    }
}

/// Where epoch keys live: files in replica folders ([`FileEpochs`]) or a token ([`TokenEpochs`]). No implementation hands
/// an epoch key out.
pub(crate) trait EpochKeys: Send + Sync + Debug {
    /// Makes a random key for an epoch, durable in every place within reach on return, at least in one.
    fn make(&self, epoch: &Epoch) -> Result<(), KeyError>;
    /// Makes the epoch's key usable; [`KeyError::EpochKeyMissing`] when no place has it whole.
    fn ready(&self, epoch: &Epoch) -> Result<(), KeyError>;
    /// Writes the epoch's key to places within reach that lack it.
    fn restore(&self, epoch: &Epoch);
    /// Wraps a key.
    fn wrap(&self, epoch: &Epoch, aad: &[u8], key: &Secret) -> Result<Wrapped, KeyError>;
    /// Unwraps a key.
    fn unwrap(&self, epoch: &Epoch, aad: &[u8], wrapped: &Wrapped) -> Result<Secret, KeyError>;
    /// Destroys every epoch key of this key store but one, which must be whole in at least one place; says what was
    /// done in each place.
    fn destroy_others(&self, kept: &Epoch) -> Result<Vec<ReplicaEnd>, KeyError>;
    /// The state of each place.
    fn replicas(&self, epoch: &Epoch) -> Vec<Replica>;
    /// Takes the operator's word that a place which is no longer named holds no epoch key; says whether it was known.
    fn write_off(&self, place: &Path) -> Result<bool, KeyError>;
    /// Whether one place is too few.
    fn wants_replicas(&self) -> bool;
    /// Whether the operator says that the places are in snapshots or backups.
    fn snapshots_declared(&self) -> bool;
}

/// One place of epoch keys, and the state of the current key there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// The folder, or the label of the token.
    pub place: PathBuf,
    /// What is there.
    pub state: ReplicaState,
    /// Earlier epoch keys there that should have been destroyed.
    pub left_over: usize,
}

/// What a place has of the current epoch's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicaState {
    /// The key, whole.
    Whole,
    /// The folder is there, the key is not.
    Missing,
    /// The folder or token is not there or does not answer; what it said.
    OutOfReach(String),
    /// Something is there that is not the whole key; what is wrong with it.
    Damaged(String),
    /// The folder is no longer named, but was given epoch keys and not seen empty since.
    Retired,
}

/// What the end of an epoch did in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaEnd {
    /// The folder, or the label of the token.
    pub place: PathBuf,
    /// What happened there.
    pub destruction: KeyDestruction,
}

/// Whether earlier epoch keys are gone from a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyDestruction {
    /// So many files were overwritten with random bytes, made durable, and removed; or so many token objects destroyed.
    Destroyed(usize),
    /// No earlier epoch key was there.
    NothingThere,
    /// The place was out of reach or refused; earlier keys may be there still.
    NotShown(String),
}
