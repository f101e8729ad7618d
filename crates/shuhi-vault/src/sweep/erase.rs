//! The protocol of erasure. Each step is durable before the next, and each can be taken up again:
//!
//! 1. the ledger is told that it is intended;
//! 2. one transaction sees that nothing holds the segment and marks it; from then on nothing may open or hold it;
//! 3. its key is destroyed;
//! 4. opening it is tried and must fail;
//! 5. its files are removed;
//! 6. the ledger gets the receipt;
//! 7. the catalog notes the receipt.

use shuhi_keys::{KeyError, ReplicaState, Warning};
use shuhi_ledger::{Event, LedgerError, StoredEvent};

use super::SweepReport;
use crate::catalog::{
    Change, ClosedState, HeldPart, HoldRow, HoldState, PinRow, SegmentRow, SegmentState, SourceRow, SpoolRow, tables,
};
use crate::events::number;
use crate::hold::PIN_MILLIS;
use crate::vault::{id_text, key_of, kind_of};
use crate::verify::hash_of_first;
use crate::{Vault, VaultError};

/// What a receipt does not claim.
const LIMITS: [&str; 5] = [
    "shown is that this key store destroyed the key and that the segment then did not open; copies that somebody made of \
     a key or of plaintext outside this vault are not covered",
    "a backup that has the wrapped key opens with the epoch key of that time until the epoch ends; the event \
     `epoch.ended` of that epoch or a later one says when that was",
    "a storage medium may keep overwritten bytes; what is left of the segment there is ciphertext",
    "answers that were released before are with those who asked for them",
    "memory of the running process was cleared as far as the libraries used allow",
];
/// What was interrupted lies in the last leaves; so many are looked through for it.
const TAIL_LEAVES: u64 = 1_000;

/// One erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The segment, spool, held part or quarantine.
    pub segment: String,
    /// The hold it was one of.
    pub hold: Option<String>,
    /// Whether it was a day's quarantine.
    pub quarantine: bool,
    /// How many records it had; of a quarantine, lines.
    pub records: u64,
    /// The ledger's leaf with the receipt.
    pub receipt: u64,
    /// Whether the destruction of the key is shown: no snapshots declared, every replica within reach.
    pub destruction_shown: bool,
}

/// What is erased, for intent and receipt.
pub(super) struct Subject<'s> {
    pub segment: &'s str,
    pub key: &'s str,
    pub hold: Option<&'s str>,
    pub sha256: [u8; 32],
    pub records: u64,
    pub authority: String,
    pub due: i64,
    /// The first moment its records are of, where known.
    pub from: Option<i64>,
}

impl Vault {
    /// Finishes every erasure that a crash interrupted.
    pub(crate) fn resume_erasures(&mut self) -> Result<(), VaultError> {
        let view = self.catalog.view()?;
        let segments: Vec<(String, SegmentRow)> = view.all(&tables::SEGMENTS)?;
        let holds: Vec<(String, HoldRow)> = view.all(&tables::HOLDS)?;
        drop(view);
        for (id, row) in segments.into_iter().filter(|(_, row)| row.state == SegmentState::Erasing) {
            self.finish_segment(&id, &row)?;
        }
        for (id, row) in holds {
            if let HoldState::Ending(closed) = row.state {
                self.finish_hold(&id, row, closed)?;
            }
        }
        self.resume_quarantines()
    }

    pub(super) fn erase_segment(
        &mut self,
        id: &str,
        row: &SegmentRow,
        report: &mut SweepReport,
    ) -> Result<(), VaultError> {
        if self.is_held_back(id, row.sealed_at)? {
            report.pinned.push(id.to_owned());
            return Ok(());
        }
        #[cfg(feature = "planted-faults")]
        self.planted_destruction(&row.key)?;
        let intent = self.intend(&[of_segment(id, row)])?.first().copied().unwrap_or_default();
        let marked = self.catalog.change(|change| {
            let row: Option<SegmentRow> = change.get(&tables::SEGMENTS, id)?;
            let Some(row) = row.filter(|row| matches!(row.state, SegmentState::Part | SegmentState::Sealed)) else {
                return Ok(None);
            };
            if self.is_held_back_now(change, id, row.sealed_at)? {
                return Ok(None);
            }
            let row = SegmentRow { state: SegmentState::Erasing, intent: Some(intent), ..row };
            change.put(&tables::SEGMENTS, id, &row)?;
            Ok(Some(row))
        })?;
        match marked {
            Some(row) => report.erased.push(self.finish_segment(id, &row)?),
            None => report.pinned.push(id.to_owned()),
        }
        Ok(())
    }

    /// A spool whose window expired before it was sealed: it is erased as a segment is, under its own id.
    pub(super) fn erase_spool(&mut self, id: &str, row: SpoolRow, report: &mut SweepReport) -> Result<(), VaultError> {
        if self.is_held_back(id, i64::MIN)? {
            report.pinned.push(id.to_owned());
            return Ok(());
        }
        let segment = SegmentRow {
            kind: row.kind.clone(),
            policy: row.policy.clone(),
            window: row.window,
            state: SegmentState::Erasing,
            key: row.key.clone(),
            records: row.records,
            bytes: row.acknowledged,
            sha256: hash_of_first(&*self.machine.disk.open(&self.folder.spool(id), false)?, row.acknowledged)?,
            sealed_at: row.begun_at,
            expires_at: row.expires_at,
            announced: None,
            intent: None,
            receipt: None,
            erased_at: None,
        };
        let intent = self.intend(&[of_segment(id, &segment)])?.first().copied();
        let segment = SegmentRow { intent, ..segment };
        let marked = self.catalog.change(|change| {
            if self.is_held_back_now(change, id, i64::MIN)? {
                return Ok(false);
            }
            change.remove(&tables::SPOOLS, id)?;
            change.put(&tables::SEGMENTS, id, &segment)?;
            Ok(true)
        })?;
        if !marked {
            report.pinned.push(id.to_owned());
            return Ok(());
        }
        self.spools.remove(&(kind_of(&row.kind)?, row.policy, row.window.window()));
        report.erased.push(self.finish_segment(id, &segment)?);
        Ok(())
    }

    /// Ends a hold: its key is destroyed now.
    pub(crate) fn end_hold(&mut self, id: &str, closed: ClosedState) -> Result<Vec<Erased>, VaultError> {
        let row = self.hold(id)?;
        let subjects: Vec<Subject<'_>> = row.parts.iter().map(|part| of_part(id, &row, part, closed)).collect();
        let intents = self.intend(&subjects)?;
        let now = self.now();
        let marked = self.catalog.change(|change| {
            let row: Option<HoldRow> = change.get(&tables::HOLDS, id)?;
            let Some(mut row) = row.filter(|row| row.state == HoldState::Active) else { return Ok(None) };
            // Extended meanwhile, it is not over.
            if closed == ClosedState::Expired && !self.is_over(id, &row, now) {
                return Ok(None);
            }
            row.state = HoldState::Ending(closed);
            row.parts.iter_mut().zip(&intents).for_each(|(part, intent)| part.intent = Some(*intent));
            change.put(&tables::HOLDS, id, &row)?;
            Ok(Some(row))
        })?;
        marked.map_or(Ok(Vec::new()), |row| self.finish_hold(id, row, closed))
    }

    pub(super) fn intend(&mut self, subjects: &[Subject<'_>]) -> Result<Vec<u64>, VaultError> {
        let mut events = Vec::new();
        for subject in subjects {
            let erasure = id_text(self.new_id()?);
            events.push(subject.intended(&erasure, Event::new("erasure.intended", self.now())));
        }
        Ok(self.ledger.append(&events, &self.keys)?)
    }

    fn finish_segment(&mut self, id: &str, row: &SegmentRow) -> Result<Erased, VaultError> {
        let subject = of_segment(id, row);
        let (receipt, shown) = self.destroy(&subject, row.intent.unwrap_or_default(), |vault| {
            vault.remove_segment_files(&vault.folder.segments(), id)?;
            vault.remove_file(&vault.folder.spool(id), &vault.folder.spools())
        })?;
        let erased_at = Some(self.now().0);
        let row = SegmentRow { state: SegmentState::Erased, receipt: Some(receipt), erased_at, ..row.clone() };
        self.catalog.change(|change| change.put(&tables::SEGMENTS, id, &row))?;
        let (segment, records) = (id.to_owned(), row.records);
        Ok(Erased { segment, hold: None, quarantine: false, records, receipt, destruction_shown: shown })
    }

    fn finish_hold(&mut self, id: &str, mut row: HoldRow, closed: ClosedState) -> Result<Vec<Erased>, VaultError> {
        let mut erased = Vec::new();
        for (place, part) in row.parts.clone().iter().enumerate() {
            if part.receipt.is_some() {
                continue;
            }
            let subject = of_part(id, &row, part, closed);
            let (receipt, destruction_shown) = self.destroy(&subject, part.intent.unwrap_or_default(), |vault| {
                vault.remove_segment_files(&vault.folder.holds(), &part.segment)
            })?;
            if let Some(part) = row.parts.get_mut(place) {
                part.receipt = Some(receipt);
            }
            self.catalog.change(|change| change.put(&tables::HOLDS, id, &row))?;
            let (segment, hold) = (part.segment.clone(), Some(id.to_owned()));
            erased.push(Erased { segment, hold, quarantine: false, records: part.records, receipt, destruction_shown });
        }
        let ended = crate::events::hold_ended(id, closed_word(closed), self.now());
        if self.in_tail("hold.ended", |event| event.text("hold") == Some(id))?.is_none() {
            self.ledger.append(&[ended], &self.keys)?;
        }
        (row.state, row.ended_at) = (HoldState::Over(closed), Some(self.now().0));
        self.catalog.change(|change| change.put(&tables::HOLDS, id, &row))?;
        Ok(erased)
    }

    /// Steps 3 to 6. Returns the leaf of the receipt, and whether destruction is shown.
    pub(super) fn destroy(
        &mut self,
        subject: &Subject<'_>,
        intent: u64,
        remove_files: impl FnOnce(&Self) -> Result<(), VaultError>,
    ) -> Result<(u64, bool), VaultError> {
        let key = key_of(subject.key)?;
        self.keys.destroy(&[key])?;
        let destroyed = self.now();
        match self.keys.lease(&key) {
            Err(KeyError::Destroyed(_) | KeyError::Unknown(_)) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                let what = "its key was destroyed and still opens it; nothing more is erased";
                return Err(VaultError::damaged(subject.segment, what));
            }
        }
        remove_files(self)?;
        let intended = self.ledger.event(intent)?;
        let erasure = intended.text("erasure").unwrap_or_default().to_owned();
        let shown = self.destruction_is_shown();
        let told = self.in_tail("erasure.done", |event| event.text("erasure") == Some(erasure.as_str()))?;
        if let Some(leaf) = told {
            return Ok((leaf, shown));
        }
        let receipt = Event::new("erasure.done", self.now())
            .with("erasure", erasure)
            .with("segment", subject.segment.to_owned())
            .with("sha256", subject.sha256.to_vec())
            .with("authority", subject.authority.clone())
            .with("key", subject.key.to_owned())
            .with("destroyed", destroyed)
            .with("destruction_shown", i64::from(shown))
            .with("replicas", self.replica_places())
            .with("epoch", number(self.keys.health().epoch))
            .with("limits", LIMITS.map(str::to_owned).to_vec())
            .with("intended", number(intent))
            .with("records", number(subject.records))
            .with("opening_failed", 1)
            .with("removed", self.now())
            .with("plaintext_sources", self.plaintext_sources(subject.from)?);
        let leaf = self.ledger.append(&[receipt], &self.keys)?.first().copied().unwrap_or_default();
        Ok((leaf, shown))
    }

    fn destruction_is_shown(&self) -> bool {
        let health = self.keys.health();
        let whole = health.replicas.iter().all(|replica| replica.state == ReplicaState::Whole);
        let doubts = |warning: &Warning| matches!(warning, Warning::Snapshots | Warning::LeftOver { .. });
        whole && !health.warnings.iter().any(doubts)
    }

    fn replica_places(&self) -> Vec<String> {
        self.keys.health().replicas.iter().map(|replica| replica.place.display().to_string()).collect()
    }

    /// Sources that still hold plaintext of a time, or of later.
    fn plaintext_sources(&self, from: Option<i64>) -> Result<Vec<String>, VaultError> {
        let from = from.unwrap_or(i64::MIN);
        let sources: Vec<(String, SourceRow)> = self.catalog.view()?.all(&tables::SOURCES)?;
        let holds = |row: &SourceRow| row.plaintext.iter().any(|(_, last)| *last >= from);
        Ok(sources.into_iter().filter(|(_, row)| holds(row)).map(|(name, _)| name).collect())
    }

    /// The last leaf of a class near the end of the ledger for which it holds.
    pub(crate) fn in_tail(&self, class: &str, holds: impl Fn(&StoredEvent) -> bool) -> Result<Option<u64>, VaultError> {
        let mut found = None;
        for event in self.tail() {
            let (leaf, event) = event?;
            if event.class == class && holds(&event) {
                found = Some(leaf);
            }
        }
        Ok(found)
    }

    /// The last leaves of the ledger.
    pub(crate) fn tail(&self) -> impl Iterator<Item = Result<(u64, StoredEvent), LedgerError>> + '_ {
        self.ledger.events_from(self.ledger.size().saturating_sub(TAIL_LEAVES))
    }

    /// A look that spares the ledger an intent; the transaction that marks the segment looks again.
    fn is_held_back(&self, id: &str, sealed_at: i64) -> Result<bool, VaultError> {
        #[cfg(feature = "planted-faults")]
        if let Some(pinned) = self.planted_pins(id) {
            return Ok(pinned);
        }
        let view = self.catalog.view()?;
        Ok(held_back(&view.all(&tables::PINS)?, &view.all(&tables::HOLDS)?, id, sealed_at, self.now().0))
    }

    fn is_held_back_now(&self, change: &Change<'_>, id: &str, sealed_at: i64) -> Result<bool, VaultError> {
        #[cfg(feature = "planted-faults")]
        if self.planted_pins(id).is_some() {
            return Ok(false);
        }
        Ok(held_back(&change.all(&tables::PINS)?, &change.all(&tables::HOLDS)?, id, sealed_at, self.now().0))
    }
}

/// Whether a pin, or a hold that is still being copied, keeps a segment. What was sealed since such a hold was accepted may
/// have records that were pinned before, in a spool or part.
fn held_back(pins: &[(String, PinRow)], holds: &[(String, HoldRow)], id: &str, sealed_at: i64, now: i64) -> bool {
    let pinned = pins.iter().any(|(_, pin)| pin.segment == id && pin.until > now);
    let copying = |row: &HoldRow| {
        row.state == HoldState::Copying
            && sealed_at >= row.accepted_at
            && row.accepted_at.saturating_add(PIN_MILLIS) > now
    };
    pinned || holds.iter().any(|(_, row)| copying(row))
}

fn of_segment<'s>(id: &'s str, row: &'s SegmentRow) -> Subject<'s> {
    Subject {
        segment: id,
        key: &row.key,
        hold: None,
        sha256: row.sha256,
        records: row.records,
        authority: format!("the period of policy {} is over", row.policy),
        due: row.expires_at,
        from: Some(row.window.window().start().0),
    }
}

fn of_part<'s>(hold: &'s str, row: &HoldRow, part: &'s HeldPart, closed: ClosedState) -> Subject<'s> {
    Subject {
        segment: &part.segment,
        key: &part.key,
        hold: Some(hold),
        sha256: part.sha256,
        records: part.records,
        authority: format!("the hold on the basis {} is over: {}", row.basis, closed_word(closed)),
        due: row.until.filter(|_| closed == ClosedState::Expired).unwrap_or(row.accepted_at),
        from: None,
    }
}

fn closed_word(closed: ClosedState) -> &'static str {
    match closed {
        ClosedState::Expired => "expired",
        ClosedState::Withdrawn => "withdrawn",
        ClosedState::Ended => "ended",
    }
}

impl Subject<'_> {
    fn intended(&self, erasure: &str, event: Event) -> Event {
        let event = event
            .with("erasure", erasure.to_owned())
            .with("segment", self.segment.to_owned())
            .with("authority", self.authority.clone())
            .with("due", self.due)
            .with("key", self.key.to_owned());
        self.hold.into_iter().fold(event, |event, hold| event.with("hold", hold.to_owned()))
    }
}
