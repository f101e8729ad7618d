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

/// Numbers that look random and are the same in every run (xorshift64*).
#[allow(dead_code, reason = "not every test needs it")]
pub struct Random(u64);

#[allow(dead_code, reason = "not every test needs it")]
impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below a bound, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }
}
