//! Whether a receipt of an erasure is proof against copies yet.
//!
//! A destroyed key is gone from this machine at once. A copy of its wrapped form, in a backup, opens with the epoch key of
//! that time, so the claim is complete only once that epoch is over. `epoch.ended` says so in the ledger, and names the
//! receipts that it completes.

use shuhi_machine::UtcMillis;

use crate::error::LedgerError;
use crate::event::{Event, StoredEvent};
use crate::reader::LedgerReader;

/// The class of receipts.
pub const RECEIPT: &str = "erasure.done";
/// The class of the ends of epochs.
pub const EPOCH_ENDED: &str = "epoch.ended";

/// How far a receipt is proof against copies of the wrapped key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    /// Its epoch goes on: a copy of the wrapped key opens with a copy of the epoch key.
    EpochRuns,
    /// Its epoch is over.
    EpochEnded {
        /// The leaf that says so.
        leaf: u64,
        /// When it was.
        at: UtcMillis,
        /// Replicas in which the destruction of the epoch key is not shown; empty where it is shown in all.
        missing: Vec<String>,
    },
}

impl ReceiptState {
    /// Whether the epoch key is shown to be gone from every replica.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::EpochEnded { missing, .. } if missing.is_empty())
    }
}

/// The receipts that an end of an epoch completes: those in the leaves from `from` to before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The first leaf.
    pub from: u64,
    /// The leaf after the last.
    pub until: u64,
    /// How many receipts these leaves have.
    pub receipts: u64,
}

impl Completed {
    /// What an epoch that ends now completes: every receipt since the last end.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn since_last_end(ledger: &LedgerReader) -> Result<Self, LedgerError> {
        let until = ledger.size();
        let mut completed = Self { from: 0, until, receipts: 0 };
        for leaf in (0..until).rev() {
            match ledger.event(leaf)?.class.as_str() {
                EPOCH_ENDED => {
                    completed.from = leaf + 1;
                    break;
                }
                RECEIPT => completed.receipts += 1,
                _ => {}
            }
        }
        Ok(completed)
    }

    /// Adds it to the event of the end.
    #[must_use]
    pub fn told(self, event: Event) -> Event {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        event
            .with("receipts_from", number(self.from))
            .with("receipts_until", number(self.until))
            .with("receipts", number(self.receipts))
    }
}

/// The ends of epochs that a ledger tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochEnds(Vec<End>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    leaf: u64,
    at: UtcMillis,
    epoch: i64,
    missing: Vec<String>,
}

impl EpochEnds {
    /// Reads them from the leaves from `leaf` on.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn of(ledger: &LedgerReader, leaf: u64) -> Result<Self, LedgerError> {
        let mut ends = Self::default();
        for event in ledger.events_from(leaf) {
            let (leaf, event) = event?;
            ends.hear(leaf, &event);
        }
        Ok(ends)
    }

    /// Takes up the next event; others than ends change nothing.
    pub fn hear(&mut self, leaf: u64, event: &StoredEvent) {
        if event.class == EPOCH_ENDED {
            let (at, epoch) = (event.at, event.number("epoch").unwrap_or(0));
            let missing = event.texts("missing").unwrap_or_default().to_vec();
            self.0.push(End { leaf, at, epoch, missing });
        }
    }

    /// The state of a receipt in `leaf` that names its `epoch`. One that names none is of the epoch that ended next.
    #[must_use]
    pub fn state(&self, leaf: u64, epoch: Option<i64>) -> ReceiptState {
        let epoch = epoch.unwrap_or(i64::MIN);
        let end = self.0.iter().find(|end| end.leaf > leaf && end.epoch >= epoch);
        end.map_or(ReceiptState::EpochRuns, |end| ReceiptState::EpochEnded {
            leaf: end.leaf,
            at: end.at,
            missing: end.missing.clone(),
        })
    }
}

impl LedgerReader {
    /// The state of the receipt in a leaf; `None` where the leaf is no receipt.
    ///
    /// # Errors
    ///
    /// When there is no such leaf, or the ledger cannot be read.
    pub fn receipt_state(&self, leaf: u64) -> Result<Option<ReceiptState>, LedgerError> {
        let receipt = self.event(leaf)?;
        if receipt.class != RECEIPT {
            return Ok(None);
        }
        // An end comes within a day or so: only the leaves up to it are read.
        for event in self.events_from(leaf.saturating_add(1)) {
            let (number, event) = event?;
            let mut ends = EpochEnds::default();
            ends.hear(number, &event);
            let state = ends.state(leaf, receipt.number("epoch"));
            if state != ReceiptState::EpochRuns {
                return Ok(Some(state));
            }
        }
        Ok(Some(ReceiptState::EpochRuns))
    }
}
