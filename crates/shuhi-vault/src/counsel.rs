//! What the vault asks of the law. Nothing in the vault decides a legal question itself.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shuhi_law::Rulebook;
use shuhi_law::decide::{Decision, Frame, Judgement, RuleOutcome, Selection, Verdict};
use shuhi_law::facts::{FactReader, Facts};
use shuhi_law::pack::{Judged, Level, Rule};
use shuhi_law::vocabulary::Language;
use shuhi_register::Register;
use shuhi_source::{Faults, Sources, read_yaml};

use crate::VaultError;

/// Answers whether an act may be done.
pub trait Counsel: Debug + Send + Sync {
    /// The law's opinion on an act (`release`, `accept_hold`, `keep_on`, `erase_log`), on facts keyed by role as
    /// `shuhi schema --facts` lists them, as of a date in Japan.
    ///
    /// # Errors
    ///
    /// [`VaultError::Facts`] where a fact is not one of the vocabulary's.
    fn opinion(&self, act: &str, facts: &serde_json::Value, on: Date) -> Result<Opinion, VaultError>;
}

/// What the law says of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Whether it may be done.
    pub answer: Answer,
    /// The rules that decide so: those breached, else those that cannot be decided, else those that permit it.
    pub reasons: Vec<Reason>,
    /// The facts that are missing, as `role.field`.
    pub missing: Vec<String>,
    /// The date of the law.
    pub law_of: String,
    /// SHA-256 of the rulebook.
    pub rulebook: String,
}

/// Whether an act may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It may.
    Permitted,
    /// It may not.
    Forbidden,
    /// The facts do not tell; it may not be done until they do.
    Unknown,
}

/// One rule that decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's id.
    pub rule: String,
    /// Where it is found, in Japanese.
    pub cite: String,
    /// Where it is found, in English.
    #[serde(default)]
    pub cite_en: String,
    /// What it says, in Japanese.
    pub say_ja: String,
    /// What it says, in English.
    pub say_en: String,
}

impl Reason {
    /// Where it is found.
    #[must_use]
    pub fn cite(&self, language: Language) -> &str {
        if language == Language::Japanese { &self.cite } else { &self.cite_en }
    }

    /// What it says.
    #[must_use]
    pub fn say(&self, language: Language) -> &str {
        if language == Language::Japanese { &self.say_ja } else { &self.say_en }
    }
}

/// The rulebook, asked about an operator.
pub struct LawCounsel<'r> {
    rulebook: &'r Rulebook,
    register: Option<Arc<Register>>,
}

impl Debug for LawCounsel<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LawCounsel").field("rulebook", &self.rulebook.hash).finish_non_exhaustive()
    }
}

impl<'r> LawCounsel<'r> {
    /// Asks `rulebook` about the operator of `register`.
    #[must_use]
    pub fn new(rulebook: &'r Rulebook, register: Option<Arc<Register>>) -> Self {
        Self { rulebook, register }
    }

    fn facts(&self, act: shuhi_law::vocabulary::ActId, stated: &serde_json::Value) -> Result<Facts, VaultError> {
        let mut sources = Sources::new();
        let mut faults = Faults::new();
        let id = sources.add("facts", stated.to_string());
        let roles = self.rulebook.vocabulary.roles_of(act);
        let node = read_yaml(&sources, id).map_err(|fault| VaultError::Facts(fault.message.clone()))?;
        let reader = FactReader::new(&self.rulebook.vocabulary, &self.rulebook.packs.questions);
        let mut facts = reader.facts(&node, &roles, &mut faults);
        if !faults.is_empty() {
            return Err(VaultError::Facts(faults.summary(&sources)));
        }
        if let Some(register) = &self.register
            && facts.root("operator").is_none()
        {
            facts.roots.push(("operator".to_owned(), Arc::clone(&register.operator)));
        }
        Ok(facts)
    }
}

impl Counsel for LawCounsel<'_> {
    fn opinion(&self, act: &str, facts: &serde_json::Value, on: Date) -> Result<Opinion, VaultError> {
        let id = self.rulebook.vocabulary.act_named(act);
        let id = id.ok_or_else(|| VaultError::Facts(format!("the vocabulary has no act `{act}`")))?;
        let facts = self.facts(id, facts)?;
        let law = self.rulebook.select(Selection::on(on));
        let frame = law.frame(Judged::Act(id));
        let prepared = frame.prepare(&facts);
        if let Some(contradiction) = frame.contradictions(&prepared, &facts).into_iter().next() {
            return Err(VaultError::Facts(contradiction));
        }
        Ok(opinion_of(&frame, &frame.judge(&prepared), on))
    }
}

/// What a judgement comes to for the vault.
pub(crate) fn opinion_of(frame: &Frame<'_>, judgement: &Judgement, on: Date) -> Opinion {
    let answer = match judgement.decision {
        Some(Decision::Permitted) => Answer::Permitted,
        Some(Decision::Forbidden) => Answer::Forbidden,
        _ => Answer::Unknown,
    };
    let decides = |outcome: &&RuleOutcome| {
        outcome.deciding && rule(frame, outcome).is_some_and(|rule| rule.level == Level::Statutory)
    };
    let speaks = |verdict: Verdict| match answer {
        Answer::Forbidden => matches!(verdict, Verdict::Breached | Verdict::Conflict),
        Answer::Unknown => matches!(verdict, Verdict::Unknown | Verdict::Conflict),
        Answer::Permitted => matches!(verdict, Verdict::Met | Verdict::Excused),
    };
    let deciding = judgement.outcomes.iter().filter(decides).filter(|outcome| speaks(outcome.verdict));
    let (mut reasons, mut missing) = (Vec::new(), Vec::new());
    for outcome in deciding {
        reasons.extend(rule(frame, outcome).map(|rule| reason(frame.rulebook, rule)));
        missing.extend(frame.missing(outcome));
    }
    missing.sort_unstable();
    missing.dedup();
    Opinion { answer, reasons, missing, law_of: on.to_string(), rulebook: frame.rulebook.hash.clone() }
}

fn rule<'r>(frame: &Frame<'r>, outcome: &RuleOutcome) -> Option<&'r Rule> {
    frame.rulebook.packs.rules.get(outcome.rule)
}

fn reason(rulebook: &Rulebook, rule: &Rule) -> Reason {
    let cited = |language, between: &str| {
        let cited = rule.cite.iter().map(|cite| {
            let law = rulebook.catalogue.laws.get(&cite.law).map(|law| law.short.in_language(language));
            format!("{} {}", law.unwrap_or(&cite.law), cite.at)
        });
        cited.collect::<Vec<_>>().join(between)
    };
    Reason {
        rule: rule.id.clone(),
        cite: cited(Language::Japanese, "、"),
        cite_en: cited(Language::English, "; "),
        say_ja: rule.say.in_language(Language::Japanese).to_owned(),
        say_en: rule.say.in_language(Language::English).to_owned(),
    }
}
