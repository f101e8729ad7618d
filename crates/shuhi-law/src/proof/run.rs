use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use shuhi_source::{Fault, Faults, Node, Sources, Span};

use super::expect;
use crate::decide::{Frame, Judgement, LawInForce, Prepared, Selection};
use crate::facts::{FactReader, Facts, Record, Value};
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

/// The ways in which the facts of a case are judged besides what it names.
#[derive(Default)]
pub(super) struct Beside<'r> {
    /// The subjects stated within others: a report within a service.
    pub within: Vec<View<'r>>,
    /// The subjects that fill an act's roles, the operator, and the acts that a subject states.
    pub around: Vec<View<'r>>,
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
            selection.packs = example.packs.iter().flat_map(|name| packs_named(rulebook, name)).collect();
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
        if faults.is_empty() { Ok(facts) } else { Err(told(&faults, self.sources)) }
    }

    fn failures(&mut self, example: &Example) -> Vec<String> {
        let Some(judged) = self.judged(example) else {
            return vec!["neither an act, a type nor a term says what is judged".to_owned()];
        };
        let mut facts = match self.facts(example, judged) {
            Ok(facts) => facts,
            Err(faults) => return vec![faults],
        };
        let known = |name: &&String| !packs_named(self.rulebook, name).is_empty();
        if let Some(unknown) = example.packs.iter().find(|name| !known(name)) {
            let packs = self.rulebook.packs.ids.join("`, `");
            return vec![format!("unknown pack `{unknown}`; packs are `{packs}`")];
        }
        self.bring_forward(judged, &mut facts);
        let law = self.law(example);
        let frame = law.frame(judged);
        let decides = frame.rules().any(|(_, _, deciding)| deciding);
        if let (Judged::Act(act), Some(_), false) =
            (judged, &example.expect.decision, decides || example.packs.is_empty())
        {
            let act = self.rulebook.vocabulary.act(act).map_or("", |act| act.name.as_str());
            return vec![format!("no rule of the packs `{}` judges `{act}`", example.packs.join("`, `"))];
        }
        let prepared = frame.prepare(&facts);
        let contradictions = frame.contradictions(&prepared, &facts);
        if !contradictions.is_empty() {
            return contradictions;
        }
        let judgement = frame.judge_traced(&prepared);
        if judgement.without_trace() != frame.judge(&prepared) {
            return vec!["judged with and without a trace, the verdicts differ".to_owned()];
        }
        let main = View { frame, prepared, judgement };
        let wide = example.expect.clause.is_some() || example.expect.duty.is_some();
        let beside = if wide { self.beside(&law, judged, &facts) } else { Beside::default() };
        expect::failures(example, &law, &main, &beside)
    }

    /// Where the subject that is judged is stated only within another (the report within its service), brings it
    /// forward; of several, none is meant.
    fn bring_forward(&self, judged: Judged, facts: &mut Facts) {
        let Judged::Type(ty) = judged else { return };
        let Some(described) = self.rulebook.vocabulary.record_type(ty) else { return };
        if facts.root(&described.root).is_none() {
            let mut within = subjects(facts).into_iter().filter(|(record, _)| record.ty == ty);
            if let (Some((record, _)), None) = (within.next(), within.next()) {
                let record = Arc::clone(record);
                facts.roots.push((described.root.clone(), record));
            }
        }
    }

    /// The other ways in which the same facts are judged: every subject they state, wherever it stands, and the acts
    /// that a subject states. A case that names a clause finds it there however the rules are cut.
    fn beside(&self, law: &LawInForce<'r>, judged: Judged, facts: &Facts) -> Beside<'r> {
        let vocabulary = &self.rulebook.vocabulary;
        let operator = facts.root(OPERATOR);
        let view = |judged, mut stated: Facts| {
            stated.answers.clone_from(&facts.answers);
            let frame = law.frame(judged);
            let prepared = frame.prepare(&stated);
            let judgement = frame.judge(&prepared);
            View { frame, prepared, judgement }
        };
        let mut found = Beside { within: Vec::new(), around: Vec::new() };
        for (record, depth) in subjects(facts) {
            let of = Judged::Type(record.ty);
            let place = if depth == 0 { &mut found.around } else { &mut found.within };
            if of != judged || depth > 0 {
                place.push(view(of, Facts::of_subject(record, operator, vocabulary)));
            }
            for (id, act) in (0u16..).map(ActId).zip(&vocabulary.acts) {
                let standing = act.standing.iter().filter(|standing| standing.ty == record.ty);
                for standing in standing.filter(|_| matches!(judged, Judged::Type(ty) if ty == record.ty)) {
                    let stated = Facts::of_standing(record, standing, operator, vocabulary);
                    found.around.push(view(Judged::Act(id), stated));
                }
            }
        }
        found
    }
}

/// The packs a case names: one by its id, or all that state clauses of a catalogue (`regime`, `misuse`).
fn packs_named(rulebook: &Rulebook, name: &str) -> Vec<String> {
    if rulebook.packs.ids.iter().any(|id| id == name) {
        return vec![name.to_owned()];
    }
    let states = |covers: &[String]| covers.iter().any(|clause| clause.split('.').next() == Some(name));
    let stating = |pack: &&String| rulebook.packs.rules.iter().any(|rule| rule.pack == **pack && states(&rule.covers));
    rulebook.packs.ids.iter().filter(stating).cloned().collect()
}

/// Faults of a case's facts, each with its place and what to do about it.
fn told(faults: &Faults, sources: &Sources) -> String {
    let line = |fault: &Fault| {
        let place = fault.span.map(|span| format!("{}: ", sources.place(span))).unwrap_or_default();
        let help = fault.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        format!("{place}{}{help}", fault.message)
    };
    faults.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Every subject that facts state, with how deep it stands in another.
fn subjects(facts: &Facts) -> Vec<(&Arc<Record>, usize)> {
    let mut found: Vec<(&Arc<Record>, usize)> = facts.roots.iter().map(|(_, record)| (record, 0)).collect();
    let mut next = 0;
    while let Some((record, depth)) = found.get(next).copied() {
        next += 1;
        for value in &record.fields {
            let items = match value {
                Value::List(items) => &items[..],
                value => std::slice::from_ref(value),
            };
            found.extend(items.iter().filter_map(|item| match item {
                Value::Record(record) => Some((record, depth + 1)),
                _ => None,
            }));
        }
    }
    found
}
