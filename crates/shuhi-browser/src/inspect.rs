//! A look at one page by a script, without clicking anything.

use std::time::Instant;

use serde_json::{Value, json};

use crate::observe::new_context;
use crate::recording::{Activity, Recording};
use crate::visit::open_tab;
use crate::{BrowserError, Screen, Waits, picture};

pub use crate::picture::PageBox;

/// What a script found on a page.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// What it returned.
    pub value: Value,
    /// Where the page ended up after redirects.
    pub final_url: String,
    /// Pictures of the boxes that were asked for, PNG, in their order; none where one could not be taken.
    pub pictures: Vec<Option<Vec<u8>>>,
    /// What went wrong with the page.
    pub faults: Vec<crate::Fault>,
}

/// Opens the page, waits until it is idle, runs the script (an expression; a promise is awaited) and takes pictures of the boxes that `boxes` reads from what it returned.
pub(crate) fn inspect(
    recording: &mut Recording<'_>,
    url: &str,
    screen: Screen,
    script: &str,
    boxes: &dyn Fn(&Value) -> Vec<PageBox>,
) -> Result<Inspection, BrowserError> {
    recording.screen = screen;
    recording.place = url.to_owned();
    recording.doing = format!("`{url}` was being inspected");
    let context = new_context(recording)?;
    let (_, session) = open_tab(recording, &context, screen)?;
    let limit = recording.settings.limits.visit;
    let answer = recording.call_within(Some(&session), "Page.navigate", json!({"url": url}), limit)?;
    if let Some(error) = answer.get("errorText").and_then(Value::as_str) {
        return Err(BrowserError::Refused { method: format!("Page.navigate {url}"), message: error.to_owned() });
    }
    let waits = Waits::default();
    recording.activity = Activity::of_page();
    let end = Instant::now() + waits.idle_at_most;
    recording.wait_until(end, |now| now.activity.is_idle(waits.idle, waits.stalled))?;
    let wait = recording.settings.limits.answer * 3;
    let value = recording.evaluate(&session, script, wait)?;
    let final_url = recording.evaluate(&session, "location.href", wait)?;
    let mut inspection = Inspection {
        final_url: final_url.as_str().unwrap_or_default().to_owned(),
        pictures: Vec::new(),
        faults: Vec::new(),
        value,
    };
    for part in boxes(&inspection.value) {
        match picture::take(recording, &session, Some(part)) {
            Ok(picture) => inspection.pictures.push(Some(picture)),
            Err(error) if error.is_final() => return Err(error),
            Err(error) => {
                recording.fault(format!("no picture could be taken: {error}"), "the picture")?;
                inspection.pictures.push(None);
            }
        }
    }
    recording.call(None, "Target.disposeBrowserContext", json!({"browserContextId": context}))?;
    inspection.faults.clone_from(&recording.seen.faults);
    Ok(inspection)
}
