use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use shuhi_catalogue_format::{Content, Rules, SET_BYTES_MAX, Set, fingerprint};
use shuhi_source::{Fault, Faults, FileId, Sources, limits, render};

use crate::Catalogue;
use crate::catalogue::OwnFrom;
use crate::index::Index;

/// Files that may be laid over the catalogue.
pub const FILES_MAX: usize = 2_000;
/// Folders inside one another.
const FOLDER_DEPTH_MAX: usize = 16;

/// Why a folder could not be laid over the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// A file or folder cannot be read.
    #[error("`{}` cannot be read: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There are too many files, or folders too deep.
    #[error("`{}` has more than {FILES_MAX} files or folders more than {FOLDER_DEPTH_MAX} deep; name the folder of the entries", .0.display())]
    TooMuch(PathBuf),
    /// The files have faults.
    #[error("{0}")]
    Faulty(Box<Faulty>),
}

/// The faults of files with what is needed to show them.
#[derive(Debug)]
pub struct Faulty {
    /// What is wrong.
    pub faults: Faults,
    /// The files.
    pub sources: Sources,
}

impl fmt::Display for Faulty {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> =
            self.faults.clone().sorted().iter().map(|fault| render(fault, &self.sources)).collect();
        out.write_str(&shown.join("\n\n"))
    }
}

impl Catalogue {
    /// Lays a folder over the catalogue: `*.yaml` with recipients, services and modules, `*.tsv` with imported lists, at any
    /// depth. An entry with the id of one below replaces it; others are added. `today` bounds the dates of pages read.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be read, is too large, or has faults; these tell file, line and what to do.
    pub fn with_overlay(self, folder: &Path, today: Date) -> Result<Self, OverlayError> {
        let mut paths = Vec::new();
        collect(folder, 0, &mut paths)?;
        if paths.len() > FILES_MAX {
            return Err(OverlayError::TooMuch(folder.to_owned()));
        }
        paths.sort();
        let (mut sources, mut faults) = (Sources::new(), Faults::new());
        let (mut entries, mut lists) = (Vec::new(), Vec::new());
        for path in paths {
            let list = path.extension().is_some_and(|ending| ending == "tsv");
            let Some(file) = add(&path, list, &mut sources, &mut faults)? else { continue };
            if list { lists.push(file) } else { entries.push(file) }
        }
        let laid = self.laid_over(&sources, &entries, &lists, today, &mut faults);
        if faults.has_errors() { Err(OverlayError::Faulty(Box::new(Faulty { faults, sources }))) } else { Ok(laid) }
    }

    /// The same from texts: `entries` are files of YAML, `lists` are sets. Where `faults` has an error afterwards, what had
    /// one is missing.
    pub fn laid_over(
        mut self,
        sources: &Sources,
        entries: &[FileId],
        lists: &[FileId],
        today: Date,
        faults: &mut Faults,
    ) -> Self {
        let rules = Rules { vocabulary: &self.vocabulary, today };
        let own = Content::read(sources, entries, Some(&self.content), rules, faults);
        let Content { recipients, services, modules } = &mut self.content;
        self.own_from = OwnFrom {
            recipients: lay(recipients, own.recipients, self.own_from.recipients, |entry| &entry.id),
            services: lay(services, own.services, self.own_from.services, |entry| &entry.id),
            modules: lay(modules, own.modules, self.own_from.modules, |entry| &entry.id),
        };
        self.sets.extend(lists.iter().filter_map(|file| Set::read(sources, *file, faults)));
        let texts = sources.iter().map(|(_, file)| (file.name(), file.text()));
        self.version = fingerprint(std::iter::once(("", self.version.as_str())).chain(texts));
        self.index = Index::of(&self.content, &self.sets);
        self
    }
}

/// Replaces entries of the same id and adds the others at the end; returns where the operator's own entries begin.
fn lay<T>(below: &mut Vec<T>, own: Vec<T>, own_from: usize, id: fn(&T) -> &String) -> usize {
    let mut at = 0;
    let mut removed = 0;
    below.retain(|entry| {
        let stays = !own.iter().any(|laid| id(laid) == id(entry));
        if !stays && at < own_from {
            removed += 1;
        }
        at += 1;
        stays
    });
    below.extend(own);
    own_from.saturating_sub(removed)
}

fn add(path: &Path, list: bool, sources: &mut Sources, faults: &mut Faults) -> Result<Option<FileId>, OverlayError> {
    let unreadable = |error| OverlayError::Unreadable { path: path.to_owned(), error };
    let limit = if list { SET_BYTES_MAX } else { limits::FILE_BYTES_MAX };
    let name = path.display().to_string();
    if fs::metadata(path).map_err(unreadable)?.len() > limit as u64 {
        let fault = Fault::general(format!("`{name}` is larger than the limit of {limit} bytes"));
        faults.push(fault.help("split it into several files"));
        return Ok(None);
    }
    match String::from_utf8(fs::read(path).map_err(unreadable)?) {
        Ok(text) => Ok(Some(sources.add(name, text))),
        Err(_) => {
            faults.push(Fault::general(format!("`{name}` is not UTF-8")).help("save it as UTF-8"));
            Ok(None)
        }
    }
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), OverlayError> {
    let unreadable = |error| OverlayError::Unreadable { path: folder.to_owned(), error };
    if depth > FOLDER_DEPTH_MAX || found.len() > FILES_MAX {
        return Err(OverlayError::TooMuch(folder.to_owned()));
    }
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect(&path, depth + 1, found)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "tsv") {
            found.push(path);
        }
    }
    Ok(())
}
