//! Vendor profiles: what a device's messages look like and what they mean, as data.

use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};
use shuhi_source::{Fault, Faults, Fields as Keys, FileId, Node, Sources, read_yaml};

use super::example::Example;
use crate::shape::{Loading, Names, Shape};

/// Bytes that one compiled expression may take.
const EXPRESSION_BYTES_MAX: usize = 1024 * 1024;
/// Patterns of a profile.
const PATTERNS_MAX: usize = 64;
/// The group whose text is `name="value"` pairs, each a field (RFC 5424 section 6.3).
const PARAMETERS: &str = "parameters";

/// What a vendor's messages look like and what they mean.
///
/// ```yaml
/// profile: my-cgn
/// title: {ja: …, en: …}
/// read_from: [{what: manual of the vendor, where: https://…}]   # where the format was read
/// marks: ['NAT-(?:ADD|DEL)']     # a message in which no mark is found is ignored
/// ignore: ['NAT-ADD failed']     # sound messages with nothing to keep
/// absent: ['N/A', '-']           # words for "not stated"; empty always is
/// patterns:
///   - pattern: session
///     match: 'NAT-(?<event>ADD|DEL) (?<inside>\S+):(?<port>\d+) (?<outside>\S+):(?<outside_port>\d+)'
///     kind: translation_session
///     columns: {public_address: outside, public_port: outside_port, subscriber: inside, internal_address: inside}
///     session: {phase: {field: event, opened: ADD, closed: DEL}, key: [inside, port, outside, outside_port]}
/// examples:
///   - line: '<14>Apr  1 09:00:00 cgn NAT-ADD 100.64.0.1:1000 192.0.2.1:2000'
///     received: 2026-04-01T09:00:01+09:00
///     zone: Asia/Tokyo
///     expect: {phase: opened, device: cgn, at: 2026-04-01T00:00:00Z, record: {public_address: 192.0.2.1, …}}
/// ```
///
/// Expressions are those of the crate `regex`, over bytes and ASCII, in linear time; they are tried in order on what
/// follows the header, and the first that fits is taken. Its named groups are the fields. Where a group is called
/// `parameters`, the `name="value"` pairs in it are fields too. Where a pattern says `repeats: true`, a message may hold
/// several that fit it, and each is read. The time is the header's unless `session` says `at`.
#[derive(Debug)]
pub struct Profile {
    pub(super) name: Box<str>,
    pub(super) marks: Vec<Box<str>>,
    pub(super) ignore: Vec<Regex>,
    pub(super) patterns: Vec<Pattern>,
    examples: Vec<Example>,
}

/// One form of message.
#[derive(Debug)]
pub(super) struct Pattern {
    pub expression: Regex,
    pub shape: Shape,
    /// Whether a message may hold several.
    pub repeats: bool,
    /// Where each field comes from.
    pub fields: Vec<FieldFrom>,
    /// The number of the group of `name="value"` pairs.
    pub parameters: Option<usize>,
}

#[derive(Debug)]
pub(super) enum FieldFrom {
    Group(usize),
    Parameter(Box<[u8]>),
}

macro_rules! embedded {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("../../profiles/", $name, ".yaml")))),*]
    };
}

/// The profiles that come with Shuhi, by name.
const EMBEDDED: [(&str, &str); 8] = embedded!("juniper", "a10", "f5", "nfware", "6wind", "cisco", "fortinet", "huawei");

impl Profile {
    /// Reads a profile; `None` where it has faults that are errors.
    pub fn load(sources: &Sources, file: FileId, faults: &mut Faults) -> Option<Self> {
        let root = match read_yaml(sources, file) {
            Ok(root) => root,
            Err(fault) => {
                faults.push(*fault);
                return None;
            }
        };
        let before = faults.len();
        let mut keys = Keys::of(&root, "profile", faults)?;
        let name = keys.text("profile", faults);
        keys.optional("title");
        keys.optional("read_from");
        let marks = marks(&mut keys, faults);
        let ignore = keys.list("ignore").iter().filter_map(|node| expression(node, faults)).collect();
        let absent: Vec<Box<[u8]>> = words(keys.list("absent"));
        let nodes = keys.list("patterns");
        if nodes.is_empty() || nodes.len() > PATTERNS_MAX {
            let fault = Fault::error(keys.span(), format!("a profile has from 1 to {PATTERNS_MAX} patterns"));
            keys.lacks(&["patterns"], fault.help("add `patterns:` with one entry a form of message"), faults);
        }
        let patterns = nodes.iter().filter_map(|node| pattern(node, &absent, faults)).collect();
        let examples = keys.list("examples").iter().filter_map(|node| Example::load(node, faults)).collect();
        keys.finish(faults);
        let name = name?.0.into();
        (faults.len() == before).then_some(Self { name, marks, ignore, patterns, examples })
    }

    /// The profiles that come with Shuhi.
    ///
    /// # Errors
    ///
    /// What is wrong with them, rendered; never in a release, since a test loads them all.
    pub fn embedded() -> Result<Vec<Arc<Self>>, String> {
        EMBEDDED.iter().map(|(name, text)| Self::of_text(name, text).map(Arc::new)).collect()
    }

    /// The embedded profile of that name, `None` where there is none.
    ///
    /// # Errors
    ///
    /// As for [`Profile::embedded`].
    pub fn named(name: &str) -> Result<Option<Arc<Self>>, String> {
        let found = EMBEDDED.iter().find(|(known, _)| *known == name);
        found.map(|(name, text)| Self::of_text(name, text).map(Arc::new)).transpose()
    }

    /// The names of the embedded profiles.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    fn of_text(name: &str, text: &str) -> Result<Self, String> {
        let mut sources = Sources::new();
        let file = sources.add(format!("{name}.yaml"), text);
        let mut faults = Faults::new();
        Self::load(&sources, file, &mut faults).ok_or_else(|| faults.summary(&sources))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many examples it carries.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.examples.len()
    }

    /// Reads its examples; what came out otherwise than the profile expects, one text an example.
    #[must_use]
    pub fn failing_examples(self: &Arc<Self>) -> Vec<String> {
        self.examples.iter().filter_map(|example| example.failure(self)).collect()
    }
}

fn marks(keys: &mut Keys<'_>, faults: &mut Faults) -> Vec<Box<str>> {
    let nodes = keys.list("marks");
    if nodes.is_empty() {
        let fault = Fault::error(keys.span(), "a profile lacks `marks`");
        keys.lacks(&["marks"], fault.help("name what every message of this kind has in it"), faults);
    }
    let mark = |node: &Node| expression(node, faults).map(|mark| mark.as_str().into());
    nodes.iter().filter_map(mark).collect()
}

fn words(nodes: &[Node]) -> Vec<Box<[u8]>> {
    nodes.iter().filter_map(Node::text).map(|word| word.as_bytes().into()).collect()
}

fn expression(node: &Node, faults: &mut Faults) -> Option<Regex> {
    let Some(text) = node.text() else {
        let fault = Fault::error(node.span, format!("an expression is a single text, found {}", node.kind()));
        faults.push(fault.help("put it into single quotes"));
        return None;
    };
    let built = compiled(text);
    if let Err(error) = &built {
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let fault = Fault::error(node.span, format!("not a regular expression: {why}"));
        faults.push(fault.help("write it as the crate `regex` has it; it has no look-around and no back-references"));
    }
    built.ok()
}

pub(super) fn compiled(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).unicode(false).size_limit(EXPRESSION_BYTES_MAX).build()
}

fn pattern(node: &Node, absent: &[Box<[u8]>], faults: &mut Faults) -> Option<Pattern> {
    let mut keys = Keys::of(node, "pattern", faults)?;
    keys.text("pattern", faults);
    let expression = keys.required("match", faults).and_then(|node| expression(node, faults))?;
    let groups: Vec<Option<&str>> = expression.capture_names().collect();
    let parameters = groups.iter().position(|group| *group == Some(PARAMETERS));
    // With parameters there can be any field; without, only what the expression names.
    let mut names = match parameters {
        Some(_) => Names::default(),
        None => Names::closed(groups.iter().flatten().map(|name| (*name).into())),
    };
    let restarted = keys.optional_text("restarted", faults).is_some_and(|(text, _)| text == "true");
    let repeats = keys.optional_text("repeats", faults).is_some_and(|(text, _)| text == "true");
    let mut loading = Loading { names: &mut names, zone: None, absent, headed: true, faults };
    let shape = if restarted { Some(loading.restart(&mut keys)) } else { loading.shape(&mut keys) };
    keys.finish(faults);
    let from = |name: &str| match groups.iter().position(|group| *group == Some(name)) {
        Some(group) => FieldFrom::Group(group),
        None => FieldFrom::Parameter(name.as_bytes().into()),
    };
    let fields = names.all().iter().map(|name| from(name)).collect();
    Some(Pattern { shape: shape?, repeats, fields, parameters, expression })
}
