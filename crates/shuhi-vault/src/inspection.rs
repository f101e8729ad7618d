//! What a simulation looks at from outside the vault. Compiled under the feature `planted-faults` only.

use std::path::Path;

use shuhi_keys::KeyStore;
use shuhi_machine::Machine;
use shuhi_records::Columns;

use crate::VaultError;
use crate::catalog::SpoolRow;
use crate::spool::{SpoolReader, codec};
use crate::vault::{id_of, key_of, kind_of};

/// Everything acknowledged in the spool at `path`, opened with a key store that need not be the vault's own.
///
/// # Errors
///
/// Where its key is destroyed or the file is damaged.
pub fn spooled(
    machine: &Machine,
    path: &Path,
    id: &str,
    row: &SpoolRow,
    keys: &KeyStore,
) -> Result<Columns, VaultError> {
    let kind = kind_of(&row.kind)?;
    let mut columns = Columns::new(kind);
    let key = keys.lease(&key_of(&row.key)?)?;
    if row.acknowledged == 0 {
        return Ok(columns);
    }
    let mut reader = SpoolReader::open(machine, path, id_of(id)?, key.bytes(), row.acknowledged)?;
    while let Some(frame) = reader.next_frame()? {
        let frame = codec::decode(kind, &frame);
        let frame = frame.ok_or_else(|| VaultError::damaged(path.display().to_string(), "it holds other records"))?;
        columns.append(frame);
    }
    Ok(columns)
}
