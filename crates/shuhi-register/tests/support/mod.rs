//! What the tests share: rulebooks that do not change with the law, and loading of texts.

#![allow(dead_code, reason = "each test file uses a part of it")]

use jiff::civil::{Date, date};
use shuhi_law::Rulebook;
use shuhi_law::pack::load_packs;
use shuhi_law::vocabulary::load_vocabulary;
use shuhi_register::Register;
use shuhi_source::{Faults, FileId, Sources, render};

/// The date the tests load for.
pub const AT: Date = date(2026, 10, 1);

/// A small vocabulary and a pack over it.
pub fn rulebook() -> Rulebook {
    with(include_str!("vocabulary.yaml"), include_str!("pack.yaml"))
}

/// A vocabulary of links that refer to links, and no law.
pub fn links() -> Rulebook {
    with(include_str!("links.yaml"), "pack: test")
}

fn with(vocabulary: &str, pack: &str) -> Rulebook {
    let mut rulebook = shuhi_rulebook::rulebook().unwrap();
    let mut sources = Sources::new();
    let vocabulary = sources.add("vocabulary.yaml", vocabulary);
    let pack = sources.add("pack.yaml", pack);
    let mut faults = Faults::new();
    rulebook.vocabulary = load_vocabulary(&sources, &[vocabulary], &mut faults);
    rulebook.packs =
        load_packs(&sources, &[(pack, false)], &rulebook.vocabulary, &rulebook.catalogue, &mut faults).packs;
    assert!(faults.is_empty(), "{}", faults.summary(&sources));
    rulebook
}

/// What loading came to.
pub struct Outcome {
    pub sources: Sources,
    pub register: Option<Register>,
    pub faults: Faults,
}

impl Outcome {
    /// The messages with their places.
    pub fn summary(&self) -> String {
        self.faults.summary(&self.sources)
    }

    /// The faults as a person reads them.
    pub fn rendered(&self) -> String {
        let faults = self.faults.clone().sorted();
        faults.iter().map(|fault| render(fault, &self.sources)).collect::<Vec<_>>().join("\n\n")
    }

    /// The register of an input without faults.
    pub fn sound(self) -> Register {
        assert_eq!(self.summary(), "");
        self.register.unwrap()
    }
}

/// Loads files given as name and text.
pub fn load(rulebook: &Rulebook, files: &[(&str, &str)]) -> Outcome {
    let mut sources = Sources::new();
    let ids: Vec<FileId> = files.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let mut faults = Faults::new();
    let register = Register::load(&sources, &ids, rulebook, AT, &mut faults);
    Outcome { sources, register, faults }
}

/// Loads one file.
pub fn load_text(rulebook: &Rulebook, text: &str) -> Outcome {
    load(rulebook, &[("register.yaml", text)])
}

/// A register that uses every section.
pub const SAMPLE: &str = include_str!("../sample/register.yaml");
