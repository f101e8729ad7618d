//! Quarantine: what could not be read, sealed under a key a policy and day, kept for the policy's period at most and then
//! erased as segments are.

use shuhi_keys::SEAL_LIMIT_BYTES;
use shuhi_machine::replace_durably;
use shuhi_records::{UtcMillis, Window, WindowWidth};

use crate::catalog::{PolicyRow, QuarantineRow, QuarantineState, SealingKeyRow, tables};
use crate::settings::SourceSettings;
use crate::vault::{id_text, key_of};
use crate::verify::hash_of;
use crate::{Vault, VaultError, events};

/// No more of one line is kept.
const LINE_BYTES_MAX: usize = 1024;
/// Lines sealed into one file, so that it stays below what can be sealed at once: a line with its reason has less than
/// 2 KiB.
const LINES_A_FILE: usize = 16_384;
/// How the files of a quarantine end.
const SEALED: &str = ".sealed";

impl Vault {
    /// Seals lines with their reasons; durable on return.
    pub(crate) fn quarantine(&self, source: &SourceSettings, lines: Vec<(Vec<u8>, String)>) -> Result<(), VaultError> {
        if lines.is_empty() {
            return Ok(());
        }
        let (id, key) = self.quarantine_of_today(&source.policy)?;
        let lines: Vec<(Vec<u8>, String)> = lines
            .into_iter()
            .map(|(mut line, reason)| {
                line.truncate(LINE_BYTES_MAX);
                (line, reason)
            })
            .collect();
        for lines in lines.chunks(LINES_A_FILE) {
            let plain =
                postcard::to_stdvec(lines).map_err(|_| VaultError::damaged("quarantine", "it cannot be written"))?;
            let sealed = self.keys.seal(&key_of(&key)?, id.as_bytes(), &plain)?;
            let file = format!("{id}.{}.{}{SEALED}", id_text(self.new_id()?), lines.len());
            replace_durably(&*self.machine.disk, &self.folder.quarantine().join(file), &sealed)?;
        }
        Ok(())
    }

    /// The quarantine of a policy and this day, with its key. It is in the catalog before a file of it is there.
    fn quarantine_of_today(&self, policy: &str) -> Result<(String, String), VaultError> {
        let today = Window::of(self.now(), WindowWidth::Day);
        let view = self.catalog.view()?;
        let all: Vec<(String, QuarantineRow)> = view.all(&tables::QUARANTINES)?;
        let is_it = |row: &QuarantineRow| {
            row.policy == policy && row.day.window() == today && row.state == QuarantineState::Kept
        };
        if let Some((id, row)) = all.into_iter().find(|(_, row)| is_it(row)) {
            return Ok((id, row.key));
        }
        let known: Option<PolicyRow> = view.get(&tables::POLICIES, policy)?;
        let expires_at = known.map_or(Ok(today.end()), |policy| policy.expiry(today))?;
        let (id, key) = (id_text(self.new_id()?), self.keys.create_key()?.to_string());
        let row = QuarantineRow {
            policy: policy.to_owned(),
            day: today.into(),
            state: QuarantineState::Kept,
            key: key.clone(),
            expires_at: expires_at.0,
            lines: 0,
            sha256: [0; 32],
            intent: None,
            receipt: None,
            erased_at: None,
        };
        self.catalog.change(|change| change.put(&tables::QUARANTINES, &id, &row))?;
        Ok((id, key))
    }

    /// How many lines a quarantine has, as its files are named, and the hash of their hashes.
    pub(crate) fn quarantined(&self, id: &str) -> Result<(u64, [u8; 32]), VaultError> {
        let (mut lines, mut hashes) = (0_u64, Vec::new());
        for name in self.quarantine_files(id)? {
            let count = name.strip_suffix(SEALED).and_then(|name| name.rsplit('.').next()?.parse::<u64>().ok());
            lines = lines.saturating_add(count.unwrap_or(0));
            hashes.extend_from_slice(&hash_of(&self.machine, &self.folder.quarantine().join(name))?);
        }
        Ok((lines, events::sha256(&hashes)))
    }

    /// Whether every file of a quarantine opens as it was sealed.
    ///
    /// # Errors
    ///
    /// What is wrong with the first that does not.
    pub(crate) fn open_quarantine(&self, id: &str, row: &QuarantineRow) -> Result<(), VaultError> {
        let key = key_of(&row.key)?;
        self.keys.lease(&key)?;
        for name in self.quarantine_files(id)? {
            let limit_bytes = SEAL_LIMIT_BYTES as u64 * 2;
            let sealed = self.machine.disk.read(&self.folder.quarantine().join(name), limit_bytes)?;
            self.keys.open_sealed(&key, id.as_bytes(), &sealed)?;
        }
        Ok(())
    }

    fn quarantine_files(&self, id: &str) -> Result<Vec<String>, VaultError> {
        let mut names = self.machine.disk.list(&self.folder.quarantine())?;
        names.retain(|name| name.split('.').next() == Some(id) && name.ends_with(SEALED));
        Ok(names)
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
