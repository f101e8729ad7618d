//! A simulation of the vault: years of ingest, lookups, holds and erasure on a machine that crashes at any step, tears
//! what was being written, fills up and forgets what was not synced. One seed determines everything. Beside the vault
//! runs a [`model::Model`] that shares no code with it and says what must be found, what may be, and what must not.

mod actions;
pub mod calendar;
pub mod chance;
mod check;
pub mod counsel;
pub mod model;
mod violation;
mod world;

pub use violation::Violation;
pub use world::{Counters, Fault, Options, Outcome, run};
