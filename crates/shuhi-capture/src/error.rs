use thiserror::Error;

/// Why a capture could not be read at all; what is wrong in parts of it stands in [`crate::Capture::faults`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// There is nothing in it.
    #[error("the capture is empty: save it again from the browser")]
    Empty,
    /// It is larger than is read.
    #[error("the capture has more than {limit} bytes (`INPUT_BYTES_MAX`): capture fewer pages at once")]
    TooLarge {
        /// What is read at most, in bytes.
        limit: usize,
    },
    /// It is compressed and cannot be unpacked.
    #[error("the capture is gzip and cannot be unpacked ({why}): unpack it first")]
    Packed {
        /// What the decompressor says.
        why: String,
    },
    /// It is no JSON from the start.
    #[error("the capture is not JSON at line {line}, column {column}: {why}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// It is JSON, but something else.
    #[error("{found}: give {wanted} instead")]
    OtherKind {
        /// What it seems to be.
        found: String,
        /// What was expected.
        wanted: &'static str,
    },
}
