//! What came back, and how requests ended.

use serde_json::Value;

use crate::address::{clean_url, is_local};
use crate::devtools::requests::headers_of;
use crate::devtools::state::State;
use crate::json::Json as _;
use crate::request::{Outcome, Request, RequestIndex, Response};

impl State {
    pub fn response_received(&mut self, params: &Value, session: &str, place: &str) {
        let Some(answer) = params.at(&["response"]).filter(|answer| answer.is_object()) else {
            return self.faults.add(
                place,
                "a response says nothing (`response`)",
                "status, headers and cookies of a response",
            );
        };
        let index = match self.current(params, session) {
            Some(index) => index,
            None => match self.late(params, answer, session, place) {
                Some(index) => index,
                None => return,
            },
        };
        let key = self.key(session, params);
        let joined = self.joined.entry(key).or_default();
        joined.note_extra(params.at(&["hasExtraInfo"]).and_then(Value::as_bool));
        let mut response = response_of(answer);
        response.from_cache |= joined.from_cache;
        let Some(request) = self.capture.requests.get_mut(index) else { return };
        // Older browsers tell the real headers here.
        let real = headers_of(answer.at(&["requestHeaders"]));
        if !real.is_empty() {
            request.headers = real;
        }
        if response.from_cache || answer.flag(&["fromServiceWorker"]) {
            request.outcome = Outcome::Local;
        }
        request.response = Some(response);
    }

    /// The hop of a request that is under way.
    pub fn current(&self, params: &Value, session: &str) -> Option<RequestIndex> {
        self.joined.get(&self.key(session, params))?.hops.last().copied()
    }

    /// A response to a request that was sent before the log begins.
    fn late(&mut self, params: &Value, answer: &Value, session: &str, place: &str) -> Option<RequestIndex> {
        let (id, url) = (params.filled(&["requestId"])?, clean_url(answer.filled(&["url"])?));
        let what = format!("a response to request `{id}`, whose sending the log does not have");
        self.faults.add(place, what, "its method, headers, cookies, body and cause");
        let context = self.context_of_request(params, session);
        let request = Request {
            page: self.page,
            choice: self.choice,
            channel: crate::channel::channel(&crate::channel::Told {
                kind: params.text(&["type"]).unwrap_or_default(),
                method: "",
                url: &url,
                headers: &[],
                nested: params.text(&["frameId"]).is_some_and(|frame| self.is_nested(frame)),
                preload: false,
                form: false,
            }),
            outcome: if is_local(&url) { Outcome::Local } else { Outcome::Sent },
            frames: self.documents_around(context),
            document_url: context.and_then(|context| Some(self.capture.contexts.get(context)?.url.clone())),
            context,
            url,
            started_at: self.time_of(params),
            place: place.to_owned(),
            ..Request::default()
        };
        let index = self.add_request(request)?;
        self.begin(&(session.to_owned(), id.to_owned()), index, &Value::Null);
        Some(index)
    }

    pub fn served_from_cache(&mut self, params: &Value, session: &str) {
        let key = self.key(session, params);
        let joined = self.joined.entry(key).or_default();
        joined.from_cache = true;
        if let Some(request) = joined.hops.last().and_then(|last| self.capture.requests.get_mut(*last)) {
            request.outcome = Outcome::Local;
            if let Some(response) = &mut request.response {
                response.from_cache = true;
            }
        }
    }

    pub fn data_received(&mut self, params: &Value, session: &str) {
        let Some(bytes) = params.count(&["dataLength"]) else { return };
        let key = self.key(session, params);
        if let Some(joined) = self.joined.get_mut(&key) {
            joined.body_bytes = Some(joined.body_bytes.unwrap_or(0).saturating_add(bytes));
        }
    }

    pub fn loading_finished(&mut self, params: &Value, session: &str, place: &str) {
        let Some(index) = self.current(params, session) else {
            return self.end_of_unknown(params, place, "the end");
        };
        let received = self.joined.get(&self.key(session, params)).and_then(|joined| joined.body_bytes);
        if let Some(response) = self.capture.requests.get_mut(index).and_then(|request| request.response.as_mut()) {
            response.body_bytes = received.or_else(|| params.count(&["encodedDataLength"]));
        }
    }

    fn end_of_unknown(&mut self, params: &Value, place: &str, what: &str) {
        // Documents that nothing fetches (`about:srcdoc`) end too.
        if params.text(&["requestId"]).is_some_and(|id| self.loaders.contains_key(id)) {
            return;
        }
        let what = format!("{what} of request `{}`, whose sending the log does not have", params.owned(&["requestId"]));
        self.faults.add(place, what, "this request");
    }

    pub fn loading_failed(&mut self, params: &Value, session: &str, place: &str) {
        let Some(index) = self.current(params, session) else {
            return self.end_of_unknown(params, place, "the failure");
        };
        if let Some(request) = self.capture.requests.get_mut(index) {
            request.outcome = how_it_failed(params, request);
        }
    }
}

/// What DevTools calls `Network.Response`.
pub(super) fn response_of(answer: &Value) -> Response {
    let address = answer.filled(&["remoteIPAddress"]).map(|address| match answer.count(&["remotePort"]) {
        Some(port) if port > 0 && address.contains(':') && !address.starts_with('[') => format!("[{address}]:{port}"),
        Some(port) if port > 0 => format!("{address}:{port}"),
        _ => address.to_owned(),
    });
    Response {
        status: answer.count(&["status"]).and_then(|status| u16::try_from(status).ok()).unwrap_or(0),
        mime: answer.filled(&["mimeType"]).map(str::to_owned),
        headers: headers_of(answer.at(&["headers"])),
        remote_address: address,
        from_cache: ["fromDiskCache", "fromServiceWorker", "fromPrefetchCache"].iter().any(|key| answer.flag(&[key])),
        ..Response::default()
    }
}

/// Whether it left the terminal all the same: most reasons for a block come before a request is sent, some after its response.
fn how_it_failed(params: &Value, request: &Request) -> Outcome {
    if request.outcome == Outcome::Local {
        return Outcome::Local;
    }
    let error = params.filled(&["errorText"]).unwrap_or("failed");
    let blocked = params.filled(&["blockedReason"]);
    let cors = params.filled(&["corsErrorStatus", "corsError"]);
    if request.response.is_some() {
        return Outcome::Sent;
    }
    const BEFORE: [&str; 6] = ["csp", "mixed-content", "inspector", "subresource-filter", "origin", "other"];
    match (blocked, cors) {
        (Some(reason), _) if BEFORE.contains(&reason) => Outcome::Blocked { reason: reason.to_owned() },
        (Some(reason), _) => Outcome::Failed { error: reason.to_owned() },
        (None, Some(reason)) if stopped_by_cors(reason) => Outcome::Blocked { reason: format!("CORS: {reason}") },
        (None, Some(reason)) => Outcome::Failed { error: format!("CORS: {reason}") },
        (None, None) if error.contains("BLOCKED_BY_CLIENT") || error.contains("BLOCKED_BY_ADMINISTRATOR") => {
            Outcome::Blocked { reason: error.to_owned() }
        }
        (None, None) => Outcome::Failed { error: error.to_owned() },
    }
}

/// CORS errors that stop the request itself; the others only keep the response from the page.
fn stopped_by_cors(reason: &str) -> bool {
    const STOPPED: [&str; 9] = [
        "Preflight",
        "DisallowedByMode",
        "CorsDisabledScheme",
        "MethodDisallowed",
        "HeaderDisallowed",
        "InsecurePrivateNetwork",
        "UnexpectedPrivateNetworkAccess",
        "LocalNetworkAccess",
        "InvalidPrivateNetworkAccess",
    ];
    STOPPED.iter().any(|start| reason.starts_with(start))
}
