//! What caused an entry, as each program writes it.

use std::collections::HashMap;

use serde_json::Value;

use crate::address::clean_url;
use crate::capture::Capture;
use crate::initiator::{Initiator, StackFrame};
use crate::json::Json as _;
use crate::request::{Channel, Request, RequestIndex};

/// The initiator of an entry as it stands there, and what is wrong with it.
pub(super) fn of_entry(entry: &Value) -> (Initiator, Option<String>) {
    if let Some(detail) = entry.filled(&["_initiator_detail"]) {
        return match serde_json::from_str::<Value>(detail) {
            Ok(detail) => (devtools(&detail), None),
            Err(error) => (by_fields(entry), Some(format!("`_initiator_detail` is not JSON: {error}"))),
        };
    }
    match entry.at(&["_initiator"]) {
        Some(Value::Object(_)) => (entry.at(&["_initiator"]).map(devtools).unwrap_or_default(), None),
        Some(Value::String(text)) if text.trim_start().starts_with('{') => match serde_json::from_str::<Value>(text) {
            Ok(detail) => (devtools(&detail), None),
            Err(error) => (Initiator::NotKnown, Some(format!("`_initiator` is not JSON: {error}"))),
        },
        Some(Value::String(_)) | None => (by_fields(entry), None),
        Some(_) => (Initiator::NotKnown, Some("`_initiator` is neither text nor an object".into())),
    }
}

fn devtools(initiator: &Value) -> Initiator {
    let stack = initiator.at(&["stack"]).map(|stack| crate::trace::trace(stack).calls).unwrap_or_default();
    crate::trace::initiator(initiator, stack).unwrap_or_default()
}

/// WebPageTest and its relatives: an address, with line, column and kind beside it. WebPageTest counts lines from 0, as DevTools does; the others count from 1.
fn by_fields(entry: &Value) -> Initiator {
    let Some(url) = entry.filled(&["_initiator"]).map(str::to_owned) else { return Initiator::NotKnown };
    let from_zero = entry.get("_initiator_function_name").is_none() && entry.get("_load_ms").is_some();
    let number = |key: &str| {
        let number = entry.count(&[key]).and_then(|number| u32::try_from(number).ok())?;
        Some(if from_zero { number.saturating_add(1) } else { number })
    };
    let (line, column) = (number("_initiator_line"), number("_initiator_column"));
    let function = entry.filled(&["_initiator_function_name"]).or_else(|| entry.filled(&["_initiator_function"]));
    if entry.text(&["_initiator_type"]) == Some("script") {
        let frame = StackFrame {
            function: function.unwrap_or_default().to_owned(),
            url,
            line: line.unwrap_or(1),
            column: column.unwrap_or(1),
            ..StackFrame::default()
        };
        return Initiator::Script { stack: vec![frame] };
    }
    Initiator::Parser { url, line, column }
}

/// Settles what only several entries show together: redirects, preflights, frames, who opened the page.
pub(super) fn settle(capture: &mut Capture) {
    redirects(capture);
    preflights(capture);
    documents(capture);
    later_hops(capture);
}

/// A request for the address to which an earlier one was redirected is its next hop.
fn redirects(capture: &mut Capture) {
    let mut waiting: HashMap<(Option<usize>, String), Vec<RequestIndex>> = HashMap::new();
    for index in 0..capture.requests.len() {
        let Some(request) = capture.requests.get(index) else { continue };
        let key = (request.page, request.url.clone());
        let from = waiting.get_mut(&key).and_then(Vec::pop);
        if let Some(to) = redirected_to(request) {
            waiting.entry((request.page, to)).or_default().push(index);
        }
        if let Some(from) = from
            && let Some(channel) = capture.requests.get(from).map(|request| request.channel)
            && let Some(request) = capture.requests.get_mut(index)
        {
            request.initiator = Initiator::Redirect { from };
            if request.channel == Channel::Other {
                request.channel = channel;
            }
        }
    }
    // What came back tells the channel only at the last hop.
    for index in (0..capture.requests.len()).rev() {
        let Some(request) = capture.requests.get(index) else { continue };
        let (Initiator::Redirect { from }, channel) = (request.initiator.clone(), request.channel) else { continue };
        if let Some(before) = capture.requests.get_mut(from).filter(|before| before.channel == Channel::Other) {
            before.channel = channel;
        }
    }
}

/// Hops of which nothing tells the channel, and documents that a frame's request was redirected to, go through the channel of the hop before.
fn later_hops(capture: &mut Capture) {
    for index in 0..capture.requests.len() {
        let Some(Initiator::Redirect { from }) = capture.requests.get(index).map(|request| &request.initiator) else {
            continue;
        };
        let Some(before) = capture.requests.get(*from).map(|request| request.channel) else { continue };
        let Some(request) = capture.requests.get_mut(index) else { continue };
        let nested = request.channel == Channel::Document && before == Channel::Frame;
        if request.channel == Channel::Other || nested {
            request.channel = before;
            request.document_url = (before == Channel::Document).then(|| request.url.clone());
        }
    }
}

fn redirected_to(request: &Request) -> Option<String> {
    let response = request.response.as_ref()?;
    let location =
        crate::cookies::header(&response.headers, "location").filter(|_| (300..400).contains(&response.status))?;
    let base = url::Url::parse(&request.url).ok()?;
    Some(clean_url(base.join(location).ok()?.as_str()))
}

/// A preflight is for the next request of its address.
fn preflights(capture: &mut Capture) {
    let mut next: HashMap<(Option<usize>, String), RequestIndex> = HashMap::new();
    for index in (0..capture.requests.len()).rev() {
        let Some(request) = capture.requests.get_mut(index) else { continue };
        let key = (request.page, request.url.clone());
        let asks = request.method == "OPTIONS"
            && crate::cookies::header(&request.headers, "access-control-request-method").is_some();
        if asks || request.channel == Channel::Preflight {
            request.channel = Channel::Preflight;
            if let Some(of) = next.get(&key) {
                request.initiator = Initiator::Preflight { of: *of };
            }
        } else {
            next.insert(key, index);
        }
    }
}

/// The first document of a page was opened by someone; later ones that are not said to be navigations stand in frames.
fn documents(capture: &mut Capture) {
    let mut opened: Vec<bool> = vec![false; capture.pages.len()];
    for request in &mut capture.requests {
        if !matches!(request.channel, Channel::Document | Channel::Form)
            || matches!(request.initiator, Initiator::Redirect { .. })
        {
            continue;
        }
        let Some(opened) = request.page.and_then(|page| opened.get_mut(page)) else { continue };
        let navigates = crate::cookies::header(&request.headers, "sec-fetch-dest") == Some("document");
        if !*opened {
            *opened = true;
            if request.initiator == Initiator::NotKnown {
                request.initiator = Initiator::Navigation;
            }
        } else if !navigates && request.channel == Channel::Document {
            request.channel = Channel::Frame;
            request.document_url = None;
        }
    }
    // Where a file names no channels, the page's own address is its document.
    for request in &mut capture.requests {
        let page = request.page.and_then(|page| Some((capture.pages.get(page)?, opened.get_mut(page)?)));
        if let Some((page, opened)) = page
            && !*opened
            && request.channel == Channel::Other
            && request.url == page.url
        {
            *opened = true;
            request.channel = Channel::Document;
            if request.initiator == Initiator::NotKnown {
                request.initiator = Initiator::Navigation;
            }
        }
    }
}
