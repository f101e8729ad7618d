use shuhi_source::{Fault, Faults, Node, Sources, did_you_mean};

use super::typed::{Comparison, Condition, Literal, Path, Root, Typed, TypedKind};
use crate::pack::Question;
use crate::syntax::{Binary, Expr, ExprKind, Ident, Range, parse};
use crate::vocabulary::{FieldType, ItemType, TypeId, Vocabulary};

/// What a condition may speak of.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The words.
    pub vocabulary: &'a Vocabulary,
    /// The attested questions of all packs.
    pub questions: &'a [Question],
    /// The names of subjects and their types.
    pub roots: &'a [(String, TypeId)],
}

pub(super) const BOOL: FieldType = FieldType { item: ItemType::Bool, list: false };
pub(super) const INT: FieldType = FieldType { item: ItemType::Int, list: false };
pub(super) const DATE: FieldType = FieldType { item: ItemType::Date, list: false };
pub(super) const PERIOD: FieldType = FieldType { item: ItemType::Period, list: false };

/// Parses and types the condition in a scalar node; `guarded` are conditions known to hold when this one matters.
///
/// Returns nothing after reporting every fault found.
pub fn check_condition(
    node: &Node,
    expected: FieldType,
    context: Context<'_>,
    guarded: &[&Condition],
    sources: &Sources,
    faults: &mut Faults,
) -> Option<Condition> {
    let Some(text) = node.text() else {
        let fault = Fault::error(node.span, format!("a condition must be a text, found {}", node.kind()));
        faults.push(fault.help("write one expression, its parts joined with `&&` or `||`"));
        return None;
    };
    let parsed = match parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let span = node.part(error.range.start, error.range.end, sources);
            faults.push(Fault::error(span, error.message).maybe_help(error.help));
            return None;
        }
    };
    let mut checker =
        Checker { context, node, sources, faults, variables: Vec::new(), present: Vec::new(), failed: false };
    for guard in guarded {
        checker.learn(&guard.body, true);
    }
    let body = checker.typed(&parsed, Some(expected));
    if checker.failed {
        return None;
    }
    body.map(|(body, _)| Condition { text: text.to_owned(), span: node.span, body })
}

pub(super) struct Checker<'a, 'f> {
    pub(super) context: Context<'a>,
    node: &'a Node,
    sources: &'a Sources,
    faults: &'f mut Faults,
    /// Names and item types of enclosing macros, outermost first.
    pub(super) variables: Vec<(String, ItemType)>,
    /// Optional facts known to have a value where we are, as in Cedar's capabilities.
    pub(super) present: Vec<Path>,
    failed: bool,
}

pub(super) type Found = Option<(Typed, FieldType)>;

impl Checker<'_, '_> {
    pub(super) fn fault(&mut self, range: &Range, message: impl Into<String>, help: Option<String>) {
        let span = self.node.part(range.start, range.end, self.sources);
        self.faults.push(Fault::error(span, message).maybe_help(help));
        self.failed = true;
    }

    pub(super) fn describe(&self, ty: FieldType) -> String {
        self.context.vocabulary.describe(ty)
    }

    pub(super) fn typed(&mut self, expr: &Expr, expected: Option<FieldType>) -> Found {
        let found = self.infer(expr, expected)?;
        match expected {
            Some(expected) if found.1 != expected => {
                let message = format!("expected {}, found {}", self.describe(expected), self.describe(found.1));
                let help = self.conversion(expected, found.1, expr);
                self.fault(&expr.range, message, help);
                None
            }
            _ => Some(found),
        }
    }

    pub(super) fn not_a_list(&mut self, expr: &Expr, found: FieldType, help: &str) {
        let message = format!("expected a list, found {}", self.describe(found));
        self.fault(&expr.range, message, Some(help.to_owned()));
    }

    /// What to write where another type is wanted.
    fn conversion(&self, expected: FieldType, found: FieldType, expr: &Expr) -> Option<String> {
        let text = self.node.text().and_then(|text| text.get(expr.range.clone())).unwrap_or("x");
        match (expected.item, found.item) {
            _ if found.list && !expected.list => {
                Some(format!("ask the list, as in `size({text})` or `\"…\" in {text}`"))
            }
            _ if expected.list => None,
            (ItemType::Bool, ItemType::Int) => Some(format!("compare it, as in `{text} >= 1`")),
            (ItemType::Bool, ItemType::Enum(_)) => Some(format!("compare it, as in `{text} == \"…\"`")),
            (ItemType::Period, ItemType::Int) => Some(format!("write a period, as in `period(\"{text} months\")`")),
            (ItemType::Date, _) => Some("name a fact that is a date, or write `date(\"2026-04-01\")`".to_owned()),
            _ => None,
        }
    }

    fn infer(&mut self, expr: &Expr, expected: Option<FieldType>) -> Found {
        let built = |kind: TypedKind, ty: FieldType| Some((at(&expr.range, kind), ty));
        match &expr.kind {
            ExprKind::Bool(value) => built(TypedKind::Literal(Literal::Bool(*value)), BOOL),
            ExprKind::Int(value) => built(TypedKind::Literal(Literal::Int(*value)), INT),
            ExprKind::Text(text) => self.text_literal(text, &expr.range, expected),
            ExprKind::List(items) => self.list_literal(items, &expr.range, expected),
            ExprKind::Name(name) if name == "at" && !self.is_root("at") => built(TypedKind::At, DATE),
            ExprKind::Name(_) | ExprKind::Field(..) => self.path_or_term(expr),
            ExprKind::Call(name, arguments) => self.call(name, arguments, &expr.range),
            ExprKind::Method(receiver, name, arguments) => self.method(receiver, name, arguments, &expr.range),
            ExprKind::Not(inner) => {
                let (inner, _) = self.typed(inner, Some(BOOL))?;
                built(TypedKind::Not(Box::new(inner)), BOOL)
            }
            ExprKind::Negative(inner) => {
                let (inner, _) = self.typed(inner, Some(INT))?;
                built(TypedKind::Negative(Box::new(inner)), INT)
            }
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, &expr.range),
            ExprKind::Conditional(condition, yes, no) => {
                let (condition, _) = self.typed(condition, Some(BOOL))?;
                let (yes, ty) = self.assuming(&condition, true, |checker| checker.typed(yes, expected))?;
                let (no, _) = self.assuming(&condition, false, |checker| checker.typed(no, Some(ty)))?;
                built(TypedKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), ty)
            }
        }
    }

    fn text_literal(&mut self, text: &str, range: &Range, expected: Option<FieldType>) -> Found {
        let literal = match expected.map(|ty| ty.item) {
            Some(ItemType::Enum(id)) => {
                let found = self.context.vocabulary.enum_type(id)?;
                match found.position(text) {
                    Some(index) => Literal::Enum(index),
                    None => {
                        let help = did_you_mean(text, found.values.iter().map(|value| value.name.as_str()));
                        let help = help.or_else(|| {
                            let all = found.values.iter().map(|value| value.name.as_str()).collect::<Vec<_>>();
                            Some(format!("its values are `{}`", all.join("`, `")))
                        });
                        self.fault(range, format!("unknown value `{text}` of {}", found.name), help);
                        return None;
                    }
                }
            }
            Some(ItemType::Date) => {
                self.fault(range, "a date is not written as a bare text", Some(format!("write `date(\"{text}\")`")));
                return None;
            }
            Some(ItemType::Period) => {
                self.fault(
                    range,
                    "a period is not written as a bare text",
                    Some(format!("write `period(\"{text}\")`")),
                );
                return None;
            }
            _ => Literal::Text(text.to_owned()),
        };
        let item = if let Literal::Enum(_) = literal { expected?.item } else { ItemType::Text };
        Some((at(range, TypedKind::Literal(literal)), FieldType { item, list: false }))
    }

    fn list_literal(&mut self, items: &[Expr], range: &Range, expected: Option<FieldType>) -> Found {
        if items.is_empty() {
            self.fault(range, "an empty list holds nothing", Some("ask for one with `size(xs) == 0`".to_owned()));
            return None;
        }
        let mut item_type = expected.map(|ty| FieldType { list: false, ..ty });
        let mut literals = Vec::new();
        for item in items {
            let (typed, ty) = self.typed(item, item_type)?;
            item_type = Some(ty);
            match typed.kind {
                TypedKind::Literal(literal) => literals.push(literal),
                _ => {
                    let help = "compare with the fact by itself, joined with `||`";
                    self.fault(&item.range, "a list holds constants only", Some(help.to_owned()));
                }
            }
        }
        Some((at(range, TypedKind::Literals(literals)), FieldType { list: true, ..item_type? }))
    }

    fn is_root(&self, name: &str) -> bool {
        self.context.roots.iter().any(|(root, _)| root == name) || self.variables.iter().any(|(v, _)| v == name)
    }

    /// A fact, an item, or a legal conclusion (`path.is.term`).
    fn path_or_term(&mut self, expr: &Expr) -> Found {
        if let ExprKind::Field(inner, term) = &expr.kind
            && let ExprKind::Field(subject, is) = &inner.kind
            && is.name == "is"
        {
            return self.term(subject, term, &expr.range);
        }
        let (path, ty, optional) = self.path(expr)?;
        if optional && !self.present.contains(&path) {
            let text = self.node.text().and_then(|text| text.get(expr.range.clone())).unwrap_or("x").to_owned();
            let help = format!("it may be `none`; write `has({text}) && …` before it");
            self.fault(&expr.range, format!("`{text}` is optional and not guarded"), Some(help));
            return None;
        }
        Some((at(&expr.range, TypedKind::Fact(path)), ty))
    }

    fn term(&mut self, subject: &Expr, term: &Ident, range: &Range) -> Found {
        let (path, ty) = self.subject(subject)?;
        let vocabulary = self.context.vocabulary;
        let id = vocabulary.term_named(&term.name);
        match id.and_then(|id| vocabulary.term(id).map(|word| (id, word))) {
            Some((id, word)) if word.of == ty => {
                Some((at(range, TypedKind::Term(path, id)), FieldType { item: word.ty, list: false }))
            }
            _ => {
                let name = vocabulary.record_type(ty).map_or("", |ty| ty.name.as_str());
                let known = vocabulary.terms.iter().filter(|word| word.of == ty).map(|word| word.name.as_str());
                let other = id.and_then(|id| vocabulary.term(id)).and_then(|word| vocabulary.record_type(word.of));
                let elsewhere = other.map(|other| format!("`{}` is a term of {}", term.name, other.name));
                let help = elsewhere.or_else(|| did_you_mean(&term.name, known));
                self.fault(&term.range, format!("unknown term `{}` of {name}", term.name), help);
                None
            }
        }
    }

    /// A path that leads to one subject.
    pub(super) fn subject(&mut self, expr: &Expr) -> Option<(Path, TypeId)> {
        let (typed, ty) = self.path_or_term(expr)?;
        match (typed.kind, ty) {
            (TypedKind::Fact(path), FieldType { item: ItemType::Ref(ty), list: false }) => Some((path, ty)),
            _ => {
                let message = format!("expected a subject of the vocabulary, found {}", self.describe(ty));
                self.fault(&expr.range, message, None);
                None
            }
        }
    }

    /// The path of a name and fields, its type, and whether its last field is optional.
    pub(super) fn path(&mut self, expr: &Expr) -> Option<(Path, FieldType, bool)> {
        match &expr.kind {
            ExprKind::Name(name) => self.root(name, &expr.range),
            ExprKind::Field(inner, field) => {
                let (typed, ty) = self.path_or_term(inner)?;
                let TypedKind::Fact(mut path) = typed.kind else {
                    self.fault(&field.range, format!("a term has no field `{}`", field.name), None);
                    return None;
                };
                let FieldType { item: ItemType::Ref(ty), list: false } = ty else {
                    let message = format!("{} has no field `{}`", self.describe(ty), field.name);
                    let help = match ty.list {
                        true => "a list is asked with `exists`, `all`, `size` or `in`",
                        false => "it is a single value: compare it",
                    };
                    self.fault(&field.range, message, Some(help.to_owned()));
                    return None;
                };
                let record = self.context.vocabulary.record_type(ty)?;
                match record.position(&field.name).and_then(|index| record.field(index).map(|found| (index, found))) {
                    Some((index, found)) => {
                        path.steps.push(index);
                        Some((path, found.ty, found.optional))
                    }
                    None => {
                        let help = did_you_mean(&field.name, record.fields.iter().map(|known| known.name.as_str()));
                        let help = help.or_else(|| {
                            self.context
                                .vocabulary
                                .term_named(&field.name)
                                .map(|_| format!("`{0}` is a term: write `is.{0}`", field.name))
                        });
                        self.fault(&field.range, format!("unknown fact `{}` of {}", field.name, record.name), help);
                        None
                    }
                }
            }
            _ => {
                self.fault(&expr.range, "expected a fact such as `recipient.relation`", None);
                None
            }
        }
    }

    fn root(&mut self, name: &str, range: &Range) -> Option<(Path, FieldType, bool)> {
        if let Some(index) = self.variables.iter().rposition(|(variable, _)| variable == name) {
            let depth = u8::try_from(self.variables.len() - 1 - index).unwrap_or(u8::MAX);
            let item = self.variables.get(index)?.1;
            let path = Path { root: Root::Variable(depth), steps: Vec::new() };
            return Some((path, FieldType { item, list: false }, false));
        }
        match self.context.roots.iter().find(|(root, _)| root == name) {
            Some((root, ty)) => {
                let path = Path { root: Root::Named(root.clone()), steps: Vec::new() };
                Some((path, FieldType { item: ItemType::Ref(*ty), list: false }, false))
            }
            None => {
                let names = self.context.roots.iter().map(|(root, _)| root.as_str());
                let known = names.clone().collect::<Vec<_>>().join("`, `");
                let help = did_you_mean(name, names).unwrap_or_else(|| format!("known here are `{known}`"));
                self.fault(range, format!("unknown name `{name}`"), Some(help));
                None
            }
        }
    }

    fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr, range: &Range) -> Found {
        let built = |kind: TypedKind, ty: FieldType| Some((at(range, kind), ty));
        match operator {
            Binary::And | Binary::Or => {
                let conjunction = operator == Binary::And;
                let left = self.typed(left, Some(BOOL));
                let right = match &left {
                    Some((left, _)) => self.assuming(left, conjunction, |checker| checker.typed(right, Some(BOOL))),
                    None => self.typed(right, Some(BOOL)),
                };
                let parts = flatten(conjunction, left?.0, right?.0);
                built(if conjunction { TypedKind::And(parts) } else { TypedKind::Or(parts) }, BOOL)
            }
            Binary::In => {
                let (item, list) = if matches!(left.kind, ExprKind::Text(_)) {
                    let (list, ty) = self.typed(right, None)?;
                    if !ty.list {
                        self.not_a_list(right, ty, "`in` looks into a list; a single value is compared with `==`");
                        return None;
                    }
                    (self.typed(left, Some(FieldType { list: false, ..ty }))?.0, list)
                } else {
                    let (item, ty) = self.typed(left, None)?;
                    (item, self.typed(right, Some(FieldType { list: true, ..ty }))?.0)
                };
                built(TypedKind::Member(Box::new(item), Box::new(list)), BOOL)
            }
            Binary::Add | Binary::Subtract | Binary::Multiply => {
                let (left, _) = self.typed(left, Some(INT))?;
                let (right, _) = self.typed(right, Some(INT))?;
                let (left, right) = (Box::new(left), Box::new(right));
                let kind = match operator {
                    Binary::Add => TypedKind::Add(left, right),
                    Binary::Subtract => TypedKind::Subtract(left, right),
                    _ => TypedKind::Multiply(left, right),
                };
                built(kind, INT)
            }
            _ => self.comparison(operator, left, right, range),
        }
    }

    fn comparison(&mut self, operator: Binary, left: &Expr, right: &Expr, range: &Range) -> Found {
        let literal = |expr: &Expr| matches!(expr.kind, ExprKind::Text(_));
        let (left_typed, right_typed) = if literal(left) && !literal(right) {
            let right = self.typed(right, None)?;
            (self.typed(left, Some(right.1))?, right)
        } else {
            let left = self.typed(left, None)?;
            let right = self.typed(right, Some(left.1))?;
            (left, right)
        };
        let ty = left_typed.1;
        let ordered = matches!(ty.item, ItemType::Int | ItemType::Date | ItemType::Period) && !ty.list;
        let equality = matches!(operator, Binary::Equal | Binary::NotEqual);
        let comparable = !ty.list && !matches!(ty.item, ItemType::Ref(_));
        if !(ordered || (equality && comparable)) {
            let message = format!("`{}` does not compare {}", operator.symbol(), self.describe(ty));
            let help = match ty.item {
                _ if ty.list => "ask lists with `in`, `size`, `exists` or `all`",
                ItemType::Ref(_) => "compare a field of it",
                _ => "its values have no order: use `==`, `!=` or `in`",
            };
            self.fault(range, message, Some(help.to_owned()));
            return None;
        }
        let comparison = match operator {
            Binary::Equal => Comparison::Equal,
            Binary::NotEqual => Comparison::NotEqual,
            Binary::Less => Comparison::Less,
            Binary::LessOrEqual => Comparison::LessOrEqual,
            Binary::Greater => Comparison::Greater,
            _ => Comparison::GreaterOrEqual,
        };
        let kind = TypedKind::Compare(comparison, Box::new(left_typed.0), Box::new(right_typed.0));
        Some((at(range, kind), BOOL))
    }

    /// Checks with the knowledge that a condition came out one way.
    fn assuming<T>(&mut self, known: &Typed, outcome: bool, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.present.len();
        self.learn(known, outcome);
        let found = check(self);
        self.present.truncate(before);
        found
    }

    /// Which optional facts surely have a value where a condition came out one way.
    fn learn(&mut self, known: &Typed, outcome: bool) {
        match &known.kind {
            TypedKind::Has(path) if outcome => self.present.push(path.clone()),
            TypedKind::Not(inner) => self.learn(inner, !outcome),
            TypedKind::And(parts) if outcome => parts.iter().for_each(|part| self.learn(part, true)),
            TypedKind::Or(parts) if !outcome => parts.iter().for_each(|part| self.learn(part, false)),
            _ => {}
        }
    }
}

/// The same path seen from inside one more macro.
pub(super) fn deeper(path: &Path) -> Path {
    match &path.root {
        Root::Named(_) => path.clone(),
        Root::Variable(depth) => Path { root: Root::Variable(depth + 1), steps: path.steps.clone() },
    }
}

pub(super) fn at(range: &Range, kind: TypedKind) -> Typed {
    let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Typed { start: narrow(range.start), end: narrow(range.end), kind }
}

fn flatten(conjunction: bool, left: Typed, right: Typed) -> Vec<Typed> {
    let mut parts = Vec::new();
    for part in [left, right] {
        match part.kind {
            TypedKind::And(inner) if conjunction => parts.extend(inner),
            TypedKind::Or(inner) if !conjunction => parts.extend(inner),
            kind => parts.push(Typed { kind, ..part }),
        }
    }
    parts
}
