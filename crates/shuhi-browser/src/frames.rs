//! Scripts of ours in every frame of a visit, in a world of their own that the page's scripts do not see.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::BrowserError;
use crate::recording::{Recording, SessionId, TargetKind, text};

/// Frames that are looked into; a page with more is told.
const FRAMES_MAX: usize = 60;

/// How often a script is run anew because its page was replaced.
const TRIES: u32 = 3;
/// How long the next page is given to be there.
const REPLACED_WAIT: Duration = Duration::from_millis(300);
/// How the browser says that a page was replaced.
const REPLACED: [&str; 2] = ["navigated or closed", "context was destroyed"];

/// A frame, with a world for our scripts.
#[derive(Clone, Debug)]
pub(crate) struct FrameWorld {
    pub session: SessionId,
    pub world: Value,
    pub url: String,
}

impl Recording<'_> {
    /// Every frame of every page of the visit, the page's own first.
    pub fn frames(&mut self, page: &str) -> Result<Vec<FrameWorld>, BrowserError> {
        let mut sessions = vec![page.to_owned()];
        let others = self.targets.iter().filter(|(session, target)| {
            matches!(target.kind, TargetKind::Page | TargetKind::Frame) && *session != page && !target.crashed
        });
        sessions.extend(others.map(|(session, _)| session.clone()));
        let mut frames = Vec::new();
        for session in sessions {
            match self.call(Some(&session), "Page.getFrameTree", json!({})) {
                Ok(answer) => collect(&session, answer.get("frameTree"), &mut frames),
                Err(error) => self.forgive_other(page, &session, error)?,
            }
        }
        if frames.len() > FRAMES_MAX {
            let more = frames.len() - FRAMES_MAX;
            self.fault(format!("{more} frames were not looked into"), "what they keep, and buttons in them")?;
            frames.truncate(FRAMES_MAX);
        }
        let mut worlds = Vec::new();
        for (session, frame, url) in frames {
            let params = json!({"frameId": frame, "worldName": "shuhi"});
            match self.call(Some(&session), "Page.createIsolatedWorld", params) {
                Ok(answer) => {
                    let world = answer.get("executionContextId").cloned().unwrap_or_default();
                    worlds.push(FrameWorld { session, world, url });
                }
                Err(error) => self.forgive_other(page, &session, error)?,
            }
        }
        Ok(worlds)
    }

    /// Runs a script in a frame and gives what it returns.
    pub fn run_in(&mut self, frame: &FrameWorld, script: &str, wait: Duration) -> Result<Value, BrowserError> {
        let params = json!({"expression": script, "contextId": frame.world, "awaitPromise": true,
            "returnByValue": true, "userGesture": true});
        let answer = self.call_within(Some(&frame.session), "Runtime.evaluate", params, wait)?;
        returned(&answer, "Runtime.evaluate")
    }

    /// Runs a script that only reads in the page itself; once more where the page was replaced meanwhile.
    pub fn evaluate(&mut self, session: &str, script: &str, wait: Duration) -> Result<Value, BrowserError> {
        for _ in 1..TRIES {
            match self.evaluate_once(session, script, wait) {
                Err(error) if was_replaced(&error) => self.wait_until(Instant::now() + REPLACED_WAIT, |_| false)?,
                answer => return answer,
            };
        }
        self.evaluate_once(session, script, wait)
    }

    /// Runs a script in the page itself and gives what it returns.
    pub fn evaluate_once(&mut self, session: &str, script: &str, wait: Duration) -> Result<Value, BrowserError> {
        let params = json!({"expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true});
        returned(&self.call_within(Some(session), "Runtime.evaluate", params, wait)?, "Runtime.evaluate")
    }

    /// A frame that went away meanwhile, or hangs, costs only itself; the page itself must answer.
    fn forgive_other(&mut self, page: &str, session: &str, error: BrowserError) -> Result<(), BrowserError> {
        match error {
            BrowserError::NoAnswer { .. } if session == page => Err(error),
            BrowserError::NoAnswer { .. } => {
                self.end_script(session)?;
                self.fault(format!("a frame did not answer: {error}"), "what it keeps, and buttons in it")
            }
            error if error.is_final() => Err(error),
            _ => Ok(()),
        }
    }

    /// Ends the script that a page is running.
    pub fn end_script(&mut self, session: &str) -> Result<(), BrowserError> {
        self.tell(Some(session), "Runtime.terminateExecution", json!({}), crate::recording::Quiet::Ignored)
    }
}

/// Whether a script found no end because its page was replaced.
pub(crate) fn was_replaced(error: &BrowserError) -> bool {
    matches!(error, BrowserError::Refused { message, .. } if REPLACED.iter().any(|told| message.contains(told)))
}

/// What a script returned, or that it threw.
fn returned(answer: &Value, method: &str) -> Result<Value, BrowserError> {
    if let Some(thrown) = answer.get("exceptionDetails") {
        let message = match text(thrown, "/exception/description") {
            "" => text(thrown, "/text"),
            description => description,
        };
        return Err(BrowserError::Refused { method: method.to_owned(), message: message.chars().take(300).collect() });
    }
    Ok(answer.pointer("/result/value").cloned().unwrap_or(Value::Null))
}

fn collect(session: &str, tree: Option<&Value>, frames: &mut Vec<(SessionId, String, String)>) {
    let mut trees: Vec<&Value> = tree.into_iter().collect();
    while let Some(tree) = trees.pop() {
        frames.push((session.to_owned(), text(tree, "/frame/id").to_owned(), text(tree, "/frame/url").to_owned()));
        let children = tree.get("childFrames").and_then(Value::as_array);
        trees.extend(children.into_iter().flatten());
    }
}
