//! Every fault a register can have, once: a file (or a folder of files) named after the fault, and what a person reads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{load, rulebook};

#[test]
fn each_fault_is_told_with_place_and_remedy() {
    let rulebook = rulebook();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut entries: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    assert!(entries.len() > 40, "only {} faults", entries.len());
    for entry in entries {
        let name = entry.file_stem().unwrap().to_string_lossy().into_owned();
        let mut paths = vec![entry.clone()];
        if entry.is_dir() {
            paths = fs::read_dir(&entry).unwrap().map(|file| file.unwrap().path()).collect();
            paths.sort();
        }
        let read = |path: &PathBuf| {
            (path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())
        };
        let files: Vec<_> = paths.iter().map(read).collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let outcome = load(&rulebook, &files);
        assert!(outcome.register.is_none(), "{name} was loaded");
        let errors = outcome.faults.len();
        assert_eq!(errors, 1, "{name} has {errors} faults: {}", outcome.summary());
        insta::with_settings!({ snapshot_path => "broken-snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, outcome.rendered());
        });
    }
}

#[test]
fn all_faults_of_all_files_are_told_at_once() {
    let files = [
        ("a.yaml", "servics: []\nservices: [{id: A}, {kind: messaging}, {id: b, kind: mesaging, chraged: no}]"),
        ("b.yaml", "operator: {name: [a]}\nlog_policies: [{id: x, service: c, period: half a year}]"),
        ("c.yaml", "a: [b"),
    ];
    let outcome = load(&rulebook(), &files);
    assert!(outcome.register.is_none());
    insta::assert_snapshot!(outcome.summary());
}
