//! Notices as a real browser shows them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

use std::path::Path;

use shuhi_browser::{Browser, BrowserSettings, Screen};
use shuhi_notice::{COLLECT, Measurement, RenderedPage, Sought, Told, Words, measure, reached, read_notice};

/// A page of `tests/pages`, shown; nothing where there is no browser, which is said.
fn shown(name: &str, screen: Screen) -> Option<RenderedPage> {
    if !Path::new("/usr/bin/chromium").exists() {
        eprintln!("skipped: no /usr/bin/chromium; `cargo xtask test` installs it");
        return None;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(format!("{name}.html"));
    let settings = BrowserSettings { loopback_only: true, ..BrowserSettings::default() };
    let mut browser = Browser::start(&settings).unwrap();
    let found = browser.inspect(&format!("file://{}", path.display()), screen, COLLECT, &|_| Vec::new()).unwrap();
    Some(serde_json::from_value(found.value).unwrap())
}

fn sought() -> [Sought; 3] {
    let sought = |id: &str, recipient: &str, service: &str| Sought {
        id: id.to_owned(),
        recipients: vec![recipient.to_owned()],
        services: vec![service.to_owned()],
        domains: Vec::new(),
    };
    [
        sought("kaiseki", "株式会社架空解析", "見本かいせき"),
        sought("ads", "架空アド株式会社", "みほん広告"),
        sought("reach", "Kakuu Reach Example Inc.", "Kakuu Reach"),
    ]
}

fn read(page: &RenderedPage) -> Vec<Told> {
    read_notice(page, &sought(), &Words::embedded().unwrap())
}

fn held(measured: &[Measurement], field: &str) -> Option<bool> {
    measured.iter().find(|measured| measured.field == field).unwrap_or_else(|| panic!("{field} is measured")).holds
}

const ALL: [&str; 3] = ["data_content", "recipient_name", "purpose"];

#[test]
fn each_transmission_is_found_in_whatever_form_it_stands() {
    for name in [
        "table",
        "definitions",
        "heads-at-side",
        "heads-not-marked",
        "columns",
        "cards",
        "roles",
        "spanning",
        "two-layouts",
        "in-frame",
        "in-shadow",
    ] {
        let Some(page) = shown(name, Screen::Desktop) else { return };
        let told = read(&page);
        assert_eq!(told[0].items, ALL, "{name}: {:?}", page.entries.get(told[0].entry.unwrap()));
        assert_eq!(told[1].items, ALL, "{name}: {:?}", page.entries.get(told[1].entry.unwrap()));
        assert!(
            told[0].data.contains(&"behaviour_history".to_owned())
                && told[0].data.contains(&"other_identifier".to_owned()),
            "{name}: {:?}",
            told[0].data
        );
        assert_eq!(told[0].purposes, ["analytics"], "{name}");
        assert_eq!(told[1].purposes, ["advertising"], "{name}");
        assert!(told[1].data.contains(&"advertising_identifier".to_owned()), "{name}");
        assert_eq!(told[2].entry, None, "{name}: what is not there is not found");
    }
}

#[test]
fn a_service_name_alone_is_not_the_name_of_who_handles_it() {
    let Some(page) = shown("service-name-only", Screen::Desktop) else { return };
    assert_eq!(read(&page)[0].items, ["data_content", "purpose"]);
    assert_eq!(read(&page)[1].items, ALL);
}

#[test]
fn a_service_named_after_its_company_does_not_name_the_company() {
    let Some(page) = shown("company-in-service", Screen::Desktop) else { return };
    let sought = |id: &str, service: &str| Sought {
        id: id.to_owned(),
        recipients: vec!["Mihon LLC".to_owned()],
        services: vec![service.to_owned()],
        domains: Vec::new(),
    };
    let sought = [sought("analytics", "Mihon アナリティクス"), sought("ads", "Mihon 広告")];
    let told = read_notice(&page, &sought, &Words::embedded().unwrap());
    assert_eq!(told[0].items, ["data_content", "purpose"]);
    assert_eq!(told[1].items, ALL);
}

#[test]
fn a_cell_that_says_nothing_tells_nothing() {
    let Some(page) = shown("blanks", Screen::Desktop) else { return };
    assert_eq!(read(&page)[0].items, ["recipient_name"]);
    assert_eq!(read(&page)[1].items, ALL);
}

#[test]
fn a_heap_of_recipients_is_not_told_separately() {
    for (name, separately) in [("heap", false), ("table", true), ("cards", true)] {
        let Some(page) = shown(name, Screen::Desktop) else { return };
        let told = read(&page);
        assert_eq!((told[0].separately, told[1].separately), (Some(separately), Some(separately)), "{name}");
        assert_eq!(told[2].separately, None, "{name}");
    }
}

#[test]
fn a_page_made_for_desktops_is_small_on_a_phone() {
    let Some(page) = shown("desktop-only", Screen::Phone) else { return };
    let size = page.entries.iter().filter_map(|entry| entry.font_px).fold(f64::MAX, f64::min);
    assert!(page.width_px <= 400 && size < 8.0, "{} px wide, letters of {size} px", page.width_px);
    let Some(page) = shown("desktop-only", Screen::Desktop) else { return };
    assert_eq!(page.entries[0].font_px, Some(16.0));
}

#[test]
fn frames_that_cannot_be_read_are_said() {
    let Some(page) = shown("in-frame", Screen::Desktop) else { return };
    assert_eq!(page.frames_unread, ["https://waku.example/"]);
    let measured = measure(&page, &read(&page));
    assert!(measured.iter().any(|measured| measured.ja.contains("https://waku.example/")), "{measured:?}");
}

#[test]
fn an_opt_out_is_read_with_what_is_told_of_it() {
    let Some(page) = shown("definitions", Screen::Desktop) else { return };
    let told = read(&page);
    for item in ["available", "effect", "request_method", "restrictions", "data_content", "recipient_name", "purpose"] {
        assert!(told[1].opt_out.iter().any(|found| found == item), "{item} in {:?}", told[1].opt_out);
    }
    assert_eq!(told[0].opt_out, Vec::<String>::new());
}

#[test]
fn what_must_be_unfolded_or_moved_sideways_is_not_seen_without_an_operation() {
    for (name, screen, holds) in [
        ("table", Screen::Desktop, true),
        ("table", Screen::Phone, true),
        ("folded", Screen::Desktop, false),
        ("sideways", Screen::Desktop, false),
        ("sideways", Screen::Phone, false),
        ("accordion", Screen::Desktop, false),
        ("tabs", Screen::Desktop, false),
        ("read-more", Screen::Phone, false),
        ("same-colour", Screen::Desktop, false),
        ("indented", Screen::Desktop, false),
        ("purpose-aside", Screen::Desktop, false),
        // Nothing is hidden in these.
        ("screen-reader", Screen::Phone, true),
        ("two-layouts", Screen::Desktop, true),
        ("two-layouts", Screen::Phone, true),
        ("in-frame", Screen::Desktop, true),
        ("cards", Screen::Phone, true),
    ] {
        let Some(page) = shown(name, screen) else { return };
        let measured = measure(&page, &read(&page));
        assert_eq!(held(&measured, "visible_without_operation"), Some(holds), "{name} {screen:?}: {measured:?}");
    }
}

#[test]
fn letters_are_measured_and_left_to_people() {
    let Some(page) = shown("tiny", Screen::Desktop) else { return };
    let measured = measure(&page, &read(&page));
    let size = measured.iter().find(|measured| measured.field == "proper_size").unwrap();
    assert_eq!(size.holds, None);
    assert!(size.ja.contains("7 px") && size.ja.contains("16 px"), "{}", size.ja);
    let contrast = measured.iter().find(|measured| measured.field == "easily_checked").unwrap();
    assert!(contrast.ja.contains("1.9"), "{}", contrast.ja);
}

#[test]
fn a_notice_in_another_language_is_not_in_japanese() {
    let Some(page) = shown("english", Screen::Desktop) else { return };
    assert_eq!(held(&measure(&page, &read(&page)), "in_japanese"), Some(false));
    let Some(page) = shown("table", Screen::Desktop) else { return };
    assert_eq!(held(&measure(&page, &read(&page)), "in_japanese"), Some(true));
}

#[test]
fn one_step_is_a_link_that_is_seen() {
    for (name, holds) in [("links", true), ("link-folded", false), ("english", false), ("table", true)] {
        let Some(page) = shown(name, Screen::Phone) else { return };
        let notice = page.url.replace(&format!("{name}.html"), "table.html");
        let measured = reached(&page, &[&format!("{notice}#list")]);
        assert_eq!(measured.holds, Some(holds), "{name}: {}", measured.ja);
    }
}
