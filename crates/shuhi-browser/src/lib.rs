//! Headless Chromium, driven over the DevTools protocol, recorded word for word.
//!
//! A [`Browser`] is one process with a fresh profile. [`Browser::observe`] opens pages as an [`Observation`] says and writes every event of every target (pages, frames, workers, service workers) to a
//! log of JSON Lines, as received and in order, with lines of our own (`Shuhi.…`) between them. Nothing is interpreted here: `shuhi-capture` reads the log.
//!
//! A page may loop, hang, crash, ask, download or try to leave: the visit has limits ([`Limits`]), whatever happened stands in the log as `Shuhi.fault`, and the next page is opened.

mod alias;
mod browser;
mod consent;
mod error;
mod frames;
mod honey;
mod inspect;
mod kept;
mod login;
mod netlog;
mod observation;
mod observe;
#[doc(hidden)]
pub mod outside;
mod pages;
mod picture;
mod process;
mod recording;
mod settings;
mod summary;
mod visit;

pub use alias::{AliasError, NameServer, Resolver};
pub use browser::Browser;
pub use error::BrowserError;
pub use inspect::{Inspection, PageBox};
pub use login::{Login, LoginError};
pub use observation::{Buttons, Observation, Pages, Politeness, Screen, Waits, Wish};
pub use settings::{BrowserSettings, HostRule, Limits, Sandbox};
pub use summary::{Fault, Summary, VisitSummary};
