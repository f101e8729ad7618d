//! A recorded login: steps from a YAML file. Secrets stand in the environment, never in the file, and are taken out of everything that is written down.

mod read;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::BrowserError;
use crate::frames::was_replaced;
use crate::recording::Recording;

pub use read::LoginError;

/// How long an element may take to be there.
const ELEMENT_WAIT: Duration = Duration::from_secs(10);
/// How often it is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What is done to be signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub(crate) steps: Vec<Step>,
}

impl std::fmt::Debug for Login {
    /// Without the secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Login({} steps)", self.steps.len())
    }
}

/// One step.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Opens an address.
    GoTo(String),
    /// Writes a secret into a field.
    Fill { selector: String, secret: Secret },
    /// Clicks an element.
    Click(String),
    /// Waits until an element is there.
    WaitFor(String),
}

/// A value from the environment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    pub name: String,
    pub value: String,
}

impl Login {
    /// The first address, under which the login stands in the log.
    pub(crate) fn url(&self) -> &str {
        let first = self.steps.iter().find_map(|step| match step {
            Step::GoTo(url) => Some(url.as_str()),
            _ => None,
        });
        first.unwrap_or("about:blank")
    }

    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let secret = |step: &Step| match step {
            Step::Fill { secret, .. } => Some(secret.clone()),
            _ => None,
        };
        self.steps.iter().filter_map(secret).collect()
    }
}

impl Step {
    /// Carries it out; false where an element did not come.
    pub(crate) fn carry_out(&self, recording: &mut Recording<'_>, session: &str) -> Result<bool, BrowserError> {
        match self {
            Self::GoTo(url) => {
                let wait = recording.settings.limits.answer * 2;
                recording.call_within(Some(session), "Page.navigate", json!({"url": url}), wait)?;
                Ok(true)
            }
            Self::WaitFor(selector) => wait_for(recording, session, selector),
            Self::Click(selector) => {
                if !wait_for(recording, session, selector)? {
                    return Ok(false);
                }
                let click = format!("document.querySelector({}).click()", json!(selector));
                match run(recording, session, &click) {
                    Err(error) if !was_replaced(&error) => Err(error),
                    _ => Ok(true),
                }
            }
            Self::Fill { selector, secret } => {
                if !wait_for(recording, session, selector)? {
                    return Ok(false);
                }
                let focus = format!(
                    "(() => {{ const field = document.querySelector({}); field.focus(); field.select && field.select(); }})()",
                    json!(selector)
                );
                run(recording, session, &focus)?;
                recording.call(Some(session), "Input.insertText", json!({"text": secret.value}))?;
                Ok(true)
            }
        }
    }

    /// What it is, without its secret.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::GoTo(url) => format!("goto `{url}`"),
            Self::Fill { selector, secret } => format!("fill `{selector}` with the variable `{}`", secret.name),
            Self::Click(selector) => format!("click `{selector}`"),
            Self::WaitFor(selector) => format!("wait_for `{selector}`"),
        }
    }
}

fn wait_for(recording: &mut Recording<'_>, session: &str, selector: &str) -> Result<bool, BrowserError> {
    let end = Instant::now() + ELEMENT_WAIT;
    let there = format!("document.querySelector({}) !== null", json!(selector));
    while Instant::now() < end {
        match run(recording, session, &there) {
            Ok(Value::Bool(true)) => return Ok(true),
            Ok(_) => {}
            // The document is being replaced.
            Err(BrowserError::Refused { message, .. }) if !message.contains("not a valid selector") => {}
            Err(error) => return Err(error),
        }
        recording.wait_until(Instant::now() + LOOK_AGAIN, |_| false)?;
    }
    Ok(false)
}

/// Runs a script once: what clicks must not click again on the page to which the first click led.
fn run(recording: &mut Recording<'_>, session: &str, script: &str) -> Result<Value, BrowserError> {
    recording.evaluate_once(session, script, recording.settings.limits.answer)
}
