//! `shuhi law lint`: all static checks over the rulebook and the user's packs.

use std::io::{Write as _, stdout};

use shuhi_source::Sources;

use crate::args::Common;
use crate::failure::Failure;
use crate::files::law_from_texts;

/// Loads everything with every check; faults are reported as for any input.
pub fn run(common: &Common) -> Result<bool, Failure> {
    let mut sources = Sources::new();
    let (rulebook, proof) = law_from_texts(common, &mut sources)?;
    let packs = &rulebook.packs;
    writeln!(
        stdout(),
        "no faults: {} rules, {} terms, {} standing exceptions, {} questions, {} procedures in {} packs; \
         {} examples, {} cases; rulebook {}",
        packs.rules.len(),
        packs.definitions.len(),
        packs.exceptions.len(),
        packs.questions.len(),
        packs.procedures.len(),
        packs.ids.len(),
        proof.examples.len(),
        proof.cases.len(),
        rulebook.hash.get(..12).unwrap_or(&rulebook.hash),
    )?;
    Ok(true)
}
