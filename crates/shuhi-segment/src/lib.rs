//! Sealed column files: the records of one window as sorted, encrypted Apache Parquet, with sealed second paths.
//!
//! A segment is one main file, sorted by [`Kind::sorted_by`], and one sidecar for each of [`Kind::other_paths`]. The
//! only key of all of them is the segment's: once it is destroyed nothing in them can be read, neither records nor
//! whether someone occurs in them. Nothing here caches, logs or keeps a key beyond the [`Segment`] that was opened.
//!
//! [`Kind::sorted_by`]: shuhi_records::Kind::sorted_by
//! [`Kind::other_paths`]: shuhi_records::Kind::other_paths

mod bounds;
mod decode;
mod distinct;
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
#[cfg(test)]
mod tests;
mod write;

pub use error::{SegmentError, SegmentResult};
pub use find::{By, Find, Value};
pub use id::SegmentId;
pub use segment::Segment;
pub use write::{MAX_ROWS, Written, concatenated, merge, paths, write, write_with_threads};
