//! The files of `catalogue/adapters/`: what they hold, how they are read and checked.
//!
//! The build script and the crate share these modules, so they use nothing else of it.

mod load;
mod model;
mod pattern;
mod rules;
mod values;

pub use load::load;
pub use model::{Adapter, Because, Content, Match, Property, Read, Rule, Shape, Words};
pub use pattern::{Context, Pattern, PatternError, globbed};
