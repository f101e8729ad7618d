//! How far long work has come, where somebody watches.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

/// How often it is said.
const EVERY: Duration = Duration::from_millis(200);

/// A line on a terminal that is written over; nothing elsewhere.
pub struct Progress {
    shown: bool,
    last: Instant,
    written: bool,
}

impl Progress {
    /// Nothing said yet.
    pub fn new() -> Self {
        Self { shown: stderr().is_terminal(), last: Instant::now(), written: false }
    }

    /// Says how many bytes are done, of how many where that is known, and how many records came of them.
    pub fn at(&mut self, done: u64, of: Option<u64>, records: u64) {
        if !self.shown || self.last.elapsed() < EVERY {
            return;
        }
        self.last = Instant::now();
        self.written = true;
        let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000);
        let of = of.map(|of| format!(" / {}", megabytes(of))).unwrap_or_default();
        // What cannot be shown is no reason to stop.
        let _ = write!(stderr(), "\r{}{of}  {records}   ", megabytes(done));
        let _ = stderr().flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.written {
            let _ = write!(stderr(), "\r{}\r", " ".repeat(60));
        }
    }
}
