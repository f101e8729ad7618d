//! What becomes of a hold: it goes on longer, is looked at again, or is no longer wanted.

use std::collections::BTreeMap;

use serde_json::json;
use shuhi_records::UtcMillis;

use super::request::ACCEPT_HOLD;
use super::statement::{HoldExtension, HoldReview, HoldWithdrawal, hashed, overlaid, reasoned, with_hold};
use super::term::{end_of_term, review_by};
use crate::catalog::{ClosedState, HoldRow, HoldState, tables};
use crate::counsel::{Answer, Counsel, Opinion};
use crate::lookup::{Signed, SignedContext};
use crate::vault::key_of;
use crate::{Vault, VaultError, events};

/// The act of destroying history, for holds that are withdrawn.
const ERASE_LOG: &str = "erase_log";

/// What became of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldChanged {
    /// The hold.
    pub hold: String,
    /// What the law says of it.
    pub opinion: Opinion,
    /// When it ends by itself now.
    pub until: Option<UtcMillis>,
    /// By when it has to be looked at now.
    pub review_by: Option<UtcMillis>,
    /// Whether it is over, its key destroyed.
    pub over: bool,
}

impl Vault {
    /// Takes in a signed request to go on with a hold. The law is asked with the terms together; its limits are the law's.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotPermitted`] with the rules that refuse it; where the hold has no term, is over, or would not last
    /// longer.
    pub fn extend_hold(&mut self, signed: &Signed, counsel: &dyn Counsel) -> Result<HoldChanged, VaultError> {
        let by = self.enrolled(&signed.by)?;
        let extension: HoldExtension = signed.verified(SignedContext::Hold, &by)?;
        reasoned(&extension.reason)?;
        hashed(extension.document_sha256.as_deref())?;
        let (id, row) = (extension.hold.clone(), self.running_hold(&extension.hold)?);
        let Some(until) = row.until else {
            let help =
                ("代わりに点検すること。必要のある間は続く", "review it instead; it goes on as long as what it is for");
            return Err(VaultError::refused(
                (
                    format!("保全 `{id}` に、延ばせる期間はない"),
                    format!("hold `{id}` has no term that could be extended"),
                ),
                help,
            ));
        };
        let facts = self.restated(&row, &extension.facts, ("total_term", json!(extension.total_term)))?;
        let longer = end_of_term(&row.received_on, &extension.total_term)?;
        let opinion = counsel.opinion(ACCEPT_HOLD, &facts, self.today()?)?;
        self.permitted(&id, &row, signed, &opinion)?;
        if longer.0 <= until {
            let what = (
                format!("通算 {} としても保全 `{id}` は長くならない", extension.total_term),
                format!("hold `{id}` would not last longer with {} in all", extension.total_term),
            );
            return Err(VaultError::refused(
                what,
                (
                    "最初の要請の受領日からの通算の期間を書くこと",
                    "state the term in all, from the day of receipt of the first request",
                ),
            ));
        }
        let extended = HoldRow { until: Some(longer.0), total_term: Some(extension.total_term.clone()), ..row };
        let event = events::hold_extended(&id, &extended, signed, key_of(&extended.case_key)?, self.now());
        let event = match &extension.document_sha256 {
            Some(hash) => event.with("document_sha256", events::bytes_of(hash)),
            None => event,
        };
        self.ledger.append(&[event], &self.keys)?;
        self.change_running(&id, |row| HoldRow {
            until: extended.until,
            total_term: extended.total_term.clone(),
            ..row
        })?;
        Ok(changed(id, opinion, &extended, false))
    }

    /// Takes in that a hold is no longer wanted: its key is destroyed at once. Whether the manner of destruction is lawful
    /// is asked of the law first.
    ///
    /// # Errors
    ///
    /// As [`Vault::extend_hold`]; once it is in the ledger, what the disk interrupts is done by the next sweep or opening.
    pub fn withdraw_hold(&mut self, signed: &Signed, counsel: &dyn Counsel) -> Result<HoldChanged, VaultError> {
        let by = self.enrolled(&signed.by)?;
        let withdrawal: HoldWithdrawal = signed.verified(SignedContext::Hold, &by)?;
        reasoned(&withdrawal.reason)?;
        hashed(withdrawal.document_sha256.as_deref())?;
        let (id, row) = (withdrawal.hold.clone(), self.running_hold(&withdrawal.hold)?);
        // Nothing of the records is left but their number and times of the hold, in the ledger.
        let facts = json!({"erasure": {"communication_data_deleted": true, "rest_unidentifiable": true}});
        let opinion = counsel.opinion(ERASE_LOG, &facts, self.today()?)?;
        self.permitted(&id, &row, signed, &opinion)?;
        let event = events::hold_withdrawn(&id, signed, key_of(&row.case_key)?, self.now());
        let event = match &withdrawal.document_sha256 {
            Some(hash) => event.with("document_sha256", events::bytes_of(hash)),
            None => event,
        };
        self.ledger.append(&[event], &self.keys)?;
        self.end_hold(&id, ClosedState::Withdrawn)?;
        Ok(changed(id, opinion, &row, true))
    }

    /// Takes in a signed look at a hold. Where it is still needed the law is asked whether it may go on, and the next look
    /// is set; where it is not, its key is destroyed at once.
    ///
    /// # Errors
    ///
    /// As [`Vault::extend_hold`].
    pub fn review_hold(&mut self, signed: &Signed, counsel: &dyn Counsel) -> Result<HoldChanged, VaultError> {
        let by = self.enrolled(&signed.by)?;
        let review: HoldReview = signed.verified(SignedContext::Hold, &by)?;
        reasoned(&review.reason)?;
        let (id, row) = (review.hold.clone(), self.running_hold(&review.hold)?);
        let facts = self.restated(&row, &review.facts, ("running", json!(review.still_needed)))?;
        let opinion = counsel.opinion(ACCEPT_HOLD, &facts, self.today()?)?;
        let case = key_of(&row.case_key)?;
        if !review.still_needed {
            let event = events::hold_reviewed(&id, false, None, signed, case, self.now());
            self.ledger.append(&[event], &self.keys)?;
            self.end_hold(&id, ClosedState::Ended)?;
            return Ok(changed(id, opinion, &row, true));
        }
        self.permitted(&id, &row, signed, &opinion)?;
        let next = if row.until.is_some() { row.review_by } else { Some(review_by(&row.basis, self.now())?.0) };
        let event = events::hold_reviewed(&id, true, next, signed, case, self.now());
        self.ledger.append(&[event], &self.keys)?;
        self.change_running(&id, |row| HoldRow { review_by: next, ..row })?;
        Ok(changed(id, opinion, &HoldRow { review_by: next, ..row }, false))
    }

    /// Does what the ledger was told of holds and a crash kept from the catalog.
    pub(super) fn resume_hold_changes(&mut self) -> Result<(), VaultError> {
        let holds: Vec<(String, HoldRow)> = self.catalog.view()?.all(&tables::HOLDS)?;
        let active: BTreeMap<String, HoldRow> =
            holds.into_iter().filter(|(_, row)| row.state == HoldState::Active).collect();
        if active.is_empty() {
            return Ok(());
        }
        let mut extended: BTreeMap<String, u64> = BTreeMap::new();
        let mut ended: BTreeMap<String, ClosedState> = BTreeMap::new();
        for event in self.tail() {
            let (leaf, event) = event?;
            let Some(hold) = event.text("hold").filter(|hold| active.contains_key(*hold)) else { continue };
            match (event.class.as_str(), event.text("outcome")) {
                ("hold.extended", _) => drop(extended.insert(hold.to_owned(), leaf)),
                ("hold.withdrawn", _) => drop(ended.insert(hold.to_owned(), ClosedState::Withdrawn)),
                ("hold.reviewed", Some("ended")) => drop(ended.insert(hold.to_owned(), ClosedState::Ended)),
                _ => {}
            }
        }
        for (id, leaf) in extended {
            if let Some(row) = active.get(&id) {
                self.resume_extension(&id, row.clone(), leaf)?;
            }
        }
        for (id, closed) in ended {
            self.end_hold(&id, closed)?;
        }
        Ok(())
    }

    fn resume_extension(&mut self, id: &str, row: HoldRow, leaf: u64) -> Result<(), VaultError> {
        let until = self.ledger.event(leaf)?.number("until");
        if until.is_none() || until == row.until {
            return Ok(());
        }
        let payload = self.ledger.payload(leaf, &self.keys)?;
        let signed: Option<Signed> = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
        let extension: Option<HoldExtension> = signed.and_then(|signed| serde_json::from_str(&signed.statement).ok());
        let total_term = extension.map(|extension| extension.total_term).or(row.total_term);
        self.change_running(id, |row| HoldRow { until, total_term, ..row })
    }

    fn running_hold(&self, id: &str) -> Result<HoldRow, VaultError> {
        let row = self.hold(id)?;
        let over = row.until.is_some_and(|until| until <= self.now().0);
        if row.state != HoldState::Active || over {
            let state = if over { HoldState::Over(ClosedState::Expired) } else { row.state };
            let help = (
                "終わったものは再開できない。新しい要請を求めること",
                "what is over cannot be taken up again; ask for a new request",
            );
            let (ja, en) = state.words();
            let what = (format!("保全 `{id}` は続いていない（{ja}）"), format!("hold `{id}` is not running ({en})"));
            return Err(VaultError::refused(what, help));
        }
        Ok(row)
    }

    /// The facts of the request with those that are stated now.
    fn restated(
        &self,
        row: &HoldRow,
        newer: &serde_json::Value,
        (name, value): (&str, serde_json::Value),
    ) -> Result<serde_json::Value, VaultError> {
        let facts = overlaid(&self.hold_request(row)?.whole_facts()?, newer);
        let mut terms = Vec::new();
        for (term, stated) in [("first_term", &row.first_term), ("total_term", &row.total_term)] {
            terms.extend(stated.as_ref().filter(|_| term != name).map(|stated| (term, json!(stated))));
        }
        let stated = json!({"hold": {name: value.clone()}});
        let known: serde_json::Map<String, serde_json::Value> =
            terms.into_iter().map(|(term, stated)| (term.to_owned(), stated)).collect();
        with_hold(&overlaid(&overlaid(&facts, &json!({"hold": known})), &stated), &[(name, value)])
    }

    fn permitted(&mut self, id: &str, row: &HoldRow, signed: &Signed, opinion: &Opinion) -> Result<(), VaultError> {
        if opinion.answer == Answer::Permitted {
            return Ok(());
        }
        let event = events::hold_change_refused(id, opinion, signed, key_of(&row.case_key)?, self.now());
        self.ledger.append(&[event], &self.keys)?;
        let what = (format!("保全 `{id}` の変更は認められない"), format!("the change of hold `{id}` is refused"));
        Err(VaultError::not_permitted(what, opinion.clone()))
    }

    /// Changes a hold, in the transaction that sees that it still runs.
    fn change_running(&self, id: &str, change_row: impl FnOnce(HoldRow) -> HoldRow) -> Result<(), VaultError> {
        self.catalog.change(|change| {
            let row: Option<HoldRow> = change.get(&tables::HOLDS, id)?;
            let row = row.filter(|row| row.state == HoldState::Active).ok_or_else(|| {
                VaultError::refused(
                    (format!("保全 `{id}` はその間に終わった"), format!("hold `{id}` ended meanwhile")),
                    ("新しい要請を求めること", "ask for a new request"),
                )
            })?;
            change.put(&tables::HOLDS, id, &change_row(row))
        })
    }
}

fn changed(hold: String, opinion: Opinion, row: &HoldRow, over: bool) -> HoldChanged {
    let (until, review_by) = (row.until.map(UtcMillis), row.review_by.map(UtcMillis));
    HoldChanged { hold, opinion, until, review_by, over }
}
