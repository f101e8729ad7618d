//! Proofs as text, for other software too: that a leaf is in the log, and that a log only grew.

use std::fmt::{self, Display};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tlog_tiles::{Hash, check_record, check_tree, prove_record, prove_tree, record_hash, tree_hash};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::error::LedgerError;
use crate::event::StoredEvent;
use crate::leaf::{LeafError, decode_leaf};
use crate::reader::LedgerReader;
use crate::verifier::VerifierKey;
use crate::{CHECKPOINT_BYTES_MAX, LEAF_BYTES_MAX};

/// At most this many bytes in a proof: the longest leaf, the most hashes and the longest checkpoint.
pub const PROOF_BYTES_MAX: usize = LEAF_BYTES_MAX * 4 / 3 + CHECKPOINT_BYTES_MAX + 64 * 1024;
/// Hashes in a proof: one a level of the tree.
const HASHES_MAX: usize = 63;
const HEADING: &str = "c2sp.org/tlog-proof@v1";

/// That a leaf is in a log. Its text is a [C2SP tlog-proof](https://c2sp.org/tlog-proof) whose `extra` line is the leaf,
/// so that nothing but the log's verifier key is needed to check it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProofBundle {
    leaf: Vec<u8>,
    index: u64,
    hashes: Vec<Hash>,
    checkpoint: String,
}

/// That a log of a size is the beginning of a later one. Its text is the request of a
/// [C2SP tlog-witness](https://c2sp.org/tlog-witness), `add-checkpoint`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsistencyProof {
    old_size: u64,
    hashes: Vec<Hash>,
    checkpoint: String,
}

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Not of the form.
    #[error("it is no proof: {0}")]
    Form(&'static str),
    /// Too many bytes.
    #[error("the proof has more than {PROOF_BYTES_MAX} bytes")]
    TooLong,
    /// The checkpoint in it cannot be trusted.
    #[error("the checkpoint of the proof: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The leaf is not in the log.
    #[error("leaf {index} is not the one in the log of {size} leaves: leaf or proof was altered")]
    NotIncluded {
        /// The number of the leaf.
        index: u64,
        /// The size of the log.
        size: u64,
    },
    /// The later log does not begin with the earlier one.
    #[error(
        "the log of {size} leaves does not begin with that of {old_size}: it was rewritten, or the proof was altered"
    )]
    NotConsistent {
        /// The size of the earlier log.
        old_size: u64,
        /// The size of the later log.
        size: u64,
    },
    /// The later log is shorter.
    #[error("the log has {size} leaves, but had {old_size} before: it was set back")]
    SetBack {
        /// The size it had.
        old_size: u64,
        /// The size it has.
        size: u64,
    },
    /// Two logs.
    #[error("the checkpoints are of two logs: `{0}` and `{1}`")]
    Origins(String, String),
    /// What is proved to be there is no event.
    #[error(transparent)]
    Leaf(#[from] LeafError),
}

/// What a proof proves.
#[derive(Clone, Debug, PartialEq)]
pub struct Proved {
    /// The number of the leaf.
    pub index: u64,
    /// The event.
    pub event: StoredEvent,
    /// The log it is in.
    pub checkpoint: Checkpoint,
    /// The witnesses that cosigned the checkpoint, with the time in seconds since 1970 UTC.
    pub witnessed: Vec<(String, u64)>,
}

impl LedgerReader {
    /// Proves that a leaf is in the log, as of its present checkpoint.
    ///
    /// # Errors
    ///
    /// When there is no such leaf, or a file is damaged.
    pub fn prove(&self, index: u64) -> Result<ProofBundle, LedgerError> {
        self.prove_in(index, &self.checkpoint)
    }

    /// Proves that a leaf is in the log as of an earlier checkpoint of it, such as one that witnesses cosigned.
    ///
    /// # Errors
    ///
    /// When the log never had that size or the leaf was not in it, or a file is damaged.
    pub fn prove_in(&self, index: u64, checkpoint: &Checkpoint) -> Result<ProofBundle, LedgerError> {
        let size = checkpoint.size();
        if index >= size || size > self.size() {
            return Err(LedgerError::NoSuchLeaf { index, size: size.min(self.size()) });
        }
        let leaf = self.leaf(index)?;
        let hashes = prove_record(size, index, self).map_err(|error| LedgerError::Tree(error.to_string()))?;
        Ok(ProofBundle { leaf, index, hashes, checkpoint: checkpoint.note().to_owned() })
    }

    /// Proves that the log of `old_size` leaves is the beginning of the present one. A witness asks for it.
    ///
    /// # Errors
    ///
    /// When the log has fewer leaves, or a file is damaged.
    pub fn prove_consistency(&self, old_size: u64) -> Result<ConsistencyProof, LedgerError> {
        let size = self.size();
        if old_size > size {
            return Err(LedgerError::NoSuchSize { asked: old_size, size });
        }
        let proved = if old_size == 0 { Ok(Vec::new()) } else { prove_tree(size, old_size, self) };
        let hashes = proved.map_err(|error| LedgerError::Tree(error.to_string()))?;
        Ok(ConsistencyProof { old_size, hashes, checkpoint: self.checkpoint.note().to_owned() })
    }

    /// The root hash the log had at an earlier size.
    ///
    /// # Errors
    ///
    /// When the log has fewer leaves, or a file is damaged.
    pub fn root_at(&self, size: u64) -> Result<[u8; 32], LedgerError> {
        if size > self.size() {
            return Err(LedgerError::NoSuchSize { asked: size, size: self.size() });
        }
        tree_hash(size, self).map(|hash| hash.0).map_err(|error| LedgerError::Tree(error.to_string()))
    }
}

impl ProofBundle {
    /// Verifies the proof offline, and tells what it proves.
    ///
    /// # Errors
    ///
    /// When the checkpoint is not signed with `log`, or the leaf is not in the log.
    pub fn verify(&self, log: &VerifierKey, witnesses: &[VerifierKey]) -> Result<Proved, ProofError> {
        let checkpoint = Checkpoint::verified(&self.checkpoint, log)?;
        let (index, size) = (self.index, checkpoint.size());
        check_record(&self.hashes, size, Hash(*checkpoint.root()), index, record_hash(&self.leaf))
            .map_err(|_| ProofError::NotIncluded { index, size })?;
        let times = checkpoint.cosignatures(witnesses).into_iter();
        let witnessed = times.map(|(witness, seconds)| (witness.name().to_owned(), seconds)).collect();
        Ok(Proved { index, event: decode_leaf(&self.leaf)?, checkpoint, witnessed })
    }

    /// The number of the leaf.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The bytes of the leaf.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// The checkpoint in it, not verified.
    #[must_use]
    pub fn checkpoint_note(&self) -> &str {
        &self.checkpoint
    }
}

impl ConsistencyProof {
    /// Verifies that `older` is the beginning of the log the proof is about, and tells that log's checkpoint.
    ///
    /// # Errors
    ///
    /// When the checkpoint is not signed with `log`, or the log was rewritten or set back.
    pub fn verify(&self, older: &Checkpoint, log: &VerifierKey) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::verified(&self.checkpoint, log)?;
        if checkpoint.origin() != older.origin() {
            return Err(ProofError::Origins(checkpoint.origin().to_owned(), older.origin().to_owned()));
        }
        let (old_size, size) = (older.size(), checkpoint.size());
        if size < old_size {
            return Err(ProofError::SetBack { old_size, size });
        }
        let (old_root, root) = (Hash(*older.root()), Hash(*checkpoint.root()));
        let holds = self.old_size == old_size
            && if old_size == 0 {
                self.hashes.is_empty()
            } else {
                check_tree(&self.hashes, size, root, old_size, old_root).is_ok()
            };
        if holds { Ok(checkpoint) } else { Err(ProofError::NotConsistent { old_size, size }) }
    }

    /// The size of the earlier log.
    #[must_use]
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The checkpoint in it, not verified.
    #[must_use]
    pub fn checkpoint_note(&self) -> &str {
        &self.checkpoint
    }
}

impl Display for ProofBundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADING}")?;
        writeln!(formatter, "extra {}", STANDARD.encode(&self.leaf))?;
        writeln!(formatter, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(formatter, "{hash}"))?;
        write!(formatter, "\n{}", self.checkpoint)
    }
}

impl Display for ConsistencyProof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "old {}", self.old_size)?;
        self.hashes.iter().try_for_each(|hash| writeln!(formatter, "{hash}"))?;
        write!(formatter, "\n{}", self.checkpoint)
    }
}

impl FromStr for ProofBundle {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = parts(text)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADING) {
            return Err(ProofError::Form("the first line is not `c2sp.org/tlog-proof@v1`"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let extra = extra.ok_or(ProofError::Form("the second line is not `extra` with the leaf"))?;
        let leaf = STANDARD.decode(extra).map_err(|_| ProofError::Form("the leaf is not base64"))?;
        let index =
            number(lines.next(), "index ").ok_or(ProofError::Form("the third line is not `index` with a number"))?;
        Ok(Self { leaf, index, hashes: hashes(lines)?, checkpoint })
    }
}

impl FromStr for ConsistencyProof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = parts(text)?;
        let mut lines = head.split('\n');
        let old_size =
            number(lines.next(), "old ").ok_or(ProofError::Form("the first line is not `old` with a size"))?;
        Ok(Self { old_size, hashes: hashes(lines)?, checkpoint })
    }
}

/// What stands before the first empty line, and the checkpoint after it.
fn parts(text: &str) -> Result<(&str, String), ProofError> {
    if text.len() > PROOF_BYTES_MAX {
        return Err(ProofError::TooLong);
    }
    let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Form("no empty line before a checkpoint"))?;
    Ok((head, checkpoint.to_owned()))
}

fn number(line: Option<&str>, label: &str) -> Option<u64> {
    let digits = line?.strip_prefix(label)?;
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}

fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofError> {
    let hashes: Result<Vec<Hash>, _> = lines.map(Hash::parse_hash).collect();
    let hashes = hashes.map_err(|_| ProofError::Form("a line is not a hash in base64"))?;
    if hashes.len() > HASHES_MAX { Err(ProofError::Form("it has more than 63 hashes")) } else { Ok(hashes) }
}
