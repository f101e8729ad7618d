//! Which page sent what.

use serde_json::{Value, json};
use shuhi_capture::{Channel, Initiator, read_har};

use crate::har::{PAGE, document, entry, har, read};
use crate::support::{event, page, read as read_events, request};

#[test]
fn where_a_page_ended_up_is_followed() {
    let hop = |url: &str, to: &str| {
        let answer = json!({"status": 301, "headers": [{"name": "location", "value": to}], "content": {"mimeType": "text/html"}});
        entry(url, json!({"response": answer}))
    };
    let end = entry("https://www.mise.example/", json!({"response": {"content": {"mimeType": "text/html"}}}));
    let frame = entry("https://waku.example/", json!({"response": {"content": {"mimeType": "text/html"}}}));
    let capture = read(&[
        hop(PAGE, "https://mise.example/ja"),
        hop("https://mise.example/ja", "https://www.mise.example/"),
        end,
        frame,
    ]);
    assert_eq!(capture.pages[0].final_url.as_deref(), Some("https://www.mise.example/"));
    let channels: Vec<Channel> = capture.requests.iter().map(|request| request.channel).collect();
    assert_eq!(channels, [Channel::Document, Channel::Document, Channel::Document, Channel::Frame]);
    assert_eq!(read(&[document()]).pages[0].final_url, None);
}

#[test]
fn what_a_redirect_brings_along_is_no_channel() {
    let answer = json!({"status": 302, "headers": [{"name": "Location", "value": "https://b.mihon.example/p.gif"}], "content": {"mimeType": "text/html"}});
    let pixel = entry("https://b.mihon.example/p.gif", json!({"response": {"content": {"mimeType": "image/gif"}}}));
    let framed = json!({"status": 302, "headers": [{"name": "Location", "value": "https://b.mihon.example/f"}]});
    let capture = read(&[
        document(),
        entry("https://a.mihon.example/p", json!({"response": answer})),
        pixel,
        entry(
            "https://a.mihon.example/f",
            json!({"response": framed, "request": {"headers": [{"name": "Sec-Fetch-Dest", "value": "iframe"}]}}),
        ),
        entry("https://b.mihon.example/f", json!({"response": {"content": {"mimeType": "text/html"}}})),
    ]);
    let channels: Vec<Channel> = capture.requests.iter().skip(1).map(|request| request.channel).collect();
    assert_eq!(channels, [Channel::Image, Channel::Image, Channel::Frame, Channel::Frame]);
}

#[test]
fn entries_that_name_no_page_belong_to_the_last_opened() {
    let mut file = har(&[document(), entry("https://tsugi.example/", json!({"pageref": "page_2"}))]);
    file["log"]["pages"] = json!([
        {"id": "page_1", "title": PAGE, "startedDateTime": "2026-11-28T01:00:00Z"},
        {"id": "page_2", "title": "https://tsugi.example/", "startedDateTime": "2026-11-28T01:00:10Z"},
    ]);
    let entries = file["log"]["entries"].as_array_mut().unwrap();
    for (url, time) in
        [("https://a.mihon.example/", "2026-11-28T01:00:05Z"), ("https://b.mihon.example/", "2026-11-28T01:00:15Z")]
    {
        let mut homeless = entry(url, json!({"startedDateTime": time}));
        homeless.as_object_mut().unwrap().remove("pageref");
        entries.push(homeless);
    }
    let capture = read_har(file.to_string().as_bytes()).unwrap();
    let page_of = |url: &str| capture.requests.iter().find(|request| request.url == url).unwrap().page;
    assert_eq!((page_of("https://a.mihon.example/"), page_of("https://b.mihon.example/")), (Some(0), Some(1)));
    assert!(capture.faults[0].what.contains("(2)"), "{:?}", capture.faults);
}

#[test]
fn a_part_of_a_page_is_not_the_page() {
    let image = |headers: Value| {
        entry(
            "https://b.mihon.example/p.png",
            json!({"pageref": "lost", "request": {"headers": headers}, "response": {"content": {"mimeType": "image/png"}}}),
        )
    };
    let url = |headers: Value| read(&[document(), image(headers)]).pages[1].url.clone();
    assert_eq!(url(json!([{"name": "Referer", "value": "https://tsugi.example/"}])), "https://tsugi.example/");
    assert_eq!(url(json!([])), "https://b.mihon.example/p.png");
}

#[test]
fn browsers_that_number_documents_apart_have_pages() {
    let numbered = |id: &str, loader: &str, frame: &str, url: &str| {
        let with = json!({"loaderId": loader, "frameId": frame, "documentURL": url, "initiator": {"type": "other"}});
        request(id, "Document", url, with)
    };
    let capture = read_events(&[
        event("Page.frameAttached", json!({"frameId": "7.3", "parentFrameId": "7.1"})),
        numbered("7.1", "7.5", "7.1", PAGE),
        numbered("7.9", "7.6", "7.3", "https://waku.example/"),
    ]);
    assert_eq!(capture.pages.iter().map(|page| page.url.as_str()).collect::<Vec<_>>(), [PAGE]);
    assert_eq!((capture.requests[1].channel, capture.requests[1].page), (Channel::Frame, Some(0)));
    assert_eq!(capture.requests[0].initiator, Initiator::Navigation);
}

#[test]
fn frames_of_a_frames_own_process_are_no_pages() {
    let in_session = |mut event: Value| {
        event["sessionId"] = "S2".into();
        event
    };
    let document = |frame: &str, url: &str| {
        let with = json!({"loaderId": frame, "frameId": frame, "documentURL": url});
        in_session(request(frame, "Document", url, with))
    };
    let attached = |parent: Value| {
        let mut target = json!({"targetId": "F2", "type": "iframe", "url": ""});
        target["parentFrameId"] = parent;
        event("Target.attachedToTarget", json!({"sessionId": "S2", "targetInfo": target}))
    };
    for parent in [Value::Null, "F".into()] {
        let capture = read_events(&[
            page(PAGE),
            attached(parent),
            document("F2", "https://waku.example/"),
            document("F3", "https://naka.example/"),
        ]);
        assert_eq!(capture.pages.len(), 1);
        assert_eq!(capture.requests[2].frames, ["https://waku.example/", PAGE]);
        assert!(capture.requests.iter().skip(1).all(|request| request.channel == Channel::Frame));
    }
}

#[test]
fn a_page_opened_before_the_log_begins_is_known_by_what_it_sends() {
    let mut before = request("1", "Preflight", "https://api.mihon.example/", json!({}));
    before["params"]["documentURL"] = "https://api.mihon.example/".into();
    let capture = read_events(&[before, request("2", "Script", "https://tag.mihon.example/t.js", json!({}))]);
    assert_eq!(capture.pages.iter().map(|page| page.url.as_str()).collect::<Vec<_>>(), [PAGE]);
    assert_eq!(capture.requests[1].page, Some(0));
    assert!(capture.faults.iter().any(|fault| fault.what.contains("begins after its page")), "{:?}", capture.faults);
}
