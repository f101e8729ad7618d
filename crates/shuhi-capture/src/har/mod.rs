//! HAR files, versions 1.1 to 1.3 and what browsers and proxies make of them.

mod body;
mod entry;
mod initiators;
mod pages;
mod recover;

use std::collections::HashMap;

use serde_json::Value;

use crate::capture::{Capture, SourceKind};
use crate::error::CaptureError;
use crate::faults::Faults;
use crate::json::{Json as _, kind_of};
use crate::limits::REQUESTS_MAX;

/// Reads a HAR file as Chrome, Firefox, Safari, WebPageTest, browsertime, Charles, Fiddler and mitmproxy write it, also gzipped, cut short or damaged: what is whole is read, the rest is told. Several files one after the other or in a list,
/// entries one a line, and a file wrapped in another are read as well.
///
/// Entries are taken in the order of their time. Where a file does not say through which channel something was sent, the request's headers decide, then what came back. Requests have no context and no
/// frames: HAR files do not tell documents apart. A request answered with a redirect to the next one is its cause. An entry that names no page belongs to the last one opened before it.
///
/// # Errors
///
/// When it is no JSON from the start, is something else than a HAR file, or is larger than [`crate::limits::INPUT_BYTES_MAX`]. Whatever is wrong in parts of it stands in [`Capture::faults`].
pub fn read_har(bytes: &[u8]) -> Result<Capture, CaptureError> {
    let mut faults = Faults::default();
    let bytes = crate::input::prepare(bytes, &mut faults)?;
    let log = recover::log(&bytes, &mut faults)?;
    let mut capture = Capture::default();
    capture.source.kind = SourceKind::Har;
    capture.source.program = program(&log, "creator");
    capture.source.browser = program(&log, "browser");
    let entries = in_order(distinct(log.list(&["entries"]), &mut faults));
    let pages = pages::read(&log, &entries, &mut capture, &mut faults);
    for (number, entry) in &entries {
        if capture.requests.len() >= REQUESTS_MAX {
            faults.add(place(*number), "more entries than are read (`REQUESTS_MAX`)", "this entry and those after it");
            break;
        }
        let known = pages.of(entry);
        capture.requests.extend(entry::request(entry, *number, known, &mut faults));
    }
    initiators::settle(&mut capture);
    pages::settle_ends(&mut capture);
    if capture.requests.is_empty() {
        faults.add("the file", "it has no request", "what was sent: this file cannot show it");
    }
    capture.cookies = crate::storage::set_by_responses(&capture.requests);
    capture.faults = faults.into_list();
    Ok(capture)
}

/// Where an entry stands, for people: counted from 1.
fn place(number: usize) -> String {
    format!("entry {number}")
}

fn program(log: &Value, key: &str) -> Option<String> {
    let name = log.filled(&[key, "name"])?;
    Some(log.filled(&[key, "version"]).map_or_else(|| name.to_owned(), |version| format!("{name} {version}")))
}

/// Entries with their numbers, without those that repeat another word for word.
fn distinct<'a>(entries: &'a [Value], faults: &mut Faults) -> Vec<(usize, &'a Value)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut kept = Vec::new();
    for (number, entry) in (1..).zip(entries) {
        if !entry.is_object() {
            faults.add(place(number), format!("it is {}, not an object", kind_of(entry)), "this entry");
            continue;
        }
        let timed = entry.filled(&["startedDateTime"]).is_some();
        match seen.get(&entry.to_string()).filter(|_| timed) {
            Some(first) => faults.add(place(number), format!("it repeats entry {first}"), "nothing: it is left out"),
            None => {
                seen.insert(entry.to_string(), number);
                kept.push((number, entry));
            }
        }
    }
    kept
}

/// By time; those without a time stay behind the one before them.
fn in_order(mut entries: Vec<(usize, &Value)>) -> Vec<(usize, &Value)> {
    let mut last = String::new();
    let mut times: HashMap<usize, String> = HashMap::new();
    for (number, entry) in &entries {
        if let Some(time) = entry.text(&["startedDateTime"]).and_then(crate::time::from_text) {
            last = sortable(&time.utc);
        }
        times.insert(*number, last.clone());
    }
    entries.sort_by(|(left, _), (right, _)| times.get(left).cmp(&times.get(right)));
    entries
}

/// Nanoseconds since 1970, padded: fractions are written with as many digits as they need.
fn sortable(utc: &str) -> String {
    let time: i128 = utc.parse::<jiff::Timestamp>().map(|time| time.as_nanosecond()).unwrap_or_default();
    format!("{time:030}")
}
