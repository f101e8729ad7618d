//! Requests for an approver who is elsewhere: sealed to them, shown and signed without the data folder.

use serde::{Deserialize, Serialize};
use shuhi_keys::{Identity, PublicIdentity};
use shuhi_records::UtcMillis;

use super::approve::Approval;
use super::request::LookupRequest;
use super::signed::{Signed, SignedContext};
use crate::{Vault, VaultError};

const EXPORT_CONTEXT: &str = "shuhi lookup request for approval v1";

/// A request as it is handed to an approver who has no data folder. It is sealed to that approver: it tells whose
/// communications are asked about, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedRequest {
    /// The ledger's name.
    pub log: String,
    /// The request's id.
    pub request: String,
    /// When it was handed in, milliseconds UTC.
    pub requested_at: i64,
    /// The public identity of who asked, as text.
    pub requester: String,
    /// The request as it was signed.
    pub signed: Signed,
}

/// An exported request, its signature checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedElsewhere {
    /// Who asked. That they are enrolled is seen when the approval is handed in; here only the signature is known to be
    /// of these keys, whatever the name says.
    pub requester: PublicIdentity,
    /// The request.
    pub request: LookupRequest,
}

impl ExportedRequest {
    /// Opens a file that [`Vault::export_request`] made for this identity.
    ///
    /// # Errors
    ///
    /// Where it is not sealed to this identity, or is no request.
    pub fn open(sealed: &[u8], approver: &Identity) -> Result<Self, VaultError> {
        let opened = approver.open_sealed(EXPORT_CONTEXT, sealed).map_err(|_| {
            VaultError::refused(
                (
                    "このファイルは、この識別に封じられた求めではない",
                    "this file is no request that is sealed to this identity",
                ),
                (
                    "`shuhi vault lookup show --export FILE --to ID` で、承認する人の ID に宛てて書き出してもらうこと",
                    "have it exported for your id: `shuhi vault lookup show --export FILE --to ID`",
                ),
            )
        })?;
        serde_json::from_slice(&opened).map_err(|_| unreadable())
    }

    /// The request, if who is named asked it.
    ///
    /// # Errors
    ///
    /// Where the signature does not fit, or it is of another form.
    pub fn asked(&self) -> Result<AskedElsewhere, VaultError> {
        let requester = PublicIdentity::parse(self.requester.as_bytes()).map_err(|_| unreadable())?;
        let request = self.signed.verified(SignedContext::Request, &requester)?;
        Ok(AskedElsewhere { requester, request })
    }

    /// A yes or no to it, to be signed.
    #[must_use]
    pub fn approval(&self, approved: bool, reason: &str, now: UtcMillis) -> Approval {
        Approval::of(&self.request, &self.signed, approved, reason, now)
    }
}

impl Vault {
    /// A request for an approver who is elsewhere, sealed to them.
    ///
    /// # Errors
    ///
    /// Where there is no such request, or the approver is not enrolled or is who asked.
    pub fn export_request(&self, id: &str, approver: &str) -> Result<Vec<u8>, VaultError> {
        let (row, signed, _) = self.request(id)?;
        let approver = self.enrolled(approver)?;
        if row.requester == approver.id() {
            let what = (
                format!("`{}` は求めた本人なので承認できない", approver.id()),
                format!("`{}` asked for this and cannot approve it", approver.id()),
            );
            let help = ("登録された別の人に宛てること", "export it for another enrolled person");
            return Err(VaultError::refused(what, help));
        }
        let requester = self.enrolled(&row.requester)?;
        let named = self.identities()?.into_iter().find(|known| known.id == row.requester).and_then(|known| known.name);
        let requester = match named {
            Some(name) => PublicIdentity::new(&name, requester.signing_key(), requester.sealing_key())?,
            None => requester,
        };
        let exported = ExportedRequest {
            log: self.settings.log.clone(),
            request: id.to_owned(),
            requested_at: row.requested_at,
            requester: requester.to_text(),
            signed,
        };
        let plain = serde_json::to_vec(&exported).map_err(|_| unreadable())?;
        Ok(approver.seal_to(&self.machine, EXPORT_CONTEXT, &plain)?)
    }
}

fn unreadable() -> VaultError {
    VaultError::refused(
        ("書き出された求めではない", "this is not an exported request"),
        (
            "`shuhi vault lookup show --export` が書いたファイルを渡すこと",
            "give a file that `shuhi vault lookup show --export` wrote",
        ),
    )
}
