//! Taking in a request to hold records.

use shuhi_keys::KeyId;
use shuhi_records::UtcMillis;

use super::copy::{Copied, HELD_RECORDS_MAX, PIN_MILLIS};
use super::statement::HoldRequest;
use super::term::{day_of, end_of_term, review_by};
use crate::catalog::{Change, HoldRow, HoldState, PinRow, SealingKeyRow, SegmentRow, SegmentState, SpoolRow, tables};
use crate::counsel::{Answer, Counsel, Opinion};
use crate::lookup::{Question, Signed, SignedContext};
use crate::sweep::CASE_KEPT_MILLIS;
use crate::vault::{id_text, kind_of};
use crate::{Vault, VaultError, events};

/// The act of setting records aside from erasure.
pub(super) const ACCEPT_HOLD: &str = "accept_hold";

/// What became of a request to hold records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldSubmitted {
    /// The id of the hold.
    pub hold: String,
    /// What the law says of it.
    pub opinion: Opinion,
    /// How many records are held.
    pub records: u64,
    /// When it ends by itself.
    pub until: Option<UtcMillis>,
    /// By when it has to be looked at.
    pub review_by: Option<UtcMillis>,
    /// The ledger's leaf of its acceptance.
    pub leaf: u64,
}

/// When a hold ends, and when it has to be looked at.
struct Terms {
    until: Option<i64>,
    review_by: Option<i64>,
}

impl Vault {
    /// Takes in a signed request to hold records. The law is asked first, limits included; what it forbids or cannot tell
    /// is refused, and request and refusal are in the ledger. Once it is accepted, the records it names that exist are
    /// copied out under a key of their own, and their sources expire on their day.
    ///
    /// Where the disk fails while they are copied, the hold stands as accepted, its sources are pinned for at most 24
    /// hours, and the next sweep or opening copies again.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotPermitted`] with the rules that refuse it; where the identity is not enrolled or did not sign;
    /// where no record it names exists; what disk, keys and ledger say.
    pub fn submit_hold(&mut self, signed: &Signed, counsel: &dyn Counsel) -> Result<HoldSubmitted, VaultError> {
        let by = self.enrolled(&signed.by)?;
        let request: HoldRequest = signed.verified(SignedContext::Hold, &by)?;
        let question = request.check(self.now())?;
        let facts = request.whole_facts()?;
        let terms = self.terms(&request)?;
        let opinion = counsel.opinion(ACCEPT_HOLD, &facts, self.today()?)?;
        let id = id_text(self.new_id()?);
        let case_key = self.keys.create_key()?;
        let requested = events::hold_requested(&id, &request, signed, case_key, self.now());
        if opinion.answer != Answer::Permitted {
            return Err(self.refuse_hold(&id, requested, opinion, case_key)?);
        }
        let leaf = self.ledger.append(&[requested], &self.keys)?.first().copied().unwrap_or_default();
        let row = HoldRow {
            basis: request.basis(),
            state: HoldState::Copying,
            parts: Vec::new(),
            case_key: case_key.to_string(),
            sources: Vec::new(),
            accepted_at: self.now().0,
            received_on: request.received_on.clone(),
            first_term: request.first_term.clone(),
            total_term: request.first_term.clone(),
            until: terms.until,
            review_by: terms.review_by,
            silence: request.silence,
            requested: leaf,
            accepted: None,
            ended_at: None,
        };
        let row = self.pin(&id, row, &question)?;
        match self.copy_out(&id, &row, &question)? {
            Copied::Held { records, leaf } => Ok(HoldSubmitted {
                hold: id,
                opinion,
                records,
                until: row.until.map(UtcMillis),
                review_by: row.review_by.map(UtcMillis),
                leaf,
            }),
            Copied::Nothing => {
                let help = (
                    "アドレス、アカウント、時刻を文書と照らすこと。保全できるのは存在する記録だけ",
                    "check address, account and times against the document; only records that exist can be held",
                );
                Err(VaultError::refused(
                    (
                        format!("保全 `{id}`: 特定された記録は一つもない"),
                        format!("hold `{id}`: none of the records it names exists"),
                    ),
                    help,
                ))
            }
            Copied::TooMany => {
                let what = (
                    format!("保全 `{id}` の対象が {HELD_RECORDS_MAX} 件を超える"),
                    format!("hold `{id}` names more than {HELD_RECORDS_MAX} records"),
                );
                Err(VaultError::refused(
                    what,
                    (
                        "記録をより狭く特定してもらうか、要請を分けてもらうこと",
                        "have the records specified more narrowly, or in several requests",
                    ),
                ))
            }
        }
    }

    fn terms(&self, request: &HoldRequest) -> Result<Terms, VaultError> {
        let (received_on, now) = (day_of(&request.received_on)?, self.now());
        if received_on > self.today()? {
            let what = (format!("`{received_on}` はまだ来ていない"), format!("`{received_on}` is yet to come"));
            return Err(VaultError::refused(
                what,
                ("要請の届いた日を書くこと", "write the day on which the request arrived"),
            ));
        }
        let Some(term) = &request.first_term else {
            return Ok(Terms { until: None, review_by: Some(review_by(&request.basis(), now)?.0) });
        };
        let until = end_of_term(&request.received_on, term)?;
        if until <= now {
            let what = (
                format!("{received_on} からの期間 {term} は既に過ぎている"),
                format!("a term of {term} from {received_on} is over already"),
            );
            return Err(VaultError::refused(what, ("新しい要請を求めること", "ask for a new request")));
        }
        Ok(Terms { until: Some(until.0), review_by: None })
    }

    fn refuse_hold(
        &mut self,
        id: &str,
        requested: shuhi_ledger::Event,
        opinion: Opinion,
        case_key: KeyId,
    ) -> Result<VaultError, VaultError> {
        self.keep_case(id, case_key)?;
        let refused = events::hold_refused_by_law(id, &opinion, case_key, self.now());
        self.ledger.append(&[requested, refused], &self.keys)?;
        let what = (format!("保全 `{id}` は認められない"), format!("hold `{id}` is refused"));
        Ok(VaultError::not_permitted(what, opinion))
    }

    /// Keeps the key of a case that is over for as long as cases are kept.
    pub(super) fn keep_case(&self, id: &str, case_key: KeyId) -> Result<(), VaultError> {
        let expires_at = self.now().0.saturating_add(CASE_KEPT_MILLIS);
        let row = SealingKeyRow { key: case_key.to_string(), expires_at };
        self.catalog.change(|change| change.put(&tables::SEALING_KEYS, &format!("case/{id}"), &row))
    }

    /// One transaction: the hold is there, and no segment it is to be copied from can be erased meanwhile.
    fn pin(&self, id: &str, row: HoldRow, question: &Question) -> Result<HoldRow, VaultError> {
        let until = row.accepted_at.saturating_add(PIN_MILLIS);
        self.catalog.change(|change| {
            let row = HoldRow { sources: concerned(change, question, row.accepted_at)?, ..row };
            for segment in &row.sources {
                change.put(&tables::PINS, &format!("{id}/{segment}"), &PinRow { segment: segment.clone(), until })?;
            }
            change.put(&tables::HOLDS, id, &row)?;
            Ok(row)
        })
    }
}

/// Segments and spools that may have records a question names. What has expired is gone, swept or not.
fn concerned(change: &Change<'_>, question: &Question, now: i64) -> Result<Vec<String>, VaultError> {
    let mut concerned = Vec::new();
    for (id, row) in change.all::<SegmentRow>(&tables::SEGMENTS)? {
        let usable = matches!(row.state, SegmentState::Part | SegmentState::Sealed) && row.expires_at > now;
        if usable && question.asks_about(kind_of(&row.kind)?, row.window.window()) {
            concerned.push(id);
        }
    }
    for (id, row) in change.all::<SpoolRow>(&tables::SPOOLS)? {
        if row.expires_at > now && question.asks_about(kind_of(&row.kind)?, row.window.window()) {
            concerned.push(id);
        }
    }
    Ok(concerned)
}
