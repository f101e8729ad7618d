//! Lists users bring, sets and entries of an overlay: taken or refused, and what was taken reads again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_catalogue_format::import::{About, ImportKind, Importer};
use shuhi_catalogue_format::{Content, Name, Rules, Set, Term, Vocabulary};
use shuhi_source::{Faults, Sources, render};

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else { return };
    match ImportKind::ALL.get(usize::from(choice)) {
        Some(kind) => list(*kind, bytes),
        None => overlay(bytes),
    }
});

fn list(kind: ImportKind, bytes: &[u8]) {
    // A null byte divides files; their names tell folders apart.
    let names = ["organizations/a.eno", "patterns/b.eno", "c.json", "d.txt"];
    let mut importer = Importer::new(kind);
    for (name, file) in names.iter().cycle().zip(bytes.split(|byte| *byte == 0)) {
        if let Err(error) = importer.feed(name, file) {
            assert!(!error.to_string().is_empty());
            return;
        }
    }
    let Ok(imported) = importer.finish("list", &About::default()) else { return };
    let mut sources = Sources::new();
    let file = sources.add("set.tsv", imported.set.write());
    let mut faults = Faults::new();
    assert_eq!(Set::read(&sources, file, &mut faults), Some(imported.set), "{}", faults.summary(&sources));
}

fn overlay(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut sources = Sources::new();
    let file = sources.add("fuzzed", text);
    let term = |value: &str| Term { value: value.to_owned(), label: Name { ja: value.to_owned(), en: value.to_owned() } };
    let vocabulary = Vocabulary { purposes: vec![term("analytics")], items: vec![term("location")] };
    let rules = Rules { vocabulary: &vocabulary, today: jiff::civil::date(2026, 11, 28) };
    let mut faults = Faults::new();
    Content::read(&sources, &[file], None, rules, &mut faults);
    Set::read(&sources, file, &mut faults);
    for fault in faults.sorted().iter().take(3) {
        assert!(!render(fault, &sources).is_empty());
    }
}
