//! The key store: makes keys, lends them for a moment, and destroys them for good.

mod health;
mod rotation;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuhi_machine::{DiskError, DiskLock, Machine, random_array};
use zeroize::Zeroizing;

pub use health::{KeyHealth, Warning};
pub use rotation::{EpochEnd, NotShown};

use crate::epoch::{Epoch, EpochKeys, FileEpochs, TokenEpochs, TokenPlace, Wrapped};
use crate::lease::Lease;
use crate::passphrase::Passphrase;
use crate::root::Root;
use crate::secret::{SEALING_ADDS, Secret};
use crate::signer::{LogSigner, Signers};
use crate::wrapped::{Entry, WrappedFile, WrappedFolder};
use crate::{KeyError, KeyId};

/// How many keys [`KeyStore::create_keys`] makes at once.
pub const KEYS_AT_ONCE_LIMIT: usize = 65_536;

/// How many bytes [`KeyStore::seal`] and [`KeyStore::open_sealed`] take at once: 64 MiB.
pub const SEAL_LIMIT_BYTES: usize = 67_108_864;

/// The file that remembers which folders were given epoch keys.
const RECORD: &str = "replicas";

/// Where the parts of a key store are.
#[derive(Clone, Debug)]
pub struct KeyPlaces {
    /// Root, signers and wrapped keys; may be backed up.
    pub folder: PathBuf,
    /// One folder a replica of the epoch keys, on devices of their own; **never** backed up. At least one; the health of
    /// the store warns below two. Without a single whole replica nothing can be opened again.
    pub epoch_replicas: Vec<PathBuf>,
    /// Whether snapshots or backups of a replica folder exist. The end of an epoch then says *destruction not shown*.
    pub snapshots_declared: bool,
}

/// Keys wrapped under the key of an epoch. Safe to share between threads; one process at a time.
#[derive(Debug)]
pub struct KeyStore {
    machine: Machine,
    root: Arc<Root>,
    root_path: PathBuf,
    epochs: Box<dyn EpochKeys>,
    folder: WrappedFolder,
    signers: Signers,
    state: Mutex<State>,
    _lock: Box<dyn DiskLock>,
}

#[derive(Debug)]
struct State {
    epoch: Epoch,
    wrapped: WrappedFile,
    /// Whether a change failed so that memory and disk may differ.
    broken: bool,
}

/// What [`KeyStore::destroy`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destruction {
    /// Keys that are destroyed now, those too that were before.
    pub destroyed: Vec<KeyId>,
    /// Keys that this store does not know.
    pub unknown: Vec<KeyId>,
    /// The epoch whose end also kills copies of the wrapped forms in backups.
    pub epoch: u64,
}

impl KeyStore {
    /// Makes a key store with its epoch keys in files.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exists`] where there is one, [`KeyError::NoReplicas`], and what the disk says.
    pub fn create(machine: &Machine, places: &KeyPlaces, passphrase: &Passphrase) -> Result<Self, KeyError> {
        for folder in &places.epoch_replicas {
            machine.disk.make_folder(folder)?;
        }
        Self::create_with(machine, places, passphrase, |root| Ok(Box::new(files(machine, places, root)?)))
    }

    /// Makes a key store with its epoch keys on a PKCS#11 token; the root file still guards the signers.
    ///
    /// # Errors
    ///
    /// As [`Self::create`], and [`KeyError::Token`].
    pub fn create_on_token(
        machine: &Machine,
        places: &KeyPlaces,
        passphrase: &Passphrase,
        token: &TokenPlace,
    ) -> Result<Self, KeyError> {
        Self::create_with(machine, places, passphrase, |root| Ok(Box::new(on_token(machine, places, root, token)?)))
    }

    fn create_with(
        machine: &Machine,
        places: &KeyPlaces,
        passphrase: &Passphrase,
        epochs: impl FnOnce(Arc<Root>) -> Result<Box<dyn EpochKeys>, KeyError>,
    ) -> Result<Self, KeyError> {
        let disk = &*machine.disk;
        disk.make_folder(&places.folder.join("wrapped"))?;
        let lock = locked(machine, places)?;
        if holds_anything(machine, places)? {
            return Err(KeyError::Exists(places.folder.clone()));
        }
        // What a creation that a crash cut short left behind.
        match disk.remove(&places.folder.join(RECORD)) {
            Ok(()) | Err(DiskError::Missing(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let root = Arc::new(Root::new(machine)?);
        let epochs = epochs(root.clone())?;
        let epoch = Epoch::new(machine, 1)?;
        epochs.make(&epoch)?;
        let folder = WrappedFolder::new(machine, places.folder.join("wrapped"), *root.store());
        folder.prepare(&epoch, &[])?;
        folder.commit(epoch.number)?;
        // Last, for with it the store exists.
        root.write(machine, &places.folder.join("root"), passphrase)?;
        Self::with_epoch(machine, places, root, epochs, folder, lock)
    }

    /// Opens a key store with its epoch keys in files, and ends what a crash cut short: destructions, the end of an
    /// epoch, and the writing of replicas.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoStore`], [`KeyError::WrongPassphrase`], [`KeyError::Damaged`], [`KeyError::EpochKeyMissing`]
    /// naming the folders, [`KeyError::InUse`], and what the disk says.
    pub fn open(machine: &Machine, places: &KeyPlaces, passphrase: &Passphrase) -> Result<Self, KeyError> {
        Self::open_with(machine, places, passphrase, |root| Ok(Box::new(files(machine, places, root)?)))
    }

    /// Opens a key store with its epoch keys on a PKCS#11 token.
    ///
    /// # Errors
    ///
    /// As [`Self::open`], and [`KeyError::Token`].
    pub fn open_on_token(
        machine: &Machine,
        places: &KeyPlaces,
        passphrase: &Passphrase,
        token: &TokenPlace,
    ) -> Result<Self, KeyError> {
        Self::open_with(machine, places, passphrase, |root| Ok(Box::new(on_token(machine, places, root, token)?)))
    }

    fn open_with(
        machine: &Machine,
        places: &KeyPlaces,
        passphrase: &Passphrase,
        epochs: impl FnOnce(Arc<Root>) -> Result<Box<dyn EpochKeys>, KeyError>,
    ) -> Result<Self, KeyError> {
        let path = places.folder.join("root");
        match machine.disk.size(&path) {
            Err(DiskError::Missing(_)) => return Err(KeyError::NoStore(places.folder.clone())),
            other => other?,
        };
        let lock = locked(machine, places)?;
        let root = Arc::new(Root::read(&*machine.disk, &path, passphrase)?);
        let epochs = epochs(root.clone())?;
        let folder = WrappedFolder::new(machine, places.folder.join("wrapped"), *root.store());
        Self::with_epoch(machine, places, root, epochs, folder, lock)
    }

    fn with_epoch(
        machine: &Machine,
        places: &KeyPlaces,
        root: Arc<Root>,
        epochs: Box<dyn EpochKeys>,
        folder: WrappedFolder,
        lock: Box<dyn DiskLock>,
    ) -> Result<Self, KeyError> {
        let number = match folder.epochs() {
            Ok(epochs) => epochs.last().copied(),
            Err(KeyError::Disk(DiskError::Missing(_))) => None,
            Err(error) => return Err(error),
        };
        let number = number.ok_or_else(|| KeyError::Damaged {
            path: places.folder.join("wrapped"),
            what: "it has no file of wrapped keys".to_owned(),
        })?;
        let epoch = folder.epoch(number)?;
        epochs.ready(&epoch)?;
        let wrapped = folder.open(number)?;
        // A process that ended, not the machine, may have left names that are seen but not durable yet.
        folder.settle()?;
        epochs.restore(&epoch);
        epochs.destroy_others(&epoch)?;
        folder.remove_others(number)?;
        let state = Mutex::new(State { epoch, wrapped, broken: false });
        let signers = Signers::new(machine, places.folder.join("signers"), root.clone());
        let root_path = places.folder.join("root");
        Ok(Self { machine: machine.clone(), root, root_path, epochs, folder, signers, state, _lock: lock })
    }

    /// Makes a random key, durable on return.
    ///
    /// # Errors
    ///
    /// As [`Self::create_keys`].
    pub fn create_key(&self) -> Result<KeyId, KeyError> {
        self.create_keys(1)?.first().copied().ok_or(KeyError::Primitive("making a key"))
    }

    /// Makes random keys, all durable on return or none made; costs one sync.
    ///
    /// # Errors
    ///
    /// [`KeyError::TooManyAtOnce`] above [`KEYS_AT_ONCE_LIMIT`], [`KeyError::TooManyKeys`], and what the disk says.
    pub fn create_keys(&self, count: usize) -> Result<Vec<KeyId>, KeyError> {
        if count > KEYS_AT_ONCE_LIMIT {
            return Err(KeyError::TooManyAtOnce { asked: count, limit: KEYS_AT_ONCE_LIMIT });
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut state = self.unbroken()?;
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let id = KeyId(random_array(&*self.machine.randomness)?);
            let key = Secret::random(&*self.machine.randomness)?;
            keys.push((id, self.epochs.wrap(&state.epoch, &self.purpose(&state.epoch, &id), &key)?));
        }
        state.wrapped.add(&keys)?;
        Ok(keys.into_iter().map(|(id, _)| id).collect())
    }

    /// Every key that is not destroyed, in order.
    ///
    /// # Errors
    ///
    /// When an earlier failure left the store unusable.
    pub fn ids(&self) -> Result<Vec<KeyId>, KeyError> {
        let state = self.unbroken()?;
        let kept = |(id, entry): (&KeyId, &Entry)| matches!(entry, Entry::Live(..) | Entry::Damaged(_)).then_some(*id);
        let mut ids: Vec<KeyId> = state.wrapped.entries().iter().filter_map(kept).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Lends a key for a moment; it is wiped when the lease is dropped.
    ///
    /// # Errors
    ///
    /// [`KeyError::Destroyed`], [`KeyError::Unknown`], [`KeyError::DamagedKey`].
    pub fn lease(&self, id: &KeyId) -> Result<Lease, KeyError> {
        Ok(Lease::new(self.secret(id)?))
    }

    /// Destroys keys: that they are destroyed is durable and their wrapped forms are overwritten and synced on return.
    /// May be repeated, also after an error. Copies of the wrapped forms in backups die with the epoch.
    ///
    /// # Errors
    ///
    /// What the disk says; some keys may then be destroyed already.
    pub fn destroy(&self, ids: &[KeyId]) -> Result<Destruction, KeyError> {
        let mut state = self.unbroken()?;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let (destroyed, unknown): (Vec<KeyId>, Vec<KeyId>) =
            ids.into_iter().partition(|id| state.wrapped.entries().contains_key(id));
        state.wrapped.destroy(&destroyed)?;
        Ok(Destruction { destroyed, unknown, epoch: state.epoch.number })
    }

    /// Seals a little data under a key with AES-256-GCM; the random nonce stands before the ciphertext. `aad` is
    /// whatever must be the same when it is opened.
    ///
    /// # Errors
    ///
    /// As [`Self::lease`], and [`KeyError::TooLong`] above [`SEAL_LIMIT_BYTES`].
    pub fn seal(&self, id: &KeyId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyError> {
        if plaintext.len() > SEAL_LIMIT_BYTES {
            return Err(KeyError::TooLong { bytes: plaintext.len(), limit: SEAL_LIMIT_BYTES });
        }
        self.secret(id)?.seal(&*self.machine.randomness, aad, plaintext)
    }

    /// Opens what [`Self::seal`] sealed; wiped on drop.
    ///
    /// # Errors
    ///
    /// As [`Self::lease`], and [`KeyError::DoesNotOpen`] where bytes, key or `aad` differ.
    pub fn open_sealed(&self, id: &KeyId, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if sealed.len() > SEAL_LIMIT_BYTES.saturating_add(SEALING_ADDS) {
            return Err(KeyError::TooLong { bytes: sealed.len(), limit: SEAL_LIMIT_BYTES });
        }
        self.secret(id)?.open(aad, sealed)
    }

    /// The signer of a log, made at its first use. Its seed is sealed under the root, so that it outlives epochs.
    ///
    /// # Errors
    ///
    /// [`KeyError::BadName`], [`KeyError::Damaged`], and what the disk says.
    pub fn signer(&self, name: &str) -> Result<LogSigner, KeyError> {
        self.signers.signer(name)
    }

    /// Seals the root under another passphrase. Copies of the root file in backups still open with the old one.
    ///
    /// # Errors
    ///
    /// What the disk says; then the old passphrase holds.
    pub fn change_passphrase(&self, passphrase: &Passphrase) -> Result<(), KeyError> {
        let _one_at_a_time = self.state();
        self.root.replace(&self.machine, &self.root_path, passphrase)
    }

    fn secret(&self, id: &KeyId) -> Result<Secret, KeyError> {
        let state = self.unbroken()?;
        match state.wrapped.entries().get(id) {
            Some(Entry::Live(_, wrapped)) => self.unwrapped(&state.epoch, id, wrapped),
            Some(Entry::Damaged(_)) => Err(KeyError::DamagedKey(*id)),
            Some(Entry::Destroying(_) | Entry::Destroyed) => Err(KeyError::Destroyed(*id)),
            None => Err(KeyError::Unknown(*id)),
        }
    }

    fn unwrapped(&self, epoch: &Epoch, id: &KeyId, wrapped: &Wrapped) -> Result<Secret, KeyError> {
        self.epochs.unwrap(epoch, &self.purpose(epoch, id), wrapped).map_err(|error| match error {
            KeyError::DoesNotOpen => KeyError::DamagedKey(*id),
            other => other,
        })
    }

    /// What a wrapped key is bound to, so that none can stand in for another.
    fn purpose(&self, epoch: &Epoch, id: &KeyId) -> Vec<u8> {
        [b"shuhi wrapped key 1\n".as_slice(), self.root.store(), &epoch.id, &id.0].concat()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unbroken(&self) -> Result<MutexGuard<'_, State>, KeyError> {
        let state = self.state();
        if state.broken { Err(KeyError::ReopenNeeded) } else { Ok(state) }
    }
}

fn files(machine: &Machine, places: &KeyPlaces, root: Arc<Root>) -> Result<FileEpochs, KeyError> {
    FileEpochs::new(machine, root, &places.epoch_replicas, places.folder.join(RECORD), places.snapshots_declared)
}

fn on_token(
    machine: &Machine,
    places: &KeyPlaces,
    root: Arc<Root>,
    token: &TokenPlace,
) -> Result<TokenEpochs, KeyError> {
    TokenEpochs::new(machine, &root, token, places.snapshots_declared)
}

fn locked(machine: &Machine, places: &KeyPlaces) -> Result<Box<dyn DiskLock>, KeyError> {
    machine.disk.lock(&places.folder.join("lock")).map_err(|error| match error {
        DiskError::Locked(_) => KeyError::InUse(places.folder.clone()),
        other => other.into(),
    })
}

/// Whether a folder holds a key store, or what is left of one: keys or signers without their root.
fn holds_anything(machine: &Machine, places: &KeyPlaces) -> Result<bool, KeyError> {
    let disk = &*machine.disk;
    if disk.size(&places.folder.join("root")).is_ok() {
        return Ok(true);
    }
    let signers = disk.list(&places.folder.join("signers")).unwrap_or_default();
    let wrapped = places.folder.join("wrapped");
    let mut keys = disk.list(&wrapped)?.into_iter().map(|name| disk.size(&wrapped.join(name)));
    // A store whose making a crash cut short has a file with a header only, and may be made again.
    Ok(!signers.is_empty() || keys.any(|size| size.is_ok_and(|size| size > 512)))
}
