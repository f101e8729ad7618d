//! The vault: communications history that is encrypted from the first byte, expires on its day, is held only on a basis
//! of the law, is opened only by two people on such a basis, and leaves a ledger of it all.
//!
//! The law is asked through [`Counsel`] before anything happens; the ledger is told before anything is released or
//! destroyed; the catalog holds nothing personal.

mod catalog;
mod counsel;
mod epoch;
mod error;
mod events;
mod feed;
mod folder;
mod hold;
mod identities;
#[cfg(feature = "planted-faults")]
pub mod inspection;
mod intake;
mod lookup;
mod overdue;
mod policy;
mod quarantine;
mod seal;
mod sessions;
mod settings;
mod spool;
mod status;
mod sweep;
mod vault;
mod verify;

pub use catalog::{
    Catalog, Change, ClosedState, EpochRow, FindingRow, GrantRow, GrantState, HeldPart, HoldRow, HoldState, KindName,
    OpenSetRow, PinRow, PolicyRow, PurposeRow, QuarantineRow, QuarantineState, ReceivedRow, RequestRow, RequestState,
    SealingKeyRow, SegmentRow, SegmentState, SourceRow, SpoolRow, Table, View, WindowName, tables,
};
pub use counsel::{Answer, Counsel, LawCounsel, Opinion, Reason};
pub use error::VaultError;
pub use feed::{Cut, Feed, Reading, Stream, received_name};
pub use folder::Folder;
pub use hold::{
    HeldCheck, HoldChanged, HoldExtension, HoldRequest, HoldReview, HoldSubmitted, HoldWithdrawal,
    REVIEW_EMERGENCY_PERIOD, REVIEW_PERIOD,
};
pub use identities::EnrolledIdentity;
pub use intake::{Intake, IntakeCounts};
pub use lookup::{
    ANSWER_LIFE_MILLIS, Approval, AskedElsewhere, ExportedRequest, LookupAnswer, LookupRequest, Match, ReleaseOrder,
    Released, Signed, SignedContext, Submitted, Template, columns_for,
};
pub use overdue::{NotErased, Overdue};
pub use policy::{JudgedPolicy, judged_policies};
pub use seal::Sealed;
pub use settings::{Settings, SourceFormat, SourceSettings};
pub use shuhi_ingest::Counts;
pub use spool::SpoolWriter;
pub use status::{DayStatus, HeldStatus, PlaintextSource, SpoolStatus, Status, WaitingRequest, WaitingReview};
#[cfg(feature = "planted-faults")]
pub use sweep::Fault;
pub use sweep::{CASE_KEPT_MILLIS, EPOCH_LIFE_MILLIS, Erased, REQUEST_LIFE_MILLIS, SweepReport};
pub use vault::Vault;
pub use verify::{Discrepancy, Receipt, VaultReport, verify_folder};
