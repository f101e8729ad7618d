//! The catalog: which windows, segments, holds and grants there are. Nothing in it is personal: no address, no name,
//! no account; times, sizes, hashes and random ids only.
//!
//! It is a `redb` database whose pages go through [`shuhi_machine::Disk`], so that a simulated crash tears them too.

mod backend;
mod rows;
mod table;

use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadTransaction, ReadableDatabase, StorageBackend, WriteTransaction};
use shuhi_machine::Machine;

pub use rows::{
    ClosedState, EpochRow, FindingRow, GrantRow, GrantState, HeldPart, HoldRow, HoldState, KindName, OpenSetRow,
    PinRow, PolicyRow, PurposeRow, QuarantineRow, QuarantineState, ReceivedRow, RequestRow, RequestState,
    SealingKeyRow, SegmentRow, SegmentState, SourceRow, SpoolRow, WindowName,
};
pub use table::{Table, tables};

use crate::VaultError;

/// No catalog is longer where it is read as a copy.
const CATALOG_BYTES_MAX: u64 = 4 << 30;

/// The catalog of a data folder.
pub struct Catalog {
    database: Database,
}

/// What a transaction sees; dropped without [`Catalog::change`] returning `Ok`, nothing of it happens.
pub struct Change<'c> {
    transaction: &'c WriteTransaction,
}

/// A consistent view.
pub struct View {
    transaction: ReadTransaction,
}

impl Catalog {
    /// Opens the catalog at `path`, making it where there is none.
    ///
    /// # Errors
    ///
    /// Where the file is damaged, in use, or the disk fails.
    pub fn open(machine: &Machine, path: &Path) -> Result<Self, VaultError> {
        let file = machine.disk.open(path, true)?;
        if let Some(folder) = path.parent() {
            machine.disk.sync_folder(folder)?;
        }
        let database = Database::builder()
            .create_with_backend(backend::Backend::new(file))
            .map_err(|error| VaultError::Catalog(error.into()))?;
        let catalog = Self { database };
        catalog.change(|change| change.make_tables())?;
        Ok(catalog)
    }

    /// Opens a copy of the catalog at `path` in memory; the file is not changed.
    ///
    /// # Errors
    ///
    /// Where there is none, it is damaged, or the disk fails.
    pub fn open_copy(machine: &Machine, path: &Path) -> Result<Self, VaultError> {
        let bytes = machine.disk.read(path, CATALOG_BYTES_MAX)?;
        let copy = InMemoryBackend::new();
        let written = copy.set_len(bytes.len() as u64).and_then(|()| copy.write(0, &bytes));
        written.map_err(|error| VaultError::damaged(path.display().to_string(), error.to_string()))?;
        let database =
            Database::builder().create_with_backend(copy).map_err(|error| VaultError::Catalog(error.into()))?;
        let catalog = Self { database };
        catalog.change(|change| change.make_tables())?;
        Ok(catalog)
    }

    /// Does several changes at once: all of them durably, or none.
    ///
    /// # Errors
    ///
    /// What `changes` returned, or where the disk fails.
    pub fn change<T>(&self, changes: impl FnOnce(&Change<'_>) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let transaction = self.database.begin_write().map_err(catalog)?;
        let done = changes(&Change { transaction: &transaction });
        match done {
            Ok(done) => {
                transaction.commit().map_err(catalog)?;
                Ok(done)
            }
            Err(error) => {
                // Why it was given up matters more than that giving up failed as well.
                let _ = transaction.abort();
                Err(error)
            }
        }
    }

    /// A consistent view of what is there now.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn view(&self) -> Result<View, VaultError> {
        Ok(View { transaction: self.database.begin_read().map_err(catalog)? })
    }
}

fn catalog(error: impl Into<redb::Error>) -> VaultError {
    VaultError::Catalog(error.into())
}
