//! Every pack of `law/broken` has one fault, and is refused with a message that says where it is and what to do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::collections::BTreeMap;

use shuhi_law::proof::Runner;
use shuhi_law::{LawFile, Proof, Rulebook};
use shuhi_source::{Fault, Faults, FileId, Severity, Sources, render};

/// Says in a broken pack that it is loaded as an operator's own.
const OWN: &str = "# Loaded as: an operator's own pack.";
/// Says in a broken pack why it has several errors.
const SEVERAL: &str = "# More than one error, because ";
/// Some faults are looked for only where there are no others: after so many rounds all must have shown.
const ROUNDS_MAX: usize = 4;

/// The law, and beside it a pack without fault that the broken ones refer to.
fn law(sources: &mut Sources) -> Vec<LawFile> {
    let mut texts = support::law();
    texts.push(("law/vocabulary/sample.yaml".to_owned(), include_str!("broken/vocabulary.yaml").to_owned()));
    texts.push(("law/sample/sound.yaml".to_owned(), include_str!("broken/sound.yaml").to_owned()));
    texts.into_iter().map(|(name, text)| LawFile { id: sources.add(name, text), own: false }).collect()
}

/// The faults of some packs loaded together with the law, by the name of the file that has them.
fn faults_of(packs: &[&(String, String)]) -> (BTreeMap<String, Vec<Fault>>, Sources) {
    let mut sources = Sources::new();
    let mut files = law(&mut sources);
    let mut names: BTreeMap<FileId, &str> = BTreeMap::new();
    for (name, text) in packs {
        let file = LawFile { id: sources.add(name, text), own: text.contains(OWN) };
        names.insert(file.id, name);
        files.push(file);
    }
    let mut faults = Faults::new();
    let loaded: Option<(Rulebook, Proof)> = Rulebook::load(&sources, &files, &mut faults);
    assert_eq!(loaded.is_none(), faults.has_errors(), "a rulebook loads if and only if it has no errors");
    let mut found: BTreeMap<String, Vec<Fault>> = BTreeMap::new();
    for fault in faults.sorted() {
        let span = fault.span.unwrap_or_else(|| panic!("a fault without place: {}", fault.message));
        let name = names.get(&span.file);
        let name = name.unwrap_or_else(|| panic!("the law itself has a fault:\n{}", render(&fault, &sources)));
        found.entry((*name).to_owned()).or_default().push(fault);
    }
    (found, sources)
}

#[test]
fn the_law_and_the_sound_pack_have_no_fault() {
    let mut sources = Sources::new();
    let files = law(&mut sources);
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    let (rulebook, proof) = loaded.unwrap_or_else(|| panic!("{}", faults.summary(&sources)));
    assert_eq!(faults.summary(&sources), "");
    let mut runner = Runner::new(&rulebook, &sources);
    let of_sound = |name: &str| name == "law/sample/sound.yaml";
    let mut run = 0;
    for example in &proof.examples {
        if sources.get(example.span.file).is_some_and(|file| of_sound(file.name())) {
            run += 1;
            assert_eq!(runner.run(example).failures, Vec::<String>::new(), "{}", example.name);
        }
    }
    assert_eq!(run, 7);
}

#[test]
fn every_broken_pack_is_refused_with_its_message() {
    let packs = support::broken_packs();
    assert!(packs.len() > 100, "law/broken is there");
    let mut open: Vec<&(String, String)> = packs.iter().collect();
    let mut complaints = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let (found, sources) = faults_of(&open);
        for (name, faults) in &found {
            complaints.extend(complaint(name, faults, &sources));
        }
        open.retain(|(name, _)| !found.contains_key(name));
    }
    complaints.extend(open.iter().map(|(name, _)| format!("{name} is accepted")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// The same with each pack on its own, as a person with one mistake meets it.
#[test]
#[ignore = "loads the whole law once a file: about a minute"]
fn every_broken_pack_alone_is_refused_with_the_same_message() {
    for pack in support::broken_packs() {
        let (found, sources) = faults_of(&[&pack]);
        let faults = found.get(&pack.0).unwrap_or_else(|| panic!("{} is accepted", pack.0));
        assert_eq!(complaint(&pack.0, faults, &sources), None);
    }
}

/// Compares the message with the one kept beside the test; says what is wrong with the number of errors.
fn complaint(name: &str, faults: &[Fault], sources: &Sources) -> Option<String> {
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let rendered: Vec<String> = faults.iter().map(|fault| render(fault, sources)).collect();
    let rendered = rendered.join("\n\n");
    let snapshot = name.trim_start_matches("law/broken/").trim_end_matches(".yaml").replace('/', "-");
    insta::with_settings!({
        snapshot_path => "broken/snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(snapshot, rendered);
    });
    let explained = sources.iter().any(|(_, file)| file.name() == name && file.text().contains(SEVERAL));
    ((errors > 1) != explained || errors == 0).then(|| format!("{name} has {errors} errors:\n{rendered}"))
}
