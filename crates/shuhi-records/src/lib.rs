//! Records of communications history as they pass from ingest to vault: [`Kind`]s with their columns, [`Row`]s of
//! [`Cell`]s, whole [`Columns`], [`Window`]s of a Japanese day, and the [`Event`]s that sources report.
//!
//! Never content: a record says who communicated when and by which address.

mod address;
mod columns;
mod event;
mod kind;
mod row;
mod window;

pub use address::{Address, Prefix};
pub use columns::{ColumnData, Columns, TextColumn};
pub use event::{Event, Session, SessionPhase};
pub use kind::{Column, ColumnType, Kind, RecordClock};
pub use row::{Cell, Row};
pub use shuhi_machine::UtcMillis;
pub use window::{MILLIS_A_DAY, Window, WindowWidth};
