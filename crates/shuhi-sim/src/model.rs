//! The model: what was delivered and acknowledged, until when it may be read, what is held until when. It knows nothing
//! of spools, segments, keys or catalogs.

use std::collections::{BTreeMap, BTreeSet};

use shuhi_machine::UtcMillis;
use shuhi_records::{Address, Cell, Kind, Row};

use crate::calendar::{Period, day_of, end_of_period, start_of};

/// After so long without a word a session counts as ended; what the settings of the simulated vault say.
pub const SILENCE_HOURS: i64 = 36;
const SILENCE: i64 = SILENCE_HOURS * crate::calendar::HOUR;

/// A policy as it was in force over time.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id.
    pub id: &'static str,
    /// The register's kind.
    pub register_kind: &'static str,
    /// From when on which period was in force; the first from the beginning.
    pub versions: Vec<(i64, Period)>,
}

/// How surely something was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was acknowledged.
    Sure,
    /// It was sent and never acknowledged; it may be there or not.
    Unsure,
}

/// A record that a source delivered whole.
#[derive(Clone, Debug)]
pub struct Record {
    /// What the column that no question asks for says, to know it again.
    pub tag: String,
    /// The place of its policy.
    pub policy: usize,
    /// Its kind.
    pub kind: Kind,
    /// The person.
    pub who: String,
    /// The address.
    pub address: Address,
    /// The ports, of kinds that have them.
    pub ports: Option<(u32, u32)>,
    /// From when, in milliseconds.
    pub start: i64,
    /// Until when, included.
    pub end: i64,
    /// When it was acknowledged or given up.
    pub since: i64,
    /// Whether it was acknowledged.
    pub standing: Standing,
    /// How often at most it was stored, as it was sent again after a failure.
    pub copies: usize,
}

/// A session of a subscriber, as told so far.
#[derive(Clone, Debug)]
pub struct Session {
    /// What its pieces are known by.
    pub tag: String,
    /// The place of its policy.
    pub policy: usize,
    /// The device that tells of it.
    pub device: &'static str,
    /// The person.
    pub who: String,
    /// The address.
    pub address: Address,
    /// When it began.
    pub began: i64,
    /// Whether anything of it was acknowledged.
    pub known: bool,
    /// The last moment at which it was known to go on.
    pub seen: i64,
    /// When it ended, as far as told or inferred.
    pub closed: Option<i64>,
    /// Whether something of it was sent and never acknowledged.
    pub unsure: bool,
}

/// A moment of a session, or a restart, on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The session of that place began.
    Opened(usize),
    /// It goes on at that time.
    Continued(usize, i64),
    /// It ended at that time.
    Closed(usize, i64),
    /// A device restarted.
    Restarted(&'static str, i64),
}

/// Somebody at some moments, surely or possibly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Persons that must be found.
    pub must: BTreeSet<String>,
    /// Persons that may be found.
    pub may: BTreeSet<String>,
}

/// All that is known beside the vault.
#[derive(Debug, Default)]
pub struct Model {
    /// The policies.
    pub policies: Vec<Policy>,
    /// Records delivered whole, by tag.
    pub records: BTreeMap<String, Record>,
    /// Sessions.
    pub sessions: Vec<Session>,
    /// Holds.
    pub holds: Vec<Hold>,
    /// When the last sweep was done that ran to its end.
    pub swept_at: Option<i64>,
}

impl Policy {
    /// When what was stored on `day` and acknowledged at `since` expires: not before the first, not after the second.
    #[must_use]
    pub fn expires(&self, day: i64, since: i64) -> (i64, i64) {
        let (mut least, mut most) = (i64::MAX, i64::MAX);
        let begin = start_of(day).min(since);
        for (place, (_, period)) in self.versions.iter().enumerate() {
            let until = self.versions.get(place + 1).map_or(i64::MAX, |(next, _)| *next);
            let ends = end_of_period(day, *period);
            // A window's file may be older than this record, and keeps the expiry it was made with.
            if until >= begin {
                least = least.min(ends);
            }
            if until > since {
                most = most.min(ends);
            }
        }
        (least, most)
    }

    /// The period in force.
    #[must_use]
    pub fn period(&self) -> Period {
        self.versions.last().map_or(Period::Days(1), |(_, period)| *period)
    }
}

impl Record {
    /// The pieces it is stored as: one a day.
    #[must_use]
    pub fn pieces(&self) -> Vec<(i64, i64)> {
        pieces(self.start, self.end)
    }

    /// Whether it is of that address and port at some moment from `from` to `until`.
    fn is_at(&self, address: Address, port: Option<u16>) -> bool {
        let in_ports =
            port.is_none_or(|port| self.ports.is_none_or(|(first, last)| (first..=last).contains(&u32::from(port))));
        self.address == address && in_ports
    }

    /// The row that the source delivers.
    #[must_use]
    pub fn row(&self) -> Row<'_> {
        let (start, end) = (Cell::Time(UtcMillis(self.start)), Cell::Time(UtcMillis(self.end)));
        match self.kind {
            Kind::Login => Row::new(Kind::Login)
                .with("account", Cell::Text(&self.who))
                .with("time", start)
                .with("source_address", Cell::Address(self.address))
                .with("service", Cell::Text(&self.tag)),
            kind => {
                let (first, last) = self.ports.unwrap_or_default();
                Row::new(kind)
                    .with("public_address", Cell::Address(self.address))
                    .with("first_port", Cell::Number(first))
                    .with("last_port", Cell::Number(last))
                    .with("start", start)
                    .with("end", end)
                    .with("subscriber", Cell::Text(&self.who))
                    .with("session", Cell::Text(&self.tag))
                    .with("inferred", Cell::Number(0))
            }
        }
    }
}

/// First and last millisecond.
type Span = (i64, i64);

impl Session {
    /// From when until when it surely was, and possibly was, as told by `now`.
    #[must_use]
    pub fn spans(&self, now: i64) -> (Option<Span>, Option<Span>) {
        if self.unsure {
            return (None, Some((self.began, now.max(self.seen))));
        }
        match (self.known, self.closed) {
            (false, _) => (None, None),
            (true, Some(end)) => (Some((self.began, end)), Some((self.began, end))),
            (true, None) => {
                let end = now.max(self.seen);
                let sure = if now - self.seen > SILENCE { self.seen } else { end };
                (Some((self.began, sure)), Some((self.began, end)))
            }
        }
    }

    /// The row that its device tells, without times.
    #[must_use]
    pub fn row(&self) -> Row<'_> {
        Row::new(Kind::ConnectionAuth)
            .with("address", Cell::Address(self.address))
            .with("prefix_length", Cell::Number(128))
            .with("user", Cell::Text(&self.who))
            .with("session", Cell::Text(&self.tag))
            .with("source", Cell::Text(self.device))
    }
}

impl Model {
    /// Takes in what was acknowledged.
    pub fn tell(&mut self, told: Told) {
        match told {
            Told::Restarted(device, at) => {
                let of_device = |session: &&mut Session| session.device == device && session.began <= at;
                for session in self.sessions.iter_mut().filter(of_device) {
                    if session.known && session.closed.is_none() {
                        session.closed = Some(at);
                    }
                }
            }
            Told::Opened(place) => self.tell_session(place, |session| {
                if session.closed.is_none() {
                    session.known = true;
                    session.seen = session.seen.max(session.began);
                }
            }),
            Told::Continued(place, at) => self.tell_session(place, |session| {
                // Heard of again after it had fallen silent, it goes on.
                if session.closed.is_none_or(|closed| closed < at) {
                    session.closed = None;
                    session.known = true;
                    session.seen = session.seen.max(at);
                }
            }),
            Told::Closed(place, at) => self.tell_session(place, |session| {
                if session.closed.is_none_or(|closed| closed < at) {
                    session.known = true;
                    session.closed = Some(at);
                }
            }),
        }
    }

    fn tell_session(&mut self, place: usize, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.sessions.get_mut(place) {
            change(session);
        }
    }

    /// Sealing ends what fell silent, at the moment it was last heard of.
    pub fn fall_silent(&mut self, now: i64) {
        for session in &mut self.sessions {
            if session.known && session.closed.is_none() && now - session.seen > SILENCE {
                session.closed = Some(session.seen);
            }
        }
    }

    /// When something of a policy, day and acknowledgement expires, at least and at most.
    #[must_use]
    pub fn expires(&self, policy: usize, day: i64, since: i64) -> (i64, i64) {
        self.policies.get(policy).map_or((0, i64::MAX), |policy| policy.expires(day, since))
    }

    /// Who used an address, and port, from `from` to `until`, asked at `now`.
    #[must_use]
    pub fn at_address(&self, address: Address, port: Option<u16>, (from, until): (i64, i64), now: i64) -> Expected {
        let mut expected = Expected::default();
        let translated = |record: &&Record| record.kind == Kind::TranslationBlock && record.is_at(address, port);
        for record in self.records.values().filter(translated) {
            for (start, end) in record.pieces() {
                if start > until || end < from {
                    continue;
                }
                let (least, most) = self.expires(record.policy, day_of(start), record.since);
                let (must_be_held, may_be_held) = self.held(record, (start, end), now);
                if (least > now && record.standing == Standing::Sure) || must_be_held {
                    expected.must.insert(record.who.clone());
                }
                if most > now || may_be_held {
                    expected.may.insert(record.who.clone());
                }
            }
        }
        for session in self.sessions.iter().filter(|session| session.address == address) {
            let (sure, possible) = session.spans(now);
            let readable = |span: Option<(i64, i64)>, at_most: bool| {
                span.is_some_and(|(start, end)| {
                    pieces(start.max(from), end.min(until)).iter().any(|(start, _)| {
                        let (least, most) = self.expires(session.policy, day_of(*start), now);
                        (if at_most { most } else { least }) > now
                    })
                })
            };
            if readable(sure, false) {
                expected.must.insert(session.who.clone());
            }
            if readable(possible, true) {
                expected.may.insert(session.who.clone());
            }
        }
        expected
    }

    /// Whether a piece of a record surely is, and possibly is, held.
    fn held(&self, record: &Record, span: (i64, i64), now: i64) -> (bool, bool) {
        let of_record = |hold: &&Hold| hold.kind == record.kind && hold.who == record.who;
        let holds = || self.holds.iter().filter(of_record);
        let must = holds().any(|hold| hold.surely_runs(now) && hold.must.contains_key(&span));
        let over = |hold: &Hold| hold.ended == Ended::Yes || hold.until.1.is_some_and(|until| until <= now);
        (must, holds().any(|hold| !over(hold) && hold.may.contains_key(&span)))
    }

    /// The pieces of records of a kind and person from `from` to `until` that must be found, and those that may be, each
    /// with how often at most.
    ///
    /// A lookup also finds what only holds still have; a hold copies only what is not held alone (`with_held` is false).
    #[must_use]
    pub fn of_person(
        &self,
        kind: Kind,
        who: &str,
        (from, until): (i64, i64),
        now: i64,
        with_held: bool,
    ) -> (Spans, Spans) {
        let (mut must, mut may) = (Spans::new(), Spans::new());
        for record in self.records.values().filter(|record| record.kind == kind && record.who == who) {
            for (start, end) in record.pieces().into_iter().filter(|(start, end)| *start <= until && *end >= from) {
                let (least, most) = self.expires(record.policy, day_of(start), record.since);
                let held = with_held.then(|| self.held(record, (start, end), now));
                let (must_be_held, may_be_held) = held.unwrap_or_default();
                if (least > now && record.standing == Standing::Sure) || must_be_held {
                    *must.entry((start, end)).or_default() += 1;
                }
                if most > now || may_be_held {
                    *may.entry((start, end)).or_default() += record.copies;
                }
            }
        }
        (must, may)
    }
}

/// Stretches of time with how many records there are of each.
pub type Spans = BTreeMap<(i64, i64), usize>;

/// A stretch of time in pieces of a day; none where it ends before it begins.
#[must_use]
pub fn pieces(start: i64, end: i64) -> Vec<(i64, i64)> {
    let mut pieces = Vec::new();
    let mut at = start;
    while at <= end {
        let midnight = start_of(day_of(at) + 1);
        pieces.push((at, end.min(midnight - 1)));
        at = midnight;
    }
    pieces
}

/// A hold that was accepted.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Its id in the vault.
    pub id: String,
    /// Its basis.
    pub basis: &'static str,
    /// The kind of what it holds.
    pub kind: Kind,
    /// Whose records it holds.
    pub who: String,
    /// What it must hold and may hold.
    pub must: Spans,
    /// What it may hold.
    pub may: Spans,
    /// The day in Japan on which the request arrived.
    pub received: i64,
    /// Its first term in days, where it has one.
    pub first_days: Option<i64>,
    /// When it ends by itself, at the earliest and at the latest.
    pub until: (Option<i64>, Option<i64>),
    /// Whether it surely, or possibly, was withdrawn or its need ended.
    pub ended: Ended,
}

/// Whether somebody ended a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nobody did.
    No,
    /// Somebody tried, and the machine crashed.
    Perhaps,
    /// Somebody did.
    Yes,
}

impl Hold {
    /// Whether its records must be there.
    #[must_use]
    pub fn surely_runs(&self, now: i64) -> bool {
        self.ended == Ended::No && self.until.0.is_none_or(|until| until > now)
    }

    /// Whether its records must be gone.
    #[must_use]
    pub fn surely_over(&self, swept_at: Option<i64>) -> bool {
        let expired = self.until.1.is_some_and(|until| swept_at.is_some_and(|swept| until <= swept));
        self.ended == Ended::Yes || expired
    }
}
