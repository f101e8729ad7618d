use std::collections::HashMap;

use shuhi_source::{Fault, Faults, Fields, FileId, Node, Sources, Span, did_you_mean, read_yaml};

use super::model::{Adapter, Because, Content, Match, Property, Read};
use super::rules::{property, rule};
use super::values::{expression, id, patterns, texts, words};

/// Reads files of adapters, properties and rules, and holds them against one another: ids stand once, properties exist.
///
/// `below` is what they are laid over, whose properties they may use and whose adapters and rules they may replace by id. What has a fault is left
/// out; `faults` says whether there is an error. Examples are not kept: the tests read them from the files.
pub fn load(
    sources: &Sources,
    files: &[FileId],
    items: &[String],
    below: Option<&Content>,
    faults: &mut Faults,
) -> Content {
    let mut loading = Loading {
        sources,
        content: Content { items: items.to_vec(), ..Content::default() },
        uses: Vec::new(),
        ids: HashMap::new(),
        faults,
    };
    for &file in files {
        match read_yaml(sources, file) {
            Ok(node) => loading.file(&node),
            Err(fault) => loading.faults.push(*fault),
        }
    }
    loading.references(below)
}

struct Loading<'l> {
    sources: &'l Sources,
    content: Content,
    /// Properties that are named, and where.
    uses: Vec<(String, Span)>,
    ids: HashMap<(&'static str, String), Span>,
    faults: &'l mut Faults,
}

impl Loading<'_> {
    fn file(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "file of adapters", self.faults) else { return };
        let set = fields.optional("set").and_then(|node| self.set(node));
        for node in fields.list("properties") {
            let found = property(node, &self.content.items, self.faults);
            if let Some(found) = found.filter(|found| self.unique("property", &found.id, node.span)) {
                self.content.properties.push(found);
            }
        }
        for node in fields.list("rules") {
            if let Some((found, property)) = rule(node, self.sources, self.faults)
                && self.unique("rule", &found.id, node.span)
            {
                self.uses.push((found.property.clone(), property));
                self.content.rules.push(found);
            }
        }
        for node in fields.list("adapters") {
            let found = self.adapter(node, set.as_deref());
            if let Some(found) = found.filter(|found| self.unique("adapter", &found.id, node.span)) {
                self.content.adapters.push(found);
            }
        }
        fields.finish(self.faults);
    }

    /// The set that a file was converted from: `name version`.
    fn set(&mut self, node: &Node) -> Option<String> {
        let mut fields = Fields::of(node, "set", self.faults)?;
        let name = fields.text("name", self.faults);
        let version = fields.text("version", self.faults);
        let licence = fields.text("licence", self.faults);
        let _ = (fields.optional("retrieved_on"), fields.optional("sha256"), fields.optional("left_out"));
        fields.finish(self.faults);
        Some(format!("{} {} ({})", name?.0, version?.0, licence?.0))
    }

    fn unique(&mut self, kind: &'static str, id: &str, span: Span) -> bool {
        let Some(first) = self.ids.insert((kind, id.to_owned()), span) else { return true };
        let fault = Fault::error(span, format!("there are two {kind} entries with the id `{id}`"));
        self.faults.push(fault.note(first, "first here").help("give one of the two another id, or keep one"));
        false
    }

    fn adapter(&mut self, node: &Node, set: Option<&str>) -> Option<Adapter> {
        let mut fields = Fields::of(node, "adapter", self.faults)?;
        let id = id(&mut fields, self.faults);
        let name = fields.required("name", self.faults).and_then(|node| words(node, "name", self.faults));
        let because = self.because(&mut fields).unwrap_or(Because::GeneralKnowledge);
        let matches = fields.list("match").iter().filter_map(|node| self.matching(node)).collect::<Vec<_>>();
        let reads = fields.required("read", self.faults).map(|node| self.reads(node, &because)).unwrap_or_default();
        let examples = fields.list("examples").len();
        if matches.is_empty() {
            let fault = Fault::error(node.span, "the adapter has no `match`");
            fields.lacks(
                &["match"],
                fault.help("say which requests it reads: `match: [{host: …, path: …}]`"),
                self.faults,
            );
        }
        if examples == 0 && set.is_none() {
            let fault = Fault::error(node.span, "the adapter has no example");
            fields.lacks(
                &["examples"],
                fault.help("add an invented request: `examples: [{url: …, reads: {…}}]`"),
                self.faults,
            );
        }
        fields.finish(self.faults);
        let place = self.sources.place(node.span);
        Some(Adapter { id: id?.0, name: name?, set: set.map(str::to_owned), matches, reads, place })
    }

    fn matching(&mut self, node: &Node) -> Option<Match> {
        let mut fields = Fields::of(node, "match", self.faults)?;
        let hosts = texts(fields.list("host"), "`host`", self.faults).into_iter().map(|(host, _)| host).collect();
        let path = fields.optional_text("path", self.faults).map(|(path, _)| path.to_owned());
        let url = expression(&mut fields, "url", self.faults);
        let method = fields.optional_text("method", self.faults).map(|(method, _)| method.to_owned());
        let has = patterns(fields.list("has"), self.faults);
        fields.finish(self.faults);
        let found = Match { hosts, path, url, method, has };
        if found.hosts.is_empty() && found.url.is_none() && found.has.is_empty() {
            let fault = Fault::error(node.span, "`match` has neither `host` nor `url` nor `has`");
            self.faults.push(fault.help("name the host, or what must be there where any host can be meant"));
            return None;
        }
        Some(found)
    }

    /// `property: places`, one a line.
    fn reads(&mut self, node: &Node, because: &Because) -> Vec<Read> {
        let Some(entries) = node.map() else {
            let fault = Fault::error(node.span, format!("`read` must be a mapping, found {}", node.kind()));
            self.faults.push(fault.help("write `property: place`, one a line"));
            return Vec::new();
        };
        let mut reads = Vec::new();
        for (key, node) in entries {
            self.uses.push((key.name.clone(), key.span));
            let nodes = node.list().unwrap_or(std::slice::from_ref(node));
            let (detailed, plain): (Vec<&Node>, Vec<&Node>) = nodes.iter().partition(|node| node.map().is_some());
            let plain: Vec<Node> = plain.into_iter().cloned().collect();
            let at = patterns(&plain, self.faults);
            if !at.is_empty() {
                let property = key.name.clone();
                reads.push(Read { property, at, only: None, unless: None, because: because.clone() });
            }
            reads.extend(detailed.into_iter().filter_map(|node| self.detailed(&key.name, node, because)));
        }
        reads
    }

    fn detailed(&mut self, property: &str, node: &Node, because: &Because) -> Option<Read> {
        let mut fields = Fields::of(node, "read", self.faults)?;
        fields.required("at", self.faults)?;
        let at = patterns(fields.list("at"), self.faults);
        let only = expression(&mut fields, "only", self.faults);
        let unless = expression(&mut fields, "unless", self.faults);
        let because = self.because(&mut fields).unwrap_or_else(|| because.clone());
        fields.finish(self.faults);
        (!at.is_empty()).then(|| Read { property: property.to_owned(), at, only, unless, because })
    }

    fn because(&mut self, fields: &mut Fields<'_>) -> Option<Because> {
        let (text, span) = fields.optional_text("because", self.faults)?;
        Some(match text {
            "observed" => Because::Observed,
            "name" => Because::Name,
            "general_knowledge" => Because::GeneralKnowledge,
            page if page.starts_with("https://") || page.starts_with("http://") => Because::Page(page.to_owned()),
            note if note.ends_with(".md") => Because::Note(note.to_owned()),
            _ => {
                let fault = Fault::error(span, format!("`{text}` says not how it is known"));
                self.faults.push(fault.help("write the address of a page, or observed, name or general_knowledge"));
                return None;
            }
        })
    }

    fn references(self, below: Option<&Content>) -> Content {
        let under = below.map(|content| content.properties.as_slice()).unwrap_or_default();
        let known = |id: &str| named(&self.content.properties, id) || named(under, id);
        for (id, span) in &self.uses {
            if !known(id) {
                let all = under.iter().chain(&self.content.properties).map(|property| property.id.as_str());
                let help = did_you_mean(id, all).unwrap_or_else(|| "add it to `properties` with its labels".to_owned());
                self.faults.push(Fault::error(*span, format!("there is no property `{id}`")).help(help));
            }
        }
        self.content
    }
}

fn named(properties: &[Property], id: &str) -> bool {
    properties.iter().any(|property| property.id == id)
}
