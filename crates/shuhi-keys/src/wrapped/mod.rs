//! Wrapped keys: one file an epoch, which may be backed up without harm.

mod file;
mod format;

pub(crate) use file::{Entry, WrappedFile, WrappedFolder};
pub(crate) use format::Record;
