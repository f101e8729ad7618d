//! `shuhi law coverage`: which clauses the rulebook covers, and whether its proof would notice their loss.

use std::io::{Write as _, stdout};
use std::path::Path;

use shuhi_law::proof::{Coverage, Covered, coverage, list_clauses, survivors};
use shuhi_law::vocabulary::Language;
use shuhi_law::{Proof, Rulebook};
use shuhi_source::{Faults, Sources, read_yaml};

use crate::args::Common;
use crate::failure::Failure;
use crate::files::{law_from_texts, read_text};
use crate::page::table;
use crate::words::pick;

/// Prints the table, what is uncovered, with `--mutate` the survivors, and a closing line.
pub fn run(file: Option<&Path>, mutate: bool, list: bool, common: &Common) -> Result<bool, Failure> {
    let mut sources = Sources::new();
    let (rulebook, proof) = law_from_texts(common, &mut sources)?;
    let clauses = match file {
        Some(path) => clauses_of(path, &mut sources)?,
        None => rulebook.catalogue.clauses.keys().cloned().collect(),
    };
    let found = coverage(&rulebook, &clauses);
    let mut out = stdout().lock();
    write!(out, "{}", sections(&found, common.language))?;
    if list {
        writeln!(out)?;
        write!(out, "{}", listing(&found, common.language))?;
    }
    let uncovered = found.count(Covered::No);
    if uncovered > 0 {
        writeln!(out, "\n{}:", word(Covered::No, common.language))?;
        for (clause, ..) in found.clauses.iter().filter(|(_, covered, _)| *covered == Covered::No) {
            let reading = rulebook
                .catalogue
                .clauses
                .get(clause)
                .map_or("(not in the catalogue)", |clause| clause.reading.as_str());
            writeln!(out, "  {clause}  {reading}")?;
        }
    }
    let survived = if mutate { mutated(&rulebook, &proof, &sources, &clauses, &mut out)? } else { 0 };
    writeln!(out, "{}", closing(&found))?;
    Ok(uncovered == 0 && survived == 0)
}

fn clauses_of(path: &Path, sources: &mut Sources) -> Result<Vec<String>, Failure> {
    let name = path.to_string_lossy().into_owned();
    let text = read_text(path, &name)?;
    let id = sources.add(name, text);
    let mut faults = Faults::new();
    let clauses = match read_yaml(sources, id) {
        Ok(node) => list_clauses(&node, &mut faults),
        Err(fault) => {
            faults.push(*fault);
            Vec::new()
        }
    };
    if faults.is_empty() { Ok(clauses) } else { Err(Failure::Faults(Box::new(sources.clone()), faults)) }
}

/// What a clause is to the rulebook.
fn word(covered: Covered, language: Language) -> &'static str {
    match covered {
        Covered::Executable => pick(language, "規則化", "executable"),
        Covered::Procedure => pick(language, "手続", "procedure"),
        Covered::Context => pick(language, "背景", "context"),
        Covered::No => pick(language, "未対応", "uncovered"),
    }
}

fn sections(found: &Coverage, language: Language) -> String {
    let kinds = [Covered::Executable, Covered::Procedure, Covered::Context, Covered::No];
    let head = [pick(language, "条項の区分", "section")].into_iter().chain(kinds.map(|kind| word(kind, language)));
    let mut rows = vec![head.map(str::to_owned).collect::<Vec<_>>()];
    for (section, counts) in found.by_section() {
        rows.push([section].into_iter().chain(counts.map(|count| count.to_string())).collect());
    }
    table(&rows)
}

fn listing(found: &Coverage, language: Language) -> String {
    let row = |(clause, covered, by): &(String, Covered, Vec<String>)| {
        vec![clause.clone(), word(*covered, language).to_owned(), by.join(", ")]
    };
    table(&found.clauses.iter().map(row).collect::<Vec<_>>())
}

fn mutated(
    rulebook: &Rulebook,
    proof: &Proof,
    sources: &Sources,
    clauses: &[String],
    out: &mut impl std::io::Write,
) -> Result<usize, Failure> {
    let found = survivors(rulebook, proof, sources, clauses);
    writeln!(out, "\nmutation: {} survivor(s)", found.len())?;
    for survivor in &found {
        writeln!(out, "  {}: nothing fails without {}", survivor.clause, survivor.disabled.join(", "))?;
    }
    Ok(found.len())
}

/// Clauses that are context or procedure are not counted: nothing can be executed there.
fn closing(found: &Coverage) -> String {
    let covered = found.count(Covered::Executable);
    let all = covered + found.count(Covered::No);
    let percent = (covered * 100).checked_div(all).unwrap_or(100);
    format!("covered {covered} of {all} clauses ({percent} %)")
}
