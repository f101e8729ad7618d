//! The law as data: vocabulary, rules, facts and verdicts.
//!
//! This crate reads no files, no clock, and knows no Japanese rule: texts come in through
//! [`shuhi_source::Sources`], the date through a parameter, the rules through packs. See `ARCHITECTURE.md`.

pub mod calendar;
pub mod catalogue;
pub mod check;
pub mod decide;
pub mod evaluate;
pub mod facts;
mod lint;
pub mod pack;
pub mod proof;
mod rulebook;
pub mod syntax;
mod texts;
pub mod vocabulary;

pub use rulebook::{Embedded, LawFile, Proof, Rulebook};
