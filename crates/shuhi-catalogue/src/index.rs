use std::collections::HashMap;

use shuhi_catalogue_format::{Content, Set};

/// Who claims which domain, and who sets which cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    domains: HashMap<Box<str>, Vec<Claimant>>,
    cookies: HashMap<Box<str>, Vec<CookiePlace>>,
    /// Names with a star, which no look-up finds.
    starred: Vec<CookiePlace>,
}

/// One claim of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimant {
    /// A service of the content, and which of its claims.
    Service { service: usize, claim: usize },
    /// A service of a set, and which of its claims.
    Listed { set: usize, service: usize, claim: usize },
}

/// One cookie of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CookiePlace {
    pub(crate) set: usize,
    pub(crate) service: usize,
    pub(crate) cookie: usize,
}

impl Index {
    pub(crate) fn of(content: &Content, sets: &[Set]) -> Self {
        let mut index = Self::default();
        for (service, entry) in content.services.iter().enumerate() {
            for (claim, place) in entry.domains.iter().enumerate() {
                index.claim(&place.domain, Claimant::Service { service, claim });
            }
        }
        for (set, list) in sets.iter().enumerate() {
            index.list(set, list);
        }
        index
    }

    fn list(&mut self, set: usize, list: &Set) {
        for (service, entry) in list.services.iter().enumerate() {
            for (claim, place) in entry.domains.iter().enumerate() {
                self.claim(&place.domain, Claimant::Listed { set, service, claim });
            }
            for (cookie, known) in entry.cookies.iter().enumerate() {
                let place = CookiePlace { set, service, cookie };
                if known.name.contains('*') {
                    self.starred.push(place);
                } else {
                    self.cookies.entry(known.name.as_str().into()).or_default().push(place);
                }
            }
        }
    }

    fn claim(&mut self, domain: &str, claimant: Claimant) {
        match self.domains.get_mut(domain) {
            Some(claimants) => claimants.push(claimant),
            None => {
                self.domains.insert(domain.into(), vec![claimant]);
            }
        }
    }

    /// Who claims exactly this domain.
    pub(crate) fn claimants(&self, domain: &str) -> &[Claimant] {
        self.domains.get(domain).map(Vec::as_slice).unwrap_or_default()
    }

    /// Cookies of exactly this name.
    pub(crate) fn cookies(&self, name: &str) -> &[CookiePlace] {
        self.cookies.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Cookies whose names have a star.
    pub(crate) fn starred_cookies(&self) -> &[CookiePlace] {
        &self.starred
    }
}
