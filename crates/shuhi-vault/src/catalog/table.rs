//! The tables and how rows are read and written.

use std::marker::PhantomData;

use redb::{ReadableTable, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rows::{
    EpochRow, FindingRow, GrantRow, HoldRow, OpenSetRow, PinRow, PolicyRow, QuarantineRow, ReceivedRow, RequestRow,
    SealingKeyRow, SegmentRow, SourceRow, SpoolRow,
};
use super::{Change, View, catalog};
use crate::VaultError;

/// A table of rows by id.
#[derive(Debug)]
pub struct Table<R> {
    name: &'static str,
    rows: PhantomData<fn() -> R>,
}

impl<R> Table<R> {
    const fn new(name: &'static str) -> Self {
        Self { name, rows: PhantomData }
    }

    const fn definition(&self) -> TableDefinition<'static, &'static str, &'static [u8]> {
        TableDefinition::new(self.name)
    }
}

/// The tables there are.
pub mod tables {
    use super::{
        EpochRow, FindingRow, GrantRow, HoldRow, OpenSetRow, PinRow, PolicyRow, QuarantineRow, ReceivedRow, RequestRow,
        SealingKeyRow, SegmentRow, SourceRow, SpoolRow, Table,
    };

    /// Retention policies by their id in the register.
    pub const POLICIES: Table<PolicyRow> = Table::new("policies");
    /// Spools by id.
    pub const SPOOLS: Table<SpoolRow> = Table::new("spools");
    /// The open set, one row (`now`).
    pub const OPEN_SETS: Table<OpenSetRow> = Table::new("open_sets");
    /// Segments by id, erased ones too.
    pub const SEGMENTS: Table<SegmentRow> = Table::new("segments");
    /// Pins by the id of the hold that set them and the segment, joined with `/`.
    pub const PINS: Table<PinRow> = Table::new("pins");
    /// Holds by id.
    pub const HOLDS: Table<HoldRow> = Table::new("holds");
    /// Requests by id.
    pub const REQUESTS: Table<RequestRow> = Table::new("requests");
    /// Grants by id.
    pub const GRANTS: Table<GrantRow> = Table::new("grants");
    /// Sources by name.
    pub const SOURCES: Table<SourceRow> = Table::new("sources");
    /// How far each file or batch was taken in, by the hash of what names it.
    pub const RECEIVED: Table<ReceivedRow> = Table::new("received");
    /// What could not be read, a row a policy and day, by id.
    pub const QUARANTINES: Table<QuarantineRow> = Table::new("quarantines");
    /// Keys that belong to no case, by what they seal.
    pub const SEALING_KEYS: Table<SealingKeyRow> = Table::new("sealing_keys");
    /// Findings that were raised, by id.
    pub const FINDINGS: Table<FindingRow> = Table::new("findings");
    /// The epoch that the ledger last knew of, one row (`now`).
    pub const EPOCHS: Table<EpochRow> = Table::new("epochs");
}

impl Change<'_> {
    pub(super) fn make_tables(&self) -> Result<(), VaultError> {
        use tables::{
            EPOCHS, FINDINGS, GRANTS, HOLDS, OPEN_SETS, PINS, POLICIES, QUARANTINES, RECEIVED, REQUESTS, SEALING_KEYS,
            SEGMENTS, SOURCES, SPOOLS,
        };
        let names = [
            POLICIES.name,
            SPOOLS.name,
            OPEN_SETS.name,
            SEGMENTS.name,
            PINS.name,
            HOLDS.name,
            REQUESTS.name,
            GRANTS.name,
            SOURCES.name,
            RECEIVED.name,
            QUARANTINES.name,
            SEALING_KEYS.name,
            FINDINGS.name,
            EPOCHS.name,
        ];
        for name in names {
            self.transaction.open_table(TableDefinition::<&str, &[u8]>::new(name)).map_err(catalog)?;
        }
        Ok(())
    }

    /// The row of that id.
    ///
    /// # Errors
    ///
    /// Where the disk fails or the row is of another version.
    pub fn get<R: DeserializeOwned>(&self, table: &Table<R>, id: &str) -> Result<Option<R>, VaultError> {
        let opened = self.transaction.open_table(table.definition()).map_err(catalog)?;
        let found = opened.get(id).map_err(catalog)?;
        found.map(|bytes| decoded(table.name, id, bytes.value())).transpose()
    }

    /// All rows by id.
    ///
    /// # Errors
    ///
    /// Where the disk fails or a row is of another version.
    pub fn all<R: DeserializeOwned>(&self, table: &Table<R>) -> Result<Vec<(String, R)>, VaultError> {
        collected(table.name, &self.transaction.open_table(table.definition()).map_err(catalog)?)
    }

    /// Writes a row, replacing the one of that id.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn put<R: Serialize>(&self, table: &Table<R>, id: &str, row: &R) -> Result<(), VaultError> {
        let bytes = postcard::to_stdvec(row).map_err(|_| VaultError::damaged_row(table.name, id))?;
        let mut opened = self.transaction.open_table(table.definition()).map_err(catalog)?;
        opened.insert(id, bytes.as_slice()).map_err(catalog)?;
        Ok(())
    }

    /// Removes a row.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn remove<R>(&self, table: &Table<R>, id: &str) -> Result<(), VaultError> {
        let mut opened = self.transaction.open_table(table.definition()).map_err(catalog)?;
        opened.remove(id).map_err(catalog)?;
        Ok(())
    }
}

impl View {
    /// The row of that id.
    ///
    /// # Errors
    ///
    /// Where the disk fails or the row is of another version.
    pub fn get<R: DeserializeOwned>(&self, table: &Table<R>, id: &str) -> Result<Option<R>, VaultError> {
        let opened = self.transaction.open_table(table.definition()).map_err(catalog)?;
        let found = opened.get(id).map_err(catalog)?;
        found.map(|bytes| decoded(table.name, id, bytes.value())).transpose()
    }

    /// All rows by id.
    ///
    /// # Errors
    ///
    /// Where the disk fails or a row is of another version.
    pub fn all<R: DeserializeOwned>(&self, table: &Table<R>) -> Result<Vec<(String, R)>, VaultError> {
        collected(table.name, &self.transaction.open_table(table.definition()).map_err(catalog)?)
    }
}

fn collected<R: DeserializeOwned>(
    name: &str,
    table: &impl ReadableTable<&'static str, &'static [u8]>,
) -> Result<Vec<(String, R)>, VaultError> {
    let mut rows = Vec::new();
    for entry in table.iter().map_err(catalog)? {
        let (id, bytes) = entry.map_err(catalog)?;
        rows.push((id.value().to_owned(), decoded(name, id.value(), bytes.value())?));
    }
    Ok(rows)
}

fn decoded<R: DeserializeOwned>(table: &str, id: &str, bytes: &[u8]) -> Result<R, VaultError> {
    postcard::from_bytes(bytes).map_err(|_| VaultError::damaged_row(table, id))
}
