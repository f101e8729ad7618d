//! Reading what the user names: files and folders, with limits and clear refusals.

use std::fs;
use std::path::{Path, PathBuf};

use shuhi_law::{Proof, Rulebook};
use shuhi_register::decode;

use shuhi_source::{Faults, FileId, Sources};

use crate::args::Common;
use crate::failure::Failure;

/// Levels of folders that are searched.
const FOLDER_DEPTH_MAX: usize = 16;
/// Files of one folder that are read.
const FILES_MAX: usize = 10_000;

/// The YAML files of a folder and below it, or the one file named, in the order of their names.
pub fn yaml_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if path.is_dir() {
        collect(path, 0, &["yaml", "yml"], &mut found)?;
    } else {
        found.push(path.to_path_buf());
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, depth: usize, endings: &[&str], found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if depth > FOLDER_DEPTH_MAX {
        let message = format!("folders below `{}` are nested more than {FOLDER_DEPTH_MAX} deep", folder.display());
        return Err(Failure::usage(message, "name a folder that holds the register itself"));
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let wanted = path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known));
        if hidden || path.is_symlink() && path.is_dir() {
            continue;
        }
        if path.is_dir() {
            collect(&path, depth + 1, endings, found)?;
        } else if wanted {
            found.push(path);
        }
        if found.len() > FILES_MAX {
            let message = format!("`{}` holds more than {FILES_MAX} YAML files", folder.display());
            return Err(Failure::usage(message, "name the folder of one register"));
        }
    }
    Ok(())
}

/// The text of a file, refused where it is too large or not UTF-8.
pub fn read_text(path: &Path, name: &str) -> Result<String, Failure> {
    let size = fs::metadata(path).map_err(|error| unreadable(path, error))?.len();
    if size > shuhi_source::limits::FILE_BYTES_MAX as u64 {
        let limit = shuhi_source::limits::FILE_BYTES_MAX;
        let message = format!("`{name}` has {size} bytes; the limit is {limit}");
        return Err(Failure::usage(message, "split it into several files"));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, error))?;
    decode(bytes, name).map_err(|fault| {
        let mut faults = Faults::new();
        faults.push(fault);
        Failure::Faults(Box::default(), faults)
    })
}

/// Adds the YAML files of a path to the sources; names are as the user would write them.
pub fn add_files(path: &Path, sources: &mut Sources) -> Result<Vec<FileId>, Failure> {
    let mut ids = Vec::new();
    for file in yaml_files(path)? {
        let name = file.to_string_lossy().into_owned();
        let text = read_text(&file, &name)?;
        ids.push(sources.add(name, text));
    }
    Ok(ids)
}

fn unreadable(path: &Path, error: std::io::Error) -> Failure {
    Failure::File { action: "read", path: path.display().to_string(), error }
}

/// The law to judge by: as embedded, or with the operator's packs over it.
pub fn rulebook(common: &Common) -> Result<Rulebook, Failure> {
    if common.overlay.is_none() && common.rulebook.is_none() {
        return Ok(shuhi_rulebook::rulebook()?);
    }
    let mut sources = Sources::new();
    law_from_texts(common, &mut sources).map(|(rulebook, _)| rulebook)
}

/// The law with its examples, cases and places, the operator's packs included.
pub fn law_from_texts(common: &Common, sources: &mut Sources) -> Result<(Rulebook, Proof), Failure> {
    let mut further = Vec::new();
    if let Some(folder) = &common.overlay {
        for file in yaml_files(folder)? {
            let name = file.to_string_lossy().into_owned();
            let text = read_text(&file, &name)?;
            further.push((name, text));
        }
    }
    let mut faults = Faults::new();
    let loaded = match &common.rulebook {
        Some(folder) => {
            let law = law_folder(folder)?;
            let law = law.iter().map(|(name, text)| (name.as_str(), text.as_str()));
            shuhi_rulebook::from_texts(law, &further, sources, &mut faults)
        }
        None => shuhi_rulebook::with_overlay(&further, sources, &mut faults),
    };
    loaded.ok_or_else(|| Failure::Faults(Box::new(sources.clone()), faults))
}

/// The files of a rulebook's folder, named as the embedded ones are; deliberately broken packs are no law.
fn law_folder(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    collect(folder, 0, &["yaml", "csv"], &mut found)?;
    found.sort();
    let mut texts = Vec::new();
    for path in found {
        let below = path.strip_prefix(folder).unwrap_or(&path);
        if below.starts_with("broken") {
            continue;
        }
        let text = read_text(&path, &path.to_string_lossy())?;
        texts.push((format!("law/{}", below.to_string_lossy()), text));
    }
    Ok(texts)
}
