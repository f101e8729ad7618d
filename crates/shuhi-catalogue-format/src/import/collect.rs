use std::collections::BTreeMap;

use crate::{Claim, Host, SetService, is_country};

/// Entries that were left out and are told one by one.
const EXAMPLES_MAX: usize = 20;
/// Characters of a text of a list; longer ones are cut, they are only shown.
const TEXT_CHARS_MAX: usize = 600;

/// What has been taken so far, by who it is.
#[derive(Debug, Default)]
pub(super) struct Collected {
    services: BTreeMap<Key, SetService>,
    left_out: usize,
    examples: Vec<String>,
    /// What the list says of itself.
    pub(super) stated: Stated,
    /// Names by id, for lists that tell organisations and services apart; and what waits for them.
    pub(super) names: BTreeMap<String, Organisation>,
    pub(super) waiting: Vec<(Option<String>, SetService)>,
}

/// What a list says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub(super) licence: Option<String>,
    pub(super) version: Option<String>,
}

/// An organisation of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Organisation {
    pub(super) name: Option<String>,
    pub(super) country: Option<String>,
    pub(super) homepage: Option<String>,
}

/// Two entries with the same key are one service.
type Key = (Option<String>, Option<String>, Option<String>, Option<String>);

impl Collected {
    /// Takes a service; entries of the same names and category become one.
    pub(super) fn add(&mut self, mut service: SetService) {
        service.name = service.name.and_then(shown);
        service.recipient = service.recipient.and_then(shown);
        service.category = service.category.and_then(shown);
        service.country = service.country.map(|code| code.trim().to_uppercase()).filter(|code| is_country(code));
        service.homepage = service.homepage.and_then(shown).filter(|page| page.starts_with("http"));
        let key = (service.recipient.clone(), service.name.clone(), service.category.clone(), service.country.clone());
        let known = self.services.entry(key).or_default();
        let SetService { name, recipient, country, kind, category, homepage, domains, classes, cookies } = service;
        *known = SetService {
            name,
            recipient,
            country,
            kind: known.kind.or(kind),
            category,
            homepage: known.homepage.take().or(homepage),
            domains: std::mem::take(&mut known.domains),
            classes: std::mem::take(&mut known.classes),
            cookies: std::mem::take(&mut known.cookies),
        };
        known.domains.extend(domains);
        known.classes.extend(classes);
        known.cookies.extend(cookies);
    }

    /// The claim of a domain as a list writes it, with a star before it or not; what is none is counted.
    pub(super) fn claim(&mut self, domain: &str, path: Option<&str>, file: &str) -> Option<Claim> {
        let bare = domain.trim().trim_start_matches("*.").trim_start_matches('.');
        // Numbers that browsers would read as a short form of an address are none here.
        let sound = |host: &Host| match host.is_address() {
            true => bare.parse::<std::net::IpAddr>().is_ok(),
            false => !host.is_registry_suffix() && host.as_str().contains('.'),
        };
        let host = Host::parse(bare).filter(sound);
        if host.is_none() {
            self.leave_out(file, domain, "is no domain");
        }
        Some(Claim { domain: host?.as_str().to_owned(), path: path.map(str::to_owned) })
    }

    /// The claims of several domains.
    pub(super) fn claims<'a>(&mut self, domains: impl IntoIterator<Item = &'a str>, file: &str) -> Vec<Claim> {
        domains.into_iter().filter_map(|domain| self.claim(domain, None, file)).collect()
    }

    /// Counts what could not be taken, and remembers the first.
    pub(super) fn leave_out(&mut self, place: &str, what: &str, why: &str) {
        self.left_out += 1;
        if self.examples.len() < EXAMPLES_MAX {
            let what: String = what.chars().take(100).filter(|c| !c.is_control()).collect();
            self.examples.push(format!("{place}: `{what}` {why}"));
        }
    }

    /// The services in order, each once, and what was left out.
    pub(super) fn finish(mut self) -> (Vec<SetService>, usize, Vec<String>) {
        for (organisation, mut service) in std::mem::take(&mut self.waiting) {
            if let Some(id) = organisation {
                let known = self.names.get(&id);
                service.recipient = known.and_then(|known| known.name.clone()).or(Some(id));
                service.country = service.country.or_else(|| known.and_then(|known| known.country.clone()));
                service.homepage = service.homepage.or_else(|| known.and_then(|known| known.homepage.clone()));
            }
            self.add(service);
        }
        let mut services: Vec<SetService> = self.services.into_values().collect();
        for service in &mut services {
            service.domains.sort();
            service.domains.dedup();
            service.classes.sort();
            service.classes.dedup();
            service.cookies.sort();
            service.cookies.dedup();
        }
        services.retain(|service| {
            !(service.domains.is_empty() && service.classes.is_empty() && service.cookies.is_empty())
        });
        (services, self.left_out, self.examples)
    }
}

/// A text in one line, not too long; nothing where it is empty.
pub(super) fn shown(text: String) -> Option<String> {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|c| !c.is_control());
    if let Some((end, _)) = line.char_indices().nth(TEXT_CHARS_MAX) {
        line.truncate(end);
        line.push('…');
    }
    (!line.is_empty()).then_some(line)
}
