use serde::{Deserialize, Serialize};

use crate::chain::Place;
use crate::request::RequestIndex;

/// A tag of a page: a document, a script or whatever else makes requests, with what it brought in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagNode {
    /// What it is.
    pub kind: TagKind,
    /// Its address; for inline scripts that of their document, empty for scripts made from text.
    pub url: String,
    /// Where it begins in the file at `url`: inline scripts.
    pub line: Option<u32>,
    /// Where in its parent it stands or was brought in: the line of the element, the call of the script.
    pub at: Option<Place>,
    /// The request that fetched it.
    pub request: Option<RequestIndex>,
    /// The requests it made itself, in order, except those that fetched one of `children`. Earlier hops of a redirect stand before later ones.
    pub requests: Vec<RequestIndex>,
    /// The tags it brought in.
    pub children: Vec<TagNode>,
}

/// What a tag is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// The document of the page.
    Document,
    /// A document in a frame.
    Frame,
    /// A script that was fetched, or at least has an address.
    Script,
    /// A script that stands in its document.
    InlineScript,
    /// A script that a script made from text.
    MadeScript,
    /// The script of a worker.
    Worker,
    /// The script of a service worker.
    ServiceWorker,
    /// A style sheet that brought something in.
    Style,
    /// Something else that brought something in.
    Other,
    /// Not a tag: what stands below has a cause that is not known.
    #[default]
    NotKnown,
}

impl TagNode {
    /// All requests in this tag and below, its own first.
    #[must_use]
    pub fn all_requests(&self) -> Vec<RequestIndex> {
        let mut all = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            all.extend(node.request);
            all.extend(&node.requests);
            open.extend(node.children.iter().rev());
        }
        all
    }
}
