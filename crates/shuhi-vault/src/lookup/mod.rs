//! Lookup: a typed request on a basis of the law, approved by a second person, answered once.
//!
//! Request and approval are statements that enrolled identities sign. The law is asked when a request is made and again
//! when it is approved. Every step is in the ledger before anything is released, and the answer is sealed to who asked.

mod answer;
mod approve;
mod columns;
mod deterministic;
mod export;
mod grant;
mod release;
mod request;
mod signed;
mod template;

pub use answer::{LookupAnswer, Match};
pub use approve::Approval;
pub use columns::columns_for;
pub use export::{AskedElsewhere, ExportedRequest};
pub use release::{ANSWER_LIFE_MILLIS, ReleaseOrder, Released};
pub use request::{LookupRequest, Submitted};
pub use signed::{Signed, SignedContext};
pub use template::Template;

pub(crate) use template::{Question, TOLERANCE_SECONDS_MAX};
