//! The root: 32 random bytes in a file sealed under a passphrase. It protects epoch keys at rest; erasure does not rest
//! on it.

use std::path::Path;

use shuhi_machine::{Disk, DiskError, Machine, random_array, replace_durably, write_durably};

use crate::lines::{LINES_LIMIT_BYTES, Lines, Writer};
use crate::passphrase::Passphrase;
use crate::secret::{SEALED_SECRET, Secret};
use crate::{KeyError, hexadecimal};

const TITLE: &str = "shuhi key root 1";

/// The root of one key store.
#[derive(Debug)]
pub(crate) struct Root {
    /// Tells one key store from another; random, not secret.
    store: [u8; 16],
    secret: Secret,
}

impl Root {
    /// A new root, not yet on disk.
    pub(crate) fn new(machine: &Machine) -> Result<Self, KeyError> {
        let randomness = &*machine.randomness;
        Ok(Self { store: random_array(randomness)?, secret: Secret::random(randomness)? })
    }

    /// Writes the file durably; it must not exist.
    pub(crate) fn write(&self, machine: &Machine, path: &Path, passphrase: &Passphrase) -> Result<(), KeyError> {
        Ok(write_durably(&*machine.disk, path, &self.file(machine, passphrase)?)?)
    }

    /// Writes the file anew, under another passphrase.
    pub(crate) fn replace(&self, machine: &Machine, path: &Path, passphrase: &Passphrase) -> Result<(), KeyError> {
        Ok(replace_durably(&*machine.disk, path, &self.file(machine, passphrase)?)?)
    }

    fn file(&self, machine: &Machine, passphrase: &Passphrase) -> Result<Vec<u8>, KeyError> {
        let mut file = Writer::new(TITLE);
        file.line("store", &hexadecimal::encode(&self.store));
        let aad = file.text().to_owned();
        passphrase.seal(&*machine.randomness, aad.as_bytes(), self.secret.bytes(), &mut file)?;
        Ok(file.finish())
    }

    /// Reads the file.
    pub(crate) fn read(disk: &dyn Disk, path: &Path, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let bytes = disk.read(path, LINES_LIMIT_BYTES).map_err(|error| match error {
            DiskError::TooLarge { .. } => damaged(path, "it is too long".to_owned()),
            other => other.into(),
        })?;
        parse(&bytes, path, passphrase).map_err(|what| damaged(path, what))?
    }

    pub(crate) fn store(&self) -> &[u8; 16] {
        &self.store
    }

    /// Seals a secret under the root for one purpose.
    pub(crate) fn seal(&self, machine: &Machine, purpose: &[u8], secret: &Secret) -> Result<Vec<u8>, KeyError> {
        self.secret.seal(&*machine.randomness, purpose, secret.bytes())
    }

    /// Opens a secret that [`Self::seal`] sealed for the same purpose.
    pub(crate) fn open(&self, purpose: &[u8], sealed: &[u8]) -> Result<Secret, KeyError> {
        self.secret.open_secret(purpose, sealed)
    }
}

fn damaged(path: &Path, what: String) -> KeyError {
    KeyError::Damaged { path: path.to_owned(), what }
}

fn parse(bytes: &[u8], path: &Path, passphrase: &Passphrase) -> Result<Result<Root, KeyError>, String> {
    let mut lines = Lines::new(TITLE, bytes)?;
    let store = hexadecimal::decode_array(lines.value("store")?).ok_or("its store id does not read")?;
    let aad = lines.before();
    let opened = passphrase.open(&path.display().to_string(), aad.as_bytes(), &mut lines)?;
    lines.end()?;
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    let secret = Secret::from_slice(&opened).ok_or("its secret is not 32 bytes")?;
    Ok(Ok(Root { store, secret }))
}

/// Bytes of a secret that the root sealed.
pub(crate) const SEALED_BY_ROOT: usize = SEALED_SECRET;
