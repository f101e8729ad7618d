//! Differences as JSON, SARIF and JUnit.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use shuhi_law::vocabulary::Language;
use shuhi_source::Sources;

use crate::difference::{Difference, Kind};
use crate::newest::differences_json;
use crate::observation::Observation;
use crate::summary::Summary;

/// The observation and its differences as one JSON document.
pub fn scan_json(observation: &Observation, differences: &[Difference], summary: &Summary, sources: &Sources) -> Value {
    let differences = differences_json(differences, sources);
    json!({"observation": observation, "differences": differences, "summary": summary})
}

/// The differences as a SARIF 2.1.0 log, for code review tools.
pub fn scan_sarif(differences: &[Difference], sources: &Sources, language: Language, version: &str) -> Value {
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| differences.iter().any(|found| found.kind == *kind)).collect();
    let rules: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({"id": format!("scan.{}", kind.id()), "name": kind.id(), "shortDescription": {"text": kind.title().in_language(language)}}))
        .collect();
    let results: Vec<Value> =
        differences.iter().map(|difference| sarif_result(difference, &kinds, sources, language)).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "shuhi", "version": version, "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn sarif_result(difference: &Difference, kinds: &[Kind], sources: &Sources, language: Language) -> Value {
    let mut text = format!("{}: {}", difference.subject, difference.say.in_language(language));
    for evidence in &difference.evidence {
        text.push_str(&format!("\n{evidence}"));
    }
    let location = difference.span.and_then(|span| {
        let file = sources.get(span.file)?;
        let (start, end) = (file.position(span.start), file.position(span.end));
        Some(json!({"physicalLocation": {
            "artifactLocation": {"uri": uri(file.name())},
            "region": {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column},
        }}))
    });
    json!({
        "ruleId": format!("scan.{}", difference.kind.id()),
        "ruleIndex": kinds.iter().position(|kind| *kind == difference.kind),
        "level": if difference.kind.contradicts() { "error" } else { "note" },
        "message": {"text": text},
        "locations": location.into_iter().collect::<Vec<_>>(),
        "properties": {"subject": difference.subject, "rules": difference.rules},
    })
}

/// A file name as a relative URI: everything but letters, digits and `/-_.~` in percent form.
fn uri(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The differences as a JUnit report: one suite a kind, and for each transmission without one a test that passes.
///
/// # Errors
///
/// Where the report cannot be written as XML.
pub fn scan_junit(
    observation: &Observation,
    differences: &[Difference],
    language: Language,
) -> Result<String, SerializeError> {
    let mut report = Report::new("shuhi scan");
    let mut observed = TestSuite::new("observed");
    for transmission in &observation.transmissions {
        let subject = format!("observed/{}", transmission.id);
        if !differences.iter().any(|difference| difference.subject == subject) {
            observed.add_test_case(TestCase::new(subject, TestCaseStatus::success()));
        }
    }
    report.add_test_suite(observed);
    report.add_test_suites(difference_suites(differences, language));
    report.to_string()
}

/// The differences as JUnit suites, one a kind; what is only to be looked at passes.
pub fn difference_suites(differences: &[Difference], language: Language) -> Vec<TestSuite> {
    let of_kind = |kind: Kind| {
        let mut suite = TestSuite::new(kind.id());
        suite.add_test_cases(
            differences
                .iter()
                .filter(|difference| difference.kind == kind)
                .map(|difference| test_case(difference, language)),
        );
        suite
    };
    Kind::ALL.into_iter().map(of_kind).filter(|suite| suite.tests > 0).collect()
}

fn test_case(difference: &Difference, language: Language) -> TestCase {
    let status = match difference.kind.contradicts() {
        true => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(difference.kind.id());
            status.set_message(difference.say.in_language(language));
            status.set_description(difference.evidence.join("\n"));
            status
        }
        false => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(difference.subject.as_str(), status);
    case.set_classname(format!("scan.{}", difference.kind.id()));
    case
}
