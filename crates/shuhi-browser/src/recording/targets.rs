//! Everything in the browser that can send: pages, frames in processes of their own, workers of all kinds. Each is attached to before it runs, so that its first request is seen.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Quiet, Recording, SessionId, text};
use crate::{BrowserError, Screen};

/// Bodies up to this many bytes come with the request; longer ones are asked for.
const POST_DATA_MAX: u64 = 1 << 20;
/// What the browser keeps of responses, which we do not read, in bytes.
const RESPONSES_KEPT: u64 = 4 << 20;
/// How many asynchronous turns a stack is followed over.
const ASYNC_DEPTH: u32 = 32;
const WATCH: &str = include_str!("../watch/watch.js");

/// What is attached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    attached: HashMap<SessionId, Target>,
    /// Sessions that ended.
    gone: HashMap<SessionId, Target>,
}

/// One attached target.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub id: String,
    pub kind: TargetKind,
    pub url: String,
    pub context: String,
    pub crashed: bool,
    /// Attached to a second time, by another way: what it says is said already.
    second: bool,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetKind {
    /// The tab around a page.
    Tab,
    /// A page.
    Page,
    /// A frame in a process of its own.
    Frame,
    /// A worker of any kind.
    Worker,
    /// Anything else.
    Other,
}

impl TargetKind {
    fn named(kind: &str) -> Self {
        match kind {
            "tab" => Self::Tab,
            "page" => Self::Page,
            "iframe" => Self::Frame,
            kind if kind.contains("worker") || kind.contains("worklet") => Self::Worker,
            _ => Self::Other,
        }
    }
}

impl Targets {
    /// The session of a page, by the id of its target.
    pub fn page_of(&self, target_id: &str) -> Option<&SessionId> {
        let is_it = |target: &Target| target.kind == TargetKind::Page && target.id == target_id;
        self.attached.iter().find(|(_, target)| is_it(target)).map(|(session, _)| session)
    }

    /// A target that is attached.
    pub fn get(&self, session: &str) -> Option<&Target> {
        self.attached.get(session)
    }

    /// Every session with its target.
    pub fn iter(&self) -> impl Iterator<Item = (&SessionId, &Target)> {
        self.attached.iter()
    }

    /// Whether the session has ended or its process crashed: no command will be answered.
    pub fn is_gone(&self, session: &str) -> bool {
        self.attached.get(session).map_or(self.gone.contains_key(session), |target| target.crashed)
    }

    /// Whether a refusal says that something is not seen: that a target ended meanwhile does not.
    pub fn refusal_matters(&self, message: &str) -> bool {
        !["Session with given id not found", "Target closed", "Inspected target navigated or closed"]
            .iter()
            .any(|gone| message.contains(gone))
    }

    /// Whether an event says once more what another session of the same target says.
    pub(super) fn says_again(&self, session: Option<&str>, method: &str, params: &Value) -> bool {
        let told = session.and_then(|session| self.attached.get(session).or_else(|| self.gone.get(session)));
        told.is_some_and(|target| target.second)
            || (method == "Target.attachedToTarget" && self.is_attached(text(params, "/targetInfo/targetId")))
    }

    fn is_attached(&self, id: &str) -> bool {
        self.attached.values().any(|target| target.id == id && target.kind == TargetKind::Worker)
    }

    fn remove(&mut self, session: &str) {
        let Some(target) = self.attached.remove(session) else { return };
        // The other session speaks from now on.
        if !target.second
            && let Some(other) = self.attached.values_mut().find(|other| other.id == target.id && other.second)
        {
            other.second = false;
        }
        self.gone.insert(session.to_owned(), target);
    }

    pub(super) fn crashed(&mut self, session: &str) {
        if let Some(target) = self.attached.get_mut(session) {
            target.crashed = true;
        }
    }
}

impl Recording<'_> {
    /// Attaches to everything there is and will be.
    pub(super) fn attach_to_all(&mut self) -> Result<(), BrowserError> {
        // Pages are reached through their tabs, so that pages rendered ahead of need are reached too.
        self.call(None, "Target.setAutoAttach", auto_attach(&["page", "browser", "browser_ui"]))?;
        let downloads = json!({"behavior": "deny", "eventsEnabled": true});
        self.call(None, "Browser.setDownloadBehavior", downloads)?;
        Ok(())
    }

    pub(super) fn attached(&mut self, params: &Value) -> Result<(), BrowserError> {
        let session = text(params, "/sessionId").to_owned();
        let target = Target {
            id: text(params, "/targetInfo/targetId").to_owned(),
            kind: TargetKind::named(text(params, "/targetInfo/type")),
            url: text(params, "/targetInfo/url").to_owned(),
            context: text(params, "/targetInfo/browserContextId").to_owned(),
            crashed: false,
            second: self.targets.is_attached(text(params, "/targetInfo/targetId")),
        };
        let name = format!("{} `{}`", text(params, "/targetInfo/type"), target.url);
        let commands = match target.kind {
            TargetKind::Tab => Vec::new(),
            TargetKind::Page => [watching(), self.watching_pages(), self.showing(), self.named()].concat(),
            TargetKind::Frame => [watching(), self.watching_pages(), self.named()].concat(),
            TargetKind::Worker | TargetKind::Other => [watching(), self.named()].concat(),
        };
        let popup =
            self.activity.visiting && target.kind == TargetKind::Page && text(params, "/targetInfo/subtype").is_empty();
        self.targets.attached.insert(session.clone(), target);
        for Command { method, params, needed } in commands {
            let quiet = match needed {
                _ if method == "Debugger.enable" => Quiet::Debugger { session: session.clone() },
                true => Quiet::Needed { method, target: name.clone() },
                false => Quiet::Ignored,
            };
            self.tell(Some(&session), method, params, quiet)?;
        }
        self.tell(Some(&session), "Target.setAutoAttach", auto_attach(&["browser_ui"]), Quiet::Ignored)?;
        self.tell(Some(&session), "Runtime.runIfWaitingForDebugger", json!({}), Quiet::Ignored)?;
        if popup { self.popup(params) } else { Ok(()) }
    }

    /// A window that the page opened is watched like a page of the same visit, up to a limit.
    fn popup(&mut self, params: &Value) -> Result<(), BrowserError> {
        self.activity.popups += 1;
        let most = self.settings.limits.popups;
        if self.activity.popups <= most {
            return Ok(());
        }
        let id = text(params, "/targetInfo/targetId");
        self.tell(None, "Target.closeTarget", json!({"targetId": id}), Quiet::Ignored)?;
        if self.activity.popups > most + 1 {
            return Ok(());
        }
        let what = format!("the page opened more than {most} windows: further ones are closed at once");
        self.fault(what, "what those windows send")
    }

    pub(super) fn detached(&mut self, params: &Value) {
        let session = text(params, "/sessionId");
        self.targets.remove(session);
        self.activity.ended(session);
    }

    /// A telephone has another name, also in the headers of what frames and workers send.
    fn named(&self) -> Vec<Command> {
        if self.screen != Screen::Phone {
            return Vec::new();
        }
        let version = self.browser.split('/').nth(1).unwrap_or_default();
        let major = version.split('.').next().unwrap_or_default();
        let agent = format!(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Mobile Safari/537.36"
        );
        let metadata = json!({"fullVersion": version, "platform": "Android", "platformVersion": "14.0.0",
            "architecture": "", "model": "K", "mobile": true});
        let params = json!({"userAgent": agent, "platform": "Linux armv81", "userAgentMetadata": metadata});
        vec![Command::wished("Emulation.setUserAgentOverride", params)]
    }

    /// What makes a document say more than a worker.
    fn watching_pages(&self) -> Vec<Command> {
        let script = WATCH.replace("TOKEN", &self.token);
        vec![
            Command::needed("Page.enable", json!({})),
            Command::needed("Page.addScriptToEvaluateOnNewDocument", json!({"source": script, "runImmediately": true})),
            Command::wished("Page.setLifecycleEventsEnabled", json!({"enabled": true})),
            Command::wished("Page.setInterceptFileChooserDialog", json!({"enabled": true})),
            Command::wished("Network.enableReportingApi", json!({"enable": true})),
            Command::wished("Audits.enable", json!({})),
        ]
    }

    /// How a page looks to what it shows.
    fn showing(&self) -> Vec<Command> {
        let (width, height, phone) = (self.screen.width_px(), self.screen.height_px(), self.screen == Screen::Phone);
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": if phone { 3 } else { 1 },
            "mobile": phone, "screenWidth": width, "screenHeight": height});
        let touch = json!({"enabled": phone, "maxTouchPoints": if phone { 5 } else { 1 }});
        vec![
            Command::needed("Emulation.setDeviceMetricsOverride", metrics),
            Command::needed("Emulation.setTouchEmulationEnabled", touch),
        ]
    }
}

#[derive(Clone)]
struct Command {
    method: &'static str,
    params: Value,
    needed: bool,
}

impl Command {
    fn needed(method: &'static str, params: Value) -> Self {
        Self { method, params, needed: true }
    }

    fn wished(method: &'static str, params: Value) -> Self {
        Self { method, params, needed: false }
    }
}

/// What makes a target say what it sends and who caused it.
fn watching() -> Vec<Command> {
    let network = json!({"maxPostDataSize": POST_DATA_MAX, "maxTotalBufferSize": RESPONSES_KEPT,
        "maxResourceBufferSize": RESPONSES_KEPT});
    vec![
        Command::needed("Network.enable", network),
        Command::wished("Network.setAttachDebugStack", json!({"enabled": true})),
        Command::needed("Runtime.enable", json!({})),
        Command::wished("Debugger.enable", json!({})),
        Command::wished("Debugger.setSkipAllPauses", json!({"skip": true})),
        Command::wished("Debugger.setAsyncCallStackDepth", json!({"maxDepth": ASYNC_DEPTH})),
        Command::wished("Log.enable", json!({})),
        Command::wished("Inspector.enable", json!({})),
    ]
}

/// Attaches to whatever a target starts, but for the windows of the browser itself.
fn auto_attach(without: &[&str]) -> Value {
    let mut filter: Vec<Value> = without.iter().map(|kind| json!({"type": kind, "exclude": true})).collect();
    filter.push(json!({}));
    json!({"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": filter})
}
