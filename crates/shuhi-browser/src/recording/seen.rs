//! What was met during an observation, for what is asked at its end.

use std::collections::{BTreeSet, HashMap, HashSet};

use url::Url;

use crate::Fault;
use crate::netlog::{Counted, key};

/// Hosts that are kept.
const HOSTS_MAX: usize = 10_000;

/// What was met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Hosts of requests.
    pub hosts: BTreeSet<String>,
    /// Requests that DevTools showed.
    pub sent: Counted,
    /// The session in which a request was first told of: some are told of in several.
    told_in: HashMap<String, String>,
    /// Bodies of what was sent while pages were left, base64, by method and address.
    pub bodies: HashMap<(String, String), Vec<String>>,
    /// What we fetched ourselves.
    pub fetched: HashSet<String>,
    /// When which visit and choice began.
    pub phases: Vec<Phase>,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

/// From when on requests belong to a visit and a choice.
#[derive(Clone, Debug)]
pub(crate) struct Phase {
    pub visit: usize,
    pub choice: &'static str,
    /// Milliseconds since 1970.
    pub began_ms: i64,
}

impl Seen {
    /// Takes notice of a request; `told_in` is the session that told of it, `id` its id.
    pub fn request(&mut self, told_in: &str, id: &str, method: &str, url: &str) {
        let first = self.told_in.entry(id.to_owned()).or_insert_with(|| told_in.to_owned());
        if first != told_in {
            return;
        }
        *self.sent.entry(key(method, url)).or_default() += 1;
        if self.hosts.len() < HOSTS_MAX
            && let Some(host) = Url::parse(url).ok().as_ref().and_then(Url::host_str)
            && ["http", "ws"].iter().any(|scheme| url.starts_with(scheme))
        {
            self.hosts.insert(host.to_owned());
        }
    }

    pub fn phase(&mut self, visit: usize, choice: &'static str) {
        self.phases.push(Phase { visit, choice, began_ms: jiff::Timestamp::now().as_millisecond() });
    }
}
