//! The oracle: the crate `cel` evaluates the same condition texts on the same facts.
mod naive;
#[path = "../support/mod.rs"]
mod support;
mod world;
