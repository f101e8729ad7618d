//! What caused a request, down to the tag in the page, and the tags of a page as a tree.
//!
//! **The rule.** The direct cause of a request that a script sent is the script of the innermost call on its stack whose origin is known; calls in text without an address and without a known maker
//! are passed over (they are named as a step). Other scripts on the stack called it: each is a step of its own, but the chain goes on with what *loaded the direct cause*, because that is the tag to
//! take away or to publish. So a request that jQuery sends for a tag stands under jQuery, and its chain names the tag that called. The same rule places requests in the tree.

mod index;
mod step;
mod tag;
mod tree;

use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::context::ContextKind;
use crate::initiator::StackFrame;
use crate::request::RequestIndex;

pub use index::Causes;
pub use tag::{TagKind, TagNode};

/// A place in a document, a script or a style sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Its address; empty for text without one.
    pub url: String,
    /// Line, counted from 1.
    pub line: Option<u32>,
    /// Column, counted from 1.
    pub column: Option<u32>,
    /// The function, empty where it has no name and in documents.
    pub function: String,
}

/// One step of a chain: what caused the step before it, or the request where it is the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cause {
    /// A script that was fetched or stands in a document.
    Script {
        /// The call.
        place: Place,
        /// The request that fetched it; for inline scripts that of the document.
        request: Option<RequestIndex>,
        /// It stands in the document itself.
        inline: bool,
        /// It called the step before; else it sent or loaded it.
        called: bool,
        /// What the call was behind: `Promise.then`, `setTimeout`, `await`.
        behind: Option<String>,
    },
    /// Text that was made into a script: `eval`, `new Function`, an inserted inline script, `blob:` and `data:` scripts. Who made it follows.
    Made {
        /// The call in it.
        place: Place,
        /// It called the step before; else it sent or loaded it.
        called: bool,
    },
    /// An element of a document.
    Element {
        /// Where it stands.
        place: Place,
        /// The request that fetched the document.
        document: Option<RequestIndex>,
    },
    /// A rule of a style sheet.
    Style {
        /// Where it stands.
        place: Place,
        /// The request that fetched the style sheet.
        sheet: RequestIndex,
    },
    /// The frame in which the steps before happened. What made it follows.
    Frame {
        /// The address of its document.
        url: String,
        /// The request that fetched its document.
        request: Option<RequestIndex>,
    },
    /// The worker in which the steps before happened. What started it follows.
    Worker {
        /// The address of its script.
        url: String,
        /// What kind of worker.
        worker: ContextKind,
        /// The request that fetched its script.
        request: Option<RequestIndex>,
    },
    /// The response of another request sent it here. What caused that one follows.
    Redirect {
        /// The request that was redirected.
        from: RequestIndex,
    },
    /// It asked whether another request may be sent. What caused that one follows.
    Preflight {
        /// The request that needed it.
        of: RequestIndex,
    },
    /// It was fetched ahead of need.
    Preload {
        /// The document or script that asked, where known.
        url: Option<String>,
    },
    /// Someone opened the page: an end.
    Navigation,
    /// The browser itself: an end.
    Browser {
        /// The document it did it for, where known.
        url: Option<String>,
    },
    /// Nothing more is known: an end that is none.
    NotKnown {
        /// Why.
        why: String,
    },
}

impl Capture {
    /// What caused a request, the direct cause first, down to the tag in the page. For many requests at once make one [`Causes`].
    #[must_use]
    pub fn chain(&self, request: RequestIndex) -> Vec<Cause> {
        self.causes().chain(request)
    }

    /// The tags of a page as a tree; every request of the page stands in it exactly once. For many pages at once make one [`Causes`].
    #[must_use]
    pub fn tree(&self, page: usize) -> Vec<TagNode> {
        self.causes().tree(Some(page))
    }

    /// Makes ready to ask for chains and trees.
    #[must_use]
    pub fn causes(&self) -> Causes<'_> {
        Causes::new(self)
    }
}

impl Place {
    pub(crate) fn of_call(frame: &StackFrame) -> Self {
        Self {
            url: frame.url.clone(),
            line: Some(frame.line),
            column: Some(frame.column),
            function: frame.function.clone(),
        }
    }
}
