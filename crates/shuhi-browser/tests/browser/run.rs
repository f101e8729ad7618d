//! An observation of the site, with everything the tests ask of it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use shuhi_browser::{Browser, BrowserSettings, Observation, Summary};
use shuhi_capture::{Capture, read_devtools};

use crate::support::{Received, Site};

/// One browser at a time: several at once on two cores only make each other wait.
static TURN: Mutex<()> = Mutex::new(());

/// Waits until no other test has a browser.
pub fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an observation came to.
pub struct Seen {
    pub summary: Summary,
    pub log: Vec<u8>,
    pub received: Vec<Received>,
}

impl Seen {
    pub fn capture(&self) -> Capture {
        read_devtools(&self.log).unwrap()
    }

    /// The parameters of every line of a method.
    pub fn lines(&self, method: &str) -> Vec<Value> {
        let lines = self.log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let values = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
        values.filter(|line| line["method"] == method).map(|line| line["params"].clone()).collect()
    }

    /// What went wrong, as one text.
    pub fn faults(&self) -> String {
        self.lines("Shuhi.fault").iter().map(|fault| format!("{fault}\n")).collect()
    }
}

/// Whether there is a browser to test; says so where there is none.
pub fn has_browser() -> bool {
    let there = Path::new("/usr/bin/chromium").is_file();
    if !there {
        eprintln!("skipped: /usr/bin/chromium is not installed");
    }
    there
}

/// Observes, and keeps the log where `SHUHI_KEEP_LOGS` says.
pub fn observe(name: &str, site: &Site, settings: &BrowserSettings, observation: &Observation) -> Seen {
    let _turn = turn();
    let mut log = Vec::new();
    let outcome = Browser::start(settings).and_then(|mut browser| browser.observe(observation, &mut log));
    if let Ok(folder) = std::env::var("SHUHI_KEEP_LOGS") {
        std::fs::write(Path::new(&folder).join(format!("{name}.jsonl")), &log).unwrap();
    }
    Seen { summary: outcome.unwrap(), log, received: site.received() }
}
