//! Requests: what is asked, on which basis, judged before anybody is troubled with it.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shuhi_records::UtcMillis;

use super::signed::{Signed, SignedContext};
use super::template::Template;
use crate::catalog::{RequestRow, RequestState, tables};
use crate::counsel::{Answer, Counsel, Opinion};
use crate::policy::japanese_day;
use crate::vault::id_text;
use crate::{Vault, VaultError, events};

/// The act that hands out or shows communications history.
pub(super) const RELEASE: &str = "release";

/// A request, as who asks signs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupRequest {
    /// The facts of the act `release`, by role, as `shuhi schema --facts` lists them: at least `request.basis`,
    /// `request.requester`, `request.document` and `request.data`.
    pub facts: Json,
    /// SHA-256 of the document shown, hexadecimal; none only where no document is needed.
    #[serde(default)]
    pub document_sha256: Option<String>,
    /// The question.
    pub question: Template,
    /// Why it is asked, for who approves and who audits.
    pub reason: String,
    /// When it was signed, milliseconds UTC.
    pub signed_at: i64,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Its id.
    pub request: String,
    /// What the law says of it.
    pub opinion: Opinion,
}

impl LookupRequest {
    /// A fact under `request`, where it is a text.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get("request")?.get(name)?.as_str()
    }

    /// The data asked for.
    pub(super) fn data(&self) -> Vec<String> {
        let listed = self.facts.get("request").and_then(|request| request.get("data"));
        match listed {
            Some(Json::Array(items)) => items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect(),
            Some(Json::String(one)) => vec![one.clone()],
            _ => Vec::new(),
        }
    }

    /// What the vault itself requires, beyond the law.
    fn check(&self) -> Result<(), VaultError> {
        self.question.question()?;
        let basis = self.fact("basis").unwrap_or_default();
        let document = self.fact("document").unwrap_or("none");
        let hash = self.document_sha256.as_deref().unwrap_or_default();
        let hexadecimal = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if document != "none" && !hexadecimal {
            let what = (
                format!("求めは文書（`{document}`）を示すが、その SHA-256 がない"),
                format!("the request shows a document (`{document}`) but not its SHA-256"),
            );
            return Err(VaultError::refused(
                what,
                (
                    "文書のファイルを指定すること。ハッシュが求めに入る",
                    "name the document's file; its hash goes into the request",
                ),
            ));
        }
        if self.reason.trim().is_empty() {
            return Err(VaultError::refused(
                ("求めに理由がない", "the request states no reason"),
                ("承認する人のために、必要な理由を書くこと", "say why it is needed, for who approves it"),
            ));
        }
        let of_party = matches!(self.question, Template::Account { .. });
        if basis == "party_consent" && !of_party {
            let what = (
                "当事者の同意で開けるのは、その当事者自身の記録だけ",
                "consent of a party opens that party's own data only",
            );
            return Err(VaultError::refused(
                what,
                ("同意した人のアカウントで問うこと", "ask by the account of who consented"),
            ));
        }
        Ok(())
    }
}

impl Vault {
    /// Takes in a signed request. The law is asked at once; what it forbids or cannot tell is refused, and both request
    /// and refusal are in the ledger.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotPermitted`] with the rules that refuse it; where the identity is not enrolled or did not sign;
    /// where the facts cannot be read.
    pub fn submit_request(&mut self, signed: &Signed, counsel: &dyn Counsel) -> Result<Submitted, VaultError> {
        let requester = self.enrolled(&signed.by)?;
        let request: LookupRequest = signed.verified(SignedContext::Request, &requester)?;
        request.check()?;
        let opinion = counsel.opinion(RELEASE, &request.facts, self.today()?)?;
        let id = id_text(self.new_id()?);
        let case_key = self.keys.create_key()?;
        let permitted = opinion.answer == Answer::Permitted;
        let mut told = vec![events::requested(&id, &request, signed, case_key, self.now())];
        if !permitted {
            told.push(events::refused_by_law(&id, &opinion, case_key, self.now()));
        }
        let leaves = self.ledger.append(&told, &self.keys)?;
        let row = RequestRow {
            state: if permitted { RequestState::Requested } else { RequestState::Refused },
            case_key: case_key.to_string(),
            sha256: signed.sha256(),
            requester: signed.by.clone(),
            requested_at: self.now().0,
            requested: leaves.first().copied().unwrap_or_default(),
            grant: None,
            answer_key: None,
            answer_expires_at: None,
            review_by: None,
        };
        self.catalog.change(|change| change.put(&tables::REQUESTS, &id, &row))?;
        if permitted {
            return Ok(Submitted { request: id, opinion });
        }
        let what = (format!("求め `{id}` は認められない"), format!("request `{id}` is refused"));
        Err(VaultError::not_permitted(what, opinion))
    }

    /// A request again, from the ledger.
    ///
    /// # Errors
    ///
    /// Where there is none, or its key is destroyed.
    pub fn request(&self, id: &str) -> Result<(RequestRow, Signed, LookupRequest), VaultError> {
        let unknown = || VaultError::Unknown { what: "request", id: id.to_owned() };
        let row: RequestRow = self.catalog.view()?.get(&tables::REQUESTS, id)?.ok_or_else(unknown)?;
        let payload = self.ledger.payload(row.requested, &self.keys)?.ok_or_else(unknown)?;
        let damaged = || VaultError::damaged("ledger", format!("leaf {} is not a request", row.requested));
        let signed: Signed = serde_json::from_slice(&payload).map_err(|_| damaged())?;
        let request = serde_json::from_str(&signed.statement).map_err(|_| damaged())?;
        Ok((row, signed, request))
    }

    /// Every request with its state.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn requests(&self) -> Result<Vec<(String, RequestRow)>, VaultError> {
        self.catalog.view()?.all(&tables::REQUESTS)
    }

    /// The day in Japan.
    pub(crate) fn today(&self) -> Result<jiff::civil::Date, VaultError> {
        let now: UtcMillis = self.now();
        japanese_day(now).ok_or_else(|| {
            VaultError::refused(
                ("時計が日付を示していない", "the clock shows no date"),
                ("機械の時計を合わせること", "set the machine's clock"),
            )
        })
    }
}
