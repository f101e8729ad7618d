//! The catalogue of the build with invented entries laid over it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

use std::fs;
use std::path::Path;

use shuhi_catalogue::{Basis, Catalogue, Evidence, Kind, OverlayError, Source};

const ENTRIES: &str = "\
recipients:
  - id: mihon-delivery
    name: 株式会社見本配信
    country: JP
    checked: [{page: https://www.example.jp/company, on: 2026-11-01, confirms: [name]}]
services:
  - id: mihon-delivery
    name: {ja: 見本配信, en: Mihon Delivery}
    recipient: mihon-delivery
    kind: content_delivery
    domains: [mihon-delivery.example]
  - id: mihon-tag
    name: {ja: 見本タグ, en: Mihon Tag}
    recipient: mihon-delivery
    kind: analytics
    domains: [tag.mihon.example, {domain: mihon.example, path: /tag/}, {domain: mihon.example, path: /tag/ad/}]
    purposes: [analytics]
    items: [behaviour_history]
    opt_out: https://www.example.jp/opt-out
    checked: [{page: https://www.example.jp/privacy, on: 2026-11-02, confirms: [purposes, opt_out]}]
";

const LIST: &str = "\
# shuhi set 1
# name: mihon-list
# licence: CC-BY-NC-SA-4.0
# version: 2026-10
service\tKaku Metrics\tKaku K.K.\tJP\tanalytics\ttracking\thttps://kaku.example/
domain\tc1.mihon-delivery.example
domain\tkaku.example
domain\ttag.mihon.example
cookie\t_kaku*\tkaku.example\tAnalytics\t1 year\tcounts visits
service
domain\tlisted-only.example
";

fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 28)
}

fn with(files: &[(&str, &str)]) -> Result<Catalogue, OverlayError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Catalogue::embedded().unwrap().with_overlay(folder.path(), today())
}

fn catalogue() -> Catalogue {
    with(&[("destinations/own.yaml", ENTRIES), ("sets/list.tsv", LIST)]).unwrap()
}

#[test]
fn every_field_says_what_it_rests_on() {
    let identified = catalogue().identify("A.Tag.Mihon.example:443", "/collect");
    assert_eq!(identified.host, "a.tag.mihon.example");
    let best = identified.best().unwrap();
    assert_eq!(best.service_id.as_deref(), Some("mihon-tag"));
    assert!(matches!(&best.source, Source::Overlay { place } if place.ends_with("own.yaml:12:5")), "{:?}", best.source);
    let checked = |address: &str, day: i8| Basis::Checked {
        read: Evidence::Page(format!("https://www.example.jp/{address}")),
        on: jiff::civil::date(2026, 11, day),
    };
    assert_eq!(best.purposes.as_ref().unwrap().basis, checked("privacy", 2));
    assert_eq!(best.opt_out.as_ref().unwrap().basis, checked("privacy", 2));
    assert_eq!(best.items.as_ref().unwrap().basis, Basis::GeneralKnowledge);
    let recipient = best.recipient.as_ref().unwrap();
    assert_eq!((recipient.value.as_str(), &recipient.basis), ("株式会社見本配信", &checked("company", 1)));
    assert_eq!(best.country.as_ref().unwrap().basis, Basis::GeneralKnowledge);
    assert_eq!(best.privacy_policy, None);
    let json = serde_json::to_value(&identified).unwrap();
    assert_eq!(json["candidates"][0]["source"]["source"], "overlay");
    assert_eq!(json["candidates"][0]["purposes"]["basis"]["basis"], "checked");
}

#[test]
fn a_source_that_disagrees_is_kept_and_shown() {
    let identified = catalogue().identify("tag.mihon.example", "/");
    assert_eq!(identified.candidates.len(), 2);
    let other: Vec<_> = identified.disagreeing().collect();
    assert_eq!(other.len(), 1);
    let Source::Import(set) = &other[0].source else { panic!("{:?}", other[0].source) };
    assert_eq!(
        (set.name.as_str(), set.version.as_str(), set.licence.as_str()),
        ("mihon-list", "2026-10", "CC-BY-NC-SA-4.0")
    );
    assert_eq!(other[0].recipient.as_ref().unwrap().value, "Kaku K.K.");
    assert_eq!(other[0].kind.as_ref().unwrap().value, Kind::Analytics);
}

#[test]
fn the_closest_claim_is_believed() {
    let catalogue = catalogue();
    let matched = |host: &str, path: &str| catalogue.identify(host, path).best().map(|best| best.matched.value.clone());
    assert_eq!(matched("mihon.example", "/tag/ad/1"), Some("mihon.example/tag/ad/".into()));
    assert_eq!(matched("www.mihon.example", "/tag/1"), Some("mihon.example/tag/".into()));
    assert_eq!(matched("mihon.example", "/tags"), None);
    assert_eq!(matched("mihon.example", ""), None);
    assert_eq!(matched("tag.mihon.example.", "/tag/ad/"), Some("tag.mihon.example".into()));
    assert_eq!(matched("nottag.mihon.example", "/"), None);
}

#[test]
fn delivery_gives_way_to_whom_it_delivers_for() {
    let identified = catalogue().identify("c1.mihon-delivery.example", "/x.js");
    assert_eq!(identified.best().unwrap().recipient.as_ref().unwrap().value, "Kaku K.K.");
    assert_eq!(identified.candidates.len(), 2);
    assert_eq!(identified.disagreeing().count(), 0);
    let identified = catalogue().identify("c2.mihon-delivery.example", "/x.js");
    assert_eq!(identified.best().unwrap().service_id.as_deref(), Some("mihon-delivery"));
}

#[test]
fn who_is_unknown_is_unknown() {
    let catalogue = catalogue();
    for host in ["nobody-knows.example", "192.0.2.1", "localhost", "not a host", ""] {
        let identified = catalogue.identify(host, "/");
        assert!(identified.best().is_none() && !identified.is_named(), "{host}");
        assert_eq!(identified.host, host);
    }
    let listed = catalogue.identify("listed-only.example", "/");
    assert!(listed.best().is_some() && !listed.is_named());
    assert!(catalogue.identify("kaku.example", "/").is_named());
    assert!(!catalogue.identify("kaku.example", "/").is_named_by_shipped());
}

#[test]
fn cookies_are_known_by_name_and_domain() {
    let catalogue = catalogue();
    let found = catalogue.identify_cookie("_kaku_id", ".www.kaku.example");
    let best = found.best().unwrap();
    assert_eq!((best.service.as_deref(), best.domain_agrees), (Some("Kaku Metrics"), Some(true)));
    assert_eq!(best.category.as_deref(), Some("Analytics"));
    let elsewhere = catalogue.identify_cookie("_kaku_id", "mihon.example");
    assert_eq!(elsewhere.best().unwrap().domain_agrees, Some(false));
    assert!(catalogue.identify_cookie("nobody-knows-this", "kaku.example").best().is_none());
}

#[test]
fn an_overlay_replaces_and_adds() {
    let base = Catalogue::embedded().unwrap();
    let (version, count) = (base.version().to_owned(), base.services().len());
    let once = catalogue();
    assert_eq!(once.services().len(), count + 2);
    assert_ne!(once.version(), version);
    let folder = tempfile::tempdir().unwrap();
    let other = "\
services:
  - id: mihon-tag
    name: {ja: 別のタグ, en: Another Tag}
    recipient: mihon-delivery
    kind: chat
    domains: [another.example]
";
    fs::write(folder.path().join("other.yml"), other).unwrap();
    let twice = once.with_overlay(folder.path(), today()).unwrap();
    assert_eq!(twice.services().len(), count + 2);
    assert!(twice.identify("tag.mihon.example", "/").best().unwrap().service_id.is_none());
    let best = twice.identify("another.example", "/");
    assert_eq!(best.best().unwrap().kind.as_ref().unwrap().value, Kind::Chat);
    assert!(matches!(best.best().unwrap().source, Source::Overlay { .. }));
    let delivery = twice.identify("mihon-delivery.example", "/");
    assert!(matches!(delivery.best().unwrap().source, Source::Overlay { .. }));
}

#[test]
fn faults_of_an_overlay_have_their_place() {
    let message = |files: &[(&str, &str)]| with(files).err().map(|error| error.to_string()).unwrap_or_default();
    let shown = message(&[("a.yaml", &ENTRIES.replace("kind: analytics", "kind: analitics"))]);
    assert!(shown.contains("a.yaml:15:11") && shown.contains("did you mean `analytics`?"), "{shown}");
    let shown = message(&[("sets/a.tsv", &LIST.replace("# licence", "# license"))]);
    assert!(shown.contains("the set does not say its `licence`"), "{shown}");
    assert!(matches!(
        Catalogue::embedded().unwrap().with_overlay(Path::new("/nowhere/at/all"), today()),
        Err(OverlayError::Unreadable { .. })
    ));
}

#[test]
fn the_embedded_catalogue_is_sound() {
    let catalogue = Catalogue::embedded().unwrap();
    assert_eq!(catalogue.version().len(), 64);
    for service in catalogue.services() {
        assert!(catalogue.recipient(&service.recipient).is_some(), "{}", service.id);
        for claim in &service.domains {
            let identified = catalogue.identify(&claim.domain, claim.path.as_deref().unwrap_or("/"));
            assert!(
                identified.candidates.iter().any(|found| found.service_id.as_deref() == Some(service.id.as_str())),
                "{} is found by {}",
                service.id,
                claim.domain
            );
        }
    }
    for purpose in catalogue.services().iter().flat_map(|service| &service.purposes) {
        assert!(catalogue.vocabulary().purpose(purpose).is_some());
    }
}
