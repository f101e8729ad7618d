//! The rulebook against the oracle: every condition, on every example and case, and on generated facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use shuhi_law::check::Condition;
use shuhi_law::decide::{Decision, Frame, Judgement, LoneCondition, Selection, Verdict};
use shuhi_law::facts::{Facts, Record, parse_scalar};
use shuhi_law::pack::{Due, Judged};
use shuhi_law::proof::Runner;
use shuhi_law::vocabulary::{FieldType, ItemType};
use shuhi_law::{LawFile, Proof, Rulebook};
use shuhi_source::{Faults, Sources};

use crate::completion::Case;
use crate::support::{self, Random};
use crate::world::Library;
use crate::{Tally, compare};

const BOOL: FieldType = FieldType { item: ItemType::Bool, list: false };
const DATE: FieldType = FieldType { item: ItemType::Date, list: false };

/// Generated facts a condition.
const FACTS_A_CONDITION: u64 = 40;

fn load() -> (&'static Library, Proof, Sources) {
    let mut sources = Sources::new();
    let texts = support::law().into_iter();
    let files: Vec<_> = texts.map(|(name, text)| LawFile { id: sources.add(name, text), own: false }).collect();
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    let (rulebook, proof) = loaded.unwrap_or_else(|| panic!("{}", faults.summary(&sources)));
    (Library::new(rulebook), proof, sources)
}

/// A condition of the rulebook, and what it is asked about.
struct Asked {
    judged: Judged,
    condition: &'static Condition,
    ty: FieldType,
    /// A day on which its rule is in force.
    at: Date,
}

fn conditions(library: &'static Library) -> Vec<Asked> {
    let packs = &library.rulebook.packs;
    let day = |during: shuhi_law::pack::InForce| during.from.or(during.to).unwrap_or(jiff::civil::date(2026, 4, 1));
    let mut found = Vec::new();
    for rule in &packs.rules {
        let at = day(rule.in_force);
        let mut add = |judged, condition, ty| found.push(Asked { judged, condition, ty, at });
        for judged in &rule.judges {
            let own = rule.unless.iter().flat_map(|exception| &exception.when).map(|(_, condition)| condition);
            for condition in rule.when.iter().chain(&rule.require).chain(own) {
                add(*judged, condition, BOOL);
            }
            for duty in &rule.duties {
                duty.when.iter().for_each(|condition| add(*judged, condition, BOOL));
                if let Some(Due::Within { from, .. }) = &duty.due {
                    add(*judged, from, DATE);
                }
                duty.keep.iter().for_each(|keep| add(*judged, &keep.from, DATE));
                duty.opens.iter().for_each(|opens| add(*judged, &opens.from, DATE));
            }
        }
    }
    for exception in &packs.exceptions {
        for (judged, condition) in &exception.when {
            found.push(Asked { judged: *judged, condition, ty: BOOL, at: day(exception.in_force) });
        }
    }
    for term in &packs.definitions {
        let word = library.rulebook.vocabulary.term(term.term).unwrap();
        let ty = FieldType { item: word.ty, list: false };
        found.push(Asked { judged: Judged::Type(word.of), condition: &term.value, ty, at: day(term.in_force) });
    }
    found
}

#[test]
fn every_example_and_case_comes_out_as_cel_has_it() {
    let (library, proof, sources) = load();
    let asked = conditions(library);
    let mut runner = Runner::new(library.rulebook, &sources);
    let mut tally = Tally::default();
    let mut compiled: BTreeMap<(Date, usize), (Case<'_>, LoneCondition<'_>)> = BTreeMap::new();
    for example in proof.examples.iter().chain(&proof.cases) {
        let Some(judged) = runner.judged(example) else { continue };
        let facts: Facts = runner.facts(example, judged).unwrap();
        let law = runner.law(example);
        for (index, asked) in asked.iter().enumerate().filter(|(_, asked)| asked.judged == judged) {
            let (case, lone) = compiled.entry((example.at, index)).or_insert_with(|| {
                let lone = LoneCondition::new(&law, judged, asked.condition);
                (Case::new(library, example.at, judged, asked.condition, asked.ty), lone)
            });
            compare(case, lone, &facts, &mut tally).unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
    println!("{tally:?}");
    assert!(tally.definite > 500 && tally.unknown > 100, "{tally:?}");
}

#[test]
fn every_condition_is_right_on_generated_facts() {
    let (library, ..) = load();
    let mut tally = Tally::default();
    for (index, asked) in conditions(library).iter().enumerate() {
        let law = library.rulebook.select(Selection::on(asked.at));
        let lone = LoneCondition::new(&law, asked.judged, asked.condition);
        let case = Case::new(library, asked.at, asked.judged, asked.condition, asked.ty);
        let mut random = Random::new(index as u64 + 1);
        for _ in 0..FACTS_A_CONDITION {
            let facts = case.random_facts(&Facts::default(), &mut random);
            compare(&case, &lone, &facts, &mut tally).unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
    println!("{tally:?}");
    assert!(tally.definite > 1_000 && tally.unknown > 1_000, "{tally:?}");
}

/// A day on which all law of the rulebook that has begun by now is in force.
const TODAY: Date = jiff::civil::date(2026, 11, 21);
/// Sets of facts an act or type.
const FACTS_A_JUDGEMENT: u64 = 60;
/// Conditions whose facts a set is made of.
const CONDITIONS_A_SET: usize = 6;

/// Whether a trace is kept changes nothing; and what is decided on some facts stays decided on more.
#[test]
fn judgements_are_the_same_traced_and_last_when_more_is_known() {
    let (library, ..) = load();
    let asked = conditions(library);
    let law = library.rulebook.select(Selection::on(TODAY));
    let mut ways: Vec<Judged> = asked.iter().map(|asked| asked.judged).collect();
    ways.sort_unstable();
    ways.dedup();
    let (mut definite, mut open) = (0, 0);
    for judged in ways {
        let frame = law.frame(judged);
        let own = asked.iter().filter(|asked| asked.judged == judged);
        let cases: Vec<Case<'_>> =
            own.map(|asked| Case::new(library, TODAY, judged, asked.condition, asked.ty)).collect();
        for seed in 1..=FACTS_A_JUDGEMENT {
            let mut random = Random::new(seed);
            let mut more = |facts: Facts| {
                (0..CONDITIONS_A_SET)
                    .fold(facts, |facts, _| cases[random.below(cases.len())].random_facts(&facts, &mut random))
            };
            let few = more(presumed(library, judged));
            let before = judged_twice(&frame, &few);
            let after = judged_twice(&frame, &more(few));
            for (first, then) in before.outcomes.iter().zip(&after.outcomes) {
                let lasting = lasts(first.verdict, then.verdict);
                let id = &library.rulebook.packs.rules[first.rule].id;
                assert!(lasting, "`{id}` went from {:?} to {:?} when more was stated", first.verdict, then.verdict);
            }
            match before.decision {
                Some(Decision::Unknown) | None => open += 1,
                decision => {
                    assert_eq!(decision, after.decision, "a decision was turned over by further facts");
                    definite += 1;
                }
            }
        }
    }
    println!("decisions on few facts: {definite} definite, {open} open or none");
    assert!(definite > 100, "{definite} decisions were definite");
}

/// What is taken as stated where something is judged, stated: facts stated otherwise would turn it over.
fn presumed(library: &Library, judged: Judged) -> Facts {
    let vocabulary = &library.rulebook.vocabulary;
    let presumes = match judged {
        Judged::Act(act) => &vocabulary.act(act).unwrap().presumes,
        Judged::Type(ty) => &vocabulary.record_type(ty).unwrap().presumes,
    };
    let mut facts = Facts::default();
    for presumption in presumes {
        let field = vocabulary.record_type(presumption.ty).unwrap().field(presumption.field).unwrap();
        let value = parse_scalar(&presumption.absent.value, field.ty.item, field.optional, vocabulary).unwrap();
        let mut record = Record::empty(presumption.ty, vocabulary);
        record.fields[usize::from(presumption.field)] = value;
        facts.merge(&Facts { roots: vec![(presumption.root.clone(), Arc::new(record))], ..Facts::default() }).unwrap();
    }
    facts
}

fn judged_twice(frame: &Frame<'_>, facts: &Facts) -> Judgement {
    let prepared = frame.prepare(facts);
    let untraced = frame.judge(&prepared);
    assert_eq!(frame.judge_traced(&prepared).without_trace(), untraced);
    untraced
}

/// Whether a verdict may be followed by another when more is known: what is unknown by any, what is met by finding that
/// the rule does not apply, what is excused by finding that it needs no excuse; everything else only by itself.
fn lasts(first: Verdict, then: Verdict) -> bool {
    match first {
        Verdict::Unknown => true,
        Verdict::Met | Verdict::NotFlagged => then == first || then == Verdict::NotApplicable,
        Verdict::Excused => then == first || then == Verdict::Met,
        _ => then == first,
    }
}
