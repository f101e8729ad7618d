//! The evidence folder: what an inspector needs to follow a scan, each file with its hash.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Why evidence could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The folder holds something already; evidence is never mixed or overwritten.
    #[error("`{}` is not empty; name a new folder for the evidence", .0.display())]
    NotEmpty(PathBuf),
    /// The system refused.
    #[error("cannot write `{}`: {error}", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

/// How the scan was made; kept as `about.json`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct About {
    /// The command line as given, without secrets (they are never on it).
    pub command: Vec<String>,
    /// The program and its version.
    pub program: String,
    /// The browser, or what wrote the capture.
    pub browser: Option<String>,
    /// The destination catalogue's version.
    pub catalogue: String,
    /// The rulebook's hash.
    pub rulebook: String,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// The machine's operating system.
    pub system: String,
}

/// An evidence folder being filled.
#[derive(Debug)]
pub struct Evidence {
    folder: PathBuf,
}

/// A file of an evidence folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceFile {
    /// Its name below the folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl Evidence {
    /// Begins a new folder; one that exists must be empty.
    ///
    /// # Errors
    ///
    /// Where it is not empty, or cannot be made.
    pub fn begin(folder: &Path) -> Result<Self, EvidenceError> {
        let refused = |error| EvidenceError::Write { path: folder.to_path_buf(), error };
        fs::create_dir_all(folder).map_err(refused)?;
        if fs::read_dir(folder).map_err(refused)?.next().is_some() {
            return Err(EvidenceError::NotEmpty(folder.to_path_buf()));
        }
        Ok(Self { folder: folder.to_path_buf() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file below the folder.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), EvidenceError> {
        let path = self.folder.join(name);
        let refused = |error| EvidenceError::Write { path: path.clone(), error };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(refused)?;
        }
        let mut file = File::create_new(&path).map_err(refused)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(refused)
    }

    /// Every file kept so far, in the order of names, with its hash.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn files(&self) -> Result<Vec<EvidenceFile>, EvidenceError> {
        let mut found = Vec::new();
        collect(&self.folder, &self.folder, &mut found)?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Closes the folder with `SHA256SUMS`, in the form that `sha256sum --check` reads.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or the list cannot be written.
    pub fn close(&self) -> Result<(), EvidenceError> {
        let lines: String = self.files()?.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
        self.keep("SHA256SUMS", lines.as_bytes())
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<EvidenceFile>) -> Result<(), EvidenceError> {
    let refused = |path: &Path| {
        let path = path.to_path_buf();
        move |error| EvidenceError::Write { path, error }
    };
    for entry in fs::read_dir(folder).map_err(refused(folder))? {
        let path = entry.map_err(refused(folder))?.path();
        if path.is_dir() {
            collect(root, &path, found)?;
            continue;
        }
        let mut hash = Sha256::new();
        let mut file = File::open(&path).map_err(refused(&path))?;
        let bytes = io::copy(&mut file, &mut hash).map_err(refused(&path))?;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        found.push(EvidenceFile { name, bytes, sha256: hex(&hash.finalize()) });
    }
    Ok(())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_never_mixed_with_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("note.txt"), "mine").unwrap();
        assert!(matches!(Evidence::begin(folder.path()), Err(EvidenceError::NotEmpty(_))));
    }

    #[test]
    fn every_file_is_listed_with_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::begin(&folder.path().join("e")).unwrap();
        evidence.keep("pictures/one.png", b"abc").unwrap();
        evidence.keep("capture.jsonl", b"").unwrap();
        assert!(evidence.keep("capture.jsonl", b"again").is_err());
        evidence.close().unwrap();
        let sums = fs::read_to_string(folder.path().join("e/SHA256SUMS")).unwrap();
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  capture.jsonl\n\
                        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  pictures/one.png\n";
        assert_eq!(sums, expected);
    }
}
