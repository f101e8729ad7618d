//! Files and folders as a disk holds them: what is durable, and what is not yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One file's bytes, found by number so that a name can move without them.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// What is durable.
    pub durable: Vec<u8>,
    /// What a reader sees.
    pub seen: Vec<u8>,
    /// Changes since the last sync, in order.
    pub pending: Vec<Change>,
}

/// One change to a file's bytes.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// Bytes written at an offset.
    Write { offset: usize, bytes: Vec<u8> },
    /// The file was cut or extended.
    Resize { size: usize },
}

impl Change {
    /// Makes the change; of a write only the first `length` bytes arrive.
    pub(super) fn apply(&self, content: &mut Vec<u8>, length: usize) {
        match self {
            Self::Resize { size } => content.resize(*size, 0),
            Self::Write { offset, bytes } => {
                let arrived = bytes.get(..length.min(bytes.len())).unwrap_or(bytes);
                let end = offset.saturating_add(arrived.len());
                if content.len() < end {
                    content.resize(end, 0);
                }
                if let Some(place) = content.get_mut(*offset..end) {
                    place.copy_from_slice(arrived);
                }
            }
        }
    }

    pub(super) fn length(&self) -> usize {
        match self {
            Self::Write { bytes, .. } => bytes.len(),
            Self::Resize { .. } => 0,
        }
    }
}

/// One change to the names in a folder.
#[derive(Clone, Debug)]
pub(super) enum Naming {
    /// A name now stands for a file.
    Set { path: PathBuf, file: u64 },
    /// A file changed its name.
    Moved { from: PathBuf, to: PathBuf, file: u64 },
    /// A name is gone.
    Removed { path: PathBuf },
}

impl Naming {
    pub(super) fn apply(&self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Self::Set { path, file } => {
                names.insert(path.clone(), *file);
            }
            Self::Moved { from, to, file } => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Self::Removed { path } => {
                names.remove(path);
            }
        }
    }

    /// Whether syncing `folder` makes this durable.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        match self {
            Self::Set { path, .. } | Self::Removed { path } | Self::Moved { to: path, .. } => {
                path.parent() == Some(folder)
            }
        }
    }
}
