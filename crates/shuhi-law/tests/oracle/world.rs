//! Conditions as the crate `cel` evaluates them, on the same facts.
//!
//! A subject is a value of ours that looks its fields up when CEL asks: a fact not stated is an error there, and
//! CEL's `&&` and `||` absorb errors, so that a condition has a value if no unknown fact can change it. `none` is a
//! missing key. Dates are day numbers. Legal conclusions are derived by evaluating their definitions with CEL too.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cel::common::traits::{Comparer, Indexer};
use cel::common::types::{CelBool, CelInt, CelList, CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::extractors::IntoResolveResult;
use cel::{Context, Env, ExecutionError, FunctionContext, Program};
use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::calendar::PeriodUnit;
use shuhi_law::facts::{Facts, Record, Value};
use shuhi_law::pack::{Definition, Force};
use shuhi_law::vocabulary::{FieldType, ItemType, TermId, TypeId};

use crate::naive::{Length, day_number};

/// One step from a root to a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Field(u16),
    Item(usize),
    Given(TermId),
    Answer(String),
}

/// Where a fact stands: the root it is reached from, and the steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub root: String,
    pub steps: Vec<Step>,
}

impl Place {
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { root: self.root.clone(), steps }
    }
}

/// A fact that CEL asked for and that is not stated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unstated {
    pub place: Place,
    pub ty: FieldType,
    pub optional: bool,
}

/// What CEL made of a condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    Bool(bool),
    Int(i64),
    Text(String),
}

/// Why CEL made nothing of it.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// It needs this fact.
    Needs(Unstated),
    /// Anything else: `none` compared, a number beyond 64 bits.
    Other(String),
}

/// The rulebook and the compiled texts of its conditions; made once a test.
pub struct Library {
    pub rulebook: &'static Rulebook,
    env: Arc<Env>,
    programs: Mutex<HashMap<String, Arc<Program>>>,
}

impl Library {
    pub fn new(rulebook: Rulebook) -> &'static Self {
        let rulebook = Box::leak(Box::new(rulebook));
        Box::leak(Box::new(Self { rulebook, env: Arc::new(Env::stdlib()), programs: Mutex::new(HashMap::new()) }))
    }

    fn program(&self, text: &str) -> Arc<Program> {
        let mut programs = self.programs.lock().unwrap();
        let compile =
            || Arc::new(self.env.compile(text).unwrap_or_else(|error| panic!("cel refuses `{text}`: {error}")));
        Arc::clone(programs.entry(text.to_owned()).or_insert_with(compile))
    }

    /// The definitions of a term in force on a date, by a second reading of the dates.
    pub fn definitions(&self, term: TermId, at: Date) -> Vec<&'static Definition> {
        let of_term = self.rulebook.packs.definitions.iter().filter(|found| found.term == term);
        of_term
            .filter(|found| {
                let during = found.in_force;
                let begun = during.from.is_none_or(|from| from <= at);
                let over = during.to.is_some_and(|to| at > to);
                begun && !over && !during.expected && found.force == Force::Binding
            })
            .collect()
    }
}

/// One evaluation: facts, a date, and the day on which periods are taken to begin.
pub struct World {
    pub library: &'static Library,
    pub at: Date,
    pub facts: Facts,
    pub start: i64,
    seen: Mutex<Seen>,
}

/// What was met on the way.
#[derive(Default)]
struct Seen {
    unstated: Vec<Unstated>,
    mixed_periods: bool,
}

impl World {
    pub fn new(library: &'static Library, at: Date, facts: Facts, start: i64) -> Arc<Self> {
        Arc::new(Self { library, at, facts, start, seen: Mutex::default() })
    }

    /// Evaluates a condition with these names for subjects.
    pub fn evaluate(self: &Arc<Self>, text: &str, roots: &[(String, TypeId)]) -> Result<Answer, NoAnswer> {
        let subjects = roots.iter().map(|(name, ty)| (name.clone(), self.root(name, *ty))).collect();
        self.run(text, subjects).map_err(|error| self.no_answer(&error))
    }

    /// The unstated facts that were asked for, whether or not they mattered.
    pub fn asked(&self) -> Vec<Unstated> {
        self.seen.lock().unwrap().unstated.clone()
    }

    /// Whether periods of days were compared with periods of months, so that it matters when they begin.
    pub fn mixed_periods(&self) -> bool {
        self.seen.lock().unwrap().mixed_periods
    }

    fn root(self: &Arc<Self>, name: &str, ty: TypeId) -> Subject {
        let stated = self.facts.root(name).cloned();
        let record = stated.unwrap_or_else(|| Arc::new(Record::empty(ty, &self.library.rulebook.vocabulary)));
        Subject { world: Arc::clone(self), record, place: Place { root: name.to_owned(), steps: Vec::new() } }
    }

    fn run(self: &Arc<Self>, text: &str, subjects: Vec<(String, Subject)>) -> Result<Answer, ExecutionError> {
        let program = self.library.program(text);
        let mut context = Context::with_env(Arc::clone(&self.library.env));
        context.add_variable_as_val("at", Box::new(CelInt::from(number(self.at))));
        for (name, subject) in &subjects {
            context.add_variable_as_val(name.clone(), Box::new(subject.clone()));
        }
        let world = Arc::clone(self);
        let add = |context: &mut Context, name: &str, function: fn(&Arc<World>, Call<'_>) -> Made| {
            let world = Arc::clone(self);
            context.add_function(name, move |call: &FunctionContext| Returned(function(&world, Call(call)))).unwrap();
        };
        add(&mut context, "date", |_, call| Ok(Box::new(CelInt::from(read_day(call.text(0))))));
        add(&mut context, "period", |world, call| Ok(Box::new(world.period(Length::read(call.text(0))))));
        add(&mut context, "sum", |_, call| call.sum());
        add(&mut context, "last_day", |_, call| Ok(call.last_day(false)));
        add(&mut context, "last_day_counted", |_, call| Ok(call.last_day(true)));
        add(&mut context, "filing_day", |world, call| call.filing_day(&world.library.rulebook.holidays));
        let attested = move |call: &FunctionContext| {
            let id = Call(call).text(0).to_owned();
            let question = world.library.rulebook.packs.questions.iter().find(|question| question.id == id).unwrap();
            let this = call.this.as_ref().and_then(|this| this.downcast_ref::<Subject>());
            let about = this.or_else(|| subjects.iter().map(|(_, found)| found).find(|it| it.record.ty == question.of));
            Returned(about.unwrap().attested(&id, question.ty))
        };
        context.add_function("attested", attested).unwrap();
        let made = cel::Value::resolve_val(program.expression(), &context)?;
        if let Some(value) = made.downcast_ref::<CelBool>() {
            return Ok(Answer::Bool(*value.inner()));
        }
        if let Some(value) = made.downcast_ref::<CelInt>() {
            return Ok(Answer::Int(*value.inner()));
        }
        match made.downcast_ref::<CelString>() {
            Some(value) => Ok(Answer::Text(value.inner().to_owned())),
            None => panic!("`{text}` came to {made:?}"),
        }
    }

    fn period(self: &Arc<Self>, length: Length) -> Period {
        Period { length, world: Arc::clone(self) }
    }

    fn unstated(&self, place: Place, ty: FieldType, optional: bool) -> ExecutionError {
        let mut seen = self.seen.lock().unwrap();
        let fact = Unstated { place, ty, optional };
        let index = seen.unstated.iter().position(|known| *known == fact).unwrap_or_else(|| {
            seen.unstated.push(fact);
            seen.unstated.len() - 1
        });
        ExecutionError::function_error("unstated", index)
    }

    fn no_answer(&self, error: &ExecutionError) -> NoAnswer {
        match error {
            ExecutionError::FunctionError { function, message } if function == "unstated" => {
                NoAnswer::Needs(self.seen.lock().unwrap().unstated[message.parse::<usize>().unwrap()].clone())
            }
            ExecutionError::FunctionError { function, .. } if function == "filing_day" => {
                NoAnswer::Other("beyond the holiday table".to_owned())
            }
            ExecutionError::NoSuchKey(_) => NoAnswer::Other("`none` was read".to_owned()),
            ExecutionError::Overflow(..) => NoAnswer::Other("overflow".to_owned()),
            error => panic!("cel fails where it should not: {error}"),
        }
    }
}

type Made = Result<Box<dyn Val>, ExecutionError>;

/// What a function of ours returns to CEL.
struct Returned(Made);

impl<'context, 'call> IntoResolveResult<'context, 'call> for Returned {
    fn into_resolve_result(self) -> Result<CowVal<'context, 'call>, ExecutionError> {
        self.0.map(CowVal::Owned)
    }
}

/// The arguments of a call.
struct Call<'a>(&'a FunctionContext<'a, 'a>);

impl Call<'_> {
    fn text(&self, index: usize) -> &str {
        self.0.args[index].downcast_ref::<CelString>().unwrap().inner()
    }

    fn sum(&self) -> Made {
        let mut items = self.0.args[0].as_iterable().unwrap().iter();
        let mut total = 0i64;
        while let Some(item) = items.next() {
            let item = *item.downcast_ref::<CelInt>().unwrap().inner();
            total = total.checked_add(item).ok_or(ExecutionError::Overflow("sum", total.into(), item.into()))?;
        }
        Ok(Box::new(CelInt::from(total)))
    }

    /// The last day, moved on while an authority rests (Act on Rest Days of Administrative Organs).
    fn filing_day(&self, holidays: &shuhi_law::calendar::NationalHolidays) -> Made {
        let from = *self.0.args[0].downcast_ref::<CelInt>().unwrap().inner();
        let mut day = self.0.args[1].downcast_ref::<Period>().unwrap().length.last_day(from, false);
        loop {
            let (year, month, date) = crate::naive::civil(day);
            let civil = Date::new(year as i16, month as i8, date as i8).unwrap();
            if !holidays.covers(civil) {
                return Err(ExecutionError::function_error("filing_day", "beyond the table"));
            }
            // 1 January 1970 was a Thursday.
            let weekend = [2, 3].contains(&day.rem_euclid(7));
            let new_year = (month, date) >= (12, 29) || (month, date) <= (1, 3);
            if !weekend && !new_year && !holidays.contains(civil) {
                return Ok(Box::new(CelInt::from(day)));
            }
            day += 1;
        }
    }

    fn last_day(&self, counted: bool) -> Box<dyn Val> {
        let from = *self.0.args[0].downcast_ref::<CelInt>().unwrap().inner();
        let length = self.0.args[1].downcast_ref::<Period>().unwrap().length;
        Box::new(CelInt::from(length.last_day(from, counted)))
    }
}

fn number(date: Date) -> i64 {
    day_number(date.year().into(), date.month().into(), date.day().into())
}

fn read_day(text: &str) -> i64 {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    day_number(parts[0], parts[1], parts[2])
}

static SUBJECT: Type = Type::new_unspecified_type("subject");
static PERIOD: Type = Type::new_unspecified_type("period");

/// A subject and where it stands.
#[derive(Clone)]
pub struct Subject {
    world: Arc<World>,
    record: Arc<Record>,
    place: Place,
}

impl Subject {
    fn field(&self, name: &str) -> Made {
        if name == "is" {
            return Ok(Box::new(Conclusions(self.clone())));
        }
        let vocabulary = &self.world.library.rulebook.vocabulary;
        let ty = vocabulary.record_type(self.record.ty).unwrap();
        let index = ty.position(name).unwrap_or_else(|| panic!("{} has no `{name}`", ty.name));
        let field = ty.field(index).unwrap();
        let place = self.place.then(Step::Field(index));
        match self.record.field(index) {
            Value::None => Err(ExecutionError::no_such_key(name)),
            Value::Unknown => match field.ty {
                _ if self.place.root == "act" && self.place.steps.is_empty() && name == "date" => {
                    Ok(Box::new(CelInt::from(number(self.world.at))))
                }
                // Whatever is not stated of it, a subject that must be there is there.
                FieldType { item: ItemType::Ref(ty), list: false } if !field.optional => {
                    let record = Arc::new(Record::empty(ty, vocabulary));
                    Ok(Box::new(Subject { world: Arc::clone(&self.world), record, place }))
                }
                ty => Err(self.world.unstated(place, ty, field.optional)),
            },
            value => Ok(self.convert(value, field.ty, place)),
        }
    }

    fn convert(&self, value: &Value, ty: FieldType, place: Place) -> Box<dyn Val> {
        match value {
            Value::Bool(value) => Box::new(CelBool::from(*value)),
            Value::Int(value) => Box::new(CelInt::from(*value)),
            Value::Text(text) => Box::new(CelString::from(text.to_string())),
            Value::Date(date) => Box::new(CelInt::from(number(*date))),
            Value::Period(period) => {
                let count = i64::from(period.count());
                Box::new(self.world.period(match period.unit() {
                    PeriodUnit::Day => Length::Days(count),
                    PeriodUnit::Week => Length::Days(count * 7),
                    PeriodUnit::Month => Length::Months(count),
                    PeriodUnit::Year => Length::Months(count * 12),
                }))
            }
            Value::Enum(_) => {
                let written = value.written(ty, &self.world.library.rulebook.vocabulary);
                Box::new(CelString::from(written.unwrap()))
            }
            Value::Record(record) => {
                Box::new(Subject { world: Arc::clone(&self.world), record: Arc::clone(record), place })
            }
            Value::List(items) => {
                let item = FieldType { list: false, ..ty };
                let convert = |(at, value)| self.convert(value, item, place.then(Step::Item(at)));
                Box::new(CelList::from(items.iter().enumerate().map(convert).collect::<Vec<_>>()))
            }
            Value::Unknown | Value::None => panic!("{place:?} has no value"),
        }
    }

    /// The answer to a question about it: its own, or the one given for whichever subject is meant.
    fn attested(&self, id: &str, ty: ItemType) -> Made {
        let at = self.world.at;
        let holds = |answer: &&shuhi_law::facts::Answer| {
            answer.question == id
                && answer.answered_on.is_none_or(|given| given <= at)
                && answer.review_by.is_none_or(|until| at <= until)
        };
        let in_list = self.place.steps.iter().any(|step| matches!(step, Step::Item(_)));
        let general = self.world.facts.answers.iter().filter(|_| !in_list);
        let mut answers = self.record.answers.iter().chain(general).filter(holds);
        let (ty, place) = (FieldType { item: ty, list: false }, self.place.then(Step::Answer(id.to_owned())));
        match answers.find(|answer| answer.value != Value::Unknown) {
            Some(answer) => Ok(self.convert(&answer.value, ty, place)),
            None => Err(self.world.unstated(place, ty, false)),
        }
    }

    /// A legal conclusion: as given, or as the definitions in force derive it.
    fn conclusion(&self, name: &str) -> Made {
        let vocabulary = &self.world.library.rulebook.vocabulary;
        let id = vocabulary.term_named(name).unwrap_or_else(|| panic!("no term `{name}`"));
        let ty = FieldType { item: vocabulary.term(id).unwrap().ty, list: false };
        let place = self.place.then(Step::Given(id));
        if let Some((_, given)) = self.record.given.iter().find(|(known, _)| *known == id) {
            return Ok(self.convert(given, ty, place));
        }
        let definitions = self.world.library.definitions(id, self.world.at);
        if definitions.is_empty() {
            return Err(self.world.unstated(place, ty, false));
        }
        let derived: Vec<(&Definition, Made)> = definitions.iter().map(|found| (*found, self.derive(found))).collect();
        let first_of_all =
            |one: &Definition| definitions.iter().all(|other| one == *other || one.over.contains(&other.pack));
        let prevailing = derived.iter().position(|(found, _)| first_of_all(found));
        let mut values: Vec<Made> = derived.into_iter().map(|(_, made)| made).collect();
        if let Some(index) = prevailing {
            return values.swap_remove(index);
        }
        let mut agreed: Option<Box<dyn Val>> = None;
        for value in values {
            let value = value?;
            if agreed.as_ref().is_some_and(|known| !known.equals(value.as_ref())) {
                // Nobody knows which of the two holds.
                return Err(self.world.unstated(place, ty, false));
            }
            agreed = Some(value);
        }
        Ok(agreed.unwrap())
    }

    fn derive(&self, definition: &Definition) -> Made {
        let vocabulary = &self.world.library.rulebook.vocabulary;
        let mut subjects = Vec::new();
        for (name, ty) in vocabulary.roots_of(self.record.ty) {
            let own = ty == self.record.ty;
            let subject = if own { self.clone() } else { self.world.root(&name, ty) };
            subjects.push((name, subject));
        }
        Ok(match self.world.run(&definition.value.text, subjects)? {
            Answer::Bool(value) => Box::new(CelBool::from(value)),
            Answer::Int(value) => Box::new(CelInt::from(value)),
            Answer::Text(text) => Box::new(CelString::from(text)),
        })
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subject({:?})", self.place)
    }
}

/// What `subject.is` stands for.
#[derive(Clone, Debug)]
struct Conclusions(Subject);

/// A period, with the world that knows when it begins.
#[derive(Clone)]
struct Period {
    length: Length,
    world: Arc<World>,
}

impl Period {
    fn order(&self, other: &Self) -> Ordering {
        match (self.length, other.length) {
            (Length::Days(a), Length::Days(b)) | (Length::Months(a), Length::Months(b)) => a.cmp(&b),
            (a, b) => {
                self.world.seen.lock().unwrap().mixed_periods = true;
                a.days_from(self.world.start).cmp(&b.days_from(self.world.start))
            }
        }
    }
}

impl std::fmt::Debug for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.length)
    }
}

impl Comparer for Period {
    fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
        Ok(self.order(other.downcast_ref::<Self>().unwrap()))
    }
}

macro_rules! value {
    ($ty:ty, $cel:expr, { $($body:tt)* }) => {
        impl Val for $ty {
            fn get_type(&self) -> &Type {
                &$cel
            }
            fn cel_type() -> &'static Type {
                &$cel
            }
            fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
                Box::new(self.clone())
            }
            fn as_any(&self) -> Option<&dyn Any> {
                Some(self)
            }
            $($body)*
        }
        impl StaticVal for $ty {}
    };
}

macro_rules! fields {
    ($ty:ty, $get:expr) => {
        impl Indexer for $ty {
            fn get<'b, 'v>(&'b self, field: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
            where
                Self: 'v,
            {
                let get: fn(&Self, &str) -> Made = $get;
                get(self, field.downcast_ref::<CelString>().unwrap().inner()).map(|made| CowVal::Owned(made))
            }
            fn steal<'v>(self: Box<Self>, field: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
            where
                Self: 'v,
            {
                self.get(field).map(CowVal::into_owned)
            }
        }
        value!($ty, SUBJECT, {
            fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
            where
                Self: 'v,
            {
                Some(self)
            }
        });
    };
}

fields!(Subject, |subject, name| subject.field(name));
fields!(Conclusions, |conclusions, name| conclusions.0.conclusion(name));
value!(Period, PERIOD, {
    fn as_comparer(&self) -> Option<&dyn Comparer> {
        Some(self)
    }
    fn equals(&self, other: &dyn Val) -> bool {
        self.order(other.downcast_ref::<Self>().unwrap()) == Ordering::Equal
    }
});
