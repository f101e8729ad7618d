use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shuhi_source::Span;

use crate::calendar::Period;
use crate::vocabulary::TermId;

/// A condition that is of the language, of the vocabulary and of the right type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// What it means.
    pub body: Typed,
}

/// A part of a condition with its place in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    /// First byte in [`Condition::text`].
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// What it is.
    pub kind: TypedKind,
}

/// Which subject a path begins at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Root {
    /// A role or root by name.
    Named(String),
    /// The variable of an enclosing `exists` or `all`; 0 is the innermost.
    Variable(u8),
}

/// A fact: a subject and the fields that lead to it from there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// Field indices, each of the type the one before leads to.
    pub steps: Vec<u16>,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Literal {
    Bool(bool),
    Int(i64),
    Text(String),
    Enum(u16),
    Date(Date),
    Period(Period),
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How the last day of a period is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reckoning {
    /// The first day does not count (Civil Code 140).
    Excluded,
    /// The text counts the first day.
    Counted,
    /// The first day does not count, and the end moves over an authority's rest days.
    Filing,
}

/// The forms a typed expression can have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TypedKind {
    /// A constant.
    Literal(Literal),
    /// A list of constants.
    Literals(Vec<Literal>),
    /// A fact.
    Fact(Path),
    /// The date of the decision.
    At,
    /// A legal conclusion about the subject at a path.
    Term(Path, TermId),
    /// The attested answer about the subject at a path.
    Attested(Path, String),
    /// Whether an optional fact has a value.
    Has(Path),
    /// Not.
    Not(Box<Typed>),
    /// Every one.
    And(Vec<Typed>),
    /// At least one.
    Or(Vec<Typed>),
    /// Two values compared.
    Compare(Comparison, Box<Typed>, Box<Typed>),
    /// Whether a value is in a list.
    Member(Box<Typed>, Box<Typed>),
    /// Whether one or every item of a list satisfies a condition on it.
    Quantified {
        /// `all` rather than `exists`.
        every: bool,
        /// The list.
        list: Box<Typed>,
        /// The condition, with the item as variable 0.
        body: Box<Typed>,
    },
    /// The values of a list's items, or of those that satisfy a condition.
    Collected {
        /// The list.
        list: Box<Typed>,
        /// Which items count, with the item as variable 0; `None`: all.
        keep: Option<Box<Typed>>,
        /// What is taken of each, with the item as variable 0; `None`: that it is there, for counting.
        value: Option<Box<Typed>>,
    },
    /// One of two values.
    Conditional(Box<Typed>, Box<Typed>, Box<Typed>),
    /// A sum.
    Add(Box<Typed>, Box<Typed>),
    /// A difference.
    Subtract(Box<Typed>, Box<Typed>),
    /// A product.
    Multiply(Box<Typed>, Box<Typed>),
    /// A number's opposite.
    Negative(Box<Typed>),
    /// The number of items of a list.
    Size(Box<Typed>),
    /// The total of a list of numbers.
    Sum(Box<Typed>),
    /// The last day of a period.
    LastDay {
        /// How it is reckoned.
        reckoning: Reckoning,
        /// From when.
        from: Box<Typed>,
        /// How long.
        period: Box<Typed>,
    },
}
