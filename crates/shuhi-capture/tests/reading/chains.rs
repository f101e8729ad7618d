//! From a request down to the tag.

use serde_json::{Value, json};
use shuhi_capture::{Capture, Cause, ContextKind};

use crate::support::{event, index, log, page, read, request, stack};

const PAGE: &str = "https://mise.example/";
const TAG: &str = "https://tag.mihon.example/t.js";
const HIT: &str = "https://tag.mihon.example/hit";

/// A chain in short: `script tag.js:3 send`, `called …`, `made`, `element :10`.
fn short(capture: &Capture, end: &str) -> Vec<String> {
    let name = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
    let line = |line: Option<u32>| line.map(|line| line.to_string()).unwrap_or_default();
    let steps = capture.chain(index(capture, end));
    steps
        .iter()
        .map(|cause| match cause {
            Cause::Script { place, called, inline, .. } => {
                let how = if *called {
                    "called"
                } else if *inline {
                    "inline"
                } else {
                    "script"
                };
                format!("{how} {}:{} {}", name(&place.url), line(place.line), place.function)
            }
            Cause::Made { place, .. } => format!("made {}", place.function),
            Cause::Element { place, .. } => format!("element {}:{}", name(&place.url), line(place.line)),
            Cause::Style { place, .. } => format!("style {}:{}", name(&place.url), line(place.line)),
            Cause::Frame { url, .. } => format!("frame {}", name(url)),
            Cause::Worker { url, worker, .. } => format!("worker {} {worker:?}", name(url)),
            Cause::Redirect { .. } => "redirect".into(),
            Cause::Preflight { .. } => "preflight".into(),
            Cause::Preload { .. } => "preload".into(),
            Cause::Navigation => "navigation".into(),
            Cause::Browser { .. } => "browser".into(),
            Cause::NotKnown { why } => format!("? {why}"),
        })
        .collect()
}

fn chain(events: &[Value], end: &str) -> Vec<String> {
    short(&read(events), end)
}

#[test]
fn what_the_browser_recorded_leads_to_the_tag() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("eval", "/hit/eval", &["made inEval", "inline eval.html:5 evaluate"]),
        ("new-function", "/hit/new-function", &["made ", "inline new-function.html:5 make"]),
        (
            "tag-calls-tag",
            "inner-tag.png",
            &["script inner-tag.js:2 inner", "script outer-tag.js:4 outer", "element tag-calls-tag.html:3"],
        ),
        (
            "frame-script",
            "hit/frame-script.html",
            &["script frame-script.js:4 addFrame", "element frame-script.html:4"],
        ),
        (
            "frame-srcdoc",
            "/hit/frame-srcdoc",
            &["inline about:srcdoc:1 ", "frame about:srcdoc", "element frame-srcdoc.html:"],
        ),
        ("css-import", "/hit/css-import.css", &["style css-import.css:1", "element css-import.html:3"]),
        (
            "worker-nested",
            "/hit/worker-nested",
            &[
                "script worker-nested-inner.js:4 sendFromInner",
                "worker worker-nested-inner.js Worker",
                "worker worker-nested-outer.js Worker",
                "element worker-nested.html:",
            ],
        ),
        (
            "service-worker",
            "/hit/service-worker",
            &[
                "script service-worker.js:3 told",
                "worker service-worker.js ServiceWorker",
                "element service-worker.html:",
            ],
        ),
        ("blob-script", "/hit/blob-script", &["script 0:1 ", "inline blob-script.html:8 addBlob"]),
    ];
    for (name, end, expected) in cases {
        let mut found = short(&log(&format!("{name}.jsonl")), end);
        if name == "blob-script" {
            found[0] = "script 0:1 ".into();
        }
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn the_direct_cause_is_the_innermost_script_and_others_are_named() {
    let library = "https://lib.mihon.example/l.js";
    let events = [
        page(PAGE),
        request("1", "Script", library, json!({})),
        request("2", "Script", TAG, json!({"initiator": {"type": "parser", "url": PAGE, "lineNumber": 19}})),
        request(
            "3",
            "XHR",
            HIT,
            json!({"initiator": stack(&[(library, "send", 2), (library, "ajax", 1), (TAG, "track", 6), (PAGE, "", 29)])}),
        ),
    ];
    assert_eq!(chain(&events, "/hit"), ["script l.js:3 send", "called t.js:7 track", "called :30 ", "element :10"]);
}

#[test]
fn calls_without_address_are_passed_over_or_said() {
    let known = [
        page(PAGE),
        request("1", "Script", TAG, json!({})),
        request("2", "Fetch", HIT, json!({"initiator": stack(&[("", "f", 0), (TAG, "g", 4)])})),
    ];
    assert_eq!(chain(&known, "/hit"), ["made f", "script t.js:5 g", "element :10"]);
    let unknown = [page(PAGE), request("2", "Fetch", HIT, json!({"initiator": stack(&[("", "f", 0)])}))];
    assert!(chain(&unknown, "/hit")[1].starts_with("? the script has no address"));
}

#[test]
fn an_inserted_inline_script_leads_to_who_inserted_it() {
    let parsed = |id: &str, url: &str, trace: Value| {
        event(
            "Debugger.scriptParsed",
            json!({"scriptId": id, "url": url, "startLine": 4, "startColumn": 0, "executionContextAuxData": {"frameId": "F"}, "stackTrace": trace}),
        )
    };
    let calls = |id: &str, url: &str, function: &str| json!({"callFrames": [{"scriptId": id, "url": url, "functionName": function, "lineNumber": 4, "columnNumber": 0}]});
    let named = |trace: Value| json!({"initiator": {"type": "script", "stack": trace}});
    let events = [
        page(PAGE),
        event("Page.frameNavigated", json!({"frame": {"id": "F", "loaderId": "P", "url": PAGE}})),
        request("1", "Script", TAG, json!({})),
        parsed("7", TAG, Value::Null),
        parsed("8", PAGE, calls("7", TAG, "insert")),
        request("2", "Fetch", HIT, named(calls("8", PAGE, "inserted"))),
    ];
    assert_eq!(chain(&events, "/hit"), ["made inserted", "script t.js:5 insert", "element :10"]);
    // An eval that calls itself something by a comment is still an eval.
    let mut renamed = parsed("9", "https://uso.mihon.example/fake.js", calls("7", TAG, "evaluate"));
    renamed["params"]["hasSourceURL"] = true.into();
    let events = [
        events[0].clone(),
        events[1].clone(),
        events[2].clone(),
        events[3].clone(),
        renamed,
        request("2", "Fetch", HIT, named(calls("9", "https://uso.mihon.example/fake.js", "f"))),
    ];
    assert_eq!(chain(&events, "/hit"), ["made f", "script t.js:5 evaluate", "element :10"]);
}

#[test]
fn frames_workers_and_pages_around_are_followed() {
    let inner = "https://waku.mihon.example/f.html";
    let in_frame = |id: &str, kind: &str, url: &str, initiator: Value| {
        request(id, kind, url, json!({"frameId": "G", "loaderId": "D", "documentURL": inner, "initiator": initiator}))
    };
    let mut attached = event(
        "Target.attachedToTarget",
        json!({"sessionId": "W", "targetInfo": {"targetId": "T", "type": "worker", "url": "https://tag.mihon.example/w.js"}}),
    );
    attached["sessionId"] = "S".into();
    let mut sent = request(
        "9",
        "Fetch",
        HIT,
        json!({"frameId": "", "loaderId": "", "initiator": stack(&[("https://tag.mihon.example/w.js", "work", 1)])}),
    );
    sent["sessionId"] = "W".into();
    let events = [
        event(
            "Target.attachedToTarget",
            json!({"sessionId": "S", "targetInfo": {"targetId": "F", "type": "page", "url": ""}}),
        ),
        page(PAGE),
        event("Page.frameNavigated", json!({"frame": {"id": "F", "loaderId": "P", "url": PAGE}})),
        request("1", "Script", TAG, json!({})),
        event(
            "Page.frameAttached",
            json!({"frameId": "G", "parentFrameId": "F", "stack": {"callFrames": [{"url": TAG, "functionName": "frame", "lineNumber": 1, "columnNumber": 0}]}}),
        ),
        request(
            "D",
            "Document",
            inner,
            json!({"frameId": "G", "loaderId": "D", "documentURL": inner, "initiator": {"type": "other"}}),
        ),
        in_frame(
            "3",
            "Script",
            "https://waku.mihon.example/i.js",
            json!({"type": "parser", "url": inner, "lineNumber": 2}),
        ),
        in_frame(
            "4",
            "Image",
            "https://waku.mihon.example/p.gif",
            stack(&[("https://waku.mihon.example/i.js", "pixel", 0)]),
        ),
        request(
            "5",
            "Script",
            "https://tag.mihon.example/w.js",
            json!({"request": {"url": "https://tag.mihon.example/w.js", "method": "GET", "headers": {"Sec-Fetch-Dest": "worker"}}, "initiator": stack(&[(TAG, "start", 8)])}),
        ),
        attached,
        sent,
    ];
    let capture = read(&events);
    assert_eq!(
        short(&capture, "p.gif"),
        ["script i.js:1 pixel", "element f.html:3", "frame f.html", "script t.js:2 frame", "element :10"]
    );
    assert_eq!(
        short(&capture, "/hit"),
        ["script w.js:2 work", "worker w.js Worker", "script t.js:9 start", "element :10"]
    );
    let pixel = &capture.requests[index(&capture, "p.gif")];
    assert_eq!((pixel.document_url.as_deref(), pixel.frames.as_slice()), (Some(inner), [PAGE.to_owned()].as_slice()));
    assert_eq!(capture.contexts[capture.requests[index(&capture, "/hit")].context.unwrap()].kind, ContextKind::Worker);
}

#[test]
fn a_stack_that_goes_on_in_another_debugger_is_joined_or_said() {
    let trace = json!({"callFrames": [{"url": "https://tag.mihon.example/w.js", "functionName": "work", "lineNumber": 1, "columnNumber": 0}], "parentId": {"id": "1", "debuggerId": "x.y"}});
    let sent = request("9", "Fetch", HIT, json!({"initiator": {"type": "script", "stack": trace}}));
    let told = event(
        "Shuhi.stackTrace",
        json!({"id": "1", "debuggerId": "x.y", "stackTrace": {"description": "Worker Created", "callFrames": [{"url": TAG, "functionName": "start", "lineNumber": 8, "columnNumber": 0}]}}),
    );
    let script = request("1", "Script", TAG, json!({}));
    let worker = request("2", "Script", "https://tag.mihon.example/w.js", json!({"timestamp": 2.5}));
    let joined = [page(PAGE), script.clone(), worker.clone(), sent.clone(), told];
    assert_eq!(chain(&joined, "/hit")[..2], ["script w.js:2 work", "called t.js:9 start"]);
    let cut = read(&[page(PAGE), script, worker, sent]);
    assert!(cut.faults[0].what.contains("another debugger"), "{:?}", cut.faults);
}

#[test]
fn calls_that_only_our_own_browser_sees_are_joined() {
    let call = |url: &str, what: &str| {
        let calls = [json!({"url": TAG, "functionName": "begin", "lineNumber": 8, "columnNumber": 0})];
        event("Shuhi.started", json!({"what": what, "url": url, "stack": calls}))
    };
    let navigation = |url: &str| {
        request("N", "Document", url, json!({"loaderId": "N", "documentURL": url, "initiator": {"type": "other"}}))
    };
    let (stream, worker, form) =
        ("https://tag.mihon.example/es", "https://tag.mihon.example/w.js", "https://tag.mihon.example/f?q=1");
    let by_page = json!({"initiator": {"type": "other", "url": PAGE}});
    let events = [
        event("Shuhi.begin", json!({})),
        event("Shuhi.page", json!({"url": PAGE})),
        page(PAGE),
        request("1", "Script", TAG, json!({})),
        call(stream, "EventSource"),
        request("2", "EventSource", stream, json!({"initiator": {"type": "other"}})),
        request("3", "Script", worker, by_page),
        event(
            "Target.attachedToTarget",
            json!({"sessionId": "W", "targetInfo": {"targetId": "3", "type": "worker", "url": worker}}),
        ),
        call(worker, "Worker"),
        call("https://tag.mihon.example/f", "form"),
        navigation(form),
        event("Shuhi.end", json!({})),
    ];
    for end in ["/es", "/w.js", "/f?q=1"] {
        assert_eq!(chain(&events, end), ["script t.js:9 begin", "element :10"], "{end}");
    }
    assert_eq!(read(&events).requests[index(&read(&events), "/f?q=1")].channel, shuhi_capture::Channel::Form);
}

#[test]
fn missing_ends_and_circles_are_said() {
    let lost = [
        page(PAGE),
        request("2", "Fetch", HIT, json!({"initiator": stack(&[("https://nai.mihon.example/x.js", "f", 0)])})),
    ];
    assert_eq!(
        chain(&lost, "/hit")[1],
        "? the capture does not have the request that fetched `https://nai.mihon.example/x.js`"
    );
    let (a, b) = ("https://a.mihon.example/a.js", "https://b.mihon.example/b.js");
    let circle = [
        page(PAGE),
        request("1", "Script", a, json!({"initiator": stack(&[(b, "f", 0)])})),
        request("2", "Script", b, json!({"initiator": stack(&[(a, "g", 0)])})),
    ];
    assert_eq!(chain(&circle, "b.js").last().unwrap(), "? the causes go round in a circle");
    let extension = [
        page(PAGE),
        request("2", "Fetch", HIT, json!({"initiator": stack(&[("chrome-extension://abc/x.js", "f", 0)])})),
    ];
    assert_eq!(chain(&extension, "/hit")[1], "? the script is part of an extension of the browser");
    let preflight = [
        page(PAGE),
        request("1", "Fetch", HIT, json!({})),
        request(
            "1p",
            "Preflight",
            "https://tag.mihon.example/pre",
            json!({"initiator": {"type": "preflight", "requestId": "1"}}),
        ),
    ];
    assert_eq!(chain(&preflight, "/pre"), ["preflight", "element :10"]);
    assert!(matches!(read(&lost).chain(99)[..], [Cause::NotKnown { .. }]));
}
