//! `shuhi decide ACT --batch FILE`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use support::{AT, Scratch, shuhi, shuhi_reading};

#[test]
fn the_sample_applications_are_decided_alike_in_both_forms() {
    let csv = shuhi(&["decide", "contract_line", "--batch", "examples/mobile-operator/applications.csv", "--at", AT]);
    assert_eq!(csv.status, 1, "{}", csv.stderr);
    let jsonl =
        shuhi(&["decide", "contract_line", "--batch", "examples/mobile-operator/applications.jsonl", "--at", AT]);
    let rows: Vec<Vec<&str>> = csv.stdout.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let objects: Vec<serde_json::Value> =
        jsonl.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 40);
    assert_eq!(objects.len(), 40);
    for (row, object) in rows.iter().zip(&objects) {
        assert_eq!((row[1], row[3]), (object["id"].as_str().unwrap(), object["decision"].as_str().unwrap()));
    }
    for decision in ["permitted", "forbidden", "unknown"] {
        assert!(rows.iter().any(|row| row[3] == decision), "none {decision}");
    }
    // Whoever is refused is told by which rule.
    assert!(rows.iter().filter(|row| row[3] == "forbidden").all(|row| row[4].contains('.')));
    assert!(csv.stderr.contains("40 line(s) decided, 0 bad"), "{}", csv.stderr);
}

#[test]
fn a_bad_line_is_told_with_its_number_and_the_others_are_decided() {
    let run = shuhi_reading(
        "id,justification.kind\na,warrant\nb,warant\nc,none,x\nd,warrant\n",
        &["decide", "trace_sender", "--batch", "-", "--batch-format", "csv", "--at", AT],
    );
    assert_eq!(run.status, 2);
    let decisions: Vec<&str> = run.stdout.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(decisions, ["permitted", "bad_line", "bad_line", "permitted"]);
    assert!(run.stderr.contains("line 3: justification.kind: unknown value `warant`"), "{}", run.stderr);
    assert!(run.stderr.contains("2 line(s) decided, 2 bad"), "{}", run.stderr);
}

#[test]
fn a_column_that_is_no_fact_ends_the_run_before_it_begins() {
    let scratch = Scratch::new("batch-column");
    scratch.write("lines.csv", "id,justfication.kind\na,warrant\n");
    let run = scratch.shuhi(&["decide", "trace_sender", "--batch", "lines.csv"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("unknown role `justfication`"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean `justification`?"), "{}", run.stderr);
}
