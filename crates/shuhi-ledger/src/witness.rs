//! A witness: someone elsewhere who remembers how long the log was, and signs only for a log that grew from there.
//! Without one, whoever holds the log's key and its folder can write another history.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shuhi_machine::{DiskError, DiskLock, Machine, UtcMillis, read_optional, replace_durably};

use crate::CHECKPOINT_BYTES_MAX;
use crate::checkpoint::{Checkpoint, CheckpointError, claimed_origin};
use crate::keys::Signer;
use crate::layout::LOCK;
use crate::proof::{ConsistencyProof, ProofError};
use crate::seal::sha256;
use crate::verifier::{VerifierKey, VerifierKind};

/// Why a witness does not sign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The proof starts at another size than the witness saw last.
    #[error(
        "the last checkpoint of `{origin}` seen here has {seen} leaves, the proof starts at {claimed}; make it with `--from {seen}`"
    )]
    Conflict {
        /// The log.
        origin: String,
        /// The size seen last.
        seen: u64,
        /// The size the proof starts at.
        claimed: u64,
    },
    /// The checkpoint is not signed, or the log was rewritten or set back.
    #[error("not cosigned: {0}")]
    Proof(#[from] ProofError),
    /// The checkpoint or the witness's own key cannot be used.
    #[error("not cosigned: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// What the witness kept is not a checkpoint of that log.
    #[error("`{}`, which holds the last checkpoint seen, is damaged: {error}; restore it, or nothing can be said about what came before", file.display())]
    State {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// A clock before 1970.
    #[error("the clock of the witness stands before 1970")]
    Clock,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A checkpoint with a witness's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The signature line (C2SP tlog-cosignature, `cosignature/v1`), with its line feed.
    pub line: String,
    /// The checkpoint with that line.
    pub checkpoint: Checkpoint,
}

/// A witness with its memory: a folder with the last checkpoint of each log it cosigned.
pub struct Witness {
    machine: Machine,
    folder: PathBuf,
    key: VerifierKey,
    signer: Arc<dyn Signer>,
    _lock: Box<dyn DiskLock>,
}

impl Witness {
    /// Opens the witness called `name`, such as `witness.example.org`, or makes it. Its key must sign nothing else:
    /// what is signed does not say the name.
    ///
    /// # Errors
    ///
    /// When another process has it open, or the name is none.
    pub fn open(machine: &Machine, folder: &Path, name: &str, signer: Arc<dyn Signer>) -> Result<Self, WitnessError> {
        let key = VerifierKey::new(name, VerifierKind::Witness, &signer.public_key()).map_err(CheckpointError::from)?;
        machine.disk.make_folder(folder)?;
        let lock = machine.disk.lock(&folder.join(LOCK))?;
        Ok(Self { machine: machine.clone(), folder: folder.to_owned(), key, signer, _lock: lock })
    }

    /// The key that verifies its signatures.
    #[must_use]
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The last checkpoint of a log that it cosigned.
    ///
    /// # Errors
    ///
    /// When what it kept is damaged.
    pub fn seen(&self, log: &VerifierKey) -> Result<Option<Checkpoint>, WitnessError> {
        let file = self.state(log.name());
        let Some(bytes) = read_optional(&*self.machine.disk, &file, CHECKPOINT_BYTES_MAX as u64)? else {
            return Ok(None);
        };
        let checkpoint = Checkpoint::verified(&String::from_utf8_lossy(&bytes), log);
        checkpoint.map(Some).map_err(|error| WitnessError::State { file, error })
    }

    /// Cosigns the checkpoint of a proof, if the log only grew since the checkpoint cosigned before. It is remembered
    /// durably before the signature is handed out.
    ///
    /// # Errors
    ///
    /// When the checkpoint is not signed with `log`, the proof does not start at the last checkpoint seen, or the log
    /// was rewritten or set back.
    pub fn cosign(&self, proof: &ConsistencyProof, log: &VerifierKey) -> Result<Cosigned, WitnessError> {
        let seen = self.seen(log)?;
        let cosigned = cosign(seen.as_ref(), proof, log, &self.key, &*self.signer, self.machine.now())?;
        replace_durably(&*self.machine.disk, &self.state(log.name()), cosigned.checkpoint.note().as_bytes())?;
        Ok(cosigned)
    }

    fn state(&self, origin: &str) -> PathBuf {
        self.folder.join(crate::hex::encode(&sha256(origin.as_bytes())))
    }
}

/// Cosigns the checkpoint of a proof, given the last one seen. Whoever calls it must keep the result durably before
/// handing it out; [`Witness`] does.
///
/// # Errors
///
/// As [`Witness::cosign`].
pub fn cosign(
    seen: Option<&Checkpoint>,
    proof: &ConsistencyProof,
    log: &VerifierKey,
    witness: &VerifierKey,
    signer: &dyn Signer,
    now: UtcMillis,
) -> Result<Cosigned, WitnessError> {
    let claimed = Checkpoint::verified(proof.checkpoint_note(), log)?;
    let seen_size = seen.map_or(0, Checkpoint::size);
    if proof.old_size() != seen_size && claimed.size() >= seen_size {
        let origin = claimed_origin(proof.checkpoint_note()).unwrap_or_default().to_owned();
        return Err(WitnessError::Conflict { origin, seen: seen_size, claimed: proof.old_size() });
    }
    let checkpoint = match seen {
        Some(seen) => proof.verify(seen, log)?,
        None => proof.verify(&Checkpoint::empty(log.name()), log)?,
    };
    let seconds = u64::try_from(now.0.div_euclid(1000)).map_err(|_| WitnessError::Clock)?;
    let line = checkpoint.cosignature(witness.name(), signer, seconds)?;
    let checkpoint = checkpoint.with_line(&line);
    Ok(Cosigned { line, checkpoint })
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Witness({})", self.key)
    }
}
