use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::LawInForce;
use super::select::Voice;
use crate::check::{Condition, Path, Root};
use crate::evaluate::{Compiler, Gate, Program, SlotKey};
use crate::facts::{Facts, Record, Value, parse_scalar};
use crate::pack::{Exception, Judged, Rule};
use crate::rulebook::Rulebook;
use crate::vocabulary::{TermId, TypeId};

/// All law that judges one act or type on one date, compiled together.
pub struct Frame<'r> {
    /// The rulebook its texts come from.
    pub rulebook: &'r Rulebook,
    /// What it judges.
    pub judged: Judged,
    /// The names its conditions know, with their types.
    pub roots: Vec<(String, TypeId)>,
    pub(crate) at: Date,
    pub(crate) program: Program,
    pub(crate) rules: Vec<RuleEntry<'r>>,
    pub(crate) own_terms: HashMap<TermId, (u32, Gate)>,
    /// What is taken as stated where it is not, by its place in the facts.
    pub(crate) presumed: Vec<(Path, Value)>,
}

pub(crate) struct RuleEntry<'r> {
    pub index: usize,
    pub rule: &'r Rule,
    pub deciding: bool,
    pub when: Option<Gate>,
    pub require: Option<Gate>,
    pub exceptions: Vec<ExceptionEntry<'r>>,
    pub duties: Vec<DutyEntry>,
}

pub(crate) struct ExceptionEntry<'r> {
    pub exception: &'r Exception,
    pub condition: &'r Condition,
    pub gate: Gate,
    /// Its id, as the only one of [`super::Excuses`].
    pub alone: Arc<[String]>,
    /// Whether it defeats the rule itself, or only one of its exceptions.
    pub defeats_rule: bool,
    pub defeated_by: Vec<Defeat>,
}

/// Another exception of the rule that makes one fall away where it holds.
pub(crate) struct Defeat {
    /// Its place among the rule's exceptions.
    pub by: usize,
    /// Each defeats the other, and neither goes first.
    pub contested: bool,
}

/// A duty's conditions, in the order of the rule's duties.
#[derive(Default)]
pub(crate) struct DutyEntry {
    pub when: Option<Gate>,
    pub due_from: Option<Gate>,
    pub keep_from: Option<Gate>,
    pub opens_from: Option<Gate>,
}

/// Facts in the form the compiled law reads: one value a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    pub(crate) slots: Vec<Value>,
}

impl Prepared {
    /// States a fact at a place that [`Frame::slot`] gave.
    pub fn set(&mut self, slot: usize, value: Value) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = value;
        }
    }

    /// States at a place what other facts for the same law state there.
    pub fn copy(&mut self, slot: usize, from: &Self) {
        self.set(slot, from.slots.get(slot).cloned().unwrap_or_default());
    }
}

impl<'r> Frame<'r> {
    pub(crate) fn compile(law: &LawInForce<'r>, judged: Judged) -> Self {
        let rulebook = law.rulebook;
        let vocabulary = &rulebook.vocabulary;
        let roots = match judged {
            Judged::Act(act) => vocabulary.roles_of(act),
            Judged::Type(ty) => vocabulary.roots_of(ty),
        };
        let definitions = law.definitions();
        let exceptions = law.exceptions();
        let mut compiler = Compiler {
            vocabulary,
            questions: &rulebook.packs.questions,
            definitions: &definitions,
            roots: &roots,
            at: law.selection.at,
            program: Program::with(&rulebook.holidays),
        };
        let mut rules = Vec::new();
        for (index, rule, voice) in law.rules() {
            if rule.judges.contains(&judged) {
                let exceptions = exception_entries(&mut compiler, law, rule, &exceptions, judged);
                rules.push(rule_entry(&mut compiler, index, rule, voice == Voice::Decides, exceptions));
            }
        }
        // The terms of the subjects themselves can be asked for whether or not a rule reads them.
        let mut own_terms = HashMap::new();
        for (id, word) in (0u16..).map(TermId).zip(&vocabulary.terms) {
            if let Some((root, _)) = roots.iter().find(|(_, ty)| *ty == word.of) {
                own_terms.insert(id, compiler.term(root, id));
            }
        }
        let program = compiler.program;
        let presumed = presumed(rulebook, judged);
        Self { rulebook, judged, roots, at: law.selection.at, program, rules, own_terms, presumed }
    }

    /// Brings facts into the form the compiled law reads.
    pub fn prepare(&self, facts: &Facts) -> Prepared {
        Prepared { slots: self.program.slots.iter().map(|slot| self.fill(&slot.key, &slot.name, facts)).collect() }
    }

    /// The place in [`Prepared`] of a fact, by the name it begins at and the fields that lead to it; `None` where no
    /// rule reads it.
    pub fn slot(&self, root: &str, steps: &[u16]) -> Option<usize> {
        let path = crate::check::Path { root: Root::Named(root.to_owned()), steps: steps.to_vec() };
        self.program.slot_index.get(&SlotKey::Field(path)).map(|slot| *slot as usize)
    }

    fn fill(&self, key: &SlotKey, name: &str, facts: &Facts) -> Value {
        match key {
            SlotKey::Field(path) => {
                let found = field(path, facts);
                match found {
                    // An act without a date is judged as done on the date of the decision.
                    Value::Unknown if name == "act.date" => Value::Date(self.at),
                    Value::Unknown => self.presumption(path).cloned().unwrap_or_default(),
                    found => found,
                }
            }
            SlotKey::Given(path, term) => match subject(path, &path.steps, facts) {
                Some(record) => record.given(*term).cloned().unwrap_or_default(),
                None => Value::Unknown,
            },
            SlotKey::Answer(path, question) => {
                let own = subject(path, &path.steps, facts).map(|record| record.answer(question, self.at));
                let general = || facts.answers.iter().find(|answer| answer.question == *question);
                match own {
                    Some(value) if value != Value::Unknown => value,
                    _ => general().map(|answer| answer.on(self.at)).unwrap_or_default(),
                }
            }
        }
    }

    fn presumption(&self, path: &Path) -> Option<&Value> {
        self.presumed.iter().find(|(known, _)| known == path).map(|(_, value)| value)
    }

    /// Whether a slot's value was assumed rather than stated.
    pub(crate) fn assumed(&self, slot: u32, facts: &Facts) -> bool {
        let Some(SlotKey::Field(path)) = self.program.slot(slot).map(|slot| &slot.key) else { return false };
        let Some((last, before)) = path.steps.split_last() else { return false };
        let silent = subject(path, before, facts).is_some_and(|record| record.assumed.contains(last));
        silent || (self.presumption(path).is_some() && field(path, facts) == Value::Unknown)
    }

    /// The rules it judges by: index in the rulebook, the rule, and whether it decides.
    pub fn rules(&self) -> impl Iterator<Item = (usize, &'r Rule, bool)> {
        self.rules.iter().map(|entry| (entry.index, entry.rule, entry.deciding))
    }
}

/// What the vocabulary takes as stated wherever something is judged.
fn presumed(rulebook: &Rulebook, judged: Judged) -> Vec<(Path, Value)> {
    let vocabulary = &rulebook.vocabulary;
    let presumes = match judged {
        Judged::Act(act) => vocabulary.act(act).map(|act| &act.presumes),
        Judged::Type(ty) => vocabulary.record_type(ty).map(|ty| &ty.presumes),
    };
    let placed = presumes.into_iter().flatten().filter_map(|presumption| {
        let field = vocabulary.record_type(presumption.ty)?.field(presumption.field)?;
        let value = match presumption.absent.value.as_str() {
            "[]" if field.ty.list => Value::List(Arc::from([])),
            text => parse_scalar(text, field.ty.item, field.optional, vocabulary).ok()?,
        };
        Some((Path { root: Root::Named(presumption.root.clone()), steps: vec![presumption.field] }, value))
    });
    placed.collect()
}

/// The subject that the first steps of a path lead to.
fn subject<'f>(path: &Path, steps: &[u16], facts: &'f Facts) -> Option<&'f Arc<Record>> {
    let Root::Named(root) = &path.root else { return None };
    steps.iter().try_fold(facts.root(root)?, |record, step| match record.field(*step) {
        Value::Record(next) => Some(next),
        _ => None,
    })
}

fn field(path: &Path, facts: &Facts) -> Value {
    let Some((last, before)) = path.steps.split_last() else { return Value::Unknown };
    subject(path, before, facts).map_or(Value::Unknown, |record| record.field(*last).clone())
}

fn exception_entries<'r>(
    compiler: &mut Compiler<'_>,
    law: &LawInForce<'r>,
    rule: &'r Rule,
    standing: &[&'r Exception],
    judged: Judged,
) -> Vec<ExceptionEntry<'r>> {
    let own = rule.unless.iter().filter_map(|exception| Some((exception, &exception.when.first()?.1)));
    let mut found: Vec<(&'r Exception, &'r Condition)> = own.collect();
    // Exceptions that defeat the rule, and those that defeat one of its exceptions.
    for exception in standing {
        let own = |id: &String| *id == rule.id || rule.unless.iter().any(|known| known.id == *id);
        let concerned = exception.defeats.iter().any(own)
            || exception
                .defeats
                .iter()
                .any(|id| standing.iter().any(|other| other.id == *id && other.defeats.contains(&rule.id)));
        if !concerned {
            continue;
        }
        if let Some((_, condition)) = exception.when.iter().find(|(way, _)| *way == judged) {
            found.push((exception, condition));
        }
    }
    found.retain(|(exception, _)| !law.selection.disabled.contains(&exception.span));
    let entry = |(exception, condition): &(&'r Exception, &'r Condition)| ExceptionEntry {
        exception,
        condition,
        gate: compiler.gate(condition),
        alone: Arc::new([exception.id.clone()]),
        defeats_rule: exception.defeats.contains(&rule.id),
        defeated_by: defeats(exception, &found),
    };
    found.iter().map(entry).collect()
}

/// Which of a rule's exceptions defeat one of them; where two defeat each other, the one with priority stands.
fn defeats(exception: &Exception, all: &[(&Exception, &Condition)]) -> Vec<Defeat> {
    let defeat = |(by, (other, _)): (usize, &(&Exception, &Condition))| {
        let mutual = exception.defeats.contains(&other.id);
        let stands = mutual && exception.over.contains(&other.id);
        let contested = mutual && !other.over.contains(&exception.id);
        (other.defeats.contains(&exception.id) && !stands).then_some(Defeat { by, contested })
    };
    all.iter().enumerate().filter_map(defeat).collect()
}

fn rule_entry<'r>(
    compiler: &mut Compiler<'_>,
    index: usize,
    rule: &'r Rule,
    deciding: bool,
    exceptions: Vec<ExceptionEntry<'r>>,
) -> RuleEntry<'r> {
    let duties = rule.duties.iter().map(|duty| DutyEntry {
        when: duty.when.as_ref().map(|condition| compiler.gate(condition)),
        due_from: match &duty.due {
            Some(crate::pack::Due::Within { from, .. }) => Some(compiler.gate(from)),
            _ => None,
        },
        keep_from: duty.keep.as_ref().map(|keep| compiler.gate(&keep.from)),
        opens_from: duty.opens.as_ref().map(|opens| compiler.gate(&opens.from)),
    });
    let duties = duties.collect();
    RuleEntry {
        index,
        rule,
        deciding,
        when: rule.when.as_ref().map(|condition| compiler.gate(condition)),
        require: rule.require.as_ref().map(|condition| compiler.gate(condition)),
        exceptions,
        duties,
    }
}
