//! Checks `catalogue/adapters/` and embeds it in its checked form.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use shuhi_source::{Faults, Node, NodeValue, Sources, read_yaml, render};

#[path = "src/format/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the crate uses all of it")]
mod format;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let folder = root.join("catalogue/adapters");
    let vocabulary = root.join("law/vocabulary/external-transmission.yaml");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed={}", vocabulary.display());
    println!("cargo::rerun-if-changed=src/format");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    // Sets of others come behind our own.
    paths.sort_by_key(|path| (path.ends_with("trackhar.yaml"), path.clone()));
    let mut sources = Sources::new();
    let mut files = Vec::new();
    for path in &paths {
        let name = format!("catalogue/adapters/{}", path.file_name().unwrap_or_default().to_string_lossy());
        files.push(sources.add(name, fs::read_to_string(path)?));
    }
    let words = sources.add("law/vocabulary/external-transmission.yaml", fs::read_to_string(&vocabulary)?);
    let items = read_yaml(&sources, words).map(|node| terminal_data(&node)).unwrap_or_default();
    if items.is_empty() {
        return Err("law/vocabulary/external-transmission.yaml has no enum `terminal_data`".into());
    }
    let mut faults = Faults::new();
    let content = format::load(&sources, &files, &items, None, &mut faults);
    let broken = faults.has_errors();
    for fault in faults.sorted() {
        eprintln!("{}\n", render(&fault, &sources));
    }
    if broken {
        return Err("catalogue/adapters/ has faults (listed above)".into());
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("adapters.bin"), postcard::to_stdvec(&content)?)?;
    Ok(())
}

/// The values of the enum `terminal_data`.
fn terminal_data(vocabulary: &Node) -> Vec<String> {
    let enums = vocabulary.get("enums").and_then(Node::list).unwrap_or_default();
    let named = |node: &&Node| node.get("enum").and_then(Node::text) == Some("terminal_data");
    let values = enums.iter().find(named).and_then(|node| node.get("values")).and_then(Node::list).unwrap_or_default();
    let value = |node: &Node| match node.get("value").map(|node| &node.value) {
        Some(NodeValue::Scalar { text, .. }) => Some(text.clone()),
        _ => None,
    };
    values.iter().filter_map(value).collect()
}
