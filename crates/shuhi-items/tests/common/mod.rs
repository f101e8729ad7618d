//! Requests for tests.
#![allow(dead_code, reason = "not every test uses every part")]

use std::sync::LazyLock;

use shuhi_capture::{Body, Header, Request, SentCookie};
use shuhi_items::Adapters;

/// The adapters of the build, loaded once.
pub fn adapters() -> &'static Adapters {
    static ADAPTERS: LazyLock<Adapters> = LazyLock::new(|| Adapters::embedded().expect("the build's adapters"));
    &ADAPTERS
}

/// A request without anything but its address.
pub fn request(url: &str) -> Request {
    let bare = serde_json::json!({
        "page": null, "choice": "not_known", "channel": "fetch", "method": "GET", "url": url, "document_url": null, "frames": [],
        "headers": [], "cookies": [], "body": null, "messages": [], "response": null, "initiator": {"kind": "not_known"},
        "outcome": {"kind": "sent"}, "aliases": {"kind": "not_resolved"}, "started_at": null, "place": "entry 1",
    });
    serde_json::from_value(bare).expect("a request")
}

/// A request that posts a body.
pub fn post(url: &str, mime: &str, bytes: impl AsRef<[u8]>) -> Request {
    let body = Body { mime: Some(mime.to_owned()), bytes: bytes.as_ref().to_vec(), incomplete: false };
    Request { method: "POST".to_owned(), body: Some(body), ..request(url) }
}

/// The same with a header.
pub fn with_header(mut request: Request, name: &str, value: &str) -> Request {
    request.headers.push(Header { name: name.to_owned(), value: value.to_owned() });
    request
}

/// The same with a cookie.
pub fn with_cookie(mut request: Request, name: &str, value: &str) -> Request {
    request.cookies.push(SentCookie { name: name.to_owned(), value: value.to_owned() });
    request
}
