//! Classes of events: what their public fields mean, and how long the key of their payload lives.
//!
//! The table is closed on purpose: what is not in it cannot be appended, so that nothing about a person slips into the
//! public part. It can be extended: [`ClassTable::with`].

mod table;

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::event::{Event, Field};

/// One class of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventClass {
    /// Its name: subject and what happened to it, `lookup.released`.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// Its public fields.
    pub fields: Vec<FieldClass>,
    /// What its payload holds; `None` where it has none.
    pub payload: Option<PayloadClass>,
}

/// A public field of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldClass {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
    /// Whether every event of the class has it.
    pub required: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldType {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Bytes.
    Bytes,
    /// Several texts.
    Texts,
}

/// The payload of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadClass {
    /// What it holds.
    pub meaning: &'static str,
    /// Whether every event of the class has one.
    pub required: bool,
    /// How long its key lives.
    pub life: PayloadLife,
}

/// How long the key of a payload lives. Whoever appends chooses the key accordingly and destroys it at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayloadLife {
    /// As long as the case (lookup, hold, request) it belongs to is kept.
    TheCase,
    /// As long as the identity is enrolled, and what it signed may be asked about.
    TheIdentity,
    /// This many days from the event.
    Days(u16),
    /// This many years from the event.
    Years(u16),
}

impl Display for PayloadLife {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TheCase => formatter.write_str("as long as the case"),
            Self::TheIdentity => formatter.write_str("as long as the identity"),
            Self::Days(days) => write!(formatter, "{days} days"),
            Self::Years(years) => write!(formatter, "{years} years"),
        }
    }
}

/// Why an event is not as its class says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClassError {
    /// No such class.
    #[error("there is no event class `{0}`; add it to the class table first")]
    Unknown(String),
    /// A field the class does not have.
    #[error("`{class}` has no field `{field}`; what is about a person belongs into the payload")]
    Field {
        /// The class.
        class: String,
        /// The field.
        field: String,
    },
    /// A field of another type.
    #[error("the field `{field}` of `{class}` must be of type {holds:?}")]
    Type {
        /// The class.
        class: String,
        /// The field.
        field: String,
        /// What it must hold.
        holds: FieldType,
    },
    /// A field that must be there.
    #[error("`{class}` needs the field `{field}`")]
    Missing {
        /// The class.
        class: String,
        /// The field.
        field: &'static str,
    },
    /// A payload where there is none, or none where there must be one.
    #[error("`{class}` {}", if *.given { "has no payload" } else { "needs a payload" })]
    Payload {
        /// The class.
        class: String,
        /// Whether one was given.
        given: bool,
    },
}

/// The classes a ledger takes.
#[derive(Clone, Debug)]
pub struct ClassTable(BTreeMap<&'static str, EventClass>);

impl Default for ClassTable {
    /// The classes of Shuhi.
    fn default() -> Self {
        Self(BTreeMap::new()).with(table::classes())
    }
}

impl ClassTable {
    /// Adds classes; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, classes: impl IntoIterator<Item = EventClass>) -> Self {
        self.0.extend(classes.into_iter().map(|class| (class.name, class)));
        self
    }

    /// A class.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&EventClass> {
        self.0.get(name)
    }

    /// All classes by name.
    pub fn classes(&self) -> impl Iterator<Item = &EventClass> {
        self.0.values()
    }

    /// Whether an event is as its class says.
    ///
    /// # Errors
    ///
    /// What is wrong first.
    pub fn check(&self, event: &Event) -> Result<(), ClassError> {
        let class = self.class(&event.class).ok_or_else(|| ClassError::Unknown(event.class.clone()))?;
        for (name, value) in &event.fields {
            let wrong = |error: fn(String, String) -> ClassError| error(event.class.clone(), name.clone());
            let Some(field) = class.fields.iter().find(|field| field.name == name) else {
                return Err(wrong(|class, field| ClassError::Field { class, field }));
            };
            if field.holds != FieldType::of(value) {
                return Err(ClassError::Type { class: event.class.clone(), field: name.clone(), holds: field.holds });
            }
        }
        let missing = class.fields.iter().find(|field| field.required && !event.fields.contains_key(field.name));
        if let Some(field) = missing {
            return Err(ClassError::Missing { class: event.class.clone(), field: field.name });
        }
        let given = event.payload.is_some();
        let fits = class.payload.as_ref().map_or(!given, |payload| given || !payload.required);
        if fits { Ok(()) } else { Err(ClassError::Payload { class: event.class.clone(), given }) }
    }
}

impl FieldType {
    /// What a value is.
    #[must_use]
    pub fn of(value: &Field) -> Self {
        match value {
            Field::Text(_) => Self::Text,
            Field::Number(_) => Self::Number,
            Field::Bytes(_) => Self::Bytes,
            Field::Texts(_) => Self::Texts,
        }
    }
}

impl EventClass {
    /// A class without fields and payload.
    #[must_use]
    pub fn new(name: &'static str, meaning: &'static str) -> Self {
        Self { name, meaning, fields: Vec::new(), payload: None }
    }

    /// Adds a field every event of the class has.
    #[must_use]
    pub fn needs(self, name: &'static str, holds: FieldType, meaning: &'static str) -> Self {
        self.field(FieldClass { name, holds, required: true, meaning })
    }

    /// Adds a field an event of the class may have.
    #[must_use]
    pub fn may(self, name: &'static str, holds: FieldType, meaning: &'static str) -> Self {
        self.field(FieldClass { name, holds, required: false, meaning })
    }

    /// Says what the payload holds, and how long its key lives.
    #[must_use]
    pub fn seals(mut self, meaning: &'static str, required: bool, life: PayloadLife) -> Self {
        self.payload = Some(PayloadClass { meaning, required, life });
        self
    }

    fn field(mut self, field: FieldClass) -> Self {
        self.fields.push(field);
        self
    }
}
