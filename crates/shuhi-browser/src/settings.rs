use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use crate::Resolver;

/// How the browser is started.
#[derive(Clone, Debug)]
pub struct BrowserSettings {
    /// The program: Debian's `/usr/bin/chromium` unless said otherwise.
    pub program: PathBuf,
    /// Hosts that are sent elsewhere, the first that fits counts.
    pub hosts: Vec<HostRule>,
    /// Refuses every host that no rule maps, but loopback: nothing leaves the machine.
    pub loopback_only: bool,
    /// SHA-256 of the public keys (SubjectPublicKeyInfo, base64) whose certificates are believed although nobody vouches for them: for tests.
    pub trusted_keys: Vec<String>,
    /// Whether Chromium isolates its processes.
    pub sandbox: Sandbox,
    /// Whether the browser tells sites that it is headless and automated. Many tags stay silent then, so that it is off unless asked for.
    pub says_automated: bool,
    /// Whether windows open that no click asked for. A visitor's browser stops them, so that it is off unless asked for; that a page tried stands in the log all the same.
    pub allows_popups: bool,
    /// Whom to ask for the names behind a host; none: the name server of the system, but nobody where `loopback_only`.
    pub resolver: Option<Arc<dyn Resolver>>,
    /// Limits of every visit.
    pub limits: Limits,
}

impl BrowserSettings {
    /// Whether our guard lets a request go out.
    pub(crate) fn reaches(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return true };
        if !self.loopback_only || !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            return true;
        }
        match url.host() {
            Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
            Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
            Some(Host::Domain(host)) => host == "localhost" || self.hosts.iter().any(|rule| fits(&rule.host, host)),
            None => true,
        }
    }
}

/// Whether a host fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, host: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.eq_ignore_ascii_case(host),
        Some((before, after)) => host.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().any(|(place, _)| fits(after, rest.get(place..).unwrap_or_default())) || fits(after, "")
        }),
    }
}

impl Default for BrowserSettings {
    fn default() -> Self {
        Self {
            program: PathBuf::from("/usr/bin/chromium"),
            hosts: Vec::new(),
            loopback_only: false,
            trusted_keys: Vec::new(),
            sandbox: Sandbox::Auto,
            says_automated: false,
            allows_popups: false,
            resolver: None,
            limits: Limits::default(),
        }
    }
}

/// A host that is sent elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    /// The host, `*` standing for anything: `shop.example`, `*.example`.
    pub host: String,
    /// Where to: `127.0.0.1` or `127.0.0.1:8443`.
    pub to: String,
}

/// Whether Chromium isolates its processes from the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// On, but off for root, for whom Chromium has none.
    #[default]
    Auto,
    /// Always on.
    On,
    /// Off: for containers that do not allow it.
    Off,
}

/// What one visit may use; what goes beyond is cut and stands in the log.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time for a whole visit.
    pub visit: Duration,
    /// Bytes received during a visit.
    pub bytes: u64,
    /// Requests during a visit.
    pub requests: u64,
    /// Times the page itself may be replaced by another during a visit.
    pub navigations: u32,
    /// Windows that a visit may open; further ones are closed at once.
    pub popups: u32,
    /// Dialogs that are answered during a visit; then the page is left.
    pub dialogs: u32,
    /// Size of the whole log in bytes; beyond only lines of our own are written.
    pub log_bytes: u64,
    /// How long a command may take before the page counts as stuck.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            visit: Duration::from_secs(60),
            bytes: 200 << 20,
            requests: 5_000,
            navigations: 20,
            popups: 5,
            dialogs: 50,
            log_bytes: 2 << 30,
            answer: Duration::from_secs(8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guard_lets_through_loopback_and_what_is_mapped() {
        let rule = HostRule { host: "*.example".to_owned(), to: "127.0.0.1:8443".to_owned() };
        let settings = BrowserSettings { hosts: vec![rule], loopback_only: true, ..BrowserSettings::default() };
        for url in [
            "https://mise.example/a",
            "wss://a.tag.example/",
            "http://127.0.0.1:80/",
            "http://[::1]/",
            "http://localhost/",
            "data:,a",
            "about:blank",
        ] {
            assert!(settings.reaches(url), "{url}");
        }
        for url in ["https://mise.example.jp/", "http://192.0.2.1/", "http://127.0.0.2/", "https://example/"] {
            assert!(!settings.reaches(url), "{url}");
        }
        assert!(BrowserSettings::default().reaches("https://mise.example.jp/"));
    }
}
