//! Planted values, in every form in which they may be sent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::{adapters, post, request, with_cookie, with_header};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use shuhi_capture::Request;
use shuhi_items::{Held, Honey, HoneyError, Item, Party, Terminal, Tier, read};

const MAIL: &str = "Hanako.Mihon@Example.jp";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn found(sent: &Request, honey: &[(&str, &str)]) -> Vec<Item> {
    let adapters = adapters();
    let terminal = Terminal::new(Some("https://www.example.jp/"), Party::Third, &Held::default());
    let honey = Honey::new(honey.iter().copied()).expect("honey");
    read(sent, &terminal, &honey, adapters).items.into_iter().filter(|item| item.tier == Tier::Honey).collect()
}

#[test]
fn a_mail_address_in_every_form() {
    let lower = MAIL.to_lowercase();
    let digest = Sha256::digest(lower.as_bytes());
    for (sent, expected) in [
        (MAIL.to_owned(), "as it is"),
        (lower.clone(), "other capitals"),
        (MAIL.to_uppercase(), "other capitals"),
        (format!("x{MAIL}y"), "as it is"),
        (MAIL.replace('@', "%40"), "as it is"),
        (STANDARD.encode(MAIL), "as it is"),
        (STANDARD.encode(format!("\u{1}\u{2}{MAIL}\u{3}\u{4}\u{5}")), "base64"),
        (URL_SAFE_NO_PAD.encode(format!("\u{1}{lower}\u{3}\u{4}\u{5}")), "base64"),
        (hex(MAIL.as_bytes()), "as it is"),
        (format!("00{}00", hex(MAIL.as_bytes())), "hexadecimal"),
        (MAIL.chars().rev().collect(), "reversed"),
        (hex(&Md5::digest(lower.as_bytes())), "MD5"),
        (hex(&Md5::digest(MAIL.as_bytes())).to_uppercase(), "MD5"),
        (hex(&Sha1::digest(lower.as_bytes())), "SHA-1"),
        (hex(&digest), "SHA-256"),
        (STANDARD.encode(digest), "SHA-256"),
        (URL_SAFE_NO_PAD.encode(digest), "SHA-256"),
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(sent.as_bytes()).collect();
        let items = found(&request(&format!("https://t.mihon.example/p?v={encoded}")), &[("email", MAIL)]);
        assert_eq!(items.len(), 1, "{sent}: {items:?}");
        let item = &items[0];
        assert!(item.reason.en.contains(expected), "{sent}: {}", item.reason.en);
        assert_eq!((item.item.as_str(), item.property.as_str()), ("user_identification", "email"));
        assert!(!item.value_excerpt.to_lowercase().contains("mihon"), "{}", item.value_excerpt);
    }
}

#[test]
fn it_is_found_wherever_it_stands() {
    let url = "https://t.mihon.example/p";
    let encoded = STANDARD.encode(format!(r#"{{"a":[{{"m":"{MAIL}"}}]}}"#));
    for (sent, path) in [
        (request(&format!("{url}/{MAIL}/x")), "path.2"),
        (with_header(request(url), "X-Mail", MAIL), "header.x-mail"),
        (with_cookie(request(url), "m", MAIL), "cookie.m"),
        (post(url, "application/json", format!(r#"{{"d":"{encoded}"}}"#)), "body.json.d.base64.json.a.0.m"),
        (post(url, "application/octet-stream", format!("\u{0}\u{1}{MAIL}\u{0}")), "body.run.0"),
        (
            request(&format!("{url}?u=https%3A%2F%2Fwww.example.jp%2F%3Fmail%3D{}", MAIL.replace('@', "%2540"))),
            "query.u.url.query.mail",
        ),
        (request(&format!("https://{}.t.mihon.example/", hex(MAIL.as_bytes()))), "url"),
    ] {
        let items = found(&sent, &[("email", MAIL)]);
        assert_eq!(items.iter().map(|item| item.found_at.as_str()).collect::<Vec<_>>(), [path]);
    }
}

#[test]
fn telephone_numbers_in_other_notations() {
    for sent in ["090-1234-5678", "09012345678", "+819012345678", "819012345678", "+81-90-1234-5678"] {
        let encoded: String = url::form_urlencoded::byte_serialize(sent.as_bytes()).collect();
        let items =
            found(&request(&format!("https://t.mihon.example/p?v={encoded}")), &[("telephone", "090-1234-5678")]);
        assert_eq!(items.len(), 1, "{sent}: {items:?}");
        let digest = hex(&Sha256::digest(sent.as_bytes()));
        let items = found(&request(&format!("https://t.mihon.example/p?v={digest}")), &[("telephone", "09012345678")]);
        assert_eq!(items.len(), 1, "SHA-256 of {sent}: {items:?}");
        assert_eq!(items[0].property, "telephone");
    }
    let items = found(&request("https://t.mihon.example/p?v=1109012345678"), &[("telephone", "090-1234-5678")]);
    assert!(items.is_empty(), "it stands within a longer number: {items:?}");
}

#[test]
fn coordinates_whole_cut_or_rounded() {
    let honey = [("latitude", "35.681236"), ("longitude", "139.767125")];
    for (query, expected) in [
        ("lat=35.681236&lng=139.767125", 2),
        ("lat=35.6812&lng=139.7671", 2),
        ("v=35.69", 1),
        ("v=35.68,139.77", 2),
        ("v=36.10", 0),
        ("v=35.7", 0),
    ] {
        let items = found(&request(&format!("https://t.mihon.example/p?{query}")), &honey);
        assert_eq!(items.len(), expected, "{query}: {items:?}");
        assert!(items.iter().all(|item| item.item == "location" && item.reason.en.contains("decimals")));
    }
}

#[test]
fn names_that_are_no_property_are_what_was_entered() {
    let items =
        found(&request("https://t.mihon.example/p?q=%E8%A6%8B%E6%9C%AC%E8%8A%B1%E5%AD%90"), &[("shimei", "見本花子")]);
    assert_eq!((items.len(), items[0].item.as_str(), items[0].property.as_str()), (1, "entered_data", "planted_value"));
}

#[test]
fn what_was_not_planted_is_not_found() {
    let sent = post(
        "https://t.mihon.example/p?v=taro@example.jp",
        "text/plain",
        "some text without anything planted, 0123456789",
    );
    assert!(
        found(
            &sent,
            &[("email", MAIL), ("telephone", "090-1234-5678"), ("latitude", "35.681236"), ("zip", "100-0001")]
        )
        .is_empty()
    );
}

#[test]
fn values_that_cannot_be_told_from_chance_are_refused() {
    assert!(matches!(Honey::new([("a", "ab")]), Err(HoneyError::Short { name }) if name == "a"));
    assert!(matches!(Honey::new([("a", "x".repeat(2_000).as_str())]), Err(HoneyError::Large { .. })));
}
