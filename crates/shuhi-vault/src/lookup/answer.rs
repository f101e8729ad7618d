//! Answers: what was found, or that it names nobody.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shuhi_records::{Cell, Columns, Kind, Row, UtcMillis, Window, WindowWidth};

use super::columns::identity_columns;
use super::deterministic::computed;
use super::template::Question;
use crate::sessions::{CORRECTING, INFERRED};

/// What a lookup found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupAnswer {
    /// The request it answers.
    pub request: String,
    /// How many records matched.
    pub matches: u64,
    /// How many different persons they name; of a question that must name one, more than one names nobody.
    pub persons: u64,
    /// Whether it names somebody.
    pub unique: bool,
    /// The records, none where it is not unique.
    pub records: Vec<Match>,
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The kind of record.
    pub kind: String,
    /// The columns that were granted, by name; times as RFC 3339 in Japan.
    pub columns: BTreeMap<String, String>,
}

/// What was found of one kind: the identity columns and those granted.
pub(super) struct Found {
    pub columns: Columns,
    pub granted: Vec<&'static str>,
}

impl LookupAnswer {
    pub(super) fn of(request: &str, question: &Question, found: &[Found]) -> Self {
        let mut persons: BTreeSet<String> = BTreeSet::new();
        let mut records = Vec::new();
        let corrections: BTreeSet<PieceName<'_>> = found.iter().flat_map(|found| corrected(&found.columns)).collect();
        for found in found {
            let rows = standing_rows(&found.columns, question.within, &corrections);
            for row in &rows {
                let kind = found.columns.kind();
                if kind == Kind::TranslationConfiguration {
                    let Some(internal) = computed(row, question.endpoint) else { continue };
                    persons.insert(format!("internal {internal}"));
                    let shown = BTreeMap::from([("internal_address".to_owned(), internal.to_string())]);
                    let granted = found.granted.contains(&"internal_first");
                    records.push(Match {
                        kind: kind.name().to_owned(),
                        columns: if granted { shown } else { BTreeMap::new() },
                    });
                    continue;
                }
                persons.insert(person(row));
                let columns =
                    found.granted.iter().filter_map(|name| Some(((*name).to_owned(), written(row.get(name))?)));
                records.push(Match { kind: kind.name().to_owned(), columns: columns.collect() });
            }
        }
        let matches = records.len() as u64;
        let unique = !question.names_one || persons.len() == 1;
        if !unique {
            // Which of them it was is not known, and the others' secrecy is not to be broken to find out.
            records.clear();
        }
        Self { request: request.to_owned(), matches, persons: persons.len() as u64, unique, records }
    }
}

/// What tells the piece of a session in a window from all others.
type PieceName<'c> = (Cell<'c>, Cell<'c>, String, Option<Window>);

fn piece_name<'c>(row: &Row<'c>) -> PieceName<'c> {
    let window = row.span().map(|(start, _)| Window::of(start, WindowWidth::Day));
    (row.get("session"), row.get("source"), person(row), window)
}

/// The pieces that are corrected. A correction comes after the day was sealed, so it is in another file than what it
/// replaces.
fn corrected(columns: &Columns) -> impl Iterator<Item = PieceName<'_>> {
    columns.iter().filter(|row| row.get("inferred") == Cell::Number(CORRECTING)).map(|row| piece_name(&row))
}

/// Rows in the span asked about, without those whose end was inferred and that a correcting piece of their session
/// replaces. What was reported stands beside a correction: both are true.
fn standing_rows<'c>(
    columns: &'c Columns,
    within: (UtcMillis, UtcMillis),
    corrections: &BTreeSet<PieceName<'_>>,
) -> Vec<Row<'c>> {
    let inferred = |row: &Row<'_>| row.get("inferred") == Cell::Number(INFERRED);
    let stands = |row: &Row<'c>| !inferred(row) || !corrections.contains(&piece_name(row));
    let overlaps =
        |row: &Row<'c>| row.span().is_none_or(|(start, end)| start <= within.1 && end >= within.0 && start <= end);
    columns.iter().filter(stands).filter(overlaps).collect()
}

fn person(row: &Row<'_>) -> String {
    let texts = identity_columns(row.kind()).iter().filter_map(|name| written(row.get(name)));
    texts.collect::<Vec<_>>().join("\u{1f}")
}

fn written(cell: Cell<'_>) -> Option<String> {
    Some(match cell {
        Cell::Empty => return None,
        Cell::Address(address) => address.to_string(),
        Cell::Time(time) => japanese_time(time),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.to_owned(),
    })
}

/// RFC 3339 with Japan's offset; the plain number beyond the calendar.
fn japanese_time(time: UtcMillis) -> String {
    let japan = jiff::tz::Offset::constant(9).to_time_zone();
    let timestamp = jiff::Timestamp::from_millisecond(time.0);
    timestamp.map_or_else(
        |_| time.0.to_string(),
        |timestamp| timestamp.to_zoned(japan).strftime("%Y-%m-%dT%H:%M:%S%.3f+09:00").to_string(),
    )
}
