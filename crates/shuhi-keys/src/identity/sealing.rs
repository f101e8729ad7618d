//! Sealing to a recipient: HPKE (RFC 9180) in base mode, X25519 with HKDF-SHA256, ChaCha20-Poly1305.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal_with_rng};
use shuhi_machine::Randomness;
use zeroize::Zeroizing;

use crate::KeyError;
use crate::secret::Secret;

type Aead = ChaCha20Poly1305;
type Kdf = HkdfSha256;
type Recipient = X25519HkdfSha256;

/// How many bytes can be sealed to an identity at once: 64 MiB.
const LIMIT_BYTES: usize = 67_108_864;
const ENCAPSULATED: usize = 32;
const TAG: usize = 16;

/// The public key of a secret one.
pub(super) fn public_key(secret: &Secret) -> Result<[u8; 32], KeyError> {
    let bytes = Recipient::sk_to_pk(&private_key(secret)?).to_bytes();
    bytes.as_slice().try_into().map_err(|_| KeyError::Primitive("X25519"))
}

/// Encapsulated key, then ciphertext.
pub(super) fn seal(
    randomness: &dyn Randomness,
    recipient: &[u8; 32],
    info: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, KeyError> {
    if plaintext.len() > LIMIT_BYTES {
        return Err(KeyError::TooLong { bytes: plaintext.len(), limit: LIMIT_BYTES });
    }
    let recipient = <Recipient as Kem>::PublicKey::from_bytes(recipient).map_err(|_| KeyError::Primitive("X25519"))?;
    let mut drawn = Drawn { randomness, failed: false };
    let sealed =
        single_shot_seal_with_rng::<Aead, Kdf, Recipient>(&OpModeS::Base, &recipient, info, plaintext, b"", &mut drawn);
    if drawn.failed {
        return Err(shuhi_machine::DiskError::NoRandomness.into());
    }
    let (encapsulated, ciphertext) = sealed.map_err(|_| KeyError::Primitive("sealing to a recipient"))?;
    Ok([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
}

/// Opens what [`seal`] sealed.
pub(super) fn open(secret: &Secret, info: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if sealed.len() > LIMIT_BYTES.saturating_add(ENCAPSULATED + TAG) {
        return Err(KeyError::TooLong { bytes: sealed.len(), limit: LIMIT_BYTES });
    }
    let (encapsulated, ciphertext) = sealed.split_first_chunk::<ENCAPSULATED>().ok_or(KeyError::DoesNotOpen)?;
    let encapsulated = <Recipient as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| KeyError::DoesNotOpen)?;
    let private = private_key(secret)?;
    single_shot_open::<Aead, Kdf, Recipient>(&OpModeR::Base, &private, &encapsulated, info, ciphertext, b"")
        .map(Zeroizing::new)
        .map_err(|_| KeyError::DoesNotOpen)
}

fn private_key(secret: &Secret) -> Result<<Recipient as Kem>::PrivateKey, KeyError> {
    <Recipient as Kem>::PrivateKey::from_bytes(secret.bytes()).map_err(|_| KeyError::Primitive("X25519"))
}

/// The machine's randomness as `hpke` wants it, which cannot fail; a failure is remembered and the result thrown away.
struct Drawn<'a> {
    randomness: &'a dyn Randomness,
    failed: bool,
}

impl TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.failed |= self.randomness.fill(bytes).is_err();
        Ok(())
    }
}

impl TryCryptoRng for Drawn<'_> {}
