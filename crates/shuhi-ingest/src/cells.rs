//! Cells from bytes.
