//! Proof that the rulebook says what it should: its examples and cases, the clauses it covers, and mutations.

mod coverage;
mod expect;
mod mutate;
mod run;

pub use coverage::{Coverage, Covered, coverage, list_clauses};
pub use mutate::{Survivor, survivors};
pub use run::{CaseResult, Runner};
