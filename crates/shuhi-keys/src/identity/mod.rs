//! Identities: the keys of a person or a witness, in a file of their own under their own passphrase.

mod file;
mod public;
mod sealing;

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use shuhi_machine::Machine;
use zeroize::Zeroizing;

pub use file::IdentityFile;
pub use public::{PublicIdentity, Signature};

use crate::secret::Secret;
use crate::{KeyError, Passphrase};

/// An unlocked identity: signs with Ed25519 (RFC 8032) and opens what was sealed to it with HPKE (RFC 9180). Its secrets
/// are wiped on drop, never printed.
pub struct Identity {
    public: PublicIdentity,
    signing: SigningKey,
    sealing: Secret,
}

impl Identity {
    /// Makes an identity, and the file that its owner keeps.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadName`] for a name that is empty, longer than 128 characters, or has control characters; and when
    /// the machine gives no random bytes.
    pub fn create(
        machine: &Machine,
        name: &str,
        passphrase: &Passphrase,
    ) -> Result<(IdentityFile, PublicIdentity), KeyError> {
        let randomness = &*machine.randomness;
        let identity = Self::of(name, Secret::random(randomness)?, Secret::random(randomness)?)?;
        let file = file::write(machine, &identity, passphrase)?;
        Ok((file, identity.public.clone()))
    }

    fn of(name: &str, signing: Secret, sealing: Secret) -> Result<Self, KeyError> {
        let signing = SigningKey::from_bytes(signing.bytes());
        let public = PublicIdentity::new(name, signing.verifying_key().to_bytes(), sealing::public_key(&sealing)?)?;
        Ok(Self { public, signing, sealing })
    }

    /// What others may know of it.
    #[must_use]
    pub fn public(&self) -> &PublicIdentity {
        &self.public
    }

    /// Its file under another passphrase; other copies of the file still open with theirs.
    ///
    /// # Errors
    ///
    /// When the machine gives no random bytes.
    pub fn locked(&self, machine: &Machine, passphrase: &Passphrase) -> Result<IdentityFile, KeyError> {
        file::write(machine, self, passphrase)
    }

    /// Signs bytes for one purpose: `context` says what the signature means, so that it is not taken for another.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadName`] when the context is empty or has more than 255 bytes.
    pub fn sign(&self, context: &str, bytes: &[u8]) -> Result<Signature, KeyError> {
        Ok(Signature(self.signing.sign(&public::signed(context, bytes)?).to_bytes()))
    }

    /// Opens what [`PublicIdentity::seal_to`] sealed to this identity for the same `context`; wiped on drop.
    ///
    /// # Errors
    ///
    /// [`KeyError::DoesNotOpen`].
    pub fn open_sealed(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        sealing::open(&self.sealing, &public::sealing_info(context)?, sealed)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Identity({})", self.public.id())
    }
}
