//! What should be gone and is not: from catalog and ledger alone, and by other code than the sweep's, so that a sweep that
//! never ran, or ran wrongly, shows.

use std::collections::BTreeMap;

use shuhi_records::UtcMillis;

use crate::catalog::{HoldRow, QuarantineRow, SegmentRow, SpoolRow, View, tables};
use crate::verify::Fold;
use crate::{Vault, VaultError};

/// What is not as it must be by now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// What should have been erased and has no receipt.
    pub not_erased: Vec<NotErased>,
    /// Segments that the ledger says were sealed, that have no receipt, and that the catalog does not know.
    pub lost: Vec<String>,
    /// Holds that go on past their end, with when that was.
    pub holds: Vec<(String, UtcMillis)>,
}

/// Something that should have been erased.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotErased {
    /// Segment, spool or quarantine.
    pub segment: String,
    /// When it was due.
    pub due: UtcMillis,
    /// The hold it is one of.
    pub hold: Option<String>,
}

impl Overdue {
    /// Whether nothing is overdue.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.not_erased.is_empty() && self.lost.is_empty() && self.holds.is_empty()
    }
}

impl Vault {
    /// What should be gone by now and is not.
    ///
    /// # Errors
    ///
    /// Where catalog or ledger cannot be read.
    pub fn overdue(&self) -> Result<Overdue, VaultError> {
        overdue(&self.told()?, &self.catalog.view()?, self.now())
    }
}

/// What should be gone at `now` and is not.
pub(crate) fn overdue(told: &Fold, view: &View, now: UtcMillis) -> Result<Overdue, VaultError> {
    let segments: BTreeMap<String, SegmentRow> = view.all(&tables::SEGMENTS)?.into_iter().collect();
    let spools: Vec<(String, SpoolRow)> = view.all(&tables::SPOOLS)?;
    let holds: BTreeMap<String, HoldRow> = view.all(&tables::HOLDS)?.into_iter().collect();
    let mut late: BTreeMap<String, NotErased> = BTreeMap::new();
    let mut is_late = |segment: &str, due: i64, hold: Option<&str>| {
        if due <= now.0 && !told.receipts.contains_key(segment) {
            let hold = hold.map(str::to_owned);
            late.insert(segment.to_owned(), NotErased { segment: segment.to_owned(), due: UtcMillis(due), hold });
        }
    };
    for (segment, sealed) in &told.sealed {
        // A shorter policy brings the day forward; nothing puts it off.
        let known = segments.get(segment).map_or(sealed.expires, |row| row.expires_at.min(sealed.expires));
        is_late(segment, known, None);
    }
    for (segment, row) in &segments {
        is_late(segment, row.expires_at, None);
    }
    for (spool, row) in &spools {
        is_late(spool, row.expires_at, None);
    }
    for (quarantine, row) in view.all::<QuarantineRow>(&tables::QUARANTINES)? {
        is_late(&quarantine, row.expires_at, None);
    }
    for (hold, told) in &told.holds {
        let until = if told.over { told.until.unwrap_or(now.0).min(now.0) } else { told.until.unwrap_or(i64::MAX) };
        told.segments.iter().for_each(|segment| is_late(segment, until, Some(hold)));
    }
    let lost =
        told.sealed.keys().filter(|segment| !told.receipts.contains_key(*segment) && !segments.contains_key(*segment));
    let lost = lost.cloned().collect();
    Ok(Overdue { not_erased: late.into_values().collect(), lost, holds: late_holds(told, &holds, now) })
}

fn late_holds(told: &Fold, holds: &BTreeMap<String, HoldRow>, now: UtcMillis) -> Vec<(String, UtcMillis)> {
    let mut late = BTreeMap::new();
    for (id, told) in told.holds.iter().filter(|(_, told)| !told.over) {
        if let Some(until) = told.until.filter(|until| *until <= now.0) {
            late.insert(id.clone(), UtcMillis(until));
        }
    }
    for (id, row) in holds.iter().filter(|(_, row)| row.is_running()) {
        if let Some(until) = row.until.filter(|until| *until <= now.0) {
            late.insert(id.clone(), UtcMillis(until));
        }
    }
    late.into_iter().collect()
}
