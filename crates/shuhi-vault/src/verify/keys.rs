//! Holding keys against the catalog: what is there opens as it was written, and what is erased does not.

use super::{Discrepancy, VaultReport};
use crate::catalog::{HoldRow, QuarantineRow, QuarantineState, SegmentRow, SegmentState, SpoolRow, View, tables};
use crate::vault::key_of;
use crate::{Vault, VaultError};

impl Vault {
    pub(super) fn verify_keys(&self, view: &View, report: &mut VaultReport) -> Result<(), VaultError> {
        report.keys_checked = true;
        let mut fault = |about: &str, what: String| report.faults.push(Discrepancy { about: about.to_owned(), what });
        for (id, row) in view.all::<SegmentRow>(&tables::SEGMENTS)? {
            match row.state {
                SegmentState::Part | SegmentState::Sealed => {
                    let opened = self.open_segment(&id, &row).and_then(|open| Ok(open.verify(&row.sha256)?));
                    opened.unwrap_or_else(|error| fault(&id, format!("it does not open as it was written: {error}")));
                }
                SegmentState::Erasing => {}
                SegmentState::Erased => {
                    if self.keys.lease(&key_of(&row.key)?).is_ok() {
                        fault(&id, "it has a receipt and its key is still there".to_owned());
                    }
                }
            }
        }
        for (id, row) in view.all::<SpoolRow>(&tables::SPOOLS)? {
            if let Err(error) = self.spooled(&id, &row) {
                fault(&id, format!("a spool does not open as it was written: {error}"));
            }
        }
        for (id, row) in view.all::<QuarantineRow>(&tables::QUARANTINES)? {
            match row.state {
                QuarantineState::Kept => {
                    let opened = self.open_quarantine(&id, &row);
                    opened.unwrap_or_else(|error| fault(&id, format!("a quarantine does not open: {error}")));
                }
                QuarantineState::Erasing => {}
                QuarantineState::Erased => {
                    if self.keys.lease(&key_of(&row.key)?).is_ok() {
                        fault(&id, "it has a receipt and its key is still there".to_owned());
                    }
                }
            }
        }
        for (hold, row) in view.all::<HoldRow>(&tables::HOLDS)? {
            for part in row.parts.iter().filter(|part| part.intent.is_none()) {
                let opened = self.open_part(part).and_then(|open| Ok(open.verify(&part.sha256)?));
                opened.unwrap_or_else(|error| fault(&hold, format!("held records do not open as written: {error}")));
            }
            for part in row.parts.iter().filter(|part| part.receipt.is_some()) {
                if self.keys.lease(&key_of(&part.key)?).is_ok() {
                    fault(&hold, "its records have a receipt and their key is still there".to_owned());
                }
            }
        }
        Ok(())
    }
}
