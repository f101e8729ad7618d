use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use crate::capture::Choice;
use crate::request::Request;

/// A cookie the browser held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The domain it goes to; with a leading dot where hosts below are included.
    pub domain: String,
    /// Its path.
    pub path: String,
    /// When it ends, seconds since 1970; none until the browser is closed.
    pub expires_at: Option<i64>,
    /// Hidden from scripts.
    pub http_only: bool,
    /// Whether a response set it (the address), else a script (the address, from its stack), as far as seen.
    pub set_by: Option<String>,
    /// Whether it was a script that set it.
    pub by_script: bool,
    /// The page after whose visit it was held.
    pub page: Option<usize>,
    /// What the visitor had chosen by then.
    pub choice: Choice,
}

/// Where a page keeps things on the terminal, beside cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// `localStorage`.
    Local,
    /// `sessionStorage`.
    Session,
    /// `indexedDB`.
    IndexedDb,
    /// `caches`.
    Cache,
}

/// A value that a page kept on the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredItem {
    /// Where it is kept.
    pub storage: Storage,
    /// The origin that keeps it.
    pub origin: String,
    /// Its key; for IndexedDB `database/store/key`.
    pub key: String,
    /// Its value, cut at a limit.
    pub value: String,
    /// The page after whose visit it was held.
    pub page: Option<usize>,
    /// What the visitor had chosen by then.
    pub choice: Choice,
}

/// The cookies that responses set and the browser took, the last of each name, domain and page.
pub(crate) fn set_by_responses(requests: &[Request]) -> Vec<StoredCookie> {
    let mut kept = Kept::default();
    for request in requests {
        let Some(response) = &request.response else { continue };
        let host = url::Url::parse(&request.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        for cookie in response.cookies.iter().filter(|cookie| cookie.blocked.is_none()) {
            let domain = match &cookie.domain {
                Some(domain) => format!(".{domain}"),
                None => host.clone().unwrap_or_default(),
            };
            kept.add(StoredCookie {
                name: cookie.name.clone(),
                value: cookie.value.clone(),
                domain,
                expires_at: expiry(cookie.max_age_seconds, request.started_at.as_deref()),
                set_by: Some(request.url.clone()),
                page: request.page,
                choice: request.choice,
                ..StoredCookie::default()
            });
        }
    }
    kept.list
}

/// The cookie that a script set in a document by writing `document.cookie`.
pub(crate) fn set_by_script(line: &str, document: &str) -> Option<StoredCookie> {
    let cookie = crate::cookies::set(line, None)?;
    let host = url::Url::parse(document).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some(StoredCookie {
        name: cookie.name,
        value: cookie.value,
        domain: cookie.domain.map_or_else(|| host.unwrap_or_default(), |domain| format!(".{domain}")),
        by_script: true,
        ..StoredCookie::default()
    })
}

fn expiry(max_age_seconds: Option<i64>, now: Option<&str>) -> Option<i64> {
    let now: jiff::Timestamp = now?.parse().ok()?;
    now.as_second().checked_add(max_age_seconds?)
}

#[derive(Default)]
struct Kept {
    list: Vec<StoredCookie>,
    places: HashMap<(String, String, Option<usize>), usize>,
}

impl Kept {
    fn add(&mut self, cookie: StoredCookie) {
        let key = (cookie.name.clone(), cookie.domain.clone(), cookie.page);
        match self.places.get(&key).and_then(|place| self.list.get_mut(*place)) {
            Some(known) => *known = cookie,
            None => {
                self.places.insert(key, self.list.len());
                self.list.push(cookie);
            }
        }
    }
}
