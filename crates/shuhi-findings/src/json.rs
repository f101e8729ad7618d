use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use shuhi_law::Rulebook;
use shuhi_law::calendar::DueDate;
use shuhi_law::decide::{
    DueOutcome, DutyOutcome, DutyState, Excuses, Explanation, Frame, Judgement, Line, RuleOutcome,
};
use shuhi_law::pack::{Citation, Rule};
use shuhi_law::vocabulary::Bilingual;
use shuhi_source::Sources;

use crate::findings::{Finding, Findings, Standing, judged_name};
use crate::missing::MissingFact;

/// All findings as JSON: stable field names, dates as `YYYY-MM-DD`, texts in both languages.
///
/// Findings are explained one after the other while they are written, so that many take little memory.
pub fn findings_json<'f>(findings: &'f Findings<'_>, sources: &'f Sources) -> impl Serialize + 'f {
    let counts = findings.counts(|_| true).into_iter();
    let expired = findings.expired.iter().map(
        |answer| json!({"about": answer.about, "question": answer.question, "review_by": answer.review_by.to_string()}),
    );
    let claims = findings.claims.iter().map(|claim| {
        let term = findings.rulebook.vocabulary.term(claim.term).map(|term| term.name.clone());
        json!({"subject": claim.subject, "term": term})
    });
    Document {
        at: findings.at.to_string(),
        rulebook: &findings.rulebook.hash,
        operator: findings.operator.as_deref(),
        counts: counts.map(|(verdict, count)| (verdict.id().to_owned(), json!(count))).collect(),
        findings: Entries { findings, sources },
        expired_answers: expired.collect(),
        contradicted_claims: claims.collect(),
    }
}

/// One decision as JSON.
pub fn decision_json(judgement: &Judgement, frame: &Frame<'_>, explain: impl Fn(&RuleOutcome) -> Explanation) -> Value {
    let rulebook = frame.rulebook;
    let rule = |outcome: &RuleOutcome| {
        let explanation = explain(outcome);
        let rule = rulebook.packs.rules.get(outcome.rule)?;
        let entry = RuleEntry {
            outcome: OutcomeEntry::of(outcome, rule, rulebook, &explanation),
            counts: outcome.deciding,
            missing: frame.missing(outcome),
        };
        Some(json!(entry))
    };
    json!({
        "at": judgement.at.to_string(),
        "rulebook": rulebook.hash,
        "act": judged_name(frame.judged, rulebook),
        "decision": judgement.decision.map(|decision| decision.id()),
        "rules": judgement.outcomes.iter().filter_map(rule).collect::<Vec<Value>>(),
        "duties": duties_json(&judgement.duties, rulebook),
    })
}

#[derive(Serialize)]
struct Document<'f, 'r> {
    at: String,
    rulebook: &'f str,
    operator: Option<&'f str>,
    counts: serde_json::Map<String, Value>,
    findings: Entries<'f, 'r>,
    expired_answers: Vec<Value>,
    contradicted_claims: Vec<Value>,
}

struct Entries<'f, 'r> {
    findings: &'f Findings<'r>,
    sources: &'f Sources,
}

impl Serialize for Entries<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.all.iter().map(|finding| Entry { finding, of: self }))
    }
}

struct Entry<'f, 'r> {
    finding: &'f Finding<'r>,
    of: &'f Entries<'f, 'r>,
}

impl Serialize for Entry<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { finding, of } = self;
        let rulebook = of.findings.rulebook;
        let explanation = finding.explanation();
        let entry = FindingEntry {
            outcome: OutcomeEntry::of(&finding.outcome, finding.rule, rulebook, &explanation),
            subject: &finding.subject,
            judged: &finding.judged,
            place: finding.span.map(|span| of.sources.place(span)),
            counts: finding.standing == Standing::Deciding,
            missing: finding.missing.iter().map(MissingEntry::of).collect(),
            duties: duties_json(&finding.duties, rulebook),
        };
        entry.serialize(serializer)
    }
}

#[derive(Serialize)]
struct FindingEntry<'f> {
    #[serde(flatten)]
    outcome: OutcomeEntry<'f>,
    subject: &'f str,
    judged: &'f str,
    place: Option<String>,
    counts: bool,
    missing: Vec<MissingEntry<'f>>,
    duties: Value,
}

#[derive(Serialize)]
struct RuleEntry<'f> {
    #[serde(flatten)]
    outcome: OutcomeEntry<'f>,
    counts: bool,
    missing: Vec<String>,
}

#[derive(Serialize)]
struct OutcomeEntry<'f> {
    rule: &'f str,
    pack: &'f str,
    title: Text<'f>,
    level: &'static str,
    judges: Vec<String>,
    cite: Vec<Cite<'f>>,
    covers: &'f [String],
    verdict: &'static str,
    base: &'static str,
    excused_by: &'f Excuses,
    own_interpretation: bool,
    conflict: Option<(&'f str, &'f str)>,
    say: Text<'f>,
    fix: Text<'f>,
    trace: Trace<'f>,
}

impl<'f> OutcomeEntry<'f> {
    fn of(outcome: &'f RuleOutcome, rule: &'f Rule, rulebook: &Rulebook, explanation: &'f Explanation) -> Self {
        let exception = |(id, truth, lines): &'f (String, shuhi_law::evaluate::Truth, Vec<Line>)| TraceException {
            exception: id,
            holds: truth.id(),
            trace: trace_lines(lines),
        };
        Self {
            rule: &rule.id,
            pack: &rule.pack,
            title: Text::of(&rule.title),
            level: rule.level.id(),
            judges: rule.judges.iter().map(|judged| judged_name(*judged, rulebook)).collect(),
            cite: rule.cite.iter().map(|Citation { law, at }| Cite { law, at }).collect(),
            covers: &rule.covers,
            verdict: outcome.verdict.id(),
            base: outcome.base.id(),
            excused_by: &outcome.excused_by,
            own_interpretation: outcome.own_interpretation,
            conflict: outcome.conflict.as_ref().map(|(first, second)| (first.as_str(), second.as_str())),
            say: Text::of(&rule.say),
            fix: Text::of(&rule.fix),
            trace: Trace {
                when: trace_lines(&explanation.when),
                require: trace_lines(&explanation.require),
                exceptions: explanation.exceptions.iter().map(exception).collect(),
            },
        }
    }
}

#[derive(Serialize)]
struct Text<'f> {
    ja: &'f str,
    en: &'f str,
}

impl<'f> Text<'f> {
    fn of(text: &'f Bilingual) -> Self {
        Self { ja: &text.ja, en: &text.en }
    }
}

#[derive(Serialize)]
struct Cite<'f> {
    law: &'f str,
    at: &'f str,
}

#[derive(Serialize)]
struct MissingEntry<'f> {
    fact: &'f str,
    question: Option<Text<'f>>,
    attested: bool,
}

impl<'f> MissingEntry<'f> {
    fn of(fact: &'f MissingFact) -> Self {
        let question = fact.question.as_ref().map(|(ja, en)| Text { ja, en });
        Self { fact: &fact.name, question, attested: fact.attested }
    }
}

#[derive(Serialize)]
struct Trace<'f> {
    when: Vec<TraceLine<'f>>,
    require: Vec<TraceLine<'f>>,
    exceptions: Vec<TraceException<'f>>,
}

#[derive(Serialize)]
struct TraceException<'f> {
    exception: &'f str,
    holds: &'static str,
    trace: Vec<TraceLine<'f>>,
}

#[derive(Serialize)]
struct TraceLine<'f> {
    depth: usize,
    text: &'f str,
    truth: &'static str,
    facts: Vec<TraceFact<'f>>,
}

impl<'f> TraceLine<'f> {
    fn of(line: &'f Line) -> Self {
        let facts = line.facts.iter().map(|(fact, value, assumed)| TraceFact { fact, value, assumed: *assumed });
        Self { depth: line.depth, text: &line.text, truth: line.truth.id(), facts: facts.collect() }
    }
}

#[derive(Serialize)]
struct TraceFact<'f> {
    fact: &'f str,
    value: &'f str,
    assumed: bool,
}

fn trace_lines(lines: &[Line]) -> Vec<TraceLine<'_>> {
    lines.iter().map(TraceLine::of).collect()
}

fn duties_json(duties: &[DutyOutcome], rulebook: &Rulebook) -> Value {
    let duty = |duty: &DutyOutcome| {
        let rule = rulebook.packs.rules.get(duty.rule);
        let said = rule.and_then(|rule| rule.duties.get(duty.number)).map(|duty| Text::of(&duty.say));
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
