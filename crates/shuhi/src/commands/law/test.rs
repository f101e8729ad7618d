//! `shuhi law test`: the rulebook's examples and cases, or cases of the user's.

use std::io::{Write as _, stdout};
use std::path::Path;

use shuhi_law::pack::{Example, Owner, load_packs};
use shuhi_law::proof::Runner;
use shuhi_law::{Proof, Rulebook};
use shuhi_source::{Fault, Faults, FileId, Sources, Span, read_yaml};

use crate::args::Common;
use crate::failure::Failure;
use crate::files::{add_files, law_from_texts};

/// What a file of cases is, for whoever named another.
const CASE_FILE: &str = "a case file is a YAML list of cases with `id`, `at`, `facts`, `expect`";

/// Runs them, prints each failure with its place, and ends with a line of counts.
pub fn run(cases: Option<&Path>, common: &Common) -> Result<bool, Failure> {
    let mut sources = Sources::new();
    let (rulebook, proof) = law_from_texts(common, &mut sources)?;
    let examples = match cases {
        Some(path) => own_cases(path, &rulebook, &mut sources)?,
        None => all_of(proof),
    };
    let mut runner = Runner::new(&rulebook, &sources);
    let (mut passed, mut failed) = (0, 0);
    let mut skipped = Vec::new();
    let mut out = stdout().lock();
    for example in &examples {
        let result = runner.run(example);
        if let Some(reason) = &result.not_executable {
            skipped.push(format!("{}: {reason}", result.name));
        } else if result.passed() {
            passed += 1;
        } else {
            failed += 1;
            let owner = owner(example, &rulebook);
            writeln!(out, "FAILED {owner}{} ({})", result.name, sources.place(result.span))?;
            for failure in &result.failures {
                writeln!(out, "    {}", failure.replace('\n', "\n    "))?;
            }
        }
    }
    if !skipped.is_empty() {
        writeln!(out, "not executable, with the reason stated in the file:")?;
        for line in &skipped {
            writeln!(out, "    {line}")?;
        }
    }
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(failed == 0)
}

fn all_of(proof: Proof) -> Vec<Example> {
    proof.examples.into_iter().chain(proof.cases).collect()
}

fn own_cases(path: &Path, rulebook: &Rulebook, sources: &mut Sources) -> Result<Vec<Example>, Failure> {
    let ids = add_files(path, sources)?;
    let mut faults = Faults::new();
    for id in &ids {
        faults.append(not_a_list(*id, path.is_dir(), sources));
    }
    if faults.has_errors() {
        return Err(Failure::Faults(Box::new(sources.clone()), faults));
    }
    let files: Vec<_> = ids.into_iter().map(|id| (id, true)).collect();
    let loaded = load_packs(sources, &files, &rulebook.vocabulary, &rulebook.catalogue, &mut faults);
    if faults.has_errors() {
        return Err(Failure::Faults(Box::new(sources.clone()), faults));
    }
    if loaded.cases.is_empty() {
        let message = format!("`{}` holds no cases", path.display());
        return Err(Failure::usage(message, CASE_FILE));
    }
    Ok(loaded.cases)
}

/// A file named on its own must hold cases; in a folder, packs may stand beside them.
fn not_a_list(id: FileId, in_folder: bool, sources: &Sources) -> Faults {
    let mut faults = Faults::new();
    if let Ok(node) = read_yaml(sources, id)
        && node.list().is_none()
        && !in_folder
    {
        let start = Span { end: node.span.start, ..node.span };
        faults.push(Fault::error(start, format!("cases must be a list, found {}", node.kind())).help(CASE_FILE));
    }
    faults
}

fn owner(example: &Example, rulebook: &Rulebook) -> String {
    let packs = &rulebook.packs;
    let name = match &example.owner {
        None => return String::new(),
        Some(Owner::Rule(index)) => packs.rules.get(*index).map(|rule| rule.id.clone()),
        Some(Owner::Definition(index)) => packs.definitions.get(*index).map(|term| format!("term {}", term.name)),
        Some(Owner::Exception(index)) => packs.exceptions.get(*index).map(|exception| exception.id.clone()),
    };
    name.map(|name| format!("{name}: ")).unwrap_or_default()
}
