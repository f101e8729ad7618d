use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use shuhi_source::{Faults, Node, Sources, Span};

use super::expect;
use crate::decide::{Frame, Judgement, LawInForce, Prepared, Selection};
use crate::facts::{FactReader, Facts};
use crate::pack::{Example, Force, Judged};
use crate::rulebook::Rulebook;
use crate::vocabulary::{ActId, OPERATOR, OPERATOR_TYPE};

/// What running one example or case showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// Its name or id.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What did not come out as expected; empty: it passed.
    pub failures: Vec<String>,
    /// Why it was not run.
    pub not_executable: Option<String>,
}

impl CaseResult {
    /// Whether it was run and came out as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.not_executable.is_none()
    }
}

/// One way in which facts are judged.
pub(super) struct View<'r> {
    pub frame: Arc<Frame<'r>>,
    pub prepared: Prepared,
    pub judgement: Judgement,
}

/// Runs examples and cases, keeping the law of each date compiled.
pub struct Runner<'r> {
    rulebook: &'r Rulebook,
    sources: &'r Sources,
    disabled: Vec<Span>,
    laws: HashMap<(Date, Vec<Force>, Vec<String>), Arc<LawInForce<'r>>>,
}

impl<'r> Runner<'r> {
    /// A runner over the whole rulebook.
    pub fn new(rulebook: &'r Rulebook, sources: &'r Sources) -> Self {
        Self::without(rulebook, sources, Vec::new())
    }

    /// A runner over the rulebook without some rules, definitions or exceptions.
    pub(super) fn without(rulebook: &'r Rulebook, sources: &'r Sources, disabled: Vec<Span>) -> Self {
        Self { rulebook, sources, disabled, laws: HashMap::new() }
    }

    /// Runs one.
    pub fn run(&mut self, example: &Example) -> CaseResult {
        let mut result = CaseResult {
            name: example.name.clone(),
            span: example.span,
            failures: Vec::new(),
            not_executable: example.not_executable.clone(),
        };
        if result.not_executable.is_none() {
            result.failures = self.failures(example);
        }
        result
    }

    /// The law an example is judged by.
    pub fn law(&mut self, example: &Example) -> Arc<LawInForce<'r>> {
        let key = (example.at, example.include.clone(), example.packs.clone());
        let (rulebook, disabled) = (self.rulebook, &self.disabled);
        let law = self.laws.entry(key).or_insert_with(|| {
            let mut selection = Selection::on(example.at);
            selection.include.clone_from(&example.include);
            selection.packs.clone_from(&example.packs);
            selection.disabled.clone_from(disabled);
            Arc::new(rulebook.select(selection))
        });
        Arc::clone(law)
    }

    /// What an example judges: as it says, or the subject its facts are about.
    pub fn judged(&self, example: &Example) -> Option<Judged> {
        let vocabulary = &self.rulebook.vocabulary;
        let term = example.expect.term.as_ref().and_then(|(name, _)| vocabulary.term_named(name));
        let subject = || {
            let names = example.facts.map().unwrap_or(&[]).iter().map(|(key, _)| key.name.as_str());
            let mut types = names.filter(|name| *name != OPERATOR).filter_map(|name| vocabulary.type_of_root(name));
            types.next().or_else(|| vocabulary.type_named(OPERATOR_TYPE))
        };
        match example.judged {
            Some(judged) => Some(judged),
            None => term.and_then(|id| vocabulary.term(id)).map(|term| term.of).or_else(subject).map(Judged::Type),
        }
    }

    /// The facts of an example, assumptions filled in; or what is wrong with them.
    ///
    /// # Errors
    ///
    /// The faults of the facts, one a line with their places.
    pub fn facts(&self, example: &Example, judged: Judged) -> Result<Facts, String> {
        let vocabulary = &self.rulebook.vocabulary;
        let roots = match judged {
            Judged::Act(act) => vocabulary.roles_of(act),
            Judged::Type(ty) => vocabulary.roots_of(ty),
        };
        let reader = FactReader::new(vocabulary, &self.rulebook.packs.questions);
        let mut faults = Faults::new();
        let mut read = |node: &Node| reader.facts(node, &roots, &mut faults);
        let mut facts = read(&example.facts);
        if let Some(assumed) = &example.assume {
            let assumed = read(assumed);
            facts.assume(&assumed);
        }
        if faults.is_empty() { Ok(facts) } else { Err(faults.summary(self.sources)) }
    }

    fn failures(&mut self, example: &Example) -> Vec<String> {
        let Some(judged) = self.judged(example) else {
            return vec!["neither an act, a type nor a term says what is judged".to_owned()];
        };
        let facts = match self.facts(example, judged) {
            Ok(facts) => facts,
            Err(faults) => return vec![faults],
        };
        let law = self.law(example);
        let frame = law.frame(judged);
        let prepared = frame.prepare(&facts);
        let contradictions = frame.contradictions(&prepared);
        if !contradictions.is_empty() {
            return contradictions;
        }
        let judgement = frame.judge_traced(&prepared);
        if judgement.without_trace() != frame.judge(&prepared) {
            return vec!["judged with and without a trace, the verdicts differ".to_owned()];
        }
        let main = View { frame, prepared, judgement };
        let beside = if example.expect.clause.is_some() { self.beside(&law, judged, &facts) } else { Vec::new() };
        expect::failures(example, &law, &main, &beside)
    }

    /// The other ways in which the same facts are judged: the subjects that fill an act's roles, and the acts that a
    /// subject states. A case that names a clause finds it there however the rules are cut.
    fn beside(&self, law: &LawInForce<'r>, judged: Judged, facts: &Facts) -> Vec<View<'r>> {
        let vocabulary = &self.rulebook.vocabulary;
        let operator = facts.root(OPERATOR);
        let mut found: Vec<(Judged, Facts)> = Vec::new();
        match judged {
            Judged::Act(_) => {
                for (_, record) in &facts.roots {
                    found.push((Judged::Type(record.ty), Facts::of_subject(record, operator, vocabulary)));
                }
            }
            Judged::Type(ty) => {
                let subject = facts.roots.iter().map(|(_, record)| record).find(|record| record.ty == ty);
                for (id, act) in (0u16..).map(ActId).zip(&vocabulary.acts) {
                    for standing in act.standing.iter().filter(|standing| standing.ty == ty) {
                        let stated = subject.map(|record| Facts::of_standing(record, standing, operator, vocabulary));
                        found.extend(stated.map(|stated| (Judged::Act(id), stated)));
                    }
                }
            }
        }
        let view = |(judged, mut stated): (Judged, Facts)| {
            stated.answers.clone_from(&facts.answers);
            let frame = law.frame(judged);
            let prepared = frame.prepare(&stated);
            let judgement = frame.judge(&prepared);
            View { frame, prepared, judgement }
        };
        found.into_iter().map(view).collect()
    }
}
