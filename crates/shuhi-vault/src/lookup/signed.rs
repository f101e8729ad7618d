//! Statements that identities sign.

use ring::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shuhi_keys::{Identity, PublicIdentity};

use crate::VaultError;

/// No statement is longer.
const STATEMENT_BYTES_MAX: usize = 256 << 10;

/// What a statement is, so that none passes for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedContext {
    /// A request to look something up.
    Request,
    /// An approval, or its refusal.
    Approval,
    /// That who asked wants the answer now.
    Release,
    /// A request to hold records, or to extend, withdraw or review a hold.
    Hold,
    /// The review of a release that one person made.
    Review,
}

impl SignedContext {
    fn text(self) -> &'static str {
        match self {
            Self::Request => "shuhi lookup request v1",
            Self::Approval => "shuhi lookup approval v1",
            Self::Release => "shuhi lookup release v1",
            Self::Hold => "shuhi hold v1",
            Self::Review => "shuhi review v1",
        }
    }
}

/// A statement, as text that was signed byte by byte, with who signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The statement: JSON.
    pub statement: String,
    /// The id of the identity that signed.
    pub by: String,
    /// The Ed25519 signature, hexadecimal.
    pub signature: String,
}

impl Signed {
    /// Signs a statement.
    ///
    /// # Errors
    ///
    /// Where it is too long.
    pub fn new(context: SignedContext, statement: &impl Serialize, identity: &Identity) -> Result<Self, VaultError> {
        let statement = serde_json::to_string(statement).map_err(|_| unreadable())?;
        if statement.len() > STATEMENT_BYTES_MAX {
            return Err(VaultError::refused(
                ("申立てが長すぎる", "the statement is too long"),
                ("短くすること", "state less"),
            ));
        }
        let signature = identity.sign(context.text(), statement.as_bytes())?;
        Ok(Self { by: identity.public().id(), signature: signature.to_string(), statement })
    }

    /// Reads a file made by [`Signed::to_text`].
    ///
    /// # Errors
    ///
    /// Where it is not a signed statement.
    pub fn from_text(text: &str) -> Result<Self, VaultError> {
        if text.len() > 2 * STATEMENT_BYTES_MAX {
            return Err(unreadable());
        }
        serde_json::from_str(text).map_err(|_| unreadable())
    }

    /// As a file.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// SHA-256 of statement, signer and signature.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        let whole = [self.statement.as_str(), &self.by, &self.signature].join("\n");
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, whole.as_bytes()).as_ref());
        hash
    }

    /// The statement, if `identity` signed it as that.
    ///
    /// # Errors
    ///
    /// Where the signature is not that identity's, or the statement is of another form.
    pub fn verified<T: DeserializeOwned>(
        &self,
        context: SignedContext,
        identity: &PublicIdentity,
    ) -> Result<T, VaultError> {
        let signature = self.signature.parse().map_err(|_| unreadable())?;
        let genuine =
            identity.id() == self.by && identity.verify(context.text(), self.statement.as_bytes(), &signature).is_ok();
        if !genuine {
            let help = (
                "述べる本人が、自分の識別ファイルで署名し直すこと",
                "let who states it sign it again with their own identity",
            );
            return Err(VaultError::refused(
                (format!("`{}` の署名が合わない", self.by), format!("the signature of `{}` does not fit", self.by)),
                help,
            ));
        }
        serde_json::from_str(&self.statement).map_err(|error| {
            VaultError::refused(
                (format!("申立てを読めない: {error}"), format!("the statement cannot be read: {error}")),
                ("作り直すこと", "make it again"),
            )
        })
    }
}

fn unreadable() -> VaultError {
    VaultError::refused(
        ("署名された申立てではない", "this is not a signed statement"),
        ("`shuhi vault` が書いたファイルを渡すこと", "give a file that `shuhi vault` wrote"),
    )
}
