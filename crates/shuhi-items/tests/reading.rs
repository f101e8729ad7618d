//! What is told without knowing the service, whose identifiers they are, and whether users must be told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod common;

use common::{adapters, post, request, with_cookie, with_header};
use shuhi_capture::{Request, Storage, StoredCookie, StoredItem};
use shuhi_items::{Held, Honey, Item, NeedsNotice, Party, Reading, Source, Terminal, Tier, read, summarise};
use shuhi_source::{Faults, Sources};

const PAGE: &str = "https://www.example.jp/cart";

fn third() -> Terminal {
    Terminal::new(Some(PAGE), Party::Third, &Held::default())
}

fn reading(sent: &Request, terminal: &Terminal) -> Reading {
    read(sent, terminal, &Honey::default(), adapters())
}

fn at<'r>(reading: &'r Reading, path: &str) -> Option<&'r Item> {
    reading.items.iter().find(|item| item.found_at == path)
}

fn properties(sent: &Request) -> Vec<(String, String)> {
    reading(sent, &third()).items.into_iter().map(|item| (item.item, item.property)).collect()
}

fn cookie(name: &str, value: &str, domain: &str, set_by: Option<&str>) -> StoredCookie {
    StoredCookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: domain.to_owned(),
        path: "/".to_owned(),
        set_by: set_by.map(str::to_owned),
        ..StoredCookie::default()
    }
}

#[test]
fn what_any_request_carries() {
    let mut sent = request("https://t.mihon.example/p");
    for (name, value) in [
        ("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0"),
        ("Accept-Language", "ja,en-US;q=0.9"),
        ("Referer", "https://www.example.jp/"),
        ("Sec-CH-UA-Platform", "\"Windows\""),
        ("Sec-CH-UA-Model", "\"Mihon One\""),
        ("Accept", "*/*"),
        ("X-Requested-With", "jp.example.app"),
    ] {
        sent = with_header(sent, name, value);
    }
    let found = reading(&sent, &third());
    for (path, item, inherent) in [
        ("header.user-agent", "operating_system", true),
        ("header.accept-language", "language_settings", true),
        ("header.referer", "behaviour_history", true),
        ("header.sec-ch-ua-platform.json", "operating_system", true),
        ("header.sec-ch-ua-model.json", "other", false),
    ] {
        let item_found = at(&found, path).unwrap_or_else(|| panic!("{path} in {:?}", found.items));
        assert_eq!((item_found.item.as_str(), item_found.inherent), (item, inherent), "{path}");
        assert_eq!(item_found.recorded_on_terminal, Some(true), "{path}");
        assert!(!item_found.reason.ja.is_empty() && !item_found.reason.en.is_empty());
    }
    assert!(at(&found, "header.accept").is_none() && at(&found, "header.x-requested-with").is_none());
}

#[test]
fn named_and_shaped_values_are_told() {
    for (query, item, property) in [
        ("uid=3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a", "other_identifier", "identifier"),
        ("xyz=3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a", "other_identifier", "identifier"),
        ("visitor_id=123456789", "other_identifier", "identifier"),
        ("member_id=00012345", "own_identifier", "user_id"),
        ("gclid=EAIaIQobChMImihon", "other_identifier", "click_id"),
        ("idfa=AAAAAAAA-1111-4222-8333-BBBBBBBBBBBB", "advertising_identifier", "advertising_id"),
        ("idfv=AAAAAAAA-1111-4222-8333-BBBBBBBBBBBB", "device_identifier", "vendor_id"),
        ("sr=1920x1080", "screen_settings", "screen_resolution"),
        ("sw=390", "screen_settings", "screen_width"),
        ("lang=ja-JP", "language_settings", "language"),
        ("em=0b1a2c3d4e5f60718293a4b5c6d7e8f90b1a2c3d4e5f60718293a4b5c6d7e8f9", "user_identification", "email_hash"),
        ("x=hanako.mihon%40example.jp", "user_identification", "email"),
        ("tel=090-1234-5678", "user_identification", "telephone"),
        ("zip=100-0001", "user_identification", "postal_code"),
        ("u=https%3A%2F%2Fwww.example.jp%2Fcart", "behaviour_history", "page_url"),
        ("ref=https%3A%2F%2Fwww.example.com%2F", "behaviour_history", "referrer"),
        ("title=%E8%A6%8B%E6%9C%AC%E3%81%AE%E9%A0%81", "behaviour_history", "page_title"),
        ("tz=Asia%2FTokyo", "other", "time_zone"),
        ("ll=35.6812%2C139.7671", "location", "coordinates"),
        ("ip=192.0.2.1", "other", "public_ip"),
        ("client_ip=192.0.2.1", "other", "public_ip"),
    ] {
        let found = properties(&request(&format!("https://t.mihon.example/p?{query}")));
        assert!(found.contains(&(item.to_owned(), property.to_owned())), "{query}: {found:?}");
    }
}

#[test]
fn what_is_none_is_not_told() {
    for query in [
        "cb=8471029384710293",
        "_=1732780800123",
        "rnd=0.8374652910",
        "ord=3f2a9c1e7b444d0e9a510c6d8e2f1b7a",
        "ts=1732780800123",
        "t=2026-11-28T09:45:00.000Z",
        "date=20261128094500",
        "v=2.14.0-beta.3",
        "version=9f86d081884c7d659a2feaa0c55ad015",
        "build=20261128.1-9f86d08",
        "file=main.9f86d081884c7d65.js",
        "src=app.3f2a9c1e7b44.chunk.css",
        "request_id=3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a",
        "trace_id=9f86d081884c7d659a2feaa0c55ad015",
        "idfa=00000000-0000-0000-0000-000000000000",
        "uid=00000000-0000-0000-0000-000000000000",
        "lat=35.6812",
        "zip=12345",
        "code=1000001",
        "page=product-detail-page",
        "q=logo@2x.png",
        "w=1920",
        "pub=3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a",
        "site_id=9f86d081884c7d659a2feaa0c55ad015",
        "id=12",
        "step=checkout_completed_v2",
    ] {
        let found = properties(&request(&format!("https://t.mihon.example/p?{query}")));
        assert!(found.is_empty(), "{query}: {found:?}");
    }
    // A token against forged requests is no identifier.
    for query in ["csrf_token=aB3dE6fH9jK2mN5pQ8sT1vX4", "_token=aB3dE6fH9jK2mN5pQ8sT1vX4"] {
        let found = properties(&request(&format!("https://t.mihon.example/p?{query}")));
        assert_eq!(found, [("security_data".to_owned(), "csrf_token".to_owned())], "{query}");
    }
    // Nor is a hash in the path of a file, or a number of an article in the address of a page.
    let sent = request("https://cdn.mihon.example/assets/3f2a9c1e7b444d0e9a510c6d8e2f1b7a/app.9f86d081.js");
    assert!(properties(&sent).is_empty());
    let sent = request(
        "https://t.mihon.example/p?u=https%3A%2F%2Fwww.example.jp%2Fa%2F3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a%3Fitem%3D3f2a9c1e7b444d0e9a51",
    );
    assert_eq!(properties(&sent), [("behaviour_history".to_owned(), "page_url".to_owned())]);
}

#[test]
fn why_something_is_none_is_told() {
    let sent = request("https://t.mihon.example/p?cb=8471029384710293&idfa=00000000-0000-0000-0000-000000000000");
    let found = reading(&sent, &third());
    let reasons: Vec<&str> = found.not_items.iter().map(|none| none.reason.en.as_str()).collect();
    assert!(reasons.iter().any(|reason| reason.contains("caches")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("zeros")), "{reasons:?}");
}

#[test]
fn coordinates_need_a_pair() {
    let sent = request("https://t.mihon.example/p?lat=35.6812&lng=139.7671");
    let found: Vec<String> = properties(&sent).into_iter().map(|(_, property)| property).collect();
    assert_eq!(found, ["latitude", "longitude"]);
    let body = r#"{"geo":{"lat":35.6812,"lon":139.7671},"other":{"lat":35.6812}}"#;
    let sent = post("https://t.mihon.example/p", "application/json", body);
    let found = reading(&sent, &third());
    assert!(at(&found, "body.json.geo.lat").is_some() && at(&found, "body.json.other.lat").is_none());
}

#[test]
fn values_that_name_people_are_masked() {
    let sent =
        request("https://t.mihon.example/p?x=hanako.mihon%40example.jp&uid=3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a");
    for item in reading(&sent, &third()).items {
        assert!(!item.value_excerpt.contains("mihon") && !item.value_excerpt.contains("7b44"), "{item:?}");
        assert!(item.value_excerpt.contains('…'));
    }
}

#[test]
fn the_providers_own_identifier_returns() {
    let id = "3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a";
    let cookies = [cookie("mihon_visitor", id, ".example.jp", Some("https://www.example.jp/"))];
    let held = Held::of(&cookies, &[], Some(PAGE));
    let own = Terminal::new(Some(PAGE), Party::First, &held);
    let sent = request(&format!("https://log.example.jp/p?v={id}"));
    let found = reading(&sent, &own);
    let item = at(&found, "query.v").expect("the identifier");
    assert_eq!(item.item, "own_identifier");
    assert_eq!(item.recorded_on_terminal, Some(true));
    assert_eq!(item.held_in.as_ref().map(|held| held.key.as_str()), Some("mihon_visitor"));
    let NeedsNotice::Exempt { reason, cite } = &item.needs_notice else { panic!("{:?}", item.needs_notice) };
    assert!(reason.en.contains("mihon_visitor") && reason.ja.contains("mihon_visitor"));
    assert_eq!((cite[0].law.as_str(), cite[0].at.as_str()), ("tba", "27-12(ii)"));
    // Whatever the parameter is called.
    let named = reading(&request(&format!("https://log.example.jp/p?cb={id}")), &own);
    assert_eq!(at(&named, "query.cb").map(|item| item.item.as_str()), Some("own_identifier"));
    // The same to somebody else: no exemption, and it is not theirs.
    let found = reading(&sent, &Terminal::new(Some(PAGE), Party::Third, &held));
    let item = at(&found, "query.v").expect("the identifier");
    assert_eq!(item.item, "other_identifier");
    assert!(!matches!(item.needs_notice, NeedsNotice::Exempt { .. }));
    assert!(item.reason.en.contains("mihon_visitor"), "{}", item.reason.en);
}

#[test]
fn storage_proves_as_well_and_what_others_set_does_not() {
    let id = "aB3dE6fH9jK2mN5pQ8sT1vX4";
    let stored = StoredItem {
        storage: Storage::Local,
        origin: "https://www.example.jp".to_owned(),
        key: "visitor".to_owned(),
        value: format!("{{\"id\":\"{id}\"}}"),
        page: None,
        choice: shuhi_capture::Choice::NotKnown,
    };
    let held = Held::of(&[], &[stored], Some(PAGE));
    let sent = request(&format!("https://log.example.jp/p?visitor_id={id}"));
    let found = reading(&sent, &Terminal::new(Some(PAGE), Party::First, &held));
    assert_eq!(at(&found, "query.visitor_id").expect("the identifier").item, "own_identifier");

    for stored in [
        cookie("_ga", "GA1.1.1098115397.1732780800", ".example.jp", None),
        cookie("mihon", "GA1.1.1098115397.1732780800", ".example.jp", Some("https://tag.mihon.example/t.js")),
        cookie("mihon", "GA1.1.1098115397.1732780800", ".mihon.example", None),
    ] {
        let held = Held::of(&[stored], &[], Some(PAGE));
        let sent = request("https://log.example.jp/p?visitor_id=1098115397.1732780800");
        let found = reading(&sent, &Terminal::new(Some(PAGE), Party::First, &held));
        let item = at(&found, "query.visitor_id").expect("the identifier");
        assert_eq!(item.item, "other_identifier", "{:?}", item.held_in);
        assert!(!matches!(item.needs_notice, NeedsNotice::Exempt { .. }), "{:?}", item.needs_notice);
    }
}

#[test]
fn cookies_that_go_with_a_request() {
    let id = "3f2a9c1e7b444d0e9a510c6d8e2f1b7a";
    let mut sent = request("https://www.example.jp/api");
    for (name, value) in [
        ("mihon_v", id),
        ("_ga", "GA1.1.1098115397.1732780800"),
        ("AWSALB", "aB3dE6fH9jK2mN5pQ8sT1vX4"),
        ("connect.sid", "s:aB3dE6fH9jK2.mN5pQ8sT1vX4"),
        ("theme", "dark"),
        ("OptanonConsent", "groups=1:1"),
    ] {
        sent = with_cookie(sent, name, value);
    }
    let found = reading(&sent, &Terminal::new(Some(PAGE), Party::First, &Held::default()));
    for (path, item) in [
        ("cookie.mihon_v", "own_identifier"),
        ("cookie._ga", "other_identifier"),
        ("cookie.AWSALB", "network_data"),
        ("cookie.\"connect.sid\"", "authentication_data"),
        ("cookie.theme", "other"),
        ("cookie.OptanonConsent", "other"),
    ] {
        let found = at(&found, path).unwrap_or_else(|| panic!("{path} in {:?}", found.items));
        assert_eq!((found.item.as_str(), found.recorded_on_terminal), (item, Some(true)), "{path}");
    }
    assert!(matches!(at(&found, "cookie.mihon_v").expect("it").needs_notice, NeedsNotice::Exempt { .. }));
    let sent = with_cookie(request("https://t.mihon.example/p"), "m", id);
    assert_eq!(at(&reading(&sent, &third()), "cookie.m").expect("it").item, "other_identifier");
}

#[test]
fn notice_follows_from_purposes_and_asks_for_the_rest() {
    let sent =
        request("https://t.mihon.example/p?sr=1920x1080&uid=3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a&client_ip=192.0.2.1");
    let screen =
        |terminal: &Terminal| at(&reading(&sent, terminal), "query.sr").expect("the screen").needs_notice.clone();
    let purposes = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let fields = |notice: NeedsNotice| match notice {
        NeedsNotice::NotKnown { questions } => questions.into_iter().map(|question| question.field).collect(),
        other => vec![format!("{other:?}")],
    };
    assert_eq!(fields(screen(&third())), ["purposes", "only_necessary_data"]);
    assert!(matches!(screen(&third().with_purposes(&purposes(&["display"]))), NeedsNotice::Exempt { .. }));
    assert!(matches!(screen(&third().with_purposes(&purposes(&["display", "analytics"]))), NeedsNotice::Needs { .. }));
    assert_eq!(fields(screen(&third().with_purposes(&purposes(&["authentication"])))), ["only_necessary_data"]);
    let found = reading(&sent, &third().with_purposes(&purposes(&["advertising"])));
    let address = at(&found, "query.client_ip").expect("the address");
    assert!(matches!(address.needs_notice, NeedsNotice::Exempt { .. }) && address.recorded_on_terminal == Some(false));
    // As the term `exempt` has it: whatever serves the security of others, the provider's own identifier too.
    let own = Terminal::new(Some(PAGE), Party::First, &Held::default()).with_purposes(&purposes(&["other_security"]));
    let found =
        reading(&with_cookie(request("https://www.example.jp/"), "m", "3f2a9c1e7b444d0e9a510c6d8e2f1b7a"), &own);
    assert!(matches!(at(&found, "cookie.m").expect("it").needs_notice, NeedsNotice::Needs { .. }));
}

#[test]
fn items_of_several_requests_are_brought_together() {
    let id = "3f2a9c1e7b444d0e9a510c6d8e2f1b7a";
    let own = Terminal::new(Some(PAGE), Party::First, &Held::default());
    let agent = |sent| with_header(sent, "User-Agent", "Mozilla/5.0 (X11)");
    let alone = reading(&agent(with_cookie(request("https://www.example.jp/a"), "m", id)), &own).items;
    let summary = summarise(&alone);
    assert_eq!(
        summary.iter().map(|entry| entry.item.as_str()).collect::<Vec<_>>(),
        ["own_identifier", "operating_system"]
    );
    assert!(matches!(summary[0].needs_notice, NeedsNotice::Exempt { .. }) && summary[1].inherent);

    let mut both = alone;
    both.extend(reading(&request("https://www.example.jp/b?u=https%3A%2F%2Fwww.example.jp%2Fc"), &own).items);
    let summary = summarise(&both);
    let data: Vec<&str> = summary.iter().map(|entry| entry.item.as_str()).collect();
    assert_eq!(data, ["own_identifier", "behaviour_history", "operating_system"]);
    assert!(matches!(summary[0].needs_notice, NeedsNotice::NotKnown { .. }), "it is not sent alone");
    assert_eq!(summary.iter().map(|entry| entry.evidence.len()).sum::<usize>(), both.len());
    assert!(
        summary
            .iter()
            .flat_map(|entry| &entry.evidence)
            .all(|evidence| both[evidence.index].found_at == evidence.found_at)
    );
}

#[test]
fn a_place_that_ends_in_a_name_goes_first() {
    let sent = request("https://metrics.example.jp/b/ss/mihon/1/JS-2.22.0/s01?AQB=1&c=24&c1=member&cc=JPY");
    let found = reading(&sent, &third());
    let read: Vec<(&str, &str)> =
        found.items.iter().map(|item| (item.found_at.as_str(), item.property.as_str())).collect();
    assert_eq!(read, [("query.c", "color_depth"), ("query.c1", "event_detail")]);
}

#[test]
fn an_overlay_adds_and_replaces() {
    let (mut sources, mut faults) = (Sources::new(), Faults::new());
    let text = "
properties:
  - {id: mihon_rank, item: other, label: {ja: 見本の等級, en: mihon rank}}
adapters:
  - id: mihon-tag
    name: {ja: 見本タグ, en: Mihon Tag}
    because: observed
    match: [{host: '*.mihon.example'}]
    read: {mihon_rank: query.r, page_title: query.pt}
    examples: [{url: 'https://t.mihon.example/?r=gold', reads: {mihon_rank: query.r}}]
rules:
  - {id: campaign, property: campaign, names: '^mihon_source$', reason: {ja: 見本, en: sample}}
";
    let over = adapters().with_overlay(&[("own.yaml".to_owned(), text.to_owned())], &mut sources, &mut faults);
    let over = over.unwrap_or_else(|| panic!("{}", faults.summary(&sources)));
    let found = |url: &str| read(&request(url), &third(), &Honey::default(), &over).items;
    let items = found("https://t.mihon.example/?r=gold&pt=x%20y");
    assert_eq!(items[0].property, "mihon_rank");
    assert_eq!(
        (items[0].tier, &items[0].source),
        (Tier::Adapter, &Source::Adapter { id: "mihon-tag".to_owned(), set: None })
    );
    assert_eq!(found("https://a.example/?mihon_source=x").len(), 1);
    assert!(found("https://a.example/?utm_source=x").is_empty(), "the rule was replaced");
}

#[test]
fn faults_of_an_overlay_are_told_with_their_places() {
    for (text, expected) in [
        (
            "adapters: [{id: a, name: {ja: あ, en: a}, match: [{host: a.example}], read: {clint_id: query.c}, examples: [{url: x}]}]",
            "own.yaml:1:77: there is no property `clint_id`",
        ),
        (
            "adapters: [{id: a, name: {ja: あ, en: a}, match: [{path: /x}], read: {client_id: query.c}, examples: [{url: x}]}]",
            "has neither `host` nor `url` nor `has`",
        ),
        (
            "adapters: [{id: a, name: {ja: あ, en: a}, match: [{host: a.example}], read: {client_id: quary.c}, examples: [{url: x}]}]",
            "begins with no part of a request",
        ),
        (
            "adapters: [{id: a, name: {ja: あ, en: a}, match: [{host: a.example}], read: {client_id: query.c}}]",
            "the adapter has no example",
        ),
        (
            "adapters: [{id: a, name: {ja: あ, en: a}, match: [{url: '('}], read: {client_id: query.c}, examples: [{url: x}]}]",
            "no regular expression",
        ),
        ("properties: [{id: p, item: oter, label: {ja: あ, en: a}}]", "`oter` is no value of terminal_data"),
        ("rules: [{id: r, property: client_id, reason: {ja: あ, en: a}}]", "neither `names` nor `shapes`"),
        ("rules: [{id: r, property: client_id, shapes: uuidd, reason: {ja: あ, en: a}}]", "`uuidd` is no shape"),
        (
            "rules: [{id: r, property: client_id, in: boddy, shapes: uuid, reason: {ja: あ, en: a}}]",
            "`boddy` is no part of a request",
        ),
        ("ruls: []", "unknown key `ruls`"),
    ] {
        let (mut sources, mut faults) = (Sources::new(), Faults::new());
        let over = adapters().with_overlay(&[("own.yaml".to_owned(), text.to_owned())], &mut sources, &mut faults);
        let summary = faults.summary(&sources);
        assert!(over.is_none() && summary.contains(expected), "{text}\n{summary}");
        assert!(faults.into_iter().all(|fault| fault.span.is_some()));
    }
}

#[test]
fn every_text_is_in_both_languages() {
    let adapters = adapters();
    let japanese = |text: &str| text.chars().any(|letter| letter > '\u{2fff}');
    for property in &adapters.content().properties {
        assert!(japanese(&property.label.ja) || property.label.ja.is_ascii(), "{property:?}");
        assert!(property.label.en.is_ascii(), "{property:?}");
    }
    for rule in &adapters.content().rules {
        assert!(japanese(&rule.reason.ja) && rule.reason.en.is_ascii(), "{rule:?}");
        assert!(adapters.property(&rule.property).is_some());
    }
}
