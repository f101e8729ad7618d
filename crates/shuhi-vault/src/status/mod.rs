//! Status: what there is, until when, and what somebody has to look at. Data; who shows it decides how.

mod chart;
mod svg;
mod words;

use std::collections::BTreeMap;

use jiff::civil::Date;
use shuhi_keys::KeyHealth;
use shuhi_records::{UtcMillis, WindowWidth};

use crate::catalog::{
    HoldRow, HoldState, RequestRow, RequestState, SegmentRow, SegmentState, SourceRow, SpoolRow, tables,
};
use crate::policy::japanese_day;
use crate::vault::kind_of;
use crate::{Overdue, Vault, VaultError};

/// The state of a vault at a moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// The moment.
    pub at: UtcMillis,
    /// The day in Japan.
    pub today: Date,
    /// Records by day and kind, in order.
    pub days: Vec<DayStatus>,
    /// What is held, running holds only.
    pub holds: Vec<HeldStatus>,
    /// The keys, with warnings.
    pub keys: KeyHealth,
    /// Sources that still hold plaintext.
    pub plaintext: Vec<PlaintextSource>,
    /// What should be gone and is not.
    pub overdue: Overdue,
    /// Requests that wait for approval or for release.
    pub requests: Vec<WaitingRequest>,
    /// Reviews that wait, the most urgent first.
    pub reviews: Vec<WaitingReview>,
    /// What is acknowledged and not yet sealed.
    pub spools: Vec<SpoolStatus>,
    /// Sessions that have not ended.
    pub open_sessions: u64,
    /// Erased segments, and the records they had.
    pub erased: (u64, u64),
    /// How many leaves the ledger has.
    pub leaves: u64,
}

/// The records of one day and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayStatus {
    /// The day in Japan that their windows lie on.
    pub day: Date,
    /// The kind.
    pub kind: String,
    /// The policy that set their expiry.
    pub policy: String,
    /// How many, in spools too.
    pub records: u64,
    /// Bytes of their files.
    pub bytes: u64,
    /// Segments.
    pub segments: u64,
    /// When the last of them expires.
    pub expires_at: UtcMillis,
}

/// A hold that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldStatus {
    /// Its id.
    pub hold: String,
    /// Its basis, a value of the vocabulary's `hold_basis`.
    pub basis: String,
    /// Whether its records are copied out.
    pub copied: bool,
    /// How many records it has.
    pub records: u64,
    /// Since when.
    pub accepted_at: UtcMillis,
    /// When it ends by itself.
    pub until: Option<UtcMillis>,
    /// By when it has to be looked at.
    pub review_by: Option<UtcMillis>,
    /// Whether it must not be told of.
    pub silence: bool,
}

/// A source that still holds plaintext.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaintextSource {
    /// Its name.
    pub source: String,
    /// Files that were taken in and not taken over.
    pub files: u64,
    /// The time of the last record in them.
    pub last: UtcMillis,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRequest {
    /// Its id.
    pub request: String,
    /// Whether it waits for approval or, approved, for release.
    pub state: RequestState,
    /// Who asked.
    pub requester: String,
    /// When.
    pub requested_at: UtcMillis,
}

/// A review that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingReview {
    /// The request that one person released, or the hold.
    pub about: String,
    /// Whether it is a hold.
    pub hold: bool,
    /// By when.
    pub by: UtcMillis,
    /// Whether it is too late.
    pub late: bool,
}

/// A spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolStatus {
    /// Its id.
    pub spool: String,
    /// The kind of record.
    pub kind: String,
    /// The day in Japan of its window.
    pub day: Option<Date>,
    /// How many records.
    pub records: u64,
    /// Bytes that are acknowledged.
    pub bytes: u64,
}

impl Vault {
    /// The state of the vault, for who may know of silent holds.
    ///
    /// # Errors
    ///
    /// Where catalog or ledger cannot be read.
    pub fn status(&self) -> Result<Status, VaultError> {
        self.status_visible_to(false)
    }

    /// The state of the vault without what a silent hold would give away.
    ///
    /// # Errors
    ///
    /// Where catalog or ledger cannot be read.
    pub fn status_for_support(&self) -> Result<Status, VaultError> {
        self.status_visible_to(true)
    }

    fn status_visible_to(&self, support: bool) -> Result<Status, VaultError> {
        let view = self.catalog.view()?;
        let now = self.now();
        let segments: Vec<(String, SegmentRow)> = view.all(&tables::SEGMENTS)?;
        let spools: Vec<(String, SpoolRow)> = view.all(&tables::SPOOLS)?;
        let holds = self.holds_visible_to(support)?;
        let requests: Vec<(String, RequestRow)> = view.all(&tables::REQUESTS)?;
        let mut overdue = self.overdue()?;
        let visible = |hold: &String| holds.iter().any(|(id, _)| id == hold);
        overdue.holds.retain(|(hold, _)| visible(hold));
        overdue.not_erased.retain(|late| late.hold.as_ref().is_none_or(visible));
        let gone = segments.iter().filter(|(_, row)| row.state == SegmentState::Erased);
        Ok(Status {
            at: now,
            today: self.today()?,
            days: days(&segments, &spools)?,
            keys: self.keys.health(),
            plaintext: plaintext(view.all(&tables::SOURCES)?),
            overdue,
            reviews: reviews(&requests, &holds, now),
            requests: waiting(requests),
            holds: running(&holds),
            spools: spool_states(&spools)?,
            open_sessions: self.sessions.len() as u64,
            erased: gone.fold((0, 0), |(count, records), (_, row)| (count + 1, records + row.records)),
            leaves: self.ledger.size(),
        })
    }
}

fn days(segments: &[(String, SegmentRow)], spools: &[(String, SpoolRow)]) -> Result<Vec<DayStatus>, VaultError> {
    let mut days: BTreeMap<(Date, String, String), DayStatus> = BTreeMap::new();
    let mut add = |window: shuhi_records::Window,
                   kind: &str,
                   policy: &str,
                   (records, bytes, sealed): (u64, u64, u64),
                   expires| {
        let Some(day) = japanese_day(window.start()) else { return };
        let row = days.entry((day, kind.to_owned(), policy.to_owned())).or_insert_with(|| DayStatus {
            day,
            kind: kind.to_owned(),
            policy: policy.to_owned(),
            records: 0,
            bytes: 0,
            segments: 0,
            expires_at: UtcMillis(expires),
        });
        row.records += records;
        row.bytes += bytes;
        row.segments += sealed;
        row.expires_at = row.expires_at.max(UtcMillis(expires));
    };
    for (_, row) in segments.iter().filter(|(_, row)| matches!(row.state, SegmentState::Part | SegmentState::Sealed)) {
        add(row.window.window(), row.kind.name(), &row.policy, (row.records, row.bytes, 1), row.expires_at);
    }
    for (_, row) in spools {
        add(row.window.window(), row.kind.name(), &row.policy, (row.records, row.acknowledged, 0), row.expires_at);
    }
    Ok(days.into_values().collect())
}

fn running(holds: &[(String, HoldRow)]) -> Vec<HeldStatus> {
    let mut running: Vec<HeldStatus> = holds
        .iter()
        .filter(|(_, row)| row.is_running())
        .map(|(id, row)| HeldStatus {
            hold: id.clone(),
            basis: row.basis.clone(),
            copied: row.state == HoldState::Active,
            records: row.records(),
            accepted_at: UtcMillis(row.accepted_at),
            until: row.until.map(UtcMillis),
            review_by: row.review_by.map(UtcMillis),
            silence: row.silence,
        })
        .collect();
    running.sort_by(|a, b| (a.accepted_at, &a.hold).cmp(&(b.accepted_at, &b.hold)));
    running
}

fn plaintext(sources: Vec<(String, SourceRow)>) -> Vec<PlaintextSource> {
    let with = sources.into_iter().filter_map(|(source, row)| {
        let last = row.plaintext.iter().map(|(_, last)| *last).max()?;
        Some(PlaintextSource { source, files: row.plaintext.len() as u64, last: UtcMillis(last) })
    });
    with.collect()
}

fn waiting(requests: Vec<(String, RequestRow)>) -> Vec<WaitingRequest> {
    let waits = |row: &RequestRow| {
        matches!(row.state, RequestState::Requested | RequestState::Approved | RequestState::Releasing)
    };
    let waiting = requests.into_iter().filter(|(_, row)| waits(row)).map(|(request, row)| WaitingRequest {
        request,
        state: row.state,
        requester: row.requester,
        requested_at: UtcMillis(row.requested_at),
    });
    waiting.collect()
}

fn reviews(requests: &[(String, RequestRow)], holds: &[(String, HoldRow)], now: UtcMillis) -> Vec<WaitingReview> {
    let review = |about: &String, hold: bool, by: i64| {
        let by = UtcMillis(by);
        WaitingReview { about: about.clone(), hold, by, late: by <= now }
    };
    let of_requests = requests.iter().filter_map(|(id, row)| Some(review(id, false, row.review_by?)));
    let running = holds.iter().filter(|(_, row)| row.is_running());
    let of_holds = running.filter_map(|(id, row)| Some(review(id, true, row.review_by?)));
    let mut reviews: Vec<WaitingReview> = of_requests.chain(of_holds).collect();
    reviews.sort_by(|a, b| (a.by, &a.about).cmp(&(b.by, &b.about)));
    reviews
}

fn spool_states(spools: &[(String, SpoolRow)]) -> Result<Vec<SpoolStatus>, VaultError> {
    let state = |(id, row): &(String, SpoolRow)| {
        Ok(SpoolStatus {
            spool: id.clone(),
            kind: kind_of(&row.kind)?.name().to_owned(),
            day: japanese_day(row.window.window().start()),
            records: row.records,
            bytes: row.acknowledged,
        })
    };
    spools.iter().map(state).collect()
}

/// The day in Japan of an instant, as the number of days since 1970.
pub(super) fn day_number(at: UtcMillis) -> i64 {
    shuhi_records::Window::of(at, WindowWidth::Day).start().0.div_euclid(shuhi_records::MILLIS_A_DAY) + 1
}
