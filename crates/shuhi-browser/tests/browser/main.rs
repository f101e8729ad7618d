//! The browser against a site on loopback that records what it receives. Without Chromium every test says so and passes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod channels;
mod choice;
mod found;
mod network;
mod run;
mod signed_in;
mod support;
mod table;
mod terminal;
mod trouble;
