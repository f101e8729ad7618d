use jiff::civil::Date;
use shuhi_source::did_you_mean;

use super::run::{Beside, View};
use crate::decide::{
    DueOutcome, DutyOutcome, Frame, Judgement, LawInForce, Prepared, RuleOutcome, Verdict, clause_verdict,
};
use crate::facts::Value;
use crate::pack::{Definition, Example, Exception, Judged, Level, Owner, Rule};
use crate::rulebook::Rulebook;
use crate::texts::parse_date;
use crate::vocabulary::{FieldType, ItemType};

/// What of an example's expectation did not come out.
pub(super) fn failures<'r>(
    example: &Example,
    law: &LawInForce<'r>,
    main: &View<'r>,
    beside: &Beside<'r>,
) -> Vec<String> {
    let View { frame, prepared, judgement } = main;
    let check = Check { example, law, frame, prepared, judgement, beside };
    let mut found = Vec::new();
    let expect = &example.expect;
    if let Some((decision, _)) = &expect.decision {
        let actual = judgement.decision.map_or("none: a type is judged, not an act", |decision| decision.id());
        found.extend(differ("decision", decision, actual));
    }
    if expect.term.is_some() || matches!(example.owner, Some(Owner::Definition(_))) {
        found.extend(check.term());
    }
    match (&expect.clause, &example.owner) {
        (Some((clause, _)), _) => found.extend(check.clause(clause)),
        (None, Some(Owner::Rule(index))) => found.extend(check.rule(*index)),
        (None, Some(Owner::Exception(index))) => found.extend(check.exception(*index)),
        (None, _) if expect.verdict.is_some() => found.push("a verdict is expected, but of no clause".to_owned()),
        _ => {}
    }
    if let Some((duty, _)) = &expect.duty {
        found.extend(check.duty(duty));
    }
    found
}

fn differ(what: &str, expected: &str, actual: &str) -> Option<String> {
    (expected != actual).then(|| format!("{what}: expected {expected}, found {actual}"))
}

/// What the rules, terms and exceptions that cover a clause say.
#[derive(Default)]
struct Stated {
    verdicts: Vec<Verdict>,
    levels: Vec<Level>,
    /// A rule covers it that is only proposed or expected.
    waiting: bool,
}

impl Stated {
    fn is_silent(&self) -> bool {
        self.verdicts.is_empty() && self.levels.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.verdicts.extend(other.verdicts);
        self.levels.extend(other.levels);
        self.waiting |= other.waiting;
    }
}

struct Check<'a, 'r> {
    example: &'a Example,
    law: &'a LawInForce<'r>,
    frame: &'a Frame<'r>,
    prepared: &'a Prepared,
    judgement: &'a Judgement,
    beside: &'a Beside<'r>,
}

impl<'r> Check<'_, 'r> {
    fn rule_at(&self, index: usize) -> Option<&Rule> {
        self.frame.rulebook.packs.rules.get(index)
    }

    fn outcome(&self, rule: usize) -> Option<&RuleOutcome> {
        self.judgement.outcomes.iter().find(|outcome| outcome.rule == rule)
    }

    /// The verdict of the rule an example stands beside, or of another version of it.
    fn rule(&self, index: usize) -> Vec<String> {
        let id = self.rule_at(index).map(|rule| rule.id.as_str()).unwrap_or_default();
        let live = self.judgement.outcomes.iter().filter(|outcome| outcome.deciding);
        let mut versions = live.filter(|outcome| self.rule_at(outcome.rule).is_some_and(|rule| rule.id == id));
        match self.outcome(index).filter(|outcome| outcome.deciding).or_else(|| versions.next()) {
            Some(outcome) => self.verdict_parts(outcome),
            None if self.law.is_out_of_force(id) || self.outcome(index).is_some() => {
                let expected = self.example.expect.verdict.as_ref().map_or("", |(text, _)| text);
                differ("verdict", expected, Verdict::NotInForce.id()).into_iter().collect()
            }
            None => vec![format!("rule `{id}` was not judged")],
        }
    }

    fn verdict_parts(&self, outcome: &RuleOutcome) -> Vec<String> {
        let expect = &self.example.expect;
        let mut found = Vec::new();
        if let Some((verdict, _)) = &expect.verdict {
            found.extend(differ("verdict", verdict, outcome.verdict.id()));
        }
        if let Some((by, _)) = &expect.by {
            let named = |id: &String| id == by || id.rsplit('.').next() == Some(by);
            if !outcome.excused_by.iter().any(named) {
                found.push(format!("excused by: expected {by}, found [{}]", outcome.excused_by.join(", ")));
            }
        }
        if let Some(missing) = &expect.missing {
            let mut expected: Vec<&str> = missing.iter().map(|(text, _)| text.as_str()).collect();
            expected.sort_unstable();
            let actual = self.frame.missing(outcome);
            found.extend(differ("missing", &expected.join(", "), &actual.join(", ")));
        }
        found
    }

    fn exception(&self, index: usize) -> Vec<String> {
        let Some(exception) = self.frame.rulebook.packs.exceptions.get(index) else { return Vec::new() };
        let verdicts: Vec<&RuleOutcome> = self.outcomes_beside(exception).collect();
        let Some((expected, _)) = &self.example.expect.verdict else { return Vec::new() };
        let excused = verdicts.iter().any(|outcome| outcome.excused_by.contains(&exception.id));
        let actual = clause_verdict(verdicts.iter().map(|outcome| outcome.verdict)).map_or("none", Verdict::id);
        let mut found: Vec<String> = differ("verdict", expected, actual).into_iter().collect();
        if expected == Verdict::Excused.id() && !excused {
            found.push(format!("exception `{}` did not hold", exception.id));
        }
        found
    }

    /// The outcomes of the rules an exception belongs to or defeats.
    fn outcomes_beside(&self, exception: &Exception) -> impl Iterator<Item = &RuleOutcome> {
        let outcomes = self.judgement.outcomes.iter().filter(|outcome| outcome.deciding);
        outcomes.filter(move |outcome| {
            let rule = self.rule_at(outcome.rule);
            let own = |rule: &Rule| rule.unless.iter().any(|own| exception.defeats.contains(&own.id));
            rule.is_some_and(|rule| exception.defeats.contains(&rule.id) || own(rule))
        })
    }

    /// What covers a clause, taken together: the rules of what is judged, of what is stated within it and of what
    /// stands around it. Where what is judged speaks for itself, what stands around it and cannot be decided adds
    /// nothing.
    fn clause(&self, clause: &str) -> Vec<String> {
        let mut stated = self.covering(clause);
        self.beside.within.iter().for_each(|view| stated.add(self.covering_in(view, clause)));
        let silent = stated.is_silent();
        for view in &self.beside.around {
            let mut around = self.covering_in(view, clause);
            if !silent {
                around.verdicts.retain(|verdict| *verdict != Verdict::Unknown);
            }
            stated.add(around);
        }
        self.clause_parts(clause, &stated)
    }

    fn covering_in(&self, view: &View<'r>, clause: &str) -> Stated {
        let View { frame, prepared, judgement } = view;
        Check { frame, prepared, judgement, ..*self }.covering(clause)
    }

    fn covering(&self, clause: &str) -> Stated {
        let packs = &self.frame.rulebook.packs;
        let Stated { mut verdicts, mut levels, mut waiting } = Stated::default();
        for outcome in &self.judgement.outcomes {
            let Some(rule) = self.rule_at(outcome.rule) else { continue };
            let covers = |covers: &[String]| covers.iter().any(|id| id == clause);
            if covers(&rule.covers) || rule.unless.iter().any(|exception| covers(&exception.covers)) {
                levels.push(rule.level);
                if outcome.deciding {
                    verdicts.push(outcome.verdict);
                } else {
                    waiting = true;
                }
            }
        }
        for exception in packs.exceptions.iter().filter(|found| found.covers.iter().any(|id| id == clause)) {
            verdicts.extend(self.outcomes_beside(exception).map(|outcome| outcome.verdict));
        }
        // A term about something that is not judged here says nothing here, nor does one that is not in force.
        let here = |found: &&Definition| self.frame.knows(found.term) && found.covers.iter().any(|id| id == clause);
        for term in self.law.definitions().into_iter().map(|(_, found)| found).filter(here) {
            verdicts.push(match self.frame.term(term.term, self.prepared).value {
                Value::Unknown => Verdict::Unknown,
                Value::Bool(false) => Verdict::NotApplicable,
                _ => Verdict::Met,
            });
        }
        Stated { verdicts, levels, waiting }
    }

    fn clause_parts(&self, clause: &str, stated: &Stated) -> Vec<String> {
        let expect = &self.example.expect;
        let asleep = stated.waiting.then_some(Verdict::NotInForce);
        let verdict = clause_verdict(stated.verdicts.iter().copied()).or(asleep);
        let mut found = Vec::new();
        if let Some((expected, _)) = &expect.verdict {
            let packs = &self.frame.rulebook.packs;
            let covers = |covers: &[String]| covers.iter().any(|id| id == clause);
            let rules = packs.rules.iter().filter(|rule| covers(&rule.covers)).map(|rule| &rule.id);
            let terms = packs.definitions.iter().any(|term| covers(&term.covers) && self.frame.knows(term.term));
            let live = self.law.definitions().into_iter().any(|(_, term)| covers(&term.covers));
            let asleep = rules.into_iter().any(|id| self.law.is_out_of_force(id)) || (terms && !live);
            let actual = verdict.or(asleep.then_some(Verdict::NotInForce));
            let actual = actual.map_or_else(|| self.judged_elsewhere(clause), |verdict| verdict.id().to_owned());
            found.extend(differ(&format!("clause `{clause}`"), expected, &actual));
        }
        if let Some((expected, _)) = &expect.level {
            let of_clause = self.frame.rulebook.catalogue.clauses.get(clause).map(|clause| clause.level);
            let actual = stated.levels.iter().copied().min().or(of_clause);
            found.extend(differ(&format!("level of `{clause}`"), expected, actual.map_or("none", Level::id)));
        }
        found
    }

    /// Where a clause is judged that nothing judged here covers.
    fn judged_elsewhere(&self, clause: &str) -> String {
        let Rulebook { packs, vocabulary, .. } = self.frame.rulebook;
        let covers = |covers: &[String]| covers.iter().any(|id| id == clause);
        let rules = packs
            .rules
            .iter()
            .filter(|rule| covers(&rule.covers) || rule.unless.iter().any(|exception| covers(&exception.covers)));
        let judged = rules.flat_map(|rule| &rule.judges).filter_map(|judged| match judged {
            Judged::Act(act) => vocabulary.act(*act).map(|act| act.name.as_str()),
            Judged::Type(ty) => vocabulary.record_type(*ty).map(|ty| ty.name.as_str()),
        });
        let terms = packs.definitions.iter().filter(|term| covers(&term.covers));
        let defined = terms.filter_map(|term| vocabulary.term(term.term)).map(|term| term.name.as_str());
        let told = |what: &str, mut names: Vec<&str>| {
            names.dedup();
            if names.is_empty() { String::new() } else { format!("; {what} `{}`", names.join("`, `")) }
        };
        let (judged, defined) =
            (told("it is judged on", judged.collect()), told("it defines the term", defined.collect()));
        format!("nothing that covers it among what is judged here{judged}{defined}")
    }

    fn term(&self) -> Option<String> {
        let vocabulary = &self.frame.rulebook.vocabulary;
        let id = match (&self.example.expect.term, &self.example.owner) {
            (Some((name, _)), _) => match vocabulary.term_named(name) {
                Some(id) => id,
                None => return Some(format!("unknown term `{name}`")),
            },
            (None, Some(Owner::Definition(index))) => self.frame.rulebook.packs.definitions.get(*index)?.term,
            _ => return None,
        };
        let word = vocabulary.term(id)?;
        let expected = self.example.expect.is.as_ref().and_then(|node| node.text()).unwrap_or("");
        let expected = match (word.ty, expected) {
            (ItemType::Bool, "yes") => "true",
            (ItemType::Bool, "no") => "false",
            (_, text) => text,
        };
        let found = self.frame.term(id, self.prepared);
        let written = found.value.written(FieldType { item: word.ty, list: false }, vocabulary);
        let actual = if found.conflict { "conflict".to_owned() } else { written.unwrap_or_default() };
        let missing =
            if found.missing.is_empty() { String::new() } else { format!(" (missing: {})", found.missing.join(", ")) };
        differ(&format!("term `{}`", word.name), expected, &actual).map(|failure| format!("{failure}{missing}"))
    }

    fn duty(&self, id: &str) -> Vec<String> {
        let expect = &self.example.expect;
        let mut duties = duties_named(self.judgement, id);
        for views in [&self.beside.within, &self.beside.around] {
            if duties.is_empty() {
                duties = views.iter().flat_map(|view| duties_named(&view.judgement, id)).collect();
            }
        }
        if duties.is_empty() {
            let absent = expect.due.as_ref().is_some_and(|(text, _)| text == "none");
            return if absent { Vec::new() } else { vec![self.without_duty(id)] };
        }
        let mut found = Vec::new();
        let mut compare = |what: &str, expected: &Option<(String, _)>, actual: &dyn Fn(&DutyOutcome) -> String| {
            if let Some((expected, _)) = expected {
                let actual: Vec<String> = duties.iter().map(|duty| actual(duty)).collect();
                if !actual.contains(expected) {
                    found.push(format!("duty `{id}` {what}: expected {expected}, found {}", actual.join(", ")));
                }
            }
        };
        compare("due", &expect.due, &due_text);
        let date = |date: Option<Date>| date.map_or("unknown".to_owned(), |date| date.to_string());
        compare("keep_until", &expect.keep_until, &|duty| date(duty.keep.as_ref().and_then(|keep| keep.until)));
        compare("possible_from", &expect.possible_from, &|duty| date(duty.possible_from.flatten()));
        debug_assert!(expect.due.as_ref().is_none_or(|(text, _)| parse_date(text).is_some() || !text.is_empty()));
        found
    }
}

/// A duty that does not arise, and what was meant where no rule knows it.
impl Check<'_, '_> {
    fn without_duty(&self, id: &str) -> String {
        let known =
            || self.frame.rulebook.packs.rules.iter().flat_map(|rule| &rule.duties).map(|duty| duty.id.as_str());
        if known().any(|name| name == id) {
            return format!("duty `{id}` does not arise");
        }
        let help = did_you_mean(id, known()).map(|help| format!("; {help}")).unwrap_or_default();
        format!("no rule knows a duty `{id}`{help}")
    }
}

fn duties_named<'j>(judgement: &'j Judgement, id: &str) -> Vec<&'j DutyOutcome> {
    judgement.duties.iter().filter(|duty| duty.id == id).collect()
}

fn due_text(duty: &DutyOutcome) -> String {
    match &duty.due {
        None => "none".to_owned(),
        Some(DueOutcome::Word(word)) => word.id().to_owned(),
        Some(DueOutcome::On(date)) => date.known().map_or("unknown".to_owned(), |date| date.to_string()),
        Some(DueOutcome::Unknown(_)) => "unknown".to_owned(),
    }
}
