//! What can go wrong in the vault.

use shuhi_keys::KeyError;
use shuhi_ledger::LedgerError;
use shuhi_machine::DiskError;
use shuhi_segment::SegmentError;

use crate::counsel::Opinion;

/// Why the vault did not do it. Messages name what was at fault; [`VaultError::help`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A segment.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The catalog.
    #[error("the catalog: {0}")]
    Catalog(redb::Error),
    /// A row of the catalog cannot be read.
    #[error("row `{id}` of the catalog's table `{table}` cannot be read")]
    DamagedRow {
        /// The table.
        table: String,
        /// The row's id.
        id: String,
    },
    /// A file of the vault is not as it was written.
    #[error("`{file}` is damaged: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// There is already something there.
    #[error("`{0}` already holds a vault")]
    AlreadyThere(String),
    /// No vault is there.
    #[error("`{0}` holds no vault")]
    NotThere(String),
    /// The settings or a file a person wrote.
    #[error("{0}")]
    Faults(String),
    /// Facts that the law cannot read.
    #[error("the facts cannot be judged: {0}")]
    Facts(String),
    /// The law does not permit it, or cannot tell.
    #[error("{}", refused(.what, .opinion))]
    NotPermitted {
        /// What was to be done.
        what: String,
        /// What the law says.
        opinion: Box<Opinion>,
    },
    /// A rule of the vault itself forbids it.
    #[error("{what}")]
    Refused {
        /// What and why.
        what: String,
        /// What to do.
        help: String,
    },
    /// Nothing of that id is there.
    #[error("there is no {what} `{id}`")]
    Unknown {
        /// Request, hold, grant, segment, source.
        what: &'static str,
        /// The id.
        id: String,
    },
}

impl VaultError {
    pub(crate) fn damaged_row(table: &str, id: &str) -> Self {
        Self::DamagedRow { table: table.to_owned(), id: id.to_owned() }
    }

    pub(crate) fn refused(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), help: help.into() }
    }

    pub(crate) fn damaged(file: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.into(), what: what.into() }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Disk(DiskError::Full(_)) => "free space and try again; what was acknowledged is safe".to_owned(),
            Self::Disk(DiskError::Locked(_)) => "only one process may change a vault; wait until it is done".to_owned(),
            Self::Disk(_) => "check the disk and the rights on the data folder".to_owned(),
            Self::Catalog(redb::Error::DatabaseAlreadyOpen) => {
                "only one process may change a vault; wait until it is done".to_owned()
            }
            Self::Keys(_) | Self::Ledger(_) | Self::Segment(_) | Self::Catalog(_) | Self::DamagedRow { .. } => {
                "run `shuhi vault verify`; restore the data folder from a backup if it confirms the damage".to_owned()
            }
            Self::Damaged { .. } => "run `shuhi vault verify` to see what is affected".to_owned(),
            Self::AlreadyThere(_) => "name another folder; a vault is never overwritten".to_owned(),
            Self::NotThere(_) => "make one with `shuhi vault init`".to_owned(),
            Self::Faults(_) => "mend the file and try again".to_owned(),
            Self::Facts(_) => "`shuhi schema --facts` lists every fact and when to answer what".to_owned(),
            Self::NotPermitted { opinion, .. } if opinion.missing.is_empty() => {
                "the rules named forbid it; what they require is said by `shuhi law show RULE`".to_owned()
            }
            Self::NotPermitted { opinion, .. } => format!("state what is missing: {}", opinion.missing.join(", ")),
            Self::Refused { help, .. } => help.clone(),
            Self::Unknown { .. } => "`shuhi vault status` lists what there is".to_owned(),
        }
    }
}

fn refused(what: &str, opinion: &Opinion) -> String {
    let rules: Vec<String> =
        opinion.reasons.iter().map(|reason| format!("`{}` ({})", reason.rule, reason.cite)).collect();
    match opinion.answer {
        crate::counsel::Answer::Unknown => format!("{what}: the law cannot tell; undecided: {}", rules.join(", ")),
        _ => format!("{what}: the law does not permit it: {}", rules.join(", ")),
    }
}
