//! Checkpoints: the size and root hash of a log, signed (C2SP tlog-checkpoint, signed-note).

use shuhi_keys::KeyError;
use signed_note::{Note, Signature};
use tlog_tiles::Hash;

use crate::keys::Signer;
use crate::verifier::{VerifierKey, VerifierKeyError, VerifierKind, cosigned_message};
use crate::{CHECKPOINT_BYTES_MAX, SIZE_MAX};

/// A checkpoint whose signature by its log was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: [u8; 32],
    note: String,
}

/// Why a text is no checkpoint to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not of the form.
    #[error("it is no checkpoint: not a signed note of origin, size and root hash")]
    Form,
    /// Too many bytes.
    #[error("the checkpoint has more than {CHECKPOINT_BYTES_MAX} bytes")]
    TooLong,
    /// Another log.
    #[error("it is a checkpoint of `{found}`, not of `{expected}`")]
    Origin {
        /// The log it is of.
        found: String,
        /// The log the key belongs to.
        expected: String,
    },
    /// No signature by the log's key.
    #[error("the log's own signature is missing")]
    Unsigned,
    /// A signature that names the log's key but is not made with it.
    #[error("the signature of `{0}` is not valid: the checkpoint was altered, or the key is another one")]
    Signature(String),
    /// Larger than this program handles.
    #[error("the checkpoint says {0} leaves; more than 2^40 are not supported")]
    TooLarge(u64),
    /// No signature by any of the witnesses.
    #[error("none of the witnesses cosigned the checkpoint")]
    NotCosigned,
    /// A key of the wrong kind.
    #[error("`{0}` is the key of a witness; give the verifier key of the log")]
    WitnessKey(String),
    /// The signer's key is none.
    #[error(transparent)]
    Key(#[from] VerifierKeyError),
    /// The signer could not sign.
    #[error("the checkpoint could not be signed: {0}")]
    Signing(#[from] KeyError),
}

impl Checkpoint {
    /// Reads a checkpoint and verifies the signature of its log.
    ///
    /// # Errors
    ///
    /// When it is not of the form, of another log, or not signed with `key`.
    pub fn verified(note: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        if key.kind() == VerifierKind::Witness {
            return Err(CheckpointError::WitnessKey(key.name().to_owned()));
        }
        let parsed = parsed(note)?;
        let checkpoint = Self::from_text(parsed.text(), note)?;
        if checkpoint.origin != key.name() {
            return Err(CheckpointError::Origin { found: checkpoint.origin, expected: key.name().to_owned() });
        }
        let known = signed_note::VerifierList::new(vec![Box::new(key.clone())]);
        match parsed.verify(&known) {
            Ok(_) => Ok(checkpoint),
            Err(signed_note::NoteError::UnverifiedNote) => Err(CheckpointError::Unsigned),
            Err(_) => Err(CheckpointError::Signature(key.name().to_owned())),
        }
    }

    /// Signs a checkpoint.
    ///
    /// # Errors
    ///
    /// When the signer cannot, or the origin is no name.
    pub(crate) fn signed(
        origin: &str,
        size: u64,
        root: [u8; 32],
        signer: &dyn Signer,
    ) -> Result<Self, CheckpointError> {
        let key = VerifierKey::new(origin, VerifierKind::Log, &signer.public_key())?;
        let body = tlog_tiles::Checkpoint::new(origin, size, Hash(root), "").map_err(|_| CheckpointError::Form)?;
        let text = body.to_bytes();
        let signature = signer.sign(&text)?.to_vec();
        let note = note_text(&text, &[signature_line(&key, signature)?])?;
        Ok(Self { origin: origin.to_owned(), size, root, note })
    }

    /// What is known of a log before anything was seen of it.
    pub(crate) fn empty(origin: &str) -> Self {
        Self { origin: origin.to_owned(), size: 0, root: tlog_tiles::EMPTY_HASH.0, note: String::new() }
    }

    /// The log it is of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves the log had.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root hash of the tree of these leaves (RFC 6962, section 2.1).
    #[must_use]
    pub fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// The signed note, as others read it.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The text that is signed: the note without its signatures.
    #[must_use]
    pub fn text(&self) -> &str {
        self.note.rsplit_once("\n\n").map_or("", |(text, _)| self.note.get(..=text.len()).unwrap_or(""))
    }

    /// Which of these witnesses cosigned it, with the time of each in seconds since 1970 UTC.
    #[must_use]
    pub fn cosignatures<'a>(&self, witnesses: &'a [VerifierKey]) -> Vec<(&'a VerifierKey, u64)> {
        let time = |signature: &Signature| signature.signature().first_chunk().map(|time| u64::from_be_bytes(*time));
        let found = self.cosigned(witnesses).into_iter();
        found.filter_map(|(witness, signature)| Some((witness, time(&signature)?))).collect()
    }

    /// The signature lines of these witnesses.
    pub(crate) fn cosignature_lines(&self, witnesses: &[VerifierKey]) -> Vec<String> {
        let found = self.cosigned(witnesses).into_iter();
        found.map(|(_, signature)| String::from_utf8_lossy(&signature.to_bytes()).into_owned()).collect()
    }

    /// The checkpoint with the signature of its log only.
    pub(crate) fn signed_only(&self, log: &VerifierKey) -> Self {
        let is_own = |line: &&str| {
            let signature = Signature::from_bytes(line.as_bytes());
            signature.is_ok_and(|signature| signature.name() == log.name() && signature.id() == log.id())
        };
        let own = self.signature_lines().find(is_own).unwrap_or_default();
        Self { note: format!("{}\n{own}\n", self.text()), ..self.clone() }
    }

    fn cosigned<'a>(&self, witnesses: &'a [VerifierKey]) -> Vec<(&'a VerifierKey, Signature)> {
        let signatures: Vec<Signature> =
            self.signature_lines().filter_map(|line| Signature::from_bytes(line.as_bytes()).ok()).collect();
        let of = |witness: &VerifierKey| {
            let mut signatures = signatures.iter();
            signatures.find(|signature| {
                signature.name() == witness.name()
                    && signature.id() == witness.id()
                    && witness.kind() == VerifierKind::Witness
                    && witness.verifies(self.text().as_bytes(), signature.signature())
            })
        };
        witnesses.iter().filter_map(|witness| Some((witness, of(witness)?.clone()))).collect()
    }

    fn signature_lines(&self) -> impl Iterator<Item = &str> {
        self.note.rsplit_once("\n\n").map_or("", |(_, lines)| lines).lines()
    }

    /// The signature line of a witness for this checkpoint, with the line feed at its end.
    ///
    /// # Errors
    ///
    /// When the signer cannot, or `name` is no name.
    pub(crate) fn cosignature(&self, name: &str, signer: &dyn Signer, seconds: u64) -> Result<String, CheckpointError> {
        let key = VerifierKey::new(name, VerifierKind::Witness, &signer.public_key())?;
        let signature = signer.sign(&cosigned_message(seconds, self.text().as_bytes()))?;
        let stamped = [seconds.to_be_bytes().as_slice(), signature.as_slice()].concat();
        let line = signature_line(&key, stamped)?.to_bytes();
        String::from_utf8(line).map_err(|_| CheckpointError::Form)
    }

    /// The same checkpoint with a further signature line, unless it has it.
    pub(crate) fn with_line(&self, line: &str) -> Self {
        let mut note = self.note.clone();
        if !note.lines().any(|known| known == line.trim_end()) {
            note.push_str(line);
        }
        Self { note, ..self.clone() }
    }

    fn from_text(text: &[u8], note: &str) -> Result<Self, CheckpointError> {
        let body = tlog_tiles::Checkpoint::from_bytes(text).map_err(|_| CheckpointError::Form)?;
        if body.size() > SIZE_MAX {
            return Err(CheckpointError::TooLarge(body.size()));
        }
        if body.size() == 0 && *body.hash() != tlog_tiles::EMPTY_HASH {
            return Err(CheckpointError::Form);
        }
        Ok(Self { origin: body.origin().to_owned(), size: body.size(), root: body.hash().0, note: note.to_owned() })
    }
}

/// The origin a checkpoint claims, unverified: to find the key that may verify it.
#[must_use]
pub fn claimed_origin(note: &str) -> Option<&str> {
    note.lines().next().filter(|origin| !origin.is_empty())
}

fn parsed(note: &str) -> Result<Note, CheckpointError> {
    if note.len() > CHECKPOINT_BYTES_MAX {
        return Err(CheckpointError::TooLong);
    }
    Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Form)
}

fn signature_line(key: &VerifierKey, signature: Vec<u8>) -> Result<Signature, CheckpointError> {
    Signature::new(key.name().to_owned(), key.id(), signature).map_err(|_| CheckpointError::Form)
}

fn note_text(text: &[u8], signatures: &[Signature]) -> Result<String, CheckpointError> {
    let note = Note::new(text, signatures).map_err(|_| CheckpointError::Form)?;
    String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Form)
}
