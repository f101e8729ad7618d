//! Times in sources: which can be meant, in which zone they stand, how they are written.

mod civil;
mod format;
mod limits;
mod zone;

pub(crate) use civil::{Civil, fraction, rfc3339};
pub(crate) use format::TimeFormat;
pub use limits::TimeLimits;
pub use zone::{UnknownZone, Zone};
