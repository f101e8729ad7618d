//! Reading captures of every form, and what is made of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod chains;
mod devtools;
mod files;
mod har;
mod mutations;
mod pages;
mod support;
mod trees;
