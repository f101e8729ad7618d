//! What is signed: to hold records, to extend, withdraw or review a hold.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::lookup::{Question, TOLERANCE_SECONDS_MAX, Template};
use crate::{VaultError, events};
use shuhi_records::UtcMillis;

/// A request to hold records, as who enters it signs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    /// The facts of the act `accept_hold`, by role, as `shuhi schema --facts` lists them: at least `hold.basis`. Terms,
    /// day of receipt and silence are taken from below where the facts leave them out.
    pub facts: Json,
    /// Which records: what the request or order specifies.
    pub question: Template,
    /// The day in Japan on which the request arrived (`2026-04-01`).
    pub received_on: String,
    /// The first term as the request states it (`30 days`); none where its basis has no term.
    #[serde(default)]
    pub first_term: Option<String>,
    /// SHA-256 of the document that asks, hexadecimal; none only where nobody asked in writing.
    #[serde(default)]
    pub document_sha256: Option<String>,
    /// Whether it was asked that nobody is told.
    #[serde(default)]
    pub silence: bool,
    /// Why it is entered, for who audits.
    pub reason: String,
    /// When it was signed, milliseconds UTC.
    pub signed_at: i64,
}

/// A request to go on with a hold beyond its term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldExtension {
    /// The hold.
    pub hold: String,
    /// Facts of the act `accept_hold` that differ from the request's (who asks now, whether in writing).
    #[serde(default)]
    pub facts: Json,
    /// The term in all, from the day of receipt of the first request (`60 days`).
    pub total_term: String,
    /// SHA-256 of the document that asks, hexadecimal.
    #[serde(default)]
    pub document_sha256: Option<String>,
    /// Why, for who audits.
    pub reason: String,
    /// When it was signed, milliseconds UTC.
    pub signed_at: i64,
}

/// That a hold is no longer wanted, or what it is for has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldWithdrawal {
    /// The hold.
    pub hold: String,
    /// SHA-256 of the document that withdraws it, hexadecimal; none where proceedings or a need ended.
    #[serde(default)]
    pub document_sha256: Option<String>,
    /// Why, for who audits.
    pub reason: String,
    /// When it was signed, milliseconds UTC.
    pub signed_at: i64,
}

/// A look whether a hold is still needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldReview {
    /// The hold.
    pub hold: String,
    /// Facts of the act `accept_hold` that differ from the request's; `hold.running` is what `still_needed` says.
    #[serde(default)]
    pub facts: Json,
    /// Whether proceedings, reason or need go on. If not, the records are destroyed at once.
    pub still_needed: bool,
    /// What was looked at.
    pub reason: String,
    /// When it was signed, milliseconds UTC.
    pub signed_at: i64,
}

impl HoldRequest {
    /// What the vault itself requires, beyond the law.
    pub(super) fn check(&self, now: UtcMillis) -> Result<Question, VaultError> {
        reasoned(&self.reason)?;
        hashed(self.document_sha256.as_deref())?;
        let question = self.question.question()?;
        if question.within.1.0 > now.0.saturating_add(i64::from(TOLERANCE_SECONDS_MAX) * 1000) {
            let help = (
                "いま存在する記録を特定すること。これから生じるものは保全できない",
                "name records that exist now; what is yet to come cannot be held",
            );
            return Err(VaultError::refused(
                ("要請が現在より後に及ぶ", "the request reaches beyond this moment"),
                help,
            ));
        }
        Ok(question)
    }

    /// The facts with what the statement says outside of them.
    ///
    /// # Errors
    ///
    /// Where both say different things.
    pub(super) fn whole_facts(&self) -> Result<Json, VaultError> {
        let mut stated = vec![("received_on", json!(self.received_on)), ("silence_requested", json!(self.silence))];
        if let Some(term) = &self.first_term {
            stated.push(("first_term", json!(term)));
        }
        let mut facts = with_hold(&self.facts, &stated)?;
        if let (Some(term), Some(hold)) = (&self.first_term, facts.get_mut("hold").and_then(Json::as_object_mut)) {
            hold.entry("total_term").or_insert_with(|| json!(term));
        }
        Ok(facts)
    }

    pub(super) fn basis(&self) -> String {
        self.facts.pointer("/hold/basis").and_then(Json::as_str).unwrap_or("none").to_owned()
    }
}

/// Facts with these fields of `hold`.
///
/// # Errors
///
/// Where a field is there with another value, or the facts are no object.
pub(super) fn with_hold(facts: &Json, fields: &[(&str, Json)]) -> Result<Json, VaultError> {
    let mut facts = facts.clone();
    let hold = facts.as_object_mut().map(|roles| roles.entry("hold").or_insert_with(|| json!({})));
    let Some(hold) = hold.and_then(Json::as_object_mut) else {
        return Err(VaultError::Facts("facts are keyed by role: `{\"hold\": {…}}`".to_owned()));
    };
    for (name, value) in fields {
        match hold.get(*name) {
            Some(stated) if stated != value => {
                let what = format!("`hold.{name}` is {stated} in the facts and {value} in the statement");
                return Err(VaultError::Facts(what));
            }
            _ => hold.insert((*name).to_owned(), value.clone()),
        };
    }
    Ok(facts)
}

/// `facts` with what `newer` says in their place.
pub(super) fn overlaid(facts: &Json, newer: &Json) -> Json {
    match (facts, newer) {
        (Json::Object(facts), Json::Object(newer)) => {
            let mut merged = facts.clone();
            for (name, value) in newer {
                let value = merged.get(name).map_or_else(|| value.clone(), |old| overlaid(old, value));
                merged.insert(name.clone(), value);
            }
            Json::Object(merged)
        }
        (facts, Json::Null) => facts.clone(),
        (_, newer) => newer.clone(),
    }
}

pub(super) fn reasoned(reason: &str) -> Result<(), VaultError> {
    if reason.trim().is_empty() {
        return Err(VaultError::refused(
            ("申立てに理由がない", "the statement gives no reason"),
            ("監査する人のために理由を書くこと", "say why, for who audits it"),
        ));
    }
    Ok(())
}

pub(super) fn hashed(document: Option<&str>) -> Result<(), VaultError> {
    match document {
        Some(hash) if events::bytes_of(hash).len() != 32 => {
            let what = (format!("`{hash}` は SHA-256 ではない"), format!("`{hash}` is not a SHA-256"));
            Err(VaultError::refused(
                what,
                (
                    "文書のファイルを指定すること。ハッシュが申立てに入る",
                    "name the document's file; its hash goes into the statement",
                ),
            ))
        }
        _ => Ok(()),
    }
}
