//! Copying held records out, again after a crash, and holding the copy against the ledger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuhi_keys::KeyId;
use shuhi_records::{Columns, Kind, Row, UtcMillis};
use shuhi_segment::{Segment, SegmentId};

use super::statement::HoldRequest;
use crate::catalog::{ClosedState, HeldPart, HoldRow, HoldState, PinRow, SegmentRow, SegmentState, SpoolRow, tables};
use crate::lookup::{Question, Signed};
use crate::sessions::owned;
use crate::vault::{id_of, id_text, key_of, kind_of};
use crate::{Vault, VaultError, events};

/// How long sources are pinned while their records are copied out, at most.
pub(crate) const PIN_MILLIS: i64 = 24 * 3_600_000;
/// No hold has more records: a request that names more does not specify them.
pub(crate) const HELD_RECORDS_MAX: u64 = 1_000_000;

/// What copying came to.
pub(super) enum Copied {
    /// So many records are held, announced in this leaf.
    Held { records: u64, leaf: u64 },
    /// There was nothing to copy; the hold is over.
    Nothing,
    /// There was more than a hold can have; the hold is over.
    TooMany,
}

/// What the ledger seals of a hold: where each record came from and what it was.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    /// Sources, with the SHA-256 of those that are sealed files.
    sources: Vec<(String, Option<[u8; 32]>)>,
    /// Of each part, the SHA-256 of each record in the part's order.
    digests: Vec<(String, Vec<[u8; 32]>)>,
}

/// Whether held records are those that were copied out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCheck {
    /// How many records open.
    pub records: u64,
    /// How many of these are not what the ledger says was copied, or were lost.
    pub differing: u64,
}

/// Copies in memory, with where they came from.
#[derive(Default)]
struct Found {
    columns: BTreeMap<&'static str, Columns>,
    sources: Vec<(String, Option<[u8; 32]>)>,
}

impl Vault {
    /// Opens the records of a hold and holds each against the digest that the ledger seals.
    ///
    /// # Errors
    ///
    /// Where the hold is over, its key destroyed, or a file damaged.
    pub fn check_hold(&self, id: &str) -> Result<HeldCheck, VaultError> {
        let row = self.hold(id)?;
        let Some(leaf) = row.accepted.filter(|_| row.state == HoldState::Active) else {
            let (ja, en) = row.state.words();
            let what = (
                format!("保全 `{id}` に開ける記録はない（{ja}）"),
                format!("hold `{id}` has no records that can be opened ({en})"),
            );
            return Err(VaultError::refused(
                what,
                ("`shuhi vault status` で保全中のものを見られる", "`shuhi vault status` shows what is held"),
            ));
        };
        let damaged = || VaultError::damaged("ledger", format!("leaf {leaf} does not tell what hold `{id}` copied"));
        let payload = self.ledger.payload(leaf, &self.keys)?.ok_or_else(damaged)?;
        let sealed: Sealed = postcard::from_bytes(&payload).map_err(|_| damaged())?;
        let mut check = HeldCheck { records: 0, differing: 0 };
        for part in &row.parts {
            let held = self.open_part(part)?.all()?;
            let told = sealed.digests.iter().find(|(segment, _)| *segment == part.segment);
            let told = told.map(|(_, digests)| digests.as_slice()).unwrap_or_default();
            let digests = digests_of(&held);
            check.records += digests.len() as u64;
            let alike = digests.iter().zip(told).filter(|(held, told)| held == told).count();
            check.differing += (digests.len().max(told.len()) - alike) as u64;
        }
        Ok(check)
    }

    /// Copies again what a crash or a full disk interrupted. A hold whose sources are gone meanwhile ends, and the ledger
    /// says so.
    pub(crate) fn resume_holds(&mut self) -> Result<(), VaultError> {
        self.resume_hold_changes()?;
        for (id, row) in self.catalog.view()?.all::<HoldRow>(&tables::HOLDS)? {
            if row.state == HoldState::Copying {
                let question = self.hold_request(&row)?.question.question()?;
                self.copy_out(&id, &row, &question)?;
            }
        }
        Ok(())
    }

    /// As [`Vault::resume_holds`], but goes on where one cannot be copied yet; says which and why.
    pub(crate) fn resume_holds_where_possible(&mut self) -> Result<Vec<(String, String)>, VaultError> {
        let mut failed = Vec::new();
        for (id, row) in self.catalog.view()?.all::<HoldRow>(&tables::HOLDS)? {
            if row.state == HoldState::Copying {
                let question = self.hold_request(&row)?.question.question()?;
                if let Err(error) = self.copy_out(&id, &row, &question) {
                    failed.push((id, error.to_string()));
                }
            }
        }
        Ok(failed)
    }

    /// The request of a hold again, from the ledger.
    pub(super) fn hold_request(&self, row: &HoldRow) -> Result<HoldRequest, VaultError> {
        let damaged = || VaultError::damaged("ledger", format!("leaf {} is not a request to hold", row.requested));
        let payload = self.ledger.payload(row.requested, &self.keys)?.ok_or_else(damaged)?;
        let signed: Signed = serde_json::from_slice(&payload).map_err(|_| damaged())?;
        serde_json::from_str(&signed.statement).map_err(|_| damaged())
    }

    /// Copies the records that a hold names, tells the ledger, and lets go of the sources.
    pub(super) fn copy_out(&mut self, id: &str, row: &HoldRow, question: &Question) -> Result<Copied, VaultError> {
        let question = question.before(UtcMillis(row.accepted_at));
        let found = self.held_records(row, &question)?;
        let records = found.records();
        if records == 0 {
            self.end_without_records(id, row, "nothing_to_hold")?;
            return Ok(Copied::Nothing);
        }
        if records > HELD_RECORDS_MAX {
            self.end_without_records(id, row, "too_many_records")?;
            return Ok(Copied::TooMany);
        }
        let (parts, digests) = self.write_parts(found.columns)?;
        let sealed = Sealed { sources: found.sources, digests };
        let leaf = self.announce_hold(id, row, &parts, &sealed)?;
        let sources = sealed.sources.into_iter().map(|(source, _)| source).collect();
        let row = HoldRow { state: HoldState::Active, parts, sources, accepted: Some(leaf), ..row.clone() };
        self.catalog.change(|change| {
            change.put(&tables::HOLDS, id, &row)?;
            unpin(change, id)
        })?;
        Ok(Copied::Held { records, leaf })
    }

    fn held_records(&self, row: &HoldRow, question: &Question) -> Result<Found, VaultError> {
        let view = self.catalog.view()?;
        let mut found = Found::default();
        for (id, segment) in view.all::<SegmentRow>(&tables::SEGMENTS)? {
            let kind = kind_of(&segment.kind)?;
            let usable = matches!(segment.state, SegmentState::Part | SegmentState::Sealed);
            // What expired before the hold was accepted was gone by then; what did since is pinned.
            let existed = segment.expires_at > row.accepted_at;
            if usable && existed && question.asks_about(kind, segment.window.window()) {
                let open = self.open_segment(&id, &segment)?;
                let before = found.records();
                for (_, by) in question.finds.iter().filter(|(asked, _)| *asked == kind) {
                    found.add(open.find(&question.find_whole(by))?);
                }
                if found.records() > before {
                    found.sources.push((id, Some(segment.sha256)));
                }
            }
            if found.records() > HELD_RECORDS_MAX {
                return Ok(found);
            }
        }
        for (id, spool) in view.all::<SpoolRow>(&tables::SPOOLS)? {
            let kind = kind_of(&spool.kind)?;
            if spool.expires_at > row.accepted_at && question.asks_about(kind, spool.window.window()) {
                let before = found.records();
                found.add(question.matching(&self.spooled(&id, &spool)?));
                if found.records() > before {
                    found.sources.push((id, None));
                }
            }
        }
        let before = found.records();
        for piece in self.sessions.rows(UtcMillis(row.accepted_at)) {
            let mut one = Columns::new(piece.row().kind());
            one.push(&piece.row());
            found.add(question.matching(&one));
        }
        if found.records() > before {
            found.sources.push(("open".to_owned(), None));
        }
        Ok(found)
    }

    #[expect(clippy::type_complexity, reason = "parts, and their digests by part")]
    fn write_parts(
        &self,
        columns: BTreeMap<&'static str, Columns>,
    ) -> Result<(Vec<HeldPart>, Vec<(String, Vec<[u8; 32]>)>), VaultError> {
        let (mut parts, mut digests) = (Vec::new(), Vec::new());
        for columns in columns.into_values() {
            let id = self.new_id()?;
            let segment = id_text(id);
            let key = self.keys.create_key()?;
            let lease = self.keys.lease(&key)?;
            let path = self.folder.hold(&segment);
            let written = shuhi_segment::write(&self.machine, &path, &SegmentId(id), &columns, lease.bytes())?;
            let part = HeldPart {
                segment: segment.clone(),
                kind: columns.kind().into(),
                key: key.to_string(),
                records: written.rows as u64,
                bytes: written.bytes,
                sha256: written.sha256,
                intent: None,
                receipt: None,
            };
            // Digests in the order of the file, which is sorted.
            digests.push((segment, digests_of(&self.open_part(&part)?.all()?)));
            parts.push(part);
        }
        Ok((parts, digests))
    }

    fn announce_hold(
        &mut self,
        id: &str,
        row: &HoldRow,
        parts: &[HeldPart],
        sealed: &Sealed,
    ) -> Result<u64, VaultError> {
        let payload =
            postcard::to_stdvec(sealed).map_err(|_| VaultError::damaged("hold", "its digests cannot be written"))?;
        let case = key_of(&row.case_key)?;
        let event = events::hold_accepted(id, row, parts, &sealed.sources, self.now()).sealing(payload, case);
        Ok(self.ledger.append(&[event], &self.keys)?.first().copied().unwrap_or_default())
    }

    fn end_without_records(&mut self, id: &str, row: &HoldRow, why: &str) -> Result<(), VaultError> {
        self.ledger.append(&[events::hold_ended(id, why, self.now())], &self.keys)?;
        let ended_at = Some(self.now().0);
        let row = HoldRow { state: HoldState::Over(ClosedState::Ended), ended_at, ..row.clone() };
        self.catalog.change(|change| {
            change.put(&tables::HOLDS, id, &row)?;
            unpin(change, id)
        })
    }

    pub(crate) fn open_part(&self, part: &HeldPart) -> Result<Segment, VaultError> {
        let key: KeyId = key_of(&part.key)?;
        let lease = self.keys.lease(&key)?;
        let path = self.folder.hold(&part.segment);
        Ok(Segment::open(&self.machine, &path, &SegmentId(id_of(&part.segment)?), lease.bytes())?)
    }
}

impl Found {
    fn records(&self) -> u64 {
        self.columns.values().map(|columns| columns.len() as u64).sum()
    }

    fn add(&mut self, columns: Columns) {
        if columns.is_empty() {
            return;
        }
        let kind: Kind = columns.kind();
        self.columns.entry(kind.name()).or_insert_with(|| Columns::new(kind)).append(columns);
    }
}

/// Removes the pins of a hold.
fn unpin(change: &crate::catalog::Change<'_>, hold: &str) -> Result<(), VaultError> {
    for (id, _) in change.all::<PinRow>(&tables::PINS)? {
        if id.split('/').next() == Some(hold) {
            change.remove(&tables::PINS, &id)?;
        }
    }
    Ok(())
}

fn digests_of(columns: &Columns) -> Vec<[u8; 32]> {
    columns.iter().map(|row| digest_of(&row)).collect()
}

/// SHA-256 of a record: of its kind and cells as `postcard` writes them.
fn digest_of(row: &Row<'_>) -> [u8; 32] {
    events::sha256(&postcard::to_stdvec(&(row.kind().name(), owned(row))).unwrap_or_default())
}
