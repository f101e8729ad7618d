//! The visitor's choice on a consent banner.

mod known;

use std::time::Duration;

use serde_json::{Value, json};

use crate::frames::FrameWorld;
use crate::recording::{Recording, text};
use crate::{BrowserError, Buttons, Wish};

use known::Known;

/// How long looking for a button in one frame may take.
const WAIT: Duration = Duration::from_secs(5);
const FIND: &str = include_str!("consent.js");
const CLICK: &str =
    "(() => { const button = globalThis.shuhiButton; button.scrollIntoView({block: 'center'}); button.click(); })()";

/// The word of the log for what holds after the wish was carried out.
pub(crate) fn choice(wish: Wish) -> &'static str {
    match wish {
        Wish::Nothing => "before",
        Wish::Accept => "accepted",
        Wish::Refuse => "refused",
    }
}

/// Clicks what carries out the wish, in whichever frame it is; how it was found, none where it was not. `before_click` is called when the button is known.
pub(crate) fn choose(
    recording: &mut Recording<'_>,
    session: &str,
    wish: Wish,
    buttons: &Buttons,
    before_click: impl FnOnce(&mut Recording<'_>, &str) -> Result<(), BrowserError>,
) -> Result<bool, BrowserError> {
    let Some(script) = find_script(wish, buttons) else { return Ok(false) };
    let mut best: Option<(f64, FrameWorld, Value)> = None;
    for frame in recording.frames(session)? {
        match recording.run_in(&frame, &script, WAIT) {
            Ok(Value::Null) => {}
            Ok(found) => {
                let score = found.get("score").and_then(Value::as_f64).unwrap_or(0.0);
                if best.as_ref().is_none_or(|(most, ..)| score > *most) {
                    best = Some((score, frame, found));
                }
            }
            Err(error) if error.is_final() => return Err(error),
            Err(error) => {
                recording.fault(format!("`{}` could not be searched: {error}", frame.url), "a banner in it")?;
            }
        }
    }
    let Some((_, frame, found)) = best else { return Ok(false) };
    let by = format!("`{}` in `{}`, found by {}", text(&found, "/label"), frame.url, text(&found, "/how"));
    before_click(recording, &by)?;
    recording.run_in(&frame, CLICK, WAIT)?;
    Ok(true)
}

fn find_script(wish: Wish, buttons: &Buttons) -> Option<String> {
    let known = Known::read();
    let (selector, words) = match wish {
        Wish::Nothing => return None,
        Wish::Accept => (&buttons.accept, &known.accept),
        Wish::Refuse => (&buttons.refuse, &known.refuse),
    };
    let platforms: Vec<Value> = known
        .platforms
        .iter()
        .map(|platform| {
            let query = if wish == Wish::Accept { &platform.accept } else { &platform.refuse };
            json!({"name": platform.name, "query": query})
        })
        .collect();
    let given = format!("{}, {}, {}, {}", json!(selector), json!(platforms), json!(words), json!(known.about));
    Some(FIND.replace("(WISH)", &format!("({given})")))
}
