//! Frames, workers, and the sessions in which they are watched.

use serde_json::Value;

use crate::capture::Page;
use crate::context::{Context, ContextKind};
use crate::devtools::state::{Frame, Session, State};
use crate::initiator::Initiator;
use crate::json::Json as _;

/// How many documents stand around one.
const FRAMES_DEEP_MAX: usize = 64;

impl State {
    pub fn attached(&mut self, params: &Value, session: &str) {
        let Some(id) = params.filled(&["sessionId"]) else { return };
        let (kind, url) = (params.owned(&["targetInfo", "type"]), params.owned(&["targetInfo", "url"]));
        let worker = match kind.as_str() {
            "worker" => Some(ContextKind::Worker),
            "shared_worker" => Some(ContextKind::SharedWorker),
            "service_worker" => Some(ContextKind::ServiceWorker),
            _ => None,
        };
        let target = params.filled(&["targetInfo", "targetId"]).map(str::to_owned);
        let worker = worker.map(|kind| self.open_worker(kind, url, target.clone(), session));
        let frame = if worker.is_none() { target } else { None };
        if let Some(frame) = &frame {
            let told = params.filled(&["targetInfo", "parentFrameId"]).map(str::to_owned);
            let around = || self.sessions.get(session).and_then(|outer| outer.frame.clone());
            let parent = told.or_else(around).or_else(|| self.page_frame.clone()).filter(|around| around != frame);
            let known = self.frames.entry(frame.clone()).or_default();
            if kind == "iframe" && known.parent.is_none() {
                known.parent = parent;
            }
        }
        self.sessions.insert(id.to_owned(), Session { worker, frame });
    }

    /// The context of a worker; one that several sessions watch is one.
    fn open_worker(&mut self, kind: ContextKind, url: String, target: Option<String>, session: &str) -> usize {
        let parent = self.session_context(session);
        if let Some(known) = target.as_ref().and_then(|target| self.workers.get(target)).copied() {
            if let Some(context) =
                self.capture.contexts.get_mut(known).filter(|_| parent.is_some_and(|parent| parent < known))
            {
                context.parent = context.parent.or(parent);
            }
            return known;
        }
        let made_by = self.own.started.remove(&url).unwrap_or_default();
        let page = self.page;
        let context = self.add_context(Context { kind, url, page, parent, made_by, ..Context::default() });
        if let Some(target) = target {
            self.workers.insert(target, context);
        }
        context
    }

    /// The document or worker that a session is for.
    pub fn session_context(&self, session: &str) -> Option<usize> {
        let session = self.sessions.get(session)?;
        session.worker.or_else(|| self.frames.get(session.frame.as_ref()?)?.context)
    }

    pub fn frame_attached(&mut self, params: &Value, session: &str) {
        self.page_events = true;
        let Some(id) = params.filled(&["frameId"]) else { return };
        let stack = match params.at(&["stack"]) {
            Some(stack) => self.stack(stack, session, "Page.frameAttached"),
            None => Vec::new(),
        };
        let parent = params.filled(&["parentFrameId"]).map(str::to_owned);
        let frame = self.frames.entry(id.to_owned()).or_default();
        // A frame moved to a process of its own is attached again, without its stack.
        frame.parent = parent.or(frame.parent.take());
        if !stack.is_empty() {
            frame.stack = stack;
        }
        if self.frames.get(id).is_some_and(|frame| frame.context.is_none()) {
            let context = self.open_document(id, "", "about:blank");
            self.show_document(id, context);
        }
    }

    pub fn frame_navigated(&mut self, params: &Value, session: &str) {
        self.page_events = true;
        let Some(id) = params.filled(&["frame", "id"]) else { return };
        let (loader, mut url) = (params.owned(&["frame", "loaderId"]), params.owned(&["frame", "url"]));
        url.push_str(params.text(&["frame", "urlFragment"]).filter(|_| url.starts_with("about:")).unwrap_or_default());
        let frame = self.frames.entry(id.to_owned()).or_default();
        if let Some(parent) = params.filled(&["frame", "parentId"]) {
            frame.parent = Some(parent.to_owned());
        }
        if let Some(session) = self.sessions.get_mut(session).filter(|session| session.worker.is_none()) {
            session.frame.get_or_insert_with(|| id.to_owned());
        }
        let context = match self.loaders.get(&loader) {
            Some(known) => *known,
            None => self.open_document(id, &loader, &url),
        };
        if let Some(context) = self.capture.contexts.get_mut(context) {
            context.url.clone_from(&url);
        }
        self.show_document(id, context);
        self.page_ended_up(id, &url);
    }

    /// The page whose frame this is went on to another address than was opened.
    fn page_ended_up(&mut self, frame: &str, url: &str) {
        // What is shown between visits is no page.
        if url.starts_with("about:") {
            return;
        }
        let Some(page) = self.frames.get(frame).filter(|frame| frame.parent.is_none()).and_then(|frame| frame.page)
        else {
            return;
        };
        if let Some(page) = self.capture.pages.get_mut(page) {
            page.final_url = (page.url != url).then(|| url.to_owned());
        }
    }

    /// A new document in a frame.
    pub fn open_document(&mut self, frame: &str, loader: &str, url: &str) -> usize {
        let known = self.frames.entry(frame.to_owned()).or_default();
        let kind = if known.parent.is_some() { ContextKind::Frame } else { ContextKind::Page };
        let made_by =
            if known.stack.is_empty() { Initiator::NotKnown } else { Initiator::Script { stack: known.stack.clone() } };
        let parent = known.parent.clone().and_then(|parent| self.frames.get(&parent)?.context);
        let page = self.page_of_frame(frame);
        let context = self.add_context(Context { kind, url: url.to_owned(), page, parent, request: None, made_by });
        if !loader.is_empty() {
            self.loaders.insert(loader.to_owned(), context);
        }
        context
    }

    /// A frame shows a document from now on.
    pub fn show_document(&mut self, frame: &str, context: usize) {
        self.frames.entry(frame.to_owned()).or_default().context = Some(context);
    }

    pub fn add_context(&mut self, context: Context) -> usize {
        self.capture.contexts.push(context);
        self.capture.contexts.len() - 1
    }

    /// The page a frame belongs to: in our own logs the visit that goes on, else that of the outermost frame.
    pub fn page_of_frame(&self, frame: &str) -> Option<usize> {
        if self.own.begun {
            return self.page;
        }
        let mut id = frame;
        for _ in 0..FRAMES_DEEP_MAX {
            let known = self.frames.get(id)?;
            match &known.parent {
                Some(parent) => id = parent,
                None => return known.page.or(self.page),
            }
        }
        self.page
    }

    /// In logs of others a page begins with every document in an outermost frame.
    pub fn page_begins(&mut self, frame: &str, url: &str, started_at: Option<String>) {
        if self.own.begun {
            if let Some(known) = self.frames.get_mut(frame).filter(|frame| frame.page != self.page) {
                known.page = self.page;
            }
            return;
        }
        self.page_frame = Some(frame.to_owned());
        let page = Page { url: url.to_owned(), started_at, ..Page::default() };
        self.capture.pages.push(page);
        self.page = Some(self.capture.pages.len() - 1);
        self.frames.entry(frame.to_owned()).or_default().page = self.page;
    }

    /// The documents around a context, innermost first.
    pub fn documents_around(&self, context: Option<usize>) -> Vec<String> {
        let mut around = Vec::new();
        let mut at = context.and_then(|context| self.capture.contexts.get(context)?.parent);
        while let Some(context) = at.and_then(|at| self.capture.contexts.get(at)) {
            if around.len() == FRAMES_DEEP_MAX {
                break;
            }
            around.push(context.url.clone());
            at = context.parent;
        }
        around
    }

    pub fn navigation_requested(&mut self, params: &Value) {
        let form = params.text(&["reason"]).is_some_and(|reason| reason.starts_with("formSubmission"));
        let Some(frame) = params.filled(&["frameId"]) else { return };
        if form {
            self.forms.insert(frame.to_owned(), params.owned(&["url"]));
        } else {
            self.forms.remove(frame);
        }
    }

    /// Whether frames are known to have a frame around them.
    pub fn is_nested(&self, frame: &str) -> bool {
        self.frames.get(frame).is_some_and(|frame: &Frame| frame.parent.is_some())
    }
}
