//! Signers of logs: Ed25519 seeds sealed under the root.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey};
use shuhi_machine::{Disk, DiskError, Machine, write_durably};

use crate::lines::{LINES_LIMIT_BYTES, Lines, Writer};
use crate::root::Root;
use crate::secret::Secret;
use crate::{KeyError, hexadecimal};

const TITLE: &str = "shuhi log signer 1";
const RULE: &str = "use 1 to 64 of a-z, 0-9 and `-`";

/// Signs for a log with Ed25519 (RFC 8032). Its seed is wiped on drop, never printed.
#[derive(Clone)]
pub struct LogSigner(SigningKey);

impl LogSigner {
    /// Signs these bytes as they are.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }

    /// The public key that checks its signatures.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LogSigner({})", hexadecimal::encode(&self.public_key()))
    }
}

/// The folder of signers.
#[derive(Debug)]
pub(crate) struct Signers {
    machine: Machine,
    folder: PathBuf,
    root: Arc<Root>,
}

impl Signers {
    pub(crate) fn new(machine: &Machine, folder: PathBuf, root: Arc<Root>) -> Self {
        Self { machine: machine.clone(), folder, root }
    }

    /// Reads a signer, or makes it where there is none.
    pub(crate) fn signer(&self, name: &str) -> Result<LogSigner, KeyError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
            return Err(KeyError::BadName { name: name.chars().take(64).collect(), rule: RULE });
        }
        let path = self.folder.join(name);
        match self.machine.disk.read(&path, LINES_LIMIT_BYTES) {
            Ok(bytes) => self.parse(name, &path, &bytes),
            Err(DiskError::Missing(_)) => self.make(name, &path),
            Err(DiskError::TooLarge { .. }) => Err(damaged(&path, "it is too long".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    fn make(&self, name: &str, path: &Path) -> Result<LogSigner, KeyError> {
        let disk: &dyn Disk = &*self.machine.disk;
        disk.make_folder(&self.folder)?;
        let seed = Secret::random(&*self.machine.randomness)?;
        let signer = LogSigner(SigningKey::from_bytes(seed.bytes()));
        let mut file = Writer::new(TITLE);
        file.line("name", name);
        file.line("public", &hexadecimal::encode(&signer.public_key()));
        let sealed = self.root.seal(&self.machine, file.text().as_bytes(), &seed)?;
        file.line("sealed", &hexadecimal::encode(&sealed));
        write_durably(disk, path, &file.finish())?;
        Ok(signer)
    }

    fn parse(&self, name: &str, path: &Path, bytes: &[u8]) -> Result<LogSigner, KeyError> {
        let parts = || -> Result<_, String> {
            let mut lines = Lines::new(TITLE, bytes)?;
            if lines.value("name")? != name {
                return Err("it was renamed".to_owned());
            }
            let public = lines.value("public")?;
            let aad = lines.before();
            let sealed = hexadecimal::decode(lines.value("sealed")?).ok_or("its sealed part does not read")?;
            lines.end()?;
            Ok((public, aad, sealed))
        };
        let (public, aad, sealed) = parts().map_err(|what| damaged(path, what))?;
        let seed = self.root.open(aad.as_bytes(), &sealed).map_err(|_| KeyError::OtherStore(path.to_owned()))?;
        let signer = LogSigner(SigningKey::from_bytes(seed.bytes()));
        if hexadecimal::encode(&signer.public_key()) == public {
            Ok(signer)
        } else {
            Err(damaged(path, "its public key is not that of its seed".to_owned()))
        }
    }
}

fn damaged(path: &Path, what: String) -> KeyError {
    KeyError::Damaged { path: path.to_owned(), what }
}
