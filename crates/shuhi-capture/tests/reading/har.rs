//! HAR files.

use std::io::Write as _;

use serde_json::{Value, json};
use shuhi_capture::{Capture, CaptureError, Channel, Initiator, Outcome, SourceKind, read_har};

use crate::support::file;

pub const PAGE: &str = "https://mise.example/";

pub fn entry(url: &str, with: Value) -> Value {
    let mut entry = json!({
        "startedDateTime": "2026-11-28T10:00:00.000+09:00", "time": 1, "pageref": "page_1",
        "request": {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": [], "cookies": [], "queryString": [], "bodySize": 0},
        "response": {"status": 200, "headers": [], "cookies": [], "content": {"size": 3, "mimeType": "text/plain"}},
    });
    merge(&mut entry, with);
    entry
}

fn merge(into: &mut Value, with: Value) {
    match (into, with) {
        (Value::Object(into), Value::Object(with)) => {
            for (key, value) in with {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, with) => *into = with,
    }
}

pub fn har(entries: &[Value]) -> Value {
    json!({"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "browser": {"name": "Chrome", "version": "156"},
        "pages": [{"id": "page_1", "title": PAGE, "startedDateTime": "2026-11-28T01:00:00Z"}], "entries": entries}})
}

pub fn read(entries: &[Value]) -> Capture {
    read_har(har(entries).to_string().as_bytes()).unwrap()
}

pub fn document() -> Value {
    entry(PAGE, json!({"_resourceType": "document", "_initiator": {"type": "other"}}))
}

#[test]
fn chrome_tells_type_initiator_and_messages() {
    let calls = json!([{"functionName": "send", "url": "https://tag.mihon.example/t.js", "lineNumber": 0, "columnNumber": 99, "scriptId": "4"}]);
    let parent = json!({"description": "setTimeout", "callFrames": [{"functionName": "", "url": PAGE, "lineNumber": 11, "columnNumber": 2, "scriptId": "3"}]});
    let capture = read(&[
        document(),
        entry(
            "https://tag.mihon.example/t.js",
            json!({"_resourceType": "script", "_initiator": {"type": "parser", "url": PAGE, "lineNumber": 11}}),
        ),
        entry(
            "https://tag.mihon.example/c?id=1",
            json!({"_resourceType": "ping", "_initiator": {"type": "script", "stack": {"callFrames": calls, "parent": parent}}}),
        ),
        entry(
            "wss://tag.mihon.example/w",
            json!({"_resourceType": "websocket", "_webSocketMessages": [
            {"type": "send", "time": 1, "opcode": 1, "data": "{\"a\":1}"}, {"type": "receive", "opcode": 2, "data": "AAE="}, {"headers": ["x: y"], "data": "?"}]}),
        ),
    ]);
    assert_eq!(
        (capture.source.kind, capture.source.program.as_deref(), capture.source.browser.as_deref()),
        (SourceKind::Har, Some("WebInspector 537.36"), Some("Chrome 156"))
    );
    let channels: Vec<Channel> = capture.requests.iter().map(|request| request.channel).collect();
    assert_eq!(channels, [Channel::Document, Channel::Script, Channel::Beacon, Channel::WebSocket]);
    assert_eq!(capture.requests[0].initiator, Initiator::Navigation);
    assert_eq!(capture.requests[0].started_at.as_deref(), Some("2026-11-28T01:00:00Z"));
    assert_eq!(capture.requests[1].initiator, Initiator::Parser { url: PAGE.into(), line: Some(12), column: None });
    let Initiator::Script { stack } = &capture.requests[2].initiator else { panic!() };
    assert_eq!(
        (stack[0].line, stack[0].column, stack[1].behind.as_deref(), stack[1].line),
        (1, 100, Some("setTimeout"), 12)
    );
    let messages = &capture.requests[3].messages;
    assert_eq!((messages.len(), messages[0].sent, messages[1].binary), (2, true, true));
    assert_eq!(capture.faults.len(), 1, "the message without a direction: {:?}", capture.faults);
}

#[test]
fn other_programs_write_initiators_as_text() {
    // WebPageTest counts lines from 0.
    let webpagetest = entry(
        "https://tag.mihon.example/a",
        json!({"_load_ms": 3, "_initiator": PAGE, "_initiator_line": "41", "_initiator_column": ""}),
    );
    let detail = json!({"type": "script", "stack": {"callFrames": [{"functionName": "f", "url": "https://tag.mihon.example/t.js", "lineNumber": 6, "columnNumber": 0}]}}).to_string();
    let browsertime = entry(
        "https://tag.mihon.example/b",
        json!({"_initiator": "https://tag.mihon.example/t.js", "_initiator_line": 7, "_initiator_detail": detail, "_initiator_type": "script"}),
    );
    let plain = entry(
        "https://tag.mihon.example/c",
        json!({"_initiator": "https://tag.mihon.example/t.js", "_initiator_line": 7, "_initiator_function_name": "g", "_initiator_type": "script"}),
    );
    let capture = read(&[document(), webpagetest, browsertime, plain]);
    assert_eq!(capture.requests[1].initiator, Initiator::Parser { url: PAGE.into(), line: Some(42), column: None });
    for (number, function) in [(2, "f"), (3, "g")] {
        let Initiator::Script { stack } = &capture.requests[number].initiator else { panic!() };
        assert_eq!((stack[0].line, stack[0].function.as_str()), (7, function));
    }
}

#[test]
fn headers_decide_where_no_type_is_written_then_the_answer() {
    let with_header = |name: &str, value: &str| json!({"request": {"headers": [{"name": name, "value": value}]}});
    let answered = |mime: &str| json!({"response": {"content": {"mimeType": mime}}});
    let cases = [
        (with_header("Sec-Fetch-Dest", "script"), Channel::Script),
        (with_header("sec-fetch-dest", "serviceworker"), Channel::ServiceWorker),
        (with_header("Sec-Purpose", "prefetch"), Channel::Prefetch),
        (with_header("X-Requested-With", "XMLHttpRequest"), Channel::Xhr),
        (with_header("Upgrade", "websocket"), Channel::WebSocket),
        (with_header("Accept", "text/event-stream"), Channel::EventSource),
        (answered("application/javascript; charset=utf-8"), Channel::Script),
        (answered("image/gif"), Channel::Image),
        (answered("font/woff2"), Channel::Font),
        (answered("text/css"), Channel::Style),
        // A second document that nobody navigated to stands in a frame.
        (answered("text/html"), Channel::Frame),
        (answered("application/octet-stream"), Channel::Other),
        (json!({"_requestType": "imageset"}), Channel::Image),
        (json!({"_requestType": "sub_frame"}), Channel::Frame),
        (json!({"_requestType": "xmlhttprequest"}), Channel::Xhr),
        (json!({"_initiator": "https://x.example/", "_type": "3"}), Channel::Other),
    ];
    for (with, channel) in cases {
        let said = with.to_string();
        assert_eq!(
            read(&[document(), entry("https://tag.mihon.example/x", with)]).requests[1].channel,
            channel,
            "{said}"
        );
    }
}

#[test]
fn cookies_come_from_the_list_and_from_the_header() {
    let both = json!({
        "request": {"cookies": [], "headers": [{"name": "cookie", "value": "_id=abc=; lang=ja"}]},
        "response": {"cookies": [{"name": "s", "value": "1", "domain": ".mihon.example", "expires": "2026-11-28T02:00:00.000Z"}],
            "headers": [{"name": "Set-Cookie", "value": "s=1; Path=/\nt=2; expires=Sat, 28-Nov-2026 01:00:30 GMT"}]},
    });
    let capture = read(&[document(), entry("https://tag.mihon.example/x", both)]);
    let request = &capture.requests[1];
    assert_eq!(
        request.cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.value.as_str())).collect::<Vec<_>>(),
        [("_id", "abc="), ("lang", "ja")]
    );
    let set = &request.response.as_ref().unwrap().cookies;
    assert_eq!((set.len(), set[0].max_age_seconds, set[1].max_age_seconds), (2, Some(3600), Some(30)));
    assert_eq!(
        capture.cookies.iter().map(|cookie| cookie.domain.as_str()).collect::<Vec<_>>(),
        [".mihon.example", "tag.mihon.example"]
    );
}

#[test]
fn a_cookie_set_for_two_domains_is_two() {
    let lines = "k=1; Domain=mihon.example\nk=1; Domain=tag.mihon.example\nk=1; Domain=mihon.example";
    let set = json!({"response": {"headers": [{"name": "Set-Cookie", "value": lines}]}});
    let capture = read(&[entry("https://tag.mihon.example/x", set)]);
    let domains = capture.cookies.iter().map(|cookie| cookie.domain.as_str()).collect::<Vec<_>>();
    assert_eq!(domains, [".mihon.example", ".tag.mihon.example"]);
}

#[test]
fn bodies_in_every_form() {
    let post = |data: Value| json!({"request": {"method": "POST", "bodySize": 9, "postData": data}});
    let body =
        |data: Value| read(&[document(), entry("https://tag.mihon.example/x", data)]).requests[1].body.clone().unwrap();
    assert_eq!(body(post(json!({"mimeType": "application/json", "text": "{}"}))).bytes, b"{}");
    assert_eq!(body(post(json!({"mimeType": "x/y", "text": "AP8=", "encoding": "base64"}))).bytes, [0, 255]);
    let params = json!([{"name": "a b", "value": "あ"}, {"name": "c", "value": "%E3%81%84"}]);
    let form = body(post(json!({"mimeType": "application/x-www-form-urlencoded", "params": params})));
    assert_eq!((form.bytes.as_slice(), form.incomplete), (b"a+b=%E3%81%82&c=%E3%81%84".as_slice(), false));
    let parts =
        json!([{"name": "f", "fileName": "見本.txt", "contentType": "text/plain"}, {"name": "g", "value": "1"}]);
    let multipart = body(post(json!({"mimeType": "multipart/form-data; boundary=kiri", "params": parts})));
    assert!(multipart.incomplete);
    assert!(
        String::from_utf8(multipart.bytes)
            .unwrap()
            .starts_with("--kiri\r\nContent-Disposition: form-data; name=\"f\"; filename=\"見本.txt\"")
    );
    let unknown = body(json!({"request": {"method": "POST", "bodySize": 120}}));
    assert!(unknown.incomplete && unknown.bytes.is_empty());
}

#[test]
fn redirects_are_joined_also_in_a_circle() {
    let to = |from: &str, to: &str, at: u8| {
        entry(
            from,
            json!({"startedDateTime": format!("2026-11-28T01:00:{at:02}Z"), "response": {"status": 302, "headers": [{"name": "Location", "value": to}], "content": {"mimeType": ""}}}),
        )
    };
    let end = entry(
        "https://b.mihon.example/p.gif",
        json!({"startedDateTime": "2026-11-28T01:00:59Z", "_resourceType": "image"}),
    );
    // Written out of order.
    let capture = read(&[
        document(),
        end,
        to("https://a.mihon.example/", "/x", 1),
        to("https://a.mihon.example/x", "https://a.mihon.example/", 2),
        to("https://a.mihon.example/", "https://b.mihon.example/p.gif", 3),
    ]);
    let initiators: Vec<&Initiator> = capture.requests.iter().skip(1).map(|request| &request.initiator).collect();
    assert_eq!(
        initiators,
        [
            &Initiator::NotKnown,
            &Initiator::Redirect { from: 1 },
            &Initiator::Redirect { from: 2 },
            &Initiator::Redirect { from: 3 }
        ]
    );
    assert!(capture.requests.iter().skip(1).all(|request| request.channel == Channel::Image));
    assert_eq!(capture.requests[4].place, "entry 2");
    for request in 0..capture.requests.len() {
        assert!(!capture.chain(request).is_empty());
    }
}

#[test]
fn preflights_belong_to_what_follows() {
    let asked = json!({"request": {"method": "OPTIONS", "headers": [{"name": "Access-Control-Request-Method", "value": "POST"}]}});
    let capture = read(&[
        document(),
        entry("https://tag.mihon.example/x", asked),
        entry("https://tag.mihon.example/x", json!({"request": {"method": "POST"}})),
    ]);
    assert_eq!(
        (capture.requests[1].channel, &capture.requests[1].initiator),
        (Channel::Preflight, &Initiator::Preflight { of: 2 })
    );
}

#[test]
fn damaged_files_give_what_is_whole() {
    let whole =
        har(&[document(), entry("https://a.mihon.example/", json!({})), entry("https://b.mihon.example/", json!({}))])
            .to_string();
    let cut = read_har(&whole.as_bytes()[..whole.len() - 60]).unwrap();
    assert_eq!((cut.requests.len(), cut.pages.len()), (2, 1));
    assert!(cut.faults[0].what.contains("cut short"), "{:?}", cut.faults);
    assert_eq!(cut.source.browser.as_deref(), Some("Chrome 156"));
    let damaged = whole.replacen("\"https://a.mihon.example/\"", "\"https://a.mihon.example/\",,", 1);
    let damaged = read_har(damaged.as_bytes()).unwrap();
    assert_eq!(
        damaged.requests.iter().map(|request| request.url.as_str()).collect::<Vec<_>>(),
        [PAGE, "https://b.mihon.example/"]
    );
    assert!(damaged.faults[0].place.starts_with("entry 2"), "{:?}", damaged.faults);
    let surrogate = whole.replacen("HTTP/1.1", "\\ud83d", 1);
    assert_eq!(read_har(surrogate.as_bytes()).unwrap().requests.len(), 3);
    let not_utf8 = [&whole.as_bytes()[..20], b"\xff", &whole.as_bytes()[20..]].concat();
    assert!(!read_har(&not_utf8).unwrap().faults.is_empty());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(whole.as_bytes()).unwrap();
    assert_eq!(read_har(&packed.finish().unwrap()).unwrap().requests.len(), 3);
    let marked = [b"\xef\xbb\xbf".as_slice(), whole.as_bytes(), b"\n<!-- end -->"].concat();
    assert_eq!(read_har(&marked).unwrap().requests.len(), 3);
}

#[test]
fn odd_entries_are_told_and_survived() {
    let capture = read(&[
        document(),
        json!("no entry"),
        json!({"startedDateTime": "2026-11-28T01:00:00Z"}),
        entry("https://a.mihon.example/", json!({"request": {"url": 5}})),
        entry(
            "https://b.mihon.example/",
            json!({"request": {"headers": {"Referer": PAGE}, "method": 7}, "response": "none", "startedDateTime": "yesterday"}),
        ),
        entry(
            "https://c.mihon.example/",
            json!({"startedDateTime": "2026-11-28 01:00:00", "request": {"headers": [{"value": "x"}, ":authority: c.mihon.example", "Accept: */*"]}}),
        ),
        entry(
            "https://c.mihon.example/",
            json!({"startedDateTime": "2026-11-28 01:00:00", "request": {"headers": [{"value": "x"}, ":authority: c.mihon.example", "Accept: */*"]}}),
        ),
        entry(
            "",
            json!({"request": {"url": "", "headers": [{"name": ":authority", "value": "d.mihon.example"}, {"name": ":path", "value": "/p"}]}}),
        ),
        entry("/q?x=1", json!({"request": {"headers": [{"name": "Host", "value": "j.mihon.example"}]}})),
        entry("", json!({"request": {"url": "k.mihon.example:443", "method": "CONNECT"}})),
        entry("nothing", json!({})),
        entry("data:text/plain,x", json!({})),
        entry("chrome-extension://abc/x.js", json!({})),
        entry("https://e.mihon.example/", json!({"response": {"status": 0, "_error": "net::ERR_BLOCKED_BY_CLIENT"}})),
        entry("https://f.mihon.example/", json!({"response": {"status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED"}})),
        entry("https://g.mihon.example/", json!({"_fromCache": "memory"})),
        entry("https://h.mihon.example/", json!({"_fetchType": "Disk Cache"})),
        entry("https://i.mihon.example/", json!({"_fetchType": "Network Load"})),
    ]);
    let urls: Vec<&str> = capture.requests.iter().map(|request| request.url.as_str()).collect();
    for url in ["https://d.mihon.example/p", "https://j.mihon.example/q?x=1", "https://k.mihon.example:443"] {
        assert!(urls.contains(&url), "{url}: {urls:?}");
    }
    assert_eq!(urls.iter().filter(|url| url.contains("c.mihon")).count(), 1, "repeated word for word");
    let outcome = |part: &str| &capture.requests.iter().find(|request| request.url.contains(part)).unwrap().outcome;
    assert_eq!(
        (outcome("data:"), outcome("extension:"), outcome("g.mihon")),
        (&Outcome::Local, &Outcome::Local, &Outcome::Local)
    );
    assert_eq!((outcome("h.mihon"), outcome("i.mihon")), (&Outcome::Local, &Outcome::Sent));
    assert!(matches!(outcome("e.mihon"), Outcome::Blocked { .. }));
    assert!(matches!(outcome("f.mihon"), Outcome::Failed { .. }));
    let places: Vec<&str> = capture.faults.iter().map(|fault| fault.place.as_str()).collect();
    for place in ["entry 2", "entry 3", "entry 4", "entry 5", "entry 6", "entry 7", "entry 9", "entry 11"] {
        assert!(places.contains(&place), "{place}: {:?}", capture.faults);
    }
}

#[test]
fn pages_are_made_where_none_are_listed() {
    let mut file = har(&[
        document(),
        entry("https://a.mihon.example/", json!({"pageref": "page_2", "_resourceType": "document"})),
    ]);
    let capture = read_har(file.to_string().as_bytes()).unwrap();
    assert_eq!(
        capture.pages.iter().map(|page| page.url.as_str()).collect::<Vec<_>>(),
        [PAGE, "https://a.mihon.example/"]
    );
    file["log"]["pages"] = json!([]);
    for entry in file["log"]["entries"].as_array_mut().unwrap() {
        entry.as_object_mut().unwrap().remove("pageref");
    }
    let capture = read_har(file.to_string().as_bytes()).unwrap();
    assert_eq!((capture.pages.len(), capture.requests[1].page), (1, Some(0)));
    assert!(capture.faults[0].what.contains("no pages"));
    // Firefox names pages by their titles.
    file["log"]["pages"] = json!([{"id": "page_1", "title": "見本の店"}]);
    file["log"]["entries"][0]["pageref"] = "page_1".into();
    let capture = read_har(file.to_string().as_bytes()).unwrap();
    assert_eq!((capture.pages[0].title.as_deref(), capture.pages[0].url.as_str()), (Some("見本の店"), PAGE));
}

#[test]
fn other_files_are_named() {
    assert_eq!(read_har(b"").unwrap_err(), CaptureError::Empty);
    assert!(matches!(read_har(b"{\"log\": ").unwrap_err(), CaptureError::NotJson { .. }));
    assert!(read_har(b"{\"log\": {}}").unwrap_err().to_string().contains("entries"));
    assert!(
        read_har(br#"[{"method": "Page.loadEventFired", "params": {}}]"#)
            .unwrap_err()
            .to_string()
            .contains("DevTools events")
    );
}

#[test]
fn a_har_file_of_a_real_site_is_read_whole() {
    let capture = read_har(&file("www.bbc.com.har")).unwrap();
    assert_eq!((capture.pages.len(), capture.requests.len()), (1, 120));
    assert_eq!(capture.faults, []);
    assert_eq!(capture.requests[0].channel, Channel::Document);
    let redirected =
        capture.requests.iter().filter(|request| matches!(request.initiator, Initiator::Redirect { .. })).count();
    assert_eq!(redirected, 4);
}
