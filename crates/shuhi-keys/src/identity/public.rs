//! The public part of an identity: checks signatures, seals to its owner.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;
use shuhi_machine::Machine;

use super::sealing;
use crate::lines::{Lines, Writer};
use crate::secret::sha256;
use crate::{KeyError, hexadecimal};

const TITLE: &str = "shuhi public identity 1";
const NAME_RULE: &str = "use 1 to 128 characters, none of them a control character, no blank at either end";
const CONTEXT_RULE: &str = "use 1 to 255 bytes";

/// An Ed25519 signature; written as 128 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hexadecimal::encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signature({self})")
    }
}

impl FromStr for Signature {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = hexadecimal::decode_array(text).map(Self);
        bytes.ok_or_else(|| KeyError::BadSignature("nobody: it is not 128 lower-case hexadecimal digits".to_owned()))
    }
}

/// What others may know of an identity.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicIdentity {
    name: String,
    signing: VerifyingKey,
    sealing: [u8; 32],
}

impl PublicIdentity {
    /// An identity from its parts.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadName`], and [`KeyError::NotAPublicIdentity`] where the signing key is not a usable one.
    pub fn new(name: &str, signing_key: [u8; 32], sealing_key: [u8; 32]) -> Result<Self, KeyError> {
        let count = name.chars().count();
        if !(1..=128).contains(&count) || name.chars().any(char::is_control) || name.trim() != name {
            return Err(KeyError::BadName { name: name.chars().take(128).collect(), rule: NAME_RULE });
        }
        let signing = VerifyingKey::from_bytes(&signing_key).ok().filter(|key| !key.is_weak());
        let signing = signing.ok_or_else(|| KeyError::NotAPublicIdentity(name.to_owned()))?;
        Ok(Self { name: name.to_owned(), signing, sealing: sealing_key })
    }

    /// Reads an identity from the text that [`Self::to_text`] wrote.
    ///
    /// # Errors
    ///
    /// [`KeyError::DamagedIdentity`], and as [`Self::new`].
    pub fn parse(text: &[u8]) -> Result<Self, KeyError> {
        let parts = || -> Result<_, String> {
            let mut lines = Lines::new(TITLE, text)?;
            let parts = PublicLines::read(&mut lines)?;
            lines.end()?;
            Ok(parts)
        };
        parts().map_err(KeyError::DamagedIdentity)?.identity()
    }

    /// A small text file with name and public keys.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut file = Writer::new(TITLE);
        self.write(&mut file);
        String::from_utf8_lossy(&file.finish()).into_owned()
    }

    pub(super) fn write(&self, file: &mut Writer) {
        file.line("name", &self.name);
        file.line("id", &self.id());
        file.line("signing", &hexadecimal::encode(&self.signing_key()));
        file.line("sealing", &hexadecimal::encode(&self.sealing));
    }

    /// The name its owner gave it; two identities may have the same.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first 16 hexadecimal digits of the SHA-256 of signing key and sealing key. Short enough that somebody can
    /// make two identities with one id: where trust hangs on it, compare the keys.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = sha256(&[&self.signing_key(), &self.sealing]);
        hexadecimal::encode(hash.get(..8).unwrap_or_default())
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn signing_key(&self) -> [u8; 32] {
        self.signing.to_bytes()
    }

    /// The X25519 public key.
    #[must_use]
    pub fn sealing_key(&self) -> [u8; 32] {
        self.sealing
    }

    /// Checks a signature by this identity over these bytes for this purpose.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadSignature`].
    pub fn verify(&self, context: &str, bytes: &[u8], signature: &Signature) -> Result<(), KeyError> {
        let signed = signed(context, bytes)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        // Strict: a signature has one form and fits one key.
        self.signing.verify_strict(&signed, &signature).map_err(|_| KeyError::BadSignature(self.name.clone()))
    }

    /// Seals bytes so that only this identity opens them, for one purpose. Says nothing of who sealed them.
    ///
    /// # Errors
    ///
    /// [`KeyError::TooLong`] above 64 MiB, [`KeyError::BadName`] for a bad context, and when the machine gives no
    /// random bytes.
    pub fn seal_to(&self, machine: &Machine, context: &str, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
        sealing::seal(&*machine.randomness, &self.sealing, &sealing_info(context)?, bytes)
    }
}

impl fmt::Debug for PublicIdentity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicIdentity({} {:?})", self.id(), self.name)
    }
}

/// The public lines of a file, before they are checked.
pub(super) struct PublicLines<'a> {
    name: &'a str,
    id: &'a str,
    signing: [u8; 32],
    sealing: [u8; 32],
}

impl<'a> PublicLines<'a> {
    pub(super) fn read(lines: &mut Lines<'a>) -> Result<Self, String> {
        let name = lines.value("name")?;
        let id = lines.value("id")?;
        let mut key = |line: &str| {
            let key = hexadecimal::decode_array(lines.value(line)?);
            key.ok_or_else(|| format!("the line `{line}` does not read"))
        };
        Ok(Self { name, id, signing: key("signing")?, sealing: key("sealing")? })
    }

    pub(super) fn identity(&self) -> Result<PublicIdentity, KeyError> {
        let identity = PublicIdentity::new(self.name, self.signing, self.sealing)?;
        if identity.id() == self.id {
            Ok(identity)
        } else {
            Err(KeyError::DamagedIdentity("its id is not that of its keys".to_owned()))
        }
    }
}

/// What is signed: a label, the context with its length, then the bytes.
pub(super) fn signed(context: &str, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
    Ok([b"shuhi signature 1\n".as_slice(), &framed(context)?, bytes].concat())
}

/// What a sealing is bound to.
pub(super) fn sealing_info(context: &str) -> Result<Vec<u8>, KeyError> {
    Ok([b"shuhi sealed to identity 1\n".as_slice(), &framed(context)?].concat())
}

fn framed(context: &str) -> Result<Vec<u8>, KeyError> {
    let length = u8::try_from(context.len()).ok().filter(|length| *length > 0);
    let length =
        length.ok_or_else(|| KeyError::BadName { name: context.chars().take(64).collect(), rule: CONTEXT_RULE })?;
    Ok([&[length], context.as_bytes()].concat())
}
