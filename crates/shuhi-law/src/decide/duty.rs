use jiff::civil::Date;

use super::frame::{Frame, RuleEntry};
use super::judge::RuleOutcome;
use super::verdict::Verdict;
use crate::calendar::{DueDate, FirstDay, due_date, opens_after, period_end};
use crate::evaluate::{Evaluator, Gate, Truth, lacking, truth_of};
use crate::facts::Value;
use crate::pack::{Due, DueWord, Duty};
use crate::rulebook::Rulebook;

/// Whether a duty is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyState {
    /// It is.
    Arises,
    /// It is if what is unknown turns out so.
    Possible,
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DueOutcome {
    /// An open word, never turned into a number.
    Word(DueWord),
    /// By this day.
    On(DueDate),
    /// Not known for want of these facts.
    Unknown(Vec<String>),
}

/// Until when something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepOutcome {
    /// The last day, by the reading that keeps longest; `None` where the start is not known.
    pub until: Option<Date>,
    /// The last day by each reading of the text.
    pub readings: Vec<(FirstDay, Date)>,
}

/// One duty for one act or subject.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyOutcome {
    /// The rule it stands in, by index in the rulebook.
    pub rule: usize,
    /// Its place among the rule's duties.
    pub number: usize,
    /// What is to be done.
    pub id: String,
    /// Whether it is there.
    pub state: DutyState,
    /// By when.
    pub due: Option<DueOutcome>,
    /// How long its result is kept.
    pub keep: Option<KeepOutcome>,
    /// From when it is possible; the inner `None`: not known.
    pub possible_from: Option<Option<Date>>,
    /// Another rule that sets another date for the same duty, with no priority between them.
    pub conflict_with: Option<usize>,
}

/// Adds the duties that a rule brings.
pub(super) fn arising<const TRACED: bool>(
    frame: &Frame<'_>,
    entry: &RuleEntry<'_>,
    outcome: &RuleOutcome,
    run: &mut Evaluator<'_, TRACED>,
    found: &mut Vec<DutyOutcome>,
) {
    // A rule that an exception defeats brings no duties.
    if !outcome.excused_by.is_empty() || !entry.deciding {
        return;
    }
    for (number, (duty, gates)) in entry.rule.duties.iter().zip(&entry.duties).enumerate() {
        let also = gates.when.as_ref().map_or(Truth::True, |gate| truth_of(gate, run));
        let state = match outcome.applies.and(also) {
            Truth::False => continue,
            Truth::True if outcome.verdict != Verdict::Unknown || entry.exceptions.is_empty() => DutyState::Arises,
            _ => DutyState::Possible,
        };
        found.push(DutyOutcome {
            rule: entry.index,
            number,
            id: duty.id.clone(),
            state,
            due: due(frame, duty, gates.due_from.as_ref(), run),
            keep: keep(duty, gates.keep_from.as_ref(), run),
            possible_from: opens(duty, gates.opens_from.as_ref(), run),
            conflict_with: None,
        });
    }
}

fn start<const TRACED: bool>(gate: Option<&Gate>, run: &mut Evaluator<'_, TRACED>) -> Option<Date> {
    match run.operand(gate?.root).value() {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}

fn due<const TRACED: bool>(
    frame: &Frame<'_>,
    duty: &Duty,
    from: Option<&Gate>,
    run: &mut Evaluator<'_, TRACED>,
) -> Option<DueOutcome> {
    Some(match duty.due.as_ref()? {
        Due::Label(word) => DueOutcome::Word(*word),
        Due::Within { period, first_day, rest_day, .. } => match start(from, run) {
            Some(start) => match due_date(start, *period, *first_day, *rest_day, &frame.rulebook.holidays) {
                Ok(date) => DueOutcome::On(date),
                Err(error) => DueOutcome::Unknown(vec![error.to_string()]),
            },
            None => {
                let found = lacking(from.map(|gate| gate.root), run);
                DueOutcome::Unknown(frame.names(&found))
            }
        },
    })
}

fn keep<const TRACED: bool>(duty: &Duty, from: Option<&Gate>, run: &mut Evaluator<'_, TRACED>) -> Option<KeepOutcome> {
    let keep = duty.keep.as_ref()?;
    let start = start(from, run);
    let end = |reading: &FirstDay| period_end(start?, keep.period, *reading).ok().map(|end| (*reading, end));
    let readings: Vec<_> = keep.readings.iter().filter_map(end).collect();
    Some(KeepOutcome { until: readings.iter().map(|(_, end)| *end).max(), readings })
}

fn opens<const TRACED: bool>(
    duty: &Duty,
    from: Option<&Gate>,
    run: &mut Evaluator<'_, TRACED>,
) -> Option<Option<Date>> {
    let opens = duty.opens.as_ref()?;
    Some(start(from, run).and_then(|start| opens_after(start, opens.period, opens.first_day).ok()))
}

/// Two dates for one duty, neither rule going before the other, are a conflict that nobody resolves by order.
pub(super) fn mark_conflicts(rulebook: &Rulebook, duties: &mut [DutyOutcome]) {
    let rule = |index: usize| rulebook.packs.rules.get(index);
    let dates: Vec<_> = duties.iter().map(|duty| (duty.rule, duty.id.clone(), duty.due.clone())).collect();
    for duty in duties.iter_mut() {
        let other = dates.iter().find(|(other, id, due)| {
            let differ = matches!((&duty.due, due), (Some(DueOutcome::On(a)), Some(DueOutcome::On(b))) if a != b);
            let first =
                rule(duty.rule).is_some_and(|own| rule(*other).is_some_and(|other| own.over.contains(&other.id)));
            let second =
                rule(*other).is_some_and(|other| rule(duty.rule).is_some_and(|own| other.over.contains(&own.id)));
            *id == duty.id && differ && !first && !second
        });
        duty.conflict_with = other.map(|(other, ..)| *other);
    }
}
