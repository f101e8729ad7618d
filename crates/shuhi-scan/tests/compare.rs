//! What differs between an observation and a register, and what does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use shuhi_capture::Choice;
use support::{Bench, after, blocked, by_script, capture, request, script};

const SERVICE: &str = "
services:
  - {id: news, kind: online_service, channels: [browser], domains: [www.kakuu-shimpo.example]}
recipients:
  - {id: kaiseki, name: 株式会社架空解析, domains: [kaiseki.example]}
  - {id: shimpo, name: 株式会社架空新報社}
";

fn register(transmissions: &str) -> String {
    format!("{SERVICE}transmissions:\n{transmissions}")
}

/// An analytics tag with an identifier and the page's address.
const COLLECT: &str = "https://collect.kaiseki.example/c?client_id=8f14e45f-ceea-467f-a9d8-2f1c3b5d7e90&page_url=https%3A%2F%2Fwww.kakuu-shimpo.example%2F";
const TAG: &str = "https://tag.kaiseki.example/v2.js";

fn with_tag() -> shuhi_capture::Capture {
    let mut capture = capture();
    capture.requests.push(script(TAG));
    capture.requests.push(by_script(COLLECT, TAG));
    capture
}

const DECLARED: &str = "  - {id: analytics, service: news, recipient: kaiseki, destination: contractor, data: [other_identifier, behaviour_history], purposes: [analytics], notice: none}\n";

#[test]
fn what_is_not_declared_is_undeclared() {
    let bench = Bench::new();
    assert_eq!(bench.differences(&with_tag(), SERVICE), ["undeclared observed/kaiseki"]);
}

#[test]
fn what_is_declared_makes_no_difference() {
    let bench = Bench::new();
    assert_eq!(bench.differences(&with_tag(), &register(DECLARED)), Vec::<String>::new());
}

#[test]
fn what_was_blocked_was_not_sent() {
    let bench = Bench::new();
    let mut capture = capture();
    capture.requests.push(blocked(request("https://px.mitei.example/p.gif?uid=1")));
    assert_eq!(bench.differences(&capture, SERVICE), Vec::<String>::new());
}

#[test]
fn data_beyond_what_is_declared_is_named_with_where_it_stood() {
    let bench = Bench::new();
    let narrow = DECLARED.replace("other_identifier, behaviour_history", "behaviour_history");
    let found = bench.all_differences(&with_tag(), &register(&narrow));
    let [difference] = found.as_slice() else { panic!("one difference: {found:?}") };
    assert_eq!((difference.kind.id(), difference.subject.as_str()), ("data", "transmissions/analytics"));
    assert!(difference.evidence.iter().any(|line| line.contains("client_id")), "{:?}", difference.evidence);
    assert!(difference.say.ja.contains("その他の識別子"), "{}", difference.say.ja);
}

#[test]
fn what_any_request_carries_is_no_difference_of_data() {
    let bench = Bench::new();
    let mut capture = capture();
    capture.requests.push(request("https://img.kaiseki.example/logo.png"));
    let none = DECLARED.replace("other_identifier, behaviour_history", "");
    assert_eq!(bench.differences(&capture, &register(&none)), Vec::<String>::new());
}

#[test]
fn a_recipient_that_the_catalogue_checked_contradicts_another_name() {
    let bench = Bench::new();
    let mut capture = capture();
    capture.requests.push(script("https://www.clarity.ms/tag/abc"));
    let wrong = "  - {id: heatmap, service: news, trigger: 'https://www.clarity.ms/tag/abc', recipient: kaiseki, destination: third_party, data: [], purposes: [analytics], notice: none}\n";
    let found = bench.differences(&capture, &register(wrong));
    assert!(found.contains(&"recipient transmissions/heatmap".to_owned()), "{found:?}");
}

#[test]
fn consent_that_is_not_awaited_is_a_difference() {
    let bench = Bench::new();
    let on_consent = DECLARED.replace("notice: none", "notice: none, consent: {given: true}");
    assert_eq!(bench.differences(&with_tag(), &register(&on_consent)), ["without_consent transmissions/analytics"]);
    let mut awaited = capture();
    awaited.requests.push(after(Choice::Accepted, script(TAG)));
    awaited.requests.push(after(Choice::Accepted, by_script(COLLECT, TAG)));
    assert_eq!(bench.differences(&awaited, &register(&on_consent)), Vec::<String>::new());
    let mut refused = capture();
    refused.requests.push(after(Choice::Refused, by_script(COLLECT, TAG)));
    assert_eq!(bench.differences(&refused, &register(&on_consent)), ["without_consent transmissions/analytics"]);
}

#[test]
fn what_is_declared_and_not_seen_is_only_to_be_looked_at() {
    let bench = Bench::new();
    let found = bench.all_differences(&capture(), &register(DECLARED));
    let [difference] = found.as_slice() else { panic!("one difference: {found:?}") };
    assert_eq!(difference.kind.id(), "unseen");
    assert!(!difference.kind.contradicts());
}

#[test]
fn transmissions_of_other_services_and_of_apps_are_left_alone() {
    let bench = Bench::new();
    let other = "  - {id: app, service: app, recipient: kaiseki, notice: none}\n  - {id: shop, service: shop, recipient: kaiseki, notice: none}\n";
    let services = "
services:
  - {id: news, kind: online_service, channels: [browser], domains: [www.kakuu-shimpo.example]}
  - {id: shop, kind: online_service, channels: [browser]}
  - {id: app, kind: online_service, channels: [application]}
recipients: [{id: kaiseki, name: 株式会社架空解析, domains: [kaiseki.example]}]
";
    let found = bench.differences(&with_tag(), &format!("{services}transmissions:\n{other}"));
    assert_eq!(found, ["undeclared observed/kaiseki"]);
}

#[test]
fn the_providers_own_identifier_that_returns_to_it_is_no_difference() {
    let bench = Bench::new();
    let id = "5b2f6a1e-0c3d-4e5f-8a7b-9c0d1e2f3a4b";
    let mut capture = capture();
    capture.cookies.push(shuhi_capture::StoredCookie {
        name: "visit_id".to_owned(),
        value: id.to_owned(),
        domain: "www.kakuu-shimpo.example".to_owned(),
        page: Some(0),
        ..shuhi_capture::StoredCookie::default()
    });
    let visit = format!("https://www.kakuu-shimpo.example/visit?id={id}");
    capture.requests.push(by_script(&visit, "https://www.kakuu-shimpo.example/visit.js"));
    assert_eq!(bench.differences(&capture, SERVICE), Vec::<String>::new());
    let history = format!("{visit}&page_url=https%3A%2F%2Fwww.kakuu-shimpo.example%2Farticle");
    capture.requests.push(by_script(&history, "https://www.kakuu-shimpo.example/visit.js"));
    let found = bench.differences(&capture, SERVICE);
    assert_eq!(found, ["undeclared observed/own-www.kakuu-shimpo.example/visit.js"]);
}

#[test]
fn a_name_of_the_site_that_is_an_alias_of_somebody_else_is_a_third_party() {
    let bench = Bench::new();
    let mut capture = capture();
    let mut sent =
        by_script("https://metrics.kakuu-shimpo.example/b?page_url=https%3A%2F%2Fwww.kakuu-shimpo.example%2F", TAG);
    sent.aliases = shuhi_capture::Aliases::Resolved { names: vec!["shimpo.d1.kaiseki.example".to_owned()] };
    capture.requests.push(sent);
    let declared = bench.declared(SERVICE);
    let observation = bench.observe(&capture, &declared);
    let observed = observation.transmissions.iter().find(|found| found.party == shuhi_scan::Party::Third).unwrap();
    assert_eq!(observed.aliases, ["shimpo.d1.kaiseki.example"]);
}

#[test]
fn a_draft_of_what_is_missing_is_taken_by_the_register_and_ends_the_difference() {
    let bench = Bench::new();
    let declared = bench.declared(SERVICE);
    let mut capture = with_tag();
    capture.requests.push(script("https://www.clarity.ms/tag/abc"));
    let observation = bench.observe(&capture, &declared);
    let differences = shuhi_scan::compare(&observation, &declared, &bench.rulebook.vocabulary);
    assert_eq!(differences.len(), 2, "{differences:?}");
    let draft = shuhi_scan::missing_yaml(&observation, &differences, &declared).unwrap();
    let mut sources = shuhi_source::Sources::new();
    let files = [sources.add("register.yaml", SERVICE), sources.add("draft.yaml", draft.as_str())];
    let mut faults = shuhi_source::Faults::new();
    let at = jiff::civil::date(2026, 11, 28);
    let register = shuhi_register::Register::load(&sources, &files, &bench.rulebook, at, &mut faults);
    assert_eq!(faults.summary(&sources), "", "{draft}");
    let declared = shuhi_scan::Declared::of(&register.unwrap(), &bench.rulebook.vocabulary);
    let left = shuhi_scan::compare(&observation, &declared, &bench.rulebook.vocabulary);
    assert_eq!(left.len(), 0, "{left:?}\n{draft}");
}

#[test]
fn what_a_declared_tag_calls_in_is_not_declared_with_it() {
    let bench = Bench::new();
    let mut capture = with_tag();
    capture.requests.push(by_script("https://px.mitei.example/p.gif?visitor_id=5b2f6a1e0c3d4e5f8a7b9c0d1e2f3a4b", TAG));
    let declared = DECLARED.replace("service: news,", "service: news, trigger: 'https://tag.kaiseki.example/v2.js',");
    assert_eq!(bench.differences(&capture, &register(&declared)), ["undeclared observed/mitei.example"]);
}

#[test]
fn a_cookie_that_somebody_elses_script_set_goes_back_to_the_site_with_every_request() {
    let bench = Bench::new();
    let mut capture = with_tag();
    let value = "k1.8f14e45fceea467fa9d82f1c3b5d7e90";
    capture.cookies.push(shuhi_capture::StoredCookie {
        name: "kaiseki_cid".to_owned(),
        value: value.to_owned(),
        domain: "www.kakuu-shimpo.example".to_owned(),
        set_by: Some(TAG.to_owned()),
        by_script: true,
        page: Some(0),
        ..shuhi_capture::StoredCookie::default()
    });
    let mut resource = request("https://www.kakuu-shimpo.example/logo.png");
    resource.cookies.push(shuhi_capture::SentCookie { name: "kaiseki_cid".to_owned(), value: value.to_owned() });
    capture.requests.push(resource);
    assert_eq!(bench.differences(&capture, &register(DECLARED)), Vec::<String>::new());
}
