//! Everything that ends a command early: told on standard error, exit status 2.

use std::io;

use shuhi_keys::KeyError;
use shuhi_ledger::LedgerError;
use shuhi_machine::DiskError;
use shuhi_vault::VaultError;

use shuhi_source::{Faults, Severity, Sources, render};

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Faults in files, each with its place.
    #[error("faults in the input")]
    Faults(Box<Sources>, Faults),
    /// A file or folder that cannot be read or written.
    #[error("cannot {action} `{path}`: {error}")]
    File {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// Where.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// Something the user wrote on the command line.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// The program itself is damaged.
    #[error(transparent)]
    Program(#[from] shuhi_rulebook::EmbeddedError),
    /// What the vault says, with its own remedy.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What keys and identities say; their messages end with the remedy.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// What the ledger says.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What the disk says.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Whoever read our output closed it, which is no error of theirs or ours.
    #[error("output closed")]
    ClosedPipe,
    /// Standard output could not be written.
    #[error("cannot write the output: {0}")]
    Output(io::Error),
}

impl Failure {
    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// Tells the user on standard error.
    pub fn report(&self) {
        match self {
            Self::Faults(sources, faults) => report_faults(sources, faults),
            Self::Usage { message, help } => {
                eprintln!("error: {message}");
                if let Some(help) = help {
                    eprintln!("  help: {help}");
                }
            }
            Self::File { error, .. } => {
                eprintln!("error: {self}");
                if let Some(help) = file_help(error.kind()) {
                    eprintln!("  help: {help}");
                }
            }
            Self::Vault(error) => {
                eprintln!("error: {error}");
                eprintln!("  help: {}", vault_help(error));
            }
            Self::Disk(error) => {
                eprintln!("error: {error}");
                if let Some(help) = disk_help(error) {
                    eprintln!("  help: {help}");
                }
            }
            other => eprintln!("error: {other}"),
        }
    }
}

/// What to do about a file or folder that cannot be used.
fn file_help(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::NotFound => {
            Some("check the spelling; a path that does not begin with `/` starts at the current folder")
        }
        io::ErrorKind::PermissionDenied => Some("ask for the right to use it, or name another"),
        io::ErrorKind::NotADirectory => Some("a part of the path is a file; name a folder there"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some("make room, or name another folder"),
        io::ErrorKind::ReadOnlyFilesystem => Some("name a folder that can be written"),
        _ => None,
    }
}

/// A passphrase that does not open and a folder in use are no damage, whatever they come wrapped in.
fn vault_help(error: &VaultError) -> String {
    match error {
        VaultError::Keys(KeyError::WrongPassphrase(_)) => {
            "give the passphrase that `shuhi vault init` was given; nobody can reset it".to_owned()
        }
        VaultError::Keys(KeyError::Disk(error)) | VaultError::Disk(error) => {
            disk_help(error).unwrap_or("check the disk and the rights on the data folder").to_owned()
        }
        other => other.help(),
    }
}

fn disk_help(error: &DiskError) -> Option<&'static str> {
    match error {
        DiskError::Missing(_) => file_help(io::ErrorKind::NotFound),
        DiskError::Exists(_) => Some("name another file; nothing is overwritten"),
        DiskError::Locked(_) => Some("only one process may change a vault; wait until it is done, or give `--wait`"),
        DiskError::Full(_) => Some("free space and try again; what was acknowledged is safe"),
        DiskError::System { error, .. } => file_help(error.kind()),
        _ => None,
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ClosedPipe } else { Self::Output(error) }
    }
}

/// All faults with their places, and a line of counts.
pub fn report_faults(sources: &Sources, faults: &Faults) {
    let sorted = faults.clone().sorted();
    for fault in &sorted {
        eprintln!("{}\n", render(fault, sources));
    }
    let errors = sorted.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = sorted.len() - errors;
    if errors > 0 {
        let warned = if warnings > 0 { format!(", {}", counted(warnings, "warning")) } else { String::new() };
        eprintln!("{}{warned}; nothing was done", counted(errors, "error"));
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
