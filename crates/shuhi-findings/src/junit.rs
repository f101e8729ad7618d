use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use shuhi_law::vocabulary::Language;
use shuhi_source::Sources;

use crate::findings::{Finding, Findings, Standing};

/// The findings as a JUnit report for continuous integration: one suite a level, one test a rule and subject.
///
/// What speaks against the operator fails; what cannot be decided is an error, so that it is not taken for success.
/// `further` suites stand after ours: what scans observed.
///
/// # Errors
///
/// Where the report cannot be written as XML.
pub fn findings_junit(
    findings: &Findings<'_>,
    sources: &Sources,
    language: Language,
    further: Vec<TestSuite>,
) -> Result<String, SerializeError> {
    let mut report = Report::new("shuhi check");
    let deciding = || findings.all.iter().filter(|finding| finding.standing == Standing::Deciding);
    for level in shuhi_law::pack::Level::ALL {
        let mut suite = TestSuite::new(level.id());
        for finding in deciding().filter(|finding| finding.rule.level == level) {
            suite.add_test_case(test_case(finding, sources, language));
        }
        if suite.tests > 0 {
            report.add_test_suite(suite);
        }
    }
    report.add_test_suites(further);
    report.to_string()
}

fn test_case(finding: &Finding<'_>, sources: &Sources, language: Language) -> TestCase {
    let status = if finding.is_adverse() {
        failed(NonSuccessKind::Failure, finding, sources, language)
    } else if finding.is_unknown() {
        failed(NonSuccessKind::Error, finding, sources, language)
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(finding.subject.as_str(), status);
    case.set_classname(finding.rule.id.as_str());
    case
}

fn failed(kind: NonSuccessKind, finding: &Finding<'_>, sources: &Sources, language: Language) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(finding.outcome.verdict.id());
    status.set_message(finding.rule.title.in_language(language));
    let place = finding.span.map(|span| sources.place(span)).unwrap_or_default();
    let mut text = format!("{place}\n{}\n", finding.rule.say.in_language(language));
    for (name, value, _) in finding.facts() {
        text.push_str(&format!("{name} = {value}\n"));
    }
    for fact in &finding.missing {
        text.push_str(&format!("? {}\n", fact.name));
    }
    status.set_description(text);
    status
}
