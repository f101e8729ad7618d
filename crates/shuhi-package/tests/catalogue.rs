//! The modules of our own catalogue, against the tables of this crate.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

use std::path::PathBuf;

use shuhi_source::{Node, Sources, read_yaml};

#[test]
fn no_module_has_the_very_prefix_of_a_library() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/modules");
    let libraries = include_str!("../data/libraries.yaml");
    let prefixes: Vec<&str> = libraries
        .lines()
        .filter_map(|line| line.split_once("prefixes: [")?.1.split(']').next())
        .flat_map(|list| list.split(", "))
        .collect();
    assert!(prefixes.len() > 100);
    let mut classes = 0;
    for file in folder.read_dir().unwrap() {
        let path = file.unwrap().path();
        let mut sources = Sources::new();
        let id = sources.add(path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        let root = read_yaml(&sources, id).unwrap();
        for module in root.get("modules").and_then(Node::list).unwrap() {
            for class in module.get("classes").and_then(Node::list).unwrap_or_default() {
                let class = class.text().unwrap();
                assert!(
                    !prefixes.contains(&class),
                    "{class} is a library in data/libraries.yaml and a module in {path:?}"
                );
                classes += 1;
            }
        }
    }
    assert!(classes >= 80, "{classes}");
}
