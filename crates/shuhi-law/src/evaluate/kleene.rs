use std::cmp::Ordering;

use jiff::civil::Date;

use super::Truth;
use super::conclusion::{Conclusion, Conclusions};
use super::program::{DefinitionUse, Node, NodeId, Program, TermUse};
use super::quick::Quick;
use crate::calendar::{FirstDay, Period, RestDay, period_end};
use crate::check::{Comparison, Reckoning};
use crate::facts::Value;

/// One run of a program over facts; `TRACED` also notes what every truth value came to.
pub(crate) struct Evaluator<'p, const TRACED: bool> {
    program: &'p Program,
    slots: &'p [Value],
    at: Date,
    memo: Conclusions,
    items: Vec<&'p Value>,
    /// By node; only where `TRACED`. Borrowed, as moving it in and out would cost a noticeable part of a short run.
    trace: &'p mut [Option<Truth>],
}

/// A value that is read in place where it stands in facts or program.
pub(crate) enum Operand<'p> {
    InPlace(&'p Value),
    Made(Value),
}

impl Operand<'_> {
    pub fn value(&self) -> &Value {
        match self {
            Operand::InPlace(value) => value,
            Operand::Made(value) => value,
        }
    }
}

static UNKNOWN: Value = Value::Unknown;

impl<'p, const TRACED: bool> Evaluator<'p, TRACED> {
    /// A run over facts in slot order, for a date.
    pub fn new(program: &'p Program, slots: &'p [Value], at: Date) -> Self {
        Self::noting_in(&mut [], program, slots, at)
    }

    /// The same, noting what every node comes to, by node.
    #[inline]
    pub fn noting_in(trace: &'p mut [Option<Truth>], program: &'p Program, slots: &'p [Value], at: Date) -> Self {
        Self { program, slots, at, memo: Conclusions::new(program.terms.len()), items: Vec::new(), trace }
    }

    pub fn program(&self) -> &'p Program {
        self.program
    }

    pub fn slots(&self) -> &'p [Value] {
        self.slots
    }

    pub fn at(&self) -> Date {
        self.at
    }

    /// The truth of a condition.
    #[inline(always)]
    pub fn truth(&mut self, id: NodeId) -> Truth {
        self.truth_of(id, self.program.quick(id))
    }

    #[inline(always)]
    fn truth_of(&mut self, id: NodeId, quick: Quick) -> Truth {
        let truth = match quick {
            Quick::Fact { slot } => truth(self.slot(slot)),
            Quick::Is { slot, value, negated } => match self.slot(slot) {
                Value::Enum(found) => Truth::from((*found == value) != negated),
                _ => Truth::Unknown,
            },
            Quick::Compare { a, b, comparison } => compare(comparison, self.slot(a), self.slot(b)),
            Quick::All(parts) => self.fold(self.program.parts(parts), Truth::False),
            Quick::Any(parts) => self.fold(self.program.parts(parts), Truth::True),
            Quick::Not { inner } => self.negated(inner),
            Quick::Term { index } => self.conclusion(index).truth(),
            Quick::No => self.worked_out(id),
        };
        if TRACED && let Some(slot) = self.trace.get_mut(id as usize) {
            *slot = Some(truth);
        }
        truth
    }

    #[inline(never)]
    fn negated(&mut self, inner: NodeId) -> Truth {
        !self.truth(inner)
    }

    #[inline(never)]
    fn worked_out(&mut self, id: NodeId) -> Truth {
        match self.program.node(id) {
            Node::Compare(comparison, a, b) => match (self.in_place(*a), self.in_place(*b)) {
                (Some(a), Some(b)) => compare(*comparison, a, b),
                _ => {
                    let (a, b) = (self.operand(*a), self.operand(*b));
                    compare(*comparison, a.value(), b.value())
                }
            },
            Node::Has(inner) => match self.operand(*inner).value() {
                Value::Unknown => Truth::Unknown,
                Value::None => Truth::False,
                _ => Truth::True,
            },
            Node::Member(item, list) => {
                let (item, list) = (self.operand(*item), self.operand(*list));
                member(item.value(), list.value())
            }
            Node::Quantified { every, list, body } => self.quantified(*every, *list, *body),
            Node::Conditional(condition, yes, no) => match self.truth(*condition) {
                Truth::True => self.truth(*yes),
                Truth::False => self.truth(*no),
                Truth::Unknown => {
                    let (yes, no) = (self.truth(*yes), self.truth(*no));
                    if yes == no { yes } else { Truth::Unknown }
                }
            },
            _ => truth(self.operand(id).value()),
        }
    }

    /// `and` stops at the first false, `or` at the first true.
    #[inline(never)]
    fn fold(&mut self, parts: &[(NodeId, Quick)], decisive: Truth) -> Truth {
        let mut result = !decisive;
        for (id, quick) in parts {
            let truth = self.truth_of(*id, *quick);
            if truth == decisive {
                return decisive;
            }
            if truth.is_unknown() {
                result = Truth::Unknown;
            }
        }
        result
    }

    fn quantified(&mut self, every: bool, list: NodeId, body: NodeId) -> Truth {
        let decisive = Truth::from(!every);
        // Lists are facts or constants, both of which outlive the run.
        let Operand::InPlace(Value::List(items)) = self.operand(list) else { return Truth::Unknown };
        let mut result = !decisive;
        for item in items.iter() {
            self.items.push(item);
            let truth = self.truth(body);
            self.items.pop();
            if truth == decisive {
                return decisive;
            }
            result = if truth.is_unknown() { Truth::Unknown } else { result };
        }
        result
    }

    /// The values of the items kept; nothing where it is not known which are, or what one of them is.
    fn collected(&mut self, list: NodeId, keep: Option<NodeId>, value: Option<NodeId>) -> Option<Value> {
        let Operand::InPlace(Value::List(items)) = self.operand(list) else { return None };
        let mut found = Vec::new();
        for item in items.iter() {
            self.enter(item);
            let kept = keep.map_or(Truth::True, |keep| self.truth(keep));
            let taken = match (kept, value) {
                (Truth::False, _) => None,
                (_, Some(value)) => Some(self.computed(value)),
                // Subjects are only counted; they need not be copied.
                (_, None) if matches!(item, Value::Record(_)) => Some(Value::Bool(true)),
                (_, None) => Some(item.clone()),
            };
            self.leave();
            match taken {
                None => {}
                Some(Value::Unknown | Value::None) => return None,
                Some(_) if kept.is_unknown() => return None,
                Some(value) => found.push(value),
            }
        }
        Some(Value::List(found.into()))
    }

    /// The truth of a quantifier's body for one item.
    pub fn truth_for_item(&mut self, body: NodeId, item: &'p Value) -> Truth {
        self.enter(item);
        let truth = self.truth(body);
        self.leave();
        truth
    }

    /// Makes an item the innermost variable, for looking around inside a quantifier.
    pub fn enter(&mut self, item: &'p Value) {
        self.items.push(item);
    }

    /// Undoes [`Self::enter`].
    pub fn leave(&mut self) {
        self.items.pop();
    }

    fn slot(&self, slot: u32) -> &'p Value {
        self.slots.get(slot as usize).unwrap_or(&UNKNOWN)
    }

    /// The value of a node that only has to be looked up, as most sides of comparisons have.
    fn in_place(&self, id: NodeId) -> Option<&'p Value> {
        match self.program.node(id) {
            Node::Literal(value) => Some(value),
            Node::Slot(slot) => Some(self.slot(*slot)),
            Node::Item(depth, steps) => Some(self.item(*depth, steps)),
            _ => None,
        }
    }

    /// The value of a node.
    pub fn operand(&mut self, id: NodeId) -> Operand<'p> {
        match self.program.node(id) {
            Node::Literal(value) => Operand::InPlace(value),
            Node::Slot(slot) => Operand::InPlace(self.slot(*slot)),
            Node::Item(depth, steps) => Operand::InPlace(self.item(*depth, steps)),
            Node::ItemTerm(depth, steps, term, found) => {
                if let Value::Record(record) = self.item(*depth, steps)
                    && let Some(given) = record.given(*term)
                {
                    return Operand::InPlace(given);
                }
                Operand::Made(self.derive(found).unwrap_or(Conclusion::Unknown).value())
            }
            Node::ItemAnswer(depth, steps, question) => match self.item(*depth, steps) {
                Value::Record(record) => Operand::Made(record.answer(question, self.at)),
                _ => Operand::InPlace(&UNKNOWN),
            },
            Node::Term(index) => Operand::Made(self.term(*index)),
            Node::Conditional(condition, yes, no) => match self.truth(*condition) {
                Truth::True => self.operand(*yes),
                Truth::False => self.operand(*no),
                Truth::Unknown => {
                    let (yes, no) = (self.operand(*yes), self.operand(*no));
                    let agree = compare(Comparison::Equal, yes.value(), no.value()) == Truth::True;
                    if agree { yes } else { Operand::InPlace(&UNKNOWN) }
                }
            },
            Node::Add(a, b) => self.arithmetic(*a, *b, i64::checked_add),
            Node::Subtract(a, b) => self.arithmetic(*a, *b, i64::checked_sub),
            Node::Multiply(a, b) => self.arithmetic(*a, *b, i64::checked_mul),
            Node::Negative(a) => match self.operand(*a).value() {
                Value::Int(value) => made(value.checked_neg().map(Value::Int)),
                _ => Operand::InPlace(&UNKNOWN),
            },
            Node::Size(list) => match self.operand(*list).value() {
                Value::List(items) => made(i64::try_from(items.len()).ok().map(Value::Int)),
                _ => Operand::InPlace(&UNKNOWN),
            },
            Node::Sum(list) => match self.operand(*list).value() {
                Value::List(items) => made(total(items).map(Value::Int)),
                _ => Operand::InPlace(&UNKNOWN),
            },
            Node::LastDay { reckoning, from, period } => {
                let (from, period) = (self.operand(*from), self.operand(*period));
                match (from.value(), period.value()) {
                    (Value::Date(from), Value::Period(period)) => {
                        made(self.last_day(*reckoning, *from, *period).map(Value::Date))
                    }
                    _ => Operand::InPlace(&UNKNOWN),
                }
            }
            Node::Collected { list, keep, value } => made(self.collected(*list, *keep, *value)),
            Node::Underived => Operand::InPlace(&UNKNOWN),
            Node::Has(_)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Compare(..)
            | Node::Member(..)
            | Node::Quantified { .. } => Operand::Made(match self.truth(id) {
                Truth::True => Value::Bool(true),
                Truth::False => Value::Bool(false),
                Truth::Unknown => Value::Unknown,
            }),
        }
    }

    /// The last day of a period; nothing where the holiday table does not reach, or dates end.
    fn last_day(&self, reckoning: Reckoning, from: Date, period: Period) -> Option<Date> {
        let first_day = if reckoning == Reckoning::Counted { FirstDay::Counted } else { FirstDay::Excluded };
        let end = period_end(from, period, first_day).ok()?;
        match (reckoning, &self.program.holidays) {
            (Reckoning::Filing, Some(holidays)) => RestDay::Agency.move_over(end, holidays).known(),
            (Reckoning::Filing, None) => None,
            _ => Some(end),
        }
    }

    fn computed(&mut self, id: NodeId) -> Value {
        match self.operand(id) {
            Operand::InPlace(value) => value.clone(),
            Operand::Made(value) => value,
        }
    }

    fn item(&self, depth: u8, steps: &[u16]) -> &'p Value {
        let index = self.items.len().checked_sub(1 + usize::from(depth));
        let mut value = index.and_then(|index| self.items.get(index)).copied().unwrap_or(&UNKNOWN);
        for step in steps {
            value = match value {
                Value::Record(record) => record.field(*step),
                _ => &UNKNOWN,
            };
        }
        value
    }

    fn arithmetic(&mut self, a: NodeId, b: NodeId, operation: fn(i64, i64) -> Option<i64>) -> Operand<'p> {
        let (a, b) = (self.operand(a), self.operand(b));
        match (a.value(), b.value()) {
            // A result beyond 64 bits is not known rather than wrong.
            (Value::Int(a), Value::Int(b)) => made(operation(*a, *b).map(Value::Int)),
            _ => Operand::InPlace(&UNKNOWN),
        }
    }

    /// The value of a conclusion.
    pub fn term(&mut self, index: u32) -> Value {
        self.conclusion(index).value()
    }

    /// A conclusion: as given, or as the definitions in force derive it.
    fn conclusion(&mut self, index: u32) -> Conclusion {
        let Some(found) = self.program.term(index) else { return Conclusion::Unknown };
        let given = self.slot(found.given);
        if !matches!(given, Value::Unknown) {
            return Conclusion::of(given);
        }
        if let Some(known) = self.memo.get(index) {
            return known;
        }
        // Asking for what is being derived would be a circle, which loading refuses.
        self.memo.set(index, Conclusion::Unknown);
        let derived = match found.definitions.as_slice() {
            [only] => self.defined(only, found),
            // A term that two definitions contradict each other about has no value.
            _ => self.derive(found).unwrap_or(Conclusion::Unknown),
        };
        self.memo.set(index, derived);
        derived
    }

    /// A conclusion as the definitions in force derive it; or the two that contradict each other, by their indices in
    /// the rulebook.
    fn derive(&mut self, found: &'p TermUse) -> Result<Conclusion, (usize, usize)> {
        let Some((first, others)) = found.definitions.split_first() else { return Ok(Conclusion::Unknown) };
        let (mut result, mut ruling) = (self.defined(first, found), first);
        for definition in others {
            let value = self.defined(definition, found);
            if ruling.over.contains(&definition.pack) || result == value {
                continue;
            }
            if definition.over.contains(&ruling.pack) {
                (result, ruling) = (value, definition);
            } else if result == Conclusion::Unknown || value == Conclusion::Unknown {
                result = Conclusion::Unknown;
            } else {
                return Err((ruling.definition, definition.definition));
            }
        }
        Ok(result)
    }

    #[inline]
    fn defined(&mut self, definition: &DefinitionUse, term: &TermUse) -> Conclusion {
        if term.is_truth {
            return Conclusion::from(self.truth(definition.root));
        }
        Conclusion::of(self.operand(definition.root).value())
    }

    /// The two definitions that contradict each other about a term, if no value is given for it.
    pub fn conflict(&mut self, index: u32) -> Option<(usize, usize)> {
        let found = self.program.term(index)?;
        if *self.slot(found.given) != Value::Unknown || found.definitions.len() < 2 {
            return None;
        }
        self.derive(found).err()
    }
}

fn truth(value: &Value) -> Truth {
    match value {
        Value::Bool(value) => Truth::from(*value),
        _ => Truth::Unknown,
    }
}

fn made<'p>(value: Option<Value>) -> Operand<'p> {
    value.map_or(Operand::InPlace(&UNKNOWN), Operand::Made)
}

fn total(items: &[Value]) -> Option<i64> {
    items.iter().try_fold(0i64, |sum, item| match item {
        Value::Int(value) => sum.checked_add(*value),
        _ => None,
    })
}

/// Compares two values of one type. Periods compare only where every start date gives the same answer.
#[inline]
pub(super) fn compare(comparison: Comparison, a: &Value, b: &Value) -> Truth {
    let ordering = match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Enum(a), Value::Enum(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Period(a), Value::Period(b)) => return compare_lengths(comparison, *a, *b),
        _ => return Truth::Unknown,
    };
    Truth::from(match comparison {
        Comparison::Equal => ordering == Ordering::Equal,
        Comparison::NotEqual => ordering != Ordering::Equal,
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        Comparison::GreaterOrEqual => ordering != Ordering::Less,
    })
}

fn compare_lengths(comparison: Comparison, a: Period, b: Period) -> Truth {
    let relation = a.relation(b);
    Truth::from(match comparison {
        Comparison::Equal => relation.equal(),
        Comparison::NotEqual => relation.equal().map(|equal| !equal),
        Comparison::Less => relation.less(),
        Comparison::LessOrEqual => relation.at_most(),
        Comparison::Greater => relation.greater(),
        Comparison::GreaterOrEqual => relation.at_least(),
    })
}

fn member(item: &Value, list: &Value) -> Truth {
    match (item, list) {
        (_, Value::List(items)) if items.is_empty() => Truth::False,
        (Value::Unknown | Value::None, _) => Truth::Unknown,
        (item, Value::List(items)) => {
            items.iter().map(|each| compare(Comparison::Equal, item, each)).fold(Truth::False, Truth::or)
        }
        _ => Truth::Unknown,
    }
}
