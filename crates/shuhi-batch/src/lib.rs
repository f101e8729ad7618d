//! Decisions in bulk: one act a line of CSV or JSON Lines, streamed.
//!
//! Columns (or keys) are named like facts, `application.age` or `act.date`; `id` is handed through, `at` chooses the law
//! of a line. An empty cell, an absent key and `null` are not stated, so unknown. A bad line is told with its number and
//! never stops the run. Memory does not grow with the input.

mod answers;
mod cells;
mod columns;
mod decider;
mod lines;

pub use answers::AnswerWriter;
pub use cells::Format;
pub use columns::{Columns, HeaderError};
pub use decider::{Answer, BadLine, Batch, Outcome};
pub use lines::LINE_BYTES_MAX;
