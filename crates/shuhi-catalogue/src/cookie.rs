use serde::Serialize;
use shuhi_catalogue_format::Host;

use crate::index::CookiePlace;
use crate::{Catalogue, SetName, Source};

/// Whose a cookie or storage key is, by every list that knows its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CookieIdentification {
    /// The name that was looked up.
    pub name: String,
    /// What each list says, the closest first; empty: unknown.
    pub candidates: Vec<CookieCandidate>,
}

/// What one list says of a cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CookieCandidate {
    /// Who says so.
    pub source: Source,
    /// The name that fits; a star stands for anything.
    pub matched: String,
    /// Whether the list says that the cookie is set for this domain; `None` where it says nothing of domains.
    pub domain_agrees: Option<bool>,
    /// The service that sets it.
    pub service: Option<String>,
    /// Who runs the service, as the list calls them.
    pub recipient: Option<String>,
    /// The list's own word for what it is for.
    pub category: Option<String>,
    /// How long it is kept, in the list's words.
    pub retention: Option<String>,
    /// What the list says of it.
    pub description: Option<String>,
}

impl CookieIdentification {
    /// The candidate to be believed.
    pub fn best(&self) -> Option<&CookieCandidate> {
        self.candidates.first()
    }
}

impl Catalogue {
    /// Whose a cookie or storage key is. `domain` is the one it is set for, with or without a leading dot.
    ///
    /// Lists whose domain agrees go first, then imported ones before shipped ones, then exact names before those with a
    /// star, and longer ones before shorter.
    pub fn identify_cookie(&self, name: &str, domain: &str) -> CookieIdentification {
        let host = Host::parse(domain.trim_start_matches('.'));
        let exact = self.index.cookies(name).iter();
        let starred = self
            .index
            .starred_cookies()
            .iter()
            .filter(|place| self.cookie(**place).is_some_and(|cookie| fits(&cookie.name, name)));
        let places = exact.chain(starred).copied();
        let mut candidates: Vec<CookieCandidate> =
            places.filter_map(|place| self.cookie_candidate(place, host.as_ref())).collect();
        candidates.sort_by_key(|candidate| {
            let agrees = match candidate.domain_agrees {
                Some(true) => 0,
                None => 1,
                Some(false) => 2,
            };
            let imported = !matches!(candidate.source, Source::Import(_));
            let starred = candidate.matched.contains('*');
            (agrees, imported, starred, std::cmp::Reverse(candidate.matched.len()))
        });
        CookieIdentification { name: name.to_owned(), candidates }
    }

    fn cookie(&self, place: CookiePlace) -> Option<&shuhi_catalogue_format::SetCookie> {
        self.sets.get(place.set)?.services.get(place.service)?.cookies.get(place.cookie)
    }

    fn cookie_candidate(&self, place: CookiePlace, host: Option<&Host>) -> Option<CookieCandidate> {
        let cookie = self.cookie(place)?;
        let list = self.sets.get(place.set)?;
        let service = list.services.get(place.service)?;
        let set = SetName::of(&list.head);
        let said = cookie.domain.as_deref().and_then(Host::parse);
        let domain_agrees = match (said, host) {
            (Some(said), Some(host)) => Some(host.with_parents().any(|domain| domain == said.as_str())),
            _ => None,
        };
        Some(CookieCandidate {
            source: if place.set >= self.imported_from { Source::Import(set) } else { Source::Set(set) },
            matched: cookie.name.clone(),
            domain_agrees,
            service: service.name.clone(),
            recipient: service.recipient.clone(),
            category: cookie.category.clone(),
            retention: cookie.retention.clone(),
            description: cookie.description.clone(),
        })
    }
}

/// Whether a name fits a pattern in which a star stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, expected) in [
            ("_ga", "_ga", true),
            ("_ga", "_gat", false),
            ("_ga_*", "_ga_ABC", true),
            ("_ga_*", "_gb_ABC", false),
            ("*_session", "app_session", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
