//! Inputs beyond every limit: an error each, never a crash.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fmt::Write as _;

use jiff::civil::date;
use shuhi_register::limits::{
    ATTESTED_MAX, FAULTS_MAX, FILE_BYTES_MAX, FILES_MAX, ID_BYTES_MAX, KEYS_MAX, SUBJECTS_MAX,
};
use shuhi_register::{Register, decode};
use shuhi_source::{Faults, Sources};
use support::{AT, load, load_text, rulebook};

/// `count` entries of a list.
fn entries(head: &str, count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).fold(head.to_owned(), |mut text, at| {
        write!(text, "\n- {}", entry(at)).unwrap();
        text
    })
}

#[test]
fn deep_nesting_is_refused() {
    let rulebook = rulebook();
    let depth = 10_000;
    let flow = format!("services: {}{}", "[".repeat(depth), "]".repeat(depth));
    let maps = format!("operator: {}x{}", "{a: ".repeat(depth), "}".repeat(depth));
    // Indented by a space a level, a file of ten thousand levels would be too large first.
    let block = (0..4_000).fold(String::new(), |mut text, at| {
        writeln!(text, "{}a:", " ".repeat(at)).unwrap();
        text
    });
    for text in [flow, maps, block, "[".repeat(depth), "- ".repeat(depth)] {
        let outcome = load_text(&rulebook, &text);
        assert!(outcome.register.is_none());
        assert!(outcome.summary().contains("nested more than 48 levels deep"), "{}", outcome.summary());
    }
}

#[test]
fn a_large_file_is_refused_before_it_is_decoded_and_before_it_is_parsed() {
    let text = "#".repeat(FILE_BYTES_MAX + 1);
    assert!(decode(text.clone().into_bytes(), "big.yaml").is_err());
    let summary = load_text(&rulebook(), &text).summary();
    assert!(summary.contains("larger than the limit of 16777216 bytes"), "{summary}");
}

#[test]
fn the_number_of_files_is_limited() {
    let names: Vec<_> = (0..=FILES_MAX).map(|at| format!("{at}.yaml")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    let rulebook = rulebook();
    assert!(load(&rulebook, &files[..FILES_MAX]).register.is_some());
    assert_eq!(load(&rulebook, &files).summary(), "the register has more than 10000 files");
    assert_eq!(load(&rulebook, &[]).summary(), "the register has no files");
}

#[test]
fn the_bytes_of_all_files_are_limited() {
    let mut sources = Sources::new();
    let big = "#".repeat(FILE_BYTES_MAX);
    let file = sources.add("big.yaml", big);
    let mut faults = Faults::new();
    assert!(Register::load(&sources, &[file; 17], &rulebook(), AT, &mut faults).is_none());
    assert_eq!(faults.summary(&sources), "the register has more than 268435456 bytes");
}

#[test]
fn the_number_of_subjects_is_limited() {
    let rulebook = rulebook();
    let outcome = load_text(&rulebook, &entries("services:", SUBJECTS_MAX, |at| format!("{{id: s{at}}}")));
    assert_eq!(outcome.sound().collections[0].subjects.len(), SUBJECTS_MAX);
    let outcome = load_text(&rulebook, &entries("services:", SUBJECTS_MAX + 10, |at| format!("{{id: s{at}}}")));
    assert_eq!(outcome.summary(), "the register has more than 100000 subjects");
}

#[test]
fn the_number_of_answers_is_limited() {
    let text = entries("attested:", ATTESTED_MAX + 1, |_| "{}".to_owned());
    let summary = load_text(&rulebook(), &text).summary();
    assert!(summary.contains("the register has more than 100000 attested answers"));
}

#[test]
fn keys_and_ids_are_limited() {
    let rulebook = rulebook();
    let keys = (0..=KEYS_MAX).map(|at| format!("k{at}: x")).collect::<Vec<_>>().join(", ");
    for text in [
        format!("services: [{{id: a, {keys}}}]"),
        format!("log_policies: [{{id: a, consent: {{{keys}}}}}]"),
        format!("operator: {{{keys}}}"),
        format!("adopted: {{{keys}}}"),
    ] {
        let outcome = load_text(&rulebook, &text);
        assert!(outcome.summary().ends_with("mapping with more than 1000 keys"), "{}", outcome.summary());
        assert_eq!(outcome.faults.len(), 1);
    }
    let fits = format!("services: [{{id: {}}}]", "a".repeat(ID_BYTES_MAX));
    assert!(load_text(&rulebook, &fits).register.is_some());
    let long = format!("services: [{{id: {}}}]", "a".repeat(ID_BYTES_MAX + 1));
    assert!(load_text(&rulebook, &long).summary().contains("cannot be an id"));
}

#[test]
fn reporting_stops_after_many_faults() {
    let text = entries("services:", 50_000, |at| format!("{{id: s{at}, kind: nothing}}"));
    let outcome = load_text(&rulebook(), &text);
    assert_eq!(outcome.faults.len(), FAULTS_MAX + 1, "{:.300}", outcome.summary());
    assert!(outcome.summary().ends_with("1000 faults found; there may be more"));
    let references = (0..50_000).map(|at| format!("x{at}")).collect::<Vec<_>>().join(", ");
    let outcome = load_text(&rulebook(), &format!("log_policies: [{{id: a, shared_with: [{references}]}}]"));
    assert_eq!(outcome.faults.len(), FAULTS_MAX + 1, "{:.300}", outcome.summary());
}

#[test]
fn messages_stay_short_whatever_the_input() {
    let rulebook = rulebook();
    let long = "x".repeat(1_000_000);
    for text in [
        format!("{long}: []"),
        format!("services: [{{id: {long}}}]"),
        format!("services: [{{id: a, {long}: b}}]"),
        format!("services: [{{id: a, kind: {long}}}]"),
        format!("services: [{{id: a, charged: {long}}}]"),
        format!("log_policies: [{{id: a, service: {long}}}]"),
        format!("log_policies: [{{id: a, period: {long}}}]"),
        format!("log_policies: [{{id: a, consent: {{date: {long}}}}}]"),
        format!("attested: [{{about: services/{long}, question: {long}, {long}: a}}]"),
        format!("adopted: {{{long}: {long}}}"),
    ] {
        let outcome = load_text(&rulebook, &text);
        assert!(outcome.register.is_none());
        for fault in &outcome.faults {
            let longest = fault.message.len().max(fault.help.as_ref().map_or(0, String::len));
            assert!(longest < 3_000, "{longest} bytes: {:.100}", fault.message);
        }
    }
}

#[test]
fn text_that_ends_early_for_some_readers_is_not_cut_off() {
    let outcome = load_text(&rulebook(), "services: [{id: a}]\n\0\nlog_policies: nonsense");
    assert!(outcome.register.is_none(), "what follows a zero byte was ignored");
}

#[test]
fn dates_at_the_end_of_the_calendar_do_not_overflow() {
    let text = "log_policies: [{id: a}]\nattested: [{about: log_policies/a, question: need-beyond, answer: yes, \
                by: {role: legal, name: 見本}, reason: r, answered_on: 9999-06-01, review_by: 9999-12-31}]";
    let outcome = load_text(&rulebook(), text);
    assert!(outcome.register.is_none());
    let earlier = text.replace("9999-06-01", "9998-01-01").replace("9999-12-31", "9998-12-31");
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", earlier);
    let last = date(9999, 12, 31);
    let register = Register::load(&sources, &[file], &rulebook(), last, &mut Faults::new()).unwrap();
    assert_eq!(register.expired_answers.len(), 1);
}
