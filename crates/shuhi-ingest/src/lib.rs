//! Parsers from the bytes of a source to the [`shuhi_records::Event`]s in them.
//!
//! Nothing here opens a file or a socket, reads a clock or keeps a record. A [`Reader`] is fed bytes as they come, cut
//! anywhere, and calls a [`Sink`] with every event and with everything it could not read, with place and reason. What
//! a reader keeps between two calls is bounded, whatever the input; no input makes it panic.
//!
//! | source | reader |
//! |---|---|
//! | FreeRADIUS `detail` files | [`radius::DetailReader`] |
//! | syslog of carrier-grade NATs, by vendor profiles that are data | [`syslog::SyslogReader`] |
//! | IPFIX and NetFlow version 9: datagrams, streams, captures | [`flow::FlowReader`] |
//! | JSON Lines and CSV by a mapping file | [`mapped::MappedReader`] |
//!
//! Which moments belong to one session is the joiner's business, not a reader's: a reader tells each moment as it
//! stands in the source.

mod any;
mod bytes;
mod cells;
pub mod flow;
mod lines;
pub mod mapped;
pub mod radius;
mod reader;
mod reason;
mod shape;
pub mod syslog;
mod time;

pub use any::AnyReader;
pub use lines::{LINE_BYTES_MAX, UNREAD_BYTES_MAX};
pub use reader::{Counts, Place, Reader, Sink, Unread};
pub use reason::Reason;
pub use time::{TimeLimits, UnknownZone, Zone};
