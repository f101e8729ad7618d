//! Captures and registers made up for the tests.

use shuhi_capture::{Capture, Channel, Choice, Initiator, Outcome, Page, Request, StackFrame};
use shuhi_catalogue::Catalogue;
use shuhi_items::{Adapters, Honey};
use shuhi_law::Rulebook;
use shuhi_register::Register;
use shuhi_scan::{Declared, Difference, Means, Observation, Surface, compare, observe};
use shuhi_source::{Faults, Sources};

pub const PAGE: &str = "https://www.kakuu-shimpo.example/";

/// A capture of one page, to which requests are added.
pub fn capture() -> Capture {
    let page = Page { url: PAGE.to_owned(), started_at: Some("2026-11-28T01:00:00Z".to_owned()), ..Page::default() };
    let mut capture = Capture { pages: vec![page], ..Capture::default() };
    capture.requests.push(Request { channel: Channel::Document, initiator: Initiator::Navigation, ..request(PAGE) });
    capture
}

/// A request of the page, caused by its parser.
pub fn request(url: &str) -> Request {
    serde_json::from_value(serde_json::json!({
        "page": 0, "choice": "before", "channel": "image", "method": "GET", "url": url,
        "document_url": PAGE, "frames": [], "cookies": [], "body": null, "messages": [], "response": null,
        "headers": [{"name": "User-Agent", "value": "Mozilla/5.0 (X11; Linux x86_64) Kakuu/1.0"}, {"name": "Referer", "value": PAGE}],
        "initiator": {"kind": "parser", "url": PAGE, "line": 10, "column": 1},
        "outcome": {"kind": "sent"}, "aliases": {"kind": "not_resolved"}, "started_at": null, "place": "entry 1",
    }))
    .unwrap()
}

/// The same, sent by a script.
pub fn by_script(url: &str, script: &str) -> Request {
    let frame = StackFrame { url: script.to_owned(), line: 3, column: 1, ..StackFrame::default() };
    Request { channel: Channel::Beacon, initiator: Initiator::Script { stack: vec![frame] }, ..request(url) }
}

/// A script that the page's parser loaded.
pub fn script(url: &str) -> Request {
    Request { channel: Channel::Script, ..request(url) }
}

pub fn after(choice: Choice, request: Request) -> Request {
    Request { choice, ..request }
}

pub fn blocked(request: Request) -> Request {
    Request { outcome: Outcome::Blocked { reason: "csp".to_owned() }, ..request }
}

/// Everything that a scan needs, loaded once.
pub struct Bench {
    pub rulebook: Rulebook,
    catalogue: Catalogue,
    adapters: Adapters,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            rulebook: shuhi_rulebook::rulebook().unwrap(),
            catalogue: Catalogue::embedded().unwrap(),
            adapters: Adapters::embedded().unwrap(),
        }
    }

    /// What a register, given as YAML, declares.
    pub fn declared(&self, yaml: &str) -> Declared {
        let mut sources = Sources::new();
        let file = sources.add("register.yaml", yaml);
        let mut faults = Faults::new();
        let at = jiff::civil::date(2026, 11, 28);
        let register = Register::load(&sources, &[file], &self.rulebook, at, &mut faults);
        assert_eq!(faults.summary(&sources), "");
        Declared::of(&register.unwrap(), &self.rulebook.vocabulary)
    }

    pub fn observe(&self, capture: &Capture, declared: &Declared) -> Observation {
        let honey = Honey::default();
        let mut observation = observe(
            capture,
            Means {
                catalogue: &self.catalogue,
                adapters: &self.adapters,
                honey: &honey,
                sisters: &declared.own_domains,
                recipients: &declared.recipients,
                surface: Surface::WebPage,
            },
        );
        observation.service = Some("news".to_owned());
        observation
    }

    /// The differences, each as `kind subject`.
    pub fn differences(&self, capture: &Capture, register: &str) -> Vec<String> {
        let declared = self.declared(register);
        let observation = self.observe(capture, &declared);
        let found = compare(&observation, &declared, &self.rulebook.vocabulary);
        found.iter().map(|difference| format!("{} {}", difference.kind.id(), difference.subject)).collect()
    }

    pub fn all_differences(&self, capture: &Capture, register: &str) -> Vec<Difference> {
        let declared = self.declared(register);
        compare(&self.observe(capture, &declared), &declared, &self.rulebook.vocabulary)
    }
}
