//! What entries say when they are right, and what is said of them when they are not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

use shuhi_catalogue_format::{Content, Evidence, Kind, Rules, Vocabulary};
use shuhi_source::{Faults, Sources};

const VOCABULARY: &str = "\
enums:
  - enum: terminal_data
    values:
      - {value: behaviour_history, label: {ja: 閲覧・行動履歴, en: browsing}}
      - {value: advertising_identifier, label: {ja: 広告ID, en: advertising identifier}}
  - enum: transmission_purpose
    values:
      - {value: analytics, label: {ja: 分析, en: analytics}}
      - {value: advertising, label: {ja: 広告, en: advertising}}
";

const RECIPIENT: &str = "\
recipients:
  - {id: mihon, name: 株式会社見本解析, country: JP}
";

const SERVICE: &str = "\
services:
  - id: mihon-tag
    name: {ja: 見本タグ, en: Mihon Tag}
    recipient: mihon
    kind: analytics
    domains: [mihon-tag.example, {domain: www.example.com, path: /tag/}]
    purposes: [analytics]
    items: [behaviour_history]
    privacy_policy: https://www.example.jp/privacy
    checked:
      - {page: https://www.example.jp/privacy, on: 2026-11-28, confirms: [recipient, country, items]}
";

const MODULE: &str = "\
modules:
  - id: mihon-sdk
    name: {ja: 見本SDK, en: Mihon SDK}
    recipient: mihon
    service: mihon-tag
    kind: analytics
    platform: android
    classes: [jp.example.mihon]
    version_from: [{file: META-INF/mihon.version}]
    read_from: [{package: npm:react-native-mihon 1.2.0, on: 2026-11-27, confirms: [classes]}]
";

fn read(files: &[&str]) -> Result<Content, String> {
    let mut sources = Sources::new();
    let mut faults = Faults::new();
    let vocabulary = sources.add("vocabulary.yaml", VOCABULARY);
    let vocabulary = Vocabulary::read(&sources, vocabulary, &mut faults).unwrap_or_default();
    let ids: Vec<_> =
        files.iter().enumerate().map(|(number, text)| sources.add(format!("{number}.yaml"), *text)).collect();
    let rules = Rules { vocabulary: &vocabulary, today: jiff::civil::date(2026, 11, 28) };
    let content = Content::read(&sources, &ids, None, rules, &mut faults);
    if !faults.has_errors() {
        return Ok(content);
    }
    let line = |fault: &shuhi_source::Fault| {
        let place = fault.span.map(|span| sources.place(span)).unwrap_or_default();
        format!("{place}: {}; {}", fault.message, fault.help.as_deref().unwrap_or("NO HELP"))
    };
    Err(faults.sorted().iter().map(line).collect::<Vec<_>>().join("\n"))
}

#[test]
fn entries_are_read() {
    let content = read(&[RECIPIENT, SERVICE, MODULE]).unwrap();
    let service = content.service("mihon-tag").unwrap();
    assert_eq!(service.kind, Kind::Analytics);
    assert_eq!(service.domains[1].path.as_deref(), Some("/tag/"));
    assert_eq!(service.place, "1.yaml:2:5");
    assert_eq!(service.checked[0].confirms, ["recipient", "country", "items"]);
    let module = &content.modules[0];
    assert_eq!(module.read_from[0].read, Evidence::Package("npm:react-native-mihon 1.2.0".into()));
    assert_eq!(module.version_from[0].file.as_deref(), Some("META-INF/mihon.version"));
    assert_eq!(content.recipient("mihon").unwrap().country.as_deref(), Some("JP"));
}

/// Replaces a piece of one of the three sample files, and expects exactly these messages.
fn broken(from: &str, to: &str, expected: &str) {
    let files = [RECIPIENT, SERVICE, MODULE].map(|file| file.replacen(from, to, 1));
    assert!(files.concat() != [RECIPIENT, SERVICE, MODULE].concat(), "`{from}` stands somewhere");
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(read(&files).err().as_deref(), Some(expected), "{from} → {to}");
}

#[test]
fn unknown_words_are_refused_with_a_suggestion() {
    broken("purposes: [", "purpose: [", "1.yaml:7:5: unknown key `purpose` in service; did you mean `purposes`?");
    broken("[analytics]", "[analytic]", "1.yaml:7:16: `analytic` is no value of `purposes`; did you mean `analytics`?");
    broken(
        "[behaviour_history]",
        "[behavior_history]",
        "1.yaml:8:13: `behavior_history` is no value of `items`; did you mean `behaviour_history`?",
    );
    broken(
        "kind: analytics",
        "kind: analitics",
        "1.yaml:5:11: `analitics` is no value of `kind`; did you mean `analytics`?\n2.yaml:6:11: `analitics` is no value of `kind`; did you mean `analytics`?",
    );
    broken(
        "platform: android",
        "platform: andriod",
        "2.yaml:7:15: `andriod` is no value of `platform`; did you mean `android`?",
    );
    broken(
        "recipients:",
        "recipient:",
        "0.yaml:1:1: unknown key `recipient` in catalogue file; did you mean `recipients`?\n1.yaml:4:16: there is no recipient `mihon`; add it to a file of `recipients`\n2.yaml:4:16: there is no recipient `mihon`; add it to a file of `recipients`",
    );
    broken(
        "country: JP",
        "country: JPN",
        "0.yaml:2:42: `JPN` is no country code; write two capital letters of ISO 3166-1, such as `JP`, `US`, `GB`\n1.yaml:11:86: `confirms` names `country`, which the recipient `mihon` lacks; add `country` to the recipient as the page states it",
    );
}

#[test]
fn what_was_checked_is_stated_whole() {
    broken("page: https://www.example.jp/privacy, on", "on", "1.yaml:11:10: `checked` lacks `page`; add `page: …`");
    broken("on: 2026-11-28, ", "", "1.yaml:11:10: `checked` lacks `on`; add `on: …`");
    broken(
        "on: 2026-11-28",
        "on: 2026-11-29",
        "1.yaml:11:52: `2026-11-29` lies after today, 2026-11-28; write the day on which the page was read",
    );
    broken("on: 2026-11-28", "on: 28.11.2026", "1.yaml:11:52: `28.11.2026` is no date; write it as `2026-11-28`");
    broken(
        "country, items]}",
        "opt_out]}",
        "1.yaml:11:86: `confirms` names `opt_out`, which the entry lacks; add `opt_out: …` as the page states it, or take it out of `confirms`",
    );
    broken(
        "country, items]}",
        "item]}",
        "1.yaml:11:86: `item` is no field that a page can confirm; did you mean `items`?",
    );
}

#[test]
fn domains_are_bare_names_that_somebody_registered() {
    let domain = |to: &str, expected: &str| broken("[mihon-tag.example,", &format!("[{to},"), expected);
    let bare = "is no bare domain; a domain stands for itself and everything below it; write only the name, a path as `{domain: …, path: …}`";
    domain("'*.mihon.example'", &format!("1.yaml:6:15: `*.mihon.example` {bare}"));
    domain("https://mihon.example/", &format!("1.yaml:6:15: `https://mihon.example/` {bare}"));
    domain("a b", "1.yaml:6:15: `a b` is no domain; write it as `tag.example.jp`");
    domain("192.0.2.1", "1.yaml:6:15: `192.0.2.1` is an IP address; write the domain");
    let suffix = "is a suffix under which everybody registers; write the domain of the service";
    domain("co.jp", &format!("1.yaml:6:15: `co.jp` {suffix}"));
    domain("localhost", &format!("1.yaml:6:15: `localhost` {suffix}"));
    broken(
        "path: /tag/",
        "path: tag/",
        "1.yaml:6:66: `tag/` is no beginning of a path; write how the paths begin, as `/tag/`; leave it out where the whole domain is meant",
    );
}

#[test]
fn ids_names_and_claims_stand_once() {
    let again = SERVICE.replace("id: mihon-tag", "id: mihon-other");
    let expected = "\
3.yaml:6:15: `mihon-tag.example` is claimed by `mihon-tag` and by `mihon-other`; leave it to one of them, or tell them apart by `path`
3.yaml:6:43: `www.example.com/tag/` is claimed by `mihon-tag` and by `mihon-other`; leave it to one of them, or tell them apart by `path`";
    assert_eq!(read(&[RECIPIENT, SERVICE, MODULE, &again]).err().as_deref(), Some(expected));
    let apart = again.replace("mihon-tag.example", "other.example").replace("/tag/", "/other/");
    assert!(read(&[RECIPIENT, SERVICE, MODULE, &apart]).is_ok());
    let expected = "\
2.yaml:2:10: there are two recipient entries with the id `mihon`; give one of the two another id, or keep one
2.yaml:2:23: there are two recipients named `株式会社見本解析`; keep one entry, and name its id where it is meant";
    assert_eq!(read(&[RECIPIENT, SERVICE, RECIPIENT]).err().as_deref(), Some(expected));
    let module = MODULE.replace("id: mihon-sdk", "id: mihon-sdk-2");
    let expected = "3.yaml:8:15: `jp.example.mihon` is claimed by `mihon-sdk` and by `mihon-sdk-2`; leave it to one of them, or tell them apart by `path`";
    assert_eq!(read(&[RECIPIENT, SERVICE, MODULE, &module]).err().as_deref(), Some(expected));
}

#[test]
fn modules_have_what_they_are_found_by() {
    broken(
        "[jp.example.mihon]",
        "[mihon]",
        "2.yaml:2:5: module lacks `classes`; add `classes: […]`; by them it is found\n2.yaml:8:15: `mihon` is no entry of `classes`; write a package prefix of two names or more, as `jp.example.sdk`, without a dot at its end",
    );
    broken(
        "platform: android",
        "platform: ios",
        "2.yaml:2:5: module lacks `frameworks`; add `frameworks: […]`; by them it is found",
    );
    broken(
        "service: mihon-tag",
        "service: mihon-tga",
        "2.yaml:5:14: there is no service `mihon-tga`; did you mean `mihon-tag`?",
    );
}

#[test]
fn texts_are_bounded() {
    broken(
        "id: mihon-tag",
        "id: Mihon_Tag",
        "1.yaml:2:9: `Mihon_Tag` is no id; use lower case letters, digits and hyphens, 64 characters at the most\n2.yaml:5:14: there is no service `mihon-tag`; leave `service` out, or add the service",
    );
    broken(
        "en: Mihon Tag",
        "en: ''",
        "1.yaml:3:26: `en` is empty; write the name alone, on one line\n2.yaml:5:14: there is no service `mihon-tag`; leave `service` out, or add the service",
    );
    broken(
        "privacy_policy: https://www.example.jp/privacy",
        "privacy_policy: www.example.jp",
        "1.yaml:9:21: `privacy_policy` is no address of a page; write it whole, as `https://www.example.jp/…`",
    );
}
