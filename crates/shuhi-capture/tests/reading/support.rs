//! Captures for tests: files of our own, and logs put together line by line.

use std::path::PathBuf;

use serde_json::{Value, json};
use shuhi_capture::{Capture, Request, read_devtools};

pub fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn log(name: &str) -> Capture {
    read_devtools(&file(name)).unwrap()
}

/// The request whose address ends so.
pub fn at<'a>(capture: &'a Capture, end: &str) -> &'a Request {
    let found: Vec<&Request> = capture.requests.iter().filter(|request| request.url.ends_with(end)).collect();
    assert_eq!(
        found.len(),
        1,
        "requests for `{end}`: {:?}",
        capture.requests.iter().map(|request| &request.url).collect::<Vec<_>>()
    );
    found[0]
}

pub fn index(capture: &Capture, end: &str) -> usize {
    let found = at(capture, end) as *const Request;
    capture.requests.iter().position(|request| std::ptr::eq(request, found)).unwrap()
}

/// Events as a log of JSON Lines.
pub fn lines(events: &[Value]) -> Vec<u8> {
    events.iter().map(|event| format!("{event}\n")).collect::<String>().into_bytes()
}

pub fn read(events: &[Value]) -> Capture {
    read_devtools(&lines(events)).unwrap()
}

pub fn event(method: &str, params: Value) -> Value {
    json!({"method": method, "params": params})
}

/// A page that was opened.
pub fn page(url: &str) -> Value {
    event(
        "Network.requestWillBeSent",
        json!({
            "requestId": "P", "loaderId": "P", "frameId": "F", "type": "Document", "documentURL": url,
            "request": {"url": url, "method": "GET", "headers": {}}, "timestamp": 1.0, "wallTime": 1_700_000_000.0,
            "initiator": {"type": "other"},
        }),
    )
}

/// A request of that page; `with` replaces what it says.
pub fn request(id: &str, kind: &str, url: &str, with: Value) -> Value {
    let mut params = json!({
        "requestId": id, "loaderId": "P", "frameId": "F", "type": kind, "documentURL": "https://mise.example/",
        "request": {"url": url, "method": "GET", "headers": {}}, "timestamp": 2.0,
        "initiator": {"type": "parser", "url": "https://mise.example/", "lineNumber": 9},
    });
    for (key, value) in with.as_object().unwrap() {
        params[key] = value.clone();
    }
    event("Network.requestWillBeSent", params)
}

/// An initiator: calls as `(script, function, line counted from 0)`, the innermost first.
pub fn stack(calls: &[(&str, &str, u32)]) -> Value {
    let calls: Vec<Value> = calls
        .iter()
        .map(|(url, function, line)| json!({"url": url, "functionName": function, "lineNumber": line, "columnNumber": 0, "scriptId": ""}))
        .collect();
    json!({"type": "script", "stack": {"callFrames": calls}})
}
