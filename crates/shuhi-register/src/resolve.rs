//! References between subjects, followed when they are first met.

use std::sync::Arc;

use shuhi_law::facts::{Answer, FactReader, Record, References};
use shuhi_law::pack::Question;
use shuhi_law::vocabulary::{TypeId, Vocabulary};
use shuhi_source::{Fault, Faults, Span, did_you_mean};

use crate::collect::Collected;
use crate::limits;

/// Reads every subject once, in whatever order references lead to it.
pub(crate) struct Resolver<'a> {
    vocabulary: &'a Vocabulary,
    questions: &'a [Question],
    collected: &'a Collected<'a>,
    /// By subject.
    answers: Vec<Vec<Answer>>,
    states: Vec<State>,
    /// The subjects being read, each with the reference that led to it and the depth found below it so far.
    open: Vec<Open>,
}

#[derive(Clone)]
enum State {
    Unread,
    Reading,
    Read(Option<Arc<Record>>, usize),
}

struct Open {
    subject: usize,
    led_here: Option<Span>,
    depth_below: usize,
}

impl<'a> Resolver<'a> {
    /// A resolver over what was collected; `answers` are the attested answers by subject.
    pub(crate) fn new(
        vocabulary: &'a Vocabulary,
        questions: &'a [Question],
        collected: &'a Collected<'a>,
        answers: Vec<Vec<Answer>>,
    ) -> Self {
        let states = vec![State::Unread; collected.subjects.len()];
        Self { vocabulary, questions, collected, answers, states, open: Vec::new() }
    }

    /// The facts of a subject, read now if they were not before.
    pub(crate) fn subject(&mut self, index: usize, faults: &mut Faults) -> Option<Arc<Record>> {
        self.follow(index, None, faults)
    }

    /// A reader for the register: conclusions are derived, not stated.
    pub(crate) fn reader(&self) -> FactReader<'a> {
        let mut reader = FactReader::new(self.vocabulary, self.questions);
        reader.conclusions_allowed = false;
        reader
    }

    fn follow(&mut self, index: usize, led_here: Option<Span>, faults: &mut Faults) -> Option<Arc<Record>> {
        match self.states.get(index)?.clone() {
            State::Read(record, depth) => record.filter(|_| self.fits(depth, led_here, faults)),
            State::Reading => {
                faults.push(self.circle(index, led_here));
                None
            }
            State::Unread if self.open.len() >= limits::REFERENCE_DEPTH_MAX => {
                faults.push(too_deep(led_here));
                None
            }
            State::Unread => {
                let (record, depth) = self.read(index, led_here, faults);
                record.filter(|_| self.fits(depth, led_here, faults))
            }
        }
    }

    /// Reads a subject and returns it with the number of subjects that stand in a row from it on.
    fn read(&mut self, index: usize, led_here: Option<Span>, faults: &mut Faults) -> (Option<Arc<Record>>, usize) {
        let collected = self.collected;
        let Some(stated) = collected.subjects.get(index) else { return (None, 0) };
        self.set(index, State::Reading);
        self.open.push(Open { subject: index, led_here, depth_below: 0 });
        let mut record = self.reader().record(&stated.node, stated.ty, self, faults);
        if let (Some(record), Some(answers)) = (&mut record, self.answers.get_mut(index)) {
            record.answers.append(answers);
        }
        let depth = 1 + self.open.pop().map_or(0, |open| open.depth_below);
        let record = record.map(Arc::new);
        self.set(index, State::Read(record.clone(), depth));
        (record, depth)
    }

    fn set(&mut self, index: usize, state: State) {
        if let Some(slot) = self.states.get_mut(index) {
            *slot = state;
        }
    }

    /// Whether the subject being read can have a row of so many below it: rows are bounded also where they were read
    /// from their far end.
    fn fits(&mut self, depth: usize, led_here: Option<Span>, faults: &mut Faults) -> bool {
        let Some(open) = self.open.last_mut() else { return true };
        let fits = depth < limits::REFERENCE_DEPTH_MAX;
        if fits {
            open.depth_below = open.depth_below.max(depth);
        } else {
            faults.push(too_deep(led_here));
        }
        fits
    }

    fn circle(&self, index: usize, closing: Option<Span>) -> Fault {
        let from = self.open.iter().position(|open| open.subject == index).unwrap_or(0);
        let circle = self.open.iter().skip(from);
        let label = |index: usize| self.collected.subjects.get(index).map_or("", |stated| stated.label.as_str());
        let names: Vec<_> = circle.clone().map(|open| open.subject).chain([index]).map(label).collect();
        let message = format!("subjects refer to one another in a circle: `{}`", names.join("` → `"));
        let mut fault = match closing {
            Some(span) => Fault::error(span, message),
            None => Fault::general(message),
        };
        for open in circle.skip(1) {
            if let Some(span) = open.led_here {
                fault = fault.note(span, format!("`{}` is referred to here", label(open.subject)));
            }
        }
        fault.help("leave one of these references out")
    }

    fn unknown(&self, ty: TypeId, id: &str, span: Span) -> Fault {
        let Some(described) = self.vocabulary.record_type(ty) else { return Fault::error(span, "unknown type") };
        let Some(collection) = described.collection.as_deref() else {
            let message = format!("`{id}` stands where the facts of {} are expected", described.name);
            return Fault::error(span, message).help("write the facts in place, as in `{field: value}`");
        };
        let fault = Fault::error(span, format!("`{id}` is no id of `{collection}`"));
        fault.help(self.remedy(ty, id, collection))
    }

    fn remedy(&self, ty: TypeId, id: &str, collection: &str) -> String {
        if let Some((_, bare)) = id.rsplit_once('/').filter(|(_, bare)| self.collected.position(ty, bare).is_some()) {
            return format!("write the id alone: `{bare}`");
        }
        if let Some(suggestion) = did_you_mean(id, self.collected.ids(ty)) {
            return suggestion;
        }
        let elsewhere = self.vocabulary.types.iter().filter_map(|other| {
            let other_ty = self.vocabulary.type_named(&other.name)?;
            self.collected.position(other_ty, id)?;
            other.collection.as_deref()
        });
        match elsewhere.into_iter().next() {
            Some(other) => format!("`{id}` stands in `{other}`, but this field refers to `{collection}`"),
            None => format!("state it in `{collection}:` with that `id`, or write its facts in place"),
        }
    }
}

impl References for Resolver<'_> {
    fn resolve(&mut self, ty: TypeId, id: &str, span: Span, faults: &mut Faults) -> Option<Arc<Record>> {
        match self.collected.position(ty, id) {
            Some(index) => self.follow(index, Some(span), faults),
            None => {
                if !limits::enough(faults) {
                    faults.push(self.unknown(ty, id, span));
                }
                None
            }
        }
    }
}

fn too_deep(led_here: Option<Span>) -> Fault {
    let message = format!("more than {} subjects refer to one another in a row", limits::REFERENCE_DEPTH_MAX);
    let fault = match led_here {
        Some(span) => Fault::error(span, message),
        None => Fault::general(message),
    };
    fault.help("shorten the row; leave this reference out")
}
