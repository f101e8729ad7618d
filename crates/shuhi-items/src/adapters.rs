use std::collections::HashMap;
use std::sync::OnceLock;

use regex::Regex;
use shuhi_capture::Request;
use shuhi_source::{Faults, Sources};
use url::Url;

use crate::decode::Leaf;
use crate::format::{self, Adapter, Content, Match, Pattern, Property, Read, Rule, globbed};

static FORM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/adapters.bin"));

/// Why the embedded adapters cannot be used: the program file itself is damaged.
#[derive(Debug, thiserror::Error)]
#[error("the embedded adapters are damaged: {0}; install the program again")]
pub struct EmbeddedError(#[from] postcard::Error);

/// What is known of services, properties and rules, ready for use.
#[derive(Debug)]
pub struct Adapters {
    content: Content,
    places: HashMap<String, usize>,
    expressions: Expressions,
}

/// Expressions, compiled when first asked for.
#[derive(Debug, Default)]
struct Expressions {
    all: HashMap<String, OnceLock<Option<Regex>>>,
}

impl Adapters {
    /// Those of the build.
    ///
    /// # Errors
    ///
    /// Only where the program file is damaged.
    pub fn embedded() -> Result<Self, EmbeddedError> {
        Ok(Self::of(postcard::from_bytes(FORM)?))
    }

    /// Lays an operator's own files (name, text) over these: they may use the properties there are, add their own, and replace what has the same id.
    /// Theirs are asked first.
    ///
    /// Returns nothing where one of the files has an error; every fault is in `faults`.
    pub fn with_overlay(&self, files: &[(String, String)], sources: &mut Sources, faults: &mut Faults) -> Option<Self> {
        let ids: Vec<_> = files.iter().map(|(name, text)| sources.add(name.as_str(), text.as_str())).collect();
        let mut over = format::load(sources, &ids, &self.content.items, Some(&self.content), faults);
        if faults.has_errors() {
            return None;
        }
        let below = self.content.clone();
        over.properties = laid(over.properties, below.properties, |property| &property.id);
        over.adapters = laid(over.adapters, below.adapters, |adapter| &adapter.id);
        over.rules = laid(over.rules, below.rules, |rule| &rule.id);
        Some(Self::of(over))
    }

    fn of(content: Content) -> Self {
        let places =
            content.properties.iter().enumerate().map(|(place, property)| (property.id.clone(), place)).collect();
        let mut expressions = Expressions::default();
        for adapter in &content.adapters {
            let urls = adapter.matches.iter().filter_map(|found| found.url.as_ref());
            let values = adapter.reads.iter().flat_map(|read| read.only.iter().chain(&read.unless));
            urls.chain(values).for_each(|text| expressions.add(text));
        }
        for rule in &content.rules {
            rule.names.iter().chain(&rule.beside).for_each(|text| expressions.add(text));
        }
        Self { content, places, expressions }
    }

    /// Everything that was loaded.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// What a property is; none where there is no such id.
    pub fn property(&self, id: &str) -> Option<&Property> {
        self.places.get(id).and_then(|place| self.content.properties.get(*place))
    }

    /// The adapters that read a request, in the order in which they are asked.
    pub(crate) fn reading(&self, request: &Request, leaves: &[Leaf]) -> Vec<&Adapter> {
        let Ok(url) = Url::parse(&request.url) else { return Vec::new() };
        let place = Addressed::of(&url, &request.method);
        let fits = |adapter: &&Adapter| adapter.matches.iter().any(|wanted| self.fits(wanted, &place, leaves));
        self.content.adapters.iter().filter(fits).collect()
    }

    fn fits(&self, wanted: &Match, place: &Addressed, leaves: &[Leaf]) -> bool {
        let host = wanted.hosts.is_empty() || wanted.hosts.iter().any(|glob| hosted(glob, &place.host));
        let path = wanted.path.as_ref().is_none_or(|glob| globbed(glob, &place.path));
        let method = wanted.method.as_ref().is_none_or(|method| *method == place.method);
        host && path
            && method
            && wanted.url.as_ref().is_none_or(|url| self.is_match(url, &place.endpoint))
            && wanted
                .has
                .iter()
                .all(|pattern| leaves.iter().any(|leaf| pattern.matches(leaf.context, &leaf.names, leaf.items)))
    }

    /// What an adapter says of a leaf: where any place that ends in a name leads to it, what ends in `*` or `**` is not asked.
    pub(crate) fn reads<'a>(&self, adapter: &'a Adapter, leaf: &Leaf) -> Vec<&'a Read> {
        let found: Vec<(&Read, bool)> =
            adapter.reads.iter().filter_map(|read| self.takes(read, leaf).map(|specific| (read, specific))).collect();
        let specific = found.iter().any(|(_, specific)| *specific);
        found.into_iter().filter(|(_, own)| *own || !specific).map(|(read, _)| read).collect()
    }

    /// Whether a read takes this leaf, and by a place that ends in a name.
    fn takes(&self, read: &Read, leaf: &Leaf) -> Option<bool> {
        let mut places = read.at.iter().filter(|pattern| pattern.matches(leaf.context, &leaf.names, leaf.items));
        let specific = places.next()?.is_specific() || places.any(Pattern::is_specific);
        let taken = read.only.as_ref().is_none_or(|only| self.is_match(only, &leaf.value))
            && read.unless.as_ref().is_none_or(|unless| !self.is_match(unless, &leaf.value));
        taken.then_some(specific)
    }

    /// Whether an expression of the content is met in a text.
    pub(crate) fn is_match(&self, expression: &str, text: &str) -> bool {
        self.expressions.get(expression).is_some_and(|regex| regex.is_match(text))
    }

    /// The rules in the order in which they are asked.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.content.rules
    }
}

impl Expressions {
    fn add(&mut self, text: &str) {
        self.all.entry(text.to_owned()).or_default();
    }

    fn get(&self, text: &str) -> Option<&Regex> {
        // Whether it compiles was checked when it was loaded.
        self.all.get(text)?.get_or_init(|| Regex::new(text).ok()).as_ref()
    }
}

/// Where a request goes.
struct Addressed {
    host: String,
    path: String,
    endpoint: String,
    method: String,
}

impl Addressed {
    fn of(url: &Url, method: &str) -> Self {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let endpoint = format!("{}://{host}{port}{}", url.scheme(), url.path());
        Self { host, path: url.path().to_owned(), endpoint, method: method.to_owned() }
    }
}

/// `*.example.com` is `example.com` as well.
fn hosted(glob: &str, host: &str) -> bool {
    globbed(glob, host) || glob.strip_prefix("*.") == Some(host)
}

/// What is above, then what is below and not replaced.
fn laid<T>(mut above: Vec<T>, below: Vec<T>, id: impl Fn(&T) -> &String) -> Vec<T> {
    let kept: Vec<T> = below.into_iter().filter(|entry| above.iter().all(|over| id(over) != id(entry))).collect();
    above.extend(kept);
    above
}
