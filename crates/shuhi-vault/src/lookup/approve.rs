//! Approval: a second person says yes or no; a yes opens a grant that can be used once.

use serde::{Deserialize, Serialize};
use shuhi_records::UtcMillis;

use super::grant::GRANT_LIFE_MILLIS;
use super::request::{LookupRequest, RELEASE};
use super::signed::{Signed, SignedContext};
use crate::catalog::{GrantRow, GrantState, RequestRow, RequestState, tables};
use crate::counsel::{Answer, Counsel};
use crate::vault::{id_text, key_of};
use crate::{Vault, VaultError, events};

/// A second person's word on a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The request.
    pub request: String,
    /// SHA-256 of the signed request, hexadecimal, so that no other is approved in its place.
    pub request_sha256: String,
    /// Yes or no.
    pub approved: bool,
    /// Why.
    pub reason: String,
    /// When it was signed, milliseconds UTC.
    pub signed_at: i64,
}

impl Approval {
    /// An approval of what [`Vault::request`] showed.
    #[must_use]
    pub fn of(request: &str, signed: &Signed, approved: bool, reason: &str, now: UtcMillis) -> Self {
        Self {
            request: request.to_owned(),
            request_sha256: hexadecimal(&signed.sha256()),
            approved,
            reason: reason.to_owned(),
            signed_at: now.0,
        }
    }
}

impl Vault {
    /// Takes in a signed approval or refusal. Who asked cannot approve. The law is asked again, as of today.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotPermitted`] where the law no longer permits it; where the identity is not enrolled, is the one
    /// that asked, or signed something else.
    pub fn submit_approval(&mut self, signed: &Signed, counsel: &dyn Counsel) -> Result<RequestState, VaultError> {
        let approver = self.enrolled(&signed.by)?;
        let approval: Approval = signed.verified(SignedContext::Approval, &approver)?;
        let (row, asked, request) = self.request(&approval.request)?;
        if row.requester == signed.by {
            let help = ("登録された別の人の承認が要る", "a second enrolled person has to approve it");
            return Err(VaultError::refused(
                (
                    format!("`{}` は求めた本人なので承認できない", signed.by),
                    format!("`{}` asked for this and cannot approve it", signed.by),
                ),
                help,
            ));
        }
        if row.state != RequestState::Requested {
            let (id, (ja, en)) = (&approval.request, row.state.words());
            let what = (
                format!("求め `{id}` は承認を待っていない（{ja}）"),
                format!("request `{id}` does not wait for approval ({en})"),
            );
            return Err(VaultError::refused(what, ("新しく求めること", "make a new request")));
        }
        if approval.request_sha256 != hexadecimal(&asked.sha256()) {
            let help = ("いまの求めを見て署名し直すこと", "look at the request as it is and sign again");
            return Err(VaultError::refused(
                ("承認は別の内容の求めに対するもの", "the approval is of another version of the request"),
                help,
            ));
        }
        if !approval.approved {
            return self.refuse(&approval, signed, row);
        }
        self.judged_again(&approval.request, &request, counsel)?;
        self.grant(&approval.request, row, &request, signed)
    }

    pub(super) fn judged_again(
        &mut self,
        id: &str,
        request: &LookupRequest,
        counsel: &dyn Counsel,
    ) -> Result<(), VaultError> {
        let opinion = counsel.opinion(RELEASE, &request.facts, self.today()?)?;
        if opinion.answer == Answer::Permitted {
            return Ok(());
        }
        let (row, _, _) = self.request(id)?;
        let event = events::refused_by_law(id, &opinion, key_of(&row.case_key)?, self.now());
        self.ledger.append(&[event], &self.keys)?;
        self.set_request_state(id, RequestState::Refused)?;
        let what = (format!("求め `{id}` は認められない"), format!("request `{id}` is refused"));
        Err(VaultError::not_permitted(what, opinion))
    }

    fn refuse(&mut self, approval: &Approval, signed: &Signed, row: RequestRow) -> Result<RequestState, VaultError> {
        let event = events::refused_by(&approval.request, signed, key_of(&row.case_key)?, self.now());
        self.ledger.append(&[event], &self.keys)?;
        self.set_request_state(&approval.request, RequestState::Refused)?;
        Ok(RequestState::Refused)
    }

    pub(super) fn grant(
        &mut self,
        id: &str,
        row: RequestRow,
        request: &LookupRequest,
        signed: &Signed,
    ) -> Result<RequestState, VaultError> {
        let scope = self.scope(request)?;
        let grant = GrantRow {
            state: GrantState::Open,
            request: id.to_owned(),
            predicate: scope.predicate,
            segments: scope.segments,
            spools: scope.spools,
            expires_at: self.now().0.saturating_add(GRANT_LIFE_MILLIS),
            approver: signed.by.clone(),
        };
        let grant_id = id_text(self.new_id()?);
        // A release on one person's word is told as such when it happens.
        if signed.by != row.requester {
            let granted = (id, grant_id.as_str(), &grant);
            let event = events::approved(granted, row.sha256, signed, key_of(&row.case_key)?, self.now());
            self.ledger.append(&[event], &self.keys)?;
        }
        let row = RequestRow { state: RequestState::Approved, grant: Some(grant_id.clone()), ..row };
        self.catalog.change(|change| {
            change.put(&tables::GRANTS, &grant_id, &grant)?;
            change.put(&tables::REQUESTS, id, &row)
        })?;
        Ok(RequestState::Approved)
    }

    pub(super) fn set_request_state(&self, id: &str, state: RequestState) -> Result<(), VaultError> {
        self.catalog.change(|change| {
            let row: Option<RequestRow> = change.get(&tables::REQUESTS, id)?;
            let row = row.ok_or_else(|| VaultError::Unknown { what: "request", id: id.to_owned() })?;
            change.put(&tables::REQUESTS, id, &RequestRow { state, ..row })
        })
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
