//! Records from fields.
