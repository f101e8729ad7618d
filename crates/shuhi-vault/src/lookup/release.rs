//! Release: the grant is used, the answer found, told to the ledger, and sealed to who asked.

use serde::{Deserialize, Serialize};
use shuhi_keys::Identity;
use shuhi_machine::replace_durably;
use shuhi_records::{Columns, Kind, Row, UtcMillis};

use super::answer::{Found, LookupAnswer};
use super::columns::{columns_for, identity_columns};
use super::grant::predicate;
use super::request::LookupRequest;
use super::signed::{Signed, SignedContext};
use super::template::Question;
use crate::catalog::{
    GrantRow, GrantState, HoldRow, HoldState, RequestRow, RequestState, SegmentRow, SegmentState, SpoolRow, tables,
};
use crate::counsel::Counsel;
use crate::vault::{key_of, kind_of};
use crate::{Vault, VaultError, events};

/// How long an answer can be opened: a month, then its key is destroyed.
pub const ANSWER_LIFE_MILLIS: i64 = 31 * 24 * 3_600_000;
/// By when a release that one person made has to be reviewed.
const REVIEW_MILLIS: i64 = 24 * 3_600_000;
const ANSWER_CONTEXT: &str = "shuhi lookup answer v1";

/// What who asked signs to have the answer now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseOrder {
    /// The request.
    pub request: String,
}

/// What was released; the answer itself is opened with [`Vault::open_answer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// The request.
    pub request: String,
    /// How many records matched.
    pub matches: u64,
    /// Whether the answer names somebody.
    pub unique: bool,
    /// The ledger's leaf.
    pub leaf: u64,
    /// Until when it can be opened.
    pub expires_at: UtcMillis,
}

impl Vault {
    /// Uses the grant of an approved request: once. `order` is signed by who asked.
    ///
    /// # Errors
    ///
    /// Where it was not approved, was answered before, lapsed, or somebody else asks for it.
    pub fn release(&mut self, order: &Signed) -> Result<Released, VaultError> {
        self.settle()?;
        let requester = self.enrolled(&order.by)?;
        let ReleaseOrder { request: id } = order.verified(SignedContext::Release, &requester)?;
        let (row, _, request) = self.request(&id)?;
        if row.requester != order.by {
            let what = (format!("求め `{id}` は別の人がした"), format!("request `{id}` was made by another"));
            return Err(VaultError::refused(
                what,
                ("回答を受け取れるのは求めた本人だけ", "only who asked gets the answer"),
            ));
        }
        self.still_whole(&id, &row, &request)?;
        let grant = self.use_grant(&id)?;
        let question = request.question.question()?;
        if grant.predicate != predicate(&request, &question) {
            return Err(VaultError::refused(
                ("許可は別の問いに対するもの", "the grant is for another question"),
                ("新しく求めること", "make a new request"),
            ));
        }
        let found = self.find(&question, &grant, &request)?;
        let answer = LookupAnswer::of(&id, &question, &found);
        let key = self.keys.create_key()?;
        let plain = serde_json::to_vec(&answer).unwrap_or_default();
        let sealed_to = requester.seal_to(&self.machine, ANSWER_CONTEXT, &plain)?;
        let sealed = self.keys.seal(&key, id.as_bytes(), &sealed_to)?;
        replace_durably(&*self.machine.disk, &self.folder.answers().join(format!("{id}.sealed")), &sealed)?;
        let expires_at = self.now().0.saturating_add(ANSWER_LIFE_MILLIS);
        let told = events::Release {
            lookup: &id,
            grant_id: row.grant.as_deref().unwrap_or_default(),
            grant: &grant,
            answer: &answer,
            answer_sha256: events::sha256(&sealed),
            expires_at,
            case: key_of(&row.case_key)?,
        };
        let event = match row.review_by.filter(|_| grant.approver == order.by) {
            Some(review_by) => events::released_alone(&told, (&request, order), review_by, self.now()),
            None => events::released(&told, self.now()),
        };
        let leaf = self.ledger.append(&[event], &self.keys)?.first().copied().unwrap_or_default();
        let (matches, unique) = (answer.matches, answer.unique);
        self.catalog.change(|change| {
            let row: Option<RequestRow> = change.get(&tables::REQUESTS, &id)?;
            let row = row.ok_or_else(|| VaultError::Unknown { what: "request", id: id.clone() })?;
            let (state, answer_key) = (RequestState::Released, Some(key.to_string()));
            let row = RequestRow { state, answer_key, answer_expires_at: Some(expires_at), ..row };
            change.put(&tables::REQUESTS, &id, &row)
        })?;
        Ok(Released { request: id, matches, unique, leaf, expires_at: UtcMillis(expires_at) })
    }

    /// Releases to avert present danger on one person's word, where the settings allow it: the law is asked, an alarm
    /// is in the ledger, and a second person has to review it within 24 hours, or it is a finding.
    ///
    /// # Errors
    ///
    /// As [`Vault::release`], and where the settings or the basis do not allow it.
    pub fn release_alone(&mut self, order: &Signed, counsel: &dyn Counsel) -> Result<Released, VaultError> {
        let requester = self.enrolled(&order.by)?;
        let ReleaseOrder { request: id } = order.verified(SignedContext::Release, &requester)?;
        let (row, _, request) = self.request(&id)?;
        if !self.settings.single_release || request.fact("basis") != Some("averting_danger") {
            let help = ("登録された別の人の承認が要る", "a second enrolled person has to approve it");
            return Err(VaultError::refused(
                ("これは一人では開示できない", "one person alone may not release this"),
                help,
            ));
        }
        if row.requester != order.by || row.state != RequestState::Requested {
            return Err(VaultError::refused(
                (
                    format!("求め `{id}` は、あなたの開示を待っていない"),
                    format!("request `{id}` does not wait for you"),
                ),
                ("新しく求めること", "make a new request"),
            ));
        }
        self.judged_again(&id, &request, counsel)?;
        let row = RequestRow { review_by: Some(self.now().0.saturating_add(REVIEW_MILLIS)), ..row };
        self.grant(&id, row, &request, order)?;
        self.release(order)
    }

    /// A second person's review of a release that one person made.
    ///
    /// # Errors
    ///
    /// Where it waits for no review, or the reviewer is who released it.
    pub fn review_release(&mut self, signed: &Signed) -> Result<(), VaultError> {
        let reviewer = self.enrolled(&signed.by)?;
        let review: super::Approval = signed.verified(SignedContext::Review, &reviewer)?;
        let (row, _, _) = self.request(&review.request)?;
        if row.review_by.is_none() || row.requester == signed.by {
            let what = (
                format!("求め `{}` は `{}` の点検を待っていない", review.request, signed.by),
                format!("request `{}` does not wait for a review by `{}`", review.request, signed.by),
            );
            return Err(VaultError::refused(
                what,
                ("登録された別の人が点検すること", "another enrolled person reviews it"),
            ));
        }
        let event = events::reviewed(&review.request, review.approved, signed, key_of(&row.case_key)?, self.now());
        self.ledger.append(&[event], &self.keys)?;
        let row = RequestRow { review_by: None, ..row };
        self.catalog.change(|change| change.put(&tables::REQUESTS, &review.request, &row))
    }

    /// Opens an answer for who asked.
    ///
    /// # Errors
    ///
    /// Where it is not released, expired, or sealed to somebody else.
    pub fn open_answer(&self, id: &str, requester: &Identity) -> Result<LookupAnswer, VaultError> {
        let row: Option<RequestRow> = self.catalog.view()?.get(&tables::REQUESTS, id)?;
        let row = row.ok_or_else(|| VaultError::Unknown { what: "request", id: id.to_owned() })?;
        let gone = || {
            VaultError::refused(
                (
                    format!("求め `{id}` に、開ける回答はない"),
                    format!("request `{id}` has no answer that can be opened"),
                ),
                ("求め直すこと", "ask again"),
            )
        };
        let over = row.answer_expires_at.is_none_or(|until| until <= self.now().0);
        let key = row.answer_key.filter(|_| !over && row.state == RequestState::Released).ok_or_else(gone)?;
        let path = self.folder.answers().join(format!("{id}.sealed"));
        let sealed = self.machine.disk.read(&path, ANSWER_BYTES_MAX)?;
        let sealed_to = self.keys.open_sealed(&key_of(&key)?, id.as_bytes(), &sealed)?;
        let plain = requester.open_sealed(ANSWER_CONTEXT, &sealed_to)?;
        serde_json::from_slice(&plain).map_err(|_| VaultError::damaged(path.display().to_string(), "it is no answer"))
    }

    /// Refuses, without using the grant up, where records that the question is about came to lie elsewhere since it was
    /// approved: an answer from the rest might name one person where there were two.
    fn still_whole(&self, id: &str, row: &RequestRow, request: &LookupRequest) -> Result<(), VaultError> {
        let grant: Option<GrantRow> = match &row.grant {
            Some(grant) => self.catalog.view()?.get(&tables::GRANTS, grant)?,
            None => None,
        };
        let Some(grant) = grant else { return Ok(()) };
        let scope = self.scope(request)?;
        let named = |store: &String| grant.segments.contains(store) || grant.spools.contains(store);
        if scope.segments.iter().chain(&scope.spools).all(named) {
            return Ok(());
        }
        let what = (
            format!("求め `{id}` の対象の記録が、承認の後に届いた"),
            format!("records that request `{id}` asks about came in since it was approved"),
        );
        Err(VaultError::refused(
            what,
            (
                "新しく求め、全体について別の人の承認を受けること",
                "make a new request, so that a second person approves all of them",
            ),
        ))
    }

    /// Marks the grant of a request as used, in one transaction with the look at its state.
    fn use_grant(&self, id: &str) -> Result<GrantRow, VaultError> {
        let now = self.now().0;
        self.catalog.change(|change| {
            let row: Option<RequestRow> = change.get(&tables::REQUESTS, id)?;
            let row = row.ok_or_else(|| VaultError::Unknown { what: "request", id: id.to_owned() })?;
            let grant_id = row.grant.clone().ok_or_else(|| {
                VaultError::refused(
                    (format!("求め `{id}` は承認されていない"), format!("request `{id}` is not approved")),
                    ("登録された別の人の承認が要る", "a second enrolled person has to approve it"),
                )
            })?;
            let grant: Option<GrantRow> = change.get(&tables::GRANTS, &grant_id)?;
            let grant = grant.ok_or_else(|| VaultError::Unknown { what: "grant", id: grant_id.clone() })?;
            // What a crash interrupted before anything was released goes on under the same grant.
            let interrupted = row.state == RequestState::Releasing && grant.state == GrantState::Used;
            let fresh = row.state == RequestState::Approved && grant.state == GrantState::Open;
            #[cfg(feature = "planted-faults")]
            let fresh = fresh || self.has_fault(crate::Fault::GrantUsedTwice);
            if !interrupted && !fresh {
                return Err(VaultError::refused(
                    (format!("求め `{id}` の許可は使用済み"), format!("the grant of request `{id}` is used")),
                    ("新しく求めること", "make a new request"),
                ));
            }
            if grant.expires_at <= now {
                return Err(VaultError::refused(
                    (format!("求め `{id}` の許可は失効した"), format!("the grant of request `{id}` has lapsed")),
                    ("新しく求めること", "make a new request"),
                ));
            }
            let held: Vec<(String, HoldRow)> = change.all(&tables::HOLDS)?;
            let is_held = |id: &String| held.iter().any(|(_, row)| row.parts.iter().any(|part| part.segment == *id));
            for store in grant.segments.iter().chain(&grant.spools).filter(|id| !is_held(id)) {
                let known =
                    change.get(&tables::SEGMENTS, store)?.is_some() || change.get(&tables::SPOOLS, store)?.is_some();
                if !known {
                    // An answer from the rest might name one person where there were two.
                    let what = (
                        format!("求め `{id}` の許可が開く記録は、もうない"),
                        format!("records that the grant of request `{id}` opens are gone"),
                    );
                    return Err(VaultError::refused(what, ("新しく求めること", "make a new request")));
                }
            }
            change.put(&tables::GRANTS, &grant_id, &GrantRow { state: GrantState::Used, ..grant.clone() })?;
            change.put(&tables::REQUESTS, id, &RequestRow { state: RequestState::Releasing, ..row })?;
            Ok(grant)
        })
    }

    fn find(&self, question: &Question, grant: &GrantRow, request: &LookupRequest) -> Result<Vec<Found>, VaultError> {
        let data = request.data();
        let view = self.catalog.view()?;
        let mut found = Vec::new();
        let now = self.now().0;
        for id in grant.segments.iter().chain(&grant.spools) {
            if let Some(row) = view.get(&tables::SPOOLS, id)?.filter(|row: &SpoolRow| row.expires_at > now) {
                found.extend(filtered(question, kind_of(&row.kind)?, &self.spooled(id, &row)?, &data));
            }
            let row: Option<SegmentRow> = view.get(&tables::SEGMENTS, id)?;
            let usable = |row: &SegmentRow| {
                matches!(row.state, SegmentState::Part | SegmentState::Sealed) && row.expires_at > now
            };
            let Some(row) = row.filter(usable) else { continue };
            let kind = kind_of(&row.kind)?;
            let segment = self.open_segment(id, &row)?;
            let (granted, read) = columns_to_read(kind, &data);
            for (_, by) in question.finds.iter().filter(|(asked, _)| *asked == kind) {
                found.push(Found { columns: segment.find(&question.find(by, &read))?, granted: granted.clone() });
            }
        }
        self.find_held(question, grant, &data, &mut found)?;
        let mut open: Vec<(Kind, Columns)> = Vec::new();
        for piece in self.sessions.rows(self.now()) {
            let row = piece.row();
            match open.iter_mut().find(|(kind, _)| *kind == row.kind()) {
                Some((_, columns)) => columns.push(&row),
                None => {
                    let mut columns = Columns::new(row.kind());
                    columns.push(&row);
                    open.push((row.kind(), columns));
                }
            }
        }
        found.extend(open.iter().flat_map(|(kind, columns)| filtered(question, *kind, columns, &data)));
        Ok(found)
    }

    /// Adds what only holds still have: their sources may be erased meanwhile, or there as well.
    fn find_held(
        &self,
        question: &Question,
        grant: &GrantRow,
        data: &[String],
        found: &mut Vec<Found>,
    ) -> Result<(), VaultError> {
        let now = self.now().0;
        for (_, row) in self.catalog.view()?.all::<HoldRow>(&tables::HOLDS)? {
            let kept = row.state == HoldState::Active && row.until.is_none_or(|until| until > now);
            for part in row.parts.iter().filter(|part| kept && grant.segments.contains(&part.segment)) {
                let kind = kind_of(&part.kind)?;
                let (granted, read) = columns_to_read(kind, data);
                for (_, by) in question.finds.iter().filter(|(asked, _)| *asked == kind) {
                    let held = self.open_part(part)?.find(&question.find(by, &read))?;
                    let mut only_held = Columns::new(kind);
                    let elsewhere =
                        |row: &Row<'_>| found.iter().any(|other| other.columns.iter().any(|there| there == *row));
                    held.iter().filter(|row| !elsewhere(row)).for_each(|row| only_held.push(&row));
                    found.push(Found { columns: only_held, granted: granted.clone() });
                }
            }
        }
        Ok(())
    }
}

/// No answer is longer.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// The columns granted, and with them those that decide whether the answer is one person's and stands.
fn columns_to_read(kind: Kind, data: &[String]) -> (Vec<&'static str>, Vec<&'static str>) {
    let granted = columns_for(kind, data);
    let mut read = granted.clone();
    if kind == Kind::TranslationConfiguration {
        // An assignment is computed from the whole line.
        return (granted, kind.columns().iter().map(|column| column.name).collect());
    }
    for name in identity_columns(kind).iter().copied().chain(["session", "source", "inferred"]) {
        if kind.place(name).is_some() && !read.contains(&name) {
            read.push(name);
        }
    }
    (granted, read)
}

fn filtered(question: &Question, kind: Kind, columns: &Columns, data: &[String]) -> Vec<Found> {
    let (granted, _) = columns_to_read(kind, data);
    let of_kind = question.finds.iter().filter(|(asked, _)| *asked == kind);
    of_kind
        .map(|(_, by)| {
            let find = question.find(by, &[]);
            let mut matching = Columns::new(kind);
            columns.iter().filter(|row| find.matches(row)).for_each(|row| matching.push(&row));
            Found { columns: matching, granted: granted.clone() }
        })
        .collect()
}
