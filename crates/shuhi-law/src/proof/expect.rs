use jiff::civil::Date;

use super::run::View;
use crate::decide::{
    DueOutcome, DutyOutcome, Frame, Judgement, LawInForce, Prepared, RuleOutcome, Verdict, clause_verdict,
};
use crate::facts::Value;
use crate::pack::{Definition, Example, Exception, Level, Owner, Rule};
use crate::texts::parse_date;
use crate::vocabulary::{FieldType, ItemType};

/// What of an example's expectation did not come out.
pub(super) fn failures<'r>(
    example: &Example,
    law: &LawInForce<'r>,
    main: &View<'r>,
    beside: &[View<'r>],
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
    beside: &'a [View<'r>],
}

impl Check<'_, '_> {
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

    /// What covers a clause, taken together: among the rules of what is judged, else among those beside it.
    fn clause(&self, clause: &str) -> Vec<String> {
        let mut stated = self.covering(clause);
        if stated.is_silent() {
            for view in self.beside {
                let View { frame, prepared, judgement } = view;
                let other = Check { frame, prepared, judgement, beside: &[], ..*self };
                stated.add(other.covering(clause));
            }
        }
        self.clause_parts(clause, &stated)
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
        // A term about something that is not judged here says nothing here.
        let here = |found: &&Definition| self.frame.knows(found.term) && found.covers.iter().any(|id| id == clause);
        for term in packs.definitions.iter().filter(here) {
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
            let asleep = packs.rules.iter().filter(|rule| rule.covers.iter().any(|id| id == clause));
            let asleep = asleep.map(|rule| &rule.id).any(|id| self.law.is_out_of_force(id));
            let actual = verdict.or(asleep.then_some(Verdict::NotInForce));
            let actual = actual.map_or("nothing that covers it among what is judged here", Verdict::id);
            found.extend(differ(&format!("clause `{clause}`"), expected, actual));
        }
        if let Some((expected, _)) = &expect.level {
            let of_clause = self.frame.rulebook.catalogue.clauses.get(clause).map(|clause| clause.level);
            let actual = stated.levels.iter().copied().min().or(of_clause);
            found.extend(differ(&format!("level of `{clause}`"), expected, actual.map_or("none", Level::id)));
        }
        found
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
        let duties: Vec<&DutyOutcome> = self.judgement.duties.iter().filter(|duty| duty.id == id).collect();
        if duties.is_empty() {
            let absent = expect.due.as_ref().is_some_and(|(text, _)| text == "none");
            return if absent { Vec::new() } else { vec![format!("duty `{id}` does not arise")] };
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

fn due_text(duty: &DutyOutcome) -> String {
    match &duty.due {
        None => "none".to_owned(),
        Some(DueOutcome::Word(word)) => word.id().to_owned(),
        Some(DueOutcome::On(date)) => date.known().map_or("unknown".to_owned(), |date| date.to_string()),
        Some(DueOutcome::Unknown(_)) => "unknown".to_owned(),
    }
}
