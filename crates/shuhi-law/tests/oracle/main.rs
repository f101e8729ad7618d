//! The oracle: the crate `cel` evaluates the same condition texts on the same facts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]
mod completion;
mod conservative;
mod law;
mod made_up;
mod naive;
#[path = "../support/mod.rs"]
mod support;
mod world;

use completion::{Case, Outcomes};
use shuhi_law::decide::LoneCondition;
use shuhi_law::facts::{Facts, Value};
use shuhi_law::vocabulary::Vocabulary;
use world::Answer;

/// How often what was compared.
#[derive(Debug, Default)]
struct Tally {
    /// Shuhi gave a value, and every completion has it.
    definite: usize,
    /// Shuhi gave none, and completions differ.
    unknown: usize,
    /// Shuhi gave none although completions agree, where that is documented, by reason.
    conservative: std::collections::BTreeMap<&'static str, usize>,
    /// There were too many completions to try them all.
    truncated: usize,
}

/// Compares Shuhi's value, traced and untraced, with the values that CEL gives for every completion of the facts.
///
/// # Errors
///
/// How they differ.
fn compare(case: &Case<'_>, lone: &LoneCondition<'_>, facts: &Facts, tally: &mut Tally) -> Result<(), String> {
    let value = lone.value(facts);
    if lone.traced_value(facts) != value {
        return Err(format!("traced, `{}` comes to another value on\n{}", case.condition.text, written(case, facts)));
    }
    let ours = answer(&value, case);
    let outcomes = case.outcomes(facts);
    let Outcomes { answers, undetermined, .. } = &outcomes;
    let differ = |what: &str| {
        let (text, at, facts) = (&case.condition.text, case.at, written(case, facts));
        Err(format!("{what}:\n`{text}`\non {at}, with\n{facts}\nours: {ours:?}, cel's: {answers:?} {undetermined:?}"))
    };
    match &ours {
        Some(value) if undetermined.is_empty() && answers.iter().all(|answer| answer == value) => tally.definite += 1,
        Some(_) => return differ("definite, but not for every completion"),
        None if outcomes.truncated => tally.truncated += 1,
        None if answers.len() > 1 || !undetermined.is_empty() => tally.unknown += 1,
        None => match conservative::reason(case, &outcomes) {
            Some(reason) => *tally.conservative.entry(reason).or_default() += 1,
            None => return differ("unknown, but every completion agrees"),
        },
    }
    Ok(())
}

fn answer(value: &Value, case: &Case<'_>) -> Option<Answer> {
    Some(match value {
        Value::Unknown | Value::None => return None,
        Value::Bool(value) => Answer::Bool(*value),
        Value::Int(value) => Answer::Int(*value),
        Value::Date(date) => Answer::Int(naive::day_number(date.year().into(), date.month().into(), date.day().into())),
        Value::Enum(_) => Answer::Text(value.written(case.ty, &case.library.rulebook.vocabulary)?),
        other => panic!("no condition comes to {other:?}"),
    })
}

/// Facts as they would stand in an example, for messages.
fn written(case: &Case<'_>, facts: &Facts) -> String {
    let vocabulary: &Vocabulary = &case.library.rulebook.vocabulary;
    let mut lines = Vec::new();
    for (name, record) in &facts.roots {
        lines.push(format!("{name}: {}", record_text(record, vocabulary)));
    }
    lines.join("\n")
}

fn record_text(record: &shuhi_law::facts::Record, vocabulary: &Vocabulary) -> String {
    let ty = vocabulary.record_type(record.ty).unwrap();
    let mut parts = Vec::new();
    for (field, value) in ty.fields.iter().zip(&record.fields) {
        if *value != Value::Unknown {
            parts.push(format!("{}: {}", field.name, value_text(value, field.ty, vocabulary)));
        }
    }
    for (term, value) in &record.given {
        let word = vocabulary.term(*term).unwrap();
        let ty = shuhi_law::vocabulary::FieldType { item: word.ty, list: false };
        parts.push(format!("is.{}: {}", word.name, value_text(value, ty, vocabulary)));
    }
    parts.extend(record.answers.iter().map(|answer| format!("attested.{}: {:?}", answer.question, answer.value)));
    format!("{{{}}}", parts.join(", "))
}

fn value_text(value: &Value, ty: shuhi_law::vocabulary::FieldType, vocabulary: &Vocabulary) -> String {
    match value {
        Value::Record(record) => record_text(record, vocabulary),
        Value::List(items) => {
            let item = shuhi_law::vocabulary::FieldType { list: false, ..ty };
            let items: Vec<String> = items.iter().map(|value| value_text(value, item, vocabulary)).collect();
            format!("[{}]", items.join(", "))
        }
        value => value.written(ty, vocabulary).unwrap(),
    }
}
