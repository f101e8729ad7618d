//! What is going on in a visit: open requests, bytes, navigations; and what went beyond the limits.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How much of an address is kept for messages, in characters.
const ADDRESS_MAX: usize = 200;

/// Counters of one visit.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    /// Open requests by id, which the browser gives but once: the script of a worker begins in the session of its page and ends in its own.
    open: HashMap<String, Open>,
    last_moved: Instant,
    /// Requests begun, each hop of a redirect counted.
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Times the page itself was replaced.
    pub navigations: u32,
    /// Windows opened.
    pub popups: u32,
    /// Dialogs answered.
    pub dialogs: u32,
    /// Whether the page said that it had loaded.
    pub loaded: bool,
    /// Whether the page itself is being shown: windows opened now are its own.
    pub visiting: bool,
    /// Why the visit is cut short.
    pub cut: Option<String>,
}

#[derive(Clone, Debug)]
struct Open {
    session: String,
    /// The document that asked, empty for workers.
    document: String,
    url: String,
    since: Instant,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            open: HashMap::new(),
            last_moved: Instant::now(),
            requests: 0,
            bytes: 0,
            navigations: 0,
            popups: 0,
            dialogs: 0,
            loaded: false,
            visiting: false,
            cut: None,
        }
    }
}

impl Activity {
    /// Counters of a page that is being shown.
    pub fn of_page() -> Self {
        Self { visiting: true, ..Self::default() }
    }

    pub(super) fn began(&mut self, session: &str, request: &str, document: &str, url: &str) {
        self.requests += 1;
        self.last_moved = Instant::now();
        let url = url.chars().take(ADDRESS_MAX).collect();
        let open = Open { session: session.to_owned(), document: document.to_owned(), url, since: Instant::now() };
        self.open.insert(request.to_owned(), open);
    }

    pub fn moved(&mut self) {
        self.last_moved = Instant::now();
    }

    /// A request is over, or is a stream that never will be.
    pub(super) fn finished(&mut self, request: &str) {
        if self.open.remove(request).is_some() {
            self.last_moved = Instant::now();
        }
    }

    /// A target ended, and with it what it had open.
    pub(super) fn ended(&mut self, session: &str) {
        self.open.retain(|_, open| open.session != session);
    }

    /// A document was replaced: of what it had open nothing more is told.
    pub(super) fn replaced(&mut self, session: &str, document: &str) {
        self.open.retain(|_, open| open.session != session || open.document.is_empty() || open.document == document);
    }

    /// Whether nothing has moved for so long, but for what hangs.
    pub fn is_idle(&self, quiet: Duration, stalled: Duration) -> bool {
        self.last_moved.elapsed() >= quiet && self.open.values().all(|open| open.since.elapsed() >= stalled)
    }

    /// How many requests are open.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Addresses whose answer is being waited for since so long, in order.
    pub fn hanging(&self, since: Duration) -> Vec<&str> {
        let hanging = self.open.values().filter(|open| open.since.elapsed() >= since);
        let mut urls: Vec<&str> = hanging.map(|open| open.url.as_str()).collect();
        urls.sort_unstable();
        urls
    }
}
