//! Small readers shared by the loaders: bilingual texts, flags, dates.

use jiff::civil::Date;
use shuhi_source::{Fault, Faults, Fields, Node};

use crate::vocabulary::Bilingual;

/// A text in Japanese and English; a missing node was already reported by the caller.
pub(crate) fn bilingual(node: Option<&Node>, faults: &mut Faults) -> Bilingual {
    let Some(node) = node else { return Bilingual::default() };
    let Some(mut fields) = Fields::of(node, "text", faults) else { return Bilingual::default() };
    let mut text = |name, faults: &mut Faults| {
        fields.text(name, faults).map(|(text, _)| text.trim().to_owned()).unwrap_or_default()
    };
    let found = Bilingual { ja: text("ja", faults), en: text("en", faults) };
    fields.finish(faults);
    found
}

/// A yes-or-no mark of the law's own files; left out means no.
pub(crate) fn flag(node: Option<&Node>, faults: &mut Faults) -> bool {
    match node.map(|node| (node.text(), node.span)) {
        None => false,
        Some((Some("true"), _)) => true,
        Some((Some("false"), _)) => false,
        Some((_, span)) => {
            faults.push(Fault::error(span, "expected `true` or `false`"));
            false
        }
    }
}

/// A calendar date such as `2026-04-01`; anything else is reported.
pub fn date(node: &Node, faults: &mut Faults) -> Option<Date> {
    let text = node.text().unwrap_or("");
    match parse_date(text) {
        Some(date) => Some(date),
        None => {
            faults.push(
                Fault::error(node.span, format!("`{text}` is not a date"))
                    .help("write a real day with a year of four digits, as `2026-04-01`"),
            );
            None
        }
    }
}

/// A civil date written `YYYY-MM-DD`; nothing else is a date.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shaped { text.parse().ok() } else { None }
}
