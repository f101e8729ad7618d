//! Adoption dates: from when the operator takes a rule that is only expected or proposed to be law.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use shuhi_law::facts::read_date;
use shuhi_law::pack::{Force, InForce, Packs};
use shuhi_source::{Fault, Faults, Key, Node, Span, did_you_mean};

use crate::limits;

/// The adoption dates by rule, term or exception.
pub(crate) fn adopted(entries: &[(Key, Node)], packs: &Packs, faults: &mut Faults) -> BTreeMap<String, Date> {
    let mut found: BTreeMap<String, (Date, Span)> = BTreeMap::new();
    let waiting = adoptable(packs);
    for (key, node) in entries {
        if limits::enough(faults) {
            break;
        }
        known(key, &waiting, packs, faults);
        let Some(date) = read_date(node, faults) else { continue };
        match found.get(&key.name) {
            Some((first, _)) if *first == date => {}
            Some((_, place)) => {
                let fault = Fault::error(key.span, format!("`{}` is adopted on two different dates", key.name));
                faults.push(fault.note(*place, "first given here").help("keep one of the two"));
            }
            None => {
                found.insert(key.name.clone(), (date, key.span));
            }
        }
    }
    found.into_iter().map(|(id, (date, _))| (id, date)).collect()
}

/// The names that wait for an adoption date: of rules, terms and exceptions, and the first words that the ids of
/// several have in common, under which they are adopted together.
pub(crate) fn adoptable(packs: &Packs) -> BTreeSet<&str> {
    let waiting = versions(packs).filter(|(_, in_force, force)| waits(*in_force, *force));
    waiting.flat_map(|(id, ..)| names(id)).collect()
}

fn known(key: &Key, waiting: &BTreeSet<&str>, packs: &Packs, faults: &mut Faults) {
    if waiting.contains(key.name.as_str()) {
        return;
    }
    if versions(packs).any(|(id, ..)| names(id).any(|name| name == key.name)) {
        let fault = Fault::warning(key.span, format!("`{}` needs no adoption date", key.name));
        faults.push(fault.help("it applies by its own dates; remove the line"));
        return;
    }
    let help = did_you_mean(&key.name, waiting.iter().copied())
        .unwrap_or_else(|| "`shuhi law show` lists the rules that are expected or proposed".to_owned());
    faults.push(Fault::error(key.span, format!("unknown rule `{}`", key.name)).help(help));
}

/// An id, and what stands before each of its dots.
fn names(id: &str) -> impl Iterator<Item = &str> {
    id.match_indices('.').filter_map(|(dot, _)| id.get(..dot)).chain([id])
}

fn waits(in_force: InForce, force: Force) -> bool {
    in_force.expected || force == Force::Proposed
}

fn versions(packs: &Packs) -> impl Iterator<Item = (&str, InForce, Force)> {
    let rules = packs.rules.iter().map(|rule| (rule.id.as_str(), rule.in_force, rule.force));
    let terms = packs.definitions.iter().map(|term| (term.name.as_str(), term.in_force, term.force));
    let exceptions = packs.exceptions.iter().map(|found| (found.id.as_str(), found.in_force, found.force));
    rules.chain(terms).chain(exceptions)
}
