use std::collections::HashMap;

use shuhi_capture::{Storage, StoredCookie, StoredItem};
use url::Url;

use crate::item::HeldIn;

/// Letters below which a value proves nothing by being equal: flags and counters are equal everywhere.
const PROOF_CHARS_MIN: usize = 8;
/// Values that are held against one another by containment.
const HELD_MAX: usize = 5_000;

/// Whose facilities a request goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Those of whoever provides the page or app.
    First,
    /// Somebody else's.
    Third,
    /// Nobody decided that.
    #[default]
    NotKnown,
}

/// What is known around a request: what the terminal held, for whom, and who receives.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    /// The page on whose behalf it was sent.
    pub page_url: Option<String>,
    /// Whose facilities it goes to, by the caller's definition.
    pub first_party: Party,
    /// What the recipient uses it for, as far as known: values of `transmission_purpose`. Empty: not known.
    pub purposes: Vec<String>,
    held: Held,
}

/// Cookies and storage of the terminal, findable by value. Made once for all requests of a capture.
#[derive(Clone, Debug, Default)]
pub struct Held {
    all: std::sync::Arc<Index>,
}

#[derive(Debug, Default)]
struct Index {
    entries: Vec<(String, HeldIn)>,
    by_value: HashMap<String, Vec<usize>>,
}

impl Held {
    /// What a page's terminal held: `page_url` decides what belongs to its site.
    pub fn of(cookies: &[StoredCookie], storage: &[StoredItem], page_url: Option<&str>) -> Self {
        let site = page_url.and_then(host_of).map(|host| site_of(&host));
        let belongs = |host: &str| site.as_deref().is_some_and(|site| site_of(host) == site);
        let mut index = Index::default();
        for cookie in cookies {
            let owner = cookie.domain.trim_start_matches('.').to_ascii_lowercase();
            let first_party = belongs(&owner);
            let entry = HeldIn {
                storage: "cookie".to_owned(),
                key: cookie.name.clone(),
                owner,
                set_by: cookie.set_by.clone(),
                first_party,
            };
            index.add(&cookie.value, entry);
        }
        for item in storage {
            let storage = match item.storage {
                Storage::Local => "local",
                Storage::Session => "session",
                Storage::IndexedDb => "indexed_db",
                Storage::Cache => "cache",
            };
            let first_party = host_of(&item.origin).is_some_and(|host| belongs(&host));
            let entry = HeldIn {
                storage: storage.to_owned(),
                key: item.key.clone(),
                owner: item.origin.clone(),
                set_by: None,
                first_party,
            };
            index.add(&item.value, entry);
        }
        Self { all: std::sync::Arc::new(index) }
    }
}

impl Index {
    fn add(&mut self, value: &str, entry: HeldIn) {
        let place = self.entries.len();
        let plain = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        if plain != value {
            self.by_value.entry(plain).or_default().push(place);
        }
        self.by_value.entry(value.to_owned()).or_default().push(place);
        self.entries.push((value.to_owned(), entry));
    }
}

impl Terminal {
    /// What is known around a request.
    pub fn new(page_url: Option<&str>, first_party: Party, held: &Held) -> Self {
        Self { page_url: page_url.map(str::to_owned), first_party, purposes: Vec::new(), held: held.clone() }
    }

    /// The same, with what the recipient is known to use it for.
    #[must_use]
    pub fn with_purposes(mut self, purposes: &[String]) -> Self {
        self.purposes = purposes.to_vec();
        self
    }

    /// What on the terminal has this value: the same, or one that contains it or is contained in it. What belongs to the page's site goes first.
    pub fn holder(&self, value: &str) -> Option<&HeldIn> {
        let value = value.trim();
        if value.len() < PROOF_CHARS_MIN {
            return None;
        }
        let index = &self.held.all;
        let same = index.by_value.get(value).into_iter().flatten().filter_map(|place| index.entries.get(*place));
        let own_first = |entry: &&(String, HeldIn)| !entry.1.first_party;
        let found = same.min_by_key(own_first).or_else(|| {
            let within = index.entries.iter().take(HELD_MAX).filter(|(held, _)| {
                let long = held.len() >= PROOF_CHARS_MIN;
                long && (held.contains(value) || value.contains(held.as_str()))
            });
            within.min_by_key(own_first)
        });
        found.map(|(_, entry)| entry)
    }

    /// Whether the terminal holds just this value.
    pub fn holds(&self, value: &str) -> bool {
        value.len() >= PROOF_CHARS_MIN && self.held.all.by_value.contains_key(value)
    }

    /// What the terminal holds under a cookie's name.
    pub fn cookie(&self, name: &str) -> Option<&HeldIn> {
        let mut named = self
            .held
            .all
            .entries
            .iter()
            .map(|(_, entry)| entry)
            .filter(|entry| entry.storage == "cookie" && entry.key == name);
        named.next()
    }

    /// Whether an address is on the site of the page.
    pub fn on_site(&self, address: &Url) -> bool {
        let page = self.page_url.as_deref().and_then(host_of);
        match (page, address.host_str()) {
            (Some(page), Some(host)) => site_of(&page) == site_of(host),
            _ => false,
        }
    }
}

fn host_of(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// The registrable domain of a host, or the host itself.
pub(crate) fn site_of(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[');
    if address || !host.contains('.') {
        return host;
    }
    psl::domain_str(&host).map(str::to_owned).unwrap_or(host)
}
