//! Following the causes of one request.

use std::collections::HashSet;

use crate::chain::index::{Causes, Home, Origin};
use crate::chain::{Cause, Place};
use crate::context::ContextKind;
use crate::initiator::{Initiator, StackFrame};
use crate::limits::CHAIN_STEPS_MAX;
use crate::request::{Channel, RequestIndex};

impl Causes<'_> {
    /// What caused a request, the direct cause first, down to the tag in the page. It ends with [`Cause::Element`], an inline [`Cause::Script`], [`Cause::Navigation`] or [`Cause::Browser`] of the page
    /// itself, or with [`Cause::NotKnown`], which says why nothing more is known.
    #[must_use]
    pub fn chain(&self, request: RequestIndex) -> Vec<Cause> {
        let mut walk = Walk { causes: self, steps: Vec::new(), seen: HashSet::new() };
        let mut next = Next::Request(request);
        while let Some(following) = walk.follow(next) {
            if walk.steps.len() >= CHAIN_STEPS_MAX {
                walk.not_known("the chain is longer than is followed");
                break;
            }
            next = following;
        }
        walk.steps
    }
}

/// What to look at next.
enum Next {
    /// What caused this request.
    Request(RequestIndex),
    /// What this stack, of this request, says.
    Stack(Vec<StackFrame>, RequestIndex),
    /// What made this document or worker, if it is not the page itself.
    Context(usize, RequestIndex),
}

struct Walk<'a> {
    causes: &'a Causes<'a>,
    steps: Vec<Cause>,
    seen: HashSet<RequestIndex>,
}

impl Walk<'_> {
    fn not_known(&mut self, why: impl Into<String>) {
        self.steps.push(Cause::NotKnown { why: why.into() });
    }

    fn follow(&mut self, next: Next) -> Option<Next> {
        match next {
            Next::Request(request) => self.request(request),
            Next::Stack(stack, request) => self.stack(stack, request),
            Next::Context(context, request) => self.context(context, request),
        }
    }

    fn request(&mut self, request: RequestIndex) -> Option<Next> {
        let Some(sent) = self.causes.capture.requests.get(request) else {
            self.not_known(format!("the capture has no request {request}"));
            return None;
        };
        if !self.seen.insert(request) {
            self.not_known("the causes go round in a circle");
            return None;
        }
        match &sent.initiator {
            Initiator::NotKnown => self.unsaid(request),
            Initiator::Navigation => {
                self.steps.push(Cause::Navigation);
                self.causes.around(request).map(|context| Next::Context(context, request))
            }
            Initiator::Parser { url, line, column } => self.parser(url, (*line, *column), request),
            Initiator::Script { stack } => Some(Next::Stack(stack.clone(), request)),
            Initiator::Redirect { from } => {
                self.steps.push(Cause::Redirect { from: *from });
                Some(Next::Request(*from))
            }
            Initiator::Preflight { of } => {
                self.steps.push(Cause::Preflight { of: *of });
                Some(Next::Request(*of))
            }
            Initiator::Preload { url } => {
                self.steps.push(Cause::Preload { url: url.clone() });
                self.causes.around(request).map(|context| Next::Context(context, request))
            }
            Initiator::Browser { url } => {
                self.steps.push(Cause::Browser { url: url.clone() });
                None
            }
        }
    }

    /// The browser does not say; for the document of a frame, the call that attached the frame may.
    fn unsaid(&mut self, request: RequestIndex) -> Option<Next> {
        let capture = self.causes.capture;
        let sent = capture.requests.get(request)?;
        let own = sent.context.and_then(|context| capture.contexts.get(context));
        if let Some(Initiator::Script { stack }) =
            own.filter(|own| own.request == Some(request)).map(|own| &own.made_by)
        {
            return Some(Next::Stack(stack.clone(), request));
        }
        let why = match sent.channel {
            Channel::ServiceWorker => "the capture does not say which script registered this service worker",
            _ => "the capture does not say what caused it",
        };
        self.not_known(why);
        self.causes.around(request).map(|context| Next::Context(context, request))
    }

    fn parser(&mut self, url: &str, (line, column): (Option<u32>, Option<u32>), request: RequestIndex) -> Option<Next> {
        let place = Place { url: url.to_owned(), line, column, function: String::new() };
        if let Some(sheet) = self.causes.style_sheet(url, request) {
            self.steps.push(Cause::Style { place, sheet });
            return Some(Next::Request(sheet));
        }
        if let Some(worker) = self.causes.around(request).filter(|context| self.causes.is_worker_context(*context)) {
            return Some(Next::Context(worker, request));
        }
        let home = self.causes.document(url, request);
        let document = match home {
            Some(Home::Request(document)) => Some(document),
            _ => None,
        };
        self.steps.push(Cause::Element { place, document });
        self.beyond(home, url, request)
    }

    /// On from a document: what made its frame, unless it is the page itself.
    fn beyond(&mut self, home: Option<Home>, url: &str, request: RequestIndex) -> Option<Next> {
        let capture = self.causes.capture;
        match home {
            Some(Home::Context(context)) => Some(Next::Context(context, request)),
            Some(Home::Request(document)) => {
                let found = capture.requests.get(document)?;
                if let Some(context) = found.context {
                    return Some(Next::Context(context, request));
                }
                if !matches!(found.channel, Channel::Frame | Channel::Object) {
                    return None;
                }
                self.steps.push(Cause::Frame { url: found.url.clone(), request: Some(document) });
                Some(Next::Request(document))
            }
            None => {
                let page = self.causes.page_of(request).and_then(|page| capture.pages.get(page));
                let is_page = page.is_some_and(|page| page.url == url || page.final_url.as_deref() == Some(url));
                if !is_page {
                    self.not_known(format!("the capture does not have the document `{url}`"));
                }
                None
            }
        }
    }

    fn context(&mut self, context: usize, request: RequestIndex) -> Option<Next> {
        let found = self.causes.capture.contexts.get(context)?;
        let (url, fetched) = (found.url.clone(), found.request.map(|fetched| self.causes.last_hop(fetched)));
        match found.kind {
            ContextKind::Page => return None,
            ContextKind::Frame => self.steps.push(Cause::Frame { url, request: fetched }),
            worker => self.steps.push(Cause::Worker { url, worker, request: fetched }),
        }
        if let Some(fetched) = fetched {
            return Some(Next::Request(fetched));
        }
        match (&found.made_by, found.kind, found.parent) {
            (Initiator::Script { stack }, _, _) => Some(Next::Stack(stack.clone(), request)),
            (_, ContextKind::Frame, Some(parent)) => {
                let url = self.causes.capture.contexts.get(parent)?.url.clone();
                let document = match self.causes.home(parent) {
                    Home::Request(document) => Some(document),
                    Home::Context(_) => None,
                };
                self.steps.push(Cause::Element { place: Place { url, ..Place::default() }, document });
                Some(Next::Context(parent, request))
            }
            (_, _, parent) => {
                self.not_known("the capture does not say what made it");
                parent.map(|parent| Next::Context(parent, request))
            }
        }
    }

    /// The direct cause, then the other scripts that called it, then what loaded the direct cause.
    fn stack(&mut self, stack: Vec<StackFrame>, request: RequestIndex) -> Option<Next> {
        let mut calls = stack.iter().map(|frame| (frame, self.causes.origin(frame, request))).peekable();
        while let Some((frame, _)) = calls.next_if(|(_, origin)| *origin == Origin::Nameless) {
            let same = matches!(self.steps.last(), Some(Cause::Made { place, .. }) if place.url.is_empty());
            if !same {
                self.steps.push(Cause::Made { place: Place::of_call(frame), called: false });
            }
        }
        let Some((frame, origin)) = calls.next() else {
            self.not_known("the script has no address, and the capture does not say who made it");
            return None;
        };
        let behind: Vec<_> = calls.collect();
        self.call(frame, &origin, false);
        let mut last = (script_of(frame), origin.clone());
        for (other, of) in behind {
            let this = (script_of(other), of.clone());
            if this != last && this != (script_of(frame), origin.clone()) && of != Origin::Nameless {
                self.call(other, &of, true);
            }
            last = this;
        }
        self.loaded(frame, origin, request)
    }

    fn call(&mut self, frame: &StackFrame, origin: &Origin, called: bool) {
        let place = Place::of_call(frame);
        let (request, inline) = match origin {
            Origin::Fetched(request) => (Some(*request), false),
            Origin::Inline(Home::Request(document)) => (Some(*document), true),
            Origin::Inline(Home::Context(_)) => (None, true),
            Origin::Made => return self.steps.push(Cause::Made { place, called }),
            Origin::Worker(_) | Origin::NotFetched | Origin::Nameless => (None, false),
        };
        // The script that called the step before is also what made or loaded it: one step says both.
        if !called
            && matches!(self.steps.last(), Some(Cause::Script { place: last, called: true, request: of, .. }) if last.url == place.url && *of == request)
        {
            self.steps.pop();
        }
        self.steps.push(Cause::Script { place, request, inline, called, behind: frame.behind.clone() });
    }

    /// What brought a script in.
    fn loaded(&mut self, frame: &StackFrame, origin: Origin, request: RequestIndex) -> Option<Next> {
        match origin {
            Origin::Fetched(fetched) => {
                let capture = self.causes.capture;
                let worker = capture.contexts.iter().find(|context| {
                    context.request.is_some_and(|of| self.causes.last_hop(of) == fetched)
                        && !matches!(context.kind, ContextKind::Page | ContextKind::Frame)
                });
                if let Some(worker) = worker {
                    let (url, kind) = (worker.url.clone(), worker.kind);
                    self.steps.push(Cause::Worker { url, worker: kind, request: Some(fetched) });
                }
                Some(Next::Request(fetched))
            }
            Origin::Inline(home) => self.beyond(Some(home), &frame.url, request),
            Origin::Made => Some(Next::Stack(frame.made_by.clone(), request)),
            Origin::Worker(context) => Some(Next::Context(context, request)),
            Origin::NotFetched => {
                let extension = crate::address::is_local(&frame.url) && frame.url.contains("-extension:");
                let why = if extension {
                    "the script is part of an extension of the browser".to_owned()
                } else {
                    format!("the capture does not have the request that fetched `{}`", frame.url)
                };
                self.not_known(why);
                None
            }
            Origin::Nameless => None,
        }
    }
}

/// What tells scripts apart on a stack.
fn script_of(frame: &StackFrame) -> String {
    match (&frame.script, frame.url.is_empty()) {
        (Some(script), _) => script.clone(),
        (None, _) => frame.url.clone(),
    }
}
