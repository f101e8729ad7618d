//! The files of the destination catalogue: what they hold, how they are read and checked, and how lists of others come in.
//!
//! [`Content::read`] reads recipients, services and modules from YAML; every fault has its place. This crate reads no
//! clock and prints nothing. `shuhi-catalogue` embeds what it makes of the repository's `catalogue/`.

mod content;
mod country;
mod embedded;
mod host;
pub mod import;
mod model;
mod read;
mod set;
mod vocabulary;

pub use content::Content;
pub use country::is_country;
pub use embedded::{Embedded, fingerprint, sha256};
pub use host::{HOST_CHARS_MAX, Host};
pub use model::{Checked, Claim, Evidence, Kind, Module, Name, Platform, Recipient, Service, VersionFrom};
pub use read::Rules;
pub use set::{SET_BYTES_MAX, SET_ROWS_MAX, Set, SetCookie, SetHead, SetService};
pub use vocabulary::{Term, Vocabulary};
