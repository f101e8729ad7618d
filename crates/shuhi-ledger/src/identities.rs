//! Identities: who may ask, approve and enrol others.

/// The class of enrolments.
pub const ENROLLED: &str = "identity.enrolled";
/// The class of withdrawals.
pub const WITHDRAWN: &str = "identity.withdrawn";
