//! Reading captures of every form, and what is made of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod chains;
mod devtools;
mod har;
mod mutations;
mod support;
mod trees;
