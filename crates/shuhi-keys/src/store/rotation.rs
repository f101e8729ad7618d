//! The end of an epoch: a new key, survivors wrapped under it, the old key destroyed.

use std::path::{Path, PathBuf};

use shuhi_machine::UtcMillis;

use super::{KeyStore, State};
use crate::epoch::{Epoch, KeyDestruction, ReplicaEnd};
use crate::wrapped::Record;
use crate::wrapped::{Entry, WrappedFile, WrappedFolder};
use crate::{KeyError, KeyId};

/// What the end of an epoch did, for a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochEnd {
    /// The epoch that ended.
    pub ended: u64,
    /// The epoch that began.
    pub began: u64,
    /// When it began.
    pub began_at: UtcMillis,
    /// Keys that live on.
    pub survivors: usize,
    /// Keys that are destroyed, in this epoch or before.
    pub destroyed: usize,
    /// What was done in each place of the epoch keys.
    pub replicas: Vec<ReplicaEnd>,
    /// Why it is not shown that the old key is gone everywhere; empty where it is shown.
    pub not_shown: Vec<NotShown>,
}

impl EpochEnd {
    /// Whether the old key is shown to be gone from every place that is known.
    #[must_use]
    pub fn destruction_is_shown(&self) -> bool {
        self.not_shown.is_empty()
    }
}

/// A reason why destruction is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    /// The operator declares snapshots or backups of the places.
    #[error("destruction not shown: snapshots or backups of the replicas are declared")]
    Snapshots,
    /// A place was out of reach or refused.
    #[error("destruction not shown: `{}` may still hold the key ({why})", place.display())]
    Place {
        /// The folder or module.
        place: PathBuf,
        /// What it said.
        why: String,
    },
}

impl KeyStore {
    /// Ends the epoch: a new epoch key is made durable in all places within reach, the living keys are wrapped under it,
    /// then the old epoch key is overwritten and removed everywhere. After a crash at any step one epoch is whole;
    /// opening the store finishes or undoes the rest.
    ///
    /// # Errors
    ///
    /// [`KeyError::DamagedKeys`] while wrapped keys are damaged; [`KeyError::ReopenNeeded`] after a change that failed
    /// half way; what the disk says.
    pub fn rotate_epoch(&self) -> Result<EpochEnd, KeyError> {
        let mut state = self.unbroken()?;
        let old = state.epoch;
        let number = old.number.checked_add(1).ok_or(KeyError::Primitive("counting epochs"))?;
        let new = Epoch::new(&self.machine, number)?;
        refuse_damage(&state.wrapped)?;
        self.epochs.make(&new)?;
        let records = self.rewrapped(&state, &new)?;
        self.folder.prepare(&new, &records)?;
        // From here on the new epoch may be the one that the next opening finds.
        state.broken = true;
        let wrapped = self.begin(&self.folder, &new)?;
        state.wrapped = wrapped;
        state.epoch = new;
        state.broken = false;
        let replicas = self.epochs.destroy_others(&new)?;
        // What stays is wrapped under a key that is gone, and goes at the next opening; the report must not be lost over it.
        let _ = self.folder.remove_others(new.number);
        Ok(self.report(&old, &new, &records, replicas))
    }

    /// Destroys earlier epoch keys that turned up since, on a device that was away, and writes the current one to
    /// replicas that lack it. Opening the store does the same.
    ///
    /// # Errors
    ///
    /// [`KeyError::EpochKeyMissing`] when the current key is whole nowhere.
    pub fn tend(&self) -> Result<Vec<ReplicaEnd>, KeyError> {
        let state = self.unbroken()?;
        self.epochs.restore(&state.epoch);
        self.epochs.destroy_others(&state.epoch)
    }

    /// Takes the operator's word that a replica folder which is no longer named, and cannot be reached, is destroyed; until
    /// then every end of an epoch says that destruction is not shown. Says whether such a folder was known.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadName`] while the folder is named as a replica, and what the disk says.
    pub fn write_off_replica(&self, folder: &Path) -> Result<bool, KeyError> {
        self.epochs.write_off(folder)
    }

    fn begin(&self, folder: &WrappedFolder, new: &Epoch) -> Result<WrappedFile, KeyError> {
        folder.commit(new.number)?;
        folder.open(new.number)
    }

    fn rewrapped(&self, state: &State, new: &Epoch) -> Result<Vec<Record>, KeyError> {
        let mut entries: Vec<(&KeyId, &Entry)> = state.wrapped.entries().iter().collect();
        entries.sort_unstable_by_key(|(id, _)| **id);
        let rewrapped = entries.into_iter().map(|(id, entry)| match entry {
            Entry::Live(_, wrapped) => {
                let key = self.unwrapped(&state.epoch, id, wrapped)?;
                Ok(Record::Key(*id, self.epochs.wrap(new, &self.purpose(new, id), &key)?))
            }
            // The names of destroyed keys are kept, so that a destroyed key is told from one that was lost.
            _ => Ok(Record::Destroyed(*id)),
        });
        rewrapped.collect()
    }

    fn report(&self, old: &Epoch, new: &Epoch, records: &[Record], replicas: Vec<ReplicaEnd>) -> EpochEnd {
        let mut not_shown = Vec::new();
        if self.epochs.snapshots_declared() {
            not_shown.push(NotShown::Snapshots);
        }
        for end in &replicas {
            if let KeyDestruction::NotShown(why) = &end.destruction {
                not_shown.push(NotShown::Place { place: end.place.clone(), why: why.clone() });
            }
        }
        let survivors = records.iter().filter(|record| matches!(record, Record::Key(..))).count();
        let destroyed = records.len() - survivors;
        let (ended, began, began_at) = (old.number, new.number, new.began);
        EpochEnd { ended, began, began_at, survivors, destroyed, replicas, not_shown }
    }
}

fn refuse_damage(wrapped: &WrappedFile) -> Result<(), KeyError> {
    let damaged = || wrapped.entries().iter().filter(|(_, entry)| matches!(entry, Entry::Damaged(_)));
    match damaged().map(|(id, _)| *id).min() {
        Some(first) => Err(KeyError::DamagedKeys { count: damaged().count(), first }),
        None => Ok(()),
    }
}
