//! Random bytes for keys, nonces and salts.

use std::fmt::Debug;

use crate::DiskError;

/// Makes random bytes fit for keys.
pub trait Randomness: Send + Sync + Debug {
    /// Fills `bytes`.
    ///
    /// # Errors
    ///
    /// When the operating system gives none; nothing may then be encrypted.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), DiskError>;
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), DiskError> {
        getrandom::fill(bytes).map_err(|_| DiskError::NoRandomness)
    }
}

/// `N` random bytes.
///
/// # Errors
///
/// When the source gives none.
pub fn random_array<const N: usize>(randomness: &dyn Randomness) -> Result<[u8; N], DiskError> {
    let mut bytes = [0; N];
    randomness.fill(&mut bytes)?;
    Ok(bytes)
}
