//! The register: what an operator declares about itself, read from YAML into typed facts.
//!
//! The caller reads the files ([`decode()`] turns their bytes into text) and hands them over as
//! [`shuhi_source::Sources`]; [`Register::load`] checks them against the vocabulary and returns subjects with their
//! facts. A fact not stated stays unknown.
//!
//! What several files state about one subject is merged field by field, so that answers and observations can stand
//! beside what a person wrote: a field may stand in two files only with the same value, mappings written in place are
//! merged in turn, and two lists are the same only if they have as many items and the items at each place agree and
//! share a fact. Within one file a subject is stated once.
//!
//! This crate judges nothing: [`Register::things_to_judge`] says what there is to judge, and the law judges it. It
//! reads no files, no clock, and prints nothing.

mod adopted;
mod answers;
mod attested;
mod claims;
mod collect;
mod decode;
pub mod limits;
mod merge;
mod register;
mod resolve;
mod schema;
mod things;

pub use answers::{AnswerFile, Place};
pub use attested::{Answerer, Attested};
pub use claims::ClaimDifference;
pub use decode::decode;
pub use register::{Collection, Register, Subject};
pub use schema::json_schema;
pub use things::Thing;
