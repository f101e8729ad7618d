//! The tags of a page as a tree.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use shuhi_capture::{Capture, Channel, Initiator, Page, Request, StackFrame, TagKind, TagNode, read_har};

use crate::support::{file, log, page, read, request, stack};

fn outline(capture: &Capture) -> Vec<String> {
    fn walk(capture: &Capture, node: &TagNode, depth: usize, lines: &mut Vec<String>) {
        let name = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        let indent = " ".repeat(depth);
        lines.push(format!("{indent}{:?} {}", node.kind, name(&node.url)));
        lines.extend(
            node.requests.iter().map(|request| format!("{indent} - {}", name(&capture.requests[*request].url))),
        );
        for child in &node.children {
            walk(capture, child, depth + 1, lines);
        }
    }
    let mut lines = Vec::new();
    for node in capture.tree(0) {
        walk(capture, &node, 0, &mut lines);
    }
    lines
}

#[test]
fn a_tag_that_calls_a_tag_nests() {
    let expected = [
        "Document tag-calls-tag.html",
        " - favicon.ico",
        " Script outer-tag.js",
        "  Script inner-tag.js",
        "   - inner-tag.png",
    ];
    assert_eq!(outline(&log("tag-calls-tag.jsonl")), expected);
    assert_eq!(
        outline(&log("eval.jsonl")),
        ["Document eval.html", " - favicon.ico", " InlineScript eval.html", "  MadeScript ", "   - eval"]
    );
    assert_eq!(
        outline(&log("worker-nested.jsonl")),
        [
            "Document worker-nested.html",
            " - favicon.ico",
            " Worker worker-nested-outer.js",
            "  Worker worker-nested-inner.js",
            "   - worker-nested"
        ]
    );
}

#[test]
fn hops_of_a_redirect_stand_together() {
    let hop = |from: &str, to: &str| {
        request(
            "1",
            "Image",
            to,
            json!({"timestamp": 3.0, "redirectResponse": {"url": from, "status": 302, "headers": {}}}),
        )
    };
    let tag = "https://tag.mihon.example/t.js";
    let capture = read(&[
        page("https://mise.example/"),
        request("0", "Script", tag, json!({})),
        request("1", "Image", "https://a.mihon.example/a", json!({"initiator": stack(&[(tag, "sync", 0)])})),
        hop("https://a.mihon.example/a", "https://b.mihon.example/b"),
        hop("https://b.mihon.example/b", "https://c.mihon.example/c"),
    ]);
    assert_eq!(outline(&capture), ["Document ", " Script t.js", "  - a", "  - b", "  - c"]);
    assert_eq!(capture.tree(0)[0].children[0].at.as_ref().unwrap().line, Some(10));
}

#[test]
fn circles_end_and_what_is_not_known_stands_apart() {
    let (a, b) = ("https://a.mihon.example/a.js", "https://b.mihon.example/b.js");
    let capture = read(&[
        page("https://mise.example/"),
        request("1", "Script", a, json!({"initiator": stack(&[(b, "f", 0)])})),
        request("2", "Script", b, json!({"initiator": stack(&[(a, "g", 0)])})),
        request("3", "Fetch", "https://tag.mihon.example/hit", json!({"initiator": {"type": "other"}})),
    ]);
    every_request_once(&capture);
    let last = capture.tree(0).pop().unwrap();
    assert_eq!((last.kind, last.requests), (TagKind::NotKnown, vec![3]));
}

#[test]
fn every_request_of_a_real_site_stands_once() {
    every_request_once(&log("ilmessaggero.it.json"));
    every_request_once(&read_har(&file("www.bbc.com.har")).unwrap());
    // This log has initiators: only what the script of the measuring program itself asked for has no cause.
    let unknown: usize = log("ilmessaggero.it.json")
        .tree(0)
        .iter()
        .filter(|node| node.kind == TagKind::NotKnown)
        .map(|node| node.all_requests().len())
        .sum();
    assert_eq!(unknown, 3);
}

#[track_caller]
fn every_request_once(capture: &Capture) {
    let causes = capture.causes();
    let pages = (0..capture.pages.len()).map(Some).chain([None]);
    let mut all: Vec<usize> = pages.flat_map(|page| causes.tree(page)).flat_map(|node| node.all_requests()).collect();
    all.sort_unstable();
    assert_eq!(all, (0..capture.requests.len()).collect::<Vec<_>>());
}

/// A request with an initiator that may name anything, itself included.
fn any_request(count: usize) -> impl Strategy<Value = Request> {
    let url = (0..count + 2).prop_map(move |number| {
        if number > count { String::new() } else { format!("https://s{number}.mihon.example/") }
    });
    let frame = (url.clone(), any::<bool>()).prop_map(|(url, made)| StackFrame {
        made_by: if made {
            vec![StackFrame { url: url.clone(), line: 3, ..StackFrame::default() }]
        } else {
            Vec::new()
        },
        url,
        line: 1,
        ..StackFrame::default()
    });
    let initiator = prop_oneof![
        Just(Initiator::NotKnown),
        Just(Initiator::Navigation),
        url.clone().prop_map(|url| Initiator::Parser { url, line: Some(1), column: None }),
        vec(frame, 0..4).prop_map(|stack| Initiator::Script { stack }),
        (0..count + 1).prop_map(|from| Initiator::Redirect { from }),
        (0..count + 1).prop_map(|of| Initiator::Preflight { of }),
        url.clone().prop_map(|url| Initiator::Browser { url: Some(url) }),
    ];
    let channel = prop_oneof![
        Just(Channel::Document),
        Just(Channel::Frame),
        Just(Channel::Script),
        Just(Channel::Style),
        Just(Channel::Image),
        Just(Channel::Worker)
    ];
    (prop_oneof![Just(None), Just(Some(0)), Just(Some(1))], url, initiator, channel)
        .prop_map(|(page, url, initiator, channel)| Request { page, url, initiator, channel, ..Request::default() })
}

proptest! {
    #[test]
    fn whatever_the_causes_every_request_stands_once(requests in (1_usize..24).prop_flat_map(|count| vec(any_request(count), count))) {
        let capture = Capture { pages: vec![Page::default(), Page::default()], requests, ..Capture::default() };
        every_request_once(&capture);
        for request in 0..capture.requests.len() {
            prop_assert!(!capture.chain(request).is_empty());
        }
    }
}

#[test]
fn a_very_long_chain_of_tags_is_no_trouble() {
    let url = |number: usize| format!("https://s{number}.mihon.example/");
    let events: Vec<Value> = std::iter::once(page("https://mise.example/"))
        .chain((0..3_000).map(|number| {
            let by = if number == 0 { "https://mise.example/".to_owned() } else { url(number - 1) };
            request(
                &number.to_string(),
                "Script",
                &url(number),
                json!({"initiator": stack(&[(by.as_str(), "next", 0)])}),
            )
        }))
        .collect();
    every_request_once(&read(&events));
}
