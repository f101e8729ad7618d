//! Chromium's network log: what went over the network although DevTools showed no event for it.
//!
//! DevTools speaks for documents and workers; what the browser process sends by itself (reports, some prefetches, what a page sends while it is torn down) appears only here. One event a line, written by
//! Chromium 60 and later; the first line holds the constants that name the numbers.

mod read;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

pub(crate) use read::{NetLog, Sent};

use crate::BrowserError;
use crate::recording::{EventLog, Phase, Seen};

/// Writes what only the network log shows.
pub(crate) fn write_down(log: &mut EventLog<'_>, net_log: &NetLog, seen: &Seen) -> Result<(), BrowserError> {
    let mut known = seen.sent.clone();
    let mut bodies = seen.bodies.clone();
    for sent in &net_log.sent {
        if !sent.url.starts_with("http") && !sent.url.starts_with("ws") {
            continue;
        }
        match known.get_mut(&key(&sent.method, &sent.url)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => {
                let body = bodies.get_mut(&key(&sent.method, &sent.url)).filter(|bodies| !bodies.is_empty());
                write_one(log, sent, seen, body.map(|bodies| bodies.remove(0)))?;
            }
        }
    }
    if net_log.torn > 0 {
        let what = format!("{} lines of the network log could not be read", net_log.torn);
        let params = json!({"place": "network log", "what": what, "missing": "what the browser itself sent"});
        log.own("Shuhi.fault", params, None)?;
    }
    Ok(())
}

/// How a request is counted: method, and address without fragment.
pub(crate) fn key(method: &str, url: &str) -> (String, String) {
    (method.to_owned(), url.split('#').next().unwrap_or_default().to_owned())
}

fn write_one(log: &mut EventLog<'_>, sent: &Sent, seen: &Seen, body: Option<String>) -> Result<(), BrowserError> {
    let headers: Map<String, Value> =
        sent.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let at = jiff::Timestamp::from_millisecond(sent.at_ms).map(|at| at.to_string()).ok();
    let phase = seen.phases.iter().rev().find(|phase| phase.began_ms <= sent.at_ms);
    let own = seen.fetched.contains(&sent.url);
    let mut params = json!({"url": sent.url, "method": sent.method, "channel": channel(sent),
        "initiator": sent.initiator, "headers": headers, "base64": body, "started_at": at});
    if let (Some(Phase { visit, choice, .. }), Some(params)) = (phase, params.as_object_mut()) {
        params.insert("page".to_owned(), (*visit).into());
        params.insert("choice".to_owned(), (*choice).into());
    }
    // What belongs to no page is told apart: our own look at robots.txt and site map, and what Chromium does for itself.
    let method = if own {
        "Shuhi.ownRequest"
    } else if is_background(sent) {
        "Shuhi.background"
    } else {
        "Shuhi.browserRequest"
    };
    log.own(method, params, None)
}

/// Whether Chromium sent it for itself: what it sends for a page says where it goes, or is a report.
fn is_background(sent: &Sent) -> bool {
    header(sent, "sec-fetch-mode").is_empty() && !is_report(sent) && sent.initiator.is_none()
}

fn is_report(sent: &Sent) -> bool {
    header(sent, "content-type").contains("reports+json") || header(sent, "sec-fetch-dest") == "report"
}

fn channel(sent: &Sent) -> &'static str {
    let (destination, mode) = (header(sent, "sec-fetch-dest"), header(sent, "sec-fetch-mode"));
    let purpose = [header(sent, "sec-purpose"), header(sent, "purpose")].concat();
    if sent.method == "OPTIONS" && !header(sent, "access-control-request-method").is_empty() {
        return "preflight";
    }
    if header(sent, "content-type").contains("csp-report") {
        return "csp_report";
    }
    if is_report(sent) {
        return "report";
    }
    if purpose.contains("prefetch") || purpose.contains("prerender") {
        return "prefetch";
    }
    if sent.url.starts_with("ws") {
        return "web_socket";
    }
    match destination {
        "document" => "document",
        "iframe" | "frame" | "fencedframe" => "frame",
        "object" | "embed" => "object",
        "image" => "favicon",
        "manifest" => "manifest",
        "serviceworker" => "service_worker",
        "worker" | "sharedworker" => "worker",
        "script" => "script",
        "style" => "style",
        "font" => "font",
        "audio" | "video" => "media",
        "track" => "track",
        "empty" if mode == "no-cors" && sent.method == "POST" => "beacon",
        "empty" => "fetch",
        _ => "other",
    }
}

fn header<'s>(sent: &'s Sent, name: &str) -> &'s str {
    let found = sent.headers.iter().find(|(is, _)| is.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value.as_str())
}

/// Requests that DevTools showed, counted.
pub(crate) type Counted = HashMap<(String, String), u32>;
