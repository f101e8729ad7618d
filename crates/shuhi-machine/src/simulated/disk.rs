//! A disk in memory that crashes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::state::{Change, Content, Naming};
use crate::disk::{Disk, DiskError, DiskFile, DiskLock, DiskResult};

/// Faults of a disk or of a program that forgets a sync, planted to see whether a simulation notices.
#[derive(Clone, Debug, Default)]
pub struct Carelessness {
    /// [`DiskFile::sync`] does nothing for files below a folder of this name.
    pub files_not_synced_below: Option<String>,
    /// [`Disk::sync_folder`] does nothing.
    pub folders_not_synced: bool,
}

/// A disk in memory. Every operation that changes something is a step; [`SimulatedDisk::crash_after`] ends the machine
/// at one of them, [`SimulatedDisk::restart`] starts it again with what a real disk might have kept.
#[derive(Debug)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    names: BTreeMap<PathBuf, u64>,
    durable_names: BTreeMap<PathBuf, u64>,
    namings: Vec<Naming>,
    contents: BTreeMap<u64, Content>,
    folders: BTreeSet<PathBuf>,
    locks: BTreeSet<PathBuf>,
    next: u64,
    /// Counts restarts, so that files opened before a crash stay dead.
    life: u64,
    steps: u64,
    crash_at: Option<u64>,
    fail_at: Option<u64>,
    crashed: bool,
    capacity: Option<u64>,
    careless: Carelessness,
    chance: ChaCha12Rng,
}

impl SimulatedDisk {
    /// An empty disk; what survives a crash follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            namings: Vec::new(),
            contents: BTreeMap::new(),
            folders: BTreeSet::new(),
            locks: BTreeSet::new(),
            next: 0,
            life: 0,
            steps: 0,
            crash_at: None,
            fail_at: None,
            crashed: false,
            capacity: None,
            careless: Carelessness::default(),
            chance: ChaCha12Rng::seed_from_u64(seed),
        })))
    }

    /// Crashes the machine at the step that follows `steps` more; that step may happen in part.
    pub fn crash_after(&self, steps: u64) {
        let mut state = self.state();
        state.crash_at = Some(state.steps.saturating_add(steps));
    }

    /// Fails the step that follows `steps` more as a full disk does, once; the machine goes on.
    pub fn fail_after(&self, steps: u64) {
        let mut state = self.state();
        state.fail_at = Some(state.steps.saturating_add(steps));
    }

    /// Lets files have at most `bytes` together; `None` lifts it.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state().capacity = bytes;
    }

    /// Plants faults.
    pub fn be_careless(&self, careless: Carelessness) {
        self.state().careless = careless;
    }

    /// How many steps were made since the disk was new.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    /// Whether the machine has crashed and not been started again.
    #[must_use]
    pub fn has_crashed(&self) -> bool {
        self.state().crashed
    }

    /// Ends the machine now and starts it again: of what was not synced any part may be there, whole, torn or not.
    pub fn restart(&self) {
        let mut state = self.state();
        state.lose_what_was_not_synced();
        state.crashed = false;
        state.crash_at = None;
        state.fail_at = None;
        state.locks.clear();
        state.life += 1;
    }

    /// Every file that a thief of the disk could read now, with what was overwritten or removed but not yet synced.
    #[must_use]
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let state = self.state();
        let bytes = |file: &u64| state.contents.get(file).map(|content| content.seen.clone()).unwrap_or_default();
        state.names.iter().map(|(path, file)| (path.clone(), bytes(file))).collect()
    }

    /// A copy of the disk as a backup would make it, without the folders that `left_out` names; always durable.
    #[must_use]
    pub fn backup(&self, left_out: &dyn Fn(&Path) -> bool) -> Vec<(PathBuf, Vec<u8>)> {
        self.files().into_iter().filter(|(path, _)| !left_out(path)).collect()
    }

    /// Puts a file there, durably, as an administrator would from a backup.
    pub fn put(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let file = state.fresh();
        let content = Content { durable: bytes.to_vec(), seen: bytes.to_vec(), pending: Vec::new() };
        state.contents.insert(file, content);
        state.names.insert(path.to_owned(), file);
        state.durable_names.insert(path.to_owned(), file);
        let above: Vec<PathBuf> = path.ancestors().skip(1).map(Path::to_owned).collect();
        state.folders.extend(above);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        guard(&self.0)
    }
}

fn guard(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn alive(&self) -> DiskResult<()> {
        if self.crashed { Err(DiskError::Crashed) } else { Ok(()) }
    }

    /// Counts a step; says whether the machine ends at it.
    fn step(&mut self, path: &Path) -> DiskResult<bool> {
        self.alive()?;
        let now = self.steps;
        self.steps += 1;
        if self.fail_at.is_some_and(|at| at <= now) {
            self.fail_at = None;
            return Err(DiskError::Full(path.to_owned()));
        }
        let ends = self.crash_at.is_some_and(|at| at <= now);
        self.crashed |= ends;
        Ok(ends)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.chance.next_u64() % bound).unwrap_or(0)
    }

    fn change(&mut self, file: u64, path: &Path, change: Change) -> DiskResult<()> {
        let ends = self.step(path)?;
        self.room_for(file, path, &change)?;
        let arrived = if ends { self.below(change.length() + 1) } else { change.length() };
        if let Some(content) = self.contents.get_mut(&file) {
            change.apply(&mut content.seen, arrived);
            content.pending.push(change);
        }
        if ends { Err(DiskError::Crashed) } else { Ok(()) }
    }

    fn room_for(&self, file: u64, path: &Path, change: &Change) -> DiskResult<()> {
        let Some(capacity) = self.capacity else { return Ok(()) };
        let others: usize = self.names.values().filter(|other| **other != file).map(|other| self.length(*other)).sum();
        let grown = match change {
            Change::Write { offset, bytes } => self.length(file).max(offset.saturating_add(bytes.len())),
            Change::Resize { size } => *size,
        };
        let fits = u64::try_from(others.saturating_add(grown)).is_ok_and(|needed| needed <= capacity);
        if fits || grown <= self.length(file) { Ok(()) } else { Err(DiskError::Full(path.to_owned())) }
    }

    fn length(&self, file: u64) -> usize {
        self.contents.get(&file).map_or(0, |content| content.seen.len())
    }

    fn name(&mut self, path: &Path, naming: Naming) -> DiskResult<()> {
        let ends = self.step(path)?;
        naming.apply(&mut self.names);
        self.namings.push(naming);
        if ends { Err(DiskError::Crashed) } else { Ok(()) }
    }

    fn lose_what_was_not_synced(&mut self) {
        for naming in std::mem::take(&mut self.namings) {
            if self.below(2) == 0 {
                naming.apply(&mut self.durable_names);
            }
        }
        self.names = self.durable_names.clone();
        let files: Vec<u64> = self.contents.keys().copied().collect();
        for file in files {
            let Some(mut content) = self.contents.remove(&file) else { continue };
            for change in std::mem::take(&mut content.pending) {
                match self.below(3) {
                    0 => {}
                    1 => change.apply(&mut content.durable, change.length()),
                    _ => {
                        let torn = self.below(change.length() + 1);
                        change.apply(&mut content.durable, torn);
                    }
                }
            }
            content.seen = content.durable.clone();
            if self.names.values().any(|named| *named == file) {
                self.contents.insert(file, content);
            }
        }
    }
}

impl Disk for SimulatedDisk {
    fn make_folder(&self, folder: &Path) -> DiskResult<()> {
        let mut state = self.state();
        state.alive()?;
        let all: Vec<PathBuf> = folder.ancestors().map(Path::to_owned).collect();
        state.folders.extend(all);
        Ok(())
    }

    fn list(&self, folder: &Path) -> DiskResult<Vec<String>> {
        let state = self.state();
        state.alive()?;
        if !state.folders.contains(folder) {
            return Err(DiskError::Missing(folder.to_owned()));
        }
        let inside = state.names.keys().chain(&state.folders).filter(|path| path.parent() == Some(folder));
        let names: BTreeSet<String> =
            inside.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
        Ok(names.into_iter().collect())
    }

    fn size(&self, path: &Path) -> DiskResult<u64> {
        let state = self.state();
        state.alive()?;
        let file = state.names.get(path).ok_or_else(|| DiskError::Missing(path.to_owned()))?;
        Ok(u64::try_from(state.length(*file)).unwrap_or(u64::MAX))
    }

    fn open(&self, path: &Path, create: bool) -> DiskResult<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.alive()?;
        if let Some(file) = state.names.get(path) {
            return Ok(self.handle(*file, path, &state));
        }
        if !create {
            return Err(DiskError::Missing(path.to_owned()));
        }
        self.made(path, &mut state)
    }

    fn create(&self, path: &Path) -> DiskResult<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.alive()?;
        if state.names.contains_key(path) {
            return Err(DiskError::Exists(path.to_owned()));
        }
        self.made(path, &mut state)
    }

    fn rename(&self, from: &Path, to: &Path) -> DiskResult<()> {
        let mut state = self.state();
        state.alive()?;
        let file = *state.names.get(from).ok_or_else(|| DiskError::Missing(from.to_owned()))?;
        state.name(from, Naming::Moved { from: from.to_owned(), to: to.to_owned(), file })
    }

    fn remove(&self, path: &Path) -> DiskResult<()> {
        let mut state = self.state();
        state.alive()?;
        if !state.names.contains_key(path) {
            return Err(DiskError::Missing(path.to_owned()));
        }
        state.name(path, Naming::Removed { path: path.to_owned() })
    }

    fn sync_folder(&self, folder: &Path) -> DiskResult<()> {
        let mut state = self.state();
        if state.step(folder)? {
            return Err(DiskError::Crashed);
        }
        if state.careless.folders_not_synced {
            return Ok(());
        }
        let (synced, rest): (Vec<Naming>, Vec<Naming>) =
            std::mem::take(&mut state.namings).into_iter().partition(|naming| naming.is_in(folder));
        state.namings = rest;
        for naming in synced {
            naming.apply(&mut state.durable_names);
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> DiskResult<Box<dyn DiskLock>> {
        let mut state = self.state();
        state.alive()?;
        if !state.locks.insert(path.to_owned()) {
            return Err(DiskError::Locked(path.to_owned()));
        }
        Ok(Box::new(SimulatedLock { state: Arc::downgrade(&self.0), path: path.to_owned(), life: state.life }))
    }
}

impl SimulatedDisk {
    fn made(&self, path: &Path, state: &mut State) -> DiskResult<Box<dyn DiskFile>> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if !state.folders.contains(folder) {
            return Err(DiskError::Missing(folder.to_owned()));
        }
        let file = state.fresh();
        state.contents.insert(file, Content::default());
        state.name(path, Naming::Set { path: path.to_owned(), file })?;
        Ok(self.handle(file, path, state))
    }

    fn handle(&self, file: u64, path: &Path, state: &State) -> Box<dyn DiskFile> {
        Box::new(SimulatedFile { state: self.0.clone(), file, path: path.to_owned(), life: state.life })
    }
}

#[derive(Debug)]
struct SimulatedFile {
    state: Arc<Mutex<State>>,
    file: u64,
    path: PathBuf,
    life: u64,
}

impl SimulatedFile {
    fn alive(&self) -> DiskResult<MutexGuard<'_, State>> {
        let state = guard(&self.state);
        state.alive()?;
        if state.life == self.life { Ok(state) } else { Err(DiskError::Crashed) }
    }
}

impl DiskFile for SimulatedFile {
    fn size(&self) -> DiskResult<u64> {
        Ok(u64::try_from(self.alive()?.length(self.file)).unwrap_or(u64::MAX))
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> DiskResult<()> {
        let state = self.alive()?;
        let end = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let too_short = || DiskError::TooShort { path: self.path.clone(), end };
        let start = usize::try_from(offset).map_err(|_| too_short())?;
        let content = state.contents.get(&self.file).ok_or_else(too_short)?;
        let part = content.seen.get(start..start.saturating_add(bytes.len())).ok_or_else(too_short)?;
        bytes.copy_from_slice(part);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> DiskResult<()> {
        let offset = usize::try_from(offset).map_err(|_| DiskError::Full(self.path.clone()))?;
        self.alive()?.change(self.file, &self.path, Change::Write { offset, bytes: bytes.to_vec() })
    }

    fn set_size(&self, size: u64) -> DiskResult<()> {
        let size = usize::try_from(size).map_err(|_| DiskError::Full(self.path.clone()))?;
        self.alive()?.change(self.file, &self.path, Change::Resize { size })
    }

    fn sync(&self) -> DiskResult<()> {
        let mut state = self.alive()?;
        if state.step(&self.path)? {
            return Err(DiskError::Crashed);
        }
        let careless = state.careless.files_not_synced_below.as_deref();
        if careless.is_some_and(|name| self.path.components().any(|part| part.as_os_str() == name)) {
            return Ok(());
        }
        if let Some(content) = state.contents.get_mut(&self.file) {
            for change in std::mem::take(&mut content.pending) {
                change.apply(&mut content.durable, change.length());
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
struct SimulatedLock {
    state: Weak<Mutex<State>>,
    path: PathBuf,
    life: u64,
}

impl DiskLock for SimulatedLock {}

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        let Some(state) = self.state.upgrade() else { return };
        let mut state = guard(&state);
        if state.life == self.life {
            state.locks.remove(&self.path);
        }
    }
}
