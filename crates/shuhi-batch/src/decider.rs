use std::collections::HashMap;
use std::io::{self, BufRead};
use std::mem;
use std::sync::Arc;

use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::decide::{Decision, DutyOutcome, Frame, Judgement, LawInForce, Prepared, Selection, Verdict};
use shuhi_law::facts::{FactReader, Facts, Value};
use shuhi_law::pack::{Judged, Level};
use shuhi_law::vocabulary::{ActId, ItemType, Vocabulary};
use shuhi_source::{Faults, Sources, read_yaml};

use crate::cells::{CsvSplitter, Format, json_entries};
use crate::columns::{Column, Columns, HeaderError, cell_value};
use crate::lines::{LINE_BYTES_MAX, Line, Lines};

/// Dates whose law is kept compiled.
const LAWS_MAX: usize = 64;

/// What became of one line.
pub enum Outcome<'a> {
    /// It was decided.
    Answer(Answer<'a>),
    /// It could not be read.
    Bad(BadLine),
}

/// The decision on one line.
pub struct Answer<'a> {
    /// Its number, from 1 (the head line counted).
    pub line: u64,
    /// Its `id`, where it has one.
    pub id: &'a str,
    /// The date whose law decided.
    pub at: Date,
    /// Whether the act may be done.
    pub decision: Decision,
    /// The rules that decided so: those breached, else those that cannot be decided.
    pub reasons: Vec<&'a str>,
    /// The facts that are missing.
    pub missing: Vec<String>,
    /// Rules of lower levels that are not met.
    pub advice: Vec<&'a str>,
    /// What is to be done.
    pub duties: Vec<DutyOutcome>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong and what to do.
    pub message: String,
}

/// Decides an act line by line.
pub struct Batch<'r> {
    rulebook: &'r Rulebook,
    act: ActId,
    selection: Selection,
    laws: HashMap<Date, Compiled<'r>>,
}

/// The law of a date, ready for a line's facts.
struct Compiled<'r> {
    frame: Arc<Frame<'r>>,
    /// Nothing stated but what silence says.
    blank: Prepared,
    /// The same but for the facts of the line that is being decided.
    stated: Prepared,
    /// The judgement of the line before, for its memory.
    judgement: Judgement,
    /// For each column, where its value goes; `None` where no rule reads it.
    slots: Vec<Option<usize>>,
}

/// Where a line's facts are collected before the law of its date is known.
#[derive(Default)]
struct Row {
    id: String,
    at: Option<Date>,
    values: Vec<(usize, Value)>,
}

impl<'r> Batch<'r> {
    /// Decides an act by the law of a selection, whose date serves lines without `at`.
    pub fn new(rulebook: &'r Rulebook, act: ActId, selection: Selection) -> Self {
        Self { rulebook, act, selection, laws: HashMap::new() }
    }

    /// Reads a whole stream and calls back for every line; returns how many were answered and how many were bad.
    ///
    /// # Errors
    ///
    /// Where the stream cannot be read, its head line is not usable, or the callback fails.
    pub fn run<E: From<io::Error> + From<HeaderError>>(
        &mut self,
        input: impl BufRead,
        format: Format,
        mut each: impl FnMut(Outcome<'_>) -> Result<(), E>,
    ) -> Result<(u64, u64), E> {
        let mut lines = Lines::new(input);
        let mut splitter = CsvSplitter::new();
        let mut columns = match format {
            Format::Csv => self.head::<_, E>(&mut lines, &mut splitter)?,
            Format::JsonLines => Columns::none(),
        };
        let mut row = Row::default();
        let (mut answered, mut bad) = (0, 0);
        while let Some((number, line)) = lines.next()? {
            let bytes = match line {
                Line::Bytes([]) => continue,
                Line::Bytes(bytes) => Ok(bytes),
                Line::TooLong => Err(format!("longer than the limit of {LINE_BYTES_MAX} bytes")),
            };
            let read = bytes.and_then(|bytes| match format {
                Format::Csv => csv_row(bytes, &columns, &mut splitter, &mut row, &self.rulebook.vocabulary),
                Format::JsonLines => self.json_row(bytes, &mut columns, &mut row),
            });
            match read {
                Ok(()) => {
                    answered += 1;
                    self.answer(number, &mut row, &columns, &mut each)?;
                }
                Err(message) => {
                    bad += 1;
                    each(Outcome::Bad(BadLine { line: number, message }))?;
                }
            }
        }
        Ok((answered, bad))
    }

    fn head<R: BufRead, E: From<io::Error> + From<HeaderError>>(
        &self,
        lines: &mut Lines<R>,
        splitter: &mut CsvSplitter,
    ) -> Result<Columns, E> {
        let unusable = |message: &str| HeaderError {
            message: message.to_owned(),
            help: "the first line names the columns, as in `id,application.channel,act.date`".to_owned(),
        };
        let Some((_, Line::Bytes(head))) = lines.next()? else {
            return Err(unusable("there is no head line").into());
        };
        let mut names = Vec::new();
        let split = splitter.cells(head, |_, name| {
            names.push(name.to_owned());
            Ok(())
        });
        split.map_err(|message| unusable(&message))?;
        if names.is_empty() {
            return Err(unusable("the head line is empty").into());
        }
        Ok(Columns::of(names.iter().map(String::as_str), self.act, &self.rulebook.vocabulary)?)
    }

    fn json_row(&mut self, line: &[u8], columns: &mut Columns, row: &mut Row) -> Result<(), String> {
        row.clear();
        for (name, text) in json_entries(line)? {
            let before = columns.len();
            let vocabulary = &self.rulebook.vocabulary;
            let index = columns.index_of(&name, self.act, vocabulary);
            let index = index.map_err(|error| format!("{} ({})", error.message, error.help))?;
            if columns.len() != before {
                // Where the new key's facts go is looked up for every law again.
                self.laws.clear();
            }
            row.state(index, &text, columns, vocabulary)?;
        }
        Ok(())
    }

    fn answer<E>(
        &mut self,
        line: u64,
        row: &mut Row,
        columns: &Columns,
        each: &mut impl FnMut(Outcome<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let at = row.at.unwrap_or(self.selection.at);
        let rulebook = self.rulebook;
        let compiled = self.law(at, columns);
        let Compiled { frame, blank, stated, judgement, slots } = compiled;
        let slot = |column: usize| slots.get(column).copied().flatten();
        let mut changed = Vec::with_capacity(row.values.len());
        for (column, value) in row.values.drain(..) {
            if let Some(slot) = slot(column) {
                stated.set(slot, value);
                changed.push(slot);
            }
        }
        frame.judge_into(stated, judgement);
        changed.into_iter().for_each(|slot| stated.copy(slot, blank));
        let decision = judgement.decision.unwrap_or(Decision::Unknown);
        let (mut reasons, mut advice, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for outcome in judgement.outcomes.iter().filter(|outcome| outcome.deciding) {
            let Some(rule) = rulebook.packs.rules.get(outcome.rule) else { continue };
            let adverse = matches!(outcome.verdict, Verdict::Breached | Verdict::Flagged | Verdict::Conflict);
            let open = matches!(outcome.verdict, Verdict::Unknown | Verdict::Conflict);
            match (rule.level, decision) {
                (Level::Statutory, Decision::Forbidden) if outcome.verdict == Verdict::Breached => {
                    reasons.push(rule.id.as_str())
                }
                (Level::Statutory, Decision::Unknown) if open => {
                    reasons.push(rule.id.as_str());
                    missing.extend(frame.missing(outcome));
                }
                (Level::Statutory, _) => {}
                _ if adverse => advice.push(rule.id.as_str()),
                _ => {}
            }
        }
        missing.sort_unstable();
        missing.dedup();
        let duties = mem::take(&mut judgement.duties);
        each(Outcome::Answer(Answer { line, id: &row.id, at, decision, reasons, missing, advice, duties }))
    }

    fn law(&mut self, at: Date, columns: &Columns) -> &mut Compiled<'r> {
        if self.laws.len() >= LAWS_MAX && !self.laws.contains_key(&at) {
            self.laws.clear();
        }
        let (rulebook, act, selection) = (self.rulebook, self.act, &self.selection);
        self.laws.entry(at).or_insert_with(|| {
            let law: LawInForce<'r> = rulebook.select(Selection { at, ..selection.clone() });
            let frame = law.frame(Judged::Act(act));
            let blank = frame.prepare(&blank_facts(rulebook, act, columns));
            let slots = columns.iter().map(|column| match column {
                Column::Fact { root, steps, .. } => frame.slot(root, steps),
                _ => None,
            });
            let slots = slots.collect();
            Compiled { judgement: frame.judge(&blank), stated: blank.clone(), frame, blank, slots }
        })
    }
}

/// The roles that the columns speak of, with nothing stated but what silence says.
fn blank_facts(rulebook: &Rulebook, act: ActId, columns: &Columns) -> Facts {
    let roles = rulebook.vocabulary.roles_of(act);
    let named = |role: &str| columns.iter().any(|column| matches!(column, Column::Fact { root, .. } if root == role));
    let empty: Vec<String> =
        roles.iter().filter(|(role, _)| named(role)).map(|(role, _)| format!("{role}: {{}}")).collect();
    let mut sources = Sources::new();
    let file = sources.add("columns", format!("{{{}}}", empty.join(", ")));
    let reader = FactReader::new(&rulebook.vocabulary, &rulebook.packs.questions);
    match read_yaml(&sources, file) {
        Ok(node) => reader.facts(&node, &roles, &mut Faults::new()),
        Err(_) => Facts::default(),
    }
}

fn csv_row(
    line: &[u8],
    columns: &Columns,
    splitter: &mut CsvSplitter,
    row: &mut Row,
    vocabulary: &Vocabulary,
) -> Result<(), String> {
    row.clear();
    let count = splitter.cells(line, |index, text| row.state(index, text, columns, vocabulary))?;
    if count != columns.len() {
        return Err(format!("{count} cells, but the head line names {} columns", columns.len()));
    }
    Ok(())
}

impl Row {
    fn clear(&mut self) {
        self.id.clear();
        self.at = None;
        self.values.clear();
    }

    /// Notes a cell; an empty one states nothing.
    fn state(&mut self, index: usize, text: &str, columns: &Columns, vocabulary: &Vocabulary) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        match columns.get(index) {
            None => Err(format!("more cells than the {} columns of the head line", columns.len())),
            Some(Column::Id) => {
                self.id.push_str(text);
                Ok(())
            }
            Some(Column::At) => match shuhi_law::facts::parse_scalar(text, ItemType::Date, false, vocabulary) {
                Ok(Value::Date(date)) => {
                    self.at = Some(date);
                    Ok(())
                }
                _ => Err(format!("at: `{text}` is not a date (write a real day as `2026-04-01`)")),
            },
            Some(Column::Fact { name, ty, optional, .. }) => {
                self.values.push((index, cell_value(text, name, *ty, *optional, vocabulary)?));
                Ok(())
            }
        }
    }
}
