//! Where Shuhi may answer "unknown" although every completion agrees. Outside these constructs its answers are exact;
//! inside them they are still sound. All of them concern facts that are unknown:
//!
//! 1. facts about the items of a list, read more than once;
//! 2. lists that a quantifier goes through, or that are counted or summed up; what `filter` and `map` take from items;
//! 3. lists of numbers or texts, read more than once;
//! 4. numbers, dates, periods and texts read more than once, one of these times compared with another fact, chosen by
//!    `?:` or used in arithmetic (reading in a quantifier, or to choose between two values, counts as more than once);
//! 5. products and ends of periods: not every value occurs (a period never ends before it begins);
//! 6. periods compared more than once with periods of the other kind (days and months): each comparison is open until
//!    the start is known, whatever holds for all of them together;
//! 7. facts read more than once that have more than 4096 combinations of values;
//! 8. conclusions, read more than once, about which two definitions contradict each other.
//!
//! Besides, where a number or date is compared for equality with one that is calculated, the small domains of the oracle
//! may lack the one value that matters; nothing is said of Shuhi then.

use shuhi_law::check::{Comparison, Literal, Path, Root, Typed, TypedKind};
use shuhi_law::vocabulary::ItemType;

use crate::completion::{Case, Outcomes};
use crate::world::{Place, Step};

const COMBINATIONS_MAX: usize = 4_096;

/// Why the answer of a condition may be less definite than all completions together; nothing where it may not.
pub fn reason(case: &Case<'_>, outcomes: &Outcomes) -> Option<&'static str> {
    let mut walk = Walk { case, subject: None, variables: Vec::new(), found: Vec::new(), period_comparisons: 0 };
    walk.visit(&case.condition.body, How { boolean: true, ..How::default() });
    let readings = walk.found;
    if outcomes.mixed_periods && walk.period_comparisons > 1 {
        return Some("several comparisons of days and months");
    }
    let mut combinations = 1usize;
    for fact in &outcomes.unstated {
        let place = any_item(&fact.place);
        let own: Vec<&How> = readings.iter().filter(|(read, _)| *read == place).map(|(_, how)| how).collect();
        assert!(!own.is_empty(), "`{}` reads {place:?}, which was not found in it", case.condition.text);
        let items = place.steps.iter().filter(|step| **step == Step::Item(usize::MAX)).count();
        let several = own.len() > 1 || own.iter().any(|how| how.quantifiers > items || how.chooses);
        let plain = own.iter().all(|how| how.use_of == Use::Plain);
        let finite = matches!(fact.ty.item, ItemType::Bool | ItemType::Enum(_) | ItemType::Ref(_));
        let derived = fact.place.steps.last().is_some_and(|step| self::derived(case, step));
        let why = match () {
            () if derived && several => Some("contradictory conclusions read more than once"),
            () if items > 0 && several => Some("facts about items read more than once"),
            () if own.iter().any(|how| how.use_of == Use::Whole || how.collected) => {
                Some("lists gone through or counted")
            }
            () if fact.ty.list && several && !(finite && plain) => Some("lists read more than once"),
            () if !finite && several && !plain => Some("facts compared with facts, or calculated with, more than once"),
            () if own.iter().any(|how| how.use_of == Use::Gaps) => {
                Some("products, ends of periods, equality with what is calculated")
            }
            () => None,
        };
        if why.is_some() {
            return why;
        }
        if several {
            combinations = combinations.saturating_mul(case.values(fact).len());
        }
    }
    (combinations > COMBINATIONS_MAX).then_some("too many combinations")
}

fn derived(case: &Case<'_>, step: &Step) -> bool {
    matches!(step, Step::Given(term) if !case.library.definitions(*term, case.at).is_empty())
}

/// How a fact is used where it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Use {
    /// By itself, or compared with constants.
    #[default]
    Plain,
    /// Compared with another fact, or in arithmetic.
    Mixed,
    /// In arithmetic whose results have gaps.
    Gaps,
    /// A list gone through, counted or summed up.
    Whole,
}

#[derive(Clone, Copy, Debug, Default)]
struct How {
    use_of: Use,
    /// Quantifiers it stands in.
    quantifiers: usize,
    /// Inside `filter` or `map`.
    collected: bool,
    /// In the condition of a choice between two values.
    chooses: bool,
    /// Where a yes or no is wanted.
    boolean: bool,
}

struct Walk<'a, 'c> {
    case: &'a Case<'c>,
    /// Inside a definition: the name of its subject, and where that stands.
    subject: Option<(String, Place)>,
    variables: Vec<Place>,
    found: Vec<(Place, How)>,
    period_comparisons: usize,
}

impl Walk<'_, '_> {
    fn place(&self, path: &Path) -> Place {
        let mut place = match (&path.root, &self.subject) {
            (Root::Named(name), Some((subject, place))) if name == subject => place.clone(),
            (Root::Named(name), _) => Place { root: name.clone(), steps: Vec::new() },
            (Root::Variable(depth), _) => self.variables[self.variables.len() - 1 - usize::from(*depth)].clone(),
        };
        place.steps.extend(path.steps.iter().map(|step| Step::Field(*step)));
        place
    }

    fn visit(&mut self, typed: &Typed, how: How) {
        let value = How { boolean: false, ..how };
        let mixed = |how: How| if how.use_of == Use::Plain { How { use_of: Use::Mixed, ..how } } else { how };
        match &typed.kind {
            TypedKind::Literal(_) | TypedKind::Literals(_) | TypedKind::At => {}
            TypedKind::Fact(path) => {
                let place = self.place(path);
                self.found.push((place, how));
            }
            TypedKind::Has(path) => {
                let place = self.place(path);
                self.found.push((place, How { use_of: Use::Plain, ..how }));
            }
            TypedKind::Attested(path, question) => {
                let place = self.place(path).then(Step::Answer(question.clone()));
                self.found.push((place, how));
            }
            TypedKind::Term(path, term) => self.term(path, *term, how),
            TypedKind::Not(_) | TypedKind::And(_) | TypedKind::Or(_) => {
                let plain = How { use_of: Use::Plain, boolean: true, ..how };
                crate::completion::children(&typed.kind).into_iter().for_each(|part| self.visit(part, plain));
            }
            TypedKind::Compare(comparison, a, b) => {
                let constant = |typed: &Typed| matches!(typed.kind, TypedKind::Literal(_) | TypedKind::At);
                let period = |typed: &Typed| matches!(typed.kind, TypedKind::Literal(Literal::Period(_)));
                let facts = !constant(a) && !constant(b);
                self.period_comparisons += usize::from(facts || period(a) || period(b));
                let calculated = [a, b].iter().any(|side| calculated(side));
                let equal = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                let how = match () {
                    () if calculated && equal => How { use_of: Use::Gaps, ..value },
                    () if facts => How { use_of: Use::Mixed, ..value },
                    () => How { use_of: Use::Plain, ..value },
                };
                self.visit(a, how);
                self.visit(b, how);
            }
            TypedKind::Member(a, b) => {
                let constant = |typed: &Typed| matches!(typed.kind, TypedKind::Literal(_) | TypedKind::Literals(_));
                let use_of = if constant(a) || constant(b) { Use::Plain } else { Use::Mixed };
                self.visit(a, How { use_of, ..value });
                self.visit(b, How { use_of, ..value });
            }
            TypedKind::Quantified { list, body, .. } => {
                let inside = How { use_of: Use::Plain, quantifiers: how.quantifiers + 1, boolean: true, ..how };
                self.items(list, value, &[(body, inside)]);
            }
            TypedKind::Collected { list, keep, value: taken } => {
                let inside = How { use_of: Use::Plain, quantifiers: how.quantifiers + 1, collected: true, ..value };
                let parts: Vec<_> = keep.iter().chain(taken).map(|part| (&**part, inside)).collect();
                self.items(list, value, &parts);
            }
            TypedKind::Conditional(condition, yes, no) => {
                let chooses = how.chooses || !how.boolean;
                self.visit(condition, How { use_of: Use::Plain, chooses, boolean: true, ..how });
                let chosen = if how.boolean { how } else { mixed(how) };
                self.visit(yes, chosen);
                self.visit(no, chosen);
            }
            TypedKind::Size(list) | TypedKind::Sum(list) => self.visit(list, How { use_of: Use::Whole, ..value }),
            TypedKind::Multiply(a, b) => {
                self.visit(a, How { use_of: Use::Gaps, ..value });
                self.visit(b, How { use_of: Use::Gaps, ..value });
            }
            TypedKind::LastDay { from, period, .. } => {
                self.visit(from, mixed(value));
                self.visit(period, How { use_of: Use::Gaps, ..value });
            }
            TypedKind::Add(..) | TypedKind::Subtract(..) | TypedKind::Negative(_) => {
                let parts = crate::completion::children(&typed.kind);
                parts.into_iter().for_each(|part| self.visit(part, mixed(value)));
            }
        }
    }

    /// Goes into what is asked of a list's items.
    fn items(&mut self, list: &Typed, how: How, parts: &[(&Typed, How)]) {
        self.visit(list, How { use_of: Use::Whole, ..how });
        let item = match &list.kind {
            TypedKind::Fact(path) => self.place(path).then(Step::Item(usize::MAX)),
            _ => panic!("`{}` goes through something that is no fact", self.case.condition.text),
        };
        self.variables.push(item);
        parts.iter().for_each(|(part, how)| self.visit(part, *how));
        self.variables.pop();
    }

    fn term(&mut self, path: &Path, term: shuhi_law::vocabulary::TermId, how: How) {
        let place = self.place(path);
        let definitions = self.case.library.definitions(term, self.case.at);
        if definitions.len() != 1 {
            self.found.push((place.then(Step::Given(term)), how));
        }
        let vocabulary = &self.case.library.rulebook.vocabulary;
        let root = vocabulary.record_type(vocabulary.term(term).unwrap().of).unwrap().root.clone();
        for definition in definitions {
            let outer = self.subject.replace((root.clone(), place.clone()));
            let variables = std::mem::take(&mut self.variables);
            self.visit(&definition.value.body, how);
            self.variables = variables;
            self.subject = outer;
        }
    }
}

/// Whether a side of a comparison is more than a fact or a constant.
fn calculated(typed: &Typed) -> bool {
    match &typed.kind {
        TypedKind::LastDay { .. } | TypedKind::Size(_) | TypedKind::Sum(_) | TypedKind::Negative(_) => true,
        TypedKind::Add(..) | TypedKind::Subtract(..) | TypedKind::Multiply(..) => true,
        _ => crate::completion::children(&typed.kind).into_iter().any(calculated),
    }
}

/// A place with the positions in lists left open.
fn any_item(place: &Place) -> Place {
    let open = |step: &Step| if matches!(step, Step::Item(_)) { Step::Item(usize::MAX) } else { step.clone() };
    Place { root: place.root.clone(), steps: place.steps.iter().map(open).collect() }
}
