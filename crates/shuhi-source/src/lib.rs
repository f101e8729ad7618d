//! Source files with positions: texts, YAML nodes that know where they stand, and faults that point at them.
//!
//! Rules, vocabulary, register and cases are all YAML written by people. Whatever is wrong with them is told
//! with file, line, column and the offending words, all faults of all files at once. This crate owns that
//! machinery and nothing else: it reads no files (callers bring name and text) and prints nothing.

mod fault;
mod fields;
mod render;
mod sources;
mod suggest;
mod yaml;

pub use fault::{Fault, Faults, Note, Severity};
pub use fields::Fields;
pub use render::render;
pub use sources::{FileId, Position, SourceFile, Sources, Span};
pub use suggest::did_you_mean;
pub use yaml::{Key, Node, NodeValue, ReadError, limits, read_yaml};
