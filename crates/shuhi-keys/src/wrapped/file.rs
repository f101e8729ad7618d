//! Files of wrapped keys on disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use shuhi_machine::{DiskError, DiskFile, Machine};

use super::format::{self, BODY, BODY_AT, Body, FILE_LIMIT_BYTES, HEADER, RECORDS_LIMIT, Record, place};
use crate::epoch::{Epoch, Wrapped};
use crate::{KeyError, KeyId};

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It can be unwrapped; the wrapped form stands in this record.
    Live(usize, Wrapped),
    /// Its wrapped form was altered.
    Damaged(usize),
    /// It is destroyed, but its wrapped form in this record is not overwritten yet.
    Destroying(usize),
    /// It is destroyed.
    Destroyed,
}

/// The folder of the files, one an epoch.
#[derive(Debug)]
pub(crate) struct WrappedFolder {
    machine: Machine,
    folder: PathBuf,
    store: [u8; 16],
}

impl WrappedFolder {
    pub(crate) fn new(machine: &Machine, folder: PathBuf, store: [u8; 16]) -> Self {
        Self { machine: machine.clone(), folder, store }
    }

    /// The file of an epoch.
    pub(crate) fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:012}"))
    }

    /// Epochs that have a file, in order.
    pub(crate) fn epochs(&self) -> Result<Vec<u64>, KeyError> {
        let names = self.machine.disk.list(&self.folder)?;
        let number = |name: &String| name.parse().ok().filter(|number: &u64| format!("{number:012}") == *name);
        Ok(names.iter().filter_map(number).collect())
    }

    /// Writes the file of an epoch beside its place; [`Self::commit`] puts it there.
    pub(crate) fn prepare(&self, epoch: &Epoch, records: &[Record]) -> Result<(), KeyError> {
        let disk = &*self.machine.disk;
        let file = disk.open(&self.fresh(epoch.number), true)?;
        file.set_size(0)?;
        file.write_at(0, &format::header(&self.store, epoch, records.len()))?;
        file.write_at(HEADER as u64, &format::batch(0, records))?;
        Ok(file.sync()?)
    }

    /// Puts a prepared file in its place: from then on its epoch is the current one.
    pub(crate) fn commit(&self, number: u64) -> Result<(), KeyError> {
        self.machine.disk.rename(&self.fresh(number), &self.path(number))?;
        self.settle()
    }

    /// Makes the names in the folder durable.
    pub(crate) fn settle(&self) -> Result<(), KeyError> {
        Ok(self.machine.disk.sync_folder(&self.folder)?)
    }

    /// Removes the files of all epochs but one, half-written ones too.
    pub(crate) fn remove_others(&self, kept: u64) -> Result<(), KeyError> {
        let disk = &*self.machine.disk;
        let kept = format!("{kept:012}");
        for name in disk.list(&self.folder)? {
            if name != kept && is_ours(&name) {
                disk.remove(&self.folder.join(name))?;
            }
        }
        self.settle()
    }

    /// The epoch of a file.
    pub(crate) fn epoch(&self, number: u64) -> Result<Epoch, KeyError> {
        let path = self.path(number);
        let file = self.machine.disk.open(&path, false)?;
        let mut header = [0; HEADER];
        file.read_at(0, &mut header).map_err(|error| match error {
            DiskError::TooShort { .. } => damaged(&path, "its header is cut"),
            other => other.into(),
        })?;
        let (epoch, _) = format::read_header(&self.store, &header).map_err(|what| damaged(&path, &what))?;
        if epoch.number == number { Ok(epoch) } else { Err(damaged(&path, "it was renamed")) }
    }

    /// Opens the file of an epoch; ends destructions that a crash cut short.
    pub(crate) fn open(&self, number: u64) -> Result<WrappedFile, KeyError> {
        WrappedFile::open(&self.machine, self.path(number), &self.store)
    }

    fn fresh(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:012}.new"))
    }
}

fn is_ours(name: &str) -> bool {
    let number = name.strip_suffix(".new").unwrap_or(name);
    number.len() >= 12 && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn damaged(path: &Path, what: &str) -> KeyError {
    KeyError::Damaged { path: path.to_owned(), what: what.to_owned() }
}

/// The file of the current epoch.
#[derive(Debug)]
pub(crate) struct WrappedFile {
    file: Box<dyn DiskFile>,
    entries: HashMap<KeyId, Entry>,
    records: usize,
    batch: u32,
    /// Whether an append failed, so that bytes may stand behind the last record.
    untidy: bool,
}

impl WrappedFile {
    fn open(machine: &Machine, path: PathBuf, store: &[u8; 16]) -> Result<Self, KeyError> {
        let bytes = machine.disk.read(&path, FILE_LIMIT_BYTES).map_err(|error| match error {
            DiskError::TooLarge { .. } => damaged(&path, "it is too long"),
            other => other.into(),
        })?;
        let parsed = format::parse(store, &bytes).map_err(|what| damaged(&path, &what))?;
        let file = machine.disk.open(&path, false)?;
        // What was read may not be durable yet where only the process ended, not the machine.
        if file.size()? != parsed.end() {
            file.set_size(parsed.end())?;
        }
        file.sync()?;
        let entries = folded(&parsed.records).map_err(|what| damaged(&path, what))?;
        let mut opened = Self { file, entries, records: parsed.records.len(), batch: parsed.batch, untidy: false };
        opened.overwrite_destroyed()?;
        Ok(opened)
    }

    pub(crate) fn entries(&self) -> &HashMap<KeyId, Entry> {
        &self.entries
    }

    /// Adds keys, durably; all or none.
    pub(crate) fn add(&mut self, keys: &[(KeyId, Wrapped)]) -> Result<(), KeyError> {
        let records: Vec<Record> = keys.iter().map(|(id, wrapped)| Record::Key(*id, *wrapped)).collect();
        let first = self.records;
        self.append(&records)?;
        for (index, (id, wrapped)) in keys.iter().enumerate() {
            self.entries.insert(*id, Entry::Live(first + index, *wrapped));
        }
        Ok(())
    }

    /// Destroys keys that are live or damaged: first that they are destroyed is made durable, then each wrapped form is
    /// overwritten and that made durable. May be called again after an error.
    pub(crate) fn destroy(&mut self, keys: &[KeyId]) -> Result<(), KeyError> {
        let mut records = Vec::new();
        let mut places = Vec::new();
        for id in keys {
            if let Some(Entry::Live(record, _) | Entry::Damaged(record)) = self.entries.get(id) {
                records.push(Record::Destroyed(*id));
                places.push((*id, *record));
            }
        }
        if !records.is_empty() {
            self.append(&records)?;
        }
        for (id, record) in places {
            self.entries.insert(id, Entry::Destroying(record));
        }
        self.overwrite_destroyed()
    }

    fn overwrite_destroyed(&mut self) -> Result<(), KeyError> {
        let destroying = |(id, entry): (&KeyId, &Entry)| match entry {
            Entry::Destroying(record) => Some((*id, *record)),
            _ => None,
        };
        let mut places: Vec<(KeyId, usize)> = self.entries.iter().filter_map(destroying).collect();
        if places.is_empty() {
            return Ok(());
        }
        places.sort_unstable_by_key(|(_, record)| *record);
        for (_, record) in &places {
            self.file.write_at(place(*record).saturating_add(BODY_AT as u64), &[0; BODY])?;
        }
        self.file.sync()?;
        for (id, _) in places {
            self.entries.insert(id, Entry::Destroyed);
        }
        Ok(())
    }

    fn append(&mut self, records: &[Record]) -> Result<(), KeyError> {
        let total = self.records.saturating_add(records.len());
        let batch = self.batch.checked_add(1).filter(|_| total <= RECORDS_LIMIT);
        let batch = batch.ok_or(KeyError::TooManyKeys { limit: RECORDS_LIMIT })?;
        if self.untidy {
            self.file.set_size(place(self.records))?;
            self.file.sync()?;
        }
        self.untidy = true;
        self.file.write_at(place(self.records), &format::batch(batch, records))?;
        self.file.sync()?;
        self.untidy = false;
        self.records = total;
        self.batch = batch;
        Ok(())
    }
}

fn folded(records: &[Record]) -> Result<HashMap<KeyId, Entry>, &'static str> {
    let mut entries = HashMap::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        match record {
            Record::Key(id, wrapped) => {
                if entries.insert(*id, Entry::Live(index, *wrapped)).is_some() {
                    return Err("it names a key twice");
                }
            }
            Record::Broken(id, _) => {
                if entries.insert(*id, Entry::Damaged(index)).is_some() {
                    return Err("it names a key twice");
                }
            }
            Record::Destroyed(id) => {
                let before = entries.insert(*id, Entry::Destroyed);
                let overwritten = |at: usize| matches!(records.get(at), Some(Record::Broken(_, Body::Overwritten)));
                match before {
                    Some(Entry::Live(at, _) | Entry::Damaged(at)) if !overwritten(at) => {
                        entries.insert(*id, Entry::Destroying(at));
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(entries)
}
