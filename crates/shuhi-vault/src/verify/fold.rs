//! What the ledger tells, folded: everything that verification and the look for what is overdue need of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuhi_ledger::{EPOCH_ENDED, EpochEnds, LedgerReader, RECEIPT, ReceiptState, StoredEvent};
use shuhi_records::UtcMillis;

use crate::VaultError;

/// The ledger, folded up to a leaf. It is made from the leaves alone, by no code that the sweep uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fold {
    /// The next leaf to hear.
    pub next: u64,
    /// Segments that were announced.
    pub sealed: BTreeMap<String, SealedTold>,
    /// Erasures that were intended, by leaf, each with its id and segment.
    pub intents: BTreeMap<u64, (String, String)>,
    /// Receipts by segment.
    pub receipts: BTreeMap<String, ReceiptTold>,
    /// Holds that were accepted.
    pub holds: BTreeMap<String, HoldTold>,
}

/// The announcement of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SealedTold {
    pub leaf: u64,
    pub expires: i64,
    pub records: Option<i64>,
    pub sha256: Vec<u8>,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReceiptTold {
    pub leaf: u64,
    pub sha256: Vec<u8>,
    pub intended: Option<u64>,
    /// Whether that intent came before it and was of this erasure.
    pub rests: bool,
    pub epoch: Option<i64>,
    pub ended: Option<EndTold>,
}

/// The end of a receipt's epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndTold {
    pub leaf: u64,
    pub at: i64,
    pub missing: Vec<String>,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HoldTold {
    pub leaf: u64,
    pub segments: Vec<String>,
    pub sha256: Vec<String>,
    pub until: Option<i64>,
    pub over: bool,
}

impl Fold {
    /// Hears every leaf that came since.
    pub fn catch_up(&mut self, ledger: &LedgerReader) -> Result<(), VaultError> {
        for event in ledger.events_from(self.next) {
            let (leaf, event) = event?;
            self.hear(leaf, &event);
            self.next = leaf + 1;
        }
        Ok(())
    }

    fn hear(&mut self, leaf: u64, event: &StoredEvent) {
        let text = |name: &str| event.text(name).unwrap_or_default().to_owned();
        let hold = event.text("hold").unwrap_or_default();
        match event.class.as_str() {
            "segment.sealed" => {
                let told = SealedTold {
                    leaf,
                    expires: event.number("expires").unwrap_or(i64::MIN),
                    records: event.number("records"),
                    sha256: event.bytes("sha256").unwrap_or_default().to_vec(),
                };
                self.sealed.insert(text("segment"), told);
            }
            "erasure.intended" => {
                self.intents.insert(leaf, (text("erasure"), text("segment")));
            }
            RECEIPT => self.receipt(leaf, event),
            EPOCH_ENDED => self.epoch_ended(leaf, event),
            "hold.accepted" => {
                // Said again where a crash came before the catalog knew: the later copy is the one.
                let texts = |name: &str| event.texts(name).unwrap_or_default().to_vec();
                let (segments, sha256) = (texts("segments"), texts("segments_sha256"));
                let told = HoldTold { leaf, segments, sha256, until: event.number("until"), over: false };
                self.holds.insert(hold.to_owned(), told);
            }
            "hold.extended" => {
                if let Some(told) = self.holds.get_mut(hold) {
                    told.until = event.number("until");
                }
            }
            "hold.ended" | "hold.withdrawn" => {
                if let Some(told) = self.holds.get_mut(hold) {
                    told.over = true;
                    told.until = told.until.map(|until| until.min(event.at.0)).or(Some(event.at.0));
                }
            }
            _ => {}
        }
    }

    fn receipt(&mut self, leaf: u64, event: &StoredEvent) {
        let (erasure, segment) = (event.text("erasure"), event.text("segment").unwrap_or_default());
        let intended = event.number("intended").and_then(|intent| u64::try_from(intent).ok());
        let intent = intended.and_then(|intent| self.intents.get(&intent));
        let rests = intent.is_some_and(|(of, about)| Some(of.as_str()) == erasure && about == segment);
        let sha256 = event.bytes("sha256").unwrap_or_default().to_vec();
        let told = ReceiptTold { leaf, sha256, intended, rests, epoch: event.number("epoch"), ended: None };
        self.receipts.insert(segment.to_owned(), told);
    }

    fn epoch_ended(&mut self, leaf: u64, event: &StoredEvent) {
        let mut ends = EpochEnds::default();
        ends.hear(leaf, event);
        for told in self.receipts.values_mut().filter(|told| told.ended.is_none()) {
            if let ReceiptState::EpochEnded { leaf, at, missing } = ends.state(told.leaf, told.epoch) {
                told.ended = Some(EndTold { leaf, at: at.0, missing });
            }
        }
    }
}

impl ReceiptTold {
    /// How far it is proof against copies.
    pub fn state(&self) -> ReceiptState {
        self.ended.as_ref().map_or(ReceiptState::EpochRuns, |end| ReceiptState::EpochEnded {
            leaf: end.leaf,
            at: UtcMillis(end.at),
            missing: end.missing.clone(),
        })
    }
}
