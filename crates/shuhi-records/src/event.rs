//! What a source reports: a finished record, or a moment of a session that is still to be joined.

use crate::{Row, UtcMillis};

/// What one line or packet of a source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A record that is complete in itself.
    Finished(Row<'a>),
    /// A moment of a session.
    Session(Session<'a>),
    /// A device restarted at that time: whatever it had open is over.
    Restarted {
        /// The device, as in the column `source`.
        device: &'a str,
        /// When.
        at: UtcMillis,
    },
}

/// A moment of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session<'a> {
    /// Which moment.
    pub phase: SessionPhase,
    /// The device that reports, as in the column `source`.
    pub device: &'a str,
    /// What tells the session from all others of the device at that time: a session id, or address and ports.
    pub key: &'a str,
    /// When the moment was, delays taken off.
    pub at: UtcMillis,
    /// When the session began, where the moment says so itself.
    pub began: Option<UtcMillis>,
    /// What is known of the record; `start`, `end` and `inferred` are set by whoever joins.
    pub row: Row<'a>,
}

/// A moment in the life of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionPhase {
    /// It began.
    Opened,
    /// It goes on.
    Continued,
    /// It ended.
    Closed,
}
