use serde_json::{Value, json};
use shuhi_law::Rulebook;
use shuhi_law::calendar::DueDate;
use shuhi_law::decide::{DueOutcome, DutyOutcome, DutyState, Explanation, Frame, Judgement, Line, RuleOutcome};
use shuhi_law::pack::{Citation, Judged};
use shuhi_law::vocabulary::Bilingual;
use shuhi_source::Sources;

use crate::findings::{Findings, Standing, judged_name};

/// All findings as JSON: stable field names, dates as `YYYY-MM-DD`, texts in both languages.
pub fn findings_json(findings: &Findings<'_>, sources: &Sources) -> Value {
    let list: Vec<Value> = findings
        .all
        .iter()
        .map(|finding| {
            let mut value = outcome_json(&finding.outcome, findings.rulebook, &finding.explanation);
            let missing: Vec<Value> = finding
                .missing
                .iter()
                .map(|fact| {
                    let question = fact.question.as_ref().map(|(ja, en)| json!({"ja": ja, "en": en}));
                    json!({"fact": fact.name, "question": question, "attested": fact.attested})
                })
                .collect();
            if let Some(entries) = value.as_object_mut() {
                entries.insert("subject".to_owned(), json!(finding.subject));
                entries.insert("judged".to_owned(), json!(finding.judged));
                entries.insert("place".to_owned(), json!(finding.span.map(|span| sources.place(span))));
                entries.insert("counts".to_owned(), json!(finding.standing == Standing::Deciding));
                entries.insert("missing".to_owned(), Value::Array(missing));
                entries.insert("duties".to_owned(), duties_json(&finding.duties, findings.rulebook));
            }
            value
        })
        .collect();
    let counts: serde_json::Map<String, Value> =
        findings.counts(|_| true).into_iter().map(|(verdict, count)| (verdict.id().to_owned(), json!(count))).collect();
    let claims: Vec<Value> = findings
        .claims
        .iter()
        .map(|claim| {
            let term = findings.rulebook.vocabulary.term(claim.term).map(|term| term.name.clone());
            json!({"subject": claim.subject, "term": term})
        })
        .collect();
    json!({
        "at": findings.at.to_string(),
        "rulebook": findings.rulebook.hash,
        "operator": findings.operator,
        "counts": counts,
        "findings": list,
        "expired_answers": findings.expired.iter().map(|answer| json!({
            "about": answer.about, "question": answer.question, "review_by": answer.review_by.to_string(),
        })).collect::<Vec<_>>(),
        "contradicted_claims": claims,
    })
}

/// One decision as JSON.
pub fn decision_json(judgement: &Judgement, frame: &Frame<'_>, explain: impl Fn(&RuleOutcome) -> Explanation) -> Value {
    let rulebook = frame.rulebook;
    let rules: Vec<Value> = judgement
        .outcomes
        .iter()
        .map(|outcome| {
            let mut value = outcome_json(outcome, rulebook, &explain(outcome));
            if let Some(entries) = value.as_object_mut() {
                entries.insert("counts".to_owned(), json!(outcome.deciding));
                entries.insert("missing".to_owned(), json!(frame.missing(outcome)));
            }
            value
        })
        .collect();
    json!({
        "at": judgement.at.to_string(),
        "rulebook": rulebook.hash,
        "act": judged_name(frame.judged, rulebook),
        "decision": judgement.decision.map(|decision| decision.id()),
        "rules": rules,
        "duties": duties_json(&judgement.duties, rulebook),
    })
}

fn outcome_json(outcome: &RuleOutcome, rulebook: &Rulebook, explanation: &Explanation) -> Value {
    let Some(rule) = rulebook.packs.rules.get(outcome.rule) else { return Value::Null };
    let judged: Vec<String> = rule.judges.iter().map(|judged: &Judged| judged_name(*judged, rulebook)).collect();
    let exceptions: Vec<Value> = explanation
        .exceptions
        .iter()
        .map(|(id, truth, lines)| json!({"exception": id, "holds": truth.id(), "trace": lines_json(lines)}))
        .collect();
    json!({
        "rule": rule.id,
        "pack": rule.pack,
        "title": text(&rule.title),
        "level": rule.level.id(),
        "judges": judged,
        "cite": citations_json(&rule.cite),
        "covers": rule.covers,
        "verdict": outcome.verdict.id(),
        "base": outcome.base.id(),
        "excused_by": outcome.excused_by,
        "own_interpretation": outcome.own_interpretation,
        "conflict": outcome.conflict,
        "say": text(&rule.say),
        "fix": text(&rule.fix),
        "trace": {
            "when": lines_json(&explanation.when),
            "require": lines_json(&explanation.require),
            "exceptions": exceptions,
        },
    })
}

fn lines_json(lines: &[Line]) -> Value {
    let line = |line: &Line| {
        let facts =
            line.facts.iter().map(|(name, value, assumed)| json!({"fact": name, "value": value, "assumed": assumed}));
        json!({"depth": line.depth, "text": line.text, "truth": line.truth.id(), "facts": facts.collect::<Vec<_>>()})
    };
    Value::Array(lines.iter().map(line).collect())
}

fn duties_json(duties: &[DutyOutcome], rulebook: &Rulebook) -> Value {
    let duty = |duty: &DutyOutcome| {
        let rule = rulebook.packs.rules.get(duty.rule);
        let said = rule.and_then(|rule| rule.duties.get(duty.number)).map(|duty| text(&duty.say));
        let due = match &duty.due {
            None => Value::Null,
            Some(DueOutcome::Word(word)) => json!({"word": word.id()}),
            Some(DueOutcome::On(DueDate::Known(date))) => json!({"date": date.to_string()}),
            Some(DueOutcome::On(DueDate::CalendarUnknown { nominal })) => {
                json!({"date": null, "before_rest_days": nominal.to_string()})
            }
            Some(DueOutcome::Unknown(missing)) => json!({"date": null, "missing": missing}),
        };
        json!({
            "duty": duty.id,
            "say": said,
            "rule": rule.map(|rule| rule.id.clone()),
            "possible_only": duty.state == DutyState::Possible,
            "due": due,
            "keep_until": duty.keep.as_ref().and_then(|keep| keep.until).map(|date| date.to_string()),
            "possible_from": duty.possible_from.flatten().map(|date| date.to_string()),
            "conflict_with": duty.conflict_with.and_then(|rule| rulebook.packs.rules.get(rule)).map(|rule| rule.id.clone()),
        })
    };
    Value::Array(duties.iter().map(duty).collect())
}

fn citations_json(cite: &[Citation]) -> Value {
    Value::Array(cite.iter().map(|cite| json!({"law": cite.law, "at": cite.at})).collect())
}

fn text(text: &Bilingual) -> Value {
    json!({"ja": text.ja, "en": text.en})
}
