//! Everything that ends a command early: told on standard error, exit status 2.

use std::io;

use shuhi_keys::KeyError;
use shuhi_law::vocabulary::{Bilingual, Language};
use shuhi_ledger::LedgerError;
use shuhi_machine::DiskError;
use shuhi_vault::VaultError;

use shuhi_source::{Faults, Severity, Sources, render};

use crate::told;

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
    /// The same, in both languages.
    #[error("{}", what.en)]
    Said {
        /// What is wrong.
        what: Bilingual,
        /// What to do.
        help: Bilingual,
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

    /// A mistake, and what to do about it, each in Japanese and English.
    pub fn said(what: (impl Into<String>, impl Into<String>), help: (impl Into<String>, impl Into<String>)) -> Self {
        let bilingual = |ja: String, en: String| Bilingual { ja, en };
        Self::Said { what: bilingual(what.0.into(), what.1.into()), help: bilingual(help.0.into(), help.1.into()) }
    }

    /// Tells the user on standard error.
    pub fn report(&self, language: Language) {
        match self {
            Self::Faults(sources, faults) => report_faults(sources, faults),
            Self::Usage { message, help } => {
                tell(message, help.as_deref());
            }
            Self::Said { what, help } => tell(what.in_language(language), Some(help.in_language(language))),
            Self::File { action, path, error } => {
                let what = match language {
                    Language::Japanese => format!("`{path}` {}: {error}", told::action(action)),
                    Language::English => self.to_string(),
                };
                tell(&what, told::file_help(error.kind(), language));
            }
            Self::Vault(error) => tell(&told::vault(error, language), Some(&told::vault_help(error, language))),
            Self::Keys(error) => tell(&told::keys(error, language), None),
            Self::Ledger(error) => tell(&told::ledger(error, language), None),
            Self::Disk(error) => tell(&told::disk(error, language), told::disk_help(error, language)),
            other => eprintln!("error: {other}"),
        }
    }
}

fn tell(what: &str, help: Option<&str>) {
    eprintln!("error: {what}");
    if let Some(help) = help {
        eprintln!("  help: {help}");
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
