use std::collections::BTreeMap;

use jiff::civil::Date;
use shuhi_law::calendar::DueDate;
use shuhi_law::decide::{DueOutcome, DutyOutcome};
use shuhi_law::pack::{DueWord, Level};

use crate::findings::{Finding, Findings, Standing};
use crate::missing::MissingFact;

/// One thing to do, most urgent first.
#[derive(Clone, Debug)]
pub enum Step<'f, 'r> {
    /// Put right what a rule is breached by.
    Mend(&'f Finding<'r>),
    /// Find out a fact on which undecided findings turn.
    FindOut {
        /// The fact.
        fact: MissingFact,
        /// How many undecided findings lack it.
        findings: usize,
        /// How many of them lack nothing else.
        decides: usize,
    },
}

/// What to do first: breaches of law, in the order in which their duties wait; then the facts that decide most of what is
/// undecided in law.
pub fn first_steps<'f, 'r>(findings: &'f Findings<'r>) -> Vec<Step<'f, 'r>> {
    let statutory =
        |finding: &&Finding<'_>| finding.standing == Standing::Deciding && finding.rule.level == Level::Statutory;
    let mut adverse: Vec<&Finding<'r>> =
        findings.all.iter().filter(statutory).filter(|finding| finding.is_adverse()).collect();
    adverse.sort_by_key(|finding| finding.duties.iter().map(urgency).min().unwrap_or(Urgency::None));
    let mut steps: Vec<Step<'f, 'r>> = adverse.into_iter().map(Step::Mend).collect();
    let mut lacked: BTreeMap<&MissingFact, (usize, usize)> = BTreeMap::new();
    for finding in findings.all.iter().filter(statutory).filter(|finding| finding.is_unknown()) {
        for fact in &finding.missing {
            let counts = lacked.entry(fact).or_default();
            counts.0 += 1;
            counts.1 += usize::from(finding.missing.len() == 1);
        }
    }
    let mut lacked: Vec<_> = lacked.into_iter().collect();
    lacked.sort_by_key(|(_, (all, alone))| (std::cmp::Reverse(*alone), std::cmp::Reverse(*all)));
    steps.extend(lacked.into_iter().map(|(fact, (findings, decides))| Step::FindOut {
        fact: fact.clone(),
        findings,
        decides,
    }));
    steps
}

/// How little a duty waits.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// At once, as the law says it in words.
    Now,
    /// By this day.
    By(Date),
    /// No day is known, or there is nothing to do by one.
    None,
}

fn urgency(duty: &DutyOutcome) -> Urgency {
    match duty.due {
        Some(DueOutcome::Word(DueWord::Immediately | DueWord::Promptly | DueWord::WithoutDelay)) => Urgency::Now,
        Some(DueOutcome::On(DueDate::Known(day) | DueDate::CalendarUnknown { nominal: day })) => Urgency::By(day),
        _ => Urgency::None,
    }
}
