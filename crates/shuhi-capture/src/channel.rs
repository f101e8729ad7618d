//! Through which channel a request goes, from what the browser says of it.

use crate::cookies::header;
use crate::request::{Channel, Header};

/// What the browser says of a request.
#[derive(Debug, Default)]
pub(crate) struct Told<'a> {
    /// `Network.ResourceType`, in any case: HAR files write it small. Or what Firefox calls the type of a request.
    pub kind: &'a str,
    pub method: &'a str,
    pub url: &'a str,
    pub headers: &'a [Header],
    /// In a frame inside another.
    pub nested: bool,
    /// `link rel=preload` and its like.
    pub preload: bool,
    /// The frame was about to send a form.
    pub form: bool,
}

pub(crate) fn channel(told: &Told<'_>) -> Channel {
    let wanted = header(told.headers, "sec-fetch-dest").unwrap_or_default();
    if told.preload || is_ahead_of_need(told.headers) {
        return Channel::Prefetch;
    }
    match told.kind.to_ascii_lowercase().as_str() {
        "document" => document(told, wanted),
        "stylesheet" => Channel::Style,
        "image" => Channel::Image,
        "media" => Channel::Media,
        "font" => Channel::Font,
        "script" => script(told.headers, wanted),
        "texttrack" => Channel::Track,
        "xhr" => Channel::Xhr,
        "fetch" => Channel::Fetch,
        "prefetch" => Channel::Prefetch,
        "eventsource" => Channel::EventSource,
        "websocket" => Channel::WebSocket,
        "manifest" => Channel::Manifest,
        "ping" => Channel::Beacon,
        "cspviolationreport" => Channel::CspReport,
        "preflight" => Channel::Preflight,
        "webtransport" => Channel::WebTransport,
        kind => firefox(kind, told, wanted).unwrap_or_else(|| by_headers(told, wanted)),
    }
}

/// The names that Firefox gives, where they are others.
fn firefox(kind: &str, told: &Told<'_>, wanted: &str) -> Option<Channel> {
    Some(match kind {
        "main_frame" => document(told, wanted),
        "sub_frame" => Channel::Frame,
        "imageset" => Channel::Image,
        "xmlhttprequest" => Channel::Xhr,
        "beacon" => Channel::Beacon,
        "object" | "object_subrequest" => Channel::Object,
        "csp_report" => Channel::CspReport,
        "web_manifest" => Channel::Manifest,
        "speculative" => Channel::Prefetch,
        _ => return None,
    })
}

/// `Purpose: prefetch`, `Sec-Purpose: prefetch;prerender`.
fn is_ahead_of_need(headers: &[Header]) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        header(headers, name).is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("prefetch"))
    })
}

fn document(told: &Told<'_>, wanted: &str) -> Channel {
    match wanted {
        "object" | "embed" => Channel::Object,
        _ if told.form || !matches!(told.method, "GET" | "HEAD" | "") => Channel::Form,
        "iframe" | "frame" | "fencedframe" => Channel::Frame,
        _ if told.nested => Channel::Frame,
        _ => Channel::Document,
    }
}

fn script(headers: &[Header], wanted: &str) -> Channel {
    match wanted {
        "worker" | "sharedworker" => Channel::Worker,
        "serviceworker" => Channel::ServiceWorker,
        _ if header(headers, "service-worker").is_some() => Channel::ServiceWorker,
        _ => Channel::Script,
    }
}

/// For what the browser calls "Other": what it wants the answer for, and how the address ends.
fn by_headers(told: &Told<'_>, wanted: &str) -> Channel {
    let mime = header(told.headers, "content-type").unwrap_or_default();
    match wanted {
        "document" => document(told, wanted),
        "iframe" | "frame" | "fencedframe" => Channel::Frame,
        "object" | "embed" => Channel::Object,
        "style" => Channel::Style,
        "script" | "audioworklet" | "paintworklet" => script(told.headers, wanted),
        "worker" | "sharedworker" => Channel::Worker,
        "serviceworker" => Channel::ServiceWorker,
        "font" => Channel::Font,
        "audio" | "video" => Channel::Media,
        "track" => Channel::Track,
        "manifest" => Channel::Manifest,
        "report" if mime.contains("csp-report") => Channel::CspReport,
        "report" => Channel::Report,
        "image" if is_icon(told.url) => Channel::Favicon,
        "image" => Channel::Image,
        _ if header(told.headers, "service-worker").is_some() => Channel::ServiceWorker,
        _ if mime.contains("csp-report") => Channel::CspReport,
        _ if mime.contains("reports+json") => Channel::Report,
        _ if is_icon(told.url) => Channel::Favicon,
        _ => Channel::Other,
    }
}

/// The icon that browsers ask for by themselves.
pub(crate) fn is_icon(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.ends_with("/favicon.ico")
}

/// Where nothing in the request names a channel: what came back.
pub(crate) fn by_answer(told: &Told<'_>, mime: Option<&str>) -> Channel {
    let asked = |name: &str, value: &str| {
        header(told.headers, name).is_some_and(|said| said.to_ascii_lowercase().contains(value))
    };
    if asked("upgrade", "websocket") || told.url.starts_with("ws:") || told.url.starts_with("wss:") {
        return Channel::WebSocket;
    }
    if asked("x-requested-with", "xmlhttprequest") {
        return Channel::Xhr;
    }
    if asked("accept", "text/event-stream") {
        return Channel::EventSource;
    }
    if asked("sec-fetch-dest", "empty") {
        return Channel::Fetch;
    }
    let mime = mime.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match mime.as_str() {
        "text/html" | "application/xhtml+xml" => document(told, ""),
        "text/css" => Channel::Style,
        "text/vtt" => Channel::Track,
        "application/manifest+json" => Channel::Manifest,
        "text/event-stream" => Channel::EventSource,
        mime if mime.contains("javascript") || mime.contains("ecmascript") => Channel::Script,
        mime if mime.starts_with("image/") => Channel::Image,
        mime if mime.starts_with("font/") || mime.contains("font-") || mime.contains("/font") => Channel::Font,
        mime if mime.starts_with("audio/") || mime.starts_with("video/") => Channel::Media,
        _ => Channel::Other,
    }
}
