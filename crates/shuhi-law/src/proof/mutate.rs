use shuhi_source::{Sources, Span};

use super::Runner;
use crate::pack::{Example, Owner};
use crate::rulebook::{Proof, Rulebook};

/// A clause whose cover can be taken away without any example or case noticing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The clause.
    pub clause: String,
    /// What was taken away.
    pub disabled: Vec<String>,
}

/// Takes away, for each clause, the rules, terms and exceptions that cover it, and looks for an example or case
/// that then fails.
pub fn survivors(rulebook: &Rulebook, proof: &Proof, sources: &Sources, clauses: &[String]) -> Vec<Survivor> {
    clauses.iter().filter_map(|clause| survivor(rulebook, proof, sources, clause)).collect()
}

fn survivor(rulebook: &Rulebook, proof: &Proof, sources: &Sources, clause: &str) -> Option<Survivor> {
    let cover = cover(rulebook, clause);
    if cover.is_empty() {
        return None;
    }
    let spans: Vec<Span> = cover.iter().map(|part| part.span).collect();
    let mut runner = Runner::without(rulebook, sources, spans);
    let owners: Vec<&Owner> = cover.iter().map(|part| &part.owner).collect();
    let near = |example: &&Example| {
        let beside = example.owner.as_ref().is_some_and(|owner| owners.contains(&owner));
        beside || example.expect.clause.as_ref().is_some_and(|(id, _)| id == clause)
    };
    let all = || proof.examples.iter().chain(&proof.cases);
    let mut notices = |example: &Example| example.not_executable.is_none() && !runner.run(example).passed();
    // What stands beside the cover or names the clause notices first; only then is everything tried.
    let noticed = all().filter(near).any(&mut notices) || all().filter(|example| !near(example)).any(notices);
    (!noticed)
        .then(|| Survivor { clause: clause.to_owned(), disabled: cover.into_iter().map(|part| part.id).collect() })
}

struct Part {
    id: String,
    span: Span,
    owner: Owner,
}

fn cover(rulebook: &Rulebook, clause: &str) -> Vec<Part> {
    let covers = |ids: &[String]| ids.iter().any(|id| id == clause);
    let mut found = Vec::new();
    for (index, rule) in rulebook.packs.rules.iter().enumerate() {
        if covers(&rule.covers) {
            found.push(Part { id: rule.id.clone(), span: rule.span, owner: Owner::Rule(index) });
        }
        for exception in rule.unless.iter().filter(|exception| covers(&exception.covers)) {
            found.push(Part { id: exception.id.clone(), span: exception.span, owner: Owner::Rule(index) });
        }
    }
    for (index, term) in rulebook.packs.definitions.iter().enumerate().filter(|(_, term)| covers(&term.covers)) {
        found.push(Part { id: term.name.clone(), span: term.span, owner: Owner::Definition(index) });
    }
    for (index, found_here) in rulebook.packs.exceptions.iter().enumerate().filter(|(_, e)| covers(&e.covers)) {
        found.push(Part { id: found_here.id.clone(), span: found_here.span, owner: Owner::Exception(index) });
    }
    found
}
