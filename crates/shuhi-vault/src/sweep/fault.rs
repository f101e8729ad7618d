//! Faults planted to see whether a simulation notices them. Compiled under the feature `planted-faults` only.

use std::collections::{BTreeMap, BTreeSet};

use shuhi_records::UtcMillis;

use crate::catalog::{HoldRow, PinRow, tables};
use crate::vault::key_of;
use crate::{Vault, VaultError};

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// What holds and pins keep is read when the fault is planted and after each sweep, and not looked at again when
    /// something is marked for erasure: a hold extended, or a segment pinned, since then is erased all the same.
    HoldCheckOutsideTransaction,
    /// The key is destroyed before the ledger has heard that this is intended.
    ErasureBeforeIntentDurable,
    /// A grant can be used again.
    GrantUsedTwice,
}

/// The faults planted, and what the first of them remembers.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    faults: BTreeSet<Fault>,
    pinned: BTreeSet<String>,
    until: BTreeMap<String, Option<i64>>,
}

impl Vault {
    /// Plants a fault; it lasts until the vault is closed.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn plant(&mut self, fault: Fault) -> Result<(), VaultError> {
        self.planted.faults.insert(fault);
        self.remember_for_faults()
    }

    pub(crate) fn has_fault(&self, fault: Fault) -> bool {
        self.planted.faults.contains(&fault)
    }

    pub(super) fn remember_for_faults(&mut self) -> Result<(), VaultError> {
        let view = self.catalog.view()?;
        self.planted.pinned = view.all::<PinRow>(&tables::PINS)?.into_iter().map(|(_, pin)| pin.segment).collect();
        self.planted.until =
            view.all::<HoldRow>(&tables::HOLDS)?.into_iter().map(|(id, row)| (id, row.until)).collect();
        Ok(())
    }

    /// Whether a segment was pinned when it was last looked; `None` without the fault.
    pub(super) fn planted_pins(&self, id: &str) -> Option<bool> {
        self.has_fault(Fault::HoldCheckOutsideTransaction).then(|| self.planted.pinned.contains(id))
    }

    pub(super) fn is_over(&self, id: &str, row: &HoldRow, now: UtcMillis) -> bool {
        let remembered = self.planted.until.get(id).filter(|_| self.has_fault(Fault::HoldCheckOutsideTransaction));
        remembered.copied().unwrap_or(row.until).is_some_and(|until| until <= now.0)
    }

    pub(super) fn planted_destruction(&self, key: &str) -> Result<(), VaultError> {
        if self.has_fault(Fault::ErasureBeforeIntentDurable) {
            self.keys.destroy(&[key_of(key)?])?;
        }
        Ok(())
    }
}
