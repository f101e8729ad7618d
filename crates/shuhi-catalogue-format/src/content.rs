use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use shuhi_source::{Fault, Faults, FileId, Sources, Span, did_you_mean};

use crate::read::{Entries, Placed, Rules, read};
use crate::{Module, Platform, Recipient, Service};

/// The entries of a catalogue, or of what an operator lays over one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Organisations.
    pub recipients: Vec<Recipient>,
    /// Services.
    pub services: Vec<Service>,
    /// Modules of apps.
    pub modules: Vec<Module>,
}

impl Content {
    /// Reads files and holds their entries against one another, and against what they are laid over: ids stand once,
    /// references lead somewhere, no two services claim the same place.
    ///
    /// What has a fault is left out; `faults` says whether there is an error. What is laid over may have the id of an entry
    /// below, which it then replaces, and claim what one below claims.
    pub fn read(
        sources: &Sources,
        files: &[FileId],
        below: Option<&Content>,
        rules: Rules<'_>,
        faults: &mut Faults,
    ) -> Content {
        let entries = read(sources, files, rules, faults);
        unique(&entries, faults);
        claims(&entries, faults);
        references(&entries, below, faults);
        let bare = |entries: Entries| Content {
            recipients: entries.recipients.into_iter().map(|placed| placed.entry).collect(),
            services: entries.services.into_iter().map(|placed| placed.entry).collect(),
            modules: entries.modules.into_iter().map(|placed| placed.entry).collect(),
        };
        bare(entries)
    }

    /// The organisation of an id.
    pub fn recipient(&self, id: &str) -> Option<&Recipient> {
        self.recipients.iter().find(|recipient| recipient.id == id)
    }

    /// The service of an id.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }
}

/// Ids stand once; so do legal names, or one organisation would have two entries.
fn unique(entries: &Entries, faults: &mut Faults) {
    let mut twice = Twice { faults };
    twice.report("recipient", entries.recipients.iter().map(|placed| (placed.entry.id.as_str(), placed.id)));
    twice.report("service", entries.services.iter().map(|placed| (placed.entry.id.as_str(), placed.id)));
    twice.report("module", entries.modules.iter().map(|placed| (placed.entry.id.as_str(), placed.id)));
    let names =
        entries.recipients.iter().filter_map(|placed| Some((placed.entry.name.as_str(), *placed.claims.first()?)));
    let mut seen = HashMap::new();
    for (name, span) in names {
        if let Some(first) = seen.insert(name, span) {
            let fault =
                Fault::error(span, format!("there are two recipients named `{name}`")).note(first, "first here");
            twice.faults.push(fault.help("keep one entry, and name its id where it is meant"));
        }
    }
}

struct Twice<'f> {
    faults: &'f mut Faults,
}

impl Twice<'_> {
    fn report<'a>(&mut self, what: &str, ids: impl Iterator<Item = (&'a str, Span)>) {
        let mut seen = HashMap::new();
        for (id, span) in ids {
            if let Some(first) = seen.insert(id, span) {
                let fault = Fault::error(span, format!("there are two {what} entries with the id `{id}`"));
                self.faults.push(fault.note(first, "first here").help("give one of the two another id, or keep one"));
            }
        }
    }
}

/// No two services claim the same domain and path, no two modules the same signature.
fn claims(entries: &Entries, faults: &mut Faults) {
    let mut seen = HashMap::new();
    for placed in &entries.services {
        for (claim, &span) in placed.entry.domains.iter().zip(&placed.claims) {
            let (domain, path) = (claim.domain.as_str(), claim.path.as_deref().unwrap_or_default());
            claimed(&mut seen, (domain, path), &placed.entry.id, span, &format!("{domain}{path}"), faults);
        }
    }
    let mut seen = HashMap::new();
    for placed in &entries.modules {
        let signatures = placed.entry.classes.iter().chain(&placed.entry.frameworks);
        for (signature, &span) in signatures.zip(&placed.claims) {
            let key = (placed.entry.platform == Platform::Ios, signature.as_str());
            claimed(&mut seen, key, &placed.entry.id, span, signature, faults);
        }
    }
}

fn claimed<'a, K: std::hash::Hash + Eq>(
    seen: &mut HashMap<K, (&'a str, Span)>,
    key: K,
    id: &'a str,
    span: Span,
    shown: &str,
    faults: &mut Faults,
) {
    let Some((other, first)) = seen.insert(key, (id, span)) else { return };
    let fault = match other == id {
        true => Fault::error(span, format!("`{shown}` stands here twice")).help("keep one of the two"),
        false => Fault::error(span, format!("`{shown}` is claimed by `{other}` and by `{id}`"))
            .help("leave it to one of them, or tell them apart by `path`"),
    };
    faults.push(fault.note(first, "first here"));
}

/// Every recipient and service that is named exists.
fn references(entries: &Entries, below: Option<&Content>, faults: &mut Faults) {
    let mut recipients: HashMap<&str, bool> = HashMap::new();
    let under = below.map(|content| content.recipients.as_slice()).unwrap_or_default();
    for recipient in under.iter().chain(entries.recipients.iter().map(|placed| &placed.entry)) {
        recipients.insert(&recipient.id, recipient.country.is_some());
    }
    let mut services: Vec<&str> = entries.services.iter().map(|placed| placed.entry.id.as_str()).collect();
    services.extend(below.iter().flat_map(|content| content.services.iter().map(|service| service.id.as_str())));
    for placed in &entries.services {
        recipient(&placed.entry.recipient, placed, &recipients, faults);
    }
    for placed in &entries.modules {
        recipient(&placed.entry.recipient, placed, &recipients, faults);
        if let (Some(id), Some(span)) = (&placed.entry.service, placed.service)
            && !services.contains(&id.as_str())
        {
            let fault = Fault::error(span, format!("there is no service `{id}`"));
            let near = did_you_mean(id, services.iter().copied());
            faults.push(fault.help(near.unwrap_or_else(|| "leave `service` out, or add the service".to_owned())));
        }
    }
}

fn recipient<T>(id: &str, placed: &Placed<T>, recipients: &HashMap<&str, bool>, faults: &mut Faults) {
    let Some(span) = placed.recipient else { return };
    match recipients.get(id) {
        None => {
            let near = did_you_mean(id, recipients.keys().copied());
            let help = near.unwrap_or_else(|| "add it to a file of `recipients`".to_owned());
            faults.push(Fault::error(span, format!("there is no recipient `{id}`")).help(help));
        }
        Some(false) => {
            for &place in &placed.country {
                let message = format!("`confirms` names `country`, which the recipient `{id}` lacks");
                faults.push(Fault::error(place, message).help("add `country` to the recipient as the page states it"));
            }
        }
        Some(true) => {}
    }
}
