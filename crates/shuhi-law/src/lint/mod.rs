//! Static checks over the whole rulebook: what a single file cannot show.

mod terms;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use shuhi_source::{Fault, Faults, Sources, Span, did_you_mean};

use crate::check::{Condition, Typed, TypedKind};
use crate::decide::{Selection, Verdict};
use crate::evaluate::{Compiler, Evaluator, Program, Truth, truth_of};
use crate::facts::{FactReader, Facts, Value};
use crate::pack::{Exception, InForce, Judged, Level, Owner, Rule};
use crate::proof::Runner;
use crate::rulebook::{Proof, Rulebook};
use crate::vocabulary::TypeId;

/// Adds every fault of the rulebook as a whole.
pub(crate) fn check(rulebook: &Rulebook, proof: &Proof, faults: &mut Faults) {
    terms::circles(rulebook, faults);
    // A rule with faults is left out of the rulebook, which is no reason to miss it elsewhere.
    let whole = !faults.has_errors();
    versions(rulebook, whole, faults);
    levels(rulebook, faults);
    if whole {
        terms::undefined(rulebook, faults);
        priorities(rulebook, faults);
    }
    overlay(rulebook, faults);
    duplicate_cases(proof, faults);
    example_facts(rulebook, proof, faults);
    // What follows evaluates rules, which is pointless with faulty ones.
    if !faults.has_errors() {
        impossible_exceptions(rulebook, faults);
        lacking_examples(rulebook, proof, faults);
    }
}

/// Versions of one id must not overlap, and a gap between them must be meant.
fn versions(rulebook: &Rulebook, whole: bool, faults: &mut Faults) {
    // An own rule with the id of an embedded one is no version of it but a fault of its own.
    let rules = rulebook.packs.rules.iter().filter(|rule| !redefines(rulebook, rule));
    let rules = rules.map(|rule| (format!("rule `{}`", rule.id), rule.in_force, rule.span));
    let terms = rulebook.packs.definitions.iter();
    let terms = terms.map(|term| (format!("term `{}` of pack `{}`", term.name, term.pack), term.in_force, term.span));
    let exceptions = rulebook.packs.exceptions.iter();
    let exceptions = exceptions.map(|found| (format!("exception `{}`", found.id), found.in_force, found.span));
    let mut by_id: BTreeMap<String, Vec<(InForce, Span)>> = BTreeMap::new();
    for (id, in_force, span) in rules.chain(terms).chain(exceptions) {
        by_id.entry(id).or_default().push((in_force, span));
    }
    for (id, mut found) in by_id {
        found.sort_by_key(|(in_force, _)| (in_force.expected, in_force.from));
        for pair in found.windows(2) {
            if let [(first, first_span), (second, second_span)] = pair {
                consecutive(&id, (*first, *first_span), (*second, *second_span), whole, faults);
            }
        }
    }
}

fn consecutive(id: &str, first: (InForce, Span), second: (InForce, Span), whole: bool, faults: &mut Faults) {
    if first.0.expected != second.0.expected {
        return;
    }
    let gap = match (first.0.to, second.0.from) {
        (Some(end), Some(start)) if end < start => end.tomorrow().is_ok_and(|next| next < start),
        _ => {
            let fault = Fault::error(second.1, format!("two versions of {id} apply on the same day"));
            faults.push(fault.note(first.1, "the other version").help("end the earlier one with `to:` the day before"));
            return;
        }
    };
    if gap && whole && !first.0.repealed {
        let fault = Fault::error(first.1, format!("no version of {id} applies between this one and the next"));
        faults.push(fault.note(second.1, "the next version").help("close the gap, or mark this one `repealed: true`"));
    }
}

/// A rule binds as strongly as the clauses it states; clauses of level info take the strength of their rule.
fn levels(rulebook: &Rulebook, faults: &mut Faults) {
    for rule in &rulebook.packs.rules {
        for id in &rule.covers {
            let Some(clause) = rulebook.catalogue.clauses.get(id) else { continue };
            if clause.level != Level::Info && clause.level != rule.level {
                let message = format!(
                    "rule `{}` is {} but covers `{id}`, which is {}",
                    rule.id,
                    rule.level.id(),
                    clause.level.id()
                );
                faults.push(Fault::error(rule.span, message).help("give the clause a rule of its own level"));
            }
        }
    }
}

fn priorities(rulebook: &Rulebook, faults: &mut Faults) {
    let packs = &rulebook.packs;
    let own = packs.rules.iter().flat_map(|rule| &rule.unless);
    let exceptions: Vec<&Exception> = own.chain(&packs.exceptions).collect();
    let mut known: Vec<&str> = packs.rules.iter().map(|rule| rule.id.as_str()).collect();
    known.extend(exceptions.iter().map(|found| found.id.as_str()));
    known.extend(packs.ids.iter().map(String::as_str));
    let rules = packs.rules.iter().map(|rule| (&rule.over, rule.span));
    let terms = packs.definitions.iter().map(|term| (&term.over, term.span));
    for (over, span) in rules.chain(terms).chain(exceptions.iter().map(|found| (&found.over, found.span))) {
        for name in over.iter().filter(|name| !known.contains(&name.as_str())) {
            let help = did_you_mean(name, known.iter().copied());
            faults.push(Fault::error(span, format!("`over` names unknown `{name}`")).maybe_help(help));
        }
    }
}

/// An operator's own packs may add and tighten; they may not take anything away.
fn overlay(rulebook: &Rulebook, faults: &mut Faults) {
    let packs = &rulebook.packs;
    for rule in packs.rules.iter().filter(|rule| redefines(rulebook, rule)) {
        let fault = Fault::error(rule.span, format!("rule `{}` is part of the rulebook", rule.id));
        faults.push(fault.help("an own pack may add rules and tighten, not redefine; choose another id"));
    }
    for term in packs.definitions.iter().filter(|term| term.own) {
        if packs.definitions.iter().any(|other| !other.own && other.term == term.term) {
            let fault = Fault::error(term.span, format!("term `{}` is defined by the rulebook", term.name));
            faults.push(fault.help("an own pack may define only terms the rulebook leaves open"));
        }
    }
    for exception in packs.exceptions.iter().filter(|found| found.own && found.say.is_none()) {
        let fault = Fault::error(exception.span, format!("own exception `{}` states no reason", exception.id));
        faults.push(fault.help("add `say:` with the reason; a finding will show it as the operator's interpretation"));
    }
}

fn redefines(rulebook: &Rulebook, rule: &Rule) -> bool {
    rule.own && rulebook.packs.rules.iter().any(|other| !other.own && other.id == rule.id)
}

fn duplicate_cases(proof: &Proof, faults: &mut Faults) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for case in &proof.cases {
        if let Some(first) = seen.insert(&case.name, case.span) {
            let fault = Fault::error(case.span, format!("case `{}` stands twice", case.name));
            faults.push(fault.note(first, "first here").help("give one of them another id"));
        }
    }
}

/// Whatever examples and cases state must be of the vocabulary, also where they are not run now.
fn example_facts(rulebook: &Rulebook, proof: &Proof, faults: &mut Faults) {
    let sources = Sources::new();
    let runner = Runner::new(rulebook, &sources);
    let reader = FactReader::new(&rulebook.vocabulary, &rulebook.packs.questions);
    for example in proof.examples.iter().chain(&proof.cases) {
        let Some(judged) = runner.judged(example) else { continue };
        let roots = roots(rulebook, judged);
        for facts in [Some(&example.facts), example.assume.as_ref()].into_iter().flatten() {
            reader.facts(facts, &roots, faults);
        }
    }
}

fn roots(rulebook: &Rulebook, judged: Judged) -> Vec<(String, TypeId)> {
    match judged {
        Judged::Act(act) => rulebook.vocabulary.roles_of(act),
        Judged::Type(ty) => rulebook.vocabulary.roots_of(ty),
    }
}

/// An exception that is false whatever the facts are is a mistake.
fn impossible_exceptions(rulebook: &Rulebook, faults: &mut Faults) {
    for rule in &rulebook.packs.rules {
        for exception in &rule.unless {
            for (judged, condition) in &exception.when {
                let together = rule.when.iter().chain([condition]).map(|part| part.body.clone()).collect();
                let body = Typed { start: 0, end: 0, kind: TypedKind::And(together) };
                let whole = Condition { text: condition.text.clone(), span: condition.span, body };
                if never(rulebook, *judged, &whole, rule.in_force) {
                    impossible(exception, condition, faults);
                }
            }
        }
    }
    for exception in &rulebook.packs.exceptions {
        let mut conditions = exception.when.iter();
        let found = conditions.find(|(judged, condition)| never(rulebook, *judged, condition, exception.in_force));
        if let Some((_, condition)) = found {
            impossible(exception, condition, faults);
        }
    }
}

fn impossible(exception: &Exception, condition: &Condition, faults: &mut Faults) {
    let fault = Fault::error(condition.span, format!("exception `{}` can never hold", exception.id));
    faults.push(fault.help("its condition, with that of its rule, is false for all facts"));
}

fn never(rulebook: &Rulebook, judged: Judged, condition: &Condition, in_force: InForce) -> bool {
    let at = day_in(in_force);
    let roots = roots(rulebook, judged);
    let law = rulebook.select(Selection::on(at));
    let definitions = law.definitions();
    let mut compiler = Compiler {
        vocabulary: &rulebook.vocabulary,
        questions: &rulebook.packs.questions,
        definitions: &definitions,
        roots: &roots,
        at,
        program: Program::with(&rulebook.holidays),
    };
    let gate = compiler.gate(condition);
    let slots = vec![Value::Unknown; compiler.program.slots.len()];
    let mut run = Evaluator::<false>::new(&compiler.program, &slots, at);
    truth_of(&gate, &mut run) == Truth::False
}

/// Some day on which it applies.
fn day_in(in_force: InForce) -> Date {
    in_force.from.or(in_force.to).unwrap_or(date(2026, 4, 1))
}

/// Every rule has an example of its breach, of each exception, and of not knowing.
fn lacking_examples(rulebook: &Rulebook, proof: &Proof, faults: &mut Faults) {
    for (index, rule) in rulebook.packs.rules.iter().enumerate() {
        let own: Vec<_> = proof.examples.iter().filter(|found| found.owner == Some(Owner::Rule(index))).collect();
        let verdicts: Vec<&str> =
            own.iter().filter_map(|found| found.expect.verdict.as_ref()).map(|(text, _)| text.as_str()).collect();
        let mut lack = |what: &str, expect: &str| {
            let fault = Fault::error(rule.span, format!("rule `{}` has no example {what}", rule.id));
            faults.push(fault.help(format!("add one under `examples:` with `expect: {{verdict: {expect}}}`")));
        };
        if rule.require.is_some() && !verdicts.iter().any(|verdict| ["breached", "flagged"].contains(verdict)) {
            lack("of its breach", Verdict::Breached.at_level(rule.level).id());
        }
        if rule.require.is_none() && !verdicts.contains(&"met") {
            lack("in which it applies", Verdict::Met.id());
        }
        if can_be_unknown(rulebook, rule) && !verdicts.contains(&"unknown") {
            lack("that cannot be decided", "unknown, missing: [FACT]");
        }
        for exception in &rule.unless {
            let short = exception.id.rsplit('.').next().unwrap_or(&exception.id);
            let named = |text: &str| text == exception.id || text == short;
            if !own.iter().any(|found| found.expect.by.as_ref().is_some_and(|(text, _)| named(text))) {
                let fault = Fault::error(exception.span, format!("exception `{}` has no example", exception.id));
                let expect = format!("`expect: {{verdict: excused, by: {short}}}`");
                faults.push(fault.help(format!("add one under the rule's `examples:` with {expect}")));
            }
        }
    }
    for (index, term) in rulebook.packs.definitions.iter().enumerate() {
        if !proof.examples.iter().any(|found| found.owner == Some(Owner::Definition(index))) {
            let fault = Fault::error(term.span, format!("term `{}` has no example", term.name));
            faults.push(fault.help("add one under `examples:` with `expect: {is: …}`"));
        }
    }
    for (index, exception) in rulebook.packs.exceptions.iter().enumerate() {
        let own = proof.examples.iter().filter(|found| found.owner == Some(Owner::Exception(index)));
        if !own.into_iter().any(|found| found.expect.verdict.as_ref().is_some_and(|(text, _)| text == "excused")) {
            let fault = Fault::error(exception.span, format!("exception `{}` has no example", exception.id));
            faults.push(fault.help("add one under `examples:` with `expect: {verdict: excused}`"));
        }
    }
}

fn can_be_unknown(rulebook: &Rulebook, rule: &Rule) -> bool {
    let mut selection = Selection::on(day_in(rule.in_force));
    selection.include = vec![crate::pack::Force::Proposed, crate::pack::Force::Voluntary];
    let law = rulebook.select(selection);
    rule.judges.iter().any(|judged| {
        let frame = law.frame(*judged);
        let judgement = frame.judge(&frame.prepare(&Facts::default()));
        judgement.outcomes.iter().any(|outcome| {
            outcome.verdict == Verdict::Unknown
                && rulebook.packs.rules.get(outcome.rule).is_some_and(|found| found.span == rule.span)
        })
    })
}
