//! Every request of a page under the tag that caused it.

use std::collections::{BTreeMap, HashMap};

use crate::chain::index::{Causes, Home, Origin, is_document};
use crate::chain::{Place, TagKind, TagNode};
use crate::context::ContextKind;
use crate::initiator::{Initiator, StackFrame};
use crate::limits::{MADE_BY_DEPTH_MAX, TREE_DEPTH_MAX};
use crate::request::{Channel, RequestIndex};

/// What a node of the tree stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// What a request fetched.
    Fetched(RequestIndex),
    /// A document or worker that no request fetched.
    Context(usize),
    /// An inline script: its document and what tells it from others there.
    Inline(Home, String),
    /// A script made from text: what tells it from others.
    Made(String),
    /// A script with an address, whose request the capture does not have.
    Script(String),
    /// Where causes are not known.
    NotKnown,
}

/// Where something hangs in the tree.
#[derive(Clone, Debug)]
struct Hangs {
    under: Option<Key>,
    at: Option<Place>,
}

impl Causes<'_> {
    /// The tags of a page as a tree (`None`: of what belongs to no page). Every request of the page stands in it exactly once, as the `request` of a node or among its `requests`.
    #[must_use]
    pub fn tree(&self, page: Option<usize>) -> Vec<TagNode> {
        let mut tree = Tree {
            causes: self,
            page,
            nodes: Vec::new(),
            places: HashMap::new(),
            roots: Vec::new(),
            makers: HashMap::new(),
        };
        let own: Vec<RequestIndex> =
            (0..self.capture.requests.len()).filter(|request| self.page_of(*request) == page).collect();
        for request in &own {
            if self.last_hop(*request) == *request
                && is_tag(self.capture.requests.get(*request).map(|request| request.channel))
            {
                tree.node(&Key::Fetched(*request), 0);
            }
        }
        let causes: Vec<(RequestIndex, usize)> =
            own.iter().map(|request| (*request, tree.cause_node(*request))).collect();
        for (request, under) in causes {
            if !tree.places.contains_key(&Key::Fetched(request))
                && let Some(node) = tree.nodes.get_mut(under)
            {
                node.tag.requests.push(request);
            }
        }
        tree.assemble()
    }
}

/// Whether what comes back can itself send.
fn is_tag(channel: Option<Channel>) -> bool {
    channel.is_some_and(|channel| {
        is_document(channel) || matches!(channel, Channel::Script | Channel::Worker | Channel::ServiceWorker)
    })
}

struct Node {
    tag: TagNode,
    parent: Option<usize>,
    depth: usize,
}

struct Tree<'a> {
    causes: &'a Causes<'a>,
    page: Option<usize>,
    nodes: Vec<Node>,
    places: HashMap<Key, usize>,
    roots: Vec<usize>,
    /// The calls that made scripts out of text, and the request that showed it.
    makers: HashMap<String, (Vec<StackFrame>, RequestIndex)>,
}

impl Tree<'_> {
    /// The node under which a request stands.
    fn cause_node(&mut self, request: RequestIndex) -> usize {
        let under = self.cause(request, 0).under;
        // A page that was opened is no tag's doing; earlier hops stand with the document they led to.
        self.node(&under.unwrap_or(Key::Fetched(self.causes.last_hop(request))), 0)
    }

    /// What caused a request.
    fn cause(&mut self, request: RequestIndex, depth: usize) -> Hangs {
        const HOPS_MAX: usize = 100_000;
        let capture = self.causes.capture;
        let unknown = Hangs { under: Some(Key::NotKnown), at: None };
        let Some(sent) = capture.requests.get(request) else { return unknown };
        match &sent.initiator {
            Initiator::Script { stack } => self.by_stack(stack, request),
            Initiator::Parser { url, line, column } => {
                let at = Some(Place { url: url.clone(), line: *line, column: *column, function: String::new() });
                let under = match self.causes.style_sheet(url, request) {
                    Some(sheet) => Some(Key::Fetched(sheet)),
                    None => self.causes.document(url, request).map(Key::of_home),
                };
                Hangs { under: Some(under.unwrap_or(Key::NotKnown)), at }
            }
            Initiator::Redirect { from: other } | Initiator::Preflight { of: other } => {
                let mut first = *other;
                for _ in 0..HOPS_MAX {
                    match capture.requests.get(first).map(|request| &request.initiator) {
                        Some(Initiator::Redirect { from: other } | Initiator::Preflight { of: other })
                            if *other < first =>
                        {
                            first = *other
                        }
                        Some(Initiator::Redirect { .. } | Initiator::Preflight { .. }) if depth > 0 => return unknown,
                        _ => break,
                    }
                }
                if first == request || depth > 1 { unknown } else { self.cause(first, depth + 1) }
            }
            Initiator::Preload { url } | Initiator::Browser { url } => {
                let document = self.causes.document(url.as_deref().unwrap_or_default(), request);
                Hangs { under: Some(document.map_or(Key::NotKnown, Key::of_home)), at: None }
            }
            Initiator::Navigation => Hangs { under: None, at: None },
            Initiator::NotKnown => self.unsaid(request),
        }
    }

    fn unsaid(&mut self, request: RequestIndex) -> Hangs {
        let capture = self.causes.capture;
        let own = capture.requests.get(request).and_then(|sent| capture.contexts.get(sent.context?));
        match own.filter(|own| own.request == Some(request)).map(|own| &own.made_by) {
            Some(Initiator::Script { stack }) => self.by_stack(stack, request),
            _ => Hangs { under: Some(Key::NotKnown), at: None },
        }
    }

    fn by_stack(&mut self, stack: &[StackFrame], request: RequestIndex) -> Hangs {
        for frame in stack {
            let origin = self.causes.origin(frame, request);
            if origin != Origin::Nameless {
                return Hangs {
                    under: Some(self.key_of_call(frame, origin, request)),
                    at: Some(Place::of_call(frame)),
                };
            }
        }
        Hangs { under: Some(Key::NotKnown), at: None }
    }

    fn key_of_call(&mut self, frame: &StackFrame, origin: Origin, request: RequestIndex) -> Key {
        match origin {
            Origin::Fetched(request) => Key::Fetched(request),
            Origin::Inline(home) => {
                let begins = self.causes.script_begins(frame).map(|(line, column)| format!("{line}:{column}"));
                Key::Inline(home, begins.unwrap_or_else(|| frame.line.to_string()))
            }
            Origin::Made => {
                let name = made_name(frame, 0);
                self.makers.entry(name.clone()).or_insert_with(|| (frame.made_by.clone(), request));
                Key::Made(name)
            }
            Origin::Worker(context) => Key::Context(context),
            Origin::NotFetched => Key::Script(frame.url.clone()),
            Origin::Nameless => Key::NotKnown,
        }
    }

    /// The node of a key, made with all above it where it is new.
    fn node(&mut self, key: &Key, depth: usize) -> usize {
        let key = self.on_this_page(key);
        if let Some(known) = self.places.get(&key) {
            return *known;
        }
        let place = self.nodes.len();
        let tag = self.tag(&key);
        self.nodes.push(Node { tag, parent: None, depth: 0 });
        // Entered before its parent is sought, so that a circle ends here.
        self.places.insert(key.clone(), place);
        let hangs =
            if depth > TREE_DEPTH_MAX { Hangs { under: Some(Key::NotKnown), at: None } } else { self.hangs(&key) };
        let parent = hangs.under.filter(|under| *under != key).map(|under| self.node(&under, depth + 1));
        let parent = parent.filter(|parent| !self.is_below(*parent, place)).map(|parent| self.not_too_deep(parent));
        let depth_above = parent.and_then(|parent| self.nodes.get(parent)).map(|parent| parent.depth);
        if let Some(node) = self.nodes.get_mut(place) {
            (node.parent, node.tag.at, node.depth) = (parent, hangs.at, depth_above.map_or(0, |depth| depth + 1));
        }
        if parent.is_none() {
            self.roots.push(place);
        }
        place
    }

    /// Scripts that another page fetched are only known by their address here.
    fn on_this_page(&self, key: &Key) -> Key {
        match key {
            Key::Fetched(request) if self.causes.page_of(*request) != self.page => Key::Script(
                self.causes.capture.requests.get(*request).map(|request| request.url.clone()).unwrap_or_default(),
            ),
            other => other.clone(),
        }
    }

    /// What nests deeper than `TREE_DEPTH_MAX` stands beside the last that fits.
    fn not_too_deep(&self, node: usize) -> usize {
        match self.nodes.get(node) {
            Some(found) if found.depth + 1 >= TREE_DEPTH_MAX => found.parent.unwrap_or(node),
            _ => node,
        }
    }

    fn is_below(&self, node: usize, above: usize) -> bool {
        let mut at = Some(node);
        while let Some(node) = at {
            if node == above {
                return true;
            }
            at = self.nodes.get(node).and_then(|node| node.parent);
        }
        false
    }

    /// Under what a node hangs.
    fn hangs(&mut self, key: &Key) -> Hangs {
        let capture = self.causes.capture;
        let root = Hangs { under: None, at: None };
        match key {
            Key::Fetched(request) => {
                let cause = self.cause(*request, 0);
                let is_page = capture.requests.get(*request).is_some_and(|request| {
                    matches!(request.channel, Channel::Document | Channel::Form) && request.frames.is_empty()
                });
                let elsewhere = matches!(&cause.under, Some(Key::NotKnown | Key::Script(_)));
                if is_page && elsewhere { root } else { cause }
            }
            Key::Context(context) => self.context_hangs(*context),
            Key::Inline(home, _) => Hangs { under: Some(Key::of_home(home.clone())), at: None },
            Key::Made(name) => match self.makers.get(name).cloned() {
                Some((makers, request)) => self.by_stack(&makers, request),
                None => Hangs { under: Some(Key::NotKnown), at: None },
            },
            Key::Script(_) => Hangs { under: Some(Key::NotKnown), at: None },
            Key::NotKnown => root,
        }
    }

    fn context_hangs(&mut self, context: usize) -> Hangs {
        let capture = self.causes.capture;
        let Some(found) = capture.contexts.get(context) else { return Hangs { under: None, at: None } };
        match (&found.made_by, found.kind, found.parent) {
            (_, ContextKind::Page, _) => Hangs { under: None, at: None },
            (Initiator::Script { stack }, _, _) => self.by_stack(stack, capture.requests.len()),
            (_, _, Some(parent)) => Hangs { under: Some(Key::of_home(self.causes.home(parent))), at: None },
            (_, _, None) => Hangs { under: Some(Key::NotKnown), at: None },
        }
    }

    fn tag(&self, key: &Key) -> TagNode {
        let capture = self.causes.capture;
        match key {
            Key::Fetched(request) => {
                let fetched = capture.requests.get(*request);
                TagNode {
                    kind: fetched.map_or(TagKind::Other, |fetched| kind_of(fetched.channel, fetched.frames.is_empty())),
                    url: fetched.map(|fetched| fetched.url.clone()).unwrap_or_default(),
                    request: Some(*request),
                    ..TagNode::default()
                }
            }
            Key::Context(context) => {
                let found = capture.contexts.get(*context);
                let kind = found.map_or(TagKind::Other, |found| match found.kind {
                    ContextKind::Page => TagKind::Document,
                    ContextKind::Frame => TagKind::Frame,
                    ContextKind::Worker | ContextKind::SharedWorker => TagKind::Worker,
                    ContextKind::ServiceWorker => TagKind::ServiceWorker,
                });
                TagNode { kind, url: found.map(|found| found.url.clone()).unwrap_or_default(), ..TagNode::default() }
            }
            Key::Inline(home, begins) => {
                let url = match home {
                    Home::Request(request) => capture.requests.get(*request).map(|request| &request.url),
                    Home::Context(context) => capture.contexts.get(*context).map(|context| &context.url),
                };
                let line = begins.split(':').next().and_then(|line| line.parse().ok());
                TagNode {
                    kind: TagKind::InlineScript,
                    url: url.cloned().unwrap_or_default(),
                    line,
                    ..TagNode::default()
                }
            }
            Key::Made(_) => TagNode { kind: TagKind::MadeScript, ..TagNode::default() },
            Key::Script(url) => TagNode { kind: TagKind::Script, url: url.clone(), ..TagNode::default() },
            Key::NotKnown => TagNode::default(),
        }
    }

    fn assemble(self) -> Vec<TagNode> {
        let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut tags: Vec<Option<TagNode>> = Vec::new();
        for (place, node) in self.nodes.into_iter().enumerate() {
            if let Some(parent) = node.parent {
                below.entry(parent).or_default().push(place);
            }
            tags.push(Some(node.tag));
        }
        let mut roots: Vec<TagNode> = self.roots.iter().filter_map(|root| grow(*root, &below, &mut tags)).collect();
        roots.retain(|root| root.kind != TagKind::NotKnown || !root.requests.is_empty() || !root.children.is_empty());
        roots.sort_by_key(|root| (root.kind == TagKind::NotKnown, first_request(root)));
        roots
    }
}

/// A node with everything below it.
fn grow(place: usize, below: &BTreeMap<usize, Vec<usize>>, tags: &mut Vec<Option<TagNode>>) -> Option<TagNode> {
    let mut tag = tags.get_mut(place)?.take()?;
    for child in below.get(&place).into_iter().flatten() {
        tag.children.extend(grow(*child, below, tags));
    }
    tag.children.sort_by_cached_key(first_request);
    Some(tag)
}

fn first_request(tag: &TagNode) -> usize {
    let below = tag.children.iter().map(first_request).min();
    tag.request.or(tag.requests.first().copied().into_iter().chain(below).min()).unwrap_or(usize::MAX)
}

fn kind_of(channel: Channel, outermost: bool) -> TagKind {
    match channel {
        Channel::Document | Channel::Form if outermost => TagKind::Document,
        Channel::Document | Channel::Form | Channel::Frame | Channel::Object => TagKind::Frame,
        Channel::Script | Channel::Prefetch => TagKind::Script,
        Channel::Worker => TagKind::Worker,
        Channel::ServiceWorker => TagKind::ServiceWorker,
        Channel::Style => TagKind::Style,
        _ => TagKind::Other,
    }
}

/// What tells a made script from others: its number, else where it was made.
fn made_name(frame: &StackFrame, depth: usize) -> String {
    match (&frame.script, frame.made_by.first()) {
        (Some(script), _) => script.clone(),
        (None, Some(maker)) if depth < MADE_BY_DEPTH_MAX => {
            format!("{}:{}:{}>{}", frame.url, maker.url, maker.line, made_name(maker, depth + 1))
        }
        (None, _) => format!("{}:{}", frame.url, frame.line),
    }
}

impl Key {
    fn of_home(home: Home) -> Self {
        match home {
            Home::Request(request) => Self::Fetched(request),
            Home::Context(context) => Self::Context(context),
        }
    }
}
