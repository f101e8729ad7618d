//! The destination catalogue: who runs what pages and apps send to, what for, what they typically receive, and how we know.
//!
//! [`Catalogue::embedded`] is ready in milliseconds; [`Catalogue::with_overlay`] lays an operator's own entries and
//! imported lists over it. [`Catalogue::identify`] says who is behind a host, [`Catalogue::identify_cookie`] whose a cookie
//! is, [`party`] which party a host is to a site. Every answer names its source, field by field.

mod catalogue;
mod cookie;
mod identify;
mod index;
mod overlay;
mod party;

pub use catalogue::{Catalogue, EmbeddedError};
pub use cookie::{CookieCandidate, CookieIdentification};
pub use identify::{Basis, Candidate, Identification, SetName, Source, Stated};
pub use overlay::{FILES_MAX, Faulty, OverlayError};
pub use party::{
    FirstBecause, PARTY_DEFINITION_EN, PARTY_DEFINITION_JA, Party, ThirdBecause, party, party_behind_aliases,
};
pub use shuhi_catalogue_format::import;
pub use shuhi_catalogue_format::{
    Checked, Claim, Content, Evidence, Host, Kind, Module, Name, Platform, Recipient, Service, Set, SetCookie, SetHead,
    SetService, Term, VersionFrom, Vocabulary,
};
