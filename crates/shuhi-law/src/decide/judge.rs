use jiff::civil::Date;

use super::duty::{self, DutyOutcome};
use super::excuses::Excuses;
use super::frame::{Defeat, ExceptionEntry, Frame, Prepared, RuleEntry};
use super::verdict::{Decision, Verdict};
use crate::evaluate::{Evaluator, Gate, Lacking, Truth, lacking, truth_of, value_of};
use crate::facts::{Facts, Value};
use crate::pack::{Judged, Level};
use crate::vocabulary::TermId;

/// What one rule came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOutcome {
    /// The rule's index in the rulebook.
    pub rule: usize,
    /// Whether it decides, or is only shown.
    pub deciding: bool,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its verdict without exceptions.
    pub base: Verdict,
    /// Whether it applies.
    pub applies: Truth,
    /// The ids of the exceptions that hold and are not themselves defeated.
    pub excused_by: Excuses,
    /// Whether what excuses it is only the operator's own interpretation.
    pub own_interpretation: bool,
    pub(crate) lacking: Vec<Lacking>,
    /// The two citations in conflict, as ids.
    pub conflict: Option<(String, String)>,
}

/// What all rules came to for one act or subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The date judged for.
    pub at: Date,
    /// One outcome a rule.
    pub outcomes: Vec<RuleOutcome>,
    /// What is to be done.
    pub duties: Vec<DutyOutcome>,
    /// On an act, whether it may be done.
    pub decision: Option<Decision>,
    /// The truth of every evaluated node, for the explanation; empty where untraced.
    pub(crate) trace: Vec<Option<Truth>>,
}

impl RuleOutcome {
    fn not_applicable(entry: &RuleEntry<'_>) -> Self {
        Self {
            rule: entry.index,
            deciding: entry.deciding,
            verdict: Verdict::NotApplicable,
            base: Verdict::NotApplicable,
            applies: Truth::False,
            excused_by: Excuses::default(),
            own_interpretation: false,
            lacking: Vec::new(),
            conflict: None,
        }
    }

    /// Makes an outcome that is no longer needed the beginning of another, in its memory.
    fn begin_anew(&mut self, entry: &RuleEntry<'_>) {
        let Self { rule, deciding, verdict, base, applies, excused_by, own_interpretation, lacking, conflict } = self;
        (*rule, *deciding) = (entry.index, entry.deciding);
        (*verdict, *base, *applies) = (Verdict::NotApplicable, Verdict::NotApplicable, Truth::False);
        *excused_by = Excuses::default();
        *own_interpretation = false;
        lacking.clear();
        *conflict = None;
    }
}

impl Judgement {
    fn empty(at: Date) -> Self {
        Self { at, outcomes: Vec::new(), duties: Vec::new(), decision: None, trace: Vec::new() }
    }

    /// The same without what was kept for explaining it.
    #[must_use]
    pub fn without_trace(&self) -> Self {
        Self { trace: Vec::new(), ..self.clone() }
    }
}

/// A term's value for one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct TermValue {
    /// The value, [`Value::Unknown`] where it cannot be told.
    pub value: Value,
    /// The facts that are missing.
    pub missing: Vec<String>,
    /// Whether two definitions in force contradict each other.
    pub conflict: bool,
}

impl<'r> Frame<'r> {
    /// Judges without keeping a trace.
    pub fn judge(&self, facts: &Prepared) -> Judgement {
        let mut judgement = Judgement::empty(self.at);
        self.judge_into(facts, &mut judgement);
        judgement
    }

    /// The same as [`Frame::judge`], in the memory of an earlier judgement that is no longer needed.
    pub fn judge_into(&self, facts: &Prepared, judgement: &mut Judgement) {
        self.run::<false>(facts, judgement);
    }

    /// Judges and keeps what every condition came to, for [`Frame::explain`].
    pub fn judge_traced(&self, facts: &Prepared) -> Judgement {
        let mut judgement = Judgement::empty(self.at);
        self.judge_traced_into(facts, &mut judgement);
        judgement
    }

    /// The same as [`Frame::judge_traced`], in the memory of an earlier judgement that is no longer needed.
    pub fn judge_traced_into(&self, facts: &Prepared, judgement: &mut Judgement) {
        self.run::<true>(facts, judgement);
    }

    fn run<const TRACED: bool>(&self, facts: &Prepared, judgement: &mut Judgement) {
        let Judgement { at, outcomes, duties, decision, trace } = judgement;
        *at = self.at;
        trace.clear();
        if TRACED {
            trace.resize(self.program.len(), None);
        }
        let mut run = Evaluator::<TRACED>::noting_in(trace, &self.program, &facts.slots, self.at);
        outcomes.truncate(self.rules.len());
        for (outcome, entry) in outcomes.iter_mut().zip(&self.rules) {
            outcome.begin_anew(entry);
        }
        outcomes.extend(self.rules.iter().skip(outcomes.len()).map(RuleOutcome::not_applicable));
        duties.clear();
        for (entry, outcome) in self.rules.iter().zip(outcomes.iter_mut()) {
            self.judge_rule(entry, &mut run, outcome);
            if outcome.applies != Truth::False && !entry.duties.is_empty() {
                duty::arising(self, entry, outcome, &mut run, duties);
            }
        }
        if duties.len() > 1 {
            duty::mark_conflicts(self.rulebook, duties);
        }
        *decision = matches!(self.judged, Judged::Act(_)).then(|| self.decision(outcomes));
    }

    fn judge_rule<const TRACED: bool>(
        &self,
        entry: &RuleEntry<'r>,
        run: &mut Evaluator<'_, TRACED>,
        outcome: &mut RuleOutcome,
    ) {
        let mut open = Vec::new();
        let applies = entry.when.as_ref().map_or(Truth::True, |gate| tested(gate, run, &mut open));
        outcome.applies = applies;
        if applies == Truth::False {
            return;
        }
        let met = entry.require.as_ref().map_or(Truth::True, |gate| tested(gate, run, &mut open));
        let excepted = excepted(entry, run, &mut open, outcome);
        outcome.base = Verdict::of(applies, met, Truth::False).at_level(entry.rule.level);
        let mut verdict = Verdict::of(applies, met, excepted);
        if outcome.conflict.is_some() && met != Truth::True {
            verdict = Verdict::Conflict;
        } else {
            outcome.conflict = None;
        }
        if verdict == Verdict::Unknown {
            outcome.lacking = lacking(open.iter().map(|gate| gate.root), run);
            outcome.conflict = self.contradiction(&outcome.lacking);
            verdict = if outcome.conflict.is_some() { Verdict::Conflict } else { verdict };
        }
        outcome.verdict = verdict.at_level(entry.rule.level);
    }

    /// The two definitions that contradict each other about a term on which an outcome hangs.
    fn contradiction(&self, lacking: &[Lacking]) -> Option<(String, String)> {
        let definitions = &self.rulebook.packs.definitions;
        let place = |index: usize| definitions.get(index).map(|found| format!("{}:{}", found.pack, found.name));
        lacking.iter().rev().find_map(|lack| match lack {
            Lacking::Conflict { first, second } => place(*first).zip(place(*second)),
            _ => None,
        })
    }

    fn decision(&self, outcomes: &[RuleOutcome]) -> Decision {
        let mut decision = Decision::Permitted;
        for (entry, outcome) in self.rules.iter().zip(outcomes) {
            if !entry.deciding || entry.rule.level != Level::Statutory {
                continue;
            }
            match outcome.verdict {
                Verdict::Breached => return Decision::Forbidden,
                Verdict::Unknown | Verdict::Conflict => decision = Decision::Unknown,
                _ => {}
            }
        }
        decision
    }

    /// The facts an outcome lacks, as people write them.
    pub fn missing(&self, outcome: &RuleOutcome) -> Vec<String> {
        if outcome.lacking.is_empty() { Vec::new() } else { self.names(&outcome.lacking) }
    }

    pub(crate) fn names(&self, found: &[Lacking]) -> Vec<String> {
        let mut names: Vec<String> = found.iter().filter_map(|lack| self.name(lack)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn name(&self, lack: &Lacking) -> Option<String> {
        match lack {
            Lacking::Slot(slot) => self.program.slot(*slot).map(|slot| slot.name.clone()),
            Lacking::Item { list, position, steps } => {
                let slot = self.program.slot(*list)?;
                let mut name = format!("{}[{position}]", slot.name);
                let mut item = slot.ty.item;
                for step in steps {
                    let crate::vocabulary::ItemType::Ref(ty) = item else { break };
                    let field = self.rulebook.vocabulary.record_type(ty)?.field(*step)?;
                    name = format!("{name}.{}", field.name);
                    item = field.ty.item;
                }
                Some(name)
            }
            Lacking::Start(_) => Some("the day on which the period starts".to_owned()),
            Lacking::Holidays => Some("the national holidays of that year".to_owned()),
            Lacking::Conflict { .. } => None,
        }
    }

    /// Conclusions that were given but contradict what the facts given beside them lead to. What is only assumed
    /// contradicts nothing: a given conclusion states more than silence does.
    pub fn contradictions(&self, prepared: &Prepared, facts: &Facts) -> Vec<String> {
        let stated = |(index, value): (u32, &Value)| {
            if self.assumed(index, facts) { Value::Unknown } else { value.clone() }
        };
        let stated: Vec<Value> = (0u32..).zip(&prepared.slots).map(stated).collect();
        let mut found = Vec::new();
        for (index, term) in (0u32..).zip(&self.program.terms) {
            let Some(given) = stated.get(term.given as usize).filter(|given| **given != Value::Unknown) else {
                continue;
            };
            let mut slots = stated.clone();
            if let Some(slot) = slots.get_mut(term.given as usize) {
                *slot = Value::Unknown;
            }
            let derived = Evaluator::<false>::new(&self.program, &slots, self.at).term(index);
            if derived != Value::Unknown
                && derived != *given
                && let Some(slot) = self.program.slot(term.given)
            {
                let written = |value: &Value| value.written(slot.ty, &self.rulebook.vocabulary).unwrap_or_default();
                found.push(format!(
                    "`{}` is given as {}, but the facts beside it lead to {}",
                    slot.name,
                    written(given),
                    written(&derived)
                ));
            }
        }
        found
    }

    /// Whether a term is about one of the named subjects.
    pub fn knows(&self, term: TermId) -> bool {
        self.own_terms.contains_key(&term)
    }

    /// The value of a term about one of the named subjects.
    pub fn term(&self, term: TermId, facts: &Prepared) -> TermValue {
        let mut run = Evaluator::<false>::new(&self.program, &facts.slots, self.at);
        let Some((index, gate)) = self.own_terms.get(&term) else {
            return TermValue { value: Value::Unknown, missing: Vec::new(), conflict: false };
        };
        let (index, value) = (*index, value_of(gate, &mut run));
        let conflict = run.conflict(index).is_some();
        let mut found = Vec::new();
        if value == Value::Unknown
            && let Some(derived) = self.program.term(index)
        {
            found = lacking(derived.definitions.iter().map(|definition| definition.root), &mut run);
        }
        TermValue { value, missing: self.names(&found), conflict }
    }
}

/// The truth of a condition, which is noted where it cannot be told.
fn tested<'e, const TRACED: bool>(gate: &'e Gate, run: &mut Evaluator<'_, TRACED>, open: &mut Vec<&'e Gate>) -> Truth {
    let truth = truth_of(gate, run);
    if truth.is_unknown() {
        open.push(gate);
    }
    truth
}

/// Whether an exception holds: every one is tried, then those that others defeat fall away.
fn excepted<'e, const TRACED: bool>(
    entry: &'e RuleEntry<'_>,
    run: &mut Evaluator<'_, TRACED>,
    open: &mut Vec<&'e Gate>,
    outcome: &mut RuleOutcome,
) -> Truth {
    let mut result = Truth::False;
    let mut only_own = true;
    for found in &entry.exceptions {
        // Tried even where it does not defeat the rule itself: the trace shows what every exception came to.
        let mut truth = tested(&found.gate, run, open);
        if !found.defeats_rule {
            continue;
        }
        for defeat in &found.defeated_by {
            truth = truth.and(!defeated(found, defeat, entry, run, outcome));
        }
        if truth == Truth::True {
            outcome.excused_by.add(&found.alone);
            only_own &= found.exception.own && !entry.rule.own;
        }
        result = result.or(truth);
    }
    outcome.own_interpretation = result == Truth::True && only_own && entry.rule.level == Level::Statutory;
    result
}

/// Whether another exception defeats this one; two that defeat each other without priority are a conflict.
fn defeated<const TRACED: bool>(
    found: &ExceptionEntry<'_>,
    defeat: &Defeat,
    entry: &RuleEntry<'_>,
    run: &mut Evaluator<'_, TRACED>,
    outcome: &mut RuleOutcome,
) -> Truth {
    let Some(other) = entry.exceptions.get(defeat.by) else { return Truth::False };
    let truth = truth_of(&other.gate, run);
    if defeat.contested && truth == Truth::True {
        outcome.conflict = Some((found.exception.id.clone(), other.exception.id.clone()));
    }
    truth
}
