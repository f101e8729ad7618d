use std::collections::HashMap;
use std::sync::Arc;

use super::quick::{Parts, Quick};
use crate::calendar::NationalHolidays;
use crate::check::{Comparison, Path, Reckoning};
use crate::facts::Value;
use crate::vocabulary::{FieldType, TermId};

/// Index of a node of a [`Program`].
pub(crate) type NodeId = u32;

/// What a slot holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SlotKey {
    /// A fact.
    Field(Path),
    /// A legal conclusion given instead of derived.
    Given(Path, TermId),
    /// An attested answer.
    Answer(Path, String),
}

/// A place for one value that conditions read.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub key: SlotKey,
    /// As people write it: `consent.given`, `info.is.personal_data`, `attested("…")`.
    pub name: String,
    pub ty: FieldType,
    pub optional: bool,
}

/// A step of evaluation. Items of lists are reached through variables, everything else through slots.
///
/// The tag stands for itself: packed into a field it takes longer to tell the steps apart than to do most of them.
#[derive(Clone, Debug)]
#[repr(u8)]
pub(crate) enum Node {
    Literal(Value),
    Slot(u32),
    /// A field of the item of an enclosing quantifier; 0 is the innermost.
    Item(u8, Box<[u16]>),
    /// A conclusion given about an item, before its derivation.
    ItemTerm(u8, Box<[u16]>, TermId, Box<TermUse>),
    ItemAnswer(u8, Box<[u16]>, String),
    /// A conclusion about a subject, computed once a run.
    Term(u32),
    Has(NodeId),
    Not(NodeId),
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    Compare(Comparison, NodeId, NodeId),
    Member(NodeId, NodeId),
    Quantified {
        every: bool,
        list: NodeId,
        body: NodeId,
    },
    /// The values of the items that are kept; without a value, that they are there.
    Collected {
        list: NodeId,
        keep: Option<NodeId>,
        value: Option<NodeId>,
    },
    Conditional(NodeId, NodeId, NodeId),
    Add(NodeId, NodeId),
    Subtract(NodeId, NodeId),
    Multiply(NodeId, NodeId),
    Negative(NodeId),
    Size(NodeId),
    Sum(NodeId),
    LastDay {
        reckoning: Reckoning,
        from: NodeId,
        period: NodeId,
    },
    /// A term that no definition in force derives.
    Underived,
}

/// A conclusion about one subject: the slot where it may be given, and the definitions in force.
#[derive(Clone, Debug)]
pub(crate) struct TermUse {
    pub given: u32,
    /// Whether it is a bool rather than an enum.
    pub is_truth: bool,
    pub definitions: Vec<DefinitionUse>,
}

/// One definition compiled for one subject.
#[derive(Clone, Debug)]
pub(crate) struct DefinitionUse {
    /// Index among the rulebook's definitions.
    pub definition: usize,
    pub root: NodeId,
    /// Packs before whose definition this one goes.
    pub over: Vec<String>,
    pub pack: String,
}

/// A compiled condition: where it begins, and the facts it reads more than once (see `exact`).
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub root: NodeId,
    pub repeated: Vec<Repeated>,
}

/// A fact that a condition reads more than once, with values that stand for all it can have there.
#[derive(Clone, Debug)]
pub(crate) struct Repeated {
    pub slot: u32,
    pub values: Vec<Value>,
}

/// All conditions of one kind of judgement, sharing slots and terms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    /// For days on which authorities rest; without it such days are not known.
    pub holidays: Option<Arc<NationalHolidays>>,
    nodes: Vec<Node>,
    /// By node.
    quick: Vec<Quick>,
    /// The parts of all conjunctions and disjunctions, one after the other, with their quick forms.
    parts: Vec<(NodeId, Quick)>,
    /// Where each node stands in its condition's text, for traces.
    ranges: Vec<(u32, u32)>,
    pub slots: Vec<Slot>,
    pub terms: Vec<TermUse>,
    pub slot_index: HashMap<SlotKey, u32>,
    pub term_index: HashMap<(Path, TermId), u32>,
}

impl Program {
    /// An empty program that knows the holidays.
    pub fn with(holidays: &Arc<NationalHolidays>) -> Self {
        Self { holidays: Some(Arc::clone(holidays)), ..Self::default() }
    }

    /// Adds a node, its parts first, with the place it stands at in its condition's text.
    pub fn push(&mut self, node: Node, range: (u32, u32)) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX);
        let quick = Quick::of(&node, self);
        self.quick.push(quick);
        self.nodes.push(node);
        self.ranges.push(range);
        id
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn quick(&self, id: NodeId) -> Quick {
        self.quick.get(id as usize).copied().unwrap_or(Quick::No)
    }

    /// The parts of one conjunction or disjunction.
    pub fn parts(&self, parts: Parts) -> &[(NodeId, Quick)] {
        let first = parts.first as usize;
        self.parts.get(first..first + parts.count as usize).unwrap_or_default()
    }

    /// Keeps the parts of a conjunction or disjunction where they are read fast.
    pub(super) fn note_parts(&mut self, parts: &[NodeId]) -> Parts {
        let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let found = Parts { first: place(self.parts.len()), count: place(parts.len()) };
        let Self { parts: all, quick, .. } = self;
        all.extend(parts.iter().map(|id| (*id, quick.get(*id as usize).copied().unwrap_or(Quick::No))));
        found
    }

    /// A node; an id of another program reads as underived.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id as usize).unwrap_or(&Node::Underived)
    }

    pub fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.get(index as usize)
    }

    pub fn term(&self, index: u32) -> Option<&TermUse> {
        self.terms.get(index as usize)
    }

    pub fn range(&self, id: NodeId) -> (u32, u32) {
        self.ranges.get(id as usize).copied().unwrap_or((0, 0))
    }

    /// The nodes directly below one, terms not entered.
    pub fn children(&self, id: NodeId) -> Vec<NodeId> {
        match self.node(id) {
            Node::Has(a) | Node::Not(a) | Node::Negative(a) | Node::Size(a) | Node::Sum(a) => vec![*a],
            Node::ItemTerm(_, _, _, found) => found.definitions.iter().map(|definition| definition.root).collect(),
            Node::And(parts) | Node::Or(parts) => parts.to_vec(),
            Node::Compare(_, a, b)
            | Node::Member(a, b)
            | Node::Quantified { list: a, body: b, .. }
            | Node::Add(a, b)
            | Node::Subtract(a, b)
            | Node::Multiply(a, b)
            | Node::LastDay { from: a, period: b, .. } => vec![*a, *b],
            Node::Conditional(a, b, c) => vec![*a, *b, *c],
            Node::Collected { list, keep, value } => [Some(*list), *keep, *value].into_iter().flatten().collect(),
            Node::Literal(_)
            | Node::Slot(_)
            | Node::Item(..)
            | Node::ItemAnswer(..)
            | Node::Term(_)
            | Node::Underived => Vec::new(),
        }
    }
}
