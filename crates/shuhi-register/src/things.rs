use std::collections::HashMap;
use std::sync::Arc;

use shuhi_law::Rulebook;
use shuhi_law::facts::{Facts, Record, Value};
use shuhi_law::pack::Judged;
use shuhi_law::vocabulary::{ActId, OPERATOR, Standing, TypeId, Vocabulary};
use shuhi_source::Span;

use crate::Register;

/// Something to judge: a subject, or the continuing act that a subject states.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// The subject of the register: `log_policies/sign-in`, or `operator`.
    pub subject: String,
    /// For facts written in place, the fields that lead to them from the subject (`purposes[0]`); else empty.
    pub path: String,
    /// Where the subject stands; `None` for an operator about which nothing is stated.
    pub span: Option<Span>,
    /// What law to judge it by.
    pub judged: Judged,
    /// What is stated, under the names that this law's conditions use.
    pub facts: Facts,
}

impl Thing {
    /// What people call it: `log_policies/sign-in.purposes[0]`.
    pub fn label(&self) -> String {
        label(&self.subject, &self.path)
    }
}

impl Register {
    /// Everything there is to judge: the operator, every subject, what is written in place within them, and for each
    /// of these every act that it is a standing form of.
    ///
    /// Many types and acts have no rule; asking their frame whether it has any is cheaper than judging.
    pub fn things_to_judge(&self, rulebook: &Rulebook) -> Vec<Thing> {
        let vocabulary = &rulebook.vocabulary;
        let mut acts: HashMap<TypeId, Vec<(ActId, &Standing)>> = HashMap::new();
        for (id, act) in (0u16..).map(ActId).zip(&vocabulary.acts) {
            for standing in &act.standing {
                acts.entry(standing.ty).or_default().push((id, standing));
            }
        }
        let mut things = Vec::new();
        self.each_record(vocabulary, |place, record| {
            let judged = Judged::Type(record.ty);
            things.push(place.thing(judged, Facts::of_subject(record, Some(&self.operator), vocabulary)));
            for (act, standing) in acts.get(&record.ty).into_iter().flatten() {
                things.push(
                    place.thing(
                        Judged::Act(*act),
                        Facts::of_standing(record, standing, Some(&self.operator), vocabulary),
                    ),
                );
            }
        });
        things
    }

    /// Calls back for the operator, every subject, and every record written in place within one.
    pub(crate) fn each_record(&self, vocabulary: &Vocabulary, mut found: impl FnMut(&Place, &Arc<Record>)) {
        let operator = Place { subject: OPERATOR.to_owned(), path: String::new(), span: self.operator_span };
        walk(operator, &self.operator, vocabulary, &mut found);
        for collection in &self.collections {
            for subject in &collection.subjects {
                let label = format!("{}/{}", collection.name, subject.id);
                let place = Place { subject: label, path: String::new(), span: Some(subject.span) };
                walk(place, &subject.record, vocabulary, &mut found);
            }
        }
    }
}

/// Where a record stands in the register.
pub(crate) struct Place {
    pub subject: String,
    pub path: String,
    pub span: Option<Span>,
}

impl Place {
    /// What people call it.
    pub(crate) fn label(&self) -> String {
        label(&self.subject, &self.path)
    }

    fn thing(&self, judged: Judged, facts: Facts) -> Thing {
        Thing { subject: self.subject.clone(), path: self.path.clone(), span: self.span, judged, facts }
    }

    fn inner(&self, field: &str, position: Option<usize>) -> Self {
        let mut path = if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) };
        if let Some(position) = position {
            path = format!("{path}[{position}]");
        }
        Self { subject: self.subject.clone(), path, span: self.span }
    }
}

fn label(subject: &str, path: &str) -> String {
    if path.is_empty() { subject.to_owned() } else { format!("{subject}.{path}") }
}

fn walk(place: Place, record: &Arc<Record>, vocabulary: &Vocabulary, found: &mut impl FnMut(&Place, &Arc<Record>)) {
    found(&place, record);
    let Some(described) = vocabulary.record_type(record.ty) else { return };
    for (field, value) in described.fields.iter().zip(&record.fields) {
        match value {
            Value::Record(inner) if inner.id.is_none() => {
                walk(place.inner(&field.name, None), inner, vocabulary, found);
            }
            Value::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    // A record with an id is a subject of its own, met in its collection.
                    if let Value::Record(inner) = item
                        && inner.id.is_none()
                    {
                        walk(place.inner(&field.name, Some(position)), inner, vocabulary, found);
                    }
                }
            }
            _ => {}
        }
    }
}
