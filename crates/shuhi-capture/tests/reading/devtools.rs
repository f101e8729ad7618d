//! Logs of DevTools events.

use serde_json::{Value, json};
use shuhi_capture::{CaptureError, Channel, Choice, Initiator, Outcome, SourceKind, read, read_devtools};

use crate::support::{at, event, file, lines, log, page, read as read_events, request};

const PAGE: &str = "https://mise.example/";
const HIT: &str = "https://tag.mihon.example/hit";

fn two() -> Vec<Value> {
    vec![page(PAGE), request("1", "Fetch", HIT, json!({}))]
}

/// However a log is wrapped, the same two requests come out.
#[track_caller]
fn gives_both(bytes: &[u8]) {
    let capture = read_devtools(bytes).unwrap();
    let urls: Vec<&str> = capture.requests.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(urls, [PAGE, HIT], "{:?}", capture.faults);
    assert_eq!(capture.requests[1].initiator, Initiator::Parser { url: PAGE.into(), line: Some(10), column: None });
}

#[test]
fn every_wrapping_is_read() {
    let events = two();
    gives_both(&lines(&events));
    gives_both(Value::from(events.clone()).to_string().as_bytes());
    gives_both(serde_json::to_string_pretty(&events).unwrap().as_bytes());
    let texts: Vec<Value> = events.iter().map(|event| event.to_string().into()).collect();
    gives_both(Value::from(texts).to_string().as_bytes());
    // Lighthouse.
    gives_both(json!({"devtoolsLogs": {"defaultPass": events}}).to_string().as_bytes());
    gives_both(json!({"artifacts": {"devtoolsLogs": {"default": events}}}).to_string().as_bytes());
    // ChromeDriver's performance log, as a list and as lines.
    let selenium: Vec<Value> = events
        .iter()
        .map(|event| json!({"level": "INFO", "timestamp": 1, "message": json!({"message": event, "webview": "T"}).to_string()}))
        .collect();
    gives_both(Value::from(selenium.clone()).to_string().as_bytes());
    gives_both(&lines(&selenium));
    // Targets inside targets, as older browsers tell them.
    let nested = events.iter().map(|inner| {
        event("Target.receivedMessageFromTarget", json!({"sessionId": "S", "message": inner.to_string()}))
    });
    gives_both(&lines(&nested.collect::<Vec<_>>()));
    // Lines with a time before them and a duration behind.
    let dumped: String = events.iter().map(|event| format!("[12.5] RECV \u{25c0} {event} +3ms\n")).collect();
    gives_both(dumped.as_bytes());
    // One event over several lines, one after the other.
    let pretty: String =
        events.iter().map(|event| format!("{}\n", serde_json::to_string_pretty(event).unwrap())).collect();
    gives_both(pretty.as_bytes());
    gives_both(&[b"\xef\xbb\xbf".as_slice(), &lines(&events)].concat());
    let wide: Vec<u8> = String::from_utf8(lines(&events)).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    gives_both(&[b"\xff\xfe".as_slice(), &wide].concat());
}

#[test]
fn other_files_are_named() {
    assert_eq!(read_devtools(b" \n").unwrap_err(), CaptureError::Empty);
    let har = br#"{"log": {"entries": []}}"#;
    assert!(read_devtools(har).unwrap_err().to_string().contains("HAR"), "{:?}", read_devtools(har));
    assert!(read_devtools(br#"{"traceEvents": []}"#).unwrap_err().to_string().contains("trace"));
    assert!(matches!(read_devtools(b"no log at all").unwrap_err(), CaptureError::NotJson { .. }));
    assert_eq!(read(har).unwrap().source.kind, SourceKind::Har);
}

#[test]
fn a_log_cut_short_gives_what_is_whole() {
    let list = Value::from(two()).to_string();
    let capture = read_devtools(&list.as_bytes()[..list.len() - 40]).unwrap();
    assert_eq!(capture.requests.len(), 1);
    assert!(capture.faults[0].missing.contains("every event"), "{:?}", capture.faults);
    let own = file("eval.jsonl");
    let capture = read_devtools(&own[..own.len() * 2 / 3]).unwrap();
    assert!(capture.faults.iter().any(|fault| fault.what.contains("`Shuhi.end`")), "{:?}", capture.faults);
}

#[test]
fn real_headers_and_cookies_come_before_or_after_and_by_hop() {
    let extra = |host: &str, path: &str, cookie: &str| {
        event(
            "Network.requestWillBeSentExtraInfo",
            json!({
                "requestId": "1", "headers": {":authority": host, ":path": path, "cookie": format!("id={cookie}"), "accept": "*/*"},
                "associatedCookies": [
                    {"blockedReasons": [], "cookie": {"name": "id", "value": cookie}},
                    {"blockedReasons": ["SameSiteLax"], "cookie": {"name": "kept", "value": "back"}},
                ],
            }),
        )
    };
    let answered = |status: u16, headers: Value, blocked: Value| {
        event(
            "Network.responseReceivedExtraInfo",
            json!({"requestId": "1", "statusCode": status, "headers": headers, "blockedCookies": blocked}),
        )
    };
    let redirect = |from: &str, to: &str, extra: bool| {
        request(
            "1",
            "Image",
            to,
            json!({"timestamp": 3.0, "redirectHasExtraInfo": extra, "redirectResponse": {"url": from, "status": 302, "headers": {"location": to}}}),
        )
    };
    let (first, second, third) =
        ("http://a.mihon.example/x", "https://a.mihon.example/x", "https://b.mihon.example/y?z=1");
    let capture = read_events(&[
        page(PAGE),
        // The first hop is upgraded on the terminal and has no headers of its own; the third's come first.
        extra("a.mihon.example", "/x", "A"),
        request("1", "Image", first, json!({})),
        redirect(first, second, false),
        extra("b.mihon.example", "/y?z=1", "B"),
        answered(
            302,
            json!({"location": third, "set-cookie": "s=1; Max-Age=60\nt=2; Domain=mihon.example"}),
            json!([]),
        ),
        redirect(second, third, true),
        answered(
            200,
            json!({"set-cookie": "u=3"}),
            json!([{"blockedReasons": ["ThirdPartyPhaseout"], "cookieLine": "u=3"}]),
        ),
        event(
            "Network.responseReceived",
            json!({"requestId": "1", "hasExtraInfo": true, "type": "Image", "response": {"url": third, "status": 200, "headers": {}, "mimeType": "image/gif"}}),
        ),
        event("Network.dataReceived", json!({"requestId": "1", "dataLength": 43})),
        event("Network.loadingFinished", json!({"requestId": "1", "encodedDataLength": 500})),
    ]);
    assert_eq!(capture.faults, []);
    let [_, one, two, three] = &capture.requests[..] else { panic!("{} requests", capture.requests.len()) };
    assert_eq!((one.url.as_str(), two.url.as_str(), three.url.as_str()), (first, second, third));
    assert_eq!(
        (&two.initiator, &three.initiator),
        (&Initiator::Redirect { from: 1 }, &Initiator::Redirect { from: 2 })
    );
    assert!(one.cookies.is_empty(), "{:?}", one.cookies);
    assert_eq!((two.cookies[0].value.as_str(), two.cookies.len()), ("A", 1));
    assert_eq!((three.cookies[0].value.as_str(), three.cookies.len()), ("B", 1));
    assert!(two.headers.iter().all(|header| !header.name.starts_with(':')));
    let set = &two.response.as_ref().unwrap().cookies;
    assert_eq!((set[0].name.as_str(), set[0].max_age_seconds), ("s", Some(60)));
    assert_eq!((set[1].name.as_str(), set[1].domain.as_deref()), ("t", Some("mihon.example")));
    let last = three.response.as_ref().unwrap();
    assert_eq!(
        (last.cookies.len(), last.cookies[0].blocked.as_deref(), last.body_bytes),
        (1, Some("ThirdPartyPhaseout"), Some(43))
    );
    let held: Vec<&str> = capture.cookies.iter().map(|cookie| cookie.name.as_str()).collect();
    assert_eq!(held, ["s", "t"], "what was refused is not held");
}

#[test]
fn a_log_begun_late_says_what_it_lacks() {
    let capture = read_events(&[
        event(
            "Network.responseReceived",
            json!({"requestId": "9", "type": "Script", "response": {"url": HIT, "status": 200, "headers": {}}}),
        ),
        event("Network.loadingFinished", json!({"requestId": "8"})),
        event(
            "Network.webSocketFrameSent",
            json!({"requestId": "7", "response": {"opcode": 1, "payloadData": "hello"}}),
        ),
        request(
            "6",
            "Image",
            HIT,
            json!({"redirectResponse": {"url": "https://mae.mihon.example/", "status": 302, "headers": {}}}),
        ),
    ]);
    let kinds: Vec<(Channel, &str)> =
        capture.requests.iter().map(|request| (request.channel, request.url.as_str())).collect();
    assert_eq!(kinds[0], (Channel::Script, HIT));
    assert_eq!(kinds[1], (Channel::WebSocket, ""));
    assert_eq!(kinds[2], (Channel::Image, "https://mae.mihon.example/"));
    assert_eq!(capture.requests[3].initiator, Initiator::Redirect { from: 2 });
    assert_eq!(capture.faults.len(), 5, "{:?}", capture.faults);
    assert_eq!(capture.requests[1].messages[0].text, "hello");
}

#[test]
fn ids_are_told_apart_by_session_and_repeats_are_left_out() {
    let with = |session: &str, mut event: Value| {
        event["sessionId"] = session.into();
        event
    };
    let mut repeated = two();
    repeated.push(repeated[1].clone());
    assert_eq!(read_events(&repeated).requests.len(), 2);
    let other = "https://betsu.mihon.example/";
    let events = [
        page(PAGE),
        with("A", request("1", "Fetch", HIT, json!({}))),
        with("B", request("1", "Fetch", other, json!({"timestamp": 4.0}))),
        with("B", event("Network.loadingFailed", json!({"requestId": "1", "errorText": "net::ERR_FAILED"}))),
        with("A", event("Network.loadingFailed", json!({"requestId": "1", "blockedReason": "csp"}))),
        // The same request, told by a second session too.
        with(
            "C",
            request(
                "2",
                "Fetch",
                "https://futatabi.mihon.example/",
                json!({"timestamp": 5.0, "initiator": {"type": "other"}}),
            ),
        ),
        with("A", request("2", "Fetch", "https://futatabi.mihon.example/", json!({"timestamp": 5.0}))),
        // An id used again.
        with("A", request("1", "Fetch", "https://saido.mihon.example/", json!({"timestamp": 6.0}))),
    ];
    let capture = read_events(&events);
    assert_eq!(
        capture.requests.len(),
        5,
        "{:?}",
        capture.requests.iter().map(|request| &request.url).collect::<Vec<_>>()
    );
    assert_eq!(at(&capture, "/hit").outcome, Outcome::Blocked { reason: "csp".into() });
    assert_eq!(at(&capture, "betsu.mihon.example/").outcome, Outcome::Failed { error: "net::ERR_FAILED".into() });
    assert!(matches!(at(&capture, "futatabi.mihon.example/").initiator, Initiator::Parser { .. }));
    assert_eq!(at(&capture, "saido.mihon.example/").outcome, Outcome::Sent);
}

#[test]
fn channels_come_from_types_and_headers() {
    let kinds = [
        ("Ping", json!({}), Channel::Beacon),
        ("CSPViolationReport", json!({}), Channel::CspReport),
        ("TextTrack", json!({}), Channel::Track),
        ("Prefetch", json!({}), Channel::Prefetch),
        ("Script", json!({"Sec-Fetch-Dest": "worker"}), Channel::Worker),
        ("Script", json!({"Service-Worker": "script"}), Channel::ServiceWorker),
        ("Script", json!({"Sec-Purpose": "prefetch"}), Channel::Prefetch),
        ("Other", json!({"Sec-Fetch-Dest": "report", "Content-Type": "application/reports+json"}), Channel::Report),
        ("Other", json!({"Content-Type": "application/csp-report"}), Channel::CspReport),
        ("Document", json!({"Sec-Fetch-Dest": "embed"}), Channel::Object),
        ("Document", json!({"Sec-Fetch-Dest": "iframe"}), Channel::Frame),
        ("Document", json!({"Sec-Purpose": "prefetch;prerender"}), Channel::Prefetch),
        ("XHR", json!({}), Channel::Xhr),
        ("Fetch", json!({}), Channel::Fetch),
        ("EventSource", json!({}), Channel::EventSource),
        ("Manifest", json!({}), Channel::Manifest),
        ("SignedExchange", json!({}), Channel::Other),
        ("SomethingNew", json!({}), Channel::Other),
    ];
    for (kind, headers, channel) in kinds {
        let request = request("1", kind, HIT, json!({"request": {"url": HIT, "method": "GET", "headers": headers}}));
        assert_eq!(at(&read_events(&[page(PAGE), request]), "/hit").channel, channel, "{kind}");
    }
}

#[test]
fn bodies_are_kept_as_bytes() {
    let posted = |post: Value| {
        let mut sent = json!({"url": HIT, "method": "POST", "headers": {"Content-Type": "application/x"}});
        for (key, value) in post.as_object().unwrap() {
            sent[key] = value.clone();
        }
        request("1", "Fetch", HIT, json!({"request": sent}))
    };
    let body = |events: &[Value]| at(&read_events(events), "/hit").body.clone().unwrap();
    let entries = body(&[
        page(PAGE),
        posted(
            json!({"hasPostData": true, "postData": "?", "postDataEntries": [{"bytes": "AP8="}, {"bytes": "QQ=="}]}),
        ),
    ]);
    assert_eq!(
        (entries.bytes.as_slice(), entries.incomplete, entries.mime.as_deref()),
        ([0, 255, b'A'].as_slice(), false, Some("application/x"))
    );
    let missing = body(&[page(PAGE), posted(json!({"hasPostData": true}))]);
    assert!(missing.incomplete && missing.bytes.is_empty());
    let later = event("Shuhi.postData", json!({"requestId": "1", "base64": "aGFpa2Vu", "incomplete": false}));
    assert_eq!(body(&[page(PAGE), posted(json!({"hasPostData": true})), later]).bytes, b"haiken");
    let asked = json!({"id": 5, "method": "Network.getRequestPostData", "params": {"requestId": "1"}});
    let given = json!({"id": 5, "result": {"postData": "a=b"}});
    assert_eq!(body(&[page(PAGE), posted(json!({"hasPostData": true})), asked, given]).bytes, b"a=b");
}

#[test]
fn what_the_browser_stopped_is_no_transmission() {
    let end = |params: Value| {
        let capture =
            read_events(&[page(PAGE), request("1", "Image", HIT, json!({})), event("Network.loadingFailed", params)]);
        at(&capture, "/hit").outcome.clone()
    };
    let blocked = |reason: &str| Outcome::Blocked { reason: reason.into() };
    let failed = |error: &str| Outcome::Failed { error: error.into() };
    assert_eq!(end(json!({"requestId": "1", "blockedReason": "mixed-content"})), blocked("mixed-content"));
    assert_eq!(
        end(json!({"requestId": "1", "errorText": "net::ERR_BLOCKED_BY_CLIENT"})),
        blocked("net::ERR_BLOCKED_BY_CLIENT")
    );
    assert_eq!(end(json!({"requestId": "1", "blockedReason": "corp-not-same-origin"})), failed("corp-not-same-origin"));
    let cors = |error: &str| json!({"requestId": "1", "corsErrorStatus": {"corsError": error}});
    assert_eq!(end(cors("PreflightMissingAllowOriginHeader")), blocked("CORS: PreflightMissingAllowOriginHeader"));
    assert_eq!(end(cors("MissingAllowOriginHeader")), failed("CORS: MissingAllowOriginHeader"));
    let cached = read_events(&[
        page(PAGE),
        request("1", "Image", HIT, json!({})),
        event("Network.requestServedFromCache", json!({"requestId": "1"})),
        event(
            "Network.responseReceived",
            json!({"requestId": "1", "response": {"url": HIT, "status": 200, "headers": {}}}),
        ),
    ]);
    assert_eq!(
        (&cached.requests[1].outcome, cached.requests[1].response.as_ref().unwrap().from_cache),
        (&Outcome::Local, true)
    );
    let local =
        read_events(&[page(PAGE), request("1", "Image", "data:image/gif;base64,R0lGODlhAQABAAAAACw=", json!({}))]);
    assert_eq!(local.requests[1].outcome, Outcome::Local);
}

#[test]
fn sockets_streams_and_transports_carry_messages() {
    let initiator = crate::support::stack(&[("https://tag.mihon.example/t.js", "open", 4)]);
    let frame = |method: &str, opcode: u8, text: &str| {
        event(method, json!({"requestId": "W", "response": {"opcode": opcode, "payloadData": text}}))
    };
    let capture = read_events(&[
        page(PAGE),
        event(
            "Network.webSocketCreated",
            json!({"requestId": "W", "url": "wss://tag.mihon.example/ws", "initiator": initiator}),
        ),
        event(
            "Network.webSocketWillSendHandshakeRequest",
            json!({"requestId": "W", "timestamp": 2.0, "wallTime": 1_700_000_001.0, "request": {"headers": {"Cookie": "a=1; b=2"}}}),
        ),
        event(
            "Network.webSocketHandshakeResponseReceived",
            json!({"requestId": "W", "response": {"status": 101, "headers": {}}}),
        ),
        frame("Network.webSocketFrameSent", 1, "hello"),
        frame("Network.webSocketFrameReceived", 2, "AAE="),
        frame("Network.webSocketFrameSent", 9, ""),
        event(
            "Network.webTransportCreated",
            json!({"transportId": "T", "url": "https://tag.mihon.example/wt", "initiator": {"type": "script", "stack": {"callFrames": []}}}),
        ),
        request("E", "EventSource", "https://tag.mihon.example/es", json!({})),
        event("Network.eventSourceMessageReceived", json!({"requestId": "E", "eventName": "message", "data": "tick"})),
    ]);
    assert_eq!(capture.faults, []);
    let socket = at(&capture, "/ws");
    assert_eq!((socket.channel, socket.messages.len(), socket.cookies.len()), (Channel::WebSocket, 2, 2));
    assert!(socket.messages[1].binary && !socket.messages[1].sent);
    assert_eq!(socket.started_at.as_deref(), Some("2023-11-14T22:13:21Z"));
    assert_eq!(at(&capture, "/wt").channel, Channel::WebTransport);
    assert_eq!(at(&capture, "/es").messages[0].text, "tick");
}

#[test]
fn reports_are_transmissions_of_the_browser() {
    let report = |status: &str, attempts: u8| {
        event(
            "Network.reportingApiReportAdded",
            json!({"report": {"id": "R", "initiatorUrl": "https://mise.example/p", "destination": "kanshi", "type": "csp-violation",
                "timestamp": 1_700_000_000.0, "completedAttempts": attempts, "status": status, "body": {"blockedURL": HIT}}}),
        )
    };
    let endpoints = event(
        "Network.reportingApiEndpointsChangedForOrigin",
        json!({"origin": "https://mise.example", "endpoints": [{"url": "https://kanshi.mihon.example/r", "groupName": "kanshi"}]}),
    );
    let capture = read_events(&[page(PAGE), report("Queued", 0), endpoints.clone(), report("Success", 1)]);
    let sent = at(&capture, "/r");
    assert_eq!((sent.channel, &sent.outcome), (Channel::Report, &Outcome::Sent));
    assert_eq!(sent.initiator, Initiator::Browser { url: Some("https://mise.example/p".into()) });
    assert!(String::from_utf8_lossy(&sent.body.as_ref().unwrap().bytes).contains(HIT));
    // Where the sending itself was seen, that counts.
    let seen = event(
        "Shuhi.browserRequest",
        json!({"url": "https://kanshi.mihon.example/r", "method": "POST", "channel": "report", "headers": {}, "base64": ""}),
    );
    assert_eq!(read_events(&[page(PAGE), report("Success", 1), endpoints, seen]).requests.len(), 2);
    let lost = read_events(&[page(PAGE), report("Success", 1)]);
    assert!(lost.faults[0].what.contains("`kanshi`"), "{:?}", lost.faults);
}

#[test]
fn our_own_lines_are_taken() {
    let capture = read_events(&[
        event("Shuhi.begin", json!({"program": "shuhi 1", "browser": "Chrome/156"})),
        event(
            "Shuhi.page",
            json!({"index": 0, "url": "https://mise.example/#top", "width_px": 390, "started_at": "2026-11-28T01:00:00Z"}),
        ),
        event("Shuhi.choice", json!({"page": 0, "choice": "before"})),
        page(PAGE),
        event("Shuhi.choice", json!({"page": 0, "choice": "accepted", "by": "同意する"})),
        request("1", "Fetch", HIT, json!({})),
        event(
            "Shuhi.scriptCookie",
            json!({"cookie": "_uid=9; max-age=99", "url": PAGE, "stack": [{"url": "https://tag.mihon.example/t.js", "functionName": "set", "lineNumber": 1, "columnNumber": 0}]}),
        ),
        event(
            "Shuhi.cookies",
            json!({"page": 0, "choice": "accepted", "cookies": [{"name": "_uid", "value": "9", "domain": "mise.example", "path": "/", "expires": 1_800_000_000.5, "session": false}]}),
        ),
        event(
            "Shuhi.storage",
            json!({"page": 0, "choice": "accepted", "storage": "indexed_db", "origin": "https://mise.example", "key": "db/store/k", "value": "v"}),
        ),
        event("Shuhi.alias", json!({"host": "tag.mihon.example", "names": ["collect.betsu.example"]})),
        event("Shuhi.blocked", json!({"url": "https://soto.example/", "reason": "not loopback"})),
        event("Shuhi.fault", json!({"place": PAGE, "what": "it hung", "missing": "the rest"})),
        event("Shuhi.end", json!({})),
    ]);
    assert_eq!(capture.faults.len(), 1, "{:?}", capture.faults);
    assert_eq!(
        (capture.source.kind, capture.pages.len(), capture.pages[0].width_px),
        (SourceKind::Browser, 1, Some(390))
    );
    assert_eq!((capture.requests[0].choice, capture.requests[1].choice), (Choice::Before, Choice::Accepted));
    assert!(
        matches!(&capture.requests[1].aliases, shuhi_capture::Aliases::Resolved { names } if names == &["collect.betsu.example"])
    );
    let cookie = &capture.cookies[0];
    assert_eq!(
        (cookie.set_by.as_deref(), cookie.by_script, cookie.expires_at),
        (Some("https://tag.mihon.example/t.js"), true, Some(1_800_000_000))
    );
    assert_eq!(capture.cookies.len(), 1);
    assert_eq!(capture.storage[0].key, "db/store/k");
    assert_eq!(at(&capture, "soto.example/").outcome, Outcome::Blocked { reason: "not loopback".into() });
}

#[test]
fn events_nobody_knows_are_told() {
    let capture =
        read_events(&[page(PAGE), event("Network.somethingNew", json!({})), event("Network.somethingNew", json!({}))]);
    assert!(capture.faults[0].what.contains("2 events `Network.somethingNew`"), "{:?}", capture.faults);
}

#[test]
fn a_log_of_a_real_site_is_read_whole() {
    let capture = log("ilmessaggero.it.json");
    assert_eq!((capture.pages.len(), capture.requests.len()), (1, 189));
    assert_eq!(capture.pages[0].url, "https://www.ilmessaggero.it/");
    assert!(capture.requests.iter().all(|request| request.page == Some(0) && request.started_at.is_some()));
    // The log ends one request whose beginning it does not have.
    assert_eq!(capture.faults.len(), 1, "{:?}", capture.faults);
    let failed = capture.requests.iter().filter(|request| matches!(request.outcome, Outcome::Failed { .. })).count();
    assert!(failed > 0);
}

#[test]
fn logs_of_our_own_browser_have_no_faults() {
    for name in [
        "eval",
        "blob-script",
        "frame-script",
        "frame-srcdoc",
        "service-worker",
        "tag-calls-tag",
        "css-import",
        "form-get",
    ] {
        let capture = log(&format!("{name}.jsonl"));
        assert_eq!(capture.faults, [], "{name}");
    }
    assert_eq!(log("eval.jsonl").pages[0].final_url, None, "the empty page after a visit is no part of it");
    assert_eq!(at(&log("form-get.jsonl"), "q=%E8%A6%8B%E6%9C%AC").channel, Channel::Form);
    assert_eq!(at(&log("service-worker.jsonl"), "service-worker-part.js").channel, Channel::Script);
    assert_eq!(at(&log("service-worker.jsonl"), "/service-worker.js").channel, Channel::ServiceWorker);
}
