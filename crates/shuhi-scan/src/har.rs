//! A capture as HAR 1.2, for whoever wants to open it in another tool.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shuhi_capture::{Capture, Header, Outcome, Request, SentCookie, SetCookie};

/// What HAR asks for and a capture does not know: minus one.
const NOT_KNOWN: i64 = -1;
/// When an entry without a time is said to have begun.
const NO_TIME: &str = "1970-01-01T00:00:00.000Z";

/// The capture as a HAR log. Requests that never left the terminal are left out; what HAR has no field for stands under names that begin with `_shuhi`.
pub fn to_har(capture: &Capture, version: &str) -> Value {
    let pages: Vec<Value> = capture
        .pages
        .iter()
        .enumerate()
        .map(|(index, page)| {
            json!({
                "id": format!("page_{index}"),
                "startedDateTime": page.started_at.as_deref().unwrap_or(NO_TIME),
                "title": page.title.as_deref().unwrap_or(&page.url),
                "pageTimings": {},
                "_shuhi_url": page.url,
            })
        })
        .collect();
    let sent =
        capture.requests.iter().filter(|request| !matches!(request.outcome, Outcome::Blocked { .. } | Outcome::Local));
    json!({"log": {
        "version": "1.2",
        "creator": {"name": "shuhi", "version": version},
        "browser": {"name": capture.source.browser.as_deref().unwrap_or("unknown"), "version": ""},
        "pages": pages,
        "entries": sent.map(entry).collect::<Vec<_>>(),
    }})
}

fn entry(request: &Request) -> Value {
    let mut entry = json!({
        "startedDateTime": request.started_at.as_deref().unwrap_or(NO_TIME),
        "time": 0,
        "request": sent(request),
        "response": received(request),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_shuhi_channel": request.channel,
        "_shuhi_choice": request.choice,
        "_shuhi_initiator": request.initiator,
    });
    if let (Some(entry), Some(page)) = (entry.as_object_mut(), request.page) {
        entry.insert("pageref".to_owned(), json!(format!("page_{page}")));
    }
    if let (Some(entry), false) = (entry.as_object_mut(), request.messages.is_empty()) {
        let messages: Vec<Value> = request.messages.iter().map(|message| {
            json!({"type": if message.sent { "send" } else { "receive" }, "opcode": if message.binary { 2 } else { 1 }, "data": message.text, "time": 0})
        }).collect();
        entry.insert("_webSocketMessages".to_owned(), Value::Array(messages));
    }
    entry
}

fn sent(request: &Request) -> Value {
    let query: Vec<Value> = url::Url::parse(&request.url)
        .map(|url| url.query_pairs().map(|(name, value)| json!({"name": name, "value": value})).collect())
        .unwrap_or_default();
    let mut sent = json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": "unknown",
        "cookies": request.cookies.iter().map(sent_cookie).collect::<Vec<_>>(),
        "headers": headers(&request.headers),
        "queryString": query,
        "headersSize": NOT_KNOWN,
        "bodySize": request.body.as_ref().map_or(0, |body| body.bytes.len()),
    });
    if let (Some(sent), Some(body)) = (sent.as_object_mut(), &request.body) {
        let mime = body.mime.as_deref().unwrap_or_default();
        let posted = match std::str::from_utf8(&body.bytes) {
            Ok(text) => json!({"mimeType": mime, "text": text}),
            Err(_) => json!({"mimeType": mime, "text": STANDARD.encode(&body.bytes), "encoding": "base64"}),
        };
        sent.insert("postData".to_owned(), posted);
    }
    sent
}

fn received(request: &Request) -> Value {
    let Some(response) = &request.response else {
        return json!({
            "status": 0, "statusText": "", "httpVersion": "unknown", "cookies": [], "headers": [],
            "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "", "headersSize": NOT_KNOWN, "bodySize": NOT_KNOWN,
        });
    };
    let location = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("location"));
    json!({
        "status": response.status,
        "statusText": "",
        "httpVersion": "unknown",
        "cookies": response.cookies.iter().map(set_cookie).collect::<Vec<_>>(),
        "headers": headers(&response.headers),
        "content": {"size": response.body_bytes.unwrap_or(0), "mimeType": response.mime.as_deref().unwrap_or("x-unknown")},
        "redirectURL": location.map_or("", |header| header.value.as_str()),
        "headersSize": NOT_KNOWN,
        "bodySize": response.body_bytes.map_or(NOT_KNOWN, |bytes| i64::try_from(bytes).unwrap_or(NOT_KNOWN)),
    })
}

fn headers(headers: &[Header]) -> Vec<Value> {
    headers.iter().map(|header| json!({"name": header.name, "value": header.value})).collect()
}

fn sent_cookie(cookie: &SentCookie) -> Value {
    json!({"name": cookie.name, "value": cookie.value})
}

fn set_cookie(cookie: &SetCookie) -> Value {
    json!({"name": cookie.name, "value": cookie.value, "domain": cookie.domain})
}
