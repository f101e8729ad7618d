//! Where things are in a data folder.

use std::path::{Path, PathBuf};

/// A data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The data folder at `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings a person wrote.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.root.join("vault.yaml")
    }

    /// Held by the one process that may change the vault.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Windows, states, sizes, hashes.
    #[must_use]
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog.redb")
    }

    /// The root file and the wrapped keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The replica of the epoch keys that is inside the data folder; never to be backed up.
    #[must_use]
    pub fn epoch_keys(&self) -> PathBuf {
        self.root.join("keys").join("epoch")
    }

    /// How far the ledger was verified.
    #[must_use]
    pub fn verified(&self) -> PathBuf {
        self.root.join("verified")
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    /// What is acknowledged and not yet in a segment.
    #[must_use]
    pub fn spools(&self) -> PathBuf {
        self.root.join("spool")
    }

    /// A spool by its id.
    #[must_use]
    pub fn spool(&self, id: &str) -> PathBuf {
        self.spools().join(format!("{id}.spool"))
    }

    /// The sessions that have not ended, by generation.
    #[must_use]
    pub fn open_set(&self, generation: u64) -> PathBuf {
        self.spools().join(format!("open-{generation}.spool"))
    }

    /// Sealed segments.
    #[must_use]
    pub fn segments(&self) -> PathBuf {
        self.root.join("segments")
    }

    /// A segment by its id.
    #[must_use]
    pub fn segment(&self, id: &str) -> PathBuf {
        self.segments().join(format!("{id}.parquet"))
    }

    /// Records held beyond their period.
    #[must_use]
    pub fn holds(&self) -> PathBuf {
        self.root.join("holds")
    }

    /// The held records of a hold.
    #[must_use]
    pub fn hold(&self, id: &str) -> PathBuf {
        self.holds().join(format!("{id}.parquet"))
    }

    /// Lines that could not be read, sealed.
    #[must_use]
    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// Signed requests and approvals.
    #[must_use]
    pub fn requests(&self) -> PathBuf {
        self.root.join("requests")
    }

    /// Answers, sealed to who asked.
    #[must_use]
    pub fn answers(&self) -> PathBuf {
        self.root.join("answers")
    }

    /// The folders a new vault needs.
    #[must_use]
    pub fn all(&self) -> Vec<PathBuf> {
        vec![
            self.root.clone(),
            self.keys(),
            self.ledger(),
            self.spools(),
            self.segments(),
            self.holds(),
            self.quarantine(),
            self.requests(),
            self.answers(),
        ]
    }
}
