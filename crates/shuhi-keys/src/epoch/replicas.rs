//! Epoch keys as files, one in every replica folder. The folders are on devices of their own and in no backup.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuhi_machine::{DiskError, DiskResult, Machine};

use super::file::{self, EPOCH_FILE_BYTES};
use super::given::{self, Given};
use super::{Epoch, EpochKeys, KeyDestruction, Replica, ReplicaEnd, ReplicaState, Wrapped};
use crate::root::Root;
use crate::secret::Secret;
use crate::{KeyError, hexadecimal};

type Keys = BTreeMap<(u64, [u8; 16]), Arc<Secret>>;

/// Keeps epoch keys as files sealed under the root.
#[derive(Debug)]
pub(crate) struct FileEpochs {
    machine: Machine,
    root: Arc<Root>,
    folders: Vec<PathBuf>,
    given: Given,
    snapshots_declared: bool,
    /// Keys that were read or made, by number and id.
    keys: Mutex<Keys>,
}

impl FileEpochs {
    /// Keeps epoch keys in the folders named; `record` is the file that remembers all that were ever named.
    pub(crate) fn new(
        machine: &Machine,
        root: Arc<Root>,
        named: &[PathBuf],
        record: PathBuf,
        snapshots_declared: bool,
    ) -> Result<Self, KeyError> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in named {
            given::check(folder)?;
            if !folders.contains(folder) {
                folders.push(folder.clone());
            }
        }
        if folders.is_empty() {
            return Err(KeyError::NoReplicas);
        }
        let given = Given::open(machine, record, &root)?;
        Ok(Self { machine: machine.clone(), root, folders, given, snapshots_declared, keys: Mutex::default() })
    }

    /// Folders that are no longer named, but were given epoch keys and not seen empty since.
    fn retired(&self) -> Vec<PathBuf> {
        self.given.folders().into_iter().filter(|folder| !self.folders.contains(folder)).collect()
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, epoch: &Epoch) -> Result<Arc<Secret>, KeyError> {
        if let Some(key) = self.keys().get(&(epoch.number, epoch.id)) {
            return Ok(key.clone());
        }
        self.ready(epoch)?;
        self.keys().get(&(epoch.number, epoch.id)).cloned().ok_or(KeyError::Primitive("reading an epoch key"))
    }

    fn prefix(&self) -> String {
        format!("epoch-{}-", hexadecimal::encode(self.root.store()))
    }

    fn name(&self, epoch: &Epoch) -> String {
        format!("{}{:012}", self.prefix(), epoch.number)
    }

    /// Names of epoch files of this key store in a folder, half-written ones too, but for the one that is kept.
    fn others(&self, folder: &Path, kept: Option<&Epoch>) -> DiskResult<Vec<String>> {
        let (prefix, kept) = (self.prefix(), kept.map(|epoch| self.name(epoch)));
        let mut names = self.machine.disk.list(folder)?;
        names.retain(|name| name.starts_with(&prefix) && Some(name) != kept.as_ref());
        Ok(names)
    }

    fn look(&self, folder: &Path, epoch: &Epoch) -> (ReplicaState, Option<Secret>) {
        let disk = &*self.machine.disk;
        if let Err(error) = disk.list(folder) {
            return (ReplicaState::OutOfReach(error.to_string()), None);
        }
        let bytes = match disk.read(&folder.join(self.name(epoch)), EPOCH_FILE_BYTES as u64) {
            Ok(bytes) => bytes,
            Err(DiskError::Missing(_)) => return (ReplicaState::Missing, None),
            Err(DiskError::TooLarge { .. }) => return (ReplicaState::Damaged("is too long".to_owned()), None),
            Err(error) => return (ReplicaState::OutOfReach(error.to_string()), None),
        };
        match file::read(&self.root, epoch, &bytes) {
            Ok(key) => (ReplicaState::Whole, Some(key)),
            Err(what) => (ReplicaState::Damaged(what), None),
        }
    }

    /// Writes the epoch's file, so that a crash leaves it whole or not at all.
    fn write(&self, folder: &Path, epoch: &Epoch, key: &Secret) -> Result<(), KeyError> {
        let disk = &*self.machine.disk;
        // A folder that is gone is not made anew: its device may be away, and the key would land on another.
        disk.list(folder)?;
        self.given.add(folder)?;
        let path = folder.join(self.name(epoch));
        let fresh = folder.join(format!("{}.new", self.name(epoch)));
        for before in [&fresh, &path] {
            match self.shred(before) {
                Ok(()) | Err(DiskError::Missing(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let bytes = file::write(&self.machine, &self.root, epoch, key)?;
        let file = disk.create(&fresh)?;
        file.write_at(0, &bytes)?;
        file.sync()?;
        drop(file);
        disk.rename(&fresh, &path)?;
        Ok(disk.sync_folder(folder)?)
    }

    /// Overwrites a file with random bytes, makes that durable, and removes it; the caller syncs the folder.
    fn shred(&self, path: &Path) -> DiskResult<()> {
        let disk = &*self.machine.disk;
        let file = disk.open(path, false)?;
        // A file that grew by damage is overwritten as far as a key can reach into it.
        let length = usize::try_from(file.size()?).unwrap_or(usize::MAX).min(EPOCH_FILE_BYTES.saturating_mul(16));
        let mut noise = vec![0; length];
        self.machine.randomness.fill(&mut noise)?;
        file.write_at(0, &noise)?;
        file.sync()?;
        drop(file);
        disk.remove(path)
    }

    fn destroy_in(&self, folder: &Path, kept: &Epoch) -> DiskResult<KeyDestruction> {
        let others = self.others(folder, Some(kept))?;
        for name in &others {
            self.shred(&folder.join(name))?;
        }
        // Also where nothing was found: an earlier removal may not have been made durable.
        self.machine.disk.sync_folder(folder)?;
        Ok(if others.is_empty() { KeyDestruction::NothingThere } else { KeyDestruction::Destroyed(others.len()) })
    }
}

impl EpochKeys for FileEpochs {
    fn make(&self, epoch: &Epoch) -> Result<(), KeyError> {
        let key = Secret::random(&*self.machine.randomness)?;
        let mut written = 0_usize;
        let mut failed = None;
        for folder in &self.folders {
            match self.write(folder, epoch, &key) {
                Ok(()) => written += 1,
                Err(error) => failed = Some(error),
            }
        }
        if let (0, Some(error)) = (written, failed) {
            return Err(error);
        }
        self.keys().insert((epoch.number, epoch.id), Arc::new(key));
        Ok(())
    }

    fn ready(&self, epoch: &Epoch) -> Result<(), KeyError> {
        let mut tried = Vec::new();
        for folder in &self.folders {
            let what = match self.look(folder, epoch) {
                (_, Some(key)) => {
                    self.keys().insert((epoch.number, epoch.id), Arc::new(key));
                    return Ok(());
                }
                (ReplicaState::OutOfReach(why), _) => format!("is out of reach ({why})"),
                (ReplicaState::Damaged(why), _) => why,
                _ => match self.others(folder, Some(epoch)) {
                    Ok(names) if names.is_empty() => "has no epoch key".to_owned(),
                    _ => "has the key of another epoch only".to_owned(),
                },
            };
            tried.push((folder.clone(), what));
        }
        Err(KeyError::EpochKeyMissing { epoch: epoch.number, tried })
    }

    fn restore(&self, epoch: &Epoch) {
        let Ok(key) = self.key(epoch) else { return };
        for folder in &self.folders {
            if let (ReplicaState::Missing | ReplicaState::Damaged(_), _) = self.look(folder, epoch) {
                // What cannot be restored shows in the state of the replicas.
                let _ = self.write(folder, epoch, &key);
            }
        }
    }

    fn wrap(&self, epoch: &Epoch, aad: &[u8], key: &Secret) -> Result<Wrapped, KeyError> {
        let wrapped = self.key(epoch)?.seal(&*self.machine.randomness, aad, key.bytes())?;
        wrapped.try_into().map_err(|_| KeyError::Primitive("wrapping"))
    }

    fn unwrap(&self, epoch: &Epoch, aad: &[u8], wrapped: &Wrapped) -> Result<Secret, KeyError> {
        self.key(epoch)?.open_secret(aad, wrapped)
    }

    fn destroy_others(&self, kept: &Epoch) -> Result<Vec<ReplicaEnd>, KeyError> {
        // Read from disk, not from memory: nothing is destroyed before the kept key is seen whole.
        self.ready(kept)?;
        self.keys().retain(|key, _| *key == (kept.number, kept.id));
        let mut ends = Vec::new();
        for place in self.folders.iter().cloned().chain(self.retired()) {
            // In a retired folder too the kept key stays until its epoch ends: two paths may lead to one folder.
            let destruction = match self.destroy_in(&place, kept) {
                Ok(destruction) => destruction,
                Err(error) => KeyDestruction::NotShown(error.to_string()),
            };
            ends.push(ReplicaEnd { place, destruction });
        }
        for folder in self.retired() {
            if self.others(&folder, None).is_ok_and(|left| left.is_empty()) {
                self.given.remove(&folder)?;
            }
        }
        Ok(ends)
    }

    fn replicas(&self, epoch: &Epoch) -> Vec<Replica> {
        let left_over = |folder: &Path| self.others(folder, Some(epoch)).map_or(0, |names| names.len());
        let named = self.folders.iter().map(|folder| Replica {
            place: folder.clone(),
            state: self.look(folder, epoch).0,
            left_over: left_over(folder),
        });
        let retired = self.retired().into_iter().map(|folder| Replica {
            left_over: left_over(&folder),
            place: folder,
            state: ReplicaState::Retired,
        });
        named.chain(retired).collect()
    }

    fn write_off(&self, place: &Path) -> Result<bool, KeyError> {
        if self.folders.iter().any(|folder| folder == place) {
            let rule = "it is still named as a replica; name another first";
            return Err(KeyError::BadName { name: place.display().to_string(), rule });
        }
        self.given.remove(place)
    }

    fn wants_replicas(&self) -> bool {
        true
    }

    fn snapshots_declared(&self) -> bool {
        self.snapshots_declared
    }
}
