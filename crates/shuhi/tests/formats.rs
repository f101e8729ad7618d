//! The forms that other tools read are accepted by readers that are not ours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

use std::path::Path;
use std::process::Command;

fn check(format: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO_BIN_EXE_shuhi"))
        .args(["check", "examples/access-provider", "--at", "2026-11-21", "--format", format])
        .current_dir(root)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn sarif_is_read_by_the_types_made_from_its_schema() {
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&check("sarif")).unwrap();
    let run = log.runs.first().unwrap();
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let results = run.results.as_ref().unwrap();
    assert!(results.len() > 5);
    for result in results {
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(Some(&rules[index].id), result.rule_id.as_ref());
        let region = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap().region.as_ref().unwrap();
        assert!(region.start_line.unwrap() > 0);
    }
}

#[test]
fn junit_is_read_by_another_parser_with_the_same_counts() {
    let report = junit_parser::from_reader(check("junit").as_bytes()).unwrap();
    let cases = report.suites.iter().flat_map(|suite| &suite.cases);
    assert_eq!(report.tests, cases.clone().count() as u64);
    let failed = cases.filter(|case| case.status.is_failure()).count() as u64;
    assert_eq!(report.failures, failed);
    assert!(failed > 5);
}

#[test]
fn json_says_the_same_as_sarif() {
    let found: serde_json::Value = serde_json::from_str(&check("json")).unwrap();
    let breached = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["verdict"] == "breached" && finding["counts"] == true);
    let log: serde_json::Value = serde_json::from_str(&check("sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let told = results.iter().filter(|result| result["properties"]["verdict"] == "breached");
    assert_eq!(breached.count(), told.count());
}
