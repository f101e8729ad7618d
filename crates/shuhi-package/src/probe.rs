//! Single parsers on bytes, for fuzzing. Not part of the interface.

pub use crate::android::{probe_table, probe_xml};

use crate::data::Tables;
use crate::dex;
use crate::ios;
use crate::sensitive::Watch;

/// Reads a DEX file and returns how many classes it defines and how many faults it has.
pub fn probe_dex(bytes: &[u8]) -> (usize, usize) {
    let watch = Tables::read().map(|tables| Watch::new(&tables, Vec::new())).unwrap_or_default();
    let (dex, faults) = dex::read(bytes, &watch);
    (dex.classes.len(), faults.len())
}

/// Reads a property list, a privacy manifest and a Mach-O program from the same bytes.
pub fn probe_plist(bytes: &[u8]) {
    ios::probe(bytes);
}
