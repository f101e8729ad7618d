//! What the browser says, written down while it is driven.
//!
//! One loop: every message of the browser passes through [`Recording::pump`], which writes it to the log, lets each part of us take notice, and answers what must be answered at once. Nothing else reads
//! the pipe, so that the log has everything in the order in which it came.

mod activity;
mod incidents;
mod log;
mod redact;
mod seen;
mod targets;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::process::{Incoming, Pipe, Process};
use crate::{BrowserError, BrowserSettings, Fault, Screen};

pub(crate) use activity::Activity;
pub(crate) use log::EventLog;
pub(crate) use redact::Redactor;
pub(crate) use seen::{Phase, Seen};
pub(crate) use targets::{TargetKind, Targets};

/// Faults that the summary repeats; the log has all.
const FAULTS_MAX: usize = 1_000;
/// How long the browser may take to come up.
const START_WAIT: Duration = Duration::from_secs(30);
/// How long one turn of the loop waits for a message.
const TURN: Duration = Duration::from_millis(100);

/// A session of the browser: one attached target.
pub(crate) type SessionId = String;

/// The browser and the log, from the first command to the last event.
pub(crate) struct Recording<'r> {
    pipe: &'r Pipe,
    process: &'r Process,
    pub settings: &'r BrowserSettings,
    pub log: EventLog<'r>,
    pub targets: Targets,
    pub activity: Activity,
    /// What was met, for what is asked at the end.
    pub seen: Seen,
    /// The screen that new pages get.
    pub screen: Screen,
    /// What our script in the pages begins its messages with.
    token: String,
    /// The page being visited, for faults.
    pub place: String,
    /// The browser, with its version.
    pub browser: String,
    /// What is being done, for the message should the browser end.
    pub doing: String,
    last_id: u64,
    awaited: HashSet<u64>,
    replies: HashMap<u64, Result<Value, String>>,
    quiet: HashMap<u64, Quiet>,
    /// Sessions by the names of their debuggers, which stacks refer to.
    debuggers: HashMap<String, SessionId>,
}

/// What becomes of the answer to a command for which nobody waits.
pub(crate) enum Quiet {
    /// Nothing.
    Ignored,
    /// A refusal means that something is not seen.
    Needed {
        /// The command.
        method: &'static str,
        /// Whom it was for.
        target: String,
    },
    /// The name of a session's debugger.
    Debugger {
        /// The session.
        session: SessionId,
    },
    /// The part of a stack that a debugger kept.
    Stack {
        /// How the stack names it.
        id: Value,
    },
    /// The body of a request.
    PostData {
        /// The request.
        request_id: String,
        /// Its session.
        session: Option<SessionId>,
    },
}

#[derive(Deserialize)]
struct Envelope<'m> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<Cow<'m, str>>,
    #[serde(borrow, rename = "sessionId")]
    session: Option<Cow<'m, str>>,
    #[serde(borrow)]
    params: Option<&'m RawValue>,
    #[serde(borrow)]
    result: Option<&'m RawValue>,
    error: Option<ErrorText>,
}

#[derive(Deserialize)]
struct ErrorText {
    message: String,
}

impl<'r> Recording<'r> {
    /// Begins to record: attaches to everything there is and will be.
    pub fn begin(
        pipe: &'r Pipe,
        process: &'r Process,
        settings: &'r BrowserSettings,
        log: EventLog<'r>,
    ) -> Result<Self, BrowserError> {
        let mut recording = Self {
            pipe,
            process,
            settings,
            log,
            targets: Targets::default(),
            activity: Activity::default(),
            seen: Seen::default(),
            screen: Screen::default(),
            token: token(),
            place: String::new(),
            browser: String::new(),
            doing: "it was starting".to_owned(),
            last_id: 0,
            awaited: HashSet::new(),
            replies: HashMap::new(),
            quiet: HashMap::new(),
            debuggers: HashMap::new(),
        };
        recording.introduce()?;
        recording.attach_to_all()?;
        Ok(recording)
    }

    /// The first line of the log.
    fn introduce(&mut self) -> Result<(), BrowserError> {
        let version = self.call_within(None, "Browser.getVersion", json!({}), START_WAIT)?;
        self.browser = text(&version, "/product").to_owned();
        let params = json!({
            "program": concat!("shuhi-browser ", env!("CARGO_PKG_VERSION")),
            "browser": self.browser,
            "protocol": text(&version, "/protocolVersion"),
            "command": self.process.command(),
            "started_at": jiff::Timestamp::now().to_string(),
        });
        self.log.own("Shuhi.begin", params, None)
    }

    /// Sends a command and waits for its answer, recording whatever comes meanwhile.
    pub fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<Value, BrowserError> {
        self.call_within(session, method, params, self.settings.limits.answer)
    }

    /// The same with another limit of time.
    pub fn call_within(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
        wait: Duration,
    ) -> Result<Value, BrowserError> {
        let id = self.send(session, method, params)?;
        let end = Instant::now() + wait;
        self.awaited.insert(id);
        while Instant::now() < end {
            if let Some(answer) = self.replies.remove(&id) {
                return answer.map_err(|message| BrowserError::Refused { method: method.to_owned(), message });
            }
            if session.is_some_and(|session| self.targets.is_gone(session)) {
                break;
            }
            self.pump()?;
        }
        self.awaited.remove(&id);
        Err(BrowserError::NoAnswer { method: method.to_owned(), milliseconds: wait.as_millis() })
    }

    /// Sends a command for whose answer nobody waits.
    pub fn tell(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
        quiet: Quiet,
    ) -> Result<(), BrowserError> {
        let id = self.send(session, method, params)?;
        self.quiet.insert(id, quiet);
        Ok(())
    }

    /// Records for a while, until the condition holds; whether it did.
    pub fn wait_until(&mut self, end: Instant, done: impl Fn(&Self) -> bool) -> Result<bool, BrowserError> {
        loop {
            if done(self) {
                return Ok(true);
            }
            if Instant::now() >= end {
                return Ok(false);
            }
            self.pump()?;
        }
    }

    /// Writes down that something went wrong, and goes on.
    pub fn fault(&mut self, what: impl Into<String>, missing: impl Into<String>) -> Result<(), BrowserError> {
        let fault = Fault { place: self.place.clone(), what: what.into(), missing: missing.into() };
        self.log.own("Shuhi.fault", json!(fault), None)?;
        if self.seen.faults.len() < FAULTS_MAX {
            self.seen.faults.push(fault);
        }
        Ok(())
    }

    /// The browser is gone.
    pub fn lost(&self) -> BrowserError {
        BrowserError::Lost { doing: self.doing.clone(), said: self.process.said() }
    }

    fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<u64, BrowserError> {
        self.last_id += 1;
        let mut command = json!({"id": self.last_id, "method": method, "params": params});
        if let (Some(session), Some(command)) = (session, command.as_object_mut()) {
            command.insert("sessionId".to_owned(), session.into());
        }
        if self.pipe.send(command.to_string().into_bytes()) { Ok(self.last_id) } else { Err(self.lost()) }
    }

    /// Takes in one message, or none within a turn.
    fn pump(&mut self) -> Result<(), BrowserError> {
        match self.pipe.next(TURN) {
            Incoming::Message(message) => self.take(&message),
            Incoming::TooLong { beginning, bytes } => {
                self.fault(format!("a message of {bytes} bytes was skipped: {beginning}"), "what it said")
            }
            Incoming::Nothing => Ok(()),
            Incoming::Closed => Err(self.lost()),
        }
    }

    fn take(&mut self, message: &[u8]) -> Result<(), BrowserError> {
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(message) else {
            let beginning: String = String::from_utf8_lossy(message).chars().take(200).collect();
            return self.fault(format!("the browser said what is no message: {beginning}"), "what it meant");
        };
        match (envelope.id, envelope.method) {
            (Some(id), _) => {
                let result = envelope.result.and_then(|raw| serde_json::from_str(raw.get()).ok());
                let answer = match envelope.error {
                    Some(error) => Err(error.message),
                    None => Ok(result.unwrap_or(Value::Null)),
                };
                self.answered(id, answer)
            }
            (None, Some(method)) => {
                let params =
                    envelope.params.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or(Value::Null);
                let session = envelope.session.as_deref();
                if self.targets.says_again(session, &method, &params) {
                    return self.notice_again(&method, &params);
                }
                if self.is_ours(session, &method, &params)? {
                    return Ok(());
                }
                self.log.event(message)?;
                self.notice(session, &method, &params)
            }
            (None, None) => self.fault("the browser said what is neither answer nor event", "what it meant"),
        }
    }

    fn answered(&mut self, id: u64, answer: Result<Value, String>) -> Result<(), BrowserError> {
        if self.awaited.remove(&id) {
            self.replies.insert(id, answer);
            return Ok(());
        }
        match (self.quiet.remove(&id), answer) {
            (Some(Quiet::Needed { method, target }), Err(message)) => {
                if self.targets.refusal_matters(&message) {
                    self.fault(format!("`{method}` was refused for {target}: {message}"), "what that target sends")?;
                }
                Ok(())
            }
            (Some(Quiet::PostData { request_id, session }), answer) => self.post_data(request_id, session, answer),
            (Some(Quiet::Debugger { session }), Ok(answer)) => {
                self.debuggers.insert(text(&answer, "/debuggerId").to_owned(), session);
                Ok(())
            }
            (Some(Quiet::Stack { id }), Ok(answer)) => self.outer_stack(&id, &answer),
            _ => Ok(()),
        }
    }
}

/// A word that no page can guess: the standard library's random keys, which differ from run to run.
fn token() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!("shuhi-{:016x}{:016x}", RandomState::new().hash_one(0), RandomState::new().hash_one(1))
}

/// The text of a field, empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
