//! What a register may measure. Beyond it, loading stops with a fault that names the limit: no operator's register is
//! that large, and a mistake or an attack should not exhaust the machine.

use shuhi_source::{Fault, Faults};

pub use shuhi_source::limits::{DEPTH_MAX, FILE_BYTES_MAX, NODES_MAX};

/// Files of one register.
pub const FILES_MAX: usize = 10_000;
/// Bytes of all files of one register together.
pub const TOTAL_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Subjects of one register, those written in place not counted.
pub const SUBJECTS_MAX: usize = 100_000;
/// Attested answers of one register.
pub const ATTESTED_MAX: usize = 100_000;
/// Observations of one register; only the newest of each service is used.
pub const OBSERVATIONS_MAX: usize = 10_000;
/// Keys of one mapping; no type of the vocabulary has nearly as many fields.
pub const KEYS_MAX: usize = 1_000;
/// Bytes of a subject's id.
pub const ID_BYTES_MAX: usize = 64;
/// Subjects that refer to one another in a row.
pub const REFERENCE_DEPTH_MAX: usize = 32;
/// Faults reported at once; loading stops there.
pub const FAULTS_MAX: usize = 1_000;
/// Ids among which a suggestion is sought; in larger collections comparing them all takes too long.
pub(crate) const SUGGESTIONS_MAX: usize = 5_000;

/// Whether so many faults were found that looking for more helps nobody.
pub(crate) fn enough(faults: &Faults) -> bool {
    faults.len() >= FAULTS_MAX
}

/// The fault for a count beyond its limit.
pub(crate) fn exceeded(what: &str, limit: usize, help: &str) -> Fault {
    Fault::general(format!("the register has more than {limit} {what}")).help(help)
}
