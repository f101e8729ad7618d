//! What is remembered of each exporter and observation domain.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use super::element::Bare;
use super::template::{Form, Template, Templates};
use crate::Reason;

/// Exporters and domains remembered together; beyond, the one not heard of for longest is forgotten.
const DOMAINS_MAX: usize = 1_024;
/// Templates of all of them together, at up to 4 KiB each.
const TEMPLATES_MAX: usize = 16_384;
/// Messages of a domain that are known again when they come twice.
const MESSAGES_KNOWN: usize = 64;

/// An exporter's observation domain (version 9: source id). A stream or file that names no exporter has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DomainKey {
    pub exporter: Option<IpAddr>,
    pub domain: u32,
    pub nine: bool,
}

/// When a message was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// Version 9: milliseconds since the exporter started.
    pub uptime: Option<u32>,
}

#[derive(Debug, Default)]
struct Domain {
    templates: Templates,
    /// Hashes of the latest messages, the next place to write.
    known: Vec<u64>,
    next: usize,
    heard: u64,
    /// When the exporter started, where an options record says so (RFC 7011 element 160).
    system_start: Option<i64>,
}

/// Every domain.
#[derive(Debug, Default)]
pub(super) struct Domains {
    all: HashMap<DomainKey, Domain>,
    templates: usize,
    messages: u64,
}

impl DomainKey {
    pub fn form(&self) -> Form {
        if self.nine { Form::Nine } else { Form::Ipfix }
    }
}

impl Sent {
    /// The instant of a time of the exporter's uptime, which begins anew after 2³² milliseconds.
    pub fn instant(self, uptime: u32, system_start: Option<i64>) -> Option<i64> {
        match (self.uptime, system_start) {
            (Some(now), _) => {
                let ago = now.wrapping_sub(uptime);
                // A flow may have ended just after the header was written.
                let ago = if ago > u32::MAX / 2 { -i64::from(uptime.wrapping_sub(now)) } else { i64::from(ago) };
                Some(self.at - ago)
            }
            (None, Some(start)) => Some(start.saturating_add(i64::from(uptime))),
            (None, None) => None,
        }
    }
}

impl Domains {
    /// Whether the very same message was among the latest of its domain; else it is from now on.
    pub fn is_repeated(&mut self, key: DomainKey, message: &[u8]) -> bool {
        self.messages += 1;
        if !self.all.contains_key(&key) && self.all.len() >= DOMAINS_MAX {
            self.forget_one();
        }
        let domain = self.all.entry(key).or_default();
        domain.heard = self.messages;
        let mut hasher = DefaultHasher::new();
        message.hash(&mut hasher);
        let hash = hasher.finish();
        if domain.known.contains(&hash) {
            return true;
        }
        match domain.known.get_mut(domain.next) {
            Some(slot) => *slot = hash,
            None => domain.known.push(hash),
        }
        domain.next = (domain.next + 1) % MESSAGES_KNOWN;
        false
    }

    fn forget_one(&mut self) {
        let longest = self.all.iter().min_by_key(|(_, domain)| domain.heard).map(|(key, _)| *key);
        if let Some(domain) = longest.and_then(|key| self.all.remove(&key)) {
            self.templates -= domain.templates.len();
        }
    }

    pub fn template(&self, key: &DomainKey, id: u16) -> Option<&Template> {
        self.all.get(key)?.templates.get(&id)
    }

    /// Whether a template of the domain reports beginnings without event and time; only then another one reports ends so.
    pub fn begins_bare(&self, key: &DomainKey) -> bool {
        let templates = self.all.get(key).map(|domain| &domain.templates);
        templates.is_some_and(|all| all.values().any(|template| template.bare == Bare::Begins && !template.options))
    }

    /// Keeps a template.
    ///
    /// # Errors
    ///
    /// When there is no room for another.
    pub fn define(&mut self, key: DomainKey, id: u16, template: Template) -> Result<(), Reason> {
        let domain = self.all.entry(key).or_default();
        if self.templates >= TEMPLATES_MAX && !domain.templates.contains_key(&id) {
            return Err(Reason::TooMany { what: "templates", limit: TEMPLATES_MAX });
        }
        if domain.templates.insert(id, template).is_none() {
            self.templates += 1;
        }
        Ok(())
    }

    /// Forgets a template.
    pub fn withdraw(&mut self, key: &DomainKey, id: u16) {
        let gone = self.all.get_mut(key).and_then(|domain| domain.templates.remove(&id));
        self.templates -= usize::from(gone.is_some());
    }

    /// Forgets every template of that sort.
    pub fn withdraw_all(&mut self, key: &DomainKey, options: bool) {
        if let Some(domain) = self.all.get_mut(key) {
            let before = domain.templates.len();
            domain.templates.retain(|_, template| template.options != options);
            self.templates -= before - domain.templates.len();
        }
    }

    pub fn system_start(&self, key: &DomainKey) -> Option<i64> {
        self.all.get(key)?.system_start
    }

    pub fn set_system_start(&mut self, key: &DomainKey, start: i64) {
        if let Some(domain) = self.all.get_mut(key) {
            domain.system_start = Some(start);
        }
    }
}
