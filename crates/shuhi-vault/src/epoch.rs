//! The end of an epoch: after it, no copy of a destroyed key opens anything, wherever it is kept.

use shuhi_keys::{EpochEnd, KeyDestruction, Replica, ReplicaState};
use shuhi_ledger::{Completed, Event};

use crate::catalog::{EpochRow, tables};
use crate::events::number;
use crate::{Vault, VaultError};

/// The name under which the one epoch stands in the catalog.
const NOW: &str = "now";

impl Vault {
    /// Ends the epoch of the keys: the survivors are wrapped anew, the old epoch key is destroyed in every replica, and the
    /// ledger is told. Backups of everything but the epoch keys open nothing any more that was erased before.
    ///
    /// # Errors
    ///
    /// What disk, keys and ledger say; where a crash comes between, the next opening tells the ledger.
    pub fn end_epoch(&mut self) -> Result<EpochEnd, VaultError> {
        let end = self.keys.rotate_epoch()?;
        let missing: Vec<String> = end
            .replicas
            .iter()
            .filter(|replica| matches!(replica.destruction, KeyDestruction::NotShown(_)))
            .map(|replica| replica.place.display().to_string())
            .collect();
        let rewritten = end.replicas.iter().map(|replica| replica.place.display().to_string());
        let event = Event::new("epoch.ended", self.now())
            .with("epoch", number(end.ended))
            .with("survivors", number(end.survivors as u64))
            .with("replicas", rewritten.filter(|place| !missing.contains(place)).collect::<Vec<String>>())
            .with("destroyed", number(end.destroyed as u64))
            .with("missing", missing)
            .with("began", end.began_at);
        let event = Completed::since_last_end(&self.ledger)?.told(event);
        self.ledger.append(&[event], &self.keys)?;
        self.note_epoch(end.began)?;
        Ok(end)
    }

    /// Tells the ledger of an epoch whose end a crash kept from it.
    pub(crate) fn resume_epoch(&mut self) -> Result<(), VaultError> {
        let health = self.keys.health();
        let known: Option<EpochRow> = self.catalog.view()?.get(&tables::EPOCHS, NOW)?;
        if known.as_ref().is_some_and(|known| known.number == health.epoch) {
            return Ok(());
        }
        if let Some(known) = known {
            let ended = number(known.number);
            if self.in_tail("epoch.ended", |event| event.number("epoch") == Some(ended))?.is_none() {
                let (whole, missing): (Vec<_>, Vec<_>) =
                    health.replicas.iter().partition(|replica| replica.state == ReplicaState::Whole);
                let places = |replicas: Vec<&Replica>| -> Vec<String> {
                    replicas.iter().map(|replica| replica.place.display().to_string()).collect()
                };
                let event = Event::new("epoch.ended", self.now())
                    .with("epoch", ended)
                    .with("survivors", number(health.live as u64))
                    .with("replicas", places(whole))
                    .with("missing", places(missing))
                    .with("destroyed", number(health.destroyed as u64));
                let event = Completed::since_last_end(&self.ledger)?.told(event);
                self.ledger.append(&[event], &self.keys)?;
            }
        }
        self.note_epoch(health.epoch)
    }

    fn note_epoch(&self, number: u64) -> Result<(), VaultError> {
        self.catalog.change(|change| change.put(&tables::EPOCHS, NOW, &EpochRow { number }))
    }
}
