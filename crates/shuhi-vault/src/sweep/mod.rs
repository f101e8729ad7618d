//! The sweep: what is over is sealed, what has lapsed lapses, what is due is erased with a receipt.

mod erase;
#[cfg(feature = "planted-faults")]
mod fault;
mod lapse;
mod quarantine;

#[cfg(not(feature = "planted-faults"))]
use shuhi_records::UtcMillis;

pub use erase::Erased;
#[cfg(feature = "planted-faults")]
pub use fault::Fault;
#[cfg(feature = "planted-faults")]
pub(crate) use fault::Planted;

use crate::catalog::{ClosedState, HoldRow, HoldState, SegmentRow, SegmentState, SpoolRow, tables};
use crate::seal::Sealed;
use crate::{Vault, VaultError, events};

/// How long the keys of a case live after it is over: of request, approval, reasons and digests in the ledger. Three
/// years let audits and complaints look back on it. This program's choice; no source says a number.
pub const CASE_KEPT_MILLIS: i64 = 1_096 * shuhi_records::MILLIS_A_DAY;
/// A request that nobody approved lapses after this time. This program's choice.
pub const REQUEST_LIFE_MILLIS: i64 = 14 * shuhi_records::MILLIS_A_DAY;

/// An epoch ends at the first sweep after a day, so that no backup of the wrapped keys outlives an erasure by longer.
pub const EPOCH_LIFE_MILLIS: i64 = shuhi_records::MILLIS_A_DAY;

/// What a sweep did.
#[derive(Debug, Default)]
pub struct SweepReport {
    /// Segments that were sealed.
    pub sealed: Vec<Sealed>,
    /// What was erased, with the leaves of the receipts.
    pub erased: Vec<Erased>,
    /// Segments that are due but pinned by a hold that is being copied; they are due again at the next sweep.
    pub pinned: Vec<String>,
    /// Holds that ended.
    pub holds_ended: Vec<String>,
    /// Requests that lapsed.
    pub requests_lapsed: u64,
    /// Answers whose key was destroyed.
    pub answers_expired: u64,
    /// Cases whose key was destroyed.
    pub cases_expired: u64,
    /// Keys of sealed things that belong to no case, destroyed.
    pub sealing_keys_destroyed: u64,
    /// Whether the epoch was a day old and ended.
    pub epoch_ended: bool,
    /// Findings that were raised, by id.
    pub findings: Vec<String>,
    /// Why holds that are accepted could not be copied yet, by hold.
    pub not_copied: Vec<(String, String)>,
}

impl Vault {
    /// Does everything whose time has come. What a crash or a full disk interrupts is taken up by the next sweep or
    /// opening; what was done before stays done.
    ///
    /// # Errors
    ///
    /// What disk, keys and ledger say.
    pub fn sweep(&mut self) -> Result<SweepReport, VaultError> {
        let mut report = SweepReport::default();
        self.resume_erasures()?;
        // A hold that cannot be copied yet must not keep everything else from its day.
        report.not_copied = self.resume_holds_where_possible()?;
        self.lapse_pins()?;
        self.end_holds_that_are_over(&mut report)?;
        self.erase_due(&mut report)?;
        self.erase_quarantines(&mut report)?;
        report.sealed = self.seal()?;
        self.lapse_requests(&mut report)?;
        self.raise_findings(&mut report)?;
        report.sealing_keys_destroyed = self.expire_sealing_keys(self.now())?;
        if self.now().0.saturating_sub(self.keys.health().epoch_began.0) >= EPOCH_LIFE_MILLIS {
            self.end_epoch()?;
            report.epoch_ended = true;
        }
        #[cfg(feature = "planted-faults")]
        self.remember_for_faults()?;
        Ok(report)
    }

    fn end_holds_that_are_over(&mut self, report: &mut SweepReport) -> Result<(), VaultError> {
        let now = self.now();
        for (id, row) in self.catalog.view()?.all::<HoldRow>(&tables::HOLDS)? {
            if row.state == HoldState::Active && self.is_over(&id, &row, now) {
                report.erased.extend(self.end_hold(&id, ClosedState::Expired)?);
                report.holds_ended.push(id);
            }
        }
        Ok(())
    }

    #[cfg(not(feature = "planted-faults"))]
    fn is_over(&self, _id: &str, row: &HoldRow, now: UtcMillis) -> bool {
        row.until.is_some_and(|until| until <= now.0)
    }

    fn erase_due(&mut self, report: &mut SweepReport) -> Result<(), VaultError> {
        let now = self.now().0;
        let view = self.catalog.view()?;
        let spools: Vec<(String, SpoolRow)> = view.all(&tables::SPOOLS)?;
        let segments: Vec<(String, SegmentRow)> = view.all(&tables::SEGMENTS)?;
        drop(view);
        for (id, row) in spools.into_iter().filter(|(_, row)| row.expires_at <= now) {
            self.erase_spool(&id, row, report)?;
        }
        for (id, row) in segments {
            let due = matches!(row.state, SegmentState::Part | SegmentState::Sealed) && row.expires_at <= now;
            if due {
                self.erase_segment(&id, &row, report)?;
            }
        }
        Ok(())
    }

    fn raise_findings(&mut self, report: &mut SweepReport) -> Result<(), VaultError> {
        let now = self.now();
        let view = self.catalog.view()?;
        let mut due = Vec::new();
        for (id, row) in view.all(&tables::REQUESTS)? {
            if let Some(review_by) = row.review_by.filter(|review_by| *review_by <= now.0) {
                due.push((format!("release-review/{id}"), "vault.release-alone.review", id, review_by));
            }
        }
        for (id, row) in view.all(&tables::HOLDS)? {
            if let Some(review_by) = row.review_by.filter(|review_by| *review_by <= now.0 && row.is_running()) {
                due.push((format!("hold-review/{id}/{review_by}"), "disclosure.hold.review", id, review_by));
            }
        }
        for (finding, rule, subject, review_by) in due {
            if view.get(&tables::FINDINGS, &finding)?.is_some() {
                continue;
            }
            let event = events::finding(&finding, rule, &subject, review_by, now);
            let leaf = self.ledger.append(&[event], &self.keys)?.first().copied().unwrap_or_default();
            let row = crate::catalog::FindingRow { raised_at: now.0, leaf };
            self.catalog.change(|change| change.put(&tables::FINDINGS, &finding, &row))?;
            report.findings.push(finding);
        }
        Ok(())
    }
}
