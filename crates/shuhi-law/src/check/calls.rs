//! Functions and macros: `has(…)`, `xs.exists(x, …)` and the rest of `syntax::grammar`.

use shuhi_source::did_you_mean;

use super::condition::{BOOL, Checker, DATE, Found, INT, PERIOD, at, deeper};
use super::typed::{Literal, Path, Reckoning, Root, Typed, TypedKind};
use crate::calendar::{FirstDay, Period, period_end};
use crate::pack::Question;
use crate::syntax::{Expr, ExprKind, Ident, Range, grammar};
use crate::texts::parse_date;
use crate::vocabulary::{FieldType, ItemType};

impl Checker<'_, '_> {
    /// A function called by its name.
    pub(super) fn call(&mut self, name: &Ident, arguments: &[Expr], range: &Range) -> Found {
        let built = |kind: TypedKind, ty: FieldType| Some((at(range, kind), ty));
        match (name.name.as_str(), arguments) {
            ("has", [inner]) => {
                let (path, _, optional) = self.path(inner)?;
                if !optional {
                    let help = "a field that is not optional always has a value; one not stated is unknown";
                    self.fault(&inner.range, "`has` asks for an optional field", Some(help.to_owned()));
                }
                built(TypedKind::Has(path), BOOL)
            }
            ("size", [inner]) => {
                let (inner_typed, ty) = self.typed(inner, None)?;
                if !ty.list {
                    self.not_a_list(inner, ty, "`size` counts the items of a list");
                }
                built(TypedKind::Size(Box::new(inner_typed)), INT)
            }
            ("sum", [inner]) => {
                let (inner, _) = self.typed(inner, Some(FieldType { item: ItemType::Int, list: true }))?;
                built(TypedKind::Sum(Box::new(inner)), INT)
            }
            ("date", [Expr { kind: ExprKind::Text(text), range: inner }]) => match parse_date(text) {
                Some(date) => built(TypedKind::Literal(Literal::Date(date)), DATE),
                None => {
                    self.fault(
                        inner,
                        format!("`{text}` is not a date"),
                        Some("write a real day as `2026-04-01`".into()),
                    );
                    None
                }
            },
            ("period", [Expr { kind: ExprKind::Text(text), range: inner }]) => match text.parse::<Period>() {
                Ok(period) => built(TypedKind::Literal(Literal::Period(period)), PERIOD),
                Err(error) => {
                    self.fault(inner, error.to_string(), error.help().map(str::to_owned));
                    None
                }
            },
            ("last_day" | "last_day_counted" | "filing_day", [from, period]) => {
                let (from, _) = self.typed(from, Some(DATE))?;
                let (period, _) = self.typed(period, Some(PERIOD))?;
                let reckoning = match name.name.as_str() {
                    "last_day_counted" => Reckoning::Counted,
                    "filing_day" => Reckoning::Filing,
                    _ => Reckoning::Excluded,
                };
                if let (TypedKind::Literal(Literal::Date(from)), TypedKind::Literal(Literal::Period(period))) =
                    (&from.kind, &period.kind)
                    && let Err(error) = period_end(*from, *period, FirstDay::Excluded)
                {
                    self.fault(range, error.to_string(), Some("dates end with the year 9999".to_owned()));
                }
                built(TypedKind::LastDay { reckoning, from: Box::new(from), period: Box::new(period) }, DATE)
            }
            ("attested", [Expr { kind: ExprKind::Text(id), range: inner }]) => {
                let question = self.question(id, inner)?;
                let mut subjects = self.context.roots.iter().filter(|(_, ty)| *ty == question.of);
                match (subjects.next(), subjects.next()) {
                    (Some((root, _)), None) => {
                        let path = Path { root: Root::Named(root.clone()), steps: Vec::new() };
                        let ty = FieldType { item: question.ty, list: false };
                        built(TypedKind::Attested(path, id.clone()), ty)
                    }
                    (first, _) => {
                        let name = self.context.vocabulary.record_type(question.of).map_or("", |ty| ty.name.as_str());
                        let message = match first {
                            Some(_) => format!("not clear which {name} `{id}` is asked about"),
                            None => format!("`{id}` is asked about a {name}, and none takes part here"),
                        };
                        let help = format!("write `subject.attested(\"{id}\")` with a path to a {name}");
                        self.fault(range, message, Some(help));
                        None
                    }
                }
            }
            _ => self.unknown_call(name, arguments, grammar::FUNCTIONS),
        }
    }

    fn unknown_call(&mut self, name: &Ident, arguments: &[Expr], known: &[(&str, &str)]) -> Found {
        match known.iter().find(|(function, _)| *function == name.name) {
            Some((_, usage)) => {
                let place = arguments.first().zip(arguments.last());
                let place = place.map_or(name.range.clone(), |(first, last)| first.range.start..last.range.end);
                let message = format!("`{}` is not called with these arguments", name.name);
                self.fault(&place, message, Some((*usage).to_owned()));
            }
            None => {
                let names = known.iter().map(|(function, _)| *function);
                let all = names.clone().collect::<Vec<_>>().join("`, `");
                let help = did_you_mean(&name.name, names).unwrap_or_else(|| format!("the language has `{all}`"));
                self.fault(&name.range, format!("unknown function `{}`", name.name), Some(help));
            }
        }
        None
    }

    fn question(&mut self, id: &str, range: &Range) -> Option<Question> {
        let questions = self.context.questions;
        let found = questions.iter().find(|question| question.id == id).cloned();
        if found.is_none() {
            let help = did_you_mean(id, questions.iter().map(|question| question.id.as_str()));
            self.fault(range, format!("unknown attested question `{id}`"), help);
        }
        found
    }

    /// A macro or function called on something.
    pub(super) fn method(&mut self, receiver: &Expr, name: &Ident, arguments: &[Expr], range: &Range) -> Found {
        match (name.name.as_str(), arguments) {
            ("exists" | "all", [Expr { kind: ExprKind::Name(variable), .. }, body]) => {
                let (list, item) = self.list(receiver)?;
                let body = self.about_item(variable, item, body, Some(BOOL))?.0;
                let every = name.name == "all";
                Some((at(range, TypedKind::Quantified { every, list: Box::new(list), body: Box::new(body) }), BOOL))
            }
            ("filter", [Expr { kind: ExprKind::Name(variable), .. }, body]) => {
                let (list, item) = self.list(receiver)?;
                let keep = self.about_item(variable, item, body, Some(BOOL))?.0;
                let kind = TypedKind::Collected { list: Box::new(list), keep: Some(Box::new(keep)), value: None };
                Some((at(range, kind), FieldType { item, list: true }))
            }
            ("map", [Expr { kind: ExprKind::Name(variable), .. }, body]) => {
                self.mapped(receiver, variable, body, range)
            }
            ("attested", [Expr { kind: ExprKind::Text(id), range: inner }]) => {
                let (path, ty) = self.subject(receiver)?;
                let question = self.question(id, inner)?;
                if question.of != ty {
                    self.fault(inner, format!("`{id}` is not asked about this subject"), None);
                    return None;
                }
                let ty = FieldType { item: question.ty, list: false };
                Some((at(range, TypedKind::Attested(path, id.clone())), ty))
            }
            _ => self.unknown_call(name, arguments, grammar::MACROS),
        }
    }

    /// `xs.map(x, …)` and `xs.filter(y, …).map(x, …)`.
    fn mapped(&mut self, receiver: &Expr, variable: &str, body: &Expr, range: &Range) -> Found {
        let (list, keep, item) = match &receiver.kind {
            ExprKind::Method(..) => match self.typed(receiver, None)? {
                (Typed { kind: TypedKind::Collected { list, keep, value: None }, .. }, ty) => (list, keep, ty.item),
                _ => {
                    self.fault(&receiver.range, "`map` needs a list of facts or a `filter` of one", None);
                    return None;
                }
            },
            _ => {
                let (list, item) = self.list(receiver)?;
                (Box::new(list), None, item)
            }
        };
        let (value, ty) = self.about_item(variable, item, body, None)?;
        if ty.list || matches!(ty.item, ItemType::Ref(_)) {
            let message = format!("`map` takes a single value of each item, found {}", self.describe(ty));
            self.fault(&body.range, message, None);
            return None;
        }
        let kind = TypedKind::Collected { list, keep, value: Some(Box::new(value)) };
        Some((at(range, kind), FieldType { item: ty.item, list: true }))
    }

    /// An expression that must be a list, and the type of its items.
    fn list(&mut self, expr: &Expr) -> Option<(Typed, ItemType)> {
        let (list, ty) = self.typed(expr, None)?;
        if ty.list && !matches!(list.kind, TypedKind::Collected { .. }) {
            return Some((list, ty.item));
        }
        let message = format!("expected a list, found {}", self.describe(ty));
        let help = if ty.list {
            "macros follow one another only as `filter` and then `map`; join conditions with `&&` in one macro"
        } else {
            "`exists` and `all` go through the items of a list"
        };
        self.fault(&expr.range, message, Some(help.to_owned()));
        None
    }

    /// Types the body of a macro, its variable standing for an item.
    fn about_item(&mut self, variable: &str, item: ItemType, body: &Expr, expected: Option<FieldType>) -> Found {
        let outer = std::mem::take(&mut self.present);
        self.present = outer.iter().map(deeper).collect();
        self.variables.push((variable.to_owned(), item));
        let body = self.typed(body, expected);
        self.variables.pop();
        self.present = outer;
        body
    }
}
