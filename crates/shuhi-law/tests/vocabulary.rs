//! The vocabulary can say what the worked cases of every regime turn on.
//!
//! The files beside this one hold the cases of regimes whose rules are not written yet, ids kept, facts in our
//! vocabulary. Their outcomes are proved when those rules come; that their facts can be said is proved here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use shuhi_law::pack::{Judged, load_packs};
use shuhi_law::proof::Runner;
use shuhi_law::{LawFile, Rulebook};
use shuhi_source::{Faults, Sources};

#[track_caller]
fn facts_can_be_said(file: &str, at_least: usize) {
    let mut sources = Sources::new();
    let files: Vec<LawFile> =
        support::law().into_iter().map(|(name, text)| LawFile { id: sources.add(name, text), own: false }).collect();
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    let (rulebook, _) = loaded.unwrap_or_else(|| panic!("{}", faults.summary(&sources)));
    let path = format!("{}/tests/vocabulary/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let id = sources.add(file, text);
    let mut faults = Faults::new();
    let loaded = load_packs(&sources, &[(id, true)], &rulebook.vocabulary, &rulebook.catalogue, &mut faults);
    assert_eq!(faults.summary(&sources), "");
    assert!(loaded.cases.len() >= at_least, "{} cases", loaded.cases.len());
    let runner = Runner::new(&rulebook, &sources);
    let mut failures = Vec::new();
    for case in &loaded.cases {
        match runner.judged(case) {
            Some(judged) => failures.extend(runner.facts(case, judged).err()),
            None => failures.push(format!("{}: nothing says what is judged", case.name)),
        }
        if let Some((clause, _)) = &case.expect.clause
            && !rulebook.catalogue.clauses.contains_key(clause)
        {
            failures.push(format!("{}: unknown clause {clause}", case.name));
        }
        if let Some((term, _)) = &case.expect.term
            && rulebook.vocabulary.term_named(term).is_none()
        {
            failures.push(format!("{}: unknown term {term}", case.name));
        }
    }
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn personal_information() {
    facts_can_be_said("appi-1.yaml", 259);
    facts_can_be_said("appi-2.yaml", 205);
}

#[test]
fn smartphone_privacy() {
    facts_can_be_said("spsi.yaml", 217);
}

/// Whoever reads only the vocabulary can name every duty.
#[test]
fn help_names_the_duties_of_what_is_judged() {
    let mut sources = Sources::new();
    let files: Vec<LawFile> =
        support::law().into_iter().map(|(name, text)| LawFile { id: sources.add(name, text), own: false }).collect();
    let (rulebook, _) = Rulebook::load(&sources, &files, &mut Faults::new()).unwrap();
    let mut silent = Vec::new();
    for rule in &rulebook.packs.rules {
        for duty in &rule.duties {
            for judged in &rule.judges {
                let help = match judged {
                    Judged::Act(act) => &rulebook.vocabulary.act(*act).unwrap().help,
                    Judged::Type(ty) => &rulebook.vocabulary.record_type(*ty).unwrap().help,
                };
                let named = format!("`{}`", duty.id);
                if !help.ja.contains(&named) || !help.en.contains(&named) {
                    silent.push(format!("{}: {}", rule.id, duty.id));
                }
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

/// The rulebook's own examples and cases, those written from the vocabulary alone included.
#[test]
fn every_example_and_case_comes_out() {
    let mut sources = Sources::new();
    let files: Vec<LawFile> =
        support::law().into_iter().map(|(name, text)| LawFile { id: sources.add(name, text), own: false }).collect();
    let (rulebook, proof) = Rulebook::load(&sources, &files, &mut Faults::new()).unwrap();
    let mut runner = Runner::new(&rulebook, &sources);
    let run = proof.examples.iter().chain(&proof.cases).map(|example| runner.run(example));
    let failed: Vec<_> = run.filter(|result| !result.failures.is_empty()).collect();
    assert_eq!(failed, Vec::new());
    assert!(proof.cases.len() > 900, "{} cases", proof.cases.len());
}
