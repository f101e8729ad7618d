//! The rows of the catalog. All times are milliseconds UTC.

use serde::{Deserialize, Serialize};
use shuhi_records::{Kind, UtcMillis, Window, WindowWidth};

/// A record kind by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KindName(String);

impl From<Kind> for KindName {
    fn from(kind: Kind) -> Self {
        Self(kind.name().to_owned())
    }
}

impl KindName {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The kind; `None` where a later version of the program wrote one that this one does not know.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::named(&self.0)
    }
}

/// A window by its first instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WindowName {
    start: i64,
    hour: bool,
}

impl From<Window> for WindowName {
    fn from(window: Window) -> Self {
        Self { start: window.start().0, hour: window.width() == WindowWidth::Hour }
    }
}

impl WindowName {
    /// The window.
    #[must_use]
    pub fn window(self) -> Window {
        Window::of(UtcMillis(self.start), if self.hour { WindowWidth::Hour } else { WindowWidth::Day })
    }
}

/// A retention policy that the law was asked about: how long records of a kind are kept, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRow {
    /// The value of the register's `kind`.
    pub register_kind: String,
    /// The longest period, as written (`6 months`).
    pub period: String,
    /// What the records are for.
    pub purposes: Vec<PurposeRow>,
    /// When it was adopted.
    pub adopted_at: i64,
    /// SHA-256 of the rulebook that judged it.
    pub rulebook: String,
}

/// One purpose of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeRow {
    /// The value of the register's `purpose`.
    pub purpose: String,
    /// How long records serve it, as written; the policy's period where it states none.
    pub period: String,
}

/// Records that are acknowledged and not yet in a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpoolRow {
    /// The kind of record.
    pub kind: KindName,
    /// The policy.
    pub policy: String,
    /// The window.
    pub window: WindowName,
    /// Its key, as text.
    pub key: String,
    /// When it was begun.
    pub begun_at: i64,
    /// When what is in it expires.
    pub expires_at: i64,
    /// How many bytes of its file are acknowledged.
    pub acknowledged: u64,
    /// How many records these are.
    pub records: u64,
}

/// The sessions that have not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSetRow {
    /// Counts how often it was carried over to a new key.
    pub generation: u64,
    /// Its key, as text.
    pub key: String,
    /// How many bytes of its file are acknowledged.
    pub acknowledged: u64,
}

/// In which state a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SegmentState {
    /// Its window still runs; it will be merged.
    Part,
    /// Whole, until it expires.
    Sealed,
    /// Its key is being destroyed; nothing may use it any more.
    Erasing,
    /// Gone.
    Erased,
}

/// A sealed file of records of one kind, policy and window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRow {
    /// The kind of record.
    pub kind: KindName,
    /// The policy that set its expiry.
    pub policy: String,
    /// The window.
    pub window: WindowName,
    /// Its state.
    pub state: SegmentState,
    /// Its key, as text.
    pub key: String,
    /// How many records it has.
    pub records: u64,
    /// How many bytes its files have together.
    pub bytes: u64,
    /// SHA-256 of its file.
    pub sha256: [u8; 32],
    /// When it was sealed.
    pub sealed_at: i64,
    /// When it expires.
    pub expires_at: i64,
    /// The ledger's leaf that announces it; `None` until the ledger has heard of it.
    pub announced: Option<u64>,
    /// The ledger's leaf that intends its erasure.
    pub intent: Option<u64>,
    /// The ledger's leaf with the receipt of its erasure.
    pub receipt: Option<u64>,
    /// When it was erased.
    pub erased_at: Option<i64>,
}

/// A segment that may not be erased while a hold copies from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinRow {
    /// The segment.
    pub segment: String,
    /// When the pin ends by itself.
    pub until: i64,
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClosedState {
    /// Its time was over.
    Expired,
    /// Whoever asked took it back.
    Withdrawn,
    /// The need or the proceedings ended.
    Ended,
}

/// In which state a hold is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldState {
    /// Accepted; its records are being copied out.
    Copying,
    /// Its records are kept.
    Active,
    /// Over; its key is being destroyed.
    Ending(ClosedState),
    /// Over, its records gone.
    Over(ClosedState),
}

impl HoldState {
    /// In Japanese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Copying => ("写取り中", "being copied"),
            Self::Active => ("保全中", "held"),
            Self::Ending(_) => ("終了処理中", "ending"),
            Self::Over(ClosedState::Expired) => ("期間満了", "expired"),
            Self::Over(ClosedState::Withdrawn) => ("撤回", "withdrawn"),
            Self::Over(ClosedState::Ended) => ("必要の終了", "no longer needed"),
        }
    }
}

/// Records kept beyond their period on a basis of the law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRow {
    /// The value of the vocabulary's `hold_basis`.
    pub basis: String,
    /// Its state.
    pub state: HoldState,
    /// The held records, one file a kind; none before they are copied out.
    pub parts: Vec<HeldPart>,
    /// The key of the case: of requests, reasons and digests in the ledger.
    pub case_key: String,
    /// The segments and spools they were copied from; those that are pinned while they are being copied.
    pub sources: Vec<String>,
    /// When it was accepted. What was communicated later is not held.
    pub accepted_at: i64,
    /// The day in Japan on which the request arrived, from which its terms run.
    pub received_on: String,
    /// The first term as stated (`30 days`); `None` where its basis has no term.
    pub first_term: Option<String>,
    /// The term with all extensions; `None` where its basis has no term.
    pub total_term: Option<String>,
    /// When it ends by itself; `None` until proceedings or a need end.
    pub until: Option<i64>,
    /// By when somebody has to look whether it is still needed.
    pub review_by: Option<i64>,
    /// Whether support staff and the person concerned must not learn of it.
    pub silence: bool,
    /// The ledger's leaf of its request.
    pub requested: u64,
    /// The ledger's leaf of its acceptance, once its records are copied out.
    pub accepted: Option<u64>,
    /// When its records were erased.
    pub ended_at: Option<i64>,
}

impl HoldRow {
    /// How many records are held.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.parts.iter().map(|part| part.records).sum()
    }

    /// Whether its records are there or being copied.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state, HoldState::Copying | HoldState::Active)
    }
}

/// Held records of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPart {
    /// The id of its file.
    pub segment: String,
    /// The kind of record.
    pub kind: KindName,
    /// Its key, as text.
    pub key: String,
    /// How many records it has.
    pub records: u64,
    /// Bytes of its files together.
    pub bytes: u64,
    /// SHA-256 of its file.
    pub sha256: [u8; 32],
    /// The ledger's leaf that intends its erasure.
    pub intent: Option<u64>,
    /// The ledger's leaf with the receipt of its erasure.
    pub receipt: Option<u64>,
}

/// In which state a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestState {
    /// Waits for approval.
    Requested,
    /// The law or a person said no.
    Refused,
    /// Approved; a grant is open.
    Approved,
    /// The grant is used; the answer may still have to be written.
    Releasing,
    /// Answered.
    Released,
    /// Its time was over before it was answered.
    Lapsed,
}

impl RequestState {
    /// In Japanese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Requested => ("承認待ち", "waits for approval"),
            Self::Refused => ("拒否", "refused"),
            Self::Approved => ("承認済み", "approved"),
            Self::Releasing => ("回答中", "being answered"),
            Self::Released => ("回答済み", "answered"),
            Self::Lapsed => ("失効", "lapsed"),
        }
    }
}

/// A request to look something up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Its state.
    pub state: RequestState,
    /// The key of the case, as text.
    pub case_key: String,
    /// SHA-256 of the signed request.
    pub sha256: [u8; 32],
    /// The identity that asked.
    pub requester: String,
    /// When it was asked.
    pub requested_at: i64,
    /// The ledger's leaf of the request.
    pub requested: u64,
    /// The grant, once approved.
    pub grant: Option<String>,
    /// The key of the answer, as text, once released.
    pub answer_key: Option<String>,
    /// When the answer expires, once released.
    pub answer_expires_at: Option<i64>,
    /// By when a second person has to review a release made by one.
    pub review_by: Option<i64>,
}

/// In which state a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantState {
    /// May be used once.
    Open,
    /// Used.
    Used,
    /// Not used in time.
    Lapsed,
}

/// The permission to run one lookup, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRow {
    /// Its state.
    pub state: GrantState,
    /// The request it answers.
    pub request: String,
    /// SHA-256 of the exact predicate and columns.
    pub predicate: [u8; 32],
    /// The segments it opens.
    pub segments: Vec<String>,
    /// The spools it opens.
    pub spools: Vec<String>,
    /// When it lapses.
    pub expires_at: i64,
    /// The identity that approved; the requester's own in an emergency.
    pub approver: String,
}

/// Where records come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// The form of what it sends.
    pub format: String,
    /// Records stored.
    pub stored: u64,
    /// Lines or packets that could not be read.
    pub unread: u64,
    /// Records past their period on arrival.
    pub expired: u64,
    /// When something last came.
    pub last_at: i64,
    /// Files that were taken in and still hold plaintext, as SHA-256 of their path, with the time of their last record.
    pub plaintext: Vec<([u8; 32], i64)>,
}

/// How far a file or batch was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedRow {
    /// Bytes that are acknowledged.
    pub bytes: u64,
    /// Records that came of them.
    pub records: u64,
    /// When.
    pub at: i64,
}

/// In which state a day's quarantine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuarantineState {
    /// What could not be read is there, sealed.
    Kept,
    /// Its key is being destroyed.
    Erasing,
    /// Gone, with a receipt.
    Erased,
}

/// What could not be read under a policy on one day in Japan. Its files are called `ID.FILE.LINES.sealed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRow {
    /// The policy.
    pub policy: String,
    /// The day on which it came.
    pub day: WindowName,
    /// Its state.
    pub state: QuarantineState,
    /// Its key, as text.
    pub key: String,
    /// When it is to be erased.
    pub expires_at: i64,
    /// How many lines it had, once it is being erased.
    pub lines: u64,
    /// SHA-256 of the hashes of its files, in order of their names, once it is being erased.
    pub sha256: [u8; 32],
    /// The ledger's leaf that intends its erasure.
    pub intent: Option<u64>,
    /// The ledger's leaf with the receipt.
    pub receipt: Option<u64>,
    /// When it was erased.
    pub erased_at: Option<i64>,
}

/// A key that seals what belongs to no case: payloads by how long they live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealingKeyRow {
    /// The key, as text.
    pub key: String,
    /// When it is destroyed.
    pub expires_at: i64,
}

/// Something that was found not to be as it must, told to the ledger once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// When.
    pub raised_at: i64,
    /// The ledger's leaf.
    pub leaf: u64,
}

/// The epoch of the keys that the ledger last knew of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochRow {
    /// Its number.
    pub number: u64,
}
