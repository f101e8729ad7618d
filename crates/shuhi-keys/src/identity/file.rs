//! The identity file: readable text, its secret part sealed under the owner's passphrase.

use shuhi_machine::Machine;
use zeroize::Zeroizing;

use super::public::PublicLines;
use super::{Identity, PublicIdentity};
use crate::lines::{LINES_LIMIT_BYTES, Lines, Writer};
use crate::secret::Secret;
use crate::{KeyError, Passphrase};

const TITLE: &str = "shuhi identity 1";

/// A locked identity: the bytes of a file that its owner keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFile {
    bytes: Vec<u8>,
    public: PublicIdentity,
}

impl IdentityFile {
    /// The longest identity file, in bytes.
    pub const LIMIT_BYTES: u64 = LINES_LIMIT_BYTES;

    /// Reads the public part of a file, without its passphrase.
    ///
    /// # Errors
    ///
    /// [`KeyError::DamagedIdentity`] saying what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() as u64 > Self::LIMIT_BYTES {
            return Err(KeyError::DamagedIdentity("it is too long".to_owned()));
        }
        let public = Lines::new(TITLE, bytes).and_then(|mut lines| PublicLines::read(&mut lines));
        let public = public.map_err(KeyError::DamagedIdentity)?.identity()?;
        Ok(Self { bytes: bytes.to_vec(), public })
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What others may know of it; its owner has proved nothing yet.
    #[must_use]
    pub fn public(&self) -> &PublicIdentity {
        &self.public
    }

    /// Opens the secret part.
    ///
    /// # Errors
    ///
    /// [`KeyError::WrongPassphrase`] where the file is whole, [`KeyError::CostOutOfBounds`], and
    /// [`KeyError::DamagedIdentity`].
    pub fn unlock(&self, passphrase: &Passphrase) -> Result<Identity, KeyError> {
        let secret = self.secret(passphrase).map_err(KeyError::DamagedIdentity)??;
        let halves = secret
            .split_at_checked(32)
            .and_then(|(signing, sealing)| Some((Secret::from_slice(signing)?, Secret::from_slice(sealing)?)));
        let (signing, sealing) =
            halves.ok_or_else(|| KeyError::DamagedIdentity("its secret is not 64 bytes".to_owned()))?;
        let identity = Identity::of(self.public.name(), signing, sealing)?;
        if identity.public == self.public {
            Ok(identity)
        } else {
            Err(KeyError::DamagedIdentity("its public keys are not those of its secret".to_owned()))
        }
    }

    fn secret(&self, passphrase: &Passphrase) -> Result<Result<Zeroizing<Vec<u8>>, KeyError>, String> {
        let mut lines = Lines::new(TITLE, &self.bytes)?;
        PublicLines::read(&mut lines)?;
        let aad = lines.before();
        let secret = passphrase.open(&format!("the identity of {}", self.public.name()), aad.as_bytes(), &mut lines)?;
        lines.end()?;
        Ok(secret)
    }
}

pub(super) fn write(machine: &Machine, identity: &Identity, passphrase: &Passphrase) -> Result<IdentityFile, KeyError> {
    let mut file = Writer::new(TITLE);
    identity.public.write(&mut file);
    let aad = file.text().to_owned();
    let signing = Zeroizing::new(identity.signing.to_bytes());
    let mut secret = Zeroizing::new([0; 64]);
    for (to, from) in secret.iter_mut().zip(signing.iter().chain(identity.sealing.bytes())) {
        *to = *from;
    }
    passphrase.seal(&*machine.randomness, aad.as_bytes(), secret.as_ref(), &mut file)?;
    Ok(IdentityFile { bytes: file.finish(), public: identity.public.clone() })
}
