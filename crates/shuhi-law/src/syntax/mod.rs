//! The condition language: a statically typed subset of CEL, with our own spans and messages.
//!
//! What the subset has is listed in [`grammar`] and nowhere else; everything else is refused by name.

mod ast;
mod lexer;
mod parser;

pub use ast::{Binary, Expr, ExprKind, Ident, Range};
pub use parser::{SyntaxError, parse};

/// The operators, functions and macros of the subset.
pub mod grammar {
    /// Functions called as `name(…)`, with what they do.
    pub const FUNCTIONS: &[(&str, &str)] = &[
        ("has", "has(x.field): true for a value, false for `none`, unknown where it is not stated"),
        ("size", "size(list): the number of items"),
        ("sum", "sum(list of int): their total"),
        ("date", "date(\"2026-04-01\"): a date"),
        ("period", "period(\"6 months\"): a length of time"),
        ("last_day", "last_day(date, period): the last day of a period, its first day not counted (Civil Code 140)"),
        (
            "last_day_counted",
            "last_day_counted(date, period): the same where the text counts the first day (から起算して)",
        ),
        (
            "filing_day",
            "filing_day(date, period): the last day for a filing with an authority: moved over its rest days",
        ),
        ("attested", "attested(\"question\"): the attested answer to a question that a pack declares"),
    ];

    /// Macros called as `list.name(variable, condition)`.
    pub const MACROS: &[(&str, &str)] = &[
        ("exists", "xs.exists(x, condition): true where one item satisfies it"),
        ("all", "xs.all(x, condition): true where every item satisfies it"),
        ("filter", "xs.filter(x, condition): the items that satisfy it, for `size` or `map`"),
        ("map", "xs.map(x, x.field): a value of every item, for `sum` or `in`"),
    ];

    /// Binary operators, by falling strength.
    pub const OPERATORS: &[&str] = &["*", "+", "-", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"];

    /// Bytes a condition may have.
    pub const CONDITION_BYTES_MAX: usize = 8_000;
    /// Levels of nesting a condition may have.
    pub const DEPTH_MAX: usize = 40;
}
