//! Shuhi's own law, checked and compiled into the program at build time.
//!
//! [`rulebook`] is ready in milliseconds; [`texts`] are the files it was made from, for running its examples,
//! pointing at places, and laying an operator's own packs over it.

use shuhi_law::{Embedded, LawFile, Proof, Rulebook};
use shuhi_source::{Faults, Sources};

/// Why the embedded law cannot be used: the program file itself is damaged.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The checked form cannot be read.
    #[error("the embedded rulebook is damaged: {0}; install the program again")]
    Form(#[from] postcard::Error),
    /// The holiday table cannot be read.
    #[error("the embedded holiday table is damaged: {0}; install the program again")]
    Calendar(#[from] shuhi_law::calendar::CalendarError),
}

static FORM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rulebook.bin"));

/// The law of the build.
///
/// # Errors
///
/// Only where the program file is damaged.
pub fn rulebook() -> Result<Rulebook, EmbeddedError> {
    let embedded: Embedded = postcard::from_bytes(FORM)?;
    Ok(Rulebook::from_embedded(embedded)?)
}

/// The files of the law: name (`law/logs/retain.yaml`) and text, in the order of names.
pub fn texts() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"))
}

/// The law of the build from its texts, with further files laid over it, and the proof of both.
///
/// Returns nothing where a further file has an error; every fault is in `faults`.
pub fn with_overlay(
    further: &[(String, String)],
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<(Rulebook, Proof)> {
    from_texts(texts().iter().copied(), further, sources, faults)
}

/// The same for a law that is not the one of the build: its files by name (`law/logs/retain.yaml`) and text.
pub fn from_texts<'a>(
    law: impl IntoIterator<Item = (&'a str, &'a str)>,
    further: &[(String, String)],
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<(Rulebook, Proof)> {
    let mut files = Vec::new();
    for (name, text) in law {
        files.push(LawFile { id: sources.add(name, text), own: false });
    }
    for (name, text) in further {
        files.push(LawFile { id: sources.add(name, text), own: true });
    }
    Rulebook::load(sources, &files, faults)
}
