//! 32 secret bytes that are wiped when dropped, and sealing under them.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shuhi_machine::{Randomness, random_array};
use zeroize::Zeroizing;

use crate::KeyError;

/// How many bytes sealing adds: the nonce before, the tag after.
pub(crate) const SEALING_ADDS: usize = NONCE_LEN + 16;

/// 32 sealed bytes: nonce, ciphertext, tag.
pub(crate) const SEALED_SECRET: usize = 32 + SEALING_ADDS;

/// 32 secret bytes; wiped on drop, never printed.
pub(crate) struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// 32 random bytes.
    pub(crate) fn random(randomness: &dyn Randomness) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        randomness.fill(bytes.as_mut())?;
        Ok(Self(bytes))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Zeroizing::new([0; 32]);
        if bytes.len() != secret.len() {
            return None;
        }
        secret.copy_from_slice(bytes);
        Some(Self(secret))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals `plaintext` with AES-256-GCM under a random 96-bit nonce, which stands before the ciphertext
    /// (NIST SP 800-38D, 8.2.2: safe for 2^32 sealings under one key).
    pub(crate) fn seal(&self, randomness: &dyn Randomness, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; NONCE_LEN] = random_array(randomness)?;
        // Room for all of it at once, so that no copy of the plaintext stays behind in memory.
        let mut sealed = Zeroizing::new(Vec::with_capacity(plaintext.len().saturating_add(SEALING_ADDS)));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let body = sealed.get_mut(NONCE_LEN..).unwrap_or_default();
        let tag = self
            .key()?
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), body)
            .map_err(|_| KeyError::Primitive("sealing"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(std::mem::take(&mut *sealed))
    }

    /// Opens what [`Self::seal`] sealed.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(KeyError::DoesNotOpen)?;
        let mut body = Zeroizing::new(body.to_vec());
        let opened = self
            .key()?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut body)
            .map_err(|_| KeyError::DoesNotOpen)?;
        let length = opened.len();
        body.truncate(length);
        Ok(body)
    }

    /// Opens 32 sealed bytes.
    pub(crate) fn open_secret(&self, aad: &[u8], sealed: &[u8]) -> Result<Self, KeyError> {
        Self::from_slice(&self.open(aad, sealed)?).ok_or(KeyError::DoesNotOpen)
    }

    fn key(&self) -> Result<LessSafeKey, KeyError> {
        let key = UnboundKey::new(&AES_256_GCM, self.0.as_ref()).map_err(|_| KeyError::Primitive("AES-256-GCM"))?;
        Ok(LessSafeKey::new(key))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

/// SHA-256 of parts one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    hash
}
