//! From typed conditions to answers: compiled once for a date, evaluated in Kleene logic over slots of facts.

mod compile;
mod conclusion;
mod exact;
mod kleene;
mod missing;
mod program;
mod quick;
mod truth;

pub(crate) use compile::Compiler;
pub(crate) use exact::{truth_of, value_of};
pub(crate) use kleene::Evaluator;
pub(crate) use missing::{Lacking, lacking};
pub(crate) use program::{Gate, Node, NodeId, Program, SlotKey};
pub use truth::Truth;
