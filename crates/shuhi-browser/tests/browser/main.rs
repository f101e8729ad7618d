//! The browser against a site on loopback that records what it receives. Without Chromium every test says so and passes.

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
