//! The lines that Shuhi itself adds to a log.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::address::clean_url;
use crate::capture::{Choice, Page, SourceKind};
use crate::context::ContextKind;
use crate::devtools::requests::headers_of;
use crate::devtools::stacks::stack_id;
use crate::devtools::state::State;
use crate::initiator::Initiator;
use crate::json::Json as _;
use crate::request::{Aliases, Body, Channel, Outcome, Request};
use crate::storage::{Storage, StoredCookie, StoredItem};

/// What our own lines say.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// The log is ours.
    pub begun: bool,
    pub ended: bool,
    /// Cookies that scripts wrote: name, address of the script, page, choice.
    pub script_cookies: Vec<ScriptCookie>,
    /// Who started a worker or registered a service worker, by its address.
    pub started: HashMap<String, Initiator>,
    /// Calls whose requests do not name them.
    pub opened: Vec<Opened>,
    /// Addresses that our own guard stopped, and why.
    pub blocked: Vec<BlockedAddress>,
}

#[derive(Debug)]
pub(super) struct ScriptCookie {
    pub line: String,
    /// Where the script that wrote it came from.
    pub script: String,
    /// The document it wrote it in.
    pub document: String,
    pub page: Option<usize>,
    pub choice: Choice,
}

/// A call that opened an event stream or a window, or sent a form.
#[derive(Debug)]
pub(super) struct Opened {
    what: String,
    url: String,
    page: Option<usize>,
    /// How many requests were known by then.
    from: usize,
    made_by: Initiator,
}

impl Opened {
    fn leads_to(&self, request: &Request) -> bool {
        match self.what.as_str() {
            "EventSource" => request.channel == Channel::EventSource && request.url == self.url,
            // A form sent by GET adds what was entered behind the address.
            "form" => {
                let bare = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
                matches!(request.channel, Channel::Form | Channel::Document | Channel::Frame)
                    && bare(&request.url) == bare(&self.url)
            }
            _ => matches!(request.channel, Channel::Document | Channel::Form) && request.url == self.url,
        }
    }
}

#[derive(Debug)]
pub(super) struct BlockedAddress {
    pub url: String,
    pub reason: String,
    pub page: Option<usize>,
    pub choice: Choice,
    pub place: String,
}

impl State {
    pub fn take_own(&mut self, what: &str, params: &Value, session: &str, place: &str) {
        match what {
            "begin" => self.log_begins(params),
            "end" => self.own.ended = true,
            "page" => self.visit_begins(params),
            "choice" => self.choice = choice_of(params),
            "postData" => self.post_data(params, session, place),
            "cookies" => self.cookies_held(params),
            "scriptCookie" => self.script_cookie(params, session, place),
            "storage" => self.storage_held(params, place),
            "alias" => self.alias(params),
            "browserRequest" => self.browser_request(params, place),
            "blocked" => self.guarded(params, place),
            "stackTrace" => self.outer_stack_told(params, session, place),
            "started" => self.started(params, session, place),
            "fault" => self.faults.add(params.owned(&["place"]), params.owned(&["what"]), params.owned(&["missing"])),
            // Not the site's: our own look at robots.txt, what the browser sends for itself, what we planted.
            "ownRequest" | "background" | "planted" => {}
            other => *self.strange.entry(format!("Shuhi.{other}")).or_default() += 1,
        }
    }

    fn log_begins(&mut self, params: &Value) {
        self.own.begun = true;
        let source = &mut self.capture.source;
        source.kind = SourceKind::Browser;
        source.program = params.filled(&["program"]).map(str::to_owned);
        source.browser = params.filled(&["browser"]).map(str::to_owned);
    }

    fn visit_begins(&mut self, params: &Value) {
        let started = params.filled(&["started_at"]);
        let page = Page {
            url: clean_url(params.text(&["url"]).unwrap_or_default()),
            started_at: started
                .map(|time| crate::time::from_text(time).map_or_else(|| time.to_owned(), |time| time.utc)),
            width_px: params.count(&["width_px"]).and_then(|width| u32::try_from(width).ok()),
            ..Page::default()
        };
        self.capture.pages.push(page);
        self.own.begun = true;
        self.page = Some(self.capture.pages.len() - 1);
        self.choice = Choice::NotKnown;
    }

    fn post_data(&mut self, params: &Value, session: &str, place: &str) {
        let bytes = match params.text(&["text"]) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => STANDARD.decode(params.text(&["base64"]).unwrap_or_default()),
        };
        let Ok(bytes) = bytes else {
            return self.faults.add(place, "a posted body is not base64", "this body");
        };
        let Some(index) = self.body_belongs_to(params, session) else {
            return self.faults.add(place, "a posted body of a request that the log does not have", "this request");
        };
        let Some(request) = self.capture.requests.get_mut(index) else { return };
        let mime = crate::cookies::header(&request.headers, "content-type").map(str::to_owned);
        let body = request.body.get_or_insert_with(|| Body { mime, ..Body::default() });
        let more = bytes.len() >= body.bytes.len();
        if more {
            (body.bytes, body.incomplete) = (bytes, params.flag(&["incomplete"]));
        }
    }

    /// The hop that posted: redirects may turn into GET.
    fn body_belongs_to(&self, params: &Value, session: &str) -> Option<usize> {
        let joined = self.joined.get(&self.key(session, params))?;
        let posts = joined.hops.iter().rev().find(|hop| {
            self.capture.requests.get(**hop).is_some_and(|request| request.body.is_some() || request.method != "GET")
        });
        posts.or(joined.hops.last()).copied()
    }

    fn cookies_held(&mut self, params: &Value) {
        let page = params.count(&["page"]).map(|page| page as usize).or(self.page);
        let choice = chosen(params).unwrap_or(self.choice);
        for cookie in params.list(&["cookies"]) {
            let expires = cookie.number(&["expires"]).filter(|end| *end > 0.0 && !cookie.flag(&["session"]));
            self.capture.cookies.push(StoredCookie {
                name: cookie.owned(&["name"]),
                value: cookie.owned(&["value"]),
                domain: cookie.owned(&["domain"]),
                path: cookie.owned(&["path"]),
                expires_at: expires.map(|end| end as i64),
                http_only: cookie.flag(&["httpOnly"]),
                page,
                choice,
                ..StoredCookie::default()
            });
        }
    }

    fn script_cookie(&mut self, params: &Value, session: &str, place: &str) {
        let calls = params.at(&["stack"]).cloned().unwrap_or_default();
        let parent = params.at(&["parent"]).cloned().unwrap_or_default();
        let stack = self.stack(&serde_json::json!({"callFrames": calls, "parent": parent}), session, place);
        let script = stack.iter().map(|frame| frame.url.clone()).find(|url| !url.is_empty());
        let context = self.context_of_stack(&stack).or_else(|| self.session_context(session));
        let document = context.and_then(|context| Some(self.capture.contexts.get(context)?.url.clone()));
        self.own.script_cookies.push(ScriptCookie {
            line: params.owned(&["cookie"]),
            script: script.unwrap_or_else(|| params.owned(&["url"])),
            document: document.unwrap_or_else(|| params.owned(&["url"])),
            page: self.page,
            choice: self.choice,
        });
    }

    /// Which call started a worker, opened an event stream or a window, or sent a form: the browser names the document only.
    fn started(&mut self, params: &Value, session: &str, place: &str) {
        let calls = params.at(&["stack"]).cloned().unwrap_or_default();
        let parent = params.at(&["parent"]).cloned().unwrap_or_default();
        let stack = self.stack(&serde_json::json!({"callFrames": calls, "parent": parent}), session, place);
        let (url, what) = (params.owned(&["url"]), params.owned(&["what"]));
        if stack.is_empty() {
            return;
        }
        let made_by = Initiator::Script { stack };
        if matches!(what.as_str(), "EventSource" | "window.open" | "form") {
            let from = self.capture.requests.len();
            return self.own.opened.push(Opened { what, url: clean_url(&url), page: self.page, from, made_by });
        }
        let open = self.capture.contexts.iter_mut().rev().find(|context| {
            let worker = !matches!(context.kind, ContextKind::Page | ContextKind::Frame);
            worker && context.url == url && context.made_by == Initiator::NotKnown
        });
        match open {
            Some(context) => context.made_by = made_by,
            None => {
                self.own.started.insert(url, made_by);
            }
        }
    }

    /// Gives the calls to the requests that followed them.
    pub fn settle_opened(&mut self) {
        for opened in std::mem::take(&mut self.own.opened) {
            // The event may reach the log a little after the request it caused.
            const LATE: usize = 8;
            let near = self.capture.requests.iter_mut().skip(opened.from.saturating_sub(LATE));
            let follows = |request: &&mut Request| {
                let unsaid = match &request.initiator {
                    Initiator::NotKnown | Initiator::Navigation | Initiator::Browser { .. } => true,
                    // Where the parser stood when a script opened it: no element opens a stream or a window.
                    Initiator::Parser { line, .. } => line.is_none() || opened.what != "form",
                    _ => false,
                };
                unsaid && request.page == opened.page && opened.leads_to(request)
            };
            if let Some(request) = near.into_iter().find(follows) {
                request.initiator = opened.made_by;
                if opened.what == "form" {
                    request.channel = Channel::Form;
                }
            }
        }
    }

    fn storage_held(&mut self, params: &Value, place: &str) {
        let storage = match params.text(&["storage"]) {
            Some("local") => Storage::Local,
            Some("session") => Storage::Session,
            Some("indexed_db") => Storage::IndexedDb,
            Some("cache") => Storage::Cache,
            other => {
                let what = format!("`{}` is no kind of storage", other.unwrap_or_default());
                return self.faults.add(place, what, "this stored value");
            }
        };
        let item = StoredItem {
            storage,
            origin: params.owned(&["origin"]),
            key: params.owned(&["key"]),
            value: params.owned(&["value"]),
            page: params.count(&["page"]).map(|page| page as usize).or(self.page),
            choice: chosen(params).unwrap_or(self.choice),
        };
        if params.flag(&["incomplete"]) {
            let what = format!("the value of `{}` is longer than was kept", item.key);
            self.faults.add(place, what, "the rest of this stored value");
        }
        self.capture.storage.push(item);
    }

    fn alias(&mut self, params: &Value) {
        let aliases = match params.filled(&["error"]) {
            Some(error) => Aliases::Failed { error: error.to_owned() },
            None => Aliases::Resolved {
                names: params.list(&["names"]).iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            },
        };
        self.aliases.insert(params.owned(&["host"]).to_ascii_lowercase(), aliases);
    }

    fn browser_request(&mut self, params: &Value, place: &str) {
        let headers = headers_of(params.at(&["headers"]));
        let mime = crate::cookies::header(&headers, "content-type").map(str::to_owned);
        let named = params.at(&["channel"]).cloned().unwrap_or_default();
        let body = params.filled(&["base64"]).and_then(|text| STANDARD.decode(text).ok());
        let initiator = params.at(&["initiator"]).and_then(|initiator| match initiator {
            Value::String(url) => Some(url.clone()),
            other => other.filled(&["url"]).map(str::to_owned),
        });
        let request = Request {
            page: self.page,
            choice: self.choice,
            channel: serde_json::from_value(named).unwrap_or(Channel::Other),
            method: params.filled(&["method"]).unwrap_or("GET").to_ascii_uppercase(),
            url: clean_url(params.text(&["url"]).unwrap_or_default()),
            document_url: initiator.clone(),
            body: body.map(|bytes| Body { mime, bytes, incomplete: params.flag(&["incomplete"]) }),
            headers,
            initiator: Initiator::Browser { url: initiator },
            place: place.to_owned(),
            ..Request::default()
        };
        self.add_request(request);
    }

    fn guarded(&mut self, params: &Value, place: &str) {
        self.own.blocked.push(BlockedAddress {
            url: clean_url(params.text(&["url"]).unwrap_or_default()),
            reason: params.owned(&["reason"]),
            page: self.page,
            choice: self.choice,
            place: place.to_owned(),
        });
    }

    /// What our own guard stopped did not leave, whatever the browser made of it.
    pub fn settle_guarded(&mut self) {
        for blocked in std::mem::take(&mut self.own.blocked) {
            let outcome = Outcome::Blocked { reason: blocked.reason };
            let mut known: Vec<&mut Request> = self
                .capture
                .requests
                .iter_mut()
                .filter(|request| {
                    request.url == blocked.url && request.page == blocked.page && request.response.is_none()
                })
                .collect();
            if known.is_empty() {
                self.add_request(Request {
                    page: blocked.page,
                    choice: blocked.choice,
                    url: blocked.url,
                    outcome,
                    place: blocked.place,
                    ..Request::default()
                });
                continue;
            }
            for request in &mut known {
                request.outcome = outcome.clone();
            }
        }
    }

    /// The part of a stack that the debugger of another target keeps.
    fn outer_stack_told(&mut self, params: &Value, session: &str, place: &str) {
        let Some(trace) = params.at(&["stackTrace"]) else { return };
        let stack = self.stack(trace, session, place);
        self.outer_stacks.insert(stack_id(params), stack);
    }
}

fn choice_of(params: &Value) -> Choice {
    chosen(params).unwrap_or_default()
}

fn chosen(params: &Value) -> Option<Choice> {
    match params.text(&["choice"])? {
        "before" => Some(Choice::Before),
        "accepted" => Some(Choice::Accepted),
        "refused" => Some(Choice::Refused),
        _ => None,
    }
}
