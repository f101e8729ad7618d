//! Passphrases, what guessing them costs, and secrets sealed under them.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use shuhi_machine::{Randomness, random_array};
use zeroize::{Zeroize, Zeroizing};

use crate::lines::{Lines, Writer};
use crate::secret::Secret;
use crate::{KeyError, hexadecimal};

/// The longest passphrase, in bytes of UTF-8.
pub const PASSPHRASE_LIMIT_BYTES: usize = 1024;

const ACCEPTED: &str = "memory 19456 to 1048576 KiB, 2 to 16 passes, 1 to 16 lanes";

/// What one guess of a passphrase costs: the parameters of Argon2id (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassphraseCost {
    memory_kibibytes: u32,
    passes: u32,
    lanes: u32,
}

impl PassphraseCost {
    /// For use: 64 MiB and three passes, the memory and passes of RFC 9106, section 4, second recommendation, in one
    /// lane.
    pub const STANDARD: Self = Self { memory_kibibytes: 65_536, passes: 3, lanes: 1 };
    /// For tests and simulations: guards nothing. Files with it are opened only by a [`Passphrase`] that has it too.
    pub const CHEAP_FOR_TESTS: Self = Self { memory_kibibytes: 8, passes: 1, lanes: 1 };

    fn is_accepted(self) -> bool {
        (19_456..=1_048_576).contains(&self.memory_kibibytes)
            && (2..=16).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

impl fmt::Display for PassphraseCost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "memory-kib={} passes={} lanes={}", self.memory_kibibytes, self.passes, self.lanes)
    }
}

/// A passphrase, and what guessing it shall cost in files that are made with it. Wiped on drop, never printed.
#[derive(Clone)]
pub struct Passphrase {
    text: Zeroizing<String>,
    cost: PassphraseCost,
}

impl Passphrase {
    /// A passphrase as a person typed it, with [`PassphraseCost::STANDARD`]. Its bytes count as they are: the same
    /// letters composed otherwise in Unicode are another passphrase.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadPassphrase`] when it is empty or has more than [`PASSPHRASE_LIMIT_BYTES`].
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = Zeroizing::new(text.into());
        if text.is_empty() {
            return Err(KeyError::BadPassphrase("is empty"));
        }
        if text.len() > PASSPHRASE_LIMIT_BYTES {
            return Err(KeyError::BadPassphrase("has more than 1024 bytes"));
        }
        Ok(Self { text, cost: PassphraseCost::STANDARD })
    }

    /// The same passphrase with another cost.
    #[must_use]
    pub fn with_cost(mut self, cost: PassphraseCost) -> Self {
        self.cost = cost;
        self
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Seals a secret under this passphrase and writes what opens it again as lines.
    pub(crate) fn seal(
        &self,
        randomness: &dyn Randomness,
        aad: &[u8],
        secret: &[u8],
        to: &mut Writer,
    ) -> Result<(), KeyError> {
        let salt: [u8; 16] = random_array(randomness)?;
        let key = self.stretched(self.cost, &salt)?;
        to.line("argon2id", &self.cost.to_string());
        to.line("salt", &hexadecimal::encode(&salt));
        to.line("sealed", &hexadecimal::encode(&key.seal(randomness, aad, secret)?));
        Ok(())
    }

    /// Opens what [`Self::seal`] wrote; `file` names it in errors.
    pub(crate) fn open(
        &self,
        file: &str,
        aad: &[u8],
        from: &mut Lines<'_>,
    ) -> Result<Result<Zeroizing<Vec<u8>>, KeyError>, String> {
        let cost = read_cost(from.value("argon2id")?)?;
        let salt: [u8; 16] = hexadecimal::decode_array(from.value("salt")?).ok_or("its salt does not read")?;
        let sealed = hexadecimal::decode(from.value("sealed")?).ok_or("its sealed part does not read")?;
        if !cost.is_accepted() && cost != self.cost {
            let (file, asked) = (file.to_owned(), cost.to_string());
            return Ok(Err(KeyError::CostOutOfBounds { file, asked, accepted: ACCEPTED }));
        }
        let opened = self.stretched(cost, &salt).and_then(|key| key.open(aad, &sealed));
        Ok(opened.map_err(|error| match error {
            KeyError::DoesNotOpen => KeyError::WrongPassphrase(file.to_owned()),
            other => other,
        }))
    }

    fn stretched(&self, cost: PassphraseCost, salt: &[u8; 16]) -> Result<Secret, KeyError> {
        let params = Params::new(cost.memory_kibibytes, cost.passes, cost.lanes, Some(32))
            .map_err(|_| KeyError::Primitive("Argon2id"))?;
        let mut memory = vec![Block::default(); params.block_count()];
        let mut key = Zeroizing::new([0; 32]);
        let filled = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            self.text.as_bytes(),
            salt,
            key.as_mut(),
            &mut memory,
        );
        memory.iter_mut().for_each(Zeroize::zeroize);
        filled.map_err(|_| KeyError::Primitive("Argon2id"))?;
        Secret::from_slice(key.as_ref()).ok_or(KeyError::Primitive("Argon2id"))
    }
}

fn read_cost(text: &str) -> Result<PassphraseCost, String> {
    let mut parts = text.split(' ');
    let mut part = |name: &str| {
        let value = parts.next().and_then(|part| part.strip_prefix(name))?.strip_prefix('=')?;
        value.parse().ok()
    };
    let cost = (|| {
        Some(PassphraseCost { memory_kibibytes: part("memory-kib")?, passes: part("passes")?, lanes: part("lanes")? })
    })();
    cost.filter(|cost| cost.to_string() == text).ok_or_else(|| "its Argon2id parameters do not read".to_owned())
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passphrase(..)")
    }
}
