//! Why a segment could not be written, opened or read.

use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use shuhi_machine::DiskError;
use shuhi_records::Kind;

/// What a segment answers.
pub type SegmentResult<T> = Result<T, SegmentError>;

/// Why a segment could not be written, opened or read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// There is nothing to write.
    #[error("a segment needs at least one record")]
    Empty,
    /// There are more records than a segment holds.
    #[error("{rows} records are more than the {limit} a segment holds: write several parts")]
    TooMany {
        /// How many there are.
        rows: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The parts of a merge are of different kinds.
    #[error("a part of kind `{other}` cannot be merged into a segment of kind `{kind}`")]
    Mixed {
        /// The kind of the first part.
        kind: Kind,
        /// The other one.
        other: Kind,
    },
    /// The key or the id is not that of the file, or the file is damaged.
    #[error(
        "`{}` cannot be opened: the key or the segment id is not its own, or it is damaged ({detail})",
        path.display()
    )]
    Sealed {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        detail: String,
    },
    /// The file opens, but what is in it is not what was written.
    #[error("`{}` is damaged: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Records could not be encoded.
    #[error("records could not be encoded: {0}")]
    Encoding(ParquetError),
    /// The request names what this kind of record does not have.
    #[error("records of kind `{kind}` cannot be found by {asked}: {instead}")]
    NoPath {
        /// The kind.
        kind: Kind,
        /// What the request asked.
        asked: String,
        /// What can be asked.
        instead: String,
    },
    /// The request asks for a column that the kind does not have.
    #[error("records of kind `{kind}` have no column `{column}`")]
    NoColumn {
        /// The kind.
        kind: Kind,
        /// The column.
        column: String,
    },
}

impl SegmentError {
    pub(crate) fn damaged(path: &Path, detail: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.to_string() }
    }
}
