//! The erasure of quarantines: in the steps of the protocol, but that nothing can hold them.

use super::SweepReport;
use super::erase::{Erased, Subject};
use crate::catalog::{QuarantineRow, QuarantineState, tables};
use crate::{Vault, VaultError};

impl Vault {
    pub(super) fn resume_quarantines(&mut self) -> Result<(), VaultError> {
        let rows: Vec<(String, QuarantineRow)> = self.catalog.view()?.all(&tables::QUARANTINES)?;
        for (id, row) in rows.into_iter().filter(|(_, row)| row.state == QuarantineState::Erasing) {
            self.finish_quarantine(&id, row)?;
        }
        Ok(())
    }

    pub(super) fn erase_quarantines(&mut self, report: &mut SweepReport) -> Result<(), VaultError> {
        let now = self.now().0;
        let rows: Vec<(String, QuarantineRow)> = self.catalog.view()?.all(&tables::QUARANTINES)?;
        let due = |row: &QuarantineRow| row.state == QuarantineState::Kept && row.expires_at <= now;
        for (id, row) in rows.into_iter().filter(|(_, row)| due(row)) {
            let (lines, sha256) = self.quarantined(&id)?;
            let row = QuarantineRow { state: QuarantineState::Erasing, lines, sha256, ..row };
            let intent = self.intend(&[of_quarantine(&id, &row)])?.first().copied();
            let row = QuarantineRow { intent, ..row };
            self.catalog.change(|change| change.put(&tables::QUARANTINES, &id, &row))?;
            report.erased.push(self.finish_quarantine(&id, row)?);
        }
        Ok(())
    }

    fn finish_quarantine(&mut self, id: &str, row: QuarantineRow) -> Result<Erased, VaultError> {
        let intent = row.intent.unwrap_or_default();
        let (receipt, destruction_shown) = self.destroy(&of_quarantine(id, &row), intent, |vault| {
            vault.remove_segment_files(&vault.folder.quarantine(), id)
        })?;
        let records = row.lines;
        let erased_at = Some(self.now().0);
        let row = QuarantineRow { state: QuarantineState::Erased, receipt: Some(receipt), erased_at, ..row };
        self.catalog.change(|change| change.put(&tables::QUARANTINES, id, &row))?;
        Ok(Erased { segment: id.to_owned(), hold: None, quarantine: true, records, receipt, destruction_shown })
    }
}

fn of_quarantine<'s>(id: &'s str, row: &'s QuarantineRow) -> Subject<'s> {
    Subject {
        segment: id,
        key: &row.key,
        hold: None,
        sha256: row.sha256,
        records: row.lines,
        authority: format!("what could not be read is kept no longer than policy {} keeps records", row.policy),
        due: row.expires_at,
        from: Some(row.day.window().start().0),
    }
}
