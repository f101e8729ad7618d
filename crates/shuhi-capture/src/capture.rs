use serde::{Deserialize, Serialize};

use crate::context::{Context, Script};
use crate::request::Request;
use crate::storage::{StoredCookie, StoredItem};

/// Everything that was seen in one capture, in the order in which it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// What watched.
    pub source: CaptureSource,
    /// The pages that were opened; requests refer to them by their place in this list.
    pub pages: Vec<Page>,
    /// What was sent; requests refer to each other by their place in this list.
    pub requests: Vec<Request>,
    /// The documents and workers that sent them; empty where the capture does not tell them apart (HAR files).
    #[serde(default)]
    pub contexts: Vec<Context>,
    /// The scripts that ran, as far as the capture lists them; [`crate::StackFrame::script`] names them by their id.
    #[serde(default)]
    pub scripts: Vec<Script>,
    /// Cookies held by the browser at the end of a page, or set by responses.
    pub cookies: Vec<StoredCookie>,
    /// What local storage, session storage and IndexedDB held at the end of a page.
    pub storage: Vec<StoredItem>,
    /// What could not be read or done: a capture is never silently incomplete.
    pub faults: Vec<CaptureFault>,
}

/// What watched, as far as the capture says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureSource {
    /// The form in which it came.
    pub kind: SourceKind,
    /// The program that wrote it, with its version: `Firefox 143.0`, `WebPageTest 21.07`.
    pub program: Option<String>,
    /// The browser that was watched, with its version.
    pub browser: Option<String>,
}

/// The form in which a capture came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A browser that Shuhi drove.
    #[default]
    Browser,
    /// A HAR file.
    Har,
    /// A log of DevTools events.
    DevTools,
}

/// One visit of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its address as it was opened, without what only a log calls it.
    pub url: String,
    /// Its title, where the capture has it.
    pub title: Option<String>,
    /// When the visit began, RFC 3339 in UTC.
    pub started_at: Option<String>,
    /// How wide the window was, in CSS pixels, where known.
    pub width_px: Option<u32>,
    /// Where the page ended up after redirects, where it differs.
    pub final_url: Option<String>,
}

/// What the visitor had chosen on the consent banner when something was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Nothing was known of a banner or a choice: HAR files and logs of others.
    #[default]
    NotKnown,
    /// Before any choice.
    Before,
    /// After everything was accepted.
    Accepted,
    /// After everything that can be refused was refused.
    Refused,
}

/// Something that could not be read or done, where, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureFault {
    /// Where: `entry 12`, `line 3042`, the address of a page.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What may therefore be missing.
    pub missing: String,
}
