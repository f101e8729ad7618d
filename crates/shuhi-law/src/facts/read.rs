use std::sync::Arc;

use shuhi_source::{Fault, Faults, Key, Node, NodeValue, Span, did_you_mean};

use super::{Answer, Facts, Record, Value, parse_scalar};
use crate::pack::Question;
use crate::vocabulary::{Field, FieldType, ItemType, TypeId, Vocabulary};

/// What facts may measure.
pub mod limits {
    /// The largest absolute value of a whole number: far beyond any count of users or yen.
    pub const INT_MAX: i64 = 1_000_000_000_000_000;
    /// Bytes of a text.
    pub const TEXT_BYTES_MAX: usize = 20_000;
    /// Items of a list.
    pub const LIST_ITEMS_MAX: usize = 100_000;
}

/// Finds the subject that a reference names; where facts are written out, references are refused.
pub trait References {
    /// The subject of a type with an id, or nothing after reporting why.
    fn resolve(&mut self, ty: TypeId, id: &str, span: Span, faults: &mut Faults) -> Option<Arc<Record>>;
}

/// Reads facts from YAML against the vocabulary.
pub struct FactReader<'a> {
    vocabulary: &'a Vocabulary,
    questions: &'a [Question],
    /// Whether `is:` may give legal conclusions (cases) or not (the register).
    pub conclusions_allowed: bool,
}

impl<'a> FactReader<'a> {
    /// A reader for cases and single decisions, where conclusions may be given.
    pub fn new(vocabulary: &'a Vocabulary, questions: &'a [Question]) -> Self {
        Self { vocabulary, questions, conclusions_allowed: true }
    }

    /// The facts of a case: a mapping from roots to what is stated about them; under `assume:`, what is assumed where
    /// nothing is stated.
    pub fn facts(&self, node: &Node, roots: &[(String, TypeId)], faults: &mut Faults) -> Facts {
        let mut facts = Facts::default();
        let mut assumptions = Vec::new();
        let Some(entries) = node.map() else {
            faults.push(Fault::error(node.span, format!("facts must be a mapping, found {}", node.kind())));
            return facts;
        };
        for (key, value) in entries {
            match key.name.as_str() {
                "attested" => {
                    facts.answers.extend(self.answers(value, faults));
                    continue;
                }
                "assume" => {
                    let assumed = self.facts(value, roots, faults);
                    assumptions.push(assumed);
                    continue;
                }
                _ => {}
            }
            match roots.iter().find(|(name, _)| *name == key.name) {
                Some((name, ty)) => {
                    if let Some(record) = self.record(value, *ty, &mut NoReferences, faults) {
                        facts.roots.push((name.clone(), Arc::new(record)));
                    }
                }
                None => faults.push(self.unknown_root(key, roots)),
            }
        }
        // Assumptions fill only what is not stated, so they come last.
        assumptions.iter().for_each(|assumed| facts.assume(assumed));
        facts
    }

    fn unknown_root(&self, key: &Key, roots: &[(String, TypeId)]) -> Fault {
        let names = roots.iter().map(|(name, _)| name.as_str());
        let known = names.clone().collect::<Vec<_>>().join("`, `");
        let help = did_you_mean(&key.name, names).unwrap_or_else(|| format!("facts are stated under `{known}`"));
        Fault::error(key.span, format!("unknown role `{}`", key.name)).help(help)
    }

    /// What is stated about one subject.
    pub fn record(
        &self,
        node: &Node,
        ty: TypeId,
        references: &mut dyn References,
        faults: &mut Faults,
    ) -> Option<Record> {
        let described = self.vocabulary.record_type(ty)?;
        let Some(entries) = node.map() else {
            let message = format!("{} must be a mapping of its facts, found {}", described.name, node.kind());
            faults.push(Fault::error(node.span, message));
            return None;
        };
        let mut record = Record::empty(ty, self.vocabulary);
        for (key, value) in entries {
            match key.name.as_str() {
                "id" => record.id = value.text().map(str::to_owned),
                "is" if self.conclusions_allowed => record.given = self.conclusions(value, ty, faults),
                "is" => faults.push(
                    Fault::error(key.span, "a legal conclusion is derived, not declared")
                        .help("state the facts it follows from, or a belief about it under `claimed:`"),
                ),
                "claimed" => record.claimed = self.conclusions(value, ty, faults),
                "attested" if self.conclusions_allowed => record.answers = self.answers(value, faults),
                "attested" => faults.push(
                    Fault::error(key.span, "an attested answer stands apart from the facts")
                        .help("state it in the section `attested:`, with who answered, when and why"),
                ),
                name => match described.position(name) {
                    Some(index) => {
                        let Some(field) = described.field(index) else { continue };
                        let read = self.value(value, field.ty, field.optional, references, faults);
                        if *record.field(index) != Value::Unknown {
                            let message = format!("`{}` is stated twice, here by another name", field.name);
                            faults.push(Fault::error(key.span, message).help("keep one of the two"));
                        }
                        if let (Some(read), Some(slot)) = (read, record.fields.get_mut(usize::from(index))) {
                            *slot = read;
                        }
                    }
                    None => {
                        let known = described.fields.iter().map(|field| field.name.as_str());
                        let help = did_you_mean(name, known)
                            .unwrap_or_else(|| format!("`shuhi schema --facts {}` lists its fields", described.name));
                        let message = format!("unknown field `{name}` of {}", described.name);
                        faults.push(Fault::error(key.span, message).help(help));
                    }
                },
            }
        }
        self.fill_absent(&mut record, faults, node);
        Some(record)
    }

    /// Fields whose absence plainly states something take that value, marked as assumed.
    fn fill_absent(&self, record: &mut Record, faults: &mut Faults, node: &Node) {
        let Some(described) = self.vocabulary.record_type(record.ty) else { return };
        for (index, field) in (0u16..).zip(&described.fields) {
            if field.absent.is_none() || *record.field(index) != Value::Unknown {
                continue;
            }
            let value = self.absent_value(field, node.span, faults);
            if let (Some(value), Some(slot)) = (value, record.fields.get_mut(usize::from(index))) {
                *slot = value;
                record.assumed.push(index);
            }
        }
    }

    /// What leaving a field out states, where it states anything.
    pub fn absent_value(&self, field: &Field, span: Span, faults: &mut Faults) -> Option<Value> {
        match field.absent.as_ref()?.value.as_str() {
            "[]" if field.ty.list => Some(Value::List(Arc::from([]))),
            text => self.scalar(text, span, field.ty, field.optional, &mut NoReferences, faults),
        }
    }

    fn conclusions(&self, node: &Node, ty: TypeId, faults: &mut Faults) -> Vec<(crate::vocabulary::TermId, Value)> {
        let mut found = Vec::new();
        for (key, value) in mapping(node, "conclusions", faults) {
            let term = self.vocabulary.term_named(&key.name);
            match term.and_then(|id| self.vocabulary.term(id).map(|term| (id, term))) {
                Some((id, term)) if term.of == ty => {
                    let ty = FieldType { item: term.ty, list: false };
                    if let Some(value) = self.value(value, ty, false, &mut NoReferences, faults) {
                        found.push((id, value));
                    }
                }
                _ => {
                    let known = self.vocabulary.terms.iter().filter(|term| term.of == ty);
                    let help = did_you_mean(&key.name, known.map(|term| term.name.as_str()));
                    let name = self.vocabulary.record_type(ty).map_or("", |ty| ty.name.as_str());
                    faults
                        .push(Fault::error(key.span, format!("`{}` is no term of {name}", key.name)).maybe_help(help));
                }
            }
        }
        found
    }

    /// Attested answers by question id.
    pub fn answers(&self, node: &Node, faults: &mut Faults) -> Vec<Answer> {
        let mut found = Vec::new();
        for (key, value) in mapping(node, "attested answers", faults) {
            let Some(question) = self.question(&key.name, key.span, faults) else { continue };
            if let Some(value) = self.answer(question, value, faults) {
                found.push(Answer { question: key.name.clone(), value, answered_on: None, review_by: None });
            }
        }
        found
    }

    /// A question by its id.
    pub fn question(&self, id: &str, span: Span, faults: &mut Faults) -> Option<&'a Question> {
        let found = self.questions.iter().find(|question| question.id == id);
        if found.is_none() {
            let help = did_you_mean(id, self.questions.iter().map(|question| question.id.as_str()));
            faults.push(Fault::error(span, format!("unknown attested question `{id}`")).maybe_help(help));
        }
        found
    }

    /// The answer to a question.
    pub fn answer(&self, question: &Question, node: &Node, faults: &mut Faults) -> Option<Value> {
        let ty = FieldType { item: question.ty, list: false };
        self.value(node, ty, false, &mut NoReferences, faults)
    }

    fn value(
        &self,
        node: &Node,
        ty: FieldType,
        optional: bool,
        references: &mut dyn References,
        faults: &mut Faults,
    ) -> Option<Value> {
        if let NodeValue::Scalar { text, plain: true } = &node.value
            && matches!(text.as_str(), "" | "~" | "null")
        {
            let help = if optional { "write `none` where there is none; " } else { "" };
            let help = format!("{help}leave the key out where it is unknown");
            faults.push(Fault::error(node.span, "no value is stated here").help(help));
            return None;
        }
        if optional && node.text() == Some("none") {
            return Some(Value::None);
        }
        if !ty.list {
            return self.item(node, ty, optional, references, faults);
        }
        let Some(items) = node.list() else {
            let expected = self.vocabulary.describe(ty);
            let help = "write `[]` for an empty list and `[a]` for one item";
            faults.push(Fault::error(node.span, format!("expected a {expected}, found {}", node.kind())).help(help));
            return None;
        };
        if items.len() > limits::LIST_ITEMS_MAX {
            let message =
                format!("list of {} items is longer than the limit of {}", items.len(), limits::LIST_ITEMS_MAX);
            faults.push(Fault::error(node.span, message));
            return None;
        }
        let item = FieldType { list: false, ..ty };
        // Every item is read, so that the faults of all are told.
        let read: Vec<_> = items.iter().map(|node| self.item(node, item, false, references, faults)).collect();
        read.into_iter().collect::<Option<Vec<_>>>().map(|items| Value::List(items.into()))
    }

    fn item(
        &self,
        node: &Node,
        ty: FieldType,
        optional: bool,
        references: &mut dyn References,
        faults: &mut Faults,
    ) -> Option<Value> {
        if let (ItemType::Ref(target), None) = (ty.item, node.text()) {
            return self.record(node, target, references, faults).map(|record| Value::Record(Arc::new(record)));
        }
        match node.text() {
            Some(text) => self.scalar(text, node.span, ty, optional, references, faults),
            None => {
                let expected = self.vocabulary.describe(ty);
                faults.push(Fault::error(node.span, format!("expected {expected}, found {}", node.kind())));
                None
            }
        }
    }

    /// Whether the word `none` is itself a value of the type.
    fn scalar(
        &self,
        text: &str,
        span: Span,
        ty: FieldType,
        optional: bool,
        references: &mut dyn References,
        faults: &mut Faults,
    ) -> Option<Value> {
        if let ItemType::Ref(target) = ty.item
            && text != "none"
        {
            return references.resolve(target, text, span, faults).map(Value::Record);
        }
        match parse_scalar(text, ty.item, optional, self.vocabulary) {
            Ok(value) => Some(value),
            Err(error) => {
                faults.push(Fault::error(span, error.message).help(error.help));
                None
            }
        }
    }
}

fn mapping<'n>(node: &'n Node, what: &str, faults: &mut Faults) -> &'n [(Key, Node)] {
    if node.map().is_none() {
        let fault = Fault::error(node.span, format!("{what} must be a mapping, found {}", node.kind()));
        faults.push(fault.help("write each as `name: value`"));
    }
    node.map().unwrap_or(&[])
}

/// Where facts are written out in place, a bare word cannot stand for a subject.
struct NoReferences;

impl References for NoReferences {
    fn resolve(&mut self, _: TypeId, id: &str, span: Span, faults: &mut Faults) -> Option<Arc<Record>> {
        let message = format!("`{id}` stands where a mapping of facts is expected");
        faults.push(Fault::error(span, message).help("write the facts out, as in `{kind: other}`"));
        None
    }
}
