//! Pictures of pages and of elements.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::BrowserError;
use crate::recording::{Recording, text};

/// The longest picture of a page, in CSS pixels; a longer page is cut.
const HEIGHT_MAX_PX: f64 = 16_000.0;

/// A part of a page, in CSS pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageBox {
    /// From the left.
    pub x_px: f64,
    /// From the top.
    pub y_px: f64,
    /// Width.
    pub width_px: f64,
    /// Height.
    pub height_px: f64,
}

/// A PNG of the whole page, or of a part of it.
pub(crate) fn take(
    recording: &mut Recording<'_>,
    session: &str,
    part: Option<PageBox>,
) -> Result<Vec<u8>, BrowserError> {
    let part = match part {
        Some(part) => part,
        None => whole(recording, session)?,
    };
    let clip = json!({"x": part.x_px, "y": part.y_px, "width": part.width_px.max(1.0),
        "height": part.height_px.clamp(1.0, HEIGHT_MAX_PX), "scale": 1});
    let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
    let answer = recording.call(Some(session), "Page.captureScreenshot", params)?;
    STANDARD.decode(text(&answer, "/data")).map_err(|_| BrowserError::Refused {
        method: "Page.captureScreenshot".to_owned(),
        message: "its picture is no base64".to_owned(),
    })
}

/// Writes a picture into a folder.
pub(crate) fn write(folder: &Path, name: &str, picture: &[u8]) -> Result<(), BrowserError> {
    let file = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, picture))
        .map_err(|source| BrowserError::Write { what: file.display().to_string(), source })
}

fn whole(recording: &mut Recording<'_>, session: &str) -> Result<PageBox, BrowserError> {
    let metrics = recording.call(Some(session), "Page.getLayoutMetrics", json!({}))?;
    let size = |name: &str| {
        metrics.pointer("/cssContentSize").and_then(|size| size.get(name)).and_then(Value::as_f64).unwrap_or(0.0)
    };
    Ok(PageBox { x_px: 0.0, y_px: 0.0, width_px: size("width"), height_px: size("height") })
}
