//! Kleene logic calls `kind == "a" || kind != "a"` unknown while `kind` is. Where a fact is read more than once,
//! an unknown answer is tried again for every value the fact could have: only if the answers differ is it unknown.

use jiff::ToSpan;
use jiff::civil::Date;

use super::program::{Gate, Node, NodeId, Program, Repeated};
use super::{Evaluator, Lacking, Truth, lacking};
use crate::calendar::{Period, PeriodUnit};
use crate::facts::Value;
use crate::vocabulary::{ItemType, Vocabulary};

/// How many combinations of values are tried before the answer stays unknown.
const COMBINATIONS_MAX: usize = 4096;
/// Up to here trying combinations costs less than finding out which facts matter.
const COMBINATIONS_FEW: usize = 64;
const DAYS_A_MONTH_MIN: u32 = 28;
const DAYS_A_MONTH_MAX: u32 = 31;
/// A text that no condition mentions.
const OTHER_TEXT: &str = "\u{0}";

/// The truth of a condition, as definite as the facts allow.
#[inline]
pub(crate) fn truth_of<const TRACED: bool>(gate: &Gate, run: &mut Evaluator<'_, TRACED>) -> Truth {
    let truth = run.truth(gate.root);
    if !truth.is_unknown() || gate.repeated.is_empty() {
        return truth;
    }
    let ask = |run: &mut Evaluator<'_, false>| Some(run.truth(gate.root)).filter(|truth| !truth.is_unknown());
    retried(gate, run, ask).unwrap_or(Truth::Unknown)
}

/// The value of a condition, a yes or no or another, as definite as the facts allow.
pub(crate) fn value_of<const TRACED: bool>(gate: &Gate, run: &mut Evaluator<'_, TRACED>) -> Value {
    match truth_of(gate, run) {
        Truth::True => return Value::Bool(true),
        Truth::False => return Value::Bool(false),
        Truth::Unknown => {}
    }
    // A condition that is no yes or no, such as the start of a period, has its value in place.
    let value = run.operand(gate.root).value().clone();
    if value != Value::Unknown || gate.repeated.is_empty() {
        return value;
    }
    let ask = |run: &mut Evaluator<'_, false>| {
        Some(run.operand(gate.root).value().clone()).filter(|value| *value != Value::Unknown)
    };
    retried(gate, run, ask).unwrap_or_default()
}

/// What is answered whatever the unknown facts turn out to be.
fn retried<T: PartialEq, const TRACED: bool>(
    gate: &Gate,
    run: &mut Evaluator<'_, TRACED>,
    ask: impl Fn(&mut Evaluator<'_, false>) -> Option<T>,
) -> Option<T> {
    let unknown = |fact: &&Repeated| matches!(run.slots().get(fact.slot as usize), Some(Value::Unknown));
    let mut choices: Vec<&Repeated> = gate.repeated.iter().filter(unknown).collect();
    let product = |all: usize, fact: &&Repeated| all.saturating_mul(fact.values.len());
    if choices.iter().fold(1, product) > COMBINATIONS_FEW {
        // What is known already overrides some unknown facts, whatever they turn out to be.
        let mattering = lacking([gate.root], run);
        choices.retain(|fact| mattering.contains(&Lacking::Slot(fact.slot)));
    }
    let mut combinations = 1usize;
    choices.retain(|fact| {
        let fits = combinations.saturating_mul(fact.values.len()) <= COMBINATIONS_MAX;
        combinations *= if fits { fact.values.len() } else { 1 };
        fits
    });
    if choices.is_empty() { None } else { unanimous(run, &choices, combinations, ask) }
}

fn unanimous<T: PartialEq, const TRACED: bool>(
    run: &Evaluator<'_, TRACED>,
    choices: &[&Repeated],
    combinations: usize,
    ask: impl Fn(&mut Evaluator<'_, false>) -> Option<T>,
) -> Option<T> {
    let mut agreed = None;
    let mut slots = run.slots().to_vec();
    let stride = stride(combinations);
    for number in 0..combinations {
        let mut rest = number.wrapping_mul(stride) % combinations;
        for fact in choices {
            let pick = fact.values.get(rest % fact.values.len()).cloned().unwrap_or_default();
            rest /= fact.values.len();
            if let Some(place) = slots.get_mut(fact.slot as usize) {
                *place = pick;
            }
        }
        let answer = ask(&mut Evaluator::<false>::new(run.program(), &slots, run.at()))?;
        if agreed.as_ref().is_some_and(|agreed| *agreed != answer) {
            return None;
        }
        agreed = Some(answer);
    }
    agreed
}

/// A step that reaches every combination once and from each goes to one that differs in many facts, so that two that
/// disagree are met early.
fn stride(combinations: usize) -> usize {
    let common = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    // The golden section spreads best.
    (combinations * 618 / 1000..combinations).find(|step| common(*step, combinations) == 1).unwrap_or(1)
}

/// A fact with values that stand for all others in this condition; `None` where no finite set does.
pub(super) fn repeated_fact(program: &Program, vocabulary: &Vocabulary, root: NodeId, slot: u32) -> Option<Repeated> {
    let described = program.slot(slot)?;
    let mut uses = Uses { constants: Vec::new(), open_ended: false };
    uses.collect(program, root, slot, 0);
    let mut values = match (described.ty.list, described.ty.item) {
        (false, ItemType::Bool) => vec![Value::Bool(true), Value::Bool(false)],
        (false, ItemType::Enum(id)) => enum_values(&uses, vocabulary.enum_type(id)?.values.len()),
        _ if uses.open_ended => return None,
        (true, ItemType::Enum(_)) => subsets(&uses.constants)?,
        (true, _) => return None,
        // All that matters of a subject that may be `none` is that it is there.
        (false, ItemType::Ref(_)) => vec![Value::Bool(true)],
        (false, item) if uses.constants.is_empty() => vec![something(item)],
        (false, _) => distinct(uses.constants.iter().flat_map(neighbours)),
    };
    if described.optional {
        values.push(Value::None);
    }
    Some(Repeated { slot, values })
}

/// The constants a fact is compared with in a condition.
struct Uses {
    constants: Vec<Value>,
    /// It is used in a way that the constants do not exhaust.
    open_ended: bool,
}

impl Uses {
    fn collect(&mut self, program: &Program, id: NodeId, slot: u32, depth: u8) {
        let is_slot = |id: NodeId| reads(program, id) == Some(slot);
        match program.node(id) {
            _ if is_slot(id) => {}
            Node::Compare(_, a, b) | Node::Member(a, b) if is_slot(*a) || is_slot(*b) => {
                let other = if is_slot(*a) { *b } else { *a };
                match program.node(other) {
                    Node::Literal(Value::List(items)) => self.constants.extend(items.iter().cloned()),
                    Node::Literal(value) => self.constants.push(value.clone()),
                    _ => self.open_ended = true,
                }
            }
            Node::Has(inner) if is_slot(*inner) => {}
            Node::Not(_) | Node::And(_) | Node::Or(_) => {
                program.children(id).into_iter().for_each(|part| self.collect(program, part, slot, depth));
            }
            Node::Term(index) if depth < 32 => {
                for definition in program.term(*index).map_or(&[][..], |found| &found.definitions) {
                    // The term has the fact's value, and who knows what that is compared with.
                    self.open_ended |= is_slot(definition.root);
                    self.collect(program, definition.root, slot, depth + 1);
                }
            }
            Node::Conditional(condition, yes, no) => {
                self.open_ended |= is_slot(*yes) || is_slot(*no);
                [condition, yes, no].into_iter().for_each(|part| self.collect(program, *part, slot, depth));
            }
            _ => {
                for child in program.children(id) {
                    self.open_ended |= is_slot(child);
                    self.collect(program, child, slot, depth);
                }
            }
        }
    }
}

/// The slot that a node reads and does nothing else with.
fn reads(program: &Program, id: NodeId) -> Option<u32> {
    match program.node(id) {
        Node::Slot(slot) => Some(*slot),
        Node::Term(index) => program.term(*index).filter(|term| term.definitions.is_empty()).map(|term| term.given),
        _ => None,
    }
}

fn distinct(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut found = Vec::new();
    for value in values {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

fn subsets(constants: &[Value]) -> Option<Vec<Value>> {
    let distinct = distinct(constants.iter().cloned());
    let count = 1usize.checked_shl(u32::try_from(distinct.len()).ok()?).filter(|count| *count <= 1024)?;
    let subset = |mask: usize| {
        let chosen = distinct.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0);
        Value::List(chosen.map(|(_, value)| (*value).clone()).collect())
    };
    Some((0..count).map(subset).collect())
}

/// The values compared with, and one that is none of them; all where it is compared with other facts.
fn enum_values(uses: &Uses, count: usize) -> Vec<Value> {
    let all = (0u16..).map(Value::Enum).take(count);
    let mut others = if uses.open_ended { count } else { 1 };
    all.filter(|value| {
        let mentioned = uses.constants.contains(value);
        let kept = mentioned || others > 0;
        others -= usize::from(!mentioned && kept);
        kept
    })
    .collect()
}

/// Some value, where it only matters that there is one.
fn something(item: ItemType) -> Value {
    match item {
        ItemType::Int => Value::Int(0),
        ItemType::Date => Value::Date(Date::constant(2026, 4, 1)),
        ItemType::Period => Period::new(1, PeriodUnit::Day).map_or(Value::Unknown, Value::Period),
        ItemType::Text => Value::Text(OTHER_TEXT.into()),
        ItemType::Bool | ItemType::Enum(_) | ItemType::Ref(_) => Value::Unknown,
    }
}

/// A constant, and the values on both sides of it at which a comparison with it can turn.
fn neighbours(value: &Value) -> Vec<Value> {
    match value {
        Value::Int(number) => [number.checked_sub(1), Some(*number), number.checked_add(1)]
            .into_iter()
            .flatten()
            .map(Value::Int)
            .collect(),
        Value::Date(date) => {
            let around = [date.checked_sub(1.day()), Ok(*date), date.checked_add(1.day())];
            around.into_iter().flatten().map(Value::Date).collect()
        }
        Value::Period(period) => periods_around(*period).into_iter().map(Value::Period).collect(),
        Value::Text(_) => vec![value.clone(), Value::Text(OTHER_TEXT.into())],
        _ => vec![value.clone()],
    }
}

/// Periods of days and of months order differently: those of each kind between which a period lies.
fn periods_around(period: Period) -> Vec<Period> {
    let (min, max) = (period.days_min(), period.days_max());
    let days = [min.saturating_sub(1), min, min + 1, max.saturating_sub(1), max, max + 1];
    let months = match period.months() {
        Some(months) => months.saturating_sub(1)..=months + 1,
        None => (min / DAYS_A_MONTH_MAX).saturating_sub(1)..=max / DAYS_A_MONTH_MIN + 1,
    };
    let days = days.into_iter().map(|count| Period::new(count, PeriodUnit::Day));
    days.chain(months.map(|count| Period::new(count, PeriodUnit::Month))).flatten().collect()
}
