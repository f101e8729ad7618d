use super::program::Node;
use super::{NodeId, Program};
use crate::check::Comparison;
use crate::facts::Value;

/// What most conditions are made of, in a form that is read at once instead of node by node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quick {
    /// Anything else.
    No,
    /// A fact that is true or false.
    Fact { slot: u32 },
    /// Whether a fact is one value of its enum, or any but that.
    Is { slot: u32, value: u16, negated: bool },
}

impl Quick {
    /// The quick form of a node whose parts are compiled, where it has one.
    pub fn of(node: &Node, program: &Program) -> Self {
        match node {
            Node::Slot(slot) => Self::Fact { slot: *slot },
            Node::Compare(Comparison::Equal, a, b) => Self::is(program, *a, *b, false),
            Node::Compare(Comparison::NotEqual, a, b) => Self::is(program, *a, *b, true),
            _ => Self::No,
        }
    }

    fn is(program: &Program, a: NodeId, b: NodeId, negated: bool) -> Self {
        match (program.node(a), program.node(b)) {
            (Node::Slot(slot), Node::Literal(Value::Enum(value)))
            | (Node::Literal(Value::Enum(value)), Node::Slot(slot)) => Self::Is { slot: *slot, value: *value, negated },
            _ => Self::No,
        }
    }
}
