//! One entry: a request and what came back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::address::{clean_url, is_local};
use crate::channel::{Told, by_answer, channel};
use crate::cookies::{self, header};
use crate::faults::Faults;
use crate::har::{body, initiators, place};
use crate::json::{Json as _, kind_of};
use crate::limits::{MESSAGE_BYTES_MAX, MESSAGES_MAX};
use crate::request::{Channel, Header, Message, Outcome, Request, Response, SentCookie, SetCookie};

pub(super) fn request(entry: &Value, number: usize, page: Option<usize>, faults: &mut Faults) -> Option<Request> {
    let place = place(number);
    let Some(sent) = entry.at(&["request"]).filter(|sent| sent.is_object()) else {
        faults.add(place, "it has no `request`", "this entry");
        return None;
    };
    let mut headers = headers(sent, &place, faults);
    let Some(url) = sent.filled(&["url"]).map(str::to_owned).or_else(|| by_pseudo_headers(&headers)) else {
        faults.add(place, "its request has no address (`request.url`)", "this entry");
        return None;
    };
    let method = method(entry, &headers);
    let url = whole_url(url, &method, &headers, &place, faults);
    cookies::drop_pseudo(&mut headers);
    let mut cookies: Vec<SentCookie> = sent
        .list(&["cookies"])
        .iter()
        .map(|cookie| SentCookie { name: cookie.owned(&["name"]), value: cookie.owned(&["value"]) })
        .collect();
    cookies.retain(|cookie| !cookie.name.is_empty() || !cookie.value.is_empty());
    cookies::add_sent(&headers, &mut cookies);
    let started_at = started_at(entry, &place, faults);
    let url = clean_url(&url);
    let response = response(entry, started_at.as_deref(), &place, faults);
    let channel = channel_of(entry, &method, &url, &headers, response.as_ref());
    let (initiator, fault) = initiators::of_entry(entry);
    if let Some(what) = fault {
        faults.add(place.clone(), what, "what caused it");
    }
    Some(Request {
        page,
        channel,
        outcome: outcome(entry, &url, response.as_ref()),
        document_url: (channel == Channel::Document).then(|| url.clone()),
        body: body::of_request(sent, &headers, &place, faults),
        messages: messages(entry, &place, faults),
        method,
        url,
        headers,
        cookies,
        response,
        initiator,
        started_at,
        place,
        ..Request::default()
    })
}

fn method(entry: &Value, headers: &[Header]) -> String {
    let named = entry.filled(&["request", "method"]).or_else(|| header(headers, ":method"));
    named.or_else(|| entry.filled(&["_method"])).unwrap_or_default().to_ascii_uppercase()
}

/// The address; where a program writes only its path, the headers tell the host.
fn whole_url(url: String, method: &str, headers: &[Header], place: &str, faults: &mut Faults) -> String {
    let schemed = ["http://", "https://", "ws://", "wss://", "ftp://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if schemed || is_local(&url) {
        return url;
    }
    // Proxies write the host alone where a tunnel is opened.
    if method == "CONNECT" && !url.contains('/') {
        return format!("https://{url}");
    }
    let short: String = url.chars().take(60).collect();
    match url.starts_with('/').then(|| base(headers)).flatten().and_then(|base| base.join(&url).ok()) {
        Some(whole) => {
            let host = whole.host_str().unwrap_or_default();
            let what = format!("its address `{short}` has no host");
            faults.add(place, what, format!("nothing: its headers name `{host}`"));
            whole.into()
        }
        None => {
            faults.add(place, format!("its address `{short}` names no host on a network"), "who received it");
            url
        }
    }
}

/// Where a request went by its headers: the host, with the scheme of the page that asked.
fn base(headers: &[Header]) -> Option<url::Url> {
    let referrer = header(headers, "referer").and_then(|referrer| url::Url::parse(referrer).ok());
    let Some(host) = header(headers, "host").or_else(|| header(headers, ":authority")) else { return referrer };
    let scheme = referrer.as_ref().map_or("https", url::Url::scheme);
    url::Url::parse(&format!("{scheme}://{host}/")).ok()
}

/// Some proxies write the address of HTTP/2 requests in headers only.
fn by_pseudo_headers(headers: &[Header]) -> Option<String> {
    let scheme = header(headers, ":scheme").unwrap_or("https");
    Some(format!("{scheme}://{}{}", header(headers, ":authority")?, header(headers, ":path").unwrap_or("/")))
}

/// Headers as a list of names and values, as an object, or as lines.
fn headers(of: &Value, place: &str, faults: &mut Faults) -> Vec<Header> {
    let list = match of.at(&["headers"]) {
        None => return Vec::new(),
        Some(Value::Array(list)) => list,
        Some(Value::Object(map)) => {
            return map.iter().map(|(name, value)| Header { name: name.clone(), value: text_of(value) }).collect();
        }
        Some(other) => {
            faults.add(place, format!("its headers are {}, not a list", kind_of(other)), "its headers");
            return Vec::new();
        }
    };
    let mut headers = Vec::with_capacity(list.len());
    for one in list {
        match (one.filled(&["name"]), one) {
            (Some(name), _) => {
                headers.push(Header { name: name.to_owned(), value: one.get("value").map(text_of).unwrap_or_default() })
            }
            (None, Value::String(line)) if line.trim_start_matches(':').contains(':') => {
                let colon = line.get(1..).and_then(|rest| rest.find(':')).map_or(0, |at| at + 1);
                let (name, value) = line.split_at(colon);
                headers.push(Header {
                    name: name.trim().to_owned(),
                    value: value.trim_start_matches(':').trim().to_owned(),
                });
            }
            _ => faults.add(place, "a header has no name", "this header"),
        }
    }
    headers.retain(|header| !header.name.starts_with("X-DevTools-"));
    headers
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn started_at(entry: &Value, place: &str, faults: &mut Faults) -> Option<String> {
    let written = entry.at(&["startedDateTime"])?;
    let text = text_of(written);
    match crate::time::from_text(&text) {
        Some(time) => {
            if time.assumed {
                faults.add(place, format!("its time `{text}` has no zone"), "nothing: it is taken as UTC");
            }
            Some(time.utc)
        }
        None => {
            let text: String = text.chars().take(60).collect();
            faults.add(place, format!("its time `{text}` cannot be read"), "when it was sent");
            None
        }
    }
}

fn response(entry: &Value, started_at: Option<&str>, place: &str, faults: &mut Faults) -> Option<Response> {
    let answer = entry.at(&["response"])?;
    if !answer.is_object() {
        faults.add(place, format!("its response is {}, not an object", kind_of(answer)), "its response");
        return None;
    }
    let cached =
        [&["_fromCache"][..], &["_fromDiskCache"], &["response", "_fromCache"], &["response", "_fromDiskCache"]];
    let mut response = Response {
        status: answer.count(&["status"]).and_then(|status| u16::try_from(status).ok()).unwrap_or(0),
        mime: answer.filled(&["content", "mimeType"]).map(str::to_owned).filter(|mime| mime != "x-unknown"),
        headers: headers(answer, place, faults),
        cookies: answer.list(&["cookies"]).iter().map(|cookie| set_cookie(cookie, started_at)).collect(),
        body_bytes: answer.count(&["content", "size"]),
        remote_address: entry.filled(&["serverIPAddress"]).map(|address| address.trim_matches(['[', ']']).to_owned()),
        from_cache: cached.iter().any(|path| is_set(entry.at(path)))
            || answer.flag(&["_fetchedViaServiceWorker"])
            || entry.filled(&["_fetchType"]).is_some_and(is_local_fetch),
    };
    cookies::drop_pseudo(&mut response.headers);
    response.cookies.retain(|cookie| !cookie.name.is_empty() || !cookie.value.is_empty());
    cookies::add_set(&mut response, started_at);
    Some(response)
}

/// Safari names whence an answer came: `Network Load`, `Memory Cache`, `Disk Cache`, `Service Worker`, `Inspector Override`.
fn is_local_fetch(kind: &str) -> bool {
    kind.ends_with("Cache") || matches!(kind, "Service Worker" | "Inspector Override")
}

/// Chrome writes `"disk"`, `"memory"`; others `true`.
fn is_set(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(set)) => *set,
        Some(Value::String(text)) => !text.is_empty() && text != "false",
        _ => false,
    }
}

fn set_cookie(cookie: &Value, started_at: Option<&str>) -> SetCookie {
    SetCookie {
        name: cookie.owned(&["name"]),
        value: cookie.owned(&["value"]),
        domain: cookie.filled(&["domain"]).map(|domain| domain.trim_start_matches('.').to_ascii_lowercase()),
        max_age_seconds: cookie.filled(&["expires"]).and_then(|end| cookies::seconds_until(end, started_at)),
        blocked: None,
    }
}

fn channel_of(entry: &Value, method: &str, url: &str, headers: &[Header], response: Option<&Response>) -> Channel {
    let told = Told {
        kind: entry
            .filled(&["_resourceType"])
            .or_else(|| entry.filled(&["_request_type"]))
            .or_else(|| entry.filled(&["_requestType"]))
            .or_else(|| entry.filled(&["_type"]))
            .unwrap_or_default(),
        method,
        url,
        headers,
        nested: false,
        preload: entry.flag(&["_isLinkPreload"]),
        form: false,
    };
    match channel(&told) {
        // What a redirect brings along is shown to nobody.
        Channel::Other => {
            let shown = response.filter(|response| !(300..400).contains(&response.status) || response.status == 304);
            by_answer(&told, shown.and_then(|response| response.mime.as_deref()))
        }
        channel => channel,
    }
}

fn outcome(entry: &Value, url: &str, response: Option<&Response>) -> Outcome {
    if is_local(url) || response.is_some_and(|response| response.from_cache) {
        return Outcome::Local;
    }
    let error = entry.filled(&["response", "_error"]).or_else(|| entry.filled(&["_error"]));
    let blocked = entry.filled(&["_blockedReason"]).or_else(|| entry.filled(&["response", "_blockedReason"]));
    let answered = response.is_some_and(|response| response.status != 0);
    match (blocked, error) {
        _ if answered => Outcome::Sent,
        (Some(reason), _) => Outcome::Blocked { reason: reason.to_owned() },
        (None, Some(error)) if error.contains("BLOCKED_BY_CLIENT") || error.contains("blocked:") => {
            Outcome::Blocked { reason: error.to_owned() }
        }
        (None, Some(error)) => Outcome::Failed { error: error.to_owned() },
        (None, None) if response.is_some() => Outcome::Failed { error: "no response".into() },
        (None, None) => Outcome::Sent,
    }
}

/// What went over a WebSocket or an event stream.
fn messages(entry: &Value, place: &str, faults: &mut Faults) -> Vec<Message> {
    const BINARY: u64 = 2;
    let sockets = entry.list(&["_webSocketMessages"]).iter().map(|message| {
        let sent = match message.text(&["type"]) {
            Some("send" | "sent" | "request" | "client") => Some(true),
            Some("receive" | "received" | "response" | "server") => Some(false),
            _ => None,
        };
        let binary = message.count(&["opcode"]) == Some(BINARY);
        sent.map(|sent| Message { sent, text: message.get("data").map(text_of).unwrap_or_default(), binary })
    });
    let streams = entry
        .list(&["_eventSourceMessages"])
        .iter()
        .map(|message| Some(Message { sent: false, text: message.owned(&["data"]), binary: false }));
    let mut messages: Vec<Message> = Vec::new();
    let (mut bytes, mut strange, mut cut) = (0_usize, 0_usize, 0_usize);
    for message in sockets.chain(streams) {
        let Some(message) = message else {
            strange += 1;
            continue;
        };
        bytes = bytes.saturating_add(message.text.len());
        if messages.len() >= MESSAGES_MAX || bytes > MESSAGE_BYTES_MAX {
            cut += 1;
        } else {
            messages.push(message);
        }
    }
    if strange > 0 {
        faults.add(place, format!("{strange} messages do not say who sent them"), "these messages");
    }
    if cut > 0 {
        faults.add(place, format!("{cut} messages beyond what is kept"), "these messages");
    }
    if messages.iter().any(|message| message.binary && STANDARD.decode(&message.text).is_err()) {
        faults.add(place, "a binary message is not base64", "the bytes of this message");
    }
    messages
}
