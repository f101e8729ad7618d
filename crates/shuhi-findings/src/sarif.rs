use serde_json::{Value, json};
use shuhi_law::decide::Verdict;
use shuhi_law::pack::Level;
use shuhi_law::vocabulary::Language;
use shuhi_source::Sources;

use crate::findings::{Finding, Findings, Standing};

/// The findings against the operator, and the undecided ones, as a SARIF 2.1.0 log for code review tools.
pub fn findings_sarif(findings: &Findings<'_>, sources: &Sources, language: Language, version: &str) -> Value {
    let shown = |finding: &&Finding<'_>| {
        finding.standing == Standing::Deciding && (finding.is_adverse() || finding.is_unknown())
    };
    let reported: Vec<&Finding<'_>> = findings.all.iter().filter(shown).collect();
    let mut rules: Vec<Value> = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for finding in &reported {
        if !known.contains(&finding.rule.id.as_str()) {
            known.push(&finding.rule.id);
            rules.push(json!({
                "id": finding.rule.id,
                "name": finding.rule.title.en,
                "shortDescription": {"text": finding.rule.title.in_language(language)},
                "fullDescription": {"text": finding.rule.say.in_language(language)},
                "help": {"text": finding.rule.fix.in_language(language)},
                "properties": {"level": finding.rule.level.id()},
            }));
        }
    }
    let results: Vec<Value> = reported.iter().map(|finding| result(finding, &known, sources, language)).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "shuhi",
                "version": version,
                "rules": rules,
                "properties": {"at": findings.at.to_string(), "rulebook": findings.rulebook.hash},
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Finding<'_>, known: &[&str], sources: &Sources, language: Language) -> Value {
    let level = match (finding.rule.level, finding.outcome.verdict) {
        (Level::Statutory, Verdict::Breached | Verdict::Conflict) => "error",
        (_, Verdict::Breached | Verdict::Flagged | Verdict::Conflict) | (Level::Statutory, _) => "warning",
        _ => "note",
    };
    let mut message = format!("{}: {}", finding.subject, finding.rule.say.in_language(language));
    for fact in &finding.missing {
        message.push_str(&format!("\n? {}", fact.name));
    }
    let location = finding.span.and_then(|span| {
        let file = sources.get(span.file)?;
        let (start, end) = (file.position(span.start), file.position(span.end));
        Some(json!({"physicalLocation": {
            "artifactLocation": {"uri": uri(file.name())},
            "region": {
                "startLine": start.line, "startColumn": start.column,
                "endLine": end.line, "endColumn": end.column,
            },
        }}))
    });
    let index = known.iter().position(|id| *id == finding.rule.id);
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": level,
        "message": {"text": message},
        "locations": location.into_iter().collect::<Vec<_>>(),
        "properties": {"verdict": finding.outcome.verdict.id(), "subject": finding.subject},
    })
}

/// A file name as a relative URI: everything but letters, digits and `/-_.~` in percent form.
fn uri(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
