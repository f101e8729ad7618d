//! Terms across packs: none defined through itself, none used where nothing defines it.

use std::collections::{BTreeMap, BTreeSet};

use shuhi_source::{Fault, Faults, Span};

use crate::check::{Condition, Typed, TypedKind};
use crate::pack::InForce;
use crate::rulebook::Rulebook;
use crate::vocabulary::TermId;

/// No term is defined through itself, directly or by way of others.
pub(super) fn circles(rulebook: &Rulebook, faults: &mut Faults) {
    let mut uses: BTreeMap<TermId, BTreeSet<TermId>> = BTreeMap::new();
    for definition in &rulebook.packs.definitions {
        terms_of(&definition.value.body, uses.entry(definition.term).or_default());
    }
    let mut reported: BTreeSet<TermId> = BTreeSet::new();
    for definition in &rulebook.packs.definitions {
        if reported.contains(&definition.term) || !reaches(definition.term, definition.term, &uses) {
            continue;
        }
        let message = format!("term `{}` is defined through itself", definition.name);
        let mut fault =
            Fault::error(definition.span, message).help("break the circle: state one of the facts directly");
        reported.insert(definition.term);
        for other in &rulebook.packs.definitions {
            let around = reaches(definition.term, other.term, &uses) && reaches(other.term, definition.term, &uses);
            if around && other.span != definition.span {
                fault = fault.note(other.span, format!("by way of `{}`", other.name));
                reported.insert(other.term);
            }
        }
        faults.push(fault);
    }
}

fn reaches(from: TermId, to: TermId, uses: &BTreeMap<TermId, BTreeSet<TermId>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<TermId> = uses.get(&from).into_iter().flatten().copied().collect();
    while let Some(next) = open.pop() {
        if next == to {
            return true;
        }
        if seen.insert(next) {
            open.extend(uses.get(&next).into_iter().flatten());
        }
    }
    false
}

fn terms_of(typed: &Typed, found: &mut BTreeSet<TermId>) {
    match &typed.kind {
        TypedKind::Term(_, term) => {
            found.insert(*term);
        }
        TypedKind::Not(a) | TypedKind::Negative(a) | TypedKind::Size(a) | TypedKind::Sum(a) => terms_of(a, found),
        TypedKind::And(parts) | TypedKind::Or(parts) => parts.iter().for_each(|part| terms_of(part, found)),
        TypedKind::Compare(_, a, b)
        | TypedKind::Member(a, b)
        | TypedKind::Quantified { list: a, body: b, .. }
        | TypedKind::Add(a, b)
        | TypedKind::Subtract(a, b)
        | TypedKind::Multiply(a, b)
        | TypedKind::LastDay { from: a, period: b, .. } => {
            terms_of(a, found);
            terms_of(b, found);
        }
        TypedKind::Collected { list, keep, value } => {
            terms_of(list, found);
            keep.iter().chain(value).for_each(|part| terms_of(part, found));
        }
        TypedKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|part| terms_of(part, found)),
        TypedKind::Literal(_)
        | TypedKind::Literals(_)
        | TypedKind::Fact(_)
        | TypedKind::At
        | TypedKind::Attested(..)
        | TypedKind::Has(_) => {}
    }
}

/// A condition that reads a term on a day on which nothing defines it would be unknown for ever.
pub(super) fn undefined(rulebook: &Rulebook, faults: &mut Faults) {
    let packs = &rulebook.packs;
    for rule in &packs.rules {
        let duties = rule.duties.iter().filter_map(|duty| duty.when.as_ref());
        for condition in rule.when.iter().chain(&rule.require).chain(duties) {
            defined(condition, rule.in_force, rule.span, rulebook, faults);
        }
    }
    let own = packs.rules.iter().flat_map(|rule| &rule.unless);
    for exception in own.chain(&packs.exceptions) {
        for (_, condition) in exception.when.iter().take(1) {
            defined(condition, exception.in_force, exception.span, rulebook, faults);
        }
    }
    for term in &packs.definitions {
        defined(&term.value, term.in_force, term.span, rulebook, faults);
    }
}

fn defined(condition: &Condition, user: InForce, span: Span, rulebook: &Rulebook, faults: &mut Faults) {
    let mut used = BTreeSet::new();
    terms_of(&condition.body, &mut used);
    for term in used {
        let versions = rulebook.packs.definitions.iter().filter(|found| found.term == term);
        let versions: Vec<InForce> = versions.map(|found| found.in_force).collect();
        // What is only expected may lean on terms that are expected with it.
        let live = |version: &&InForce| user.expected || !version.expected;
        let begins = |version: &InForce| version.from.is_none_or(|from| user.from.is_some_and(|start| from <= start));
        let ends = |version: &InForce| version.to.is_none_or(|to| user.to.is_some_and(|end| end <= to));
        let sound = versions.iter().filter(live).any(|version| begins(version) || user.expected)
            && versions.iter().filter(live).any(|version| ends(version) || user.expected);
        if !sound {
            let name = rulebook.vocabulary.term(term).map_or("", |word| word.name.as_str());
            let message = if versions.is_empty() {
                format!("term `{name}` is used, but no pack defines it")
            } else {
                format!("term `{name}` is used on days on which no definition of it applies")
            };
            let fault = Fault::error(condition.span, message).note(span, "used here");
            faults.push(fault.help("define it under `terms:` for the same dates, or read the facts themselves"));
        }
    }
}
