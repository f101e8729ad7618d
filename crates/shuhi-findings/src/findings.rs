use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::decide::{DutyOutcome, Explanation, LawInForce, RuleOutcome, Verdict};
use shuhi_law::pack::{Judged, Level, Rule};
use shuhi_register::{Attested, ClaimDifference, Register, Thing};
use shuhi_source::Span;

use crate::grounds::Grounds;
use crate::missing::{MissingFact, describe};

/// Whether a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The rule decides.
    Deciding,
    /// The rule is proposed, voluntary or expected and is only shown.
    Shown,
}

/// What one rule came to for one subject.
#[derive(Clone, Debug)]
pub struct Finding<'r> {
    /// The subject: `log_policies/sign-in`.
    pub subject: String,
    /// As what it was judged: the act or the type.
    pub judged: String,
    /// Where it stands in the register.
    pub span: Option<Span>,
    /// The rule.
    pub rule: &'r Rule,
    /// Whether it counts.
    pub standing: Standing,
    /// Its verdict and what led to it.
    pub outcome: RuleOutcome,
    /// The facts that are missing, named as the register names them.
    pub missing: Vec<MissingFact>,
    /// What is to be done.
    pub duties: Vec<DutyOutcome>,
    pub(crate) grounds: Arc<Grounds<'r>>,
}

impl Finding<'_> {
    /// Why it came out so; put into words when it is asked for, as most findings are never explained.
    pub fn explanation(&self) -> Explanation {
        self.grounds.explanation(&self.outcome)
    }

    /// The facts it turned on: name in the register, value, and whether the value was assumed.
    pub fn facts(&self) -> Vec<(String, String, bool)> {
        self.grounds.facts(&self.outcome)
    }

    /// Whether it speaks against the operator.
    pub fn is_adverse(&self) -> bool {
        matches!(self.outcome.verdict, Verdict::Conflict | Verdict::Breached | Verdict::Flagged)
            || self.outcome.own_interpretation
    }

    /// Whether it cannot be decided.
    pub fn is_unknown(&self) -> bool {
        self.outcome.verdict == Verdict::Unknown
    }
}

/// Everything the law finds in a register.
#[derive(Clone, Debug)]
pub struct Findings<'r> {
    /// The date judged for.
    pub at: Date,
    /// The rulebook judged by.
    pub rulebook: &'r Rulebook,
    /// The operator's name as stated.
    pub operator: Option<String>,
    /// By level, then what speaks against the operator, what is unknown, the rest; then by subject and rule.
    pub all: Vec<Finding<'r>>,
    /// Files of the register that state nothing on the date.
    pub elsewhen: Vec<shuhi_source::FileId>,
    /// Attested answers that have expired and are not used.
    pub expired: Vec<Attested>,
    /// Beliefs about legal conclusions that the facts contradict.
    pub claims: Vec<ClaimDifference>,
}

impl<'r> Findings<'r> {
    /// Judges a register.
    pub fn of(register: &Register, law: &LawInForce<'r>) -> Self {
        let rulebook = law.rulebook;
        let mut all = Vec::new();
        for thing in register.things_to_judge(rulebook) {
            judge(thing, law, &mut all);
        }
        all.sort_by(|a, b| order(a).cmp(&order(b)));
        Self {
            at: law.selection.at,
            rulebook,
            operator: operator_name(register, rulebook),
            all,
            elsewhen: register.elsewhen.clone(),
            expired: register.expired_answers.clone(),
            claims: register.claim_differences(law),
        }
    }

    /// How many deciding findings at certain levels have each verdict.
    pub fn counts(&self, levels: impl Fn(Level) -> bool) -> BTreeMap<Verdict, usize> {
        let mut counts = BTreeMap::new();
        let deciding = self.all.iter().filter(|finding| finding.standing == Standing::Deciding);
        for finding in deciding.filter(|finding| levels(finding.rule.level)) {
            *counts.entry(finding.outcome.verdict).or_insert(0) += 1;
        }
        counts
    }

    /// The deciding findings against the operator, and the undecided ones, at a level or a stronger one.
    pub fn at_or_above(&self, level: Level) -> (usize, usize) {
        let counted =
            self.all.iter().filter(|finding| finding.standing == Standing::Deciding && finding.rule.level <= level);
        counted.fold((0, 0), |(adverse, unknown), finding| {
            (adverse + usize::from(finding.is_adverse()), unknown + usize::from(finding.is_unknown()))
        })
    }
}

fn judge<'r>(thing: Thing, law: &LawInForce<'r>, found: &mut Vec<Finding<'r>>) {
    let frame = law.frame(thing.judged);
    if frame.rules().next().is_none() {
        return;
    }
    let prepared = frame.prepare(&thing.facts);
    let mut judgement = frame.judge_traced(&prepared);
    let (outcomes, duties) = (mem::take(&mut judgement.outcomes), mem::take(&mut judgement.duties));
    let (subject, judged, span) = (thing.label(), judged_name(thing.judged, law.rulebook), thing.span);
    let grounds = Arc::new(Grounds { frame, prepared, judgement, thing });
    for outcome in outcomes {
        let Some(rule) = law.rulebook.packs.rules.get(outcome.rule) else { continue };
        let missing = grounds.frame.missing(&outcome);
        found.push(Finding {
            subject: subject.clone(),
            judged: judged.clone(),
            span,
            rule,
            standing: if outcome.deciding { Standing::Deciding } else { Standing::Shown },
            missing: missing.iter().map(|name| describe(name, &grounds.thing, law.rulebook)).collect(),
            duties: duties.iter().filter(|duty| duty.rule == outcome.rule).cloned().collect(),
            outcome,
            grounds: Arc::clone(&grounds),
        });
    }
}

fn order<'f>(finding: &'f Finding<'_>) -> (Standing, Level, u8, &'f str, &'f str) {
    let urgency = match (finding.is_adverse(), finding.is_unknown()) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    };
    (finding.standing, finding.rule.level, urgency, finding.subject.as_str(), finding.rule.id.as_str())
}

fn operator_name(register: &Register, rulebook: &Rulebook) -> Option<String> {
    let described = rulebook.vocabulary.record_type(register.operator.ty)?;
    match register.operator.field(described.position("name")?) {
        shuhi_law::facts::Value::Text(name) => Some(name.to_string()),
        _ => None,
    }
}

/// What a thing is judged as, in words: the act or the type.
pub(crate) fn judged_name(judged: Judged, rulebook: &Rulebook) -> String {
    match judged {
        Judged::Act(act) => rulebook.vocabulary.act(act).map(|act| act.name.clone()),
        Judged::Type(ty) => rulebook.vocabulary.record_type(ty).map(|ty| ty.name.clone()),
    }
    .unwrap_or_default()
}
