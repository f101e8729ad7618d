//! An open segment.

use std::path::Path;

use shuhi_machine::Machine;
use shuhi_records::{Columns, Kind};

use crate::{Find, SegmentError, SegmentId, SegmentResult};

/// An open segment; keeps the decrypted footers in memory.
#[derive(Debug)]
pub struct Segment {
    kind: Kind,
    rows: usize,
}

impl Segment {
    /// Opens a segment.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Sealed`] where the key or id is another's, and what the disk says.
    pub fn open(_machine: &Machine, _path: &Path, _id: &SegmentId, _key: &[u8; 32]) -> SegmentResult<Self> {
        Err(SegmentError::Empty)
    }

    /// What its records are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many records it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The records that answer, in the segment's order.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NoPath`] and [`SegmentError::NoColumn`] for what the kind does not have,
    /// [`SegmentError::Damaged`] where bytes are not as written.
    pub fn find(&self, _find: &Find) -> SegmentResult<Columns> {
        Err(SegmentError::Empty)
    }

    /// All records, in the segment's order.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Damaged`] where bytes are not as written.
    pub fn all(&self) -> SegmentResult<Columns> {
        Err(SegmentError::Empty)
    }

    /// Compares every byte of every file with what was written.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Damaged`] at the first file that differs.
    pub fn verify(&self, _sha256: &[u8; 32]) -> SegmentResult<()> {
        Err(SegmentError::Empty)
    }
}
