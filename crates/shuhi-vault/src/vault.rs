//! The vault itself: opening it, and bringing it back into order after a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex};

use shuhi_keys::{KeyId, KeyPlaces, KeyStore, Passphrase};
use shuhi_ledger::identities::Identities;
use shuhi_ledger::{Event, Ledger};
use shuhi_machine::{DiskLock, Machine, UtcMillis, random_array};
use shuhi_records::{Kind, Window};

use crate::catalog::{
    Catalog, KindName, OpenSetRow, PolicyRow, QuarantineState, SegmentState, SpoolRow, WindowName, tables,
};
use crate::sessions::{OpenFrame, OpenSessions};
use crate::spool::{SpoolReader, SpoolWriter};
use crate::{Folder, JudgedPolicy, Settings, VaultError, events};

/// The name under which the one open set stands in the catalog.
pub(crate) const OPEN_SET: &str = "now";

/// Under what name the key store keeps the key that signs the ledger; the log's own name may have dots and slashes.
const LOG_SIGNER: &str = "ledger";

/// A data folder that this process may change.
pub struct Vault {
    pub(crate) machine: Machine,
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    pub(crate) keys: KeyStore,
    pub(crate) ledger: Ledger,
    pub(crate) catalog: Catalog,
    pub(crate) sessions: OpenSessions,
    pub(crate) journal: Option<SpoolWriter>,
    pub(crate) spools: BTreeMap<SpoolName, (String, SpoolWriter, SpoolRow)>,
    /// Who is enrolled, so far as the ledger was read, and the next leaf to read.
    pub(crate) identities: Mutex<Option<(Identities, u64)>>,
    /// Something failed halfway: what is in memory is no longer what the catalog says.
    pub(crate) unsettled: bool,
    #[cfg(feature = "planted-faults")]
    pub(crate) planted: crate::sweep::Planted,
    _lock: Box<dyn DiskLock>,
}

/// Which spool a record belongs in.
pub(crate) type SpoolName = (Kind, String, Window);

impl Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Vault {
    /// Makes a new vault in an empty data folder, apart from its settings.
    ///
    /// # Errors
    ///
    /// [`VaultError::AlreadyThere`] where there is one, and what disk, keys and ledger say.
    pub fn create(
        machine: &Machine,
        folder: Folder,
        settings: Settings,
        passphrase: &Passphrase,
    ) -> Result<Self, VaultError> {
        for place in folder.all() {
            machine.disk.make_folder(&place)?;
        }
        let lock = machine.disk.lock(&folder.lock())?;
        if machine.disk.size(&folder.catalog()).is_ok() {
            return Err(VaultError::AlreadyThere(folder.root().display().to_string()));
        }
        let keys = KeyStore::create(machine, &places(&folder, &settings), passphrase)?;
        let signer = keys.signer(LOG_SIGNER)?;
        let mut ledger = Ledger::create(machine, &folder.ledger(), &settings.log, Arc::new(signer))?;
        ledger.append(&[events::opened(&settings.log, machine.now())], &keys)?;
        let catalog = Catalog::open(machine, &folder.catalog())?;
        Self::with(machine, folder, settings, keys, ledger, catalog, lock)
    }

    /// Opens a vault, and finishes or takes back what a crash interrupted.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotThere`] where there is none, [`shuhi_machine::DiskError::Locked`] where another process has it
    /// open, and what disk, keys and ledger say.
    pub fn open(
        machine: &Machine,
        folder: Folder,
        settings: Settings,
        passphrase: &Passphrase,
    ) -> Result<Self, VaultError> {
        if machine.disk.size(&folder.catalog()).is_err() {
            return Err(VaultError::NotThere(folder.root().display().to_string()));
        }
        // Backups leave out folders that are empty.
        for place in folder.all() {
            machine.disk.make_folder(&place)?;
        }
        let lock = machine.disk.lock(&folder.lock())?;
        let keys = KeyStore::open(machine, &places(&folder, &settings), passphrase)?;
        let signer = keys.signer(LOG_SIGNER)?;
        let ledger = Ledger::open(machine, &folder.ledger(), &settings.log, Arc::new(signer))?;
        let catalog = Catalog::open(machine, &folder.catalog())?;
        Self::with(machine, folder, settings, keys, ledger, catalog, lock)
    }

    fn with(
        machine: &Machine,
        folder: Folder,
        settings: Settings,
        keys: KeyStore,
        ledger: Ledger,
        catalog: Catalog,
        lock: Box<dyn DiskLock>,
    ) -> Result<Self, VaultError> {
        let mut vault = Self {
            machine: machine.clone(),
            folder,
            settings,
            keys,
            ledger,
            catalog,
            sessions: OpenSessions::default(),
            journal: None,
            spools: BTreeMap::new(),
            identities: Mutex::new(None),
            unsettled: false,
            #[cfg(feature = "planted-faults")]
            planted: crate::sweep::Planted::default(),
            _lock: lock,
        };
        vault.resume_spools()?;
        vault.resume_sessions()?;
        vault.remove_strays()?;
        vault.announce_segments()?;
        // Before anything more is destroyed: its receipt belongs to the epoch that has begun.
        vault.resume_epoch()?;
        vault.resume_erasures()?;
        vault.resume_holds()?;
        Ok(vault)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> UtcMillis {
        self.machine.now()
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The key that verifies the ledger; to be handed to whoever is to check it.
    #[must_use]
    pub fn verifier_key(&self) -> &shuhi_ledger::VerifierKey {
        self.ledger.verifier_key()
    }

    /// Adopts those of the register's policies that the law permits; returns the others with what is against them.
    ///
    /// A policy that is shorter than before shortens what exists, a longer one never extends it.
    ///
    /// # Errors
    ///
    /// What disk and ledger say.
    pub fn adopt(&mut self, judged: &[JudgedPolicy]) -> Result<Vec<JudgedPolicy>, VaultError> {
        let (lawful, refused): (Vec<&JudgedPolicy>, Vec<&JudgedPolicy>) =
            judged.iter().partition(|policy| policy.is_lawful() && policy.policy.is_some());
        let view = self.catalog.view()?;
        let mut news = Vec::new();
        for judged in lawful {
            let Some(policy) = &judged.policy else { continue };
            let known: Option<PolicyRow> = view.get(&tables::POLICIES, &judged.id)?;
            let same = |known: &PolicyRow| {
                (&known.period, &known.purposes, &known.rulebook)
                    == (&policy.period, &policy.purposes, &policy.rulebook)
            };
            if !known.as_ref().is_some_and(same) {
                news.push((judged.id.clone(), policy.clone()));
            }
        }
        let gone: Vec<String> = refused.iter().map(|policy| policy.id.clone()).collect();
        if !news.is_empty() {
            let now = self.now();
            let events: Vec<Event> = news.iter().map(|(id, policy)| events::adopted(id, policy, now)).collect();
            self.ledger.append(&events, &self.keys)?;
        }
        self.catalog.change(|change| {
            for (id, policy) in &news {
                change.put(&tables::POLICIES, id, policy)?;
                for (segment, mut row) in change.all(&tables::SEGMENTS)? {
                    shorten(&mut row.expires_at, id, &row.policy, policy, row.window)?;
                    change.put(&tables::SEGMENTS, &segment, &row)?;
                }
                for (spool, mut row) in change.all(&tables::SPOOLS)? {
                    shorten(&mut row.expires_at, id, &row.policy, policy, row.window)?;
                    change.put(&tables::SPOOLS, &spool, &row)?;
                }
                for (quarantine, mut row) in change.all(&tables::QUARANTINES)? {
                    shorten(&mut row.expires_at, id, &row.policy, policy, row.day)?;
                    change.put(&tables::QUARANTINES, &quarantine, &row)?;
                }
            }
            // What the law no longer permits takes nothing in any more; what it took in expires on its day.
            gone.iter().try_for_each(|id| change.remove(&tables::POLICIES, id))
        })?;
        for (_, _, row) in self.spools.values_mut() {
            if let Some((id, policy)) = news.iter().find(|(id, _)| *id == row.policy) {
                shorten(&mut row.expires_at, id, &row.policy.clone(), policy, row.window)?;
            }
        }
        Ok(refused.into_iter().cloned().collect())
    }

    /// The id of something new.
    pub(crate) fn new_id(&self) -> Result<[u8; 16], VaultError> {
        Ok(random_array(&*self.machine.randomness)?)
    }

    /// Takes spools and sessions back to what the catalog says, after something failed halfway.
    pub(crate) fn settle(&mut self) -> Result<(), VaultError> {
        if self.unsettled {
            self.spools.clear();
            self.sessions = OpenSessions::default();
            self.journal = None;
            self.resume_spools()?;
            self.resume_sessions()?;
            self.remove_strays()?;
            self.unsettled = false;
        }
        Ok(())
    }

    fn resume_spools(&mut self) -> Result<(), VaultError> {
        for (id, row) in self.catalog.view()?.all::<SpoolRow>(&tables::SPOOLS)? {
            let path = self.folder.spool(&id);
            let key = self.keys.lease(&key_of(&row.key)?)?;
            let writer = SpoolWriter::resume(&self.machine, &path, id_of(&id)?, key.bytes(), row.acknowledged)?;
            self.spools.insert(name_of(&row)?, (id, writer, row));
        }
        Ok(())
    }

    fn resume_sessions(&mut self) -> Result<(), VaultError> {
        let Some(row) = self.catalog.view()?.get::<OpenSetRow>(&tables::OPEN_SETS, OPEN_SET)? else {
            return self.carry_sessions_over();
        };
        let path = self.folder.open_set(row.generation);
        let id = open_set_id(row.generation);
        let key = self.keys.lease(&key_of(&row.key)?)?;
        let mut reader = SpoolReader::open(&self.machine, &path, id, key.bytes(), row.acknowledged)?;
        let damaged = || VaultError::damaged(path.display().to_string(), "it holds something else than sessions");
        while let Some(frame) = reader.next_frame()? {
            let frame = OpenFrame::decode(&frame).ok_or_else(damaged)?;
            self.sessions.replay(&frame).ok_or_else(damaged)?;
        }
        self.journal = Some(SpoolWriter::resume(&self.machine, &path, id, key.bytes(), row.acknowledged)?);
        Ok(())
    }

    /// Writes the open sessions into a new file under a new key and destroys the old one.
    pub(crate) fn carry_sessions_over(&mut self) -> Result<(), VaultError> {
        let former: Option<OpenSetRow> = self.catalog.view()?.get(&tables::OPEN_SETS, OPEN_SET)?;
        let (row, writer) = self.new_open_set(former.as_ref())?;
        self.catalog.change(|change| change.put(&tables::OPEN_SETS, OPEN_SET, &row))?;
        self.journal = Some(writer);
        self.forget_open_set(former)
    }

    pub(crate) fn new_open_set(&self, former: Option<&OpenSetRow>) -> Result<(OpenSetRow, SpoolWriter), VaultError> {
        let generation = former.map_or(0, |former| former.generation + 1);
        let key = self.keys.create_key()?;
        let lease = self.keys.lease(&key)?;
        let path = self.folder.open_set(generation);
        let mut writer = SpoolWriter::create(&self.machine, &path, open_set_id(generation), lease.bytes())?;
        for frame in self.sessions.carried() {
            let bytes =
                frame.encode().map_err(|_| VaultError::damaged(path.display().to_string(), "it cannot be written"))?;
            writer.append(bytes)?;
        }
        let acknowledged = writer.sync()?;
        Ok((OpenSetRow { generation, key: key.to_string(), acknowledged }, writer))
    }

    pub(crate) fn forget_open_set(&self, former: Option<OpenSetRow>) -> Result<(), VaultError> {
        let Some(former) = former else { return Ok(()) };
        self.keys.destroy(&[key_of(&former.key)?])?;
        self.remove_file(&self.folder.open_set(former.generation), &self.folder.spools())
    }

    /// Removes a file that nothing names any more; nothing happens where it is gone.
    pub(crate) fn remove_file(&self, path: &std::path::Path, folder: &std::path::Path) -> Result<(), VaultError> {
        match self.machine.disk.remove(path) {
            Ok(()) => Ok(self.machine.disk.sync_folder(folder)?),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Destroys keys and removes files that a crash left behind before the catalog knew of them, or after it knew them
    /// no more.
    fn remove_strays(&self) -> Result<(), VaultError> {
        let known = self.known()?;
        let stray: Vec<KeyId> =
            self.keys.ids()?.into_iter().filter(|id| !known.keys.contains(&id.to_string())).collect();
        if !stray.is_empty() {
            self.keys.destroy(&stray)?;
        }
        for (folder, files) in [
            (self.folder.spools(), &known.spools),
            (self.folder.segments(), &known.segments),
            (self.folder.holds(), &known.holds),
            (self.folder.quarantine(), &known.quarantines),
        ] {
            for name in self.machine.disk.list(&folder)? {
                // Sidecars share the first part of their segment's name. What was not renamed was never acknowledged.
                let stem = name.split('.').next().unwrap_or_default();
                if !files.contains(stem) || name.ends_with(".new") {
                    self.remove_file(&folder.join(&name), &folder)?;
                }
            }
        }
        Ok(())
    }

    fn known(&self) -> Result<Known, VaultError> {
        let view = self.catalog.view()?;
        let mut known = Known::default();
        for (id, row) in view.all(&tables::SPOOLS)? {
            known.keys.insert(row.key);
            known.spools.insert(id);
        }
        for (_, row) in view.all(&tables::OPEN_SETS)? {
            known.keys.insert(row.key);
            known.spools.insert(format!("open-{}", row.generation));
        }
        for (id, row) in view.all(&tables::SEGMENTS)? {
            if row.state != SegmentState::Erased {
                known.keys.insert(row.key);
                known.segments.insert(id);
            }
        }
        for (_, row) in view.all(&tables::HOLDS)? {
            known.keys.insert(row.case_key);
            for part in row.parts.into_iter().filter(|part| part.receipt.is_none()) {
                known.keys.insert(part.key);
                known.holds.insert(part.segment);
            }
        }
        for (_, row) in view.all(&tables::REQUESTS)? {
            known.keys.insert(row.case_key);
            known.keys.extend(row.answer_key);
        }
        for (id, row) in view.all(&tables::QUARANTINES)? {
            if row.state != QuarantineState::Erased {
                known.keys.insert(row.key);
                known.quarantines.insert(id);
            }
        }
        for (_, row) in view.all(&tables::SEALING_KEYS)? {
            known.keys.insert(row.key);
        }
        Ok(known)
    }
}

#[derive(Default)]
struct Known {
    keys: BTreeSet<String>,
    spools: BTreeSet<String>,
    segments: BTreeSet<String>,
    holds: BTreeSet<String>,
    quarantines: BTreeSet<String>,
}

fn places(folder: &Folder, settings: &Settings) -> KeyPlaces {
    KeyPlaces {
        folder: folder.keys(),
        epoch_replicas: settings.replicas.iter().map(|replica| folder.root().join(replica)).collect(),
        snapshots_declared: settings.snapshots,
    }
}

fn shorten(expires_at: &mut i64, id: &str, of: &str, policy: &PolicyRow, window: WindowName) -> Result<(), VaultError> {
    if id == of {
        *expires_at = (*expires_at).min(policy.expiry(window.window())?.0);
    }
    Ok(())
}

pub(crate) fn key_of(text: &str) -> Result<KeyId, VaultError> {
    text.parse().map_err(|_| VaultError::damaged("catalog", format!("`{text}` is not the id of a key")))
}

/// The bytes of an id that stands as hexadecimal text.
pub(crate) fn id_of(text: &str) -> Result<[u8; 16], VaultError> {
    let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
    number.map(u128::to_be_bytes).ok_or_else(|| VaultError::damaged("catalog", format!("`{text}` is not an id")))
}

/// An id as text.
pub(crate) fn id_text(id: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(id))
}

pub(crate) fn open_set_id(generation: u64) -> [u8; 16] {
    (u128::MAX - u128::from(generation)).to_be_bytes()
}

pub(crate) fn kind_of(name: &KindName) -> Result<Kind, VaultError> {
    name.kind().ok_or_else(|| VaultError::damaged("catalog", format!("{name:?} is not a kind this version knows")))
}

fn name_of(row: &SpoolRow) -> Result<SpoolName, VaultError> {
    Ok((kind_of(&row.kind)?, row.policy.clone(), row.window.window()))
}
