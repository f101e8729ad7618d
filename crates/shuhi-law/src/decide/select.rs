use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use super::Frame;
use crate::pack::{Definition, Exception, Force, InForce, Judged, Rule};
use crate::rulebook::Rulebook;

/// Which law decides: the date, and what the question adds or leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The law as of this date.
    pub at: Date,
    /// Proposals or voluntary rules that decide as well.
    pub include: Vec<Force>,
    /// Adoption dates of expected rules that the operator knows of.
    pub adopted: BTreeMap<String, Date>,
    /// The packs that decide; empty: all.
    pub packs: Vec<String>,
    /// Rules, definitions and exceptions left out as if they were not there, by their place (mutation testing only).
    pub disabled: Vec<shuhi_source::Span>,
}

impl Selection {
    /// All binding law of a date.
    pub fn on(at: Date) -> Self {
        Self { at, include: Vec::new(), adopted: BTreeMap::new(), packs: Vec::new(), disabled: Vec::new() }
    }
}

/// How far a rule speaks on the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// It decides.
    Decides,
    /// It is shown beside what decides: proposed, voluntary or expected.
    Shown,
    /// It is not in force.
    Silent,
}

/// The one function that selects law by date. Nothing else compares a rule's dates with anything.
fn voice(selection: &Selection, id: &str, in_force: InForce, force: Force) -> Voice {
    let at = selection.at;
    // An adoption names one rule, or by the first words of their ids all rules of one amendment.
    let named = |key: &&String| id == *key || id.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.'));
    let adopted = selection.adopted.iter().find(|(key, _)| named(key)).map(|(_, date)| date);
    if let Some(adopted) = adopted.filter(|_| in_force.expected || force == Force::Proposed) {
        return if *adopted <= at { Voice::Decides } else { Voice::Shown };
    }
    let begun = in_force.from.is_none_or(|from| from <= at);
    let ended = in_force.to.is_some_and(|to| to < at);
    if !begun || ended {
        return Voice::Silent;
    }
    // What is expected or proposed becomes law only by adoption; voluntary rules bind those who chose them.
    let needed = match (in_force.expected, force) {
        (false, Force::Binding) => return Voice::Decides,
        (_, Force::Voluntary) => Force::Voluntary,
        _ => Force::Proposed,
    };
    if selection.include.contains(&needed) { Voice::Decides } else { Voice::Shown }
}

/// The law of one date, ready to judge.
pub struct LawInForce<'r> {
    /// The rulebook it was selected from.
    pub rulebook: &'r Rulebook,
    /// What was asked for.
    pub selection: Selection,
    frames: Mutex<HashMap<Judged, Arc<Frame<'r>>>>,
}

impl<'r> LawInForce<'r> {
    pub(crate) fn new(rulebook: &'r Rulebook, selection: Selection) -> Self {
        Self { rulebook, selection, frames: Mutex::new(HashMap::new()) }
    }

    /// Everything needed to judge an act or a type, compiled on first use.
    pub fn frame(&self, judged: Judged) -> Arc<Frame<'r>> {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(frames.entry(judged).or_insert_with(|| Arc::new(Frame::compile(self, judged))))
    }

    /// The definitions that apply, with their indices.
    pub(crate) fn definitions(&self) -> Vec<(usize, &'r Definition)> {
        let all = self.rulebook.packs.definitions.iter().enumerate();
        all.filter(|(_, found)| {
            let voice = voice(&self.selection, &found.name, found.in_force, found.force);
            voice == Voice::Decides && !self.selection.disabled.contains(&found.span)
        })
        .collect()
    }

    /// The rules that decide or are shown, with their indices.
    pub(crate) fn rules(&self) -> Vec<(usize, &'r Rule, Voice)> {
        let all = self.rulebook.packs.rules.iter().enumerate();
        let spoken = all.map(|(index, rule)| (index, rule, self.voice_of(rule)));
        spoken
            .filter(|(_, rule, voice)| *voice != Voice::Silent && !self.selection.disabled.contains(&rule.span))
            .collect()
    }

    fn voice_of(&self, rule: &Rule) -> Voice {
        if !self.selection.packs.is_empty() && !self.selection.packs.contains(&rule.pack) {
            return Voice::Silent;
        }
        voice(&self.selection, &rule.id, rule.in_force, rule.force)
    }

    /// The exceptions that stand on their own and apply.
    pub(crate) fn exceptions(&self) -> Vec<&'r Exception> {
        let all = self.rulebook.packs.exceptions.iter();
        all.filter(|found| {
            let voice = voice(&self.selection, &found.id, found.in_force, found.force);
            voice == Voice::Decides && !self.selection.disabled.contains(&found.span)
        })
        .collect()
    }

    /// Whether some version of a rule is known but none applies on the date.
    pub fn is_out_of_force(&self, rule: &str) -> bool {
        let versions: Vec<_> = self.rulebook.packs.rules.iter().filter(|found| found.id == rule).collect();
        !versions.is_empty() && versions.iter().all(|found| self.voice_of(found) == Voice::Silent)
    }
}
