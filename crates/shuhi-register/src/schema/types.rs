//! Schemas of the vocabulary's types and enums, each defined once and only where it is reached.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shuhi_law::facts::limits::LIST_ITEMS_MAX;
use shuhi_law::vocabulary::{Bilingual, EnumId, Field, FieldType, ItemType, RecordType, TypeId, Vocabulary};

use super::words::{Words, choice, described, reference, strict_object, titled};

/// Definitions under `$defs`, added as they are asked for.
pub(super) struct Definitions<'a> {
    vocabulary: &'a Vocabulary,
    /// Types whose facts are referred to, and those that also stand in a collection.
    facts: BTreeSet<TypeId>,
    subjects: BTreeSet<TypeId>,
    enums: BTreeSet<EnumId>,
}

impl<'a> Definitions<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary) -> Self {
        Self { vocabulary, facts: BTreeSet::new(), subjects: BTreeSet::new(), enums: BTreeSet::new() }
    }

    /// The facts of a type, written in place.
    pub(super) fn facts(&mut self, ty: TypeId) -> Value {
        let Some(described) = self.vocabulary.record_type(ty) else { return json!(false) };
        if self.facts.insert(ty) {
            for field in &described.fields {
                self.reach(field.ty.item);
            }
            for term in self.vocabulary.terms.iter().filter(|term| term.of == ty) {
                self.reach(term.ty);
            }
        }
        reference(&described.name)
    }

    /// The facts of a type with the id of a subject.
    pub(super) fn subject(&mut self, ty: TypeId) -> Value {
        self.facts(ty);
        self.subjects.insert(ty);
        let name = self.vocabulary.record_type(ty).map_or("", |ty| ty.name.as_str());
        reference(&subject_name(name))
    }

    /// Makes sure that what a value refers to is defined.
    pub(super) fn reach(&mut self, item: ItemType) {
        match item {
            ItemType::Ref(target) => {
                self.facts(target);
            }
            ItemType::Enum(id) => {
                self.enums.insert(id);
            }
            _ => {}
        }
    }

    /// All definitions asked for.
    pub(super) fn finish(self) -> Map<String, Value> {
        let mut found = Map::new();
        for word in Words::ALL {
            found.insert(word.id().to_owned(), word.schema());
        }
        for described in self.enums.iter().filter_map(|id| self.vocabulary.enum_type(*id)) {
            let values = described.values.iter().map(|value| choice(&value.name, &value.label, &value.help));
            let title = format!("{} / {}", described.label.ja, described.label.en);
            let schema = json!({"title": title, "oneOf": values.collect::<Vec<_>>()});
            found.insert(described.name.clone(), schema);
        }
        for (id, ty) in self.facts.iter().filter_map(|id| Some((*id, self.vocabulary.record_type(*id)?))) {
            found.insert(ty.name.clone(), self.record(id, ty));
            if self.subjects.contains(&id) {
                found.insert(subject_name(&ty.name), subject(ty, self.claims(id).is_some()));
            }
        }
        found
    }

    fn record(&self, id: TypeId, ty: &RecordType) -> Value {
        let mut properties = Map::new();
        for field in &ty.fields {
            properties.insert(field.name.clone(), self.field(field));
            for alias in &field.aliases {
                let mut former = property(&ty.name, &field.name);
                if let Some(former) = former.as_object_mut() {
                    former.insert("deprecated".to_owned(), json!(true));
                }
                properties.insert(alias.clone(), former);
            }
        }
        if let Some(claims) = self.claims(id) {
            properties.insert("claimed".to_owned(), claims);
        }
        described(strict_object(properties, &[]), &ty.label, &ty.help)
    }

    fn field(&self, field: &Field) -> Value {
        let mut schema = Map::new();
        let mut help = Bilingual {
            ja: format!("{}\n{}", field.question.ja, field.help.ja),
            en: format!("{} {}", field.question.en, field.help.en),
        };
        if let Some(absent) = &field.absent {
            help.ja = format!("{}\n書かなければ {}：{}", help.ja, absent.value, absent.because.ja);
            help.en = format!("{} Where left out, {}: {}", help.en, absent.value, absent.because.en);
        }
        titled(&mut schema, &field.label, &help);
        let written = value(self.vocabulary, field.ty);
        if field.optional {
            schema.insert("anyOf".to_owned(), json!([written, reference(Words::None.id())]));
        } else if let Value::Object(written) = written {
            schema.extend(written);
        }
        Value::Object(schema)
    }

    /// What may be believed of conclusions about a type.
    fn claims(&self, ty: TypeId) -> Option<Value> {
        let terms = self.vocabulary.terms.iter().filter(|term| term.of == ty);
        let believed = terms.map(|term| {
            let written = value(self.vocabulary, FieldType { item: term.ty, list: false });
            (term.name.clone(), described(written, &term.label, &term.question))
        });
        let properties: Map<_, _> = believed.collect();
        if properties.is_empty() {
            return None;
        }
        let label =
            Bilingual { ja: "法的評価についての認識".to_owned(), en: "believed conclusions".to_owned() };
        let help = Bilingual {
            ja: "判断には用いない。事実から導かれる結論と違えば指摘する。".to_owned(),
            en: "never used to decide; reported where the facts lead to another conclusion.".to_owned(),
        };
        Some(described(strict_object(properties, &[]), &label, &help))
    }
}

/// A value of a type; subjects by id or in place.
pub(super) fn value(vocabulary: &Vocabulary, ty: FieldType) -> Value {
    let item = super::scalar(ty.item, vocabulary).unwrap_or_else(|| match ty.item {
        ItemType::Ref(target) => referred(vocabulary, target),
        _ => json!(false),
    });
    if ty.list { json!({"type": "array", "items": item, "maxItems": LIST_ITEMS_MAX}) } else { item }
}

fn referred(vocabulary: &Vocabulary, target: TypeId) -> Value {
    let Some(ty) = vocabulary.record_type(target) else { return json!(false) };
    match &ty.collection {
        Some(_) => json!({"anyOf": [reference(Words::Id.id()), reference(&ty.name)]}),
        None => reference(&ty.name),
    }
}

fn subject_name(ty: &str) -> String {
    format!("{ty}.subject")
}

/// A subject has the properties of its type, defined there, and an id.
fn subject(ty: &RecordType, claims: bool) -> Value {
    let mut properties = Map::new();
    let label = Bilingual { ja: "識別名".to_owned(), en: "id".to_owned() };
    let help = Bilingual {
        ja: "他の箇所から参照するための短い名前（英小文字、数字、-、_）。".to_owned(),
        en: "a short name by which others refer to it (small letters, digits, - and _).".to_owned(),
    };
    properties.insert("id".to_owned(), described(reference(Words::Id.id()), &label, &help));
    let fields = ty.fields.iter().flat_map(|field| field.aliases.iter().chain([&field.name]));
    for name in fields.map(String::as_str).chain(claims.then_some("claimed")) {
        properties.insert(name.to_owned(), property(&ty.name, name));
    }
    described(strict_object(properties, &["id"]), &ty.label, &ty.help)
}

/// A reference to a property of a type's facts.
fn property(ty: &str, name: &str) -> Value {
    reference(&format!("{ty}/properties/{name}"))
}
