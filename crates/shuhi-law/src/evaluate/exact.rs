//! Kleene logic calls `kind == "a" || kind != "a"` unknown while `kind` is. Where a fact is read more than once,
//! an unknown answer is tried again for every value the fact could have: only if the answers differ is it unknown.

use jiff::ToSpan;

use super::program::{Gate, Node, NodeId, Program, Repeated};
use super::{Evaluator, Truth};
use crate::calendar::Period;
use crate::facts::Value;
use crate::vocabulary::ItemType;

/// How many combinations of values are tried before the answer stays unknown.
const COMBINATIONS_MAX: usize = 4096;

/// The truth of a condition, as definite as the facts allow.
pub(crate) fn truth_of<const TRACED: bool>(gate: &Gate, run: &mut Evaluator<'_, TRACED>) -> Truth {
    let truth = run.truth(gate.root);
    if !truth.is_unknown() || gate.repeated.is_empty() {
        return truth;
    }
    let mut choices = Vec::new();
    let mut combinations = 1usize;
    for fact in &gate.repeated {
        let unknown = matches!(run.slots().get(fact.slot as usize), Some(Value::Unknown));
        if unknown && combinations.saturating_mul(fact.values.len()) <= COMBINATIONS_MAX {
            combinations *= fact.values.len();
            choices.push(fact);
        }
    }
    if choices.is_empty() { truth } else { unanimous(gate, run, &choices, combinations) }
}

fn unanimous<const TRACED: bool>(
    gate: &Gate,
    run: &Evaluator<'_, TRACED>,
    choices: &[&Repeated],
    combinations: usize,
) -> Truth {
    let mut agreed = None;
    let mut slots = run.slots().to_vec();
    for combination in 0..combinations {
        let mut rest = combination;
        for fact in choices {
            let pick = fact.values.get(rest % fact.values.len()).cloned().unwrap_or_default();
            rest /= fact.values.len();
            if let Some(place) = slots.get_mut(fact.slot as usize) {
                *place = pick;
            }
        }
        let truth = Evaluator::<false>::new(run.program(), &slots, run.at()).truth(gate.root);
        if truth.is_unknown() || agreed.is_some_and(|agreed| agreed != truth) {
            return Truth::Unknown;
        }
        agreed = Some(truth);
    }
    agreed.unwrap_or(Truth::Unknown)
}

/// A fact with values that stand for all others in this condition; `None` where no finite set does.
pub(super) fn repeated_fact(program: &Program, root: NodeId, slot: u32) -> Option<Repeated> {
    let described = program.slot(slot)?;
    let mut uses = Uses::default();
    uses.collect(program, root, slot, 0);
    if uses.open_ended {
        return None;
    }
    let mut values = match (described.ty.list, described.ty.item) {
        (true, ItemType::Enum(_)) => subsets(&uses.constants)?,
        (true, _) => return None,
        (false, ItemType::Bool) => vec![Value::Bool(true), Value::Bool(false)],
        (false, ItemType::Enum(_)) => with_another_enum_value(&uses.constants),
        (false, _) => uses.constants.iter().flat_map(neighbours).collect(),
    };
    if described.optional {
        values.push(Value::None);
    }
    (!values.is_empty()).then_some(Repeated { slot, values })
}

/// The constants a fact is compared with in a condition.
#[derive(Default)]
struct Uses {
    constants: Vec<Value>,
    /// It is used in a way that no finite set of values exhausts.
    open_ended: bool,
}

impl Uses {
    fn collect(&mut self, program: &Program, id: NodeId, slot: u32, depth: u8) {
        let is_slot = |id: NodeId| matches!(program.node(id), Node::Slot(found) if *found == slot);
        match program.node(id) {
            Node::Compare(_, a, b) | Node::Member(a, b) if is_slot(*a) || is_slot(*b) => {
                let other = if is_slot(*a) { *b } else { *a };
                match program.node(other) {
                    Node::Literal(Value::List(items)) => self.constants.extend(items.iter().cloned()),
                    Node::Literal(value) => self.constants.push(value.clone()),
                    _ => self.open_ended = true,
                }
            }
            Node::Has(inner) if is_slot(*inner) => {}
            Node::Not(inner) if is_slot(*inner) => {}
            Node::And(parts) | Node::Or(parts) => {
                for part in parts.iter().filter(|part| !is_slot(**part)) {
                    self.collect(program, *part, slot, depth);
                }
            }
            Node::Term(index) if depth < 32 => {
                for definition in program.term(*index).map_or(&[][..], |found| &found.definitions) {
                    if !is_slot(definition.root) {
                        self.collect(program, definition.root, slot, depth + 1);
                    }
                }
            }
            Node::Conditional(condition, yes, no) => {
                for part in [condition, yes, no].into_iter().filter(|part| !is_slot(**part)) {
                    self.collect(program, *part, slot, depth);
                }
            }
            Node::Slot(found) if *found == slot => {}
            _ => {
                for child in program.children(id) {
                    self.open_ended |= is_slot(child);
                    self.collect(program, child, slot, depth);
                }
            }
        }
    }
}

fn subsets(constants: &[Value]) -> Option<Vec<Value>> {
    let mut distinct: Vec<&Value> = Vec::new();
    for value in constants {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    let count = 1usize.checked_shl(u32::try_from(distinct.len()).ok()?).filter(|count| *count <= 256)?;
    let subset = |mask: usize| {
        let chosen = distinct.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0);
        Value::List(chosen.map(|(_, value)| (*value).clone()).collect())
    };
    Some((0..count).map(subset).collect())
}

/// The values compared with, and one that is none of them; where the enum has no further one, nothing is lost.
fn with_another_enum_value(constants: &[Value]) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for value in constants {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values.push(Value::Enum(u16::MAX));
    values
}

/// A constant, and values just below and above it.
fn neighbours(value: &Value) -> Vec<Value> {
    let mut found = vec![value.clone()];
    match value {
        Value::Int(number) => {
            found.extend([number.checked_sub(1), number.checked_add(1)].into_iter().flatten().map(Value::Int));
        }
        Value::Date(date) => {
            let around = [date.checked_sub(1.day()), date.checked_add(1.day())];
            found.extend(around.into_iter().flatten().map(Value::Date));
        }
        Value::Period(period) => {
            let counts = [period.count().checked_sub(1), period.count().checked_add(1)];
            let around = counts.into_iter().flatten().filter_map(|count| Period::new(count, period.unit()).ok());
            found.extend(around.map(Value::Period));
        }
        Value::Text(_) => found.push(Value::Text("\u{0}".into())),
        _ => {}
    }
    found
}
