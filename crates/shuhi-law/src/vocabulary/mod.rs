//! The vocabulary: every fact and act that rules, registers and cases may speak of, typed and explained.

mod load;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use load::load_vocabulary;

/// A text in both languages of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.ja,
            Language::English => &self.en,
        }
    }
}

/// The languages the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    #[default]
    Japanese,
    /// English
    English,
}

/// Index of an enum in [`Vocabulary::enums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EnumId(pub u16);

/// Index of a type in [`Vocabulary::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TypeId(pub u16);

/// Index of a term in [`Vocabulary::terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermId(pub u16);

/// Index of an act in [`Vocabulary::acts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActId(pub u16);

/// The type of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemType {
    /// true or false
    Bool,
    /// a whole number
    Int,
    /// free text
    Text,
    /// a civil date in Japan
    Date,
    /// a length of time
    Period,
    /// one value of an enum
    Enum(EnumId),
    /// another subject
    Ref(TypeId),
}

/// The type of a field: one value, or a list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldType {
    /// The value, or what the list holds.
    pub item: ItemType,
    /// Whether it is a list.
    pub list: bool,
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumValue {
    /// Its id.
    pub name: String,
    /// What people call it.
    pub label: Bilingual,
    /// When it is the right answer.
    pub help: Bilingual,
}

/// A closed set of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// Its id.
    pub name: String,
    /// What people call it.
    pub label: Bilingual,
    /// Its values in the order shown.
    pub values: Vec<EnumValue>,
}

impl EnumType {
    /// The index of a value by its id.
    pub fn position(&self, name: &str) -> Option<u16> {
        self.values.iter().position(|value| value.name == name).and_then(|index| u16::try_from(index).ok())
    }

    /// The id of a value.
    pub fn name_of(&self, index: u16) -> &str {
        self.values.get(usize::from(index)).map_or("?", |value| &value.name)
    }
}

/// What leaving a field out plainly states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// The value as it would be written.
    pub value: String,
    /// Why silence says so.
    pub because: Bilingual,
}

/// A fact about a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its id.
    pub name: String,
    /// Former ids, still understood.
    pub aliases: Vec<String>,
    /// Its type.
    pub ty: FieldType,
    /// Whether it may be stated as `none`.
    pub optional: bool,
    /// What leaving it out means; `None`: it is unknown then.
    pub absent: Option<Absent>,
    /// What people call it.
    pub label: Bilingual,
    /// How an interview asks it.
    pub question: Bilingual,
    /// When to answer what.
    pub help: Bilingual,
}

/// A fact about another subject that is taken as stated wherever one act or type is judged, unless it is stated
/// otherwise: a plan on communications secrecy, for example, is a telecommunications operator's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presumption {
    /// The name the fact begins at: a role, or `operator`.
    pub root: String,
    /// The type of that name.
    pub ty: TypeId,
    /// The index of the fact's field.
    pub field: u16,
    /// What is taken as stated, and why.
    pub absent: Absent,
}

/// A kind of subject: something facts are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordType {
    /// Its id, `UpperCamel`.
    pub name: String,
    /// How conditions and cases name it.
    pub root: String,
    /// Its collection in the register, where it has one.
    pub collection: Option<String>,
    /// What people call it.
    pub label: Bilingual,
    /// What it is.
    pub help: Bilingual,
    /// Its facts.
    pub fields: Vec<Field>,
    /// What is taken as stated wherever it is judged.
    pub presumes: Vec<Presumption>,
}

impl RecordType {
    /// The index of a field by its id or a former one.
    pub fn position(&self, name: &str) -> Option<u16> {
        let named = |field: &Field| field.name == name || field.aliases.iter().any(|alias| alias == name);
        self.fields.iter().position(named).and_then(|index| u16::try_from(index).ok())
    }

    /// A field by its index.
    pub fn field(&self, index: u16) -> Option<&Field> {
        self.fields.get(usize::from(index))
    }
}

/// A legal conclusion about a subject; packs define it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermWord {
    /// Its id, read as `root.is.id`.
    pub name: String,
    /// What it is a conclusion about.
    pub of: TypeId,
    /// Bool or an enum.
    pub ty: ItemType,
    /// What people call it.
    pub label: Bilingual,
    /// How a person would be asked for a belief about it.
    pub question: Bilingual,
    /// What it is derived from.
    pub help: Bilingual,
}

/// A participant of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its id.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// What it is.
    pub help: Bilingual,
}

/// How the register states a continuing form of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The type of the register that states it.
    pub ty: TypeId,
    /// For each role, the path of fields from the subject (empty: the subject itself).
    pub roles: BTreeMap<String, Vec<String>>,
}

/// Something one does that the law judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Its id.
    pub name: String,
    /// What people call it.
    pub label: Bilingual,
    /// Which events are this act.
    pub help: Bilingual,
    /// Who and what takes part; `act` and `operator` are always there besides.
    pub roles: Vec<Role>,
    /// How the register states it.
    pub standing: Vec<Standing>,
    /// What is taken as stated wherever it is judged.
    pub presumes: Vec<Presumption>,
}

/// All words of the law.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Closed sets of values.
    pub enums: Vec<EnumType>,
    /// Kinds of subjects.
    pub types: Vec<RecordType>,
    /// Legal conclusions.
    pub terms: Vec<TermWord>,
    /// Acts.
    pub acts: Vec<Act>,
    names: Names,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Names {
    enums: BTreeMap<String, EnumId>,
    types: BTreeMap<String, TypeId>,
    roots: BTreeMap<String, TypeId>,
    collections: BTreeMap<String, TypeId>,
    terms: BTreeMap<String, TermId>,
    acts: BTreeMap<String, ActId>,
}

/// The name under which the operator stands beside every subject and act.
pub const OPERATOR: &str = "operator";
/// The type of that name.
pub const OPERATOR_TYPE: &str = "Operator";
/// The role every act has.
pub const ACT: &str = "act";
/// The type of that role where an act names no other.
pub const ACT_TYPE: &str = "Act";

impl Vocabulary {
    /// A type by its id.
    pub fn type_named(&self, name: &str) -> Option<TypeId> {
        self.names.types.get(name).copied()
    }

    /// A type by its root.
    pub fn type_of_root(&self, root: &str) -> Option<TypeId> {
        self.names.roots.get(root).copied()
    }

    /// A type by its collection in the register.
    pub fn type_of_collection(&self, collection: &str) -> Option<TypeId> {
        self.names.collections.get(collection).copied()
    }

    /// An enum by its id.
    pub fn enum_named(&self, name: &str) -> Option<EnumId> {
        self.names.enums.get(name).copied()
    }

    /// A term by its id.
    pub fn term_named(&self, name: &str) -> Option<TermId> {
        self.names.terms.get(name).copied()
    }

    /// An act by its id.
    pub fn act_named(&self, name: &str) -> Option<ActId> {
        self.names.acts.get(name).copied()
    }

    /// An enum by its index.
    pub fn enum_type(&self, id: EnumId) -> Option<&EnumType> {
        self.enums.get(usize::from(id.0))
    }

    /// A type by its index.
    pub fn record_type(&self, id: TypeId) -> Option<&RecordType> {
        self.types.get(usize::from(id.0))
    }

    /// A term by its index.
    pub fn term(&self, id: TermId) -> Option<&TermWord> {
        self.terms.get(usize::from(id.0))
    }

    /// An act by its index.
    pub fn act(&self, id: ActId) -> Option<&Act> {
        self.acts.get(usize::from(id.0))
    }

    /// The names and types an act's rules may speak of, `act` and `operator` included.
    pub fn roles_of(&self, act: ActId) -> Vec<(String, TypeId)> {
        let mut roles: Vec<_> = self
            .act(act)
            .map(|act| act.roles.iter().map(|role| (role.name.clone(), role.ty)).collect())
            .unwrap_or_default();
        for (name, ty) in [(ACT, ACT_TYPE), (OPERATOR, OPERATOR_TYPE)] {
            if let Some(ty) = self.type_named(ty).filter(|_| !roles.iter().any(|(role, _)| role == name)) {
                roles.push((name.to_owned(), ty));
            }
        }
        roles
    }

    /// The names and types that rules judging a type may speak of.
    pub fn roots_of(&self, ty: TypeId) -> Vec<(String, TypeId)> {
        let mut roots = Vec::new();
        if let Some(record) = self.record_type(ty) {
            roots.push((record.root.clone(), ty));
        }
        if let Some(operator) = self.type_named(OPERATOR_TYPE).filter(|operator| *operator != ty) {
            roots.push((OPERATOR.to_owned(), operator));
        }
        roots
    }

    /// A type as a person writes it: `list of record_kind`.
    pub fn describe(&self, ty: FieldType) -> String {
        let item = self.describe_item(ty.item);
        if ty.list { format!("list of {item}") } else { item }
    }

    /// The type of one value as a person writes it.
    pub fn describe_item(&self, item: ItemType) -> String {
        match item {
            ItemType::Bool => "bool".to_owned(),
            ItemType::Int => "int".to_owned(),
            ItemType::Text => "text".to_owned(),
            ItemType::Date => "date".to_owned(),
            ItemType::Period => "period".to_owned(),
            ItemType::Enum(id) => self.enum_type(id).map_or_else(String::new, |found| found.name.clone()),
            ItemType::Ref(id) => self.record_type(id).map_or_else(String::new, |found| found.name.clone()),
        }
    }
}
