//! Traces and duties as text.

use std::io::Write;

use shuhi_law::Rulebook;
use shuhi_law::decide::{DutyOutcome, DutyState, Explanation, Line};
use shuhi_law::evaluate::Truth;
use shuhi_law::vocabulary::Language;

use crate::failure::Failure;
use crate::page::{wrap, wrap_hanging};
use crate::words::{self, pick};

/// Columns of a truth value and the space behind it.
const TRUTH_WIDTH: usize = 7;

/// The trace of a rule: its condition, its requirement, every exception tried.
pub fn trace(explanation: &Explanation, language: Language, out: &mut impl Write) -> Result<(), Failure> {
    part(pick(language, "適用の条件", "when"), &explanation.when, language, out)?;
    part(pick(language, "求められること", "require"), &explanation.require, language, out)?;
    for (id, truth, lines) in &explanation.exceptions {
        let title = format!("{} {id}: {}", pick(language, "例外", "exception"), truth_word(*truth, language));
        part(&title, lines, language, out)?;
    }
    Ok(())
}

fn part(title: &str, lines: &[Line], language: Language, out: &mut impl Write) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "      {title}")?;
    for line in lines {
        let assumed = pick(language, "（推定）", " (assumed)");
        let fact = |(name, value, is_assumed): &(String, String, bool)| {
            format!("{name} = {value}{}", if *is_assumed { assumed } else { "" })
        };
        let facts = line.facts.iter().map(fact).collect::<Vec<_>>().join(", ");
        let facts = if facts.is_empty() { String::new() } else { format!("   [{facts}]") };
        let text = format!("{}  {}{facts}", truth_mark(line.truth), words::required(&line.text, language));
        let indent = 8 + 2 * line.depth;
        write!(out, "{}", wrap_hanging(&text, indent, indent + TRUTH_WIDTH))?;
    }
    Ok(())
}

fn truth_mark(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true ",
        Truth::False => "false",
        Truth::Unknown => "?    ",
    }
}

/// A truth value in words.
pub fn truth_word(truth: Truth, language: Language) -> &'static str {
    match truth {
        Truth::True => pick(language, "当たる", "holds"),
        Truth::False => pick(language, "当たらない", "does not hold"),
        Truth::Unknown => pick(language, "不明", "unknown"),
    }
}

/// Duties with their dates.
pub fn duties(
    duties: &[DutyOutcome],
    rulebook: &Rulebook,
    language: Language,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for duty in duties {
        let label = pick(language, "義務: ", "duty: ");
        write!(out, "{}", wrap(&format!("{label}{}", self::duty(duty, rulebook, language)), 6))?;
    }
    Ok(())
}

/// One duty with its dates, on one line.
pub fn duty(duty: &DutyOutcome, rulebook: &Rulebook, language: Language) -> String {
    let rule = rulebook.packs.rules.get(duty.rule);
    let said = rule.and_then(|rule| rule.duties.get(duty.number)).map(|duty| duty.say.in_language(language));
    let mut text = said.unwrap_or(&duty.id).to_owned();
    if duty.state == DutyState::Possible {
        text.push_str(pick(language, "（生じるかは不明）", " (whether it arises is not known)"));
    }
    if let Some(due) = &duty.due {
        text.push_str(&format!("  {}", words::due(due, language)));
    }
    if let Some(keep) = &duty.keep {
        let until =
            keep.until.map_or(pick(language, "不明", "unknown").to_owned(), |date| words::date(date, language));
        text.push_str(&format!("  {} {until}", pick(language, "保存期限", "keep until")));
        if keep.readings.len() > 1 {
            let readings: Vec<String> = keep.readings.iter().map(|(_, date)| words::date(*date, language)).collect();
            text.push_str(&format!("（{}）", readings.join(" / ")));
        }
    }
    if let Some(from) = duty.possible_from {
        let from = from.map_or(pick(language, "不明", "unknown").to_owned(), |date| words::date(date, language));
        text.push_str(&format!("  {} {from}", pick(language, "可能となる日", "possible from")));
    }
    if let Some(other) = duty.conflict_with.and_then(|rule| rulebook.packs.rules.get(rule)) {
        text.push_str(&format!("  {} {}", pick(language, "期限が異なる規定と衝突:", "conflicts with"), other.id));
    }
    text
}
