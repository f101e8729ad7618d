//! What the register declares of external transmissions, as far as an observation can be held against it.

use shuhi_law::facts::{Record, Value};
use shuhi_law::vocabulary::{ItemType, Vocabulary};
use shuhi_register::{Register, Subject};
use shuhi_source::Span;

/// What one operator declares.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Domains the operator runs itself, those of its services included.
    pub own_domains: Vec<String>,
    /// Services with the domains of their pages.
    pub services: Vec<DeclaredService>,
    /// External transmissions.
    pub transmissions: Vec<DeclaredTransmission>,
    /// Recipients, declared with a transmission or not.
    pub recipients: Vec<DeclaredRecipient>,
    /// Published notices.
    pub notices: Vec<DeclaredNotice>,
}

/// A service and where its pages are.
#[derive(Clone, Debug)]
pub struct DeclaredService {
    /// Its id.
    pub id: String,
    /// The domains of its pages.
    pub domains: Vec<String>,
    /// Whether it is offered as an app.
    pub application: bool,
    /// Whether it is offered in a browser.
    pub browser: bool,
}

/// A recipient.
#[derive(Clone, Debug, Default)]
pub struct DeclaredRecipient {
    /// Its id, empty where it is written in place.
    pub id: String,
    /// Its legal name.
    pub name: Option<String>,
    /// Where it receives.
    pub domains: Vec<String>,
}

/// A declared transmission.
#[derive(Clone, Debug)]
pub struct DeclaredTransmission {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// What staff call it.
    pub name: Option<String>,
    /// The id of the service that causes it.
    pub service: Option<String>,
    /// The tag, script or module.
    pub trigger: Option<String>,
    /// Who handles what arrives.
    pub recipient: Option<DeclaredRecipient>,
    /// `own_facilities`, `contractor`, `third_party`.
    pub destination: Option<String>,
    /// The data declared; `None` where not stated.
    pub data: Option<Vec<String>>,
    /// The purposes declared; `None` where not stated.
    pub purposes: Option<Vec<String>>,
    /// The items that users are told.
    pub items_told: Option<Vec<String>>,
    /// The id of the notice that tells of it; `None` where there is none or it is not stated.
    pub notice: Option<String>,
    /// Whether the users' consent is relied on.
    pub on_consent: bool,
    /// What the opt-out page says, where there is an opt-out that is relied on.
    pub opt_out: Option<Vec<String>>,
}

/// A published notice.
#[derive(Clone, Debug)]
pub struct DeclaredNotice {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// Its address.
    pub url: Option<String>,
    /// Whether it is said to be legible without any operation.
    pub visible_without_operation: Option<bool>,
    /// Whether it is said to be in Japanese.
    pub in_japanese: Option<bool>,
    /// Whether its letters are said to be of proper size.
    pub proper_size: Option<bool>,
    /// `initiating_page`, `page_easily_reached`, …
    pub place: Option<String>,
    /// Whether it is a notification rather than a publication.
    pub notification: Option<bool>,
}

impl Declared {
    /// Reads what a register declares.
    pub fn of(register: &Register, vocabulary: &Vocabulary) -> Self {
        let facts = Facts { vocabulary };
        let subjects = |name: &str| {
            let collection = register.collections.iter().find(move |collection| collection.name == name);
            collection.map_or(&[][..], |collection| &collection.subjects)
        };
        let services: Vec<_> = subjects("services").iter().map(|subject| facts.service(subject)).collect();
        let mut own_domains = facts.texts(&register.operator, "domains");
        own_domains.extend(services.iter().flat_map(|service| service.domains.iter().cloned()));
        Self {
            own_domains,
            services,
            transmissions: subjects("transmissions").iter().map(|subject| facts.transmission(subject)).collect(),
            recipients: subjects("recipients").iter().map(|subject| facts.recipient(&subject.record)).collect(),
            notices: subjects("transmission_notices").iter().map(|subject| facts.notice(subject)).collect(),
        }
    }

    /// The service whose pages a host belongs to: the longest domain wins; the only one where there is one.
    pub fn service_of_host(&self, host: &str) -> Option<&DeclaredService> {
        let fitting = self.services.iter().filter_map(|service| {
            let longest = service.domains.iter().filter(|domain| is_below(host, domain)).map(String::len).max()?;
            Some((longest, service))
        });
        fitting.max_by_key(|(longest, _)| *longest).map(|(_, service)| service)
    }
}

/// Whether a host is a domain or lies below it.
pub fn is_below(host: &str, domain: &str) -> bool {
    let (host, domain) =
        (host.trim_end_matches('.').to_ascii_lowercase(), domain.trim_end_matches('.').to_ascii_lowercase());
    !domain.is_empty() && (host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.')))
}

/// Reads single facts by their names in the vocabulary.
struct Facts<'v> {
    vocabulary: &'v Vocabulary,
}

impl Facts<'_> {
    fn service(&self, subject: &Subject) -> DeclaredService {
        let record = &subject.record;
        let channels = self.words(record, "channels").unwrap_or_default();
        DeclaredService {
            id: subject.id.clone(),
            domains: self.texts(record, "domains"),
            application: channels.iter().any(|channel| channel == "application"),
            browser: channels.iter().any(|channel| channel == "browser"),
        }
    }

    fn recipient(&self, record: &Record) -> DeclaredRecipient {
        DeclaredRecipient {
            id: record.id.clone().unwrap_or_default(),
            name: self.text(record, "name"),
            domains: self.texts(record, "domains"),
        }
    }

    fn transmission(&self, subject: &Subject) -> DeclaredTransmission {
        let record = &subject.record;
        let id_of = |name: &str| self.record(record, name).and_then(|found| found.id.clone());
        let relied_on = |found: &Record| self.bool(found, "relied_on") != Some(false);
        let opt_out = self.record(record, "opt_out").filter(|found| relied_on(found));
        DeclaredTransmission {
            id: subject.id.clone(),
            span: subject.span,
            name: self.text(record, "name"),
            service: id_of("service"),
            trigger: self.text(record, "trigger"),
            recipient: self.record(record, "recipient").map(|found| self.recipient(found)),
            destination: self.word(record, "destination"),
            data: self.words(record, "data"),
            purposes: self.words(record, "purposes"),
            items_told: self.words(record, "items_told"),
            notice: id_of("notice"),
            on_consent: self.record(record, "consent").is_some(),
            opt_out: opt_out.map(|found| self.words(found, "states").unwrap_or_default()),
        }
    }

    fn notice(&self, subject: &Subject) -> DeclaredNotice {
        let record = &subject.record;
        DeclaredNotice {
            id: subject.id.clone(),
            span: subject.span,
            url: self.text(record, "url"),
            visible_without_operation: self.bool(record, "visible_without_operation"),
            in_japanese: self.bool(record, "in_japanese"),
            proper_size: self.bool(record, "proper_size"),
            place: self.word(record, "place"),
            notification: self.word(record, "way").map(|way| way == "notification"),
        }
    }

    fn value<'r>(&self, record: &'r Record, name: &str) -> &'r Value {
        let position = self.vocabulary.record_type(record.ty).and_then(|ty| ty.position(name));
        position.map_or(&Value::Unknown, |position| record.field(position))
    }

    fn record<'r>(&self, record: &'r Record, name: &str) -> Option<&'r Record> {
        match self.value(record, name) {
            Value::Record(found) => Some(found),
            _ => None,
        }
    }

    fn text(&self, record: &Record, name: &str) -> Option<String> {
        match self.value(record, name) {
            Value::Text(text) => Some(text.to_string()),
            _ => None,
        }
    }

    fn bool(&self, record: &Record, name: &str) -> Option<bool> {
        match self.value(record, name) {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn texts(&self, record: &Record, name: &str) -> Vec<String> {
        let Value::List(items) = self.value(record, name) else { return Vec::new() };
        items
            .iter()
            .filter_map(|item| if let Value::Text(text) = item { Some(text.to_string()) } else { None })
            .collect()
    }

    fn word(&self, record: &Record, name: &str) -> Option<String> {
        self.enum_word(record, name, self.value(record, name))
    }

    fn words(&self, record: &Record, name: &str) -> Option<Vec<String>> {
        match self.value(record, name) {
            Value::List(items) => Some(items.iter().filter_map(|item| self.enum_word(record, name, item)).collect()),
            _ => None,
        }
    }

    fn enum_word(&self, record: &Record, name: &str, value: &Value) -> Option<String> {
        let Value::Enum(index) = value else { return None };
        let described = self.vocabulary.record_type(record.ty)?;
        let ItemType::Enum(id) = described.field(described.position(name)?)?.ty.item else { return None };
        self.vocabulary.enum_type(id).map(|found| found.name_of(*index).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn hosts_lie_below_whole_labels_only() {
        assert!(is_below("a.example.jp", "example.jp") && is_below("Example.JP.", "example.jp"));
        assert!(!is_below("badexample.jp", "example.jp") && !is_below("example.jp", "a.example.jp"));
        assert!(!is_below("example.jp", ""));
    }
}
