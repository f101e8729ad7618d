//! Every way in which what is not stated could turn out: facts completed over small domains, one unknown at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::calendar::{Period, PeriodUnit};
use shuhi_law::check::{Condition, Literal, Typed, TypedKind};
use shuhi_law::facts::{self, Facts, Record, Value};
use shuhi_law::pack::Judged;
use shuhi_law::vocabulary::{FieldType, ItemType, TermId, TypeId};

use crate::naive::starts;
use crate::support::Random;
use crate::world::{Answer, Library, NoAnswer, Place, Step, Unstated, World};

/// Evaluations after which completing gives up.
const EVALUATIONS_MAX: usize = 2_000;
/// Constants of one kind that make up a domain.
const CONSTANTS_MAX: usize = 6;

/// One condition asked on one date.
pub struct Case<'c> {
    pub library: &'static Library,
    pub at: Date,
    pub roots: Vec<(String, TypeId)>,
    pub condition: &'c Condition,
    /// The type of its value.
    pub ty: FieldType,
    domains: Domains,
}

/// What a condition came to over all completions.
#[derive(Default)]
pub struct Outcomes {
    pub answers: BTreeSet<Answer>,
    /// Some completion has no answer in CEL either: `none` read unguarded, overflow.
    pub undetermined: BTreeSet<String>,
    /// The unknown facts that mattered.
    pub unstated: Vec<Unstated>,
    /// Periods of days met periods of months.
    pub mixed_periods: bool,
    /// There were too many.
    pub truncated: bool,
}

impl Outcomes {
    /// Whether no value holds for every completion.
    pub fn differ(&self) -> bool {
        self.answers.len() + self.undetermined.len() > 1
    }
}

impl<'c> Case<'c> {
    pub fn new(library: &'static Library, at: Date, judged: Judged, condition: &'c Condition, ty: FieldType) -> Self {
        let vocabulary = &library.rulebook.vocabulary;
        let roots = match judged {
            Judged::Act(act) => vocabulary.roles_of(act),
            Judged::Type(ty) => vocabulary.roots_of(ty),
        };
        let domains = Domains::of(library, at, condition);
        Self { library, at, roots, condition, ty, domains }
    }

    fn evaluate(&self, facts: &Facts, start: i64) -> (Result<Answer, NoAnswer>, Arc<World>) {
        let world = World::new(self.library, self.at, facts.clone(), start);
        (world.evaluate(&self.condition.text, &self.roots), world)
    }

    /// The values that CEL gives for every completion, or the first two that differ.
    pub fn outcomes(&self, facts: &Facts) -> Outcomes {
        let starts = starts();
        let mut found = Outcomes::default();
        let mut open = vec![(facts.clone(), 0)];
        let mut evaluations = 0;
        while let Some((facts, start)) = open.pop() {
            evaluations += 1;
            if evaluations > EVALUATIONS_MAX || found.differ() {
                found.truncated = !found.differ();
                break;
            }
            let (answer, world) = self.evaluate(&facts, starts[start]);
            if world.mixed_periods() && start == 0 {
                found.mixed_periods = true;
                open.extend((1..starts.len()).map(|start| (facts.clone(), start)));
            }
            // What fails may still not matter once an unknown fact beside it is known.
            let answer = match (answer, world.asked().into_iter().next()) {
                (Err(NoAnswer::Other(_)), Some(fact)) => Err(NoAnswer::Needs(fact)),
                (answer, _) => answer,
            };
            match answer {
                Ok(answer) => {
                    found.answers.insert(answer);
                }
                Err(NoAnswer::Other(why)) => {
                    found.undetermined.insert(why);
                }
                Err(NoAnswer::Needs(fact)) => {
                    let with = |value| (self.with(&facts, &fact.place, value), start);
                    open.extend(self.values(&fact).into_iter().map(with));
                    if !found.unstated.contains(&fact) {
                        found.unstated.push(fact);
                    }
                }
            }
        }
        found
    }

    /// Facts that the condition asks for beside those stated already, some of them left unstated.
    pub fn random_facts(&self, stated: &Facts, random: &mut Random) -> Facts {
        let mut facts = stated.clone();
        let mut left_open: Vec<Place> = Vec::new();
        for _ in 0..60 {
            let (_, world) = self.evaluate(&facts, starts()[0]);
            let Some(fact) = world.asked().into_iter().find(|fact| !left_open.contains(&fact.place)) else { break };
            if random.below(3) == 0 {
                left_open.push(fact.place);
            } else {
                let values = self.domains.values(self.library.rulebook, &fact);
                let value = values[random.below(values.len())].clone();
                facts = self.with(&facts, &fact.place, value);
            }
        }
        facts
    }

    /// The values an unknown fact is tried with: those that are generated, and values beyond all of them, which differ
    /// from whatever another fact was given.
    pub fn values(&self, fact: &Unstated) -> Vec<Value> {
        let mut values = self.domains.values(self.library.rulebook, fact);
        if !fact.ty.list {
            values.extend(self.domains.beyond(fact.ty.item));
        }
        values
    }

    fn with(&self, facts: &Facts, place: &Place, value: Value) -> Facts {
        let rulebook = self.library.rulebook;
        let mut facts = facts.clone();
        let of = |name: &str| self.roots.iter().find(|(root, _)| root == name).map(|(_, ty)| *ty);
        let ty = of(&place.root).or_else(|| rulebook.vocabulary.type_of_root(&place.root)).unwrap();
        let old = facts.root(&place.root).cloned();
        let mut record = old.map_or_else(|| Record::empty(ty, &rulebook.vocabulary), |old| Record::clone(&old));
        set(rulebook, &mut record, &place.steps, value);
        facts.roots.retain(|(name, _)| *name != place.root);
        facts.roots.push((place.root.clone(), Arc::new(record)));
        facts
    }
}

fn set(rulebook: &Rulebook, record: &mut Record, steps: &[Step], value: Value) {
    match steps {
        [Step::Given(term)] => record.given.push((*term, value)),
        [Step::Answer(question)] => {
            let question = question.clone();
            record.answers.push(facts::Answer { question, value, answered_on: None, review_by: None });
        }
        [Step::Field(index)] => record.fields[usize::from(*index)] = value,
        [Step::Field(index), Step::Item(at), rest @ ..] => {
            let Value::List(items) = record.field(*index) else { panic!("no list") };
            let mut items = items.to_vec();
            let Value::Record(item) = &items[*at] else { panic!("no list of subjects") };
            let mut item = Record::clone(item);
            set(rulebook, &mut item, rest, value);
            items[*at] = Value::Record(Arc::new(item));
            record.fields[usize::from(*index)] = Value::List(items.into());
        }
        [Step::Field(index), rest @ ..] => {
            let mut inner = match record.field(*index) {
                Value::Record(inner) => Record::clone(inner),
                _ => {
                    let ty = rulebook.vocabulary.record_type(record.ty).unwrap().field(*index).unwrap().ty;
                    let ItemType::Ref(target) = ty.item else { panic!("no subject") };
                    Record::empty(target, &rulebook.vocabulary)
                }
            };
            set(rulebook, &mut inner, rest, value);
            record.fields[usize::from(*index)] = Value::Record(Arc::new(inner));
        }
        steps => panic!("{steps:?} lead to no fact"),
    }
}

/// The values facts are tried with: the constants a condition and its terms mention, and their neighbours.
#[derive(Default)]
struct Domains {
    ints: BTreeSet<i64>,
    /// Numbers that lists hold.
    listed: Vec<i64>,
    dates: BTreeSet<Date>,
    periods: Vec<Period>,
    texts: BTreeSet<String>,
    enum_values: BTreeSet<u16>,
    terms: BTreeSet<TermId>,
}

impl Domains {
    fn of(library: &Library, at: Date, condition: &Condition) -> Self {
        let mut found = Self::default();
        found.collect(library, at, &condition.body);
        let mentioned: Vec<i64> = found.ints.iter().copied().take(CONSTANTS_MAX).collect();
        found.listed = if mentioned.is_empty() { vec![0] } else { mentioned.clone() };
        for a in &mentioned {
            found.ints.insert(-a);
            found.ints.extend(mentioned.iter().flat_map(|b| [a + b, a - b]));
        }
        if found.ints.is_empty() {
            found.ints.insert(0);
        }
        found.ints = found.ints.iter().flat_map(|value| [value - 1, *value, value + 1]).collect();
        found.dates.insert(at);
        for period in found.periods.clone() {
            // A period from such a day ends about when another date lies.
            let days = i64::from(period.days_max());
            found.dates.extend(found.dates.clone().iter().filter_map(|date| date.checked_sub(days.days()).ok()));
        }
        let around = |date: &Date| [date.checked_sub(1.day()), Ok(*date), date.checked_add(1.day())];
        found.dates = found.dates.iter().flat_map(around).flatten().collect();
        if found.periods.is_empty() {
            found.periods.push(Period::new(6, PeriodUnit::Month).unwrap());
        }
        found.periods = found.periods.iter().flat_map(|period| around_period(*period)).collect();
        found.texts.insert("something else".to_owned());
        found
    }

    fn collect(&mut self, library: &Library, at: Date, typed: &Typed) {
        match &typed.kind {
            TypedKind::Literal(literal) => self.literal(literal),
            TypedKind::Literals(literals) => literals.iter().for_each(|literal| self.literal(literal)),
            TypedKind::Term(_, term) => {
                if self.terms.insert(*term) {
                    for definition in library.definitions(*term, at) {
                        self.collect(library, at, &definition.value.body);
                    }
                }
            }
            kind => children(kind).into_iter().for_each(|child| self.collect(library, at, child)),
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Bool(_) => {}
            Literal::Int(value) => {
                self.ints.insert(*value);
            }
            Literal::Text(text) => {
                self.texts.insert(text.clone());
            }
            Literal::Enum(index) => {
                self.enum_values.insert(*index);
            }
            Literal::Date(date) => {
                self.dates.insert(*date);
            }
            Literal::Period(period) => {
                if !self.periods.contains(period) {
                    self.periods.push(*period);
                }
            }
        }
    }

    fn beyond(&self, item: ItemType) -> Vec<Value> {
        match item {
            ItemType::Int => [self.ints.first(), self.ints.last()]
                .into_iter()
                .flatten()
                .zip([-90, 90])
                .map(|(value, far)| Value::Int(value + far))
                .collect(),
            ItemType::Date => [self.dates.first(), self.dates.last()]
                .into_iter()
                .flatten()
                .zip([-9_000, 9_000])
                .filter_map(|(date, far)| date.checked_add(far.days()).ok())
                .map(Value::Date)
                .collect(),
            ItemType::Period => [(0, PeriodUnit::Day), (90, PeriodUnit::Year)]
                .into_iter()
                .filter_map(|(count, unit)| Period::new(count, unit).ok())
                .map(Value::Period)
                .collect(),
            ItemType::Text => vec![Value::Text("something else again".into())],
            _ => Vec::new(),
        }
    }

    fn values(&self, rulebook: &Rulebook, fact: &Unstated) -> Vec<Value> {
        let vocabulary = &rulebook.vocabulary;
        let mut values: Vec<Value> = match (fact.ty.list, fact.ty.item) {
            (false, ItemType::Bool) => vec![Value::Bool(false), Value::Bool(true)],
            (false, ItemType::Int) => self.ints.iter().map(|value| Value::Int(*value)).collect(),
            (false, ItemType::Text) => self.texts.iter().map(|text| Value::Text(text.as_str().into())).collect(),
            (false, ItemType::Date) => self.dates.iter().map(|date| Value::Date(*date)).collect(),
            (false, ItemType::Period) => self.periods.iter().map(|period| Value::Period(*period)).collect(),
            (false, ItemType::Enum(id)) => {
                (0..vocabulary.enum_type(id).unwrap().values.len()).map(|index| Value::Enum(index as u16)).collect()
            }
            (false, ItemType::Ref(ty)) => vec![Value::Record(Arc::new(Record::empty(ty, vocabulary)))],
            (true, ItemType::Enum(id)) => {
                let count = vocabulary.enum_type(id).unwrap().values.len() as u16;
                let mentioned = self.enum_values.iter().copied().filter(|index| *index < count);
                let mut pool: Vec<u16> = mentioned.collect();
                let others: Vec<u16> = (0..count).filter(|index| !pool.contains(index)).collect();
                pool.extend(others.iter().take(if count <= 3 { 3 } else { 1 }));
                subsets(&pool.into_iter().map(Value::Enum).collect::<Vec<_>>())
            }
            (true, ItemType::Ref(ty)) => {
                let item = Value::Record(Arc::new(Record::empty(ty, vocabulary)));
                (0..3).map(|count| Value::List(vec![item.clone(); count].into())).collect()
            }
            (true, ItemType::Int) => {
                let pool = self.listed.iter().flat_map(|value| [*value, value + 1]).take(4);
                let mut lists = subsets(&pool.map(Value::Int).collect::<Vec<_>>());
                lists.push(Value::List(self.ints.iter().map(|value| Value::Int(*value)).collect()));
                lists
            }
            (true, item) => panic!("no condition reads a list of {item:?}"),
        };
        if fact.optional {
            values.push(Value::None);
        }
        values
    }
}

/// All subsets of a few values; of many, those of none, one, all but one, and all.
fn subsets(pool: &[Value]) -> Vec<Value> {
    let list = |kept: &dyn Fn(usize) -> bool| {
        let chosen = pool.iter().enumerate().filter(|(index, _)| kept(*index));
        Value::List(chosen.map(|(_, value)| value.clone()).collect())
    };
    if pool.len() <= 4 {
        return (0..1 << pool.len()).map(|mask: usize| list(&|index| mask & (1 << index) != 0)).collect();
    }
    let mut found = vec![list(&|_| false), list(&|_| true)];
    for one in 0..pool.len() {
        found.extend([list(&|index| index == one), list(&|index| index != one)]);
    }
    found
}

/// A period, its neighbours in its own unit, and the periods of the other kind between which it lies.
fn around_period(period: Period) -> Vec<Period> {
    let count = period.count();
    let mut found = vec![(count, period.unit()), (count + 1, period.unit())];
    found.push((count.saturating_sub(1), period.unit()));
    let (min, max) = (period.days_min(), period.days_max());
    found.extend([min.saturating_sub(1), min, (min + max) / 2, max, max + 1].map(|days| (days, PeriodUnit::Day)));
    let months = min / 31;
    found.extend((months.saturating_sub(1)..=max / 28 + 1).take(8).map(|months| (months, PeriodUnit::Month)));
    found.into_iter().filter_map(|(count, unit)| Period::new(count, unit).ok()).collect()
}

/// The parts of a condition directly below one, terms not entered.
pub fn children(kind: &TypedKind) -> Vec<&Typed> {
    match kind {
        TypedKind::Not(a) | TypedKind::Negative(a) | TypedKind::Size(a) | TypedKind::Sum(a) => vec![a],
        TypedKind::And(parts) | TypedKind::Or(parts) => parts.iter().collect(),
        TypedKind::Compare(_, a, b)
        | TypedKind::Member(a, b)
        | TypedKind::Quantified { list: a, body: b, .. }
        | TypedKind::Add(a, b)
        | TypedKind::Subtract(a, b)
        | TypedKind::Multiply(a, b)
        | TypedKind::LastDay { from: a, period: b, .. } => vec![a, b],
        TypedKind::Conditional(a, b, c) => vec![a, b, c],
        TypedKind::Collected { list, keep, value } => {
            let parts = [Some(list), keep.as_ref(), value.as_ref()];
            parts.into_iter().flatten().map(Box::as_ref).collect()
        }
        TypedKind::Literal(_)
        | TypedKind::Literals(_)
        | TypedKind::Fact(_)
        | TypedKind::At
        | TypedKind::Term(..)
        | TypedKind::Attested(..)
        | TypedKind::Has(_) => Vec::new(),
    }
}
