//! Opening what was given: files and folders, and archives of APKs.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::archive::{Archive, Budget, Source};
use crate::certificate::hexadecimal;
use crate::fault::{Error, Faults, Part};
use crate::limits::{FILE_BYTES_MAX, FILES_MAX};
use crate::package::{Form, PackageFile};

/// Ends of the names of packages, for choosing from a folder.
const ENDS: [&str; 6] = ["apk", "apks", "xapk", "apkm", "aab", "ipa"];

/// A package that was opened.
pub(crate) struct Input {
    pub file: PackageFile,
    pub archive: Archive,
}

/// The files that paths stand for: a file for itself, a folder for the packages in it.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let refused = |source| Error::Unreadable { path: path.clone(), source };
        if !path.metadata().map_err(refused)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut inner = Vec::new();
        for entry in path.read_dir().map_err(refused)? {
            let entry = entry.map_err(refused)?.path();
            let end = entry.extension().and_then(|end| end.to_str()).unwrap_or_default();
            if ENDS.iter().any(|known| known.eq_ignore_ascii_case(end)) {
                inner.push(entry);
            }
        }
        inner.sort();
        files.extend(inner);
    }
    match files.len() {
        0 => Err(Error::Nothing),
        1..=FILES_MAX => Ok(files),
        _ => Err(Error::TooManyFiles { limit: FILES_MAX }),
    }
}

/// Opens a file.
pub(crate) fn open_file(path: &Path, faults: &mut Faults) -> Result<Input, Error> {
    let refused = |source| Error::Unreadable { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(refused)?;
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    open(Box::new(std::io::BufReader::new(file)), &name, faults, refused)
}

/// Opens bytes.
pub(crate) fn open_bytes(bytes: Vec<u8>, name: &str, faults: &mut Faults) -> Result<Input, Error> {
    open(Box::new(Cursor::new(bytes)), name, faults, |source| Error::Unreadable { path: name.into(), source })
}

fn open(
    mut source: Box<dyn Source>,
    name: &str,
    faults: &mut Faults,
    refused: impl Fn(std::io::Error) -> Error,
) -> Result<Input, Error> {
    let (bytes, sha256) = hash(&mut source, name, &refused)?;
    let no = |why: String| Error::NotAPackage { name: name.to_owned(), why };
    let archive = Archive::open(source, name, faults).map_err(|reason| no(reason.to_string()))?;
    let form = form_of(&archive).ok_or_else(|| no("an archive without a manifest or an app".to_owned()))?;
    Ok(Input { file: PackageFile { name: name.to_owned(), form, bytes, sha256 }, archive })
}

fn hash(
    source: &mut Box<dyn Source>,
    name: &str,
    refused: &impl Fn(std::io::Error) -> Error,
) -> Result<(u64, String), Error> {
    let bytes = source.seek(SeekFrom::End(0)).map_err(refused)?;
    if bytes > FILE_BYTES_MAX {
        return Err(Error::TooLarge { name: name.to_owned(), bytes, limit: FILE_BYTES_MAX });
    }
    source.seek(SeekFrom::Start(0)).map_err(refused)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = source.read(&mut buffer).map_err(refused)?;
        match buffer.get(..count) {
            None | Some([]) => break,
            Some(part) => digest.update(part),
        }
    }
    source.seek(SeekFrom::Start(0)).map_err(refused)?;
    Ok((bytes, hexadecimal(&digest.finalize())))
}

fn form_of(archive: &Archive) -> Option<Form> {
    let names = || archive.entries.iter().map(|entry| entry.name.as_str());
    let is_app = |name: &str| name.starts_with("Payload/") && name.ends_with(".app/Info.plist");
    if names().any(|name| name == "AndroidManifest.xml") {
        return Some(Form::Apk);
    }
    if names().any(|name| name.ends_with("/manifest/AndroidManifest.xml")) {
        return Some(Form::AppBundle);
    }
    if names().any(is_app) {
        return Some(Form::Ipa);
    }
    if names().any(|name| name.to_ascii_lowercase().ends_with(".apk")) {
        return Some(Form::ApkSet);
    }
    // What has code but no manifest is read as far as it goes, and the manifest is told as missing.
    names().any(|name| name == "classes.dex").then_some(Form::Apk)
}

/// Opens the APKs inside an archive of APKs. What cannot be opened is a fault.
pub(crate) fn open_set(set: &mut Archive, budget: &mut Budget, faults: &mut Faults) -> Vec<Input> {
    let mut found = Vec::new();
    let is_apk = |name: &str| name.to_ascii_lowercase().ends_with(".apk");
    for entry in set.entries.clone().iter().filter(|entry| is_apk(&entry.name)).take(FILES_MAX) {
        let Some(bytes) = set.read(entry, Part::Archive, budget, faults) else { continue };
        let place = set.place_of(&entry.name);
        match open_bytes(bytes, &place, faults) {
            Ok(input) if input.file.form == Form::Apk => found.push(input),
            Ok(_) => faults.push(&place, Part::Archive, crate::fault::Reason::form("APK", "it has no manifest")),
            Err(error) => faults.push(&place, Part::Archive, crate::fault::Reason::form("APK", error.to_string())),
        }
    }
    found
}
