//! `shuhi decide`: one act on one set of facts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use serde_json::Value;
use support::{AT, Run, Scratch, shuhi, shuhi_reading, steady};

const WARNING: [&str; 5] = [
    "tracing.public_communication=true",
    "tracing.illegal_or_harmful=true",
    "tracing.impedes_own_service=true",
    "tracing.to_warn_sender=true",
    "justification.kind=none",
];

fn decide(arguments: &[&str]) -> Run {
    shuhi(&[&["decide", "--at", AT, "--packs", "logs"], arguments].concat())
}

#[test]
fn decisions_read_well_in_both_languages() {
    let kept_too_long = ["keep_on", "history.own_period=passed", "hold.basis=none"];
    let held = [
        "keep_on",
        "history.own_period=passed",
        "hold.basis=preservation_request",
        "hold.covers_records=true",
        "hold.running=true",
    ];
    let open = ["trace_sender", "tracing.public_communication=false"];
    let warning = [&["trace_sender"][..], &WARNING].concat();
    let asked: [(&str, &[&str], i32); 4] = [
        ("erasure-overdue", &kept_too_long, 1),
        ("held-by-law", &held, 0),
        ("ground-not-known", &open, 1),
        ("warning-a-sender", &warning, 0),
    ];
    for (name, arguments, status) in asked {
        for lang in ["ja", "en"] {
            let run = decide(&[arguments, &["--lang", lang]].concat());
            insta::assert_snapshot!(format!("{name}-{lang}"), steady(&run.stdout));
            assert_eq!((run.status, run.stderr.as_str()), (status, ""), "{name}");
        }
    }
}

#[test]
fn json_has_decision_rules_and_duties() {
    let run = decide(&["keep_on", "history.own_period=passed", "hold.basis=none", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(run.status, 1);
    assert_eq!((&answer["act"], &answer["decision"]), (&Value::from("keep_on"), &Value::from("forbidden")));
    assert_eq!(answer["at"], AT);
    let rules = answer["rules"].as_array().unwrap();
    let passed = rules.iter().find(|rule| rule["rule"] == "logs.erase.period-passed").unwrap();
    assert_eq!(passed["verdict"], "breached");
    assert_eq!(passed["trace"]["when"][0]["facts"][0]["fact"], "history.own_period");
    assert_eq!(answer["duties"][0]["duty"], "erase");
    assert_eq!(answer["duties"][0]["due"]["word"], "promptly");
}

#[test]
fn facts_come_from_the_command_line_a_file_or_standard_input() {
    let facts = "tracing: {public_communication: true, illegal_or_harmful: true, impedes_own_service: true, \
                 to_warn_sender: true}\njustification: {kind: none}\n";
    let scratch = Scratch::new("decide-facts");
    scratch.write("facts.yaml", facts);
    let file = scratch.0.join("facts.yaml");
    let stated = decide(&[&["trace_sender"][..], &WARNING].concat());
    let from_file = decide(&["trace_sender", "--file", file.to_str().unwrap()]);
    let piped = shuhi_reading(facts, &["decide", "--at", AT, "--packs", "logs", "trace_sender", "--file", "-"]);
    assert!(stated.stdout.contains("logs.trace.sender.warning-a-harmful-sender"));
    assert_eq!((stated.status, from_file.status, piped.status), (0, 0, 0), "{}", piped.stderr);
    assert_eq!(stated.stdout, from_file.stdout);
    assert_eq!(stated.stdout, piped.stdout);

    // A file and the command line complete one another.
    scratch.write("rest.yaml", "justification: {kind: none}\n");
    let rest = scratch.0.join("rest.yaml");
    let both = decide(&[&["trace_sender", "--file", rest.to_str().unwrap()][..], &WARNING[..4]].concat());
    assert_eq!((both.status, both.stdout), (0, stated.stdout));
}

#[test]
fn lists_and_mappings_can_be_values() {
    let run = decide(&[
        "retain",
        "operator.offers=[social_network]",
        "policy.kind=login",
        "policy.period=4 months",
        "policy.purposes=[{purpose: security, needed: true}]",
        "consent.given=false",
        "--format",
        "json",
    ]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["decision"], "permitted");
}

#[test]
fn the_longest_date_is_a_date() {
    let run = shuhi(&["decide", "keep_on", "--at", "9999-12-31", "--lang", "en", "history.own_period=running"]);
    assert!(run.stdout.contains("law as of 9999-12-31"), "{}{}", run.stdout, run.stderr);
    // The hold would end beyond the calendar: that day is not known, and nothing is made up.
    let hold = [
        "hold.basis=preservation_request",
        "hold.received_on=9999-12-31",
        "hold.first_term=30 days",
        "hold.total_term=30 days",
    ];
    let run = shuhi(&[&["decide", "accept_hold", "--at", "9999-12-31", "--lang", "en"], &hold[..]].concat());
    assert!(run.status < 2, "{}", run.stderr);
    assert!(!run.stdout.contains("by -") && !run.stdout.contains("by 1"), "{}", run.stdout);
}

#[test]
fn without_packs_all_of_them_decide_and_with_packs_the_answer_says_so() {
    let all = shuhi(&["decide", "trace_sender", "--at", AT, "--lang", "en", "justification.kind=none"]);
    let one = decide(&["trace_sender", "--lang", "en", "justification.kind=none"]);
    assert!(!all.stdout.contains("only these packs decide"));
    assert!(one.stdout.contains("only these packs decide: logs\n"));
}
