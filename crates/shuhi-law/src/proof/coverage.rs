use std::collections::BTreeMap;

use shuhi_source::{Fault, Faults, Node};

use crate::rulebook::Rulebook;

/// How a clause is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covered {
    /// By a rule, term or exception.
    Executable,
    /// It binds only authorities.
    Procedure,
    /// No outcome turns on it.
    Context,
    /// Not at all.
    No,
}

/// The clauses of a list and how each is covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// In the list's order: the clause, how it is covered, and by what.
    pub clauses: Vec<(String, Covered, Vec<String>)>,
}

impl Coverage {
    /// How many are covered so.
    pub fn count(&self, covered: Covered) -> usize {
        self.clauses.iter().filter(|(_, found, _)| *found == covered).count()
    }

    /// By the section of the clause id (what stands before its last hyphen): how many are covered how.
    pub fn by_section(&self) -> BTreeMap<String, [usize; 4]> {
        let mut sections: BTreeMap<String, [usize; 4]> = BTreeMap::new();
        for (id, covered, _) in &self.clauses {
            let section = id.rsplit_once('-').map_or(id.as_str(), |(section, _)| section);
            let counts = sections.entry(section.to_owned()).or_default();
            let column = match covered {
                Covered::Executable => 0,
                Covered::Procedure => 1,
                Covered::Context => 2,
                Covered::No => 3,
            };
            if let Some(count) = counts.get_mut(column) {
                *count += 1;
            }
        }
        sections
    }
}

/// The clause ids of a list file: a YAML list of mappings with `id`.
pub fn list_clauses(node: &Node, faults: &mut Faults) -> Vec<String> {
    let Some(items) = node.list() else {
        faults.push(Fault::error(node.span, "a clause list must be a list").help("each item has an `id`"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        match item.get("id").and_then(Node::text) {
            Some(id) => found.push(id.to_owned()),
            None => faults.push(Fault::error(item.span, "clause lacks `id`").help("add `id: …`")),
        }
    }
    found
}

/// How each of some clauses is covered by the rulebook.
pub fn coverage(rulebook: &Rulebook, clauses: &[String]) -> Coverage {
    let executable = executable(rulebook);
    let mut found = Coverage::default();
    for clause in clauses {
        let by = executable.get(clause.as_str()).cloned().unwrap_or_default();
        let procedures = rulebook.packs.procedures.iter().filter(|procedure| procedure.covers.contains(clause));
        let procedures: Vec<String> = procedures.map(|procedure| procedure.id.clone()).collect();
        let context = rulebook.packs.context.iter().any(|context| context.clauses.contains(clause));
        let (covered, by) = match (by.is_empty(), procedures.is_empty(), context) {
            (false, ..) => (Covered::Executable, by),
            (_, false, _) => (Covered::Procedure, procedures),
            (.., true) => (Covered::Context, Vec::new()),
            _ => (Covered::No, Vec::new()),
        };
        found.clauses.push((clause.clone(), covered, by));
    }
    found
}

/// For each clause, the ids of rules, terms and exceptions that cover it.
fn executable(rulebook: &Rulebook) -> BTreeMap<&str, Vec<String>> {
    let packs = &rulebook.packs;
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let own = packs.rules.iter().flat_map(|rule| &rule.unless).chain(&packs.exceptions);
    let rules = packs.rules.iter().map(|rule| (&rule.covers, &rule.id));
    let terms = packs.definitions.iter().map(|term| (&term.covers, &term.name));
    for (covers, id) in rules.chain(terms).chain(own.map(|exception| (&exception.covers, &exception.id))) {
        for clause in covers {
            let ids = found.entry(clause).or_default();
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
    }
    found
}
