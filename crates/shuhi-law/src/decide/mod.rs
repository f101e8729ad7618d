//! Judging: verdicts of rules, the decision on an act, duties with their dates, and the trace of it all.

mod alone;
mod duty;
mod excuses;
mod explain;
mod frame;
mod judge;
mod select;
mod verdict;

pub use alone::LoneCondition;
pub use duty::{DueOutcome, DutyOutcome, DutyState, KeepOutcome};
pub use excuses::Excuses;
pub use explain::{Explanation, Line};
pub use frame::{Frame, Prepared};
pub use judge::{Judgement, RuleOutcome, TermValue};
pub use select::{LawInForce, Selection};
pub use verdict::{Decision, Verdict, clause_verdict};
