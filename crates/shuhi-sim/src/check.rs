//! Holding everything against the model: what opens with the keys as they are, what holds keep, what the ledger says, and
//! what a thief of backups could open.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use shuhi_keys::{KeyId, KeyPlaces, KeyStore};
use shuhi_ledger::{LedgerReader, StoredEvent, VerifierKey, verify_folder};
use shuhi_machine::simulated::Simulated;
use shuhi_records::{Cell, Columns, Kind, Row};
use shuhi_segment::{Segment, SegmentId, paths};
use shuhi_vault::{
    Catalog, HoldRow, QuarantineRow, QuarantineState, SegmentRow, SegmentState, SpoolRow, inspection, tables,
};

use crate::Violation;
use crate::calendar::{day_of, written};
use crate::model::{Spans, Standing};
use crate::world::{SECOND_REPLICA, World, folder, unexpected};

const NOT_LOST: &str = "no acknowledged record is lost";
const NOT_AFTER_EXPIRY: &str = "nothing is readable after its expiry unless it is held";
const HOLDS_KEPT: &str = "nothing held is lost";
const HOLDS_END: &str = "nothing is held past its limit";
const TOLD_FIRST: &str = "every release, hold and erasure has its leaf, before it happens";
const LEDGER_WHOLE: &str = "the ledger verifies and continues every checkpoint seen before";
const GONE_FROM_BACKUPS: &str =
    "a backup without the epoch keys opens nothing that was erased before the last epoch ended";

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) verifier: Option<VerifierKey>,
    checkpoints: Vec<String>,
    leaves_read: u64,
    /// Requester by lookup.
    requested: BTreeMap<String, String>,
    /// Grant by lookup.
    approved: BTreeMap<String, String>,
    /// How often a lookup was released.
    pub(crate) released: BTreeMap<String, u64>,
    /// Keys whose destruction the ledger was told is intended.
    intended: BTreeSet<String>,
    erasures: BTreeSet<String>,
    receipts: BTreeMap<u64, String>,
    pub(crate) holds_accepted: BTreeSet<String>,
    backups: Vec<Backup>,
    /// What opened before, by segment: the same bytes under the same key hold the same rows.
    opened: BTreeMap<String, (u64, Vec<Readable>)>,
    /// When the last epoch ended for sure.
    pub(crate) epoch_ended_at: Option<i64>,
}

/// The key folder as a backup has it, without the epoch keys.
#[derive(Debug)]
struct Backup {
    at: i64,
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// A row that opens with the keys as they are.
#[derive(Clone, Debug)]
struct Readable {
    tag: String,
    start: i64,
    end: i64,
    file: String,
}

impl World {
    /// Holds everything against the model.
    pub(crate) fn check_everything(&mut self) -> Result<(), Violation> {
        self.counters.checks += 1;
        let copy = self.copy_of_the_disk(&|path| !path.starts_with(folder().ledger()));
        let keys = self.keys_of(&copy)?;
        let catalog = Catalog::open(&copy.machine(), &folder().catalog());
        let catalog = catalog.map_err(|error| unexpected("the catalog opens", &error))?;
        self.read_the_ledger()?;
        let rows = self.readable(&copy, &keys, &catalog)?;
        self.check_records(&rows)?;
        self.check_holds(&copy, &keys, &catalog)?;
        self.check_erased(&keys, &catalog)?;
        self.check_quarantines(&copy, &keys, &catalog)?;
        self.check_backups(&keys, &catalog)
    }

    pub(crate) fn keys_of(&self, copy: &Simulated) -> Result<KeyStore, Violation> {
        let opened = KeyStore::open(&copy.machine(), &places(), self.passphrase());
        opened.map_err(|error| unexpected("the keys open", &error))
    }

    /// Prints, of what `text` names, every row that opens.
    pub(crate) fn tell_more(&mut self, text: &str) {
        let copy = self.copy_of_the_disk(&|path| !path.starts_with(folder().ledger()));
        let (Ok(keys), Ok(catalog)) = (self.keys_of(&copy), Catalog::open(&copy.machine(), &folder().catalog())) else {
            return;
        };
        let rows = self.readable(&copy, &keys, &catalog).unwrap_or_default();
        for row in rows.iter().filter(|row| text.contains(&format!("{:?}", row.tag))) {
            eprintln!("      {} {} {} {}", row.tag, written(row.start), written(row.end), row.file);
        }
    }

    /// Every row of a spool or segment that the catalog names.
    fn readable(&mut self, copy: &Simulated, keys: &KeyStore, catalog: &Catalog) -> Result<Vec<Readable>, Violation> {
        let mut rows = Vec::new();
        let view = catalog.view().map_err(|error| unexpected("a look into the catalog", &error))?;
        let spools: Vec<(String, SpoolRow)> =
            view.all(&tables::SPOOLS).map_err(|error| unexpected("spools", &error))?;
        let segments = view.all::<SegmentRow>(&tables::SEGMENTS).map_err(|error| unexpected("segments", &error))?;
        for (id, row) in &spools {
            match inspection::spooled(&copy.machine(), &folder().spool(id), id, row, keys) {
                Ok(columns) => take(&mut rows, &columns, &format!("spool {id}")),
                Err(error) => self.must_be_intended(&row.key, &format!("spool {id}: {error}"))?,
            }
        }
        for (id, row) in segments {
            if !matches!(row.state, SegmentState::Part | SegmentState::Sealed) {
                continue;
            }
            match self.open_cached(copy, keys, &id, &row) {
                Ok(opened) => rows.extend(opened),
                Err(error) => self.must_be_intended(&row.key, &format!("segment {id}: {error}"))?,
            }
        }
        Ok(rows)
    }

    fn open_cached(
        &mut self,
        copy: &Simulated,
        keys: &KeyStore,
        id: &str,
        row: &SegmentRow,
    ) -> Result<Vec<Readable>, String> {
        let path = folder().segment(id);
        let digest = digest_of(copy, keys, &path, row)?;
        if let Some((_, rows)) = self.watch.opened.get(id).filter(|(known, _)| *known == digest) {
            return Ok(rows.clone());
        }
        let mut rows = Vec::new();
        take(&mut rows, &open_segment(copy, keys, &path, id, &row.key)?, &format!("segment {id} ({})", of_row(row)));
        self.watch.opened.insert(id.to_owned(), (digest, rows.clone()));
        Ok(rows)
    }

    /// What does not open must be on its way to be erased, and the ledger must know.
    fn must_be_intended(&self, key: &str, found: &str) -> Result<(), Violation> {
        if self.watch.intended.contains(key) {
            return Ok(());
        }
        Err(Violation::new(TOLD_FIRST, "it opens, or the ledger says that its erasure is intended", found.to_owned()))
    }

    fn check_records(&self, rows: &[Readable]) -> Result<(), Violation> {
        let now = self.now();
        let mut found: BTreeMap<(&str, i64, i64), usize> = BTreeMap::new();
        let sessions: BTreeMap<&str, usize> =
            self.model.sessions.iter().map(|session| (session.tag.as_str(), session.policy)).collect();
        for row in rows {
            let day = day_of(row.start);
            let most = match (self.model.records.get(&row.tag), sessions.get(row.tag.as_str())) {
                (Some(record), _) => {
                    *found.entry((&row.tag, row.start, row.end)).or_default() += 1;
                    self.model.expires(record.policy, day, record.since).1
                }
                (None, Some(policy)) => self.model.expires(*policy, day, now).1,
                (None, None) => {
                    let found = format!("{} from {} in {}", row.tag, written(row.start), row.file);
                    return Err(Violation::new("nothing is there that was never taken in", "no such record", found));
                }
            };
            if self.model.swept_at.is_some_and(|swept| most <= swept) {
                let expected =
                    format!("`{}` of {} gone at {}, swept since", row.tag, written(row.start), written(most));
                return Err(Violation::new(NOT_AFTER_EXPIRY, expected, format!("it opens in {}", row.file)));
            }
        }
        for record in self.model.records.values() {
            for (start, end) in record.pieces() {
                let (least, _) = self.model.expires(record.policy, day_of(start), record.since);
                let count = found.get(&(record.tag.as_str(), start, end)).copied().unwrap_or(0);
                if least > now && record.standing == Standing::Sure && count == 0 {
                    let expected = format!("`{}` from {} until {}", record.tag, written(start), written(end));
                    return Err(Violation::new(NOT_LOST, expected, "it is in no spool and no segment"));
                }
                if count > record.copies {
                    let expected = format!("`{}` from {} at most {} times", record.tag, written(start), record.copies);
                    return Err(Violation::new(
                        "nothing is stored more often than it was sent",
                        expected,
                        count.to_string(),
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_holds(&self, copy: &Simulated, keys: &KeyStore, catalog: &Catalog) -> Result<(), Violation> {
        let view = catalog.view().map_err(|error| unexpected("a look into the catalog", &error))?;
        let rows = view.all::<HoldRow>(&tables::HOLDS).map_err(|error| unexpected("holds", &error))?;
        let rows: BTreeMap<String, HoldRow> = rows.into_iter().collect();
        let now = self.now();
        for hold in &self.model.holds {
            let Some(row) = rows.get(&hold.id) else {
                return Err(Violation::new(HOLDS_KEPT, format!("hold {}", hold.id), "the catalog does not know it"));
            };
            if !self.watch.holds_accepted.contains(&hold.id) {
                return Err(Violation::new(TOLD_FIRST, format!("hold {} in the ledger", hold.id), "no leaf"));
            }
            let mut held = Spans::new();
            for part in &row.parts {
                let path = folder().hold(&part.segment);
                match open_segment(copy, keys, &path, &part.segment, &part.key) {
                    Ok(columns) => columns.iter().filter_map(|row| span(&row)).for_each(|span| {
                        *held.entry(span).or_default() += 1;
                    }),
                    Err(error) if hold.surely_runs(now) => {
                        let expected =
                            format!("hold {} ({}) until {:?}", hold.id, hold.basis, hold.until.0.map(written));
                        return Err(Violation::new(HOLDS_KEPT, expected, format!("part {}: {error}", part.segment)));
                    }
                    Err(_) => {}
                }
            }
            if hold.surely_runs(now)
                && let Some(lost) =
                    hold.must.iter().find(|(span, count)| held.get(span).copied().unwrap_or(0) < **count)
            {
                let expected = format!("hold {}: from {} {} times", hold.id, written(lost.0.0), lost.1);
                return Err(Violation::new(HOLDS_KEPT, expected, format!("{held:?}")));
            }
            if let Some(more) = held.iter().find(|(span, count)| hold.may.get(span).copied().unwrap_or(0) < **count) {
                let found = format!("from {} {} times", written(more.0.0), more.1);
                return Err(Violation::new("only what a request specifies is held", format!("{:?}", hold.may), found));
            }
            if hold.surely_over(self.model.swept_at) && !held.is_empty() {
                let expected = format!("hold {} ({}) over at {:?}", hold.id, hold.basis, hold.until.1.map(written));
                return Err(Violation::new(HOLDS_END, expected, format!("{} stretches open", held.len())));
            }
        }
        Ok(())
    }

    fn check_erased(&mut self, keys: &KeyStore, catalog: &Catalog) -> Result<(), Violation> {
        let view = catalog.view().map_err(|error| unexpected("a look into the catalog", &error))?;
        let rows = view.all::<SegmentRow>(&tables::SEGMENTS).map_err(|error| unexpected("segments", &error))?;
        let mut erased = 0;
        for (id, row) in rows.iter().filter(|(_, row)| row.state == SegmentState::Erased) {
            erased += 1;
            let key = key_of(&row.key)?;
            if keys.lease(&key).is_ok() {
                return Err(Violation::new(NOT_AFTER_EXPIRY, format!("the key of erased {id} destroyed"), "it opens"));
            }
            let told = row.receipt.and_then(|leaf| self.watch.receipts.get(&leaf));
            if told != Some(id) {
                return Err(Violation::new(TOLD_FIRST, format!("a receipt of {id}"), format!("{told:?}")));
            }
        }
        self.counters.erasures = erased;
        Ok(())
    }

    /// What could not be read goes on its day as well: key, files and all.
    fn check_quarantines(&self, copy: &Simulated, keys: &KeyStore, catalog: &Catalog) -> Result<(), Violation> {
        let view = catalog.view().map_err(|error| unexpected("a look into the catalog", &error))?;
        let rows = view.all::<QuarantineRow>(&tables::QUARANTINES);
        let rows = rows.map_err(|error| unexpected("quarantines", &error))?;
        let files = copy.machine().disk.list(&folder().quarantine()).unwrap_or_default();
        for (id, row) in rows {
            let swept = self.model.swept_at.is_some_and(|swept| row.expires_at <= swept);
            if row.state != QuarantineState::Erased {
                if swept {
                    let expected = format!("quarantine {id} gone at {}, swept since", written(row.expires_at));
                    return Err(Violation::new(NOT_AFTER_EXPIRY, expected, format!("{:?}", row.state)));
                }
                continue;
            }
            let left = files.iter().find(|name| name.starts_with(&id));
            if keys.lease(&key_of(&row.key)?).is_ok() || left.is_some() {
                let expected = format!("key and files of erased quarantine {id} gone");
                return Err(Violation::new(NOT_AFTER_EXPIRY, expected, format!("{left:?}")));
            }
            let told = row.receipt.and_then(|leaf| self.watch.receipts.get(&leaf));
            if told != Some(&id) {
                return Err(Violation::new(TOLD_FIRST, format!("a receipt of {id}"), format!("{told:?}")));
            }
        }
        Ok(())
    }

    fn read_the_ledger(&mut self) -> Result<(), Violation> {
        let Some(verifier) = self.watch.verifier.clone() else { return Ok(()) };
        let machine = self.simulated.machine();
        let ledger = folder().ledger();
        let mut older: Vec<String> = self.watch.checkpoints.last().cloned().into_iter().collect();
        older.extend((0..3).filter_map(|_| self.chance.pick(&self.watch.checkpoints).cloned()));
        if self.counters.checks % 8 == 1 {
            let report = verify_folder(&machine, &ledger, &verifier, &older);
            let report = report.map_err(|error| Violation::new(LEDGER_WHOLE, "a report", error.to_string()))?;
            if !report.is_whole() {
                return Err(Violation::new(LEDGER_WHOLE, "no failures", format!("{:?}", report.failures)));
            }
        }
        let reader = LedgerReader::open(&machine, &ledger, &verifier);
        let reader = reader.map_err(|error| Violation::new(LEDGER_WHOLE, "it opens", error.to_string()))?;
        if reader.size() < self.watch.leaves_read {
            let expected = format!("at least {} leaves", self.watch.leaves_read);
            return Err(Violation::new(LEDGER_WHOLE, expected, reader.size().to_string()));
        }
        for event in reader.events_from(self.watch.leaves_read) {
            let (leaf, event) = event.map_err(|error| Violation::new(LEDGER_WHOLE, "leaves", error.to_string()))?;
            self.read_leaf(leaf, &event)?;
        }
        self.watch.leaves_read = reader.size();
        let note = reader.checkpoint().note().to_owned();
        if self.watch.checkpoints.last() != Some(&note) {
            self.watch.checkpoints.push(note);
        }
        Ok(())
    }

    fn read_leaf(&mut self, leaf: u64, event: &StoredEvent) -> Result<(), Violation> {
        let text = |name: &str| event.text(name).unwrap_or_default().to_owned();
        let watch = &mut self.watch;
        let wrong = |what: &str| Violation::new(TOLD_FIRST, what.to_owned(), format!("leaf {leaf}: {}", event.class));
        match event.class.as_str() {
            "lookup.requested" => {
                watch.requested.insert(text("lookup"), text("requester"));
            }
            "lookup.approved" => {
                let requester = watch.requested.get(&text("lookup"));
                if requester.is_none_or(|requester| *requester == text("approver")) {
                    return Err(wrong("an approval by another than who asked"));
                }
                watch.approved.insert(text("lookup"), text("grant"));
            }
            "lookup.released" => {
                if watch.approved.get(&text("lookup")) != Some(&text("grant")) {
                    return Err(wrong("a release under an approved grant"));
                }
                *watch.released.entry(text("lookup")).or_default() += 1;
            }
            "emergency.released" => {
                if !watch.requested.contains_key(&text("lookup")) || text("basis") != "averting_danger" {
                    return Err(wrong("a release by one person to avert danger only"));
                }
                *watch.released.entry(text("lookup")).or_default() += 1;
            }
            "hold.accepted" => {
                watch.holds_accepted.insert(text("hold"));
            }
            "erasure.intended" => {
                watch.intended.insert(text("key"));
                watch.erasures.insert(text("erasure"));
            }
            "erasure.done" => {
                if !watch.erasures.contains(&text("erasure")) {
                    return Err(wrong("a receipt of an intended erasure"));
                }
                watch.receipts.insert(leaf, text("segment"));
            }
            _ => {}
        }
        Ok(())
    }

    /// A thief has backups of the key folder without the epoch keys, root and passphrase, and the epoch keys of now.
    fn check_backups(&mut self, keys: &KeyStore, catalog: &Catalog) -> Result<(), Violation> {
        if self.counters.checks % 16 != 1 {
            return Ok(());
        }
        let epoch = |path: &Path| path.starts_with(folder().epoch_keys()) || path.starts_with(SECOND_REPLICA);
        let view = catalog.view().map_err(|error| unexpected("a look into the catalog", &error))?;
        let rows = view.all::<SegmentRow>(&tables::SEGMENTS).map_err(|error| unexpected("segments", &error))?;
        let ended = self.watch.epoch_ended_at.unwrap_or(i64::MIN);
        let erased = rows.iter().filter(|(_, row)| row.erased_at.is_some_and(|at| at <= ended));
        for (id, row) in erased {
            let key = key_of(&row.key)?;
            if keys.lease(&key).is_ok() {
                return Err(Violation::new(GONE_FROM_BACKUPS, format!("{id} gone"), "the keys of now open it"));
            }
        }
        for backup in &self.watch.backups {
            let thief = self.copy_of_the_disk(&epoch);
            for (path, bytes) in &backup.files {
                thief.disk.put(path, bytes);
            }
            // With wrapped keys of an earlier epoch nothing opens at all.
            let Ok(stolen) = self.keys_of(&thief) else { continue };
            let since = rows.iter().filter(|(_, row)| row.erased_at.is_some_and(|at| at <= ended && at >= backup.at));
            for (id, row) in since {
                if stolen.lease(&key_of(&row.key)?).is_ok() {
                    let found = format!("a backup of {} opens it", written(backup.at));
                    return Err(Violation::new(GONE_FROM_BACKUPS, format!("{id} gone"), found));
                }
            }
        }
        let backup = self.simulated.disk.backup(&|path| !path.starts_with(folder().keys()) || epoch(path));
        self.watch.backups.push(Backup { at: self.now(), files: backup });
        if self.watch.backups.len() > 4 {
            self.watch.backups.remove(0);
        }
        Ok(())
    }
}

fn key_of(text: &str) -> Result<KeyId, Violation> {
    text.parse().map_err(|_| Violation::new("the catalog names keys", "an id", text.to_owned()))
}

fn places() -> KeyPlaces {
    let root = folder().root().to_owned();
    let epoch_replicas = vec![root.join("keys/epoch"), root.join(SECOND_REPLICA)];
    KeyPlaces { folder: folder().keys(), epoch_replicas, snapshots_declared: false }
}

fn open_segment(copy: &Simulated, keys: &KeyStore, path: &Path, id: &str, key: &str) -> Result<Columns, String> {
    let key: KeyId = key.parse().map_err(|_| "its key has no id".to_owned())?;
    let lease = keys.lease(&key).map_err(|error| error.to_string())?;
    let number = u128::from_str_radix(id, 16).map_err(|error| error.to_string())?;
    let segment = Segment::open(&copy.machine(), path, &SegmentId(number.to_be_bytes()), lease.bytes());
    segment.and_then(|segment| segment.all()).map_err(|error| error.to_string())
}

/// A digest of the bytes of a segment's files and of the key that opens them now.
fn digest_of(copy: &Simulated, keys: &KeyStore, path: &Path, row: &SegmentRow) -> Result<u64, String> {
    let key: KeyId = row.key.parse().map_err(|_| "its key has no id".to_owned())?;
    let lease = keys.lease(&key).map_err(|error| error.to_string())?;
    let kind = row.kind.kind().ok_or("it is of no known kind")?;
    let mut hasher = DefaultHasher::new();
    lease.bytes().hash(&mut hasher);
    for file in paths(path, kind) {
        let bytes = copy.machine().disk.read(&file, 1 << 24).map_err(|error| error.to_string())?;
        bytes.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn of_row(row: &SegmentRow) -> String {
    let (sealed, expires) = (written(row.sealed_at), written(row.expires_at));
    format!("{:?} of {}, {}, sealed {sealed}, expires {expires}", row.state, row.policy, row.window.window())
}

fn take(rows: &mut Vec<Readable>, columns: &Columns, file: &str) {
    for row in columns.iter() {
        let tag = if row.kind() == Kind::Login { row.get("service") } else { row.get("session") };
        let tag = if let Cell::Text(tag) = tag { tag.to_owned() } else { String::new() };
        let (start, end) = span(&row).unwrap_or_default();
        rows.push(Readable { tag, start, end, file: file.to_owned() });
    }
}

fn span(row: &Row<'_>) -> Option<(i64, i64)> {
    row.span().map(|(start, end)| (start.0, end.0))
}
