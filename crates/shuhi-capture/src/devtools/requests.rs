//! Requests about to be sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::address::{clean_url, is_local};
use crate::channel::{Told, channel};
use crate::cookies::header;
use crate::devtools::extra::Joined;
use crate::devtools::responses::response_of;
use crate::devtools::state::{RequestKey, State};
use crate::initiator::Initiator;
use crate::json::Json as _;
use crate::limits::REQUESTS_MAX;
use crate::request::{Body, Channel, Header, Outcome, Request, RequestIndex};

impl State {
    pub fn request_will_be_sent(&mut self, params: &Value, session: &str, place: &str) {
        let Some(id) = params.filled(&["requestId"]) else {
            return self.faults.add(place, "a request has no `requestId`", "this request");
        };
        if params.filled(&["request", "url"]).is_none() {
            return self.faults.add(place, "a request has no address (`request.url`)", "this request");
        }
        let Some(key) = self.key_of_request(params, session, id, place) else { return };
        match params.at(&["redirectResponse"]) {
            Some(redirect) => self.redirected(params, redirect, session, place, key),
            None => {
                let request = self.new_request(params, session, place);
                let Some(index) = self.add_request(request) else { return };
                self.begin(&key, index, params);
                self.settle_document(params, index, true);
            }
        }
    }

    /// The key under which a request is kept; none where it was already told, by this session or by another.
    fn key_of_request(&mut self, params: &Value, session: &str, id: &str, place: &str) -> Option<RequestKey> {
        let key = (session.to_owned(), id.to_owned());
        let time = params.number(&["timestamp"]).map(f64::to_bits);
        let url = clean_url(params.text(&["request", "url"]).unwrap_or_default());
        let told = |joined: &Joined, state: &Self| {
            let known = joined.hops.last().and_then(|last| state.capture.requests.get(*last));
            joined.time == time && time.is_some() && known.is_some_and(|known| known.url == url)
        };
        if let Some(joined) = self.joined.get(&key) {
            if told(joined, self) {
                self.faults.add(place, format!("request `{id}` is told twice"), "nothing: the second is left out");
                return None;
            }
            return Some(key);
        }
        let others = self.sessions_of.get(id).cloned().unwrap_or_default();
        for other in others {
            let other = (other, id.to_owned());
            let Some(joined) = self.joined.get(&other) else { continue };
            if told(joined, self) {
                self.better_initiator(&other, params, session, place);
                return None;
            }
            if params.at(&["redirectResponse"]).is_some() {
                return Some(other);
            }
        }
        Some(key)
    }

    /// Where two sessions tell of one request, the one that knows its cause counts.
    fn better_initiator(&mut self, key: &RequestKey, params: &Value, session: &str, place: &str) {
        let Some(last) = self.joined.get(key).and_then(|joined| joined.hops.last().copied()) else { return };
        let said = params.at(&["initiator"]).and_then(|initiator| self.initiator(initiator, session, place));
        if let (Some(said), Some(request)) = (said, self.capture.requests.get_mut(last))
            && matches!(request.initiator, Initiator::NotKnown | Initiator::Browser { .. } | Initiator::Navigation)
        {
            request.initiator = said;
        }
    }

    /// A later hop: what the browser calls the same request is one more.
    fn redirected(&mut self, params: &Value, redirect: &Value, session: &str, place: &str, key: RequestKey) {
        let mut next = self.new_request(params, session, place);
        let before = self.joined.get(&key).and_then(|joined| joined.hops.last().copied());
        let before = match before {
            Some(before) => before,
            None => {
                let what = "a redirect of a request whose beginning the log does not have";
                self.faults.add(place, what, "headers, cookies and body of the request that was redirected");
                let mut first = next.clone();
                first.url = clean_url(redirect.text(&["url"]).unwrap_or_default());
                (first.headers, first.cookies, first.body) = (Vec::new(), Vec::new(), None);
                let Some(index) = self.add_request(first) else { return };
                self.begin(&key, index, params);
                index
            }
        };
        let (channel, answered) = (self.answer(before, redirect, place), response_of(redirect));
        if let Some(request) = self.capture.requests.get_mut(before) {
            request.response = Some(answered);
        }
        next.channel = channel.unwrap_or(next.channel);
        next.initiator = Initiator::Redirect { from: before };
        let Some(index) = self.add_request(next) else { return };
        let joined = self.joined.entry(key).or_default();
        joined.note_extra(params.at(&["redirectHasExtraInfo"]).and_then(Value::as_bool));
        joined.hops.push(index);
        joined.has_extra.push(None);
        joined.time = params.number(&["timestamp"]).map(f64::to_bits);
        self.settle_document(params, index, false);
    }

    /// The channel of a redirected request is that of its next hop.
    fn answer(&mut self, before: RequestIndex, redirect: &Value, place: &str) -> Option<Channel> {
        let request = self.capture.requests.get(before)?;
        let said = clean_url(redirect.text(&["url"]).unwrap_or_default());
        if !said.is_empty() && said != request.url {
            let what = format!("redirected from `{said}`, while the request before went to `{}`", request.url);
            self.faults.add(place, what, "a hop between the two");
        }
        Some(request.channel)
    }

    fn new_request(&mut self, params: &Value, session: &str, place: &str) -> Request {
        let sent = params.at(&["request"]).cloned().unwrap_or_default();
        let headers = headers_of(sent.at(&["headers"]));
        let (url, method) =
            (clean_url(sent.text(&["url"]).unwrap_or_default()), sent.owned(&["method"]).to_ascii_uppercase());
        let frame = params.text(&["frameId"]).unwrap_or_default();
        let nested = self.nested(frame, params, session, &headers);
        let form =
            params.text(&["type"]) == Some("Document") && self.forms.get(frame).is_some_and(|of| clean_url(of) == url);
        if form {
            self.forms.remove(frame);
        }
        let told = Told {
            kind: params.text(&["type"]).unwrap_or_default(),
            method: &method,
            url: &url,
            headers: &headers,
            nested,
            preload: sent.flag(&["isLinkPreload"]),
            form,
        };
        let channel = channel(&told);
        let context = self.context_of_request(params, session);
        let initiator = self.initiator_of_request(params, session, place, channel);
        let known = self.page_of_request(context, frame).or(self.page);
        let page = known.or_else(|| self.page_already_open(params, session, channel, place));
        Request {
            page,
            choice: self.choice,
            channel,
            document_url: params.filled(&["documentURL"]).map(clean_url),
            frames: self.documents_around(context),
            context,
            body: body_of(&sent, &headers),
            outcome: if is_local(&url) { Outcome::Local } else { Outcome::Sent },
            started_at: self.time_of(params),
            place: place.to_owned(),
            initiator,
            method,
            url,
            headers,
            ..Request::default()
        }
    }

    /// Where a log begins after its page was opened, the document that sends is the page.
    fn page_already_open(&mut self, params: &Value, session: &str, channel: Channel, place: &str) -> Option<usize> {
        let (frame, document) = (params.text(&["frameId"]).unwrap_or_default(), params.filled(&["documentURL"])?);
        let opens = matches!(channel, Channel::Document | Channel::Form) && params.filled(&["loaderId"]).is_some();
        let in_page =
            self.sessions.get(session).is_none_or(|session| session.worker.is_none()) && !self.is_nested(frame);
        if self.own.begun || opens || !in_page || channel == Channel::Preflight || is_local(document) {
            return None;
        }
        self.faults.add(place, "the log begins after its page was opened", "what the page had sent before");
        self.page_begins(frame, &clean_url(document), self.time_of(params));
        self.page
    }

    fn nested(&mut self, frame: &str, params: &Value, session: &str, headers: &[Header]) -> bool {
        if params.text(&["type"]) == Some("Document")
            && !self.is_nested(frame)
            && let Some(root) = self.sessions.get(session).and_then(|session| session.frame.clone())
            && root != frame
            && self.is_nested(&root)
        {
            // All frames of a frame's own process stand inside it, also those whose beginning nobody told.
            self.frames.entry(frame.to_owned()).or_default().parent = Some(root);
        }
        if frame.is_empty() || self.page_events {
            return self.is_nested(frame);
        }
        if params.text(&["type"]) == Some("Document") {
            let first = self.first_frame.get_or_insert_with(|| frame.to_owned()).clone();
            let inside = matches!(header(headers, "sec-fetch-dest"), Some("iframe" | "frame"));
            if first != frame && (inside || self.sessions.len() < 2) {
                self.frames.entry(frame.to_owned()).or_default().parent.get_or_insert(first);
            }
        }
        self.is_nested(frame)
    }

    pub fn context_of_request(&self, params: &Value, session: &str) -> Option<usize> {
        let by_loader = params.filled(&["loaderId"]).and_then(|loader| self.loaders.get(loader).copied());
        by_loader
            .or_else(|| self.frames.get(params.filled(&["frameId"])?)?.context)
            .or_else(|| self.session_context(session))
    }

    fn page_of_request(&self, context: Option<usize>, frame: &str) -> Option<usize> {
        if self.own.begun {
            return self.page;
        }
        let of_context = context.and_then(|context| self.capture.contexts.get(context)?.page);
        of_context.or_else(|| if frame.is_empty() { self.page } else { self.page_of_frame(frame) })
    }

    fn initiator_of_request(&mut self, params: &Value, session: &str, place: &str, channel: Channel) -> Initiator {
        let said = params.at(&["initiator"]).and_then(|initiator| self.initiator(initiator, session, place));
        let document = params.filled(&["documentURL"]).map(clean_url);
        // Of some requests (the scripts of workers) the browser only names the document.
        let named = params.filled(&["initiator", "url"]).map(|url| Initiator::Parser {
            url: clean_url(url),
            line: None,
            column: None,
        });
        match (said.or(named), channel) {
            (Some(said), _) => said,
            (None, Channel::Document | Channel::Form) => Initiator::Navigation,
            (None, Channel::Favicon | Channel::Manifest | Channel::CspReport | Channel::Report) => {
                Initiator::Browser { url: document }
            }
            (None, Channel::Prefetch) => Initiator::Preload { url: document },
            (None, _) => Initiator::NotKnown,
        }
    }

    pub fn add_request(&mut self, request: Request) -> Option<RequestIndex> {
        if self.capture.requests.len() >= REQUESTS_MAX {
            self.requests_dropped += 1;
            return None;
        }
        self.capture.requests.push(request);
        Some(self.capture.requests.len() - 1)
    }

    /// A request's first hop.
    pub fn begin(&mut self, key: &RequestKey, index: RequestIndex, params: &Value) {
        let time = params.number(&["timestamp"]).map(f64::to_bits);
        let joined = self.joined.entry(key.clone()).or_default();
        if !joined.hops.is_empty() {
            // The id is used again: what came for the first is settled, what comes now is for the second.
            let before = std::mem::take(joined);
            self.settled.push(before);
        }
        let joined = self.joined.entry(key.clone()).or_default();
        joined.hops.push(index);
        joined.has_extra.push(None);
        joined.time = time;
        let sessions = self.sessions_of.entry(key.1.clone()).or_default();
        if !sessions.contains(&key.0) {
            sessions.push(key.0.clone());
        }
        if params.text(&["initiator", "type"]) == Some("preflight")
            && let Some(of) = params.filled(&["initiator", "requestId"])
        {
            self.preflights.push((index, (key.0.clone(), of.to_owned())));
        }
    }

    /// A document's request opens its document, and in logs of others its page.
    fn settle_document(&mut self, params: &Value, index: RequestIndex, first: bool) {
        let Some(request) = self.capture.requests.get(index) else { return };
        let is_document =
            matches!(request.channel, Channel::Document | Channel::Frame | Channel::Form | Channel::Object);
        let (url, started_at) = (request.url.clone(), request.started_at.clone());
        let (Some(frame), Some(loader)) = (params.filled(&["frameId"]), params.filled(&["loaderId"])) else { return };
        // Until 2017 documents and requests were numbered apart (`4711.2`, `4711.5`).
        let numbered_apart = loader.contains('.');
        if !is_document
            || params.text(&["type"]) != Some("Document")
            || (!numbered_apart && params.text(&["requestId"]).is_some_and(|id| id != loader))
        {
            return;
        }
        if first && !self.is_nested(frame) {
            self.page_begins(frame, &url, started_at);
        }
        let context = match self.loaders.get(loader) {
            Some(context) => *context,
            None => self.open_document(frame, loader, &url),
        };
        if self.frames.get(frame).is_none_or(|frame| frame.context.is_none()) {
            self.show_document(frame, context);
        }
        if let Some(of) = self.capture.contexts.get_mut(context) {
            (of.request, of.url) = (Some(index), url.clone());
        }
        let (page, around) = (self.page_of_frame(frame), self.documents_around(Some(context)));
        if let Some(request) = self.capture.requests.get_mut(index) {
            (request.context, request.page, request.frames) = (Some(context), page, around);
        }
        if !first
            && let Some(page) =
                page.filter(|_| !self.is_nested(frame)).and_then(|page| self.capture.pages.get_mut(page))
        {
            page.final_url = (page.url != url).then_some(url);
        }
    }
}

/// Headers as DevTools gives them: an object; several of one name are joined by line ends.
pub(super) fn headers_of(headers: Option<&Value>) -> Vec<Header> {
    let Some(headers) = headers.and_then(Value::as_object) else { return Vec::new() };
    let list = headers.iter().flat_map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let values: Vec<String> = value.split('\n').map(str::to_owned).collect();
        values.into_iter().map(move |value| Header { name: name.clone(), value })
    });
    // What DevTools adds for itself was not sent.
    list.filter(|header| !header.name.starts_with("X-DevTools-")).collect()
}

fn body_of(sent: &Value, headers: &[Header]) -> Option<Body> {
    let mime = header(headers, "content-type").map(str::to_owned);
    let entries = sent.list(&["postDataEntries"]);
    let decoded: Option<Vec<Vec<u8>>> =
        entries.iter().map(|entry| STANDARD.decode(entry.text(&["bytes"])?).ok()).collect();
    let text = sent.text(&["postData"]);
    match (decoded, text) {
        (Some(parts), _) if !parts.is_empty() => Some(Body { mime, bytes: parts.concat(), incomplete: false }),
        (None, _) if text.is_none() => Some(Body { mime, incomplete: true, ..Body::default() }),
        (_, Some(text)) => Some(Body { mime, bytes: text.as_bytes().to_vec(), incomplete: decoded_less(entries) }),
        _ if sent.flag(&["hasPostData"]) => Some(Body { mime, incomplete: true, ..Body::default() }),
        _ => None,
    }
}

/// Parts of a body that the browser keeps on disk have no bytes.
fn decoded_less(entries: &[Value]) -> bool {
    entries.iter().any(|entry| entry.text(&["bytes"]).is_none())
}
