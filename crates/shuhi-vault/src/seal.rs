//! Sealing: when a window is over, what its spools hold becomes one sorted segment under a new key, and the spools' keys
//! are destroyed.

use std::collections::BTreeMap;

use shuhi_records::{Columns, Kind, UtcMillis, Window};
use shuhi_segment::SegmentId;

use crate::catalog::{Change, OpenSetRow, SegmentRow, SegmentState, SpoolRow, tables};
use crate::sessions::Piece;
use crate::spool::{SpoolReader, codec};
use crate::vault::{OPEN_SET, SpoolName, id_of, id_text, key_of, kind_of};
use crate::{Vault, VaultError, events};

/// How long after its end a window waits for records that come late, in milliseconds.
pub(crate) const LATENESS_MILLIS: i64 = 10 * 60_000;
/// What is not yet sealed but grows beyond this many records becomes a part, so that it can be looked up fast.
const PART_RECORDS: u64 = 4_000_000;
/// Parts are merged into one segment only where they fit into memory.
const MERGED_RECORDS_MAX: u64 = 24_000_000;

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The segment.
    pub segment: String,
    /// The kind of record.
    pub kind: Kind,
    /// The window.
    pub window: Window,
    /// How many records it has.
    pub records: u64,
    /// When it expires.
    pub expires_at: UtcMillis,
}

impl Vault {
    /// Leaves pieces of sessions that go on in every window that is over, ends those that fell silent, and seals every
    /// window that is over.
    ///
    /// # Errors
    ///
    /// What disk, keys and ledger say; what was sealed before stays sealed.
    pub fn seal(&mut self) -> Result<Vec<Sealed>, VaultError> {
        self.settle()?;
        let sealed = self.seal_what_is_over();
        self.unsettled |= sealed.is_err();
        sealed
    }

    fn seal_what_is_over(&mut self) -> Result<Vec<Sealed>, VaultError> {
        let over = UtcMillis(self.now().0.saturating_sub(LATENESS_MILLIS));
        self.leave_pieces(over)?;
        let mut groups: BTreeMap<SpoolName, u64> = BTreeMap::new();
        let now = self.now().0;
        for (name, (_, _, row)) in &self.spools {
            // What expired before it was sealed is the sweep's to erase, with a receipt.
            if row.expires_at <= now {
                continue;
            }
            if row.acknowledged > 0 || name.2.end() <= over {
                *groups.entry(name.clone()).or_default() += row.records;
            }
        }
        let mut sealed = Vec::new();
        for (name, records) in groups {
            let state = if name.2.end() <= over { SegmentState::Sealed } else { SegmentState::Part };
            if state == SegmentState::Sealed || records >= PART_RECORDS {
                sealed.extend(self.seal_one(&name, state)?);
            }
        }
        self.merge_parts(over, &mut sealed)?;
        Ok(sealed)
    }

    /// Every segment there is or was, with its id.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn segments(&self) -> Result<Vec<(String, SegmentRow)>, VaultError> {
        self.catalog.view()?.all(&tables::SEGMENTS)
    }

    fn leave_pieces(&mut self, over: UtcMillis) -> Result<(), VaultError> {
        let settings = self.settings.clone();
        let mut pieces: Vec<Piece> = Vec::new();
        let now = self.now();
        let mut sessions = std::mem::take(&mut self.sessions);
        sessions.silent(now, |policy| settings.silence_millis(policy), |kind| settings.width(kind), &mut |piece| {
            pieces.push(piece)
        });
        sessions.leave_pieces(over, |kind| settings.width(kind), &mut |piece| pieces.push(piece));
        self.sessions = sessions;
        if pieces.is_empty() {
            return Ok(());
        }
        let spools = self.spool_pieces(&pieces)?;
        let former: Option<OpenSetRow> = self.catalog.view()?.get(&tables::OPEN_SETS, OPEN_SET)?;
        let (open, writer) = self.new_open_set(former.as_ref())?;
        // The pieces and the set they were left by become durable together: neither twice nor not at all.
        self.catalog.change(|change| {
            spools.iter().try_for_each(|(id, row)| change.put(&tables::SPOOLS, id, row))?;
            change.put(&tables::OPEN_SETS, OPEN_SET, &open)
        })?;
        self.journal = Some(writer);
        self.forget_open_set(former)
    }

    fn seal_one(&mut self, name: &SpoolName, state: SegmentState) -> Result<Option<Sealed>, VaultError> {
        let Some((id, writer, row)) = self.spools.remove(name) else { return Ok(None) };
        drop(writer);
        let columns = self.spooled(&id, &row)?;
        let sealed = if columns.is_empty() || row.expires_at <= self.now().0 {
            self.catalog.change(|change| change.remove(&tables::SPOOLS, &id))?;
            None
        } else {
            // The segment keeps the spool's id, so that a grant that names it goes on naming the same records.
            let written = self.write_segment(id_of(&id)?, name, &columns, row.expires_at, state)?;
            self.catalog.change(|change| {
                change.put(&tables::SEGMENTS, &id, &written)?;
                change.remove(&tables::SPOOLS, &id)
            })?;
            self.announce_segments()?;
            Some(sealed_of(id.clone(), name, &written))
        };
        self.keys.destroy(&[key_of(&row.key)?])?;
        self.remove_file(&self.folder.spool(&id), &self.folder.spools())?;
        Ok(sealed)
    }

    /// Everything acknowledged in a spool.
    pub(crate) fn spooled(&self, id: &str, row: &SpoolRow) -> Result<Columns, VaultError> {
        let kind = kind_of(&row.kind)?;
        let mut columns = Columns::new(kind);
        if row.acknowledged == 0 {
            return Ok(columns);
        }
        let key = self.keys.lease(&key_of(&row.key)?)?;
        let path = self.folder.spool(id);
        let mut reader = SpoolReader::open(&self.machine, &path, id_of(id)?, key.bytes(), row.acknowledged)?;
        while let Some(frame) = reader.next_frame()? {
            let frame = codec::decode(kind, &frame);
            let frame =
                frame.ok_or_else(|| VaultError::damaged(path.display().to_string(), "it holds other records"))?;
            columns.append(frame);
        }
        Ok(columns)
    }

    fn write_segment(
        &self,
        id: [u8; 16],
        name: &SpoolName,
        columns: &Columns,
        expires_at: i64,
        state: SegmentState,
    ) -> Result<SegmentRow, VaultError> {
        let (kind, policy, window) = name;
        let text = id_text(id);
        let key = self.keys.create_key()?;
        let lease = self.keys.lease(&key)?;
        let path = self.folder.segment(&text);
        let written = shuhi_segment::write(&self.machine, &path, &SegmentId(id), columns, lease.bytes())?;
        Ok(SegmentRow {
            kind: (*kind).into(),
            policy: policy.clone(),
            window: (*window).into(),
            state,
            key: key.to_string(),
            records: written.rows as u64,
            bytes: written.bytes,
            sha256: written.sha256,
            sealed_at: self.now().0,
            expires_at,
            announced: None,
            intent: None,
            receipt: None,
            erased_at: None,
        })
    }

    fn merge_parts(&mut self, over: UtcMillis, sealed: &mut Vec<Sealed>) -> Result<(), VaultError> {
        let mut groups: BTreeMap<SpoolName, Vec<(String, SegmentRow)>> = BTreeMap::new();
        for (id, row) in self.catalog.view()?.all::<SegmentRow>(&tables::SEGMENTS)? {
            let name = (kind_of(&row.kind)?, row.policy.clone(), row.window.window());
            let joins = row.state == SegmentState::Part && name.2.end() <= over && row.expires_at > self.now().0;
            if joins {
                groups.entry(name).or_default().push((id, row));
            }
        }
        for (name, parts) in groups {
            let records: u64 = parts.iter().map(|(_, row)| row.records).sum();
            if parts.len() == 1 || records > MERGED_RECORDS_MAX {
                self.catalog.change(|change| {
                    parts.iter().try_for_each(|(id, row)| {
                        change.put(&tables::SEGMENTS, id, &SegmentRow { state: SegmentState::Sealed, ..row.clone() })
                    })
                })?;
                continue;
            }
            let mut columns = Columns::new(name.0);
            for (id, row) in &parts {
                columns.append(self.open_segment(id, row)?.all()?);
            }
            let expires_at = parts.iter().map(|(_, row)| row.expires_at).min().unwrap_or_default();
            let id = self.new_id()?;
            let segment = id_text(id);
            let written = self.write_segment(id, &name, &columns, expires_at, SegmentState::Sealed)?;
            self.catalog.change(|change| {
                change.put(&tables::SEGMENTS, &segment, &written)?;
                rename_in_grants(change, &parts, &segment)?;
                parts.iter().try_for_each(|(id, _)| change.remove(&tables::SEGMENTS, id))
            })?;
            for (id, row) in &parts {
                self.keys.destroy(&[key_of(&row.key)?])?;
                self.remove_segment_files(&self.folder.segments(), id)?;
            }
            self.announce_segments()?;
            sealed.push(sealed_of(segment, &name, &written));
        }
        Ok(())
    }

    /// Opens a segment that has not expired.
    pub(crate) fn open_segment(&self, id: &str, row: &SegmentRow) -> Result<shuhi_segment::Segment, VaultError> {
        let key = self.keys.lease(&key_of(&row.key)?)?;
        let path = self.folder.segment(id);
        Ok(shuhi_segment::Segment::open(&self.machine, &path, &SegmentId(id_of(id)?), key.bytes())?)
    }

    /// Removes a segment's file and its sidecars.
    pub(crate) fn remove_segment_files(&self, folder: &std::path::Path, id: &str) -> Result<(), VaultError> {
        for name in self.machine.disk.list(folder)? {
            if name.split('.').next() == Some(id) {
                self.remove_file(&folder.join(&name), folder)?;
            }
        }
        Ok(())
    }

    /// Tells the ledger of every segment it has not heard of.
    pub(crate) fn announce_segments(&mut self) -> Result<(), VaultError> {
        let rows: Vec<(String, SegmentRow)> = self.catalog.view()?.all(&tables::SEGMENTS)?;
        let unheard: Vec<&(String, SegmentRow)> =
            rows.iter().filter(|(_, row)| row.announced.is_none() && row.state == SegmentState::Sealed).collect();
        if unheard.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let events: Vec<_> = unheard.iter().map(|(id, row)| events::sealed(id, row, now)).collect();
        let leaves = self.ledger.append(&events, &self.keys)?;
        self.catalog.change(|change| {
            unheard.iter().zip(&leaves).try_for_each(|((id, row), leaf)| {
                change.put(&tables::SEGMENTS, id, &SegmentRow { announced: Some(*leaf), ..row.clone() })
            })
        })
    }
}

/// Lets open grants name the segment that their parts were merged into.
fn rename_in_grants(change: &Change<'_>, parts: &[(String, SegmentRow)], segment: &str) -> Result<(), VaultError> {
    let merged = |id: &String| parts.iter().any(|(part, _)| part == id);
    for (grant, mut row) in change.all(&tables::GRANTS)? {
        let before = row.segments.len() + row.spools.len();
        row.segments.retain(|id| !merged(id));
        row.spools.retain(|id| !merged(id));
        if row.segments.len() + row.spools.len() < before {
            row.segments.push(segment.to_owned());
            change.put(&tables::GRANTS, &grant, &row)?;
        }
    }
    Ok(())
}

fn sealed_of(segment: String, name: &SpoolName, row: &SegmentRow) -> Sealed {
    Sealed { segment, kind: name.0, window: name.2, records: row.records, expires_at: UtcMillis(row.expires_at) }
}
