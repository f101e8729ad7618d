//! Opening a data folder: its settings, its register, its passphrase, and waiting for one's turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use shuhi_keys::{KeyError, Passphrase};
use shuhi_law::Rulebook;
use shuhi_ledger::LedgerError;
use shuhi_machine::{DiskError, Machine};
use shuhi_register::Register;
use shuhi_source::{Faults, Sources};
use shuhi_vault::{Folder, Settings, Vault, VaultError};

use crate::args::Common;
use crate::args::vault::{Opening, Place};
use crate::failure::{Failure, report_faults};
use crate::files::{add_files, read_text, rulebook};
use crate::secrets::passphrase;

/// How often a process that waits looks whether it is its turn.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A data folder with what opens it, so that it can be opened again.
pub struct Opener {
    pub machine: Machine,
    pub folder: Folder,
    pub settings: Settings,
    passphrase: Passphrase,
    wait: Duration,
}

/// Reads the settings and asks for the passphrase.
pub fn opener(place: &Place, common: &Common) -> Result<Opener, Failure> {
    opener_at(&place.folder, &place.opening, common)
}

/// As [`opener`], of a folder.
pub fn opener_at(folder: &Path, opening: &Opening, common: &Common) -> Result<Opener, Failure> {
    let name = folder.display().to_string();
    let folder = Folder::new(folder);
    if !folder.settings().is_file() || !folder.catalog().is_file() {
        return Err(VaultError::NotThere(name).into());
    }
    let settings = settings(&folder)?;
    let passphrase = passphrase(&name, opening.passphrase_file.as_deref(), common)?;
    Ok(Opener { machine: Machine::real(), folder, settings, passphrase, wait: Duration::from_secs(opening.wait) })
}

/// Opens the vault of a data folder.
pub fn open(place: &Place, common: &Common) -> Result<Vault, Failure> {
    opener(place, common)?.open()
}

impl Opener {
    /// Opens the vault, waiting its turn where another process has it open.
    pub fn open(&self) -> Result<Vault, Failure> {
        let started = Instant::now();
        let mut asked = None;
        loop {
            match self.try_open() {
                Err(error) if is_in_use(&error) && started.elapsed() < self.wait => {
                    asked.get_or_insert_with(|| Turn::ask(&self.folder));
                    sleep(LOOK_EVERY);
                }
                opened => return Ok(opened?),
            }
        }
    }

    /// Opens the vault once more after having let others have their turn, however long that takes them.
    pub fn open_again(&self, stopped: impl Fn() -> bool) -> Result<Option<Vault>, Failure> {
        loop {
            match self.try_open() {
                Err(error) if is_in_use(&error) && stopped() => return Ok(None),
                Err(error) if is_in_use(&error) => sleep(LOOK_EVERY),
                opened => return Ok(Some(opened?)),
            }
        }
    }

    fn try_open(&self) -> Result<Vault, VaultError> {
        Vault::open(&self.machine, self.folder.clone(), self.settings.clone(), &self.passphrase)
    }

    /// Whether another process asked for its turn.
    pub fn is_wanted(&self) -> bool {
        Turn::path(&self.folder).exists()
    }
}

fn is_in_use(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::Disk(DiskError::Locked(_))
            | VaultError::Keys(KeyError::InUse(_) | KeyError::Disk(DiskError::Locked(_)))
            | VaultError::Ledger(LedgerError::Disk(DiskError::Locked(_)))
    )
}

/// A process that listens lets go of the vault for a moment when it sees this file.
struct Turn(PathBuf);

impl Turn {
    fn path(folder: &Folder) -> PathBuf {
        folder.root().join("lock.wanted")
    }

    fn ask(folder: &Folder) -> Self {
        let path = Self::path(folder);
        // Where it cannot be written nobody gives way, and waiting ends with the lock's own error.
        let _ = fs::write(&path, "");
        Self(path)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The settings of a data folder.
pub fn settings(folder: &Folder) -> Result<Settings, Failure> {
    let path = folder.settings();
    let name = path.display().to_string();
    let mut sources = Sources::new();
    let file = sources.add(name.clone(), read_text(&path, &name)?);
    let mut faults = Faults::new();
    let settings = Settings::read(&sources, file, &mut faults);
    settings.ok_or_else(|| Failure::Faults(Box::new(sources), faults))
}

/// The law, and the operator's register as of a date.
pub struct Law {
    pub rulebook: Rulebook,
    pub register: Arc<Register>,
}

/// Reads the register that the settings name.
pub fn law(folder: &Folder, settings: &Settings, on: Date, common: &Common) -> Result<Law, Failure> {
    law_of(&folder.root().join(&settings.register), on, common)
}

/// The law with the register in a folder.
pub fn law_of(path: &Path, on: Date, common: &Common) -> Result<Law, Failure> {
    let rulebook = rulebook(common)?;
    let mut sources = Sources::new();
    let files = add_files(path, &mut sources)?;
    if files.is_empty() {
        let message =
            (format!("`{}` に登録簿がない", path.display()), format!("`{}` holds no register", path.display()));
        return Err(Failure::said(
            message,
            (
                "vault.yaml に、そこから見た登録簿のフォルダを書くこと",
                "name the register's folder in vault.yaml, relative to vault.yaml",
            ),
        ));
    }
    let mut faults = Faults::new();
    let Some(register) = Register::load(&sources, &files, &rulebook, on, &mut faults) else {
        return Err(Failure::Faults(Box::new(sources), faults));
    };
    report_faults(&sources, &faults);
    Ok(Law { rulebook, register: Arc::new(register) })
}

/// Today in Japan by the machine's clock: what is done to a vault is judged by the law of the day it is done.
pub fn today(common: &Common, machine: &Machine) -> Result<Date, Failure> {
    let now = jiff::Timestamp::from_millisecond(machine.now().0).ok();
    let today = now.map(|now| jiff::tz::Offset::constant(9).to_datetime(now).date());
    let today = today.ok_or_else(|| {
        Failure::said(
            ("時計が日付を示していない", "the clock shows no date"),
            ("機械の時計を合わせること", "set the machine's clock"),
        )
    })?;
    if common.at == today {
        return Ok(today);
    }
    let message = (
        format!("保管庫が動くのは今日 {today} であって {} ではない", common.at),
        format!("a vault acts today, {today}, not as of {}", common.at),
    );
    Err(Failure::said(
        message,
        (
            "`--at` を外すこと。ほかの日については `shuhi decide` が答える",
            "leave `--at` out; `shuhi decide` answers for other dates",
        ),
    ))
}
