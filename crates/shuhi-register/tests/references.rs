//! References between subjects: circles, long rows, shared subjects.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fmt::Write as _;

use shuhi_law::facts::Value;
use shuhi_register::limits::REFERENCE_DEPTH_MAX;
use support::{links, load, load_text};

#[test]
fn a_circle_is_refused_by_its_names() {
    let outcome = load(
        &links(),
        &[
            ("a.yaml", "links:\n  - {id: start, next: a}\n  - {id: a, next: b}\n"),
            ("b.yaml", "links:\n  - {id: b, others: [c]}\n  - {id: c, next: {next: a}}\n"),
        ],
    );
    assert!(outcome.register.is_none());
    insta::assert_snapshot!(outcome.rendered());
}

#[test]
fn a_subject_that_refers_to_itself_is_a_circle() {
    let outcome = load_text(&links(), "links: [{id: a, next: a}]");
    assert_eq!(
        outcome.summary(),
        "register.yaml:1:23: subjects refer to one another in a circle: `links/a` → `links/a`"
    );
}

#[test]
fn two_ways_to_one_subject_are_no_circle() {
    let text = "operator: {favourite: a}\nlinks: [{id: a, others: [b, c]}, {id: b, next: d}, {id: c, next: d}, {id: d, next: none}]";
    let register = load_text(&links(), text).sound();
    let Value::Record(favourite) = &register.operator.fields[0] else { panic!("a link") };
    assert_eq!(favourite.id.as_deref(), Some("a"));
}

fn row(length: usize, backwards: bool) -> String {
    let mut entries: Vec<_> = (0..length).map(|at| format!("  - {{id: l{at}, next: l{}}}\n", at + 1)).collect();
    entries.push(format!("  - {{id: l{length}, next: none}}\n"));
    if backwards {
        entries.reverse();
    }
    entries.into_iter().fold("links:\n".to_owned(), |mut text, entry| {
        write!(text, "{entry}").unwrap();
        text
    })
}

#[test]
fn long_rows_are_refused_from_whichever_end_they_are_read() {
    let rulebook = links();
    for backwards in [false, true] {
        let longest = row(REFERENCE_DEPTH_MAX - 1, backwards);
        assert_eq!(load_text(&rulebook, &longest).summary(), "", "backwards: {backwards}");
        let outcome = load_text(&rulebook, &row(20_000, backwards));
        assert!(outcome.register.is_none());
        let expected = "more than 32 subjects refer to one another in a row";
        assert!(outcome.summary().contains(expected), "backwards: {backwards}");
    }
}
