//! What the ledger needs of keys: to seal payloads, and to sign checkpoints.

use shuhi_keys::{KeyError, KeyId, KeyStore, LogSigner};
use zeroize::Zeroizing;

/// Seals and opens payloads under keys that can be destroyed.
pub trait PayloadKeys {
    /// Encrypts `plaintext` so that it opens only with the same `context`.
    ///
    /// # Errors
    ///
    /// When the key is destroyed or unknown.
    fn seal(&self, key: &KeyId, context: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// Decrypts what [`PayloadKeys::seal`] made with the same key and context; `None` where the key is destroyed.
    ///
    /// # Errors
    ///
    /// When the key is unknown, or bytes or context are not those that were sealed.
    fn open(&self, key: &KeyId, context: &[u8], sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError>;
}

/// Signs with an Ed25519 key (RFC 8032), bytes as they are.
pub trait Signer: Send + Sync {
    /// The public key.
    fn public_key(&self) -> [u8; 32];

    /// The signature of `message`.
    ///
    /// # Errors
    ///
    /// When the key cannot be used now.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError>;
}

impl PayloadKeys for KeyStore {
    fn seal(&self, key: &KeyId, context: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyError> {
        Self::seal(self, key, context, plaintext)
    }

    fn open(&self, key: &KeyId, context: &[u8], sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
        match self.open_sealed(key, context, sealed) {
            Ok(plaintext) => Ok(Some(plaintext)),
            Err(KeyError::Destroyed(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Signer for LogSigner {
    fn public_key(&self) -> [u8; 32] {
        Self::public_key(self)
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        Ok(Self::sign(self, message))
    }
}
