//! What is kept on the terminal at the end of a phase: cookies, local and session storage, IndexedDB, caches.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::BrowserError;
use crate::recording::{Recording, text};

/// Items that one frame's origin may show.
const ITEMS_MAX: usize = 2_000;
/// Characters of a key or a value that are kept.
const CHARACTERS_MAX: usize = 16_384;
/// How long reading one frame may take.
const WAIT: Duration = Duration::from_secs(9);
const SCRIPT: &str = include_str!("kept.js");

/// Writes down what is kept; `choice` is the word of the log.
pub(crate) fn write_down(
    recording: &mut Recording<'_>,
    visit: usize,
    context: &str,
    session: &str,
    choice: &str,
) -> Result<(), BrowserError> {
    let answer = recording.call(None, "Storage.getCookies", json!({"browserContextId": context}))?;
    let cookies = answer.get("cookies").cloned().unwrap_or_default();
    recording.log.own("Shuhi.cookies", json!({"page": visit, "choice": choice, "cookies": cookies}), None)?;
    let script = SCRIPT.replace("(ITEMS_MAX, CHARACTERS_MAX)", &format!("({ITEMS_MAX}, {CHARACTERS_MAX})"));
    let mut seen = HashSet::new();
    for frame in recording.frames(session)? {
        let found = match recording.run_in(&frame, &script, WAIT) {
            Ok(found) => found,
            Err(error) if error.is_final() => return Err(error),
            Err(error) => {
                recording.fault(format!("what `{}` keeps could not be read: {error}", frame.url), "its storage")?;
                continue;
            }
        };
        let origin = text(&found, "/origin").to_owned();
        for item in found.get("items").and_then(Value::as_array).into_iter().flatten() {
            let mut params = item.clone();
            if let Some(params) = params.as_object_mut() {
                params.insert("page".to_owned(), visit.into());
                params.insert("choice".to_owned(), choice.into());
                params.insert("origin".to_owned(), origin.clone().into());
            }
            if seen.insert(params.to_string()) {
                recording.log.own("Shuhi.storage", params, None)?;
            }
        }
        let lost = found.get("lost").and_then(Value::as_u64).unwrap_or(0);
        if lost > 0 {
            let what = format!("`{origin}` keeps {lost} items more than the {ITEMS_MAX} that are read");
            recording.fault(what, "those items")?;
        }
        for fault in found.get("faults").and_then(Value::as_array).into_iter().flatten() {
            let what = format!("storage of `{origin}` could not be read: {}", fault.as_str().unwrap_or_default());
            recording.fault(what, "what it keeps there")?;
        }
    }
    Ok(())
}
