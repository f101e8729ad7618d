use serde::{Deserialize, Serialize};

use crate::initiator::{Initiator, StackFrame};
use crate::request::RequestIndex;

/// A document in its frame, or a worker: what sends requests on behalf of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// What it is.
    pub kind: ContextKind,
    /// Its address: that of the document or of the worker's script.
    pub url: String,
    /// The page whose visit it belongs to, by its place in [`crate::Capture::pages`].
    pub page: Option<usize>,
    /// The document or worker it was made in, by its place in [`crate::Capture::contexts`].
    pub parent: Option<usize>,
    /// The request that fetched its document or script, where there was one; after redirects the last of them.
    pub request: Option<RequestIndex>,
    /// What made its frame or started it, beyond what `request` says: the stack of the script that attached the frame.
    pub made_by: Initiator,
}

/// What sends requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContextKind {
    /// The document of a page itself.
    #[default]
    Page,
    /// A document in a frame.
    Frame,
    /// A worker of one document.
    Worker,
    /// A worker that documents share.
    SharedWorker,
    /// A service worker.
    ServiceWorker,
}

/// A script as the browser compiled it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Its id, unique with the session: `SESSION/SCRIPT`.
    pub id: String,
    /// Where it came from; that of its document for inline scripts, empty for `eval`.
    pub url: String,
    /// The line of its file on which it begins, counted from 1: more than 1 for inline scripts.
    pub line: u32,
    /// The column at which it begins, counted from 1.
    pub column: u32,
    /// The document or worker it ran in, by its place in [`crate::Capture::contexts`].
    pub context: Option<usize>,
    /// It calls itself by another address in a `sourceURL` comment, which is not kept.
    #[serde(default)]
    pub renamed: bool,
    /// Where its text came from, for scripts that scripts made: as in [`StackFrame::made_by`].
    pub made_by: Vec<StackFrame>,
}
