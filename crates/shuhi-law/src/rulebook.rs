//! The whole law: vocabulary, catalogue, packs and holidays, loaded and checked together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shuhi_source::{Fault, Faults, FileId, Sources};

use crate::calendar::NationalHolidays;
use crate::catalogue::{Catalogue, load_catalogue};
use crate::decide::{LawInForce, Selection};
use crate::lint;
use crate::pack::{Example, Packs, load_packs};
use crate::vocabulary::{Vocabulary, load_vocabulary};

/// All law, whatever its date.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// The words.
    pub vocabulary: Vocabulary,
    /// Laws and clauses.
    pub catalogue: Catalogue,
    /// Rules, terms, exceptions, questions.
    pub packs: Packs,
    /// National holidays.
    pub holidays: Arc<NationalHolidays>,
    /// SHA-256 over names and texts of all files, in hexadecimal.
    pub hash: String,
}

/// What shows that the rulebook says what it should.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Examples beside rules, terms and exceptions.
    pub examples: Vec<Example>,
    /// Cases.
    pub cases: Vec<Example>,
}

/// A file of the law: where it stands among the sources, and whether it is the operator's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LawFile {
    /// The file.
    pub id: FileId,
    /// Whether it belongs to an operator's overlay.
    pub own: bool,
}

/// A rulebook as it is embedded at build time: everything checked already.
#[derive(Debug, Serialize, Deserialize)]
pub struct Embedded {
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    packs: Packs,
    holidays: String,
    hash: String,
}

impl Rulebook {
    /// Loads and checks a rulebook; the folder a file stands in says what it is (`vocabulary/`, `catalogue/`,
    /// `calendar/`, anything else is packs and cases).
    ///
    /// Returns nothing where a fault is an error; warnings are left in `faults`.
    pub fn load(sources: &Sources, files: &[LawFile], faults: &mut Faults) -> Option<(Self, Proof)> {
        let folder = |file: &LawFile, name: &str| {
            sources.get(file.id).is_some_and(|source| source.name().split('/').rev().skip(1).any(|part| part == name))
        };
        let of = |name: &str| files.iter().filter(|file| folder(file, name)).map(|file| file.id).collect::<Vec<_>>();
        let vocabulary = load_vocabulary(sources, &of("vocabulary"), faults);
        let catalogue = load_catalogue(sources, &of("catalogue"), faults);
        let holidays = holidays(sources, &of("calendar"), faults);
        let special = |file: &&LawFile| ["vocabulary", "catalogue", "calendar"].iter().any(|name| folder(file, name));
        let packs: Vec<_> = files.iter().filter(|file| !special(file)).map(|file| (file.id, file.own)).collect();
        let loaded = load_packs(sources, &packs, &vocabulary, &catalogue, faults);
        let hash = hash(sources, files);
        let rulebook = Self { vocabulary, catalogue, packs: loaded.packs, holidays: Arc::new(holidays?), hash };
        let proof = Proof { examples: loaded.examples, cases: loaded.cases };
        lint::check(&rulebook, &proof, faults);
        (!faults.has_errors()).then_some((rulebook, proof))
    }

    /// The form to embed.
    pub fn embed(&self, holidays: &str) -> Embedded {
        Embedded {
            vocabulary: self.vocabulary.clone(),
            catalogue: self.catalogue.clone(),
            packs: self.packs.clone(),
            holidays: holidays.to_owned(),
            hash: self.hash.clone(),
        }
    }

    /// A rulebook from its embedded form.
    ///
    /// # Errors
    ///
    /// Where the embedded holiday table is damaged, which the build rules out.
    pub fn from_embedded(embedded: Embedded) -> Result<Self, crate::calendar::CalendarError> {
        Ok(Self {
            vocabulary: embedded.vocabulary,
            catalogue: embedded.catalogue,
            packs: embedded.packs,
            holidays: Arc::new(NationalHolidays::parse(&embedded.holidays)?),
            hash: embedded.hash,
        })
    }

    /// The law that a selection makes decide.
    pub fn select(&self, selection: Selection) -> LawInForce<'_> {
        LawInForce::new(self, selection)
    }
}

fn holidays(sources: &Sources, files: &[FileId], faults: &mut Faults) -> Option<NationalHolidays> {
    let tables = files.iter().filter_map(|file| sources.get(*file)).filter(|file| file.name().ends_with(".csv"));
    match tables.collect::<Vec<_>>().as_slice() {
        [table] => match NationalHolidays::parse(table.text()) {
            Ok(found) => Some(found),
            Err(error) => {
                faults.push(Fault::general(format!("{}: {error}", table.name())));
                None
            }
        },
        found => {
            faults.push(Fault::general(format!("expected one holiday table under `calendar/`, found {}", found.len())));
            None
        }
    }
}

fn hash(sources: &Sources, files: &[LawFile]) -> String {
    let mut named: Vec<_> = files.iter().filter_map(|file| sources.get(file.id)).collect();
    named.sort_by_key(|file| file.name());
    let mut digest = Sha256::new();
    for file in named {
        for part in [file.name(), file.text()] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
