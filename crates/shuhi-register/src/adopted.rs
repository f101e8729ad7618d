//! Adoption dates: from when the operator takes a rule that is only expected or proposed to be law.

use std::collections::BTreeMap;

use jiff::civil::Date;
use shuhi_law::facts::read_date;
use shuhi_law::pack::{Force, InForce, Packs};
use shuhi_source::{Fault, Faults, Key, Node, Span, did_you_mean};

use crate::limits;

/// The adoption dates by rule, term or exception.
pub(crate) fn adopted(entries: &[(Key, Node)], packs: &Packs, faults: &mut Faults) -> BTreeMap<String, Date> {
    let mut found: BTreeMap<String, (Date, Span)> = BTreeMap::new();
    for (key, node) in entries {
        if limits::enough(faults) {
            break;
        }
        known(key, packs, faults);
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

/// The ids that wait for an adoption date, in the order of packs.
pub(crate) fn adoptable(packs: &Packs) -> impl Iterator<Item = &str> {
    versions(packs).filter(|(_, in_force, force)| waits(*in_force, *force)).map(|(id, ..)| id)
}

fn known(key: &Key, packs: &Packs, faults: &mut Faults) {
    if adoptable(packs).any(|id| id == key.name) {
        return;
    }
    if versions(packs).any(|(id, ..)| id == key.name) {
        let fault = Fault::warning(key.span, format!("`{}` needs no adoption date", key.name));
        faults.push(fault.help("it applies by its own dates; remove the line"));
        return;
    }
    let help = did_you_mean(&key.name, adoptable(packs))
        .unwrap_or_else(|| "`shuhi law show` lists the rules that are expected or proposed".to_owned());
    faults.push(Fault::error(key.span, format!("unknown rule `{}`", key.name)).help(help));
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
