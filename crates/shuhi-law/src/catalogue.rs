//! The catalogue: the laws that citations name, and the clauses of the source documents by id.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuhi_source::{Fault, Faults, Fields, FileId, Sources, Span, did_you_mean, read_yaml};

use crate::pack::Level;
use crate::texts::bilingual;
use crate::vocabulary::Bilingual;

/// A law, guideline or other source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Law {
    /// What people call it.
    pub title: Bilingual,
    /// A short form for citations.
    pub short: Bilingual,
    /// What is to be known when relying on it.
    pub note: Option<Bilingual>,
}

/// One clause of a source document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// The file it stands in: its regime.
    pub regime: String,
    /// Where in the source.
    pub place: String,
    /// What it says, in one sentence of our own.
    pub reading: String,
    /// Its kind: definition, duty, exception …
    pub kind: String,
    /// How strongly it binds.
    pub level: Level,
    /// Whether the source only proposes it.
    pub proposed: bool,
}

/// Laws and clauses by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Laws by id.
    pub laws: BTreeMap<String, Law>,
    /// Clauses by id.
    pub clauses: BTreeMap<String, Clause>,
}

/// Loads the catalogue: files with a list of clauses, and one with a mapping of laws.
pub fn load_catalogue(sources: &Sources, files: &[FileId], faults: &mut Faults) -> Catalogue {
    let mut catalogue = Catalogue::default();
    let mut places = BTreeMap::new();
    for file in files {
        let node = match read_yaml(sources, *file) {
            Ok(node) => node,
            Err(fault) => {
                faults.push(*fault);
                continue;
            }
        };
        if node.list().is_some() {
            let regime = sources.get(*file).map_or("", |file| file.name());
            let regime = regime.rsplit('/').next().unwrap_or(regime).trim_end_matches(".yaml");
            clauses(&node, regime, &mut catalogue, &mut places, faults);
        } else {
            laws(&node, &mut catalogue, &mut places, faults);
        }
    }
    catalogue
}

/// Where each law and clause was listed first.
type Places = BTreeMap<String, Span>;

/// Whether it is listed for the first time.
fn first(what: &str, id: &str, span: Span, places: &mut Places, faults: &mut Faults) -> bool {
    let Some(first) = places.insert(format!("{what} {id}"), span) else { return true };
    let fault = Fault::error(span, format!("{what} `{id}` is listed twice")).note(first, "first listed here");
    faults.push(fault.help("keep one of the two"));
    false
}

fn laws(node: &shuhi_source::Node, catalogue: &mut Catalogue, places: &mut Places, faults: &mut Faults) {
    let Some(mut top) = Fields::of(node, "catalogue file", faults) else { return };
    for node in top.list("laws") {
        let Some(mut fields) = Fields::of(node, "law", faults) else { continue };
        let id = fields.text("law", faults);
        let title = bilingual(fields.required("title", faults), faults);
        let short = bilingual(fields.required("short", faults), faults);
        let note = fields.optional("note").map(|node| bilingual(Some(node), faults));
        fields.finish(faults);
        if let Some((id, span)) = id
            && first("law", id, span, places, faults)
        {
            catalogue.laws.insert(id.to_owned(), Law { title, short, note });
        }
    }
    top.finish(faults);
}

fn clauses(
    node: &shuhi_source::Node,
    regime: &str,
    catalogue: &mut Catalogue,
    places: &mut Places,
    faults: &mut Faults,
) {
    for node in node.list().unwrap_or(&[]) {
        let Some(mut fields) = Fields::of(node, "clause", faults) else { continue };
        let id = fields.text("id", faults);
        let place = fields.text("where", faults).map_or("", |(text, _)| text).to_owned();
        let reading = fields.text("norm", faults).map_or("", |(text, _)| text).to_owned();
        let kind = fields.text("kind", faults).map_or("", |(text, _)| text).to_owned();
        let level = fields.text("level", faults);
        let proposed = fields.optional_text("status", faults).is_some_and(|(text, _)| text == "proposed");
        for further in ["text", "actor", "act", "cites", "numbers", "note"] {
            fields.optional(further);
        }
        fields.finish(faults);
        let (Some((id, span)), Some((level, level_span))) = (id, level) else { continue };
        let Some(level) = Level::parse(level) else {
            let help = did_you_mean(level, Level::ALL.map(Level::id))
                .unwrap_or_else(|| format!("levels are `{}`", Level::ALL.map(Level::id).join("`, `")));
            faults.push(Fault::error(level_span, format!("unknown level `{level}`")).help(help));
            continue;
        };
        let clause = Clause { regime: regime.to_owned(), place, reading, kind, level, proposed };
        if first("clause", id, span, places, faults) {
            catalogue.clauses.insert(id.to_owned(), clause);
        }
    }
}
