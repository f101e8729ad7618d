//! The table: what was measured, the bar, and whether it is met.

use std::time::Duration;

use crate::measure::Timing;

const WHAT_WIDTH: usize = 66;

/// Prints rows as they come and remembers which bars were missed.
#[derive(Default)]
pub struct Report {
    met: usize,
    missed: Vec<String>,
}

impl Report {
    /// Begins a table.
    pub fn section(&self, title: &str) {
        println!("\n{title}");
        let head = format!("{:>10}  {:>10}  {:>8}  {:>9}", "median", "p99", "ratio", "bar");
        println!("  {:<WHAT_WIDTH$} {head}  verdict", "what");
    }

    /// A remark below or above rows.
    pub fn remark(&self, text: &str) {
        println!("  {text}");
    }

    /// A time without a bar.
    pub fn time(&self, what: &str, timing: Timing) {
        self.line(what, timing, "", "", "");
    }

    /// A time that must not exceed its bar.
    pub fn time_at_most(&mut self, what: &str, timing: Timing, bar: Duration) {
        let verdict = self.judge(what, timing.median_ns <= bar.as_secs_f64() * 1e9);
        self.line(what, timing, "", &format!("≤ {bar:?}"), verdict);
    }

    /// A time in which so many things are done, whose rate must reach its bar.
    pub fn rate_at_least(&mut self, what: &str, timing: Timing, count: usize, unit: &str, bar: f64) {
        let rate = count as f64 / (timing.median_ns / 1e9);
        let verdict = self.judge(what, rate >= bar);
        let what = format!("{what}: {rate:.0} {unit}/s");
        self.line(&what, timing, "", &format!("≥ {:.0} k/s", bar / 1e3), verdict);
    }

    /// A peer's time with its ratio to ours.
    pub fn ratio(&self, what: &str, timing: Timing, ratio: f64) {
        self.line(what, timing, &format!("{ratio:.1} ×"), "", "");
    }

    /// A peer's time, whose ratio to ours must reach its bar.
    pub fn ratio_at_least(&mut self, what: &str, timing: Timing, ratio: f64, bar: f64) {
        let verdict = self.judge(what, ratio >= bar);
        self.line(what, timing, &format!("{ratio:.1} ×"), &format!("≥ {bar} ×"), verdict);
    }

    /// How many bars were missed.
    pub fn missed(&self) -> usize {
        self.missed.len()
    }

    /// The last line.
    pub fn summary(&self) -> String {
        let counts = format!("\n{} bars met, {} missed", self.met, self.missed.len());
        if self.missed.is_empty() { counts } else { format!("{counts}: {}", self.missed.join("; ")) }
    }

    fn judge(&mut self, what: &str, met: bool) -> &'static str {
        if met {
            self.met += 1;
            "ok"
        } else {
            self.missed.push(what.trim().to_owned());
            "MISSED"
        }
    }

    fn line(&self, what: &str, timing: Timing, ratio: &str, bar: &str, verdict: &str) {
        let (median, p99) = (readable(timing.median_ns), readable(timing.p99_ns));
        let line = format!("  {what:<WHAT_WIDTH$} {median:>10}  {p99:>10}  {ratio:>8}  {bar:>9}  {verdict}");
        println!("{}", line.trim_end());
    }
}

fn readable(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:.1} ns"),
        medium if medium < 1e6 => format!("{:.2} µs", medium / 1e3),
        large => format!("{:.2} ms", large / 1e6),
    }
}
