use super::program::{Node, NodeId};
use super::{Evaluator, Truth};
use crate::facts::Value;

/// Why an answer is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lacking {
    /// A fact by its slot.
    Slot(u32),
    /// A fact about an item of a list: the list's slot, the item's position, and the fields from there.
    Item { list: u32, position: usize, steps: Box<[u16]> },
    /// A conclusion that two definitions in force contradict each other about.
    Conflict { first: usize, second: usize },
    /// The holidays of a year beyond the table.
    Holidays,
    /// A comparison of periods that depends on the date they start, by its node.
    Start(NodeId),
}

/// What is lacking below nodes whose value is unknown: the unknown leaves that nothing known overrides.
pub(crate) fn lacking<const TRACED: bool>(
    nodes: impl IntoIterator<Item = NodeId>,
    run: &mut Evaluator<'_, TRACED>,
) -> Vec<Lacking> {
    let mut search = Search::default();
    for node in nodes {
        search.visit(node, run);
    }
    search.found.sort_unstable();
    search.found.dedup();
    search.found
}

#[derive(Default)]
struct Search {
    found: Vec<Lacking>,
    /// The lists and positions of the quantifiers entered.
    position: Vec<(Option<u32>, usize)>,
    depth: u8,
}

impl Search {
    fn visit<const TRACED: bool>(&mut self, id: NodeId, run: &mut Evaluator<'_, TRACED>) {
        if self.depth > 64 {
            return;
        }
        let program = run.program();
        match program.node(id) {
            Node::Slot(slot) => {
                if run.slots().get(*slot as usize) == Some(&Value::Unknown) {
                    self.found.push(Lacking::Slot(*slot));
                }
            }
            Node::And(parts) | Node::Or(parts) => {
                for part in parts.iter() {
                    if run.truth(*part).is_unknown() {
                        self.visit(*part, run);
                    }
                }
            }
            Node::Term(index) => self.term(*index, run),
            Node::Quantified { list, body, .. } => self.quantified(*list, *body, run),
            Node::LastDay { from, period, .. } => {
                let before = self.found.len();
                self.visit(*from, run);
                self.visit(*period, run);
                if self.found.len() == before && *run.operand(id).value() == Value::Unknown {
                    self.found.push(Lacking::Holidays);
                }
            }
            Node::Collected { list, keep, value } => self.collected(*list, *keep, *value, run),
            Node::Item(depth, steps) => self.item(*depth, steps, run, id),
            Node::ItemAnswer(depth, steps, _) => self.item(*depth, steps, run, id),
            Node::Conditional(condition, yes, no) => match run.truth(*condition) {
                Truth::True => self.visit(*yes, run),
                Truth::False => self.visit(*no, run),
                Truth::Unknown => [condition, yes, no].into_iter().for_each(|part| self.visit(*part, run)),
            },
            Node::Compare(_, a, b) => {
                let before = self.found.len();
                self.visit(*a, run);
                self.visit(*b, run);
                let known = *run.operand(*a).value() != Value::Unknown && *run.operand(*b).value() != Value::Unknown;
                if self.found.len() == before && known {
                    self.found.push(Lacking::Start(id));
                }
            }
            _ => program.children(id).into_iter().for_each(|child| self.visit(child, run)),
        }
    }

    fn term<const TRACED: bool>(&mut self, index: u32, run: &mut Evaluator<'_, TRACED>) {
        if run.term(index) != Value::Unknown {
            return;
        }
        if let Some((first, second)) = run.conflict(index) {
            self.found.push(Lacking::Conflict { first, second });
            return;
        }
        let Some(found) = run.program().term(index) else { return };
        if found.definitions.is_empty() {
            self.found.push(Lacking::Slot(found.given));
        }
        self.depth += 1;
        for definition in &found.definitions {
            self.visit(definition.root, run);
        }
        self.depth -= 1;
    }

    fn quantified<const TRACED: bool>(&mut self, list: NodeId, body: NodeId, run: &mut Evaluator<'_, TRACED>) {
        let slot = slot_of(list, run.program());
        let super::kleene::Operand::InPlace(Value::List(items)) = run.operand(list) else {
            self.visit(list, run);
            return;
        };
        for (position, item) in items.iter().enumerate() {
            if run.truth_for_item(body, item).is_unknown() {
                self.position.push((slot, position));
                run.enter(item);
                self.visit(body, run);
                run.leave();
                self.position.pop();
            }
        }
    }

    fn collected<const TRACED: bool>(
        &mut self,
        list: NodeId,
        keep: Option<NodeId>,
        value: Option<NodeId>,
        run: &mut Evaluator<'_, TRACED>,
    ) {
        let slot = slot_of(list, run.program());
        let super::kleene::Operand::InPlace(Value::List(items)) = run.operand(list) else {
            self.visit(list, run);
            return;
        };
        for (position, item) in items.iter().enumerate() {
            self.position.push((slot, position));
            run.enter(item);
            let kept = keep.map_or(Truth::True, |keep| run.truth(keep));
            if kept.is_unknown() {
                keep.into_iter().for_each(|keep| self.visit(keep, run));
            }
            if kept != Truth::False {
                value.into_iter().for_each(|value| self.visit(value, run));
            }
            run.leave();
            self.position.pop();
        }
    }

    fn item<const TRACED: bool>(&mut self, depth: u8, steps: &[u16], run: &mut Evaluator<'_, TRACED>, id: NodeId) {
        if *run.operand(id).value() != Value::Unknown {
            return;
        }
        let index = self.position.len().checked_sub(1 + usize::from(depth));
        if let Some((Some(list), position)) = index.and_then(|index| self.position.get(index)) {
            self.found.push(Lacking::Item { list: *list, position: *position, steps: steps.into() });
        }
    }
}

/// The slot of a list that is a fact of its own.
fn slot_of(list: NodeId, program: &super::Program) -> Option<u32> {
    match program.node(list) {
        Node::Slot(slot) => Some(*slot),
        _ => None,
    }
}
