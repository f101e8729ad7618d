//! Pictures of an evidence folder, to be shown in the report.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Pictures that the report shows; the rest stand in the folder.
const SHOWN_MAX: usize = 8;
/// Bytes of all pictures that the report shows.
const BYTES_MAX: usize = 12 * 1024 * 1024;

/// The pictures of a folder's `pictures/`, as titles and `data:` addresses.
pub fn of(folder: &Path) -> Vec<(String, String)> {
    let mut names: Vec<_> =
        fs::read_dir(folder.join("pictures")).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    names.sort();
    let mut total = 0;
    let mut shown = Vec::new();
    for path in names.iter().filter(|path| path.extension().is_some_and(|ending| ending == "png")) {
        let Ok(bytes) = fs::read(path) else { continue };
        total += bytes.len();
        if shown.len() >= SHOWN_MAX || total > BYTES_MAX {
            break;
        }
        let title = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        shown.push((title, format!("data:image/png;base64,{}", STANDARD.encode(&bytes))));
    }
    shown
}
