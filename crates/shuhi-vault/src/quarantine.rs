//! Quarantine: what could not be read, sealed under a key a day, kept for the source's period at most.

use shuhi_machine::replace_durably;
use shuhi_records::{UtcMillis, Window, WindowWidth};

use crate::catalog::{PolicyRow, SealingKeyRow, tables};
use crate::settings::SourceSettings;
use crate::vault::{id_text, key_of};
use crate::{Vault, VaultError};

/// No more of one line is kept.
const LINE_BYTES_MAX: usize = 1024;

impl Vault {
    /// Seals lines with their reasons; durable on return.
    pub(crate) fn quarantine(&self, source: &SourceSettings, lines: Vec<(Vec<u8>, String)>) -> Result<(), VaultError> {
        if lines.is_empty() {
            return Ok(());
        }
        let today = Window::of(self.now(), WindowWidth::Day);
        let name = format!("quarantine/{}/{today}", source.policy);
        let view = self.catalog.view()?;
        let key = match view.get::<SealingKeyRow>(&tables::SEALING_KEYS, &name)? {
            Some(row) => key_of(&row.key)?,
            None => {
                let key = self.keys.create_key()?;
                let policy: Option<PolicyRow> = view.get(&tables::POLICIES, &source.policy)?;
                let expires_at = policy.map_or(Ok(today.end()), |policy| policy.expiry(today))?;
                let row = SealingKeyRow { key: key.to_string(), expires_at: expires_at.0 };
                self.catalog.change(|change| change.put(&tables::SEALING_KEYS, &name, &row))?;
                key
            }
        };
        let lines: Vec<(Vec<u8>, String)> = lines
            .into_iter()
            .map(|(mut line, reason)| {
                line.truncate(LINE_BYTES_MAX);
                (line, reason)
            })
            .collect();
        let plain =
            postcard::to_stdvec(&lines).map_err(|_| VaultError::damaged("quarantine", "it cannot be written"))?;
        let sealed = self.keys.seal(&key, name.as_bytes(), &plain)?;
        let file = format!("{today}.{}.sealed", id_text(self.new_id()?));
        Ok(replace_durably(&*self.machine.disk, &self.folder.quarantine().join(file), &sealed)?)
    }

    /// Destroys keys that seal what belongs to no case and whose time is over.
    pub(crate) fn expire_sealing_keys(&self, now: UtcMillis) -> Result<u64, VaultError> {
        let rows: Vec<(String, SealingKeyRow)> = self.catalog.view()?.all(&tables::SEALING_KEYS)?;
        let mut destroyed = 0;
        for (name, row) in rows.iter().filter(|(_, row)| row.expires_at <= now.0) {
            self.keys.destroy(&[key_of(&row.key)?])?;
            self.catalog.change(|change| change.remove(&tables::SEALING_KEYS, name))?;
            destroyed += 1;
        }
        Ok(destroyed)
    }
}
