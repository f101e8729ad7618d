//! The law as data: vocabulary, rules, facts and verdicts.
//!
//! This crate reads no files, no clock, and knows no Japanese rule: texts come in through
//! [`shuhi_source::Sources`], the date through a parameter, the rules through packs. See `ARCHITECTURE.md`.

pub mod calendar;
pub mod catalogue;
pub mod check;
pub mod facts;
pub mod pack;
pub mod syntax;
mod texts;
pub mod vocabulary;
