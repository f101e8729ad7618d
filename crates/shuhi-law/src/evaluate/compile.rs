use std::collections::BTreeMap;

use jiff::civil::Date;

use super::exact::repeated_fact;
use super::program::{DefinitionUse, Gate, Node, NodeId, Program, Slot, SlotKey, TermUse};
use crate::check::{Condition, Literal, Path, Root, Typed, TypedKind};
use crate::facts::Value;
use crate::pack::{Definition, Question};
use crate::vocabulary::{FieldType, ItemType, TermId, TypeId, Vocabulary};

/// Compiles conditions over the named subjects of one kind of judgement.
pub(crate) struct Compiler<'a> {
    pub vocabulary: &'a Vocabulary,
    pub questions: &'a [Question],
    /// The definitions in force with their indices in the rulebook.
    pub definitions: &'a [(usize, &'a Definition)],
    pub roots: &'a [(String, TypeId)],
    /// The date of the decision.
    pub at: Date,
    pub program: Program,
}

/// Where we are inside terms: their own root stands for a path of the outer condition.
#[derive(Clone, Default)]
struct Place {
    subject: Option<(String, Path)>,
    /// Quantifiers entered since then.
    nesting: u8,
}

impl Compiler<'_> {
    /// Compiles a condition.
    pub fn gate(&mut self, condition: &Condition) -> Gate {
        let root = self.node(&condition.body, &Place::default());
        self.gate_at(root)
    }

    fn gate_at(&self, root: NodeId) -> Gate {
        let mut counts = BTreeMap::new();
        self.count(root, &mut counts, 0);
        let repeated = counts.into_iter().filter(|(_, count)| *count > 1);
        Gate {
            root,
            repeated: repeated
                .filter_map(|(slot, _)| repeated_fact(&self.program, self.vocabulary, root, slot))
                .collect(),
        }
    }

    /// Compiles the derivation of a term about a named subject, and a condition that asks for nothing else.
    pub fn term(&mut self, root: &str, term: TermId) -> (u32, Gate) {
        let index = self.term_use(&Path { root: Root::Named(root.to_owned()), steps: Vec::new() }, term);
        let asked = self.program.push(Node::Term(index), (0, 0));
        (index, self.gate_at(asked))
    }

    fn push(&mut self, node: Node, typed: &Typed) -> NodeId {
        self.program.push(node, (typed.start, typed.end))
    }

    fn node(&mut self, typed: &Typed, place: &Place) -> NodeId {
        let node = match &typed.kind {
            TypedKind::Literal(literal) => Node::Literal(value(literal)),
            TypedKind::Literals(literals) => Node::Literal(Value::List(literals.iter().map(value).collect())),
            TypedKind::At => Node::Literal(Value::Date(self.at)),
            TypedKind::Fact(path) => self.fact(path, place),
            TypedKind::Attested(path, question) => self.answer(path, question, place),
            TypedKind::Term(path, term) => return self.term_node(path, *term, place, typed),
            TypedKind::Has(path) => {
                let fact = self.fact(path, place);
                Node::Has(self.push(fact, typed))
            }
            TypedKind::Not(inner) => Node::Not(self.node(inner, place)),
            TypedKind::And(parts) => Node::And(self.nodes(parts, place)),
            TypedKind::Or(parts) => Node::Or(self.nodes(parts, place)),
            TypedKind::Compare(comparison, a, b) => {
                Node::Compare(*comparison, self.node(a, place), self.node(b, place))
            }
            TypedKind::Member(a, b) => Node::Member(self.node(a, place), self.node(b, place)),
            TypedKind::Quantified { every, list, body } => {
                let list = self.node(list, place);
                let inside = Place { nesting: place.nesting + 1, ..place.clone() };
                Node::Quantified { every: *every, list, body: self.node(body, &inside) }
            }
            TypedKind::Collected { list, keep, value } => {
                let list = self.node(list, place);
                let inside = Place { nesting: place.nesting + 1, ..place.clone() };
                let keep = keep.as_ref().map(|keep| self.node(keep, &inside));
                let value = value.as_ref().map(|value| self.node(value, &inside));
                Node::Collected { list, keep, value }
            }
            TypedKind::Conditional(c, a, b) => {
                Node::Conditional(self.node(c, place), self.node(a, place), self.node(b, place))
            }
            TypedKind::Add(a, b) => Node::Add(self.node(a, place), self.node(b, place)),
            TypedKind::Subtract(a, b) => Node::Subtract(self.node(a, place), self.node(b, place)),
            TypedKind::Multiply(a, b) => Node::Multiply(self.node(a, place), self.node(b, place)),
            TypedKind::Negative(a) => Node::Negative(self.node(a, place)),
            TypedKind::Size(a) => Node::Size(self.node(a, place)),
            TypedKind::Sum(a) => Node::Sum(self.node(a, place)),
            TypedKind::LastDay { reckoning, from, period } => {
                Node::LastDay { reckoning: *reckoning, from: self.node(from, place), period: self.node(period, place) }
            }
        };
        self.push(node, typed)
    }

    fn nodes(&mut self, parts: &[Typed], place: &Place) -> Box<[NodeId]> {
        parts.iter().map(|part| self.node(part, place)).collect()
    }

    /// A path as the outermost condition sees it.
    fn outer(&self, path: &Path, place: &Place) -> Path {
        match (&path.root, &place.subject) {
            (Root::Named(name), Some((subject, prefix))) if name == subject => {
                let mut steps = prefix.steps.clone();
                steps.extend(&path.steps);
                let root = match &prefix.root {
                    Root::Named(name) => Root::Named(name.clone()),
                    Root::Variable(depth) => Root::Variable(depth + place.nesting),
                };
                Path { root, steps }
            }
            _ => path.clone(),
        }
    }

    fn fact(&mut self, path: &Path, place: &Place) -> Node {
        let path = self.outer(path, place);
        match path.root {
            Root::Variable(depth) => Node::Item(depth, path.steps.into()),
            Root::Named(_) => Node::Slot(self.slot(SlotKey::Field(path))),
        }
    }

    fn answer(&mut self, path: &Path, question: &str, place: &Place) -> Node {
        let path = self.outer(path, place);
        match path.root {
            Root::Variable(depth) => Node::ItemAnswer(depth, path.steps.into(), question.to_owned()),
            Root::Named(_) => Node::Slot(self.slot(SlotKey::Answer(path, question.to_owned()))),
        }
    }

    fn term_node(&mut self, path: &Path, term: TermId, place: &Place, typed: &Typed) -> NodeId {
        let path = self.outer(path, place);
        let Root::Variable(depth) = path.root else {
            let index = self.term_use(&path, term);
            return self.push(Node::Term(index), typed);
        };
        // About an item there is no one value to remember: the definitions are compiled in place.
        let definitions = self.definition_uses(&path, term);
        let found = TermUse { given: u32::MAX, is_truth: self.is_truth(term), definitions };
        self.push(Node::ItemTerm(depth, path.steps.into(), term, Box::new(found)), typed)
    }

    fn is_truth(&self, term: TermId) -> bool {
        self.vocabulary.term(term).is_some_and(|word| word.ty == ItemType::Bool)
    }

    fn root_of(&self, term: TermId) -> Option<String> {
        let of = self.vocabulary.term(term)?.of;
        self.vocabulary.record_type(of).map(|ty| ty.root.clone())
    }

    fn term_use(&mut self, path: &Path, term: TermId) -> u32 {
        let key = (path.clone(), term);
        if let Some(known) = self.program.term_index.get(&key) {
            return *known;
        }
        let given = self.slot(SlotKey::Given(path.clone(), term));
        let index = u32::try_from(self.program.terms.len()).unwrap_or(u32::MAX);
        self.program.term_index.insert(key, index);
        let is_truth = self.is_truth(term);
        self.program.terms.push(TermUse { given, is_truth, definitions: Vec::new() });
        let compiled = self.definition_uses(path, term);
        if let Some(found) = self.program.terms.get_mut(index as usize) {
            found.definitions = compiled;
        }
        index
    }

    /// The definitions of a term in force, compiled for the subject at a path.
    fn definition_uses(&mut self, path: &Path, term: TermId) -> Vec<DefinitionUse> {
        let subject = self.root_of(term).map(|root| (root, path.clone()));
        let mut compiled = Vec::new();
        for (number, definition) in self.definitions.iter().filter(|(_, definition)| definition.term == term) {
            let root = self.node(&definition.value.body, &Place { subject: subject.clone(), nesting: 0 });
            compiled.push(DefinitionUse {
                definition: *number,
                root,
                over: definition.over.clone(),
                pack: definition.pack.clone(),
            });
        }
        compiled
    }

    fn slot(&mut self, key: SlotKey) -> u32 {
        if let Some(known) = self.program.slot_index.get(&key) {
            return *known;
        }
        let index = u32::try_from(self.program.slots.len()).unwrap_or(u32::MAX);
        let slot = self.described(key.clone());
        self.program.slot_index.insert(key, index);
        self.program.slots.push(slot);
        index
    }

    fn described(&self, key: SlotKey) -> Slot {
        let single = |item| FieldType { item, list: false };
        match &key {
            SlotKey::Field(path) => {
                let (name, ty, optional) = self.walk(path);
                Slot { name, ty, optional, key }
            }
            SlotKey::Given(path, term) => {
                let (name, ..) = self.walk(path);
                let word = self.vocabulary.term(*term);
                let name = format!("{name}.is.{}", word.map_or("", |word| word.name.as_str()));
                let ty = single(word.map_or(ItemType::Bool, |word| word.ty));
                Slot { name, ty, optional: false, key }
            }
            SlotKey::Answer(_, id) => {
                let question = self.questions.iter().find(|question| question.id == *id);
                let ty = single(question.map_or(ItemType::Bool, |question| question.ty));
                Slot { name: format!("attested.{id}"), ty, optional: false, key }
            }
        }
    }

    fn walk(&self, path: &Path) -> (String, FieldType, bool) {
        let Root::Named(root) = &path.root else {
            return (String::new(), FieldType { item: ItemType::Bool, list: false }, false);
        };
        let start = self.roots.iter().find(|(name, _)| name == root).map(|(_, ty)| *ty);
        let mut name = root.clone();
        let mut ty = FieldType { item: start.map_or(ItemType::Bool, ItemType::Ref), list: false };
        let mut optional = false;
        for step in &path.steps {
            let ItemType::Ref(record) = ty.item else { break };
            let Some(field) = self.vocabulary.record_type(record).and_then(|ty| ty.field(*step)) else { break };
            name.push('.');
            name.push_str(&field.name);
            (ty, optional) = (field.ty, field.optional);
        }
        (name, ty, optional)
    }

    /// How often each slot is read below a node, terms entered; two is as good as many.
    fn count(&self, id: NodeId, counts: &mut BTreeMap<u32, u8>, depth: u8) {
        match self.program.node(id) {
            Node::Slot(slot) => {
                let count = counts.entry(*slot).or_insert(0);
                *count = count.saturating_add(1);
            }
            Node::Term(index) if depth < 32 => {
                let Some(found) = self.program.term(*index) else { return };
                if found.definitions.is_empty() {
                    let count = counts.entry(found.given).or_insert(0);
                    *count = count.saturating_add(1);
                }
                for definition in &found.definitions {
                    self.count(definition.root, counts, depth + 1);
                }
            }
            _ => {
                for child in self.program.children(id) {
                    self.count(child, counts, depth);
                    if self.reads_again(id, child) {
                        self.count(child, counts, depth);
                    }
                }
            }
        }
    }

    /// Whether a node surely comes to a yes or no.
    fn is_truth_node(&self, id: NodeId) -> bool {
        match self.program.node(id) {
            Node::Literal(value) => matches!(value, Value::Bool(_)),
            Node::Slot(slot) => {
                self.program.slot(*slot).is_some_and(|slot| slot.ty.item == ItemType::Bool && !slot.ty.list)
            }
            Node::Term(index) => self.program.term(*index).is_some_and(|term| term.is_truth),
            Node::ItemTerm(.., term) => term.is_truth,
            Node::Conditional(_, yes, _) => self.is_truth_node(*yes),
            node => {
                use Node::{And, Compare, Has, Member, Not, Or, Quantified};
                matches!(node, Not(_) | And(_) | Or(_) | Compare(..) | Member(..) | Has(_) | Quantified { .. })
            }
        }
    }

    /// Whether what a node reads below it counts as read more than once: once an item, to choose between two values, or
    /// to be one of several values that may be all there are.
    fn reads_again(&self, id: NodeId, child: NodeId) -> bool {
        match self.program.node(id) {
            Node::Quantified { list, .. } | Node::Collected { list, .. } => child != *list,
            Node::Conditional(condition, yes, _) => child == *condition && !self.is_truth_node(*yes),
            Node::Member(item, list) => {
                let single =
                    matches!(self.program.node(*list), Node::Literal(Value::List(values)) if values.len() == 1);
                child == *item && !single
            }
            _ => false,
        }
    }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Text(text) => Value::Text(text.as_str().into()),
        Literal::Enum(index) => Value::Enum(*index),
        Literal::Date(date) => Value::Date(*date),
        Literal::Period(period) => Value::Period(*period),
    }
}
