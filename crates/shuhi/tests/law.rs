//! `shuhi law`: the rulebook's proof, its coverage, and single parts of it explained.
//!
//! The rulebook grows, so what counts it is asserted in its shape only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use support::{Scratch, shuhi, steady};
use unicode_width::UnicodeWidthStr;

/// `N passed, M failed` as numbers.
fn passed_and_failed(line: &str) -> (usize, usize) {
    let (passed, failed) = line.strip_suffix(" failed").and_then(|rest| rest.split_once(" passed, ")).expect(line);
    (passed.parse().expect(line), failed.parse().expect(line))
}

#[test]
fn every_example_and_case_of_the_rulebook_passes() {
    let run = shuhi(&["law", "test"]);
    let (passed, failed) = passed_and_failed(run.stdout.lines().last().unwrap());
    assert_eq!((run.status, failed), (0, 0), "{}", run.stdout);
    assert!(passed > 300, "{passed}");
    assert!(!run.stdout.contains("FAILED"));
}

#[test]
fn the_worked_cases_of_communications_history_pass() {
    let run = shuhi(&["law", "test", "--cases", "law/logs/cases.yaml"]);
    let (passed, failed) = passed_and_failed(run.stdout.lines().last().unwrap());
    assert_eq!((run.status, failed), (0, 0), "{}", run.stdout);
    assert!(passed > 40, "{passed}");
}

#[test]
fn a_case_that_fails_says_where_and_what_came_out() {
    let scratch = Scratch::new("law-failing-case");
    scratch.write("cases.yaml", FAILING);
    let run = scratch.shuhi(&["law", "test", "--cases", "cases.yaml"]);
    insta::assert_snapshot!("failing-cases", run.stdout);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
}

const FAILING: &str = "\
- id: mine-1
  at: 2026-04-01
  packs: [logs]
  act: trace_sender
  facts: {tracing: {public_communication: false}, justification: {kind: none}}
  expect: {decision: permitted}
- id: mine-2
  at: 2026-04-01
  packs: [logs]
  act: keep_on
  facts: {history: {own_period: passed}, hold: {basis: none}}
  expect: {clause: logs.erase-01, verdict: met}
- id: mine-3
  at: 2026-04-01
  facts: {operator: {offers: [social_network]}}
  expect: {term: content_provider, is: true}
- id: mine-4
  at: 2026-04-01
  act: retain
  facts: {policy: {kind: logn}}
  expect: {decision: unknown}
";

#[test]
fn coverage_ends_with_its_count() {
    let run = shuhi(&["law", "coverage", "law/catalogue/logs.yaml", "--lang", "en"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stdout.starts_with("section "), "{}", run.stdout);
    let last = run.stdout.lines().last().unwrap();
    let counts = last.strip_prefix("covered ").and_then(|rest| rest.strip_suffix(" clauses (100 %)")).expect(last);
    let (covered, all) = counts.split_once(" of ").expect(last);
    assert_eq!(covered, all);
    assert!(!run.stdout.contains("uncovered:"));
}

#[test]
fn coverage_of_an_unknown_clause_is_status_one() {
    let scratch = Scratch::new("law-coverage");
    scratch.write("clauses.yaml", "- {id: logs.retain-01}\n- {id: mine.nowhere-01}\n");
    let run = scratch.shuhi(&["law", "coverage", "clauses.yaml", "--list", "--lang", "en"]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("coverage-of-an-unknown-clause", run.stdout);
}

#[test]
fn columns_align_in_a_terminal_that_shows_japanese() {
    let run = shuhi(&["law", "coverage", "law/catalogue/logs.yaml", "--lang", "ja"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let (_, rows) = lines.split_last().unwrap();
    assert!(rows[0].contains("条項の区分"), "{}", rows[0]);
    let expected = columns(rows[0]);
    assert_eq!(expected.len(), 5);
    for row in rows {
        assert_eq!(columns(row), expected, "{row}");
    }
}

/// Where each column of a row begins, in the columns of a terminal.
fn columns(row: &str) -> Vec<usize> {
    let begins = row.char_indices().filter(|(at, letter)| *letter != ' ' && (*at == 0 || row[..*at].ends_with(' ')));
    begins.map(|(at, _)| row[..at].width()).collect()
}

#[test]
fn lint_finds_no_fault() {
    let run = shuhi(&["law", "lint"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let line = steady(&run.stdout);
    let words: Vec<&str> = line.split_whitespace().filter(|word| word.parse::<usize>().is_err()).collect();
    insta::assert_snapshot!("lint", words.join(" "));
}

#[test]
fn the_folder_of_the_law_is_the_rulebook_embedded() {
    let embedded = shuhi(&["law", "lint"]);
    let folder = shuhi(&["law", "lint", "--rulebook", "law"]);
    assert_eq!((folder.status, &folder.stdout), (0, &embedded.stdout), "{}", folder.stderr);
}

#[test]
fn own_packs_are_laid_over_the_rulebook() {
    let scratch = Scratch::new("law-own-pack");
    scratch.write("packs/own.yaml", OWN);
    let run = scratch.shuhi(&["law", "show", "own.one-month", "--law", "packs", "--lang", "ja"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("own-rule", steady(&run.stdout));

    scratch
        .write("register.yaml", "operator: {offers: [social_network]}\nlog_policies:\n  - {id: a, period: 2 months}\n");
    let arguments = ["check", "register.yaml", "--at", support::AT, "--lang", "en", "--law", "packs"];
    let run = scratch.shuhi(&arguments);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("(own.one-month)"), "{}", run.stdout);
}

const OWN: &str = "\
pack: own
rules:
  - rule: own.one-month
    title: {ja: 社内基準の一か月, en: our own month}
    level: statutory
    cite: [{law: telecom-guideline-commentary, at: 38(1)}]
    because: {ja: 見本の社内基準, en: a sample of a house rule}
    judges: LogPolicy
    require: has(log_policy.period) && log_policy.period <= period(\"1 month\")
    say: {ja: 社内基準では一か月までとする。, en: our own limit is one month.}
    fix: {ja: 一か月以内に短くする。, en: shorten to one month.}
    examples:
      - {name: one month, at: 2026-04-01, facts: {log_policy: {period: 1 month}}, expect: {verdict: met}}
      - {name: two months, at: 2026-04-01, facts: {log_policy: {period: 2 months}}, expect: {verdict: breached}}
      - name: not stated
        at: 2026-04-01
        facts: {log_policy: {}}
        expect: {verdict: unknown, missing: [log_policy.period]}
";

#[test]
fn parts_of_the_rulebook_are_explained_in_both_languages() {
    let shown = [
        ("rule", "logs.retain.ap-longer"),
        ("rule-with-duty", "logs.erase.period-passed"),
        ("term", "longer_need"),
        ("exception", "logs.hold.by-law"),
        ("question", "about-six-months"),
        ("clause", "logs.retain.ap-05"),
    ];
    for (name, id) in shown {
        for lang in ["ja", "en"] {
            let run = shuhi(&["law", "show", id, "--lang", lang]);
            assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{id}");
            insta::assert_snapshot!(format!("show-{name}-{lang}"), steady(&run.stdout));
        }
    }
}
