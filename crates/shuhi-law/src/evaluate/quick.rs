use super::program::{Node, NodeId, Program};
use crate::check::Comparison;
use crate::facts::Value;

/// What most conditions are made of, in a form that is read at once instead of node by node.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Quick {
    /// Anything else.
    No,
    /// A fact that is true or false.
    Fact { slot: u32 },
    /// Whether a fact is one value of its enum, or any but that.
    Is { slot: u32, value: u16, negated: bool },
    /// How two facts compare.
    Compare { a: u32, b: u32, comparison: Comparison },
    /// Whether all of some conditions hold.
    All(Parts),
    /// Whether any of some conditions holds.
    Any(Parts),
    /// Whether a condition does not hold.
    Not { inner: NodeId },
    /// A conclusion.
    Term { index: u32 },
}

/// A stretch of [`Program::parts`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub first: u32,
    pub count: u32,
}

impl Quick {
    /// The quick form of a node whose parts are compiled, where it has one.
    pub fn of(node: &Node, program: &mut Program) -> Self {
        match node {
            Node::Slot(slot) => Self::Fact { slot: *slot },
            Node::Compare(comparison, a, b) => Self::comparison(*comparison, program.node(*a), program.node(*b)),
            Node::And(parts) => Self::All(program.note_parts(parts)),
            Node::Or(parts) => Self::Any(program.note_parts(parts)),
            Node::Not(inner) => Self::Not { inner: *inner },
            Node::Term(index) => Self::Term { index: *index },
            _ => Self::No,
        }
    }

    fn comparison(comparison: Comparison, a: &Node, b: &Node) -> Self {
        let is = |slot: u32, value: u16| match comparison {
            Comparison::Equal => Self::Is { slot, value, negated: false },
            Comparison::NotEqual => Self::Is { slot, value, negated: true },
            _ => Self::No,
        };
        match (a, b) {
            (Node::Slot(slot), Node::Literal(Value::Enum(value)))
            | (Node::Literal(Value::Enum(value)), Node::Slot(slot)) => is(*slot, *value),
            (Node::Slot(a), Node::Slot(b)) => Self::Compare { a: *a, b: *b, comparison },
            _ => Self::No,
        }
    }
}
