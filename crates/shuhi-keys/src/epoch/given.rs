//! Which folders were ever given epoch keys: a folder that is no longer named may still hold some.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shuhi_machine::{DiskError, Machine, read_optional, replace_durably};

use crate::lines::{LINES_LIMIT_BYTES, Lines, Writer};
use crate::root::Root;
use crate::{KeyError, hexadecimal};

const TITLE: &str = "shuhi folders given epoch keys 1";
const RULE: &str = "the path of a replica folder must be Unicode without control characters, of at most 1024 bytes";
const FOLDERS_LIMIT: usize = 12;

/// The record of folders, `keys/replicas`.
#[derive(Debug)]
pub(super) struct Given {
    machine: Machine,
    path: PathBuf,
    store: String,
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl Given {
    /// Reads the record; there is none before the first epoch.
    pub(super) fn open(machine: &Machine, path: PathBuf, root: &Root) -> Result<Self, KeyError> {
        let store = hexadecimal::encode(root.store());
        let bytes = read_optional(&*machine.disk, &path, LINES_LIMIT_BYTES).map_err(|error| match error {
            DiskError::TooLarge { .. } => damaged(&path, "it is too long".to_owned()),
            other => other.into(),
        })?;
        let folders = bytes.map_or_else(|| Ok(BTreeSet::new()), |bytes| parse(&bytes, &store));
        let folders = Mutex::new(folders.map_err(|what| damaged(&path, what))?);
        Ok(Self { machine: machine.clone(), path, store, folders })
    }

    /// The folders that may hold epoch keys.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        self.guard().clone()
    }

    /// Records durably that a folder is about to be given an epoch key.
    pub(super) fn add(&self, folder: &Path) -> Result<(), KeyError> {
        check(folder)?;
        let mut folders = self.guard();
        if folders.contains(folder) {
            return Ok(());
        }
        let mut more = folders.clone();
        more.insert(folder.to_owned());
        if more.len() > FOLDERS_LIMIT {
            let rule =
                "12 folders were given epoch keys and are not known to be empty: bring some back or write them off";
            return Err(KeyError::BadName { name: folder.display().to_string(), rule });
        }
        self.write(&more)?;
        *folders = more;
        Ok(())
    }

    /// Records durably that a folder holds no epoch key any more; says whether it was recorded.
    pub(super) fn remove(&self, folder: &Path) -> Result<bool, KeyError> {
        let mut folders = self.guard();
        let mut fewer = folders.clone();
        if !fewer.remove(folder) {
            return Ok(false);
        }
        self.write(&fewer)?;
        *folders = fewer;
        Ok(true)
    }

    fn write(&self, folders: &BTreeSet<PathBuf>) -> Result<(), KeyError> {
        let mut file = Writer::new(TITLE);
        file.line("store", &self.store);
        for folder in folders {
            file.line("folder", &folder.display().to_string());
        }
        Ok(replace_durably(&*self.machine.disk, &self.path, &file.finish())?)
    }

    fn guard(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses a path that cannot be written as a line.
pub(super) fn check(folder: &Path) -> Result<(), KeyError> {
    let fits = |text: &str| !text.is_empty() && text.len() <= 1024 && !text.chars().any(char::is_control);
    if folder.to_str().is_some_and(fits) {
        Ok(())
    } else {
        Err(KeyError::BadName { name: folder.display().to_string(), rule: RULE })
    }
}

fn parse(bytes: &[u8], store: &str) -> Result<BTreeSet<PathBuf>, String> {
    let mut lines = Lines::new(TITLE, bytes)?;
    if lines.value("store")? != store {
        return Err("it belongs to another key store".to_owned());
    }
    let mut folders = BTreeSet::new();
    while lines.end().is_err() {
        folders.insert(PathBuf::from(lines.value("folder")?));
    }
    Ok(folders)
}

fn damaged(path: &Path, what: String) -> KeyError {
    KeyError::Damaged { path: path.to_owned(), what }
}
