//! Facts: what is stated about subjects, typed by the vocabulary. A fact not stated is unknown, never false.

mod read;
mod scalar;
mod standing;
mod value;

pub use crate::texts::date as read_date;
pub use read::{FactReader, References, limits};
pub use scalar::{NotOfType, parse_scalar};
pub use value::{Answer, Facts, Record, Value};
