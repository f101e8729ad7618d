use std::collections::HashMap;

use crate::address::clean_url;
use crate::capture::Capture;
use crate::context::ContextKind;
use crate::initiator::{Initiator, StackFrame};
use crate::request::{Channel, RequestIndex};

/// What is needed to follow causes quickly: requests by address, documents by context.
#[derive(Debug)]
pub struct Causes<'a> {
    pub(super) capture: &'a Capture,
    by_url: HashMap<String, Vec<RequestIndex>>,
    scripts: HashMap<&'a str, usize>,
    /// The next hop of a redirect.
    next_hop: HashMap<RequestIndex, RequestIndex>,
}

/// Where the script of a call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A request fetched it.
    Fetched(RequestIndex),
    /// It stands in a document.
    Inline(Home),
    /// A script made it.
    Made,
    /// It is the script of a worker whose fetching was not seen.
    Worker(usize),
    /// It has an address, but the capture does not have its request.
    NotFetched,
    /// It has neither an address nor a known maker.
    Nameless,
}

/// A document, by the best that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Home {
    Request(RequestIndex),
    Context(usize),
}

impl<'a> Causes<'a> {
    pub(super) fn new(capture: &'a Capture) -> Self {
        let mut by_url: HashMap<String, Vec<RequestIndex>> = HashMap::new();
        let mut next_hop = HashMap::new();
        for (index, request) in capture.requests.iter().enumerate() {
            by_url.entry(request.url.clone()).or_default().push(index);
            if let Initiator::Redirect { from } = request.initiator
                && from < index
            {
                next_hop.insert(from, index);
            }
        }
        let scripts = capture.scripts.iter().enumerate().map(|(index, script)| (script.id.as_str(), index)).collect();
        Self { capture, by_url, scripts, next_hop }
    }

    /// Where a request is redirected to in the end.
    pub(super) fn last_hop(&self, mut request: RequestIndex) -> RequestIndex {
        // Hops only lead to later requests, so this ends.
        while let Some(next) = self.next_hop.get(&request) {
            request = *next;
        }
        request
    }

    pub(super) fn page_of(&self, request: RequestIndex) -> Option<usize> {
        self.capture.requests.get(request)?.page
    }

    /// The request that fetched an address for what `before` depends on: the last one before it on its page, else on any page, else the first after it.
    pub(super) fn fetched(&self, url: &str, before: RequestIndex, want: fn(Channel) -> bool) -> Option<RequestIndex> {
        let all = self.by_url.get(clean_url(url).as_str())?;
        let fits = |index: &&RequestIndex| {
            **index != before && self.capture.requests.get(**index).is_some_and(|request| want(request.channel))
        };
        let page = self.page_of(before);
        let split = all.partition_point(|index| *index < before);
        let (earlier, later) = (all.get(..split).unwrap_or_default(), all.get(split..).unwrap_or_default());
        let same_page = |index: &&RequestIndex| self.page_of(**index) == page;
        earlier
            .iter()
            .rev()
            .filter(fits)
            .find(same_page)
            .or_else(|| earlier.iter().rev().find(fits))
            .or_else(|| later.iter().filter(fits).find(same_page))
            .copied()
    }

    /// Where the script of a call came from, for a request that depends on it.
    pub(super) fn origin(&self, frame: &StackFrame, request: RequestIndex) -> Origin {
        if !frame.made_by.is_empty() {
            return Origin::Made;
        }
        let script = frame.script.as_deref().and_then(|id| self.capture.scripts.get(*self.scripts.get(id)?));
        let context = script.and_then(|script| script.context);
        if let Some(home) = context.and_then(|context| self.inline_home(context, &frame.url)) {
            return Origin::Inline(home);
        }
        if frame.url.is_empty() {
            return Origin::Nameless;
        }
        let worker = context
            .or_else(|| self.capture.requests.get(request)?.context)
            .filter(|context| self.is_worker(*context, &frame.url));
        if let Some(fetched) = worker.and_then(|context| self.capture.contexts.get(context)?.request) {
            return Origin::Fetched(self.last_hop(fetched));
        }
        if let Some(fetched) = self.fetched(&frame.url, request, |channel| !is_document(channel)) {
            return Origin::Fetched(self.last_hop(fetched));
        }
        if let Some(context) = worker {
            return Origin::Worker(context);
        }
        let own = self.capture.requests.get(request).and_then(|request| request.context);
        if let Some(home) = own.and_then(|context| self.inline_home(context, &frame.url)) {
            return Origin::Inline(home);
        }
        match self.fetched(&frame.url, request, is_document) {
            Some(document) => Origin::Inline(Home::Request(self.last_hop(document))),
            None => Origin::NotFetched,
        }
    }

    pub(super) fn is_worker_context(&self, context: usize) -> bool {
        self.capture.contexts.get(context).is_some_and(|of| !matches!(of.kind, ContextKind::Page | ContextKind::Frame))
    }

    fn is_worker(&self, context: usize, url: &str) -> bool {
        let same = self.capture.contexts.get(context).is_some_and(|of| clean_url(&of.url) == clean_url(url));
        same && self.is_worker_context(context)
    }

    /// A context whose document has this address.
    fn inline_home(&self, context: usize, url: &str) -> Option<Home> {
        let found = self.capture.contexts.get(context)?;
        let document = matches!(found.kind, ContextKind::Page | ContextKind::Frame);
        let address = clean_url(url);
        let fetched_as = found.request.and_then(|request| self.capture.requests.get(request));
        let same = clean_url(&found.url) == address || fetched_as.is_some_and(|request| request.url == address);
        (document && same && !url.is_empty()).then(|| self.home(context))
    }

    pub(super) fn home(&self, context: usize) -> Home {
        match self.capture.contexts.get(context).and_then(|context| context.request) {
            Some(request) => Home::Request(self.last_hop(request)),
            None => Home::Context(context),
        }
    }

    /// The line on which the script of a call begins, where the capture lists scripts.
    pub(super) fn script_begins(&self, frame: &StackFrame) -> Option<(u32, u32)> {
        let script = self.capture.scripts.get(*self.scripts.get(frame.script.as_deref()?)?)?;
        Some((script.line, script.column))
    }

    /// The document or worker that a request was sent for; for the request of a document that around it.
    pub(super) fn around(&self, request: RequestIndex) -> Option<usize> {
        let sent = self.capture.requests.get(request)?;
        let context = sent.context?;
        let own = self.capture.contexts.get(context)?;
        let worker = !matches!(own.kind, ContextKind::Page | ContextKind::Frame);
        let is_its_document = if worker { own.request == Some(request) } else { is_document(sent.channel) };
        if is_its_document { own.parent } else { Some(context) }
    }

    /// The document in which an element stands, as the initiator of a request names it.
    pub(super) fn document(&self, url: &str, request: RequestIndex) -> Option<Home> {
        match self.around(request) {
            Some(context) => Some(self.home(context)),
            None => self.fetched(url, request, is_document).map(|found| Home::Request(self.last_hop(found))),
        }
    }

    /// The style sheet whose rule asked, where it was one.
    pub(super) fn style_sheet(&self, url: &str, request: RequestIndex) -> Option<RequestIndex> {
        let found = self.fetched(url, request, |channel| !is_document(channel))?;
        Some(self.last_hop(found)).filter(|found| *found != request)
    }
}

/// Channels whose answer is a document.
pub(super) fn is_document(channel: Channel) -> bool {
    matches!(channel, Channel::Document | Channel::Frame | Channel::Form | Channel::Object)
}
