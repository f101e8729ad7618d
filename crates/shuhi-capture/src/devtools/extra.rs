//! What the browser tells apart from requests and responses: the headers and cookies that really went over the network.
//!
//! It comes before or after the event it belongs to, once for each hop that touched the network, without saying which hop that was. Hops that did not (answered from a cache, upgraded to HTTPS on the
//! terminal) say so; the rest is matched in order, by the host and path in the headers where they name them.

use serde_json::Value;

use crate::devtools::requests::headers_of;
use crate::devtools::state::{RequestKey, State};
use crate::json::Json as _;
use crate::request::{Header, Request, RequestIndex, Response, SentCookie, SetCookie};

/// Everything that came for one request id in one session.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub hops: Vec<RequestIndex>,
    /// Whether the browser says that a hop has headers told apart.
    pub has_extra: Vec<Option<bool>>,
    pub requests: Vec<RequestExtra>,
    pub responses: Vec<ResponseExtra>,
    /// When the last hop was sent, by the browser's clock.
    pub time: Option<u64>,
    pub body_bytes: Option<u64>,
    pub from_cache: bool,
}

#[derive(Debug)]
pub(super) struct RequestExtra {
    headers: Vec<Header>,
    cookies: Vec<SentCookie>,
}

#[derive(Debug)]
pub(super) struct ResponseExtra {
    headers: Vec<Header>,
    status: Option<u16>,
    /// Lines of `Set-Cookie` that the browser did not take, and why.
    refused: Vec<(String, String)>,
}

impl Joined {
    pub fn note_extra(&mut self, has: Option<bool>) {
        if let (Some(has), Some(last)) = (has, self.has_extra.last_mut()) {
            *last = Some(has);
        }
    }
}

impl State {
    /// The key of a request that an event speaks of: that of its own session, else of the only other that knows the id.
    pub fn key(&self, session: &str, params: &Value) -> RequestKey {
        let id = params.owned(&["requestId"]);
        let own = (session.to_owned(), id);
        if self.joined.get(&own).is_some_and(|joined| !joined.hops.is_empty()) {
            return own;
        }
        match self.sessions_of.get(&own.1).map(Vec::as_slice) {
            Some([only]) => (only.clone(), own.1),
            _ => own,
        }
    }

    pub fn request_extra(&mut self, params: &Value, session: &str, place: &str) {
        let Some(headers) = params.at(&["headers"]).filter(|headers| headers.is_object()) else {
            return self.faults.add(place, "headers told apart are missing", "the real headers of a request");
        };
        let headers = headers_of(Some(headers));
        let sent =
            params.list(&["associatedCookies"]).iter().filter(|cookie| cookie.list(&["blockedReasons"]).is_empty());
        let cookies = sent
            .map(|cookie| SentCookie {
                name: cookie.owned(&["cookie", "name"]),
                value: cookie.owned(&["cookie", "value"]),
            })
            .collect();
        let key = self.key(session, params);
        self.joined.entry(key).or_default().requests.push(RequestExtra { headers, cookies });
    }

    pub fn response_extra(&mut self, params: &Value, session: &str, place: &str) {
        let Some(headers) = params.at(&["headers"]).filter(|headers| headers.is_object()) else {
            return self.faults.add(place, "headers told apart are missing", "the cookies that a response set");
        };
        let refused = params.list(&["blockedCookies"]).iter().map(|cookie| {
            let reasons: Vec<&str> = cookie.list(&["blockedReasons"]).iter().filter_map(Value::as_str).collect();
            (cookie.owned(&["cookieLine"]), reasons.join(", "))
        });
        let extra = ResponseExtra {
            headers: headers_of(Some(headers)),
            status: params.count(&["statusCode"]).and_then(|status| u16::try_from(status).ok()),
            refused: refused.collect(),
        };
        let key = self.key(session, params);
        self.joined.entry(key).or_default().responses.push(extra);
    }

    /// Gives everything told apart to its hops.
    pub fn settle_extras(&mut self) {
        let mut open = std::mem::take(&mut self.joined);
        let orphaned: Vec<RequestKey> =
            open.iter().filter(|(_, joined)| joined.hops.is_empty()).map(|(key, _)| key.clone()).collect();
        let mut orphans = 0;
        for key in orphaned {
            let Some(orphan) = open.remove(&key) else { continue };
            let owner = self.sessions_of.get(&key.1).and_then(|sessions| sessions.first());
            match owner.and_then(|session| open.get_mut(&(session.clone(), key.1.clone()))) {
                Some(owner) => {
                    owner.requests.extend(orphan.requests);
                    owner.responses.extend(orphan.responses);
                }
                None => orphans += usize::from(!orphan.requests.is_empty() || !orphan.responses.is_empty()),
            }
        }
        if orphans > 0 {
            let what = format!("headers were told apart for {orphans} requests that the log does not have");
            self.faults.add("the log", what, "these requests");
        }
        let all = open.into_values().chain(std::mem::take(&mut self.settled));
        for joined in all {
            self.settle(joined);
        }
    }

    fn settle(&mut self, joined: Joined) {
        let open: Vec<RequestIndex> = joined
            .hops
            .iter()
            .zip(&joined.has_extra)
            .filter(|(_, has)| **has != Some(false))
            .map(|(hop, _)| *hop)
            .collect();
        let mut next = 0;
        for extra in joined.requests {
            let fits = |hop: &RequestIndex| self.capture.requests.get(*hop).is_some_and(|request| extra.fits(request));
            let found = open.iter().skip(next).position(fits).map(|found| next + found);
            let at = found.unwrap_or(next);
            if let Some(request) = open.get(at).and_then(|hop| self.capture.requests.get_mut(*hop)) {
                extra.give(request);
            }
            next = at + 1;
        }
        for (hop, extra) in open.iter().zip(joined.responses) {
            if let Some(request) = self.capture.requests.get_mut(*hop) {
                extra.give(request);
            }
        }
    }
}

impl RequestExtra {
    /// Whether host and path in the headers, where they are named, are those of the request.
    fn fits(&self, request: &Request) -> bool {
        let named = |name: &str| self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        let Ok(url) = url::Url::parse(&request.url) else { return false };
        let host = named(":authority").or_else(|| named("host")).is_none_or(|host| {
            let bare = url.host_str().unwrap_or_default();
            let with_port = url.port().map(|port| format!("{bare}:{port}"));
            host.value.eq_ignore_ascii_case(with_port.as_deref().unwrap_or(bare))
        });
        let path = named(":path").is_none_or(|path| {
            path.value == url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
        });
        host && path
    }

    fn give(self, request: &mut Request) {
        if !self.headers.is_empty() {
            request.headers = self.headers;
        }
        if !self.cookies.is_empty() {
            request.cookies = self.cookies;
        }
        if let Some(body) = &mut request.body
            && body.mime.is_none()
        {
            body.mime = crate::cookies::header(&request.headers, "content-type").map(str::to_owned);
        }
    }
}

impl ResponseExtra {
    fn give(self, request: &mut Request) {
        let now = request.started_at.clone();
        let response = request.response.get_or_insert_with(Response::default);
        if response.status == 0 {
            response.status = self.status.unwrap_or(0);
        }
        if !self.headers.is_empty() {
            response.headers = self.headers;
        }
        for (line, reason) in self.refused {
            if let Some(cookie) = crate::cookies::set(&line, now.as_deref()) {
                response.cookies.push(SetCookie { blocked: Some(reason), ..cookie });
            }
        }
    }
}
