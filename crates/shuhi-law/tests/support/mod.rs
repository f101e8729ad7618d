//! The law as it lies in the repository, read from disk.

use std::path::{Path, PathBuf};

/// The folder `law/` of the repository.
pub fn law_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")
}

/// The files of the law by name (`law/logs/retain.yaml`) and text, in the order of names, broken packs left out.
pub fn law() -> Vec<(String, String)> {
    let folder = law_folder();
    let mut found = Vec::new();
    collect(&folder, &folder, &mut found);
    found.retain(|(name, _)| !name.starts_with("law/broken/"));
    found
}

/// The broken packs by name (`law/broken/anchor.yaml`) and text, in the order of names.
#[allow(dead_code, reason = "not every test needs them")]
pub fn broken_packs() -> Vec<(String, String)> {
    let folder = law_folder();
    let mut found = Vec::new();
    collect(&folder.join("broken"), &folder, &mut found);
    found
}

fn collect(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, root, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "csv") {
            let name = format!("law/{}", path.strip_prefix(root).unwrap().to_string_lossy());
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}
