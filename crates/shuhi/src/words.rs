//! The words of answers in both languages.

use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::calendar::{DueDate, japanese_date};
use shuhi_law::decide::{Decision, DueOutcome, Verdict};
use shuhi_law::pack::{Citation, DueWord, Level};
use shuhi_law::vocabulary::Language;
use shuhi_machine::UtcMillis;

/// Chooses by language.
pub fn pick(language: Language, ja: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Japanese => ja,
        Language::English => en,
    }
}

/// A verdict.
pub fn verdict(verdict: Verdict, language: Language) -> &'static str {
    let (ja, en) = match verdict {
        Verdict::Conflict => ("規定の衝突", "conflict"),
        Verdict::Breached => ("違反", "breached"),
        Verdict::Flagged => ("改善命令の事由のおそれ", "flagged"),
        Verdict::Unknown => ("不明", "undecided"),
        Verdict::Excused => ("例外に該当", "excused"),
        Verdict::Met => ("適合", "met"),
        Verdict::NotFlagged => ("該当なし", "not flagged"),
        Verdict::NotApplicable => ("対象外", "not applicable"),
        Verdict::NotInForce => ("適用期間外", "not in force"),
    };
    pick(language, ja, en)
}

/// A verdict on a level that does not bind.
pub fn verdict_at(level: Level, found: Verdict, language: Language) -> &'static str {
    match (level, found) {
        (Level::Statutory | Level::Enforcement, _) => verdict(found, language),
        (Level::Info, Verdict::Breached) => pick(language, "参考", "note"),
        (_, Verdict::Breached) => pick(language, "未達", "unmet"),
        _ => verdict(found, language),
    }
}

/// A level.
pub fn level(level: Level, language: Language) -> &'static str {
    let (ja, en) = match level {
        Level::Statutory => ("法令事項", "statutory"),
        Level::Enforcement => ("改善命令の事由", "grounds of enforcement"),
        Level::Basic => ("基本的事項", "basic"),
        Level::Desirable => ("望ましい事項", "desirable"),
        Level::Benchmark => ("ベンチマーク事項", "benchmark"),
        Level::Info => ("参考", "for information"),
    };
    pick(language, ja, en)
}

/// A decision.
pub fn decision(decision: Decision, language: Language) -> &'static str {
    match decision {
        Decision::Forbidden => pick(language, "できない（禁止）", "forbidden"),
        Decision::Unknown => pick(language, "判断できない（不明）", "cannot be decided"),
        Decision::Permitted => pick(language, "できる（許容）", "permitted"),
    }
}

/// What a rule requires; a bare `false` forbids.
pub fn required(text: &str, language: Language) -> &str {
    match text {
        "false" => {
            pick(language, "してはならない（例外に当たる場合を除く）", "it must not be done, unless an exception holds")
        }
        other => other,
    }
}

/// A date; in Japanese with its era.
pub fn date(date: Date, language: Language) -> String {
    match language {
        Language::Japanese => japanese_date(date),
        Language::English => date.to_string(),
    }
}

/// An open word for "soon".
pub fn due_word(word: DueWord, language: Language) -> &'static str {
    let (ja, en) = word.label();
    pick(language, ja, en)
}

/// When something is due.
pub fn due(due: &DueOutcome, language: Language) -> String {
    match due {
        DueOutcome::Word(word) => due_word(*word, language).to_owned(),
        DueOutcome::On(DueDate::Known(day)) => match language {
            Language::Japanese => format!("{}まで", date(*day, language)),
            Language::English => format!("by {day}"),
        },
        DueOutcome::On(DueDate::CalendarUnknown { nominal }) => match language {
            Language::Japanese => {
                format!("{}（休日の暦が未確定のため、休日による繰延べは不明）", date(*nominal, language))
            }
            Language::English => format!("{nominal} (holidays of that year are not known yet, so it may move)"),
        },
        DueOutcome::Unknown(missing) => match language {
            Language::Japanese => format!("期限不明（足りない事実: {}）", missing.join("、")),
            Language::English => format!("date not known (missing: {})", missing.join(", ")),
        },
    }
}

/// Citations with the short names of laws.
pub fn citations(cite: &[Citation], rulebook: &Rulebook, language: Language) -> String {
    let one = |cite: &Citation| {
        let law = rulebook.catalogue.laws.get(&cite.law).map(|law| law.short.in_language(language));
        format!("{} {}", law.unwrap_or(&cite.law), cite.at)
    };
    cite.iter().map(one).collect::<Vec<_>>().join(pick(language, "、", "; "))
}

/// An instant in Japan's time, as RFC 3339 to the second; the plain number beyond the calendar.
pub fn instant(at: UtcMillis) -> String {
    let japan = jiff::tz::Offset::constant(9).to_time_zone();
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| at.0.to_string(),
        |timestamp| timestamp.to_zoned(japan).strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string(),
    )
}
