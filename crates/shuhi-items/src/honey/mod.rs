//! Planted values, found again in whatever form.

mod coordinates;
mod forms;

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};
use shuhi_capture::Request;

use crate::decode::Leaf;
use crate::format::{Context, Words};
use crate::text::cut;
use coordinates::Degrees;
use forms::{Form, Needle, needles};

/// Values that were planted on the terminal or typed into forms, by name.
///
/// A name that is the id of a property (`email`, `telephone`, `advertising_id`, `latitude` …) makes what is found that property; any other name makes it
/// `planted_value`, what the user entered.
#[derive(Debug, Default)]
pub struct Honey {
    needles: Vec<Needle>,
    /// Needles for which capitals do not matter, and those for which they do, as places in `needles`.
    loose: Finder,
    exact: Finder,
    degrees: Vec<Degrees>,
}

#[derive(Debug, Default)]
struct Finder {
    automaton: Option<AhoCorasick>,
    places: Vec<usize>,
}

/// Why values cannot be searched for.
#[derive(Debug, thiserror::Error)]
pub enum HoneyError {
    /// Too short: it would be found everywhere.
    #[error("the planted value `{name}` has fewer than {} letters: plant a longer one", VALUE_CHARS_MIN)]
    Short {
        /// The name.
        name: String,
    },
    /// Too long or too many.
    #[error(
        "the planted value `{name}` is longer than {} bytes, or there are more than {} values: plant fewer or shorter ones",
        VALUE_BYTES_MAX,
        VALUES_MAX
    )]
    Large {
        /// The name.
        name: String,
    },
    /// The search could not be prepared.
    #[error("the planted values cannot be searched for: {0}; plant fewer or shorter ones")]
    Search(#[from] Box<aho_corasick::BuildError>),
}

/// Letters a planted value must have.
const VALUE_CHARS_MIN: usize = 3;
/// Bytes it may have.
const VALUE_BYTES_MAX: usize = 1_024;
/// Values that may be planted.
const VALUES_MAX: usize = 500;
/// Bytes of an address or body that are searched unread.
const RAW_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A planted value that was found.
pub(crate) struct Hit {
    pub name: String,
    pub path: String,
    pub value: String,
    pub context: Option<Context>,
    pub reason: Words,
}

impl Honey {
    /// Prepares the search for values by name; a name may stand more than once.
    ///
    /// # Errors
    ///
    /// A value that is too short to be told from chance, or too much of it.
    pub fn new<'v>(values: impl IntoIterator<Item = (&'v str, &'v str)>) -> Result<Self, HoneyError> {
        let mut honey = Self::default();
        for (count, (name, value)) in values.into_iter().enumerate() {
            if value.len() > VALUE_BYTES_MAX || count >= VALUES_MAX {
                return Err(HoneyError::Large { name: name.to_owned() });
            }
            match Degrees::of(name, value) {
                Some(degrees) => honey.degrees.push(degrees),
                None if value.trim().chars().count() < VALUE_CHARS_MIN => {
                    return Err(HoneyError::Short { name: name.to_owned() });
                }
                None => honey.needles.extend(needles(name, value)),
            }
        }
        honey.loose = Finder::of(&honey.needles, true)?;
        honey.exact = Finder::of(&honey.needles, false)?;
        Ok(honey)
    }

    /// Where planted values are found: in what was decoded, deepest first; where nothing was decoded, in the address and body as they stand.
    pub(crate) fn find(&self, request: &Request, leaves: &[Leaf]) -> Vec<Hit> {
        if self.needles.is_empty() && self.degrees.is_empty() {
            return Vec::new();
        }
        let mut hits = Vec::new();
        for leaf in leaves {
            self.search(&leaf.value, &leaf.path, Some(leaf.context), &mut hits);
            hits.extend(self.degrees.iter().filter_map(|degrees| degrees.find(leaf)));
        }
        let mut kept = deepest(hits);
        let mut raw = Vec::new();
        self.search(&request.url, "url", None, &mut raw);
        if let Some(body) = &request.body {
            let bytes = body.bytes.get(..RAW_BYTES_MAX).unwrap_or(&body.bytes);
            self.search(&String::from_utf8_lossy(bytes), "body", Some(Context::Body), &mut raw);
        }
        for hit in raw {
            if kept.iter().all(|known| known.name != hit.name) {
                kept.push(hit);
            }
        }
        kept
    }

    fn search(&self, text: &str, path: &str, context: Option<Context>, hits: &mut Vec<Hit>) {
        let mut found: Vec<(&Needle, String)> = Vec::new();
        for finder in [&self.loose, &self.exact] {
            let Some(automaton) = &finder.automaton else { continue };
            for hit in automaton.find_overlapping_iter(text) {
                let needle = finder.places.get(hit.pattern().as_usize()).and_then(|place| self.needles.get(*place));
                let Some(needle) = needle else { continue };
                let value = text.get(hit.range()).unwrap_or_default();
                if needle.stands_alone(text, hit.range()) {
                    found.push((needle, value.to_owned()));
                }
            }
        }
        // The plainest form of each value tells most.
        found.sort_by_key(|(needle, value)| (needle.form.rank(), *value != needle.text));
        let mut named: Vec<&str> = Vec::new();
        for (needle, value) in found {
            if !named.contains(&needle.name.as_str()) {
                named.push(&needle.name);
                let form =
                    if needle.form == Form::Plain && value != needle.text { Form::OtherCase } else { needle.form };
                hits.push(Hit {
                    name: needle.name.clone(),
                    path: path.to_owned(),
                    value: cut(&value, 400).to_owned(),
                    context,
                    reason: form.reason(&needle.name),
                });
            }
        }
    }
}

/// Without those of which one decoded from the same value tells more: what is decoded from a leaf follows it at once.
fn deepest(hits: Vec<Hit>) -> Vec<Hit> {
    let mut kept: Vec<Hit> = Vec::new();
    let mut next: HashMap<String, String> = HashMap::new();
    for hit in hits.into_iter().rev() {
        let within = |path: &String| path.strip_prefix(&hit.path).is_some_and(|rest| rest.starts_with('.'));
        let inner = next.get(&hit.name).is_some_and(within);
        next.insert(hit.name.clone(), hit.path.clone());
        if !inner {
            kept.push(hit);
        }
    }
    kept.reverse();
    kept
}

impl Finder {
    fn of(needles: &[Needle], loose: bool) -> Result<Self, HoneyError> {
        let (places, texts): (Vec<usize>, Vec<&str>) = needles
            .iter()
            .enumerate()
            .filter(|(_, needle)| needle.loose == loose)
            .map(|(place, needle)| (place, needle.text.as_str()))
            .unzip();
        if texts.is_empty() {
            return Ok(Self::default());
        }
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::Standard).ascii_case_insensitive(loose);
        let automaton = builder.build(texts).map_err(Box::new)?;
        Ok(Self { automaton: Some(automaton), places })
    }
}
