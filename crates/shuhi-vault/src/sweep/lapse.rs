//! What lapses without being erased by itself: pins, requests, grants, answers, the keys of cases.

use shuhi_keys::KeyId;

use super::{CASE_KEPT_MILLIS, REQUEST_LIFE_MILLIS, SweepReport};
use crate::catalog::{GrantRow, GrantState, HoldRow, HoldState, PinRow, RequestRow, RequestState, tables};
use crate::vault::key_of;
use crate::{Vault, VaultError};

impl Vault {
    /// Removes pins whose time is over; the hold that set them copies what is left then, or ends.
    pub(super) fn lapse_pins(&self) -> Result<(), VaultError> {
        let now = self.now().0;
        self.catalog.change(|change| {
            for (id, _) in change.all::<PinRow>(&tables::PINS)?.into_iter().filter(|(_, pin)| pin.until <= now) {
                change.remove(&tables::PINS, &id)?;
            }
            Ok(())
        })
    }

    pub(super) fn lapse_requests(&self, report: &mut SweepReport) -> Result<(), VaultError> {
        let now = self.now().0;
        for (id, row) in self.catalog.view()?.all::<RequestRow>(&tables::REQUESTS)? {
            let row = self.lapsed(&id, row, report)?;
            let row = self.without_expired_answer(&id, row, report)?;
            let over = matches!(row.state, RequestState::Refused | RequestState::Released | RequestState::Lapsed);
            let looked_at = row.review_by.is_none() && row.answer_key.is_none();
            if over && looked_at && row.requested_at.saturating_add(CASE_KEPT_MILLIS) <= now {
                self.keys.destroy(&[key_of(&row.case_key)?])?;
                self.catalog.change(|change| {
                    change.remove(&tables::REQUESTS, &id)?;
                    row.grant.as_ref().map_or(Ok(()), |grant| change.remove(&tables::GRANTS, grant))
                })?;
                report.cases_expired += 1;
            }
        }
        self.expire_cases_of_holds(report)
    }

    /// A request that was not approved, and a grant that was not used, in time.
    fn lapsed(&self, id: &str, row: RequestRow, report: &mut SweepReport) -> Result<RequestRow, VaultError> {
        let now = self.now().0;
        let lapsed = self.catalog.change(|change| {
            let grant: Option<(String, GrantRow)> = match &row.grant {
                Some(grant_id) => change.get(&tables::GRANTS, grant_id)?.map(|grant| (grant_id.clone(), grant)),
                None => None,
            };
            let lapses = match row.state {
                RequestState::Requested => row.requested_at.saturating_add(REQUEST_LIFE_MILLIS) <= now,
                RequestState::Approved | RequestState::Releasing => {
                    grant.as_ref().is_none_or(|(_, grant)| grant.expires_at <= now)
                }
                RequestState::Refused | RequestState::Released | RequestState::Lapsed => false,
            };
            if !lapses {
                return Ok(false);
            }
            if let Some((grant_id, grant)) = grant.filter(|(_, grant)| grant.state == GrantState::Open) {
                change.put(&tables::GRANTS, &grant_id, &GrantRow { state: GrantState::Lapsed, ..grant })?;
            }
            change.put(&tables::REQUESTS, id, &RequestRow { state: RequestState::Lapsed, ..row.clone() })?;
            Ok(true)
        })?;
        report.requests_lapsed += u64::from(lapsed);
        Ok(if lapsed { RequestRow { state: RequestState::Lapsed, ..row } } else { row })
    }

    fn without_expired_answer(
        &self,
        id: &str,
        row: RequestRow,
        report: &mut SweepReport,
    ) -> Result<RequestRow, VaultError> {
        let expired = row.answer_expires_at.is_some_and(|until| until <= self.now().0);
        let Some(key) = row.answer_key.as_ref().filter(|_| expired) else { return Ok(row) };
        self.keys.destroy(&[key_of(key)?])?;
        self.remove_file(&self.folder.answers().join(format!("{id}.sealed")), &self.folder.answers())?;
        let row = RequestRow { answer_key: None, ..row };
        self.catalog.change(|change| change.put(&tables::REQUESTS, id, &row))?;
        report.answers_expired += 1;
        Ok(row)
    }

    fn expire_cases_of_holds(&self, report: &mut SweepReport) -> Result<(), VaultError> {
        let now = self.now().0;
        for (id, row) in self.catalog.view()?.all::<HoldRow>(&tables::HOLDS)? {
            let ended = row.ended_at.filter(|_| matches!(row.state, HoldState::Over(_)));
            if ended.is_some_and(|ended| ended.saturating_add(CASE_KEPT_MILLIS) <= now) {
                let key: KeyId = key_of(&row.case_key)?;
                self.keys.destroy(&[key])?;
                self.catalog.change(|change| change.remove(&tables::HOLDS, &id))?;
                report.cases_expired += 1;
            }
        }
        Ok(())
    }
}
