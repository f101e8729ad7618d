//! Sealed column files: the records of one window as sorted, encrypted Apache Parquet, with sealed second paths.
//!
//! A segment is one main file, sorted by [`Kind::sorted_by`], and one sidecar for each of [`Kind::other_paths`]. The
//! only key of all of them is the segment's: once it is destroyed nothing in them can be read, neither records nor
//! whether someone occurs in them. Parquet's own copies of the key are not overwritten in memory.
//!
//! # Files
//!
//! Both are Apache Parquet with modular encryption (AES-256-GCM): one key for all, encrypted footer, no dictionaries, and
//! no bloom filters, which `parquet` would leave in plaintext. The [`SegmentId`], and the column of a sidecar, are bound
//! to every part as additional authenticated data and stored nowhere. How each column stands is in the footer (see
//! `layout.rs`): an end as a length, a last port as a size, whole seconds as seconds, few texts as places in a list. A
//! column with a path of its own is the row number of its sidecar, which has each different value once, in order, with the
//! pages of the main file that have it; so the value is not stored twice, and a lookup reads a page of the sidecar and the
//! pages that it names.
//!
//! # Damage
//!
//! [`Segment::find`] and [`Segment::all`] do not hash the file first: that would read all of it for one lookup. They need
//! not: every part they use is authenticated with its place (file, row group, column, page), the places and lengths of
//! pages come from the authenticated index, and the number of rows that come is compared with those asked for. Only the
//! four bytes of length before each part are outside; they either are not used or make decryption fail. So whatever is
//! flipped, cut or exchanged gives an error or the right rows. Whether the *file* is as written, unread parts and those
//! lengths included, says [`Segment::verify`], from the SHA-256 that [`write()`] returned.
//!
//! [`Kind::sorted_by`]: shuhi_records::Kind::sorted_by
//! [`Kind::other_paths`]: shuhi_records::Kind::other_paths

mod bounds;
mod decode;
mod distinct;
mod encode;
mod error;
mod file;
mod find;
mod gather;
mod id;
mod input;
mod layout;
mod order;
mod output;
mod properties;
mod query;
mod segment;
mod sidecar;
mod starts;
#[cfg(test)]
mod tests;
mod write;

pub use error::{SegmentError, SegmentResult};
pub use find::{By, Find, Value};
pub use id::SegmentId;
pub use segment::Segment;
pub use write::{MAX_ROWS, Written, merge, paths, write};
