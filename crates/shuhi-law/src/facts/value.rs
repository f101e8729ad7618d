use std::sync::Arc;

use jiff::civil::Date;

use crate::calendar::Period;
use crate::vocabulary::{EnumType, FieldType, ItemType, TermId, TypeId, Vocabulary};

/// One value of a fact.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Not stated.
    #[default]
    Unknown,
    /// Stated to have no value.
    None,
    /// true or false
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Free text.
    Text(Arc<str>),
    /// A civil date in Japan.
    Date(Date),
    /// A length of time.
    Period(Period),
    /// The index of a value of the field's enum.
    Enum(u16),
    /// Another subject.
    Record(Arc<Record>),
    /// A complete list.
    List(Arc<[Value]>),
}

impl Value {
    /// As a person would write it; `None` where it is a subject or a list of subjects.
    pub fn written(&self, ty: FieldType, vocabulary: &Vocabulary) -> Option<String> {
        let of_enum = |index: u16, found: Option<&EnumType>| found.map(|found| found.name_of(index).to_owned());
        match self {
            Self::Unknown => Some("unknown".to_owned()),
            Self::None => Some("none".to_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Text(text) => Some(format!("{text:?}")),
            Self::Date(date) => Some(date.to_string()),
            Self::Period(period) => Some(period.to_string()),
            Self::Enum(index) => match ty.item {
                ItemType::Enum(id) => of_enum(*index, vocabulary.enum_type(id)),
                _ => None,
            },
            Self::Record(record) => record.id.clone().or_else(|| record.written(vocabulary)),
            Self::List(items) => {
                let item = FieldType { list: false, ..ty };
                let written = items.iter().map(|value| value.written(item, vocabulary)).collect::<Option<Vec<_>>>()?;
                Some(format!("[{}]", written.join(", ")))
            }
        }
    }
}

/// An answer to an attested question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The question's id.
    pub question: String,
    /// The answer.
    pub value: Value,
    /// From when it holds.
    pub answered_on: Option<Date>,
    /// Until when it holds, inclusive.
    pub review_by: Option<Date>,
}

impl Answer {
    /// The answer as it stands on a date: unknown before it was given and after its review date.
    pub fn on(&self, date: Date) -> Value {
        let early = self.answered_on.is_some_and(|given| date < given);
        let late = self.review_by.is_some_and(|review| date > review);
        if early || late { Value::Unknown } else { self.value.clone() }
    }
}

/// What is stated about one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its type.
    pub ty: TypeId,
    /// Its id in the register, where it has one.
    pub id: Option<String>,
    /// By the type's field indices; [`Value::Unknown`] where not stated.
    pub fields: Vec<Value>,
    /// Fields that were not stated but follow from an assumption or from silence.
    pub assumed: Vec<u16>,
    /// Legal conclusions given instead of derived (cases and single decisions only).
    pub given: Vec<(TermId, Value)>,
    /// What the operator believes about legal conclusions; never used to decide.
    pub claimed: Vec<(TermId, Value)>,
    /// Attested answers about it.
    pub answers: Vec<Answer>,
}

impl Record {
    /// Nothing stated.
    pub fn empty(ty: TypeId, vocabulary: &Vocabulary) -> Self {
        let fields = vocabulary.record_type(ty).map_or(0, |ty| ty.fields.len());
        Self {
            ty,
            id: None,
            fields: vec![Value::Unknown; fields],
            assumed: Vec::new(),
            given: Vec::new(),
            claimed: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// What is stated about it, as a flow mapping; nothing where nothing is stated.
    fn written(&self, vocabulary: &Vocabulary) -> Option<String> {
        let described = vocabulary.record_type(self.ty)?;
        let stated = (0u16..)
            .zip(&described.fields)
            .zip(&self.fields)
            .filter(|((index, _), value)| **value != Value::Unknown && !self.assumed.contains(index));
        let parts = stated.filter_map(|((_, field), value)| {
            value.written(field.ty, vocabulary).map(|written| format!("{}: {written}", field.name))
        });
        let parts: Vec<String> = parts.collect();
        (!parts.is_empty()).then(|| format!("{{{}}}", parts.join(", ")))
    }

    /// A field by its index.
    pub fn field(&self, index: u16) -> &Value {
        self.fields.get(usize::from(index)).unwrap_or(&Value::Unknown)
    }

    /// Fills what is not stated from an assumption, and marks it as assumed.
    fn assume(&mut self, assumption: &Record) {
        for (index, (value, assumed)) in (0u16..).zip(self.fields.iter_mut().zip(&assumption.fields)) {
            match (&mut *value, assumed) {
                (_, Value::Unknown) => {}
                (Value::Unknown, assumed) => {
                    *value = assumed.clone();
                    self.assumed.push(index);
                }
                (Value::Record(own), Value::Record(assumed)) => {
                    let mut filled = Record::clone(own);
                    filled.assume(assumed);
                    *value = Value::Record(Arc::new(filled));
                }
                _ => {}
            }
        }
        let unstated = assumption.given.iter().filter(|(term, _)| self.given(*term).is_none()).cloned();
        self.given.extend(unstated.collect::<Vec<_>>());
        self.answers.extend(assumption.answers.iter().cloned());
    }

    /// Adds what a further record states; the index of a field that both state differently is an error.
    fn merge(&mut self, further: &Record) -> Result<(), u16> {
        for (index, (value, more)) in (0u16..).zip(self.fields.iter_mut().zip(&further.fields)) {
            let free = *value == Value::Unknown || self.assumed.contains(&index);
            let stated = *more != Value::Unknown && !further.assumed.contains(&index);
            if free && *more != Value::Unknown && (stated || *value == Value::Unknown) {
                *value = more.clone();
                if stated {
                    self.assumed.retain(|known| *known != index);
                } else {
                    self.assumed.push(index);
                }
            } else if stated && value != more {
                return Err(index);
            }
        }
        self.given.extend(further.given.iter().cloned());
        self.answers.extend(further.answers.iter().cloned());
        Ok(())
    }

    /// A conclusion given instead of derived.
    pub fn given(&self, term: TermId) -> Option<&Value> {
        self.given.iter().find(|(known, _)| *known == term).map(|(_, value)| value)
    }

    /// An attested answer as it stands on a date.
    pub fn answer(&self, question: &str, on: Date) -> Value {
        let found = self.answers.iter().filter(|answer| answer.question == question);
        found.map(|answer| answer.on(on)).find(|value| *value != Value::Unknown).unwrap_or_default()
    }
}

/// The facts of one decision: the roles of an act, or one subject, each with its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// By the name conditions use.
    pub roots: Vec<(String, Arc<Record>)>,
    /// Attested answers given for whichever subject the question is about.
    pub answers: Vec<Answer>,
}

impl Facts {
    /// Adds what further facts state.
    ///
    /// # Errors
    ///
    /// The root and the position of a field that both state with different values.
    pub fn merge(&mut self, further: &Facts) -> Result<(), (String, u16)> {
        for (name, more) in &further.roots {
            match self.roots.iter_mut().find(|(root, _)| root == name) {
                Some((_, record)) => {
                    let mut merged = Record::clone(record);
                    merged.merge(more).map_err(|index| (name.clone(), index))?;
                    *record = Arc::new(merged);
                }
                None => self.roots.push((name.clone(), Arc::clone(more))),
            }
        }
        self.answers.extend(further.answers.iter().cloned());
        Ok(())
    }

    /// Fills what is not stated from assumptions, and marks it as assumed.
    pub fn assume(&mut self, assumptions: &Facts) {
        for (name, assumption) in &assumptions.roots {
            match self.roots.iter_mut().find(|(root, _)| root == name) {
                Some((_, record)) => {
                    let mut filled = Record::clone(record);
                    filled.assume(assumption);
                    *record = Arc::new(filled);
                }
                None => {
                    let mut record = Record::clone(assumption);
                    let stated = (0u16..).zip(&record.fields).filter(|(_, value)| **value != Value::Unknown);
                    record.assumed = stated.map(|(index, _)| index).collect();
                    self.roots.push((name.clone(), Arc::new(record)));
                }
            }
        }
        self.answers.extend(assumptions.answers.iter().cloned());
    }

    /// What is stated under a name.
    pub fn root(&self, name: &str) -> Option<&Arc<Record>> {
        self.roots.iter().find(|(root, _)| root == name).map(|(_, record)| record)
    }
}
