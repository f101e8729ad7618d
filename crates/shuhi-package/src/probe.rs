//! Single parsers on bytes, for fuzzing. Not part of the interface.

pub use crate::android::{probe_table, probe_xml};

use std::sync::LazyLock;

use crate::data::Tables;
use crate::dex;
use crate::fault::Reason;
use crate::ios;
use crate::sensitive::Watch;

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::read().unwrap_or_default());

/// Reads a DEX file and returns how many classes it defines and how many faults it has.
pub fn probe_dex(bytes: &[u8]) -> (usize, usize) {
    let (dex, faults) = read_dex(bytes);
    (dex.classes.len(), faults.len())
}

/// The classes of a DEX file, each with the class that it extends.
pub fn classes(bytes: &[u8]) -> Vec<(String, Option<String>)> {
    read_dex(bytes).0.classes.into_iter().map(|class| (class.name, class.superclass)).collect()
}

fn read_dex(bytes: &[u8]) -> (dex::Dex, Vec<Reason>) {
    static WATCH: LazyLock<Watch> = LazyLock::new(|| Watch::new(&TABLES, Vec::new()));
    dex::read(bytes, &WATCH)
}

/// Reads a property list, a privacy manifest and a Mach-O program from the same bytes.
pub fn probe_plist(bytes: &[u8]) {
    ios::probe(bytes, &TABLES);
}
