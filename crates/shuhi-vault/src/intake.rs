//! Taking records in: from events to spools, acknowledged when they are encrypted, synced and in the catalog.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuhi_records::{Columns, Event, Kind, Row, UtcMillis, Window};

use crate::catalog::{OpenSetRow, PolicyRow, ReceivedRow, SourceRow, SpoolRow, tables};
use crate::sessions::{Joined, Moment, OpenFrame, Piece, split};
use crate::settings::SourceSettings;
use crate::spool::{SpoolWriter, codec};
use crate::vault::{OPEN_SET, SpoolName, id_text};
use crate::{Vault, VaultError, events};

/// So many records are sealed into one frame.
const RECORDS_A_FRAME: usize = 65_536;
/// So many moments are sealed into one frame.
const MOMENTS_A_FRAME: usize = 8_192;

/// What came of what a source sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeCounts {
    /// Pieces of records stored.
    pub stored: u64,
    /// Moments of sessions taken in.
    pub moments: u64,
    /// Moments that were known already.
    pub duplicates: u64,
    /// Records past their period on arrival, destroyed.
    pub expired: u64,
    /// Lines or packets that could not be read, sealed in quarantine.
    pub unread: u64,
    /// Records of a kind that the source's policy does not cover, and moments beyond what can be open; quarantined.
    pub refused: u64,
}

/// A stream of events of one source. Nothing of it is acknowledged before [`Intake::acknowledge`] returns.
#[derive(Debug)]
pub struct Intake<'v> {
    vault: &'v mut Vault,
    source: SourceSettings,
    policy: PolicyRow,
    batches: Vec<Batch>,
    /// The batch of the record before: most records follow others of their window.
    last: usize,
    moments: Vec<Moment>,
    /// Pieces of sessions that other sources told of, kept under their own policies: a restart ends these too.
    elsewhere: Vec<Piece>,
    counts: IntakeCounts,
    /// Whether something was taken in since the last acknowledgement.
    pending: bool,
    failed: Option<VaultError>,
    quarantined: Vec<(Vec<u8>, String)>,
}

/// Records of one spool that are not in a frame yet, and how its window stands.
#[derive(Debug)]
struct Batch {
    kind: Kind,
    window: Window,
    columns: Columns,
    expired: bool,
    /// Records in frames since the last acknowledgement.
    framed: u64,
}

impl Vault {
    /// Begins to take in what a source sends.
    ///
    /// # Errors
    ///
    /// Where there is no such source, or its policy was not adopted because the law does not permit it.
    pub fn intake(&mut self, source: &str) -> Result<Intake<'_>, VaultError> {
        self.settle()?;
        let found = self.settings.source(source).cloned();
        let source = found.ok_or_else(|| VaultError::Unknown { what: "source", id: source.to_owned() })?;
        let policy: Option<PolicyRow> = self.catalog.view()?.get(&tables::POLICIES, &source.policy)?;
        let policy = policy.ok_or_else(|| {
            VaultError::refused(
                (
                    format!("出どころ `{}` の方針 `{}` は採用されていない", source.name, source.policy),
                    format!(
                        "source `{}` is kept under `{}`, which is not an adopted policy",
                        source.name, source.policy
                    ),
                ),
                (
                    "`shuhi vault policies` で、法令上の判断を見られる",
                    "`shuhi vault policies` shows what the law says of it",
                ),
            )
        })?;
        Ok(Intake {
            vault: self,
            source,
            policy,
            batches: Vec::new(),
            last: 0,
            moments: Vec::new(),
            elsewhere: Vec::new(),
            counts: IntakeCounts::default(),
            pending: false,
            failed: None,
            quarantined: Vec::new(),
        })
    }
}

impl Intake<'_> {
    /// Takes in an event. A failure of the disk shows at the next [`Intake::acknowledge`].
    pub fn event(&mut self, event: &Event<'_>) {
        if self.failed.is_some() {
            return;
        }
        self.pending = true;
        let taken = match event {
            Event::Finished(row) => self.finished(row),
            Event::Session(_) | Event::Restarted { .. } => self.moment(event),
        };
        if let Err(error) = taken {
            self.failed = Some(error);
        }
    }

    /// Seals what could not be read into quarantine.
    pub fn unread(&mut self, bytes: &[u8], reason: &str) {
        self.counts.unread += 1;
        self.quarantined.push((bytes.to_vec(), reason.to_owned()));
    }

    /// What came of everything so far, acknowledged or not.
    #[must_use]
    pub fn counts(&self) -> IntakeCounts {
        self.counts
    }

    fn finished(&mut self, row: &Row<'_>) -> Result<(), VaultError> {
        if !self.policy.covers(row.kind()) {
            self.counts.refused += 1;
            return Ok(());
        }
        let width = self.vault.settings.width(row.kind());
        let mut placed = Ok(());
        split(row, width, |piece, window| {
            if placed.is_ok() {
                placed = self.place(&piece, window);
            }
        });
        placed
    }

    fn moment(&mut self, event: &Event<'_>) -> Result<(), VaultError> {
        let mut pieces = Vec::new();
        let joined = match event {
            Event::Session(session) if self.policy.covers(session.row.kind()) => {
                let width = self.vault.settings.width(session.row.kind());
                self.vault.sessions.moment(session, &self.source.policy, width, &mut |piece| pieces.push(piece))
            }
            Event::Restarted { device, at } => {
                let settings = self.vault.settings.clone();
                self.vault
                    .sessions
                    .restarted(device, *at, |kind| settings.width(kind), &mut |piece| pieces.push(piece));
                Joined::New
            }
            _ => Joined::TooMany,
        };
        match joined {
            Joined::New => {
                self.counts.moments += 1;
                self.moments.extend(Moment::of(event, &self.source.policy));
            }
            Joined::Duplicate => self.counts.duplicates += 1,
            Joined::TooMany => self.counts.refused += 1,
        }
        for piece in pieces {
            if piece.policy == self.source.policy {
                self.place(&piece.row(), piece.window)?;
            } else {
                self.elsewhere.push(piece);
            }
        }
        if self.moments.len() >= MOMENTS_A_FRAME { self.frame_moments() } else { Ok(()) }
    }

    fn place(&mut self, row: &Row<'_>, window: Window) -> Result<(), VaultError> {
        let place = self.batch(row.kind(), window)?;
        let Some(batch) = self.batches.get_mut(place) else { return Ok(()) };
        if batch.expired {
            self.counts.expired += 1;
            return Ok(());
        }
        batch.columns.push(row);
        self.counts.stored += 1;
        if batch.columns.len() >= RECORDS_A_FRAME { self.frame(place) } else { Ok(()) }
    }

    /// The place of the batch of a window, made where there is none.
    fn batch(&mut self, kind: Kind, window: Window) -> Result<usize, VaultError> {
        let of_window = |batch: &Batch| batch.window == window && batch.kind == kind;
        if self.batches.get(self.last).is_some_and(of_window) {
            return Ok(self.last);
        }
        let found = self.batches.iter().position(of_window);
        self.last = match found {
            Some(place) => place,
            None => {
                let expired = self.policy.expiry(window)? <= self.vault.now();
                self.batches.push(Batch { kind, window, columns: Columns::new(kind), expired, framed: 0 });
                self.batches.len() - 1
            }
        };
        Ok(self.last)
    }

    fn frame(&mut self, place: usize) -> Result<(), VaultError> {
        let Some(batch) = self.batches.get_mut(place) else { return Ok(()) };
        let (kind, window) = (batch.kind, batch.window);
        let columns = std::mem::replace(&mut batch.columns, Columns::with_capacity(kind, RECORDS_A_FRAME));
        batch.framed += columns.len() as u64;
        let name = (kind, self.source.policy.clone(), window);
        let expires_at = self.policy.expiry(window)?;
        self.vault.spool(&name, expires_at)?.append(codec::encode(&columns))
    }

    fn frame_moments(&mut self) -> Result<(), VaultError> {
        let moments = std::mem::take(&mut self.moments);
        let frame = OpenFrame::Moments(moments).encode();
        let frame = frame.map_err(|_| VaultError::damaged("open set", "a moment cannot be written"))?;
        match &mut self.vault.journal {
            Some(journal) => journal.append(frame),
            None => Err(VaultError::damaged("open set", "it is not open")),
        }
    }

    /// Makes everything taken in so far durable. `received` says how far the file or batch of that name (a hash) has
    /// come, so that it is taken up from there, or not taken in twice.
    ///
    /// # Errors
    ///
    /// Where anything since the last acknowledgement failed; then nothing since then is acknowledged, and the vault has
    /// to be opened again.
    pub fn acknowledge(&mut self, received: Option<([u8; 32], u64)>) -> Result<IntakeCounts, VaultError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        for place in 0..self.batches.len() {
            if self.batches.get(place).is_some_and(|batch| !batch.columns.is_empty()) {
                self.frame(place)?;
            }
        }
        if !self.moments.is_empty() {
            self.frame_moments()?;
        }
        self.vault.quarantine(&self.source, std::mem::take(&mut self.quarantined))?;
        let mut rows = self.vault.spool_pieces(&std::mem::take(&mut self.elsewhere))?;
        for batch in &mut self.batches {
            let name = (batch.kind, self.source.policy.clone(), batch.window);
            let Some((id, writer, row)) = self.vault.spools.get_mut(&name) else { continue };
            if batch.framed > 0 {
                row.acknowledged = writer.sync()?;
                row.records += batch.framed;
                batch.framed = 0;
                rows.push((id.clone(), row.clone()));
            }
        }
        let open = self.vault.journal.as_ref().map(SpoolWriter::sync).transpose()?;
        self.commit(&rows, open, received)?;
        self.pending = false;
        Ok(self.counts)
    }

    fn commit(
        &mut self,
        spools: &[(String, SpoolRow)],
        open: Option<u64>,
        received: Option<([u8; 32], u64)>,
    ) -> Result<(), VaultError> {
        let now = self.vault.now().0;
        let counts = self.counts;
        let source = &self.source;
        self.vault.catalog.change(|change| {
            for (id, row) in spools {
                change.put(&tables::SPOOLS, id, row)?;
            }
            if let (Some(acknowledged), Some(row)) = (open, change.get::<OpenSetRow>(&tables::OPEN_SETS, OPEN_SET)?) {
                change.put(&tables::OPEN_SETS, OPEN_SET, &OpenSetRow { acknowledged, ..row })?;
            }
            if let Some((name, bytes)) = received {
                let row = ReceivedRow { bytes, records: counts.stored, at: now };
                change.put(&tables::RECEIVED, &received_id(&source.name, name), &row)?;
            }
            let mut row: SourceRow = change.get(&tables::SOURCES, &source.name)?.unwrap_or_default();
            source.format.name().clone_into(&mut row.format);
            row.last_at = now;
            change.put(&tables::SOURCES, &source.name, &row)
        })
    }

    /// As [`Vault::received`], of this source.
    pub(crate) fn received(&self, name: [u8; 32]) -> Result<Option<ReceivedRow>, VaultError> {
        self.vault.received(&self.source.name, name)
    }

    /// Ends the stream: acknowledges what is left and tells the ledger how much came.
    ///
    /// # Errors
    ///
    /// As [`Intake::acknowledge`].
    pub fn finish(mut self, received: Option<([u8; 32], u64)>) -> Result<IntakeCounts, VaultError> {
        let counts = self.acknowledge(received)?;
        let event = events::acknowledged(&self.source.name, &counts, self.vault.now());
        self.vault.ledger.append(&[event], &self.vault.keys)?;
        let name = self.source.name.clone();
        self.vault.catalog.change(|change| {
            let mut row: SourceRow = change.get(&tables::SOURCES, &name)?.unwrap_or_default();
            row.stored += counts.stored;
            row.unread += counts.unread;
            row.expired += counts.expired;
            change.put(&tables::SOURCES, &name, &row)
        })?;
        Ok(counts)
    }
}

impl Drop for Intake<'_> {
    /// What was taken in and not acknowledged is forgotten: its source sends it again.
    fn drop(&mut self) {
        self.vault.unsettled |= self.pending;
    }
}

/// Under what name the catalog notes how far a file of a source has come.
fn received_id(source: &str, name: [u8; 32]) -> String {
    let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{source}/{hex}")
}

impl Vault {
    /// How far a file or batch was taken in, by the hash of what names it.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn received(&self, source: &str, name: [u8; 32]) -> Result<Option<ReceivedRow>, VaultError> {
        self.catalog.view()?.get(&tables::RECEIVED, &received_id(source, name))
    }

    /// The spool of that name, made where there is none. It is in the catalog before a frame is in it.
    pub(crate) fn spool(&mut self, name: &SpoolName, expires_at: UtcMillis) -> Result<&mut SpoolWriter, VaultError> {
        if !self.spools.contains_key(name) {
            let id = self.new_id()?;
            let key = self.keys.create_key()?;
            let lease = self.keys.lease(&key)?;
            let (kind, policy, window) = name;
            let row = SpoolRow {
                kind: (*kind).into(),
                policy: policy.clone(),
                window: (*window).into(),
                key: key.to_string(),
                begun_at: self.now().0,
                expires_at: expires_at.0,
                acknowledged: 0,
                records: 0,
            };
            let text = id_text(id);
            let writer = SpoolWriter::create(&self.machine, &self.folder.spool(&text), id, lease.bytes())?;
            self.catalog.change(|change| change.put(&tables::SPOOLS, &text, &row))?;
            self.spools.insert(name.clone(), (text, writer, row));
        }
        let found = self.spools.get_mut(name).map(|(_, writer, _)| writer);
        found.ok_or_else(|| VaultError::damaged("spool", "it is gone"))
    }

    /// Puts pieces of sessions, which come from elsewhere than a source, into their spools; returns the rows to commit.
    pub(crate) fn spool_pieces(&mut self, pieces: &[Piece]) -> Result<Vec<(String, SpoolRow)>, VaultError> {
        let mut batches: BTreeMap<SpoolName, Columns> = BTreeMap::new();
        for piece in pieces {
            let row = piece.row();
            let name = (row.kind(), piece.policy.clone(), piece.window);
            batches.entry(name).or_insert_with(|| Columns::new(row.kind())).push(&row);
        }
        let mut rows = Vec::new();
        for (name, columns) in batches {
            let policy: Option<PolicyRow> = self.catalog.view()?.get(&tables::POLICIES, &name.1)?;
            // A policy that is no longer lawful keeps nothing new.
            let Some(policy) = policy else { continue };
            let expires_at = policy.expiry(name.2)?;
            if expires_at <= self.now() {
                continue;
            }
            self.spool(&name, expires_at)?.append(codec::encode(&columns))?;
            if let Some((id, writer, row)) = self.spools.get_mut(&name) {
                row.acknowledged = writer.sync()?;
                row.records += columns.len() as u64;
                rows.push((id.clone(), row.clone()));
            }
        }
        Ok(rows)
    }
}
