//! From parsed conditions to typed ones: every name resolved, every type agreed, every optional field guarded.

mod calls;
mod condition;
mod typed;

pub use condition::{Context, check_condition};
pub use typed::{Comparison, Condition, Literal, Path, Reckoning, Root, Typed, TypedKind};
