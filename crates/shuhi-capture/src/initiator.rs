use serde::{Deserialize, Serialize};

use crate::request::RequestIndex;

/// What the browser says caused a request: one step; `chain` follows the steps down to the tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Initiator {
    /// The capture does not say.
    #[default]
    NotKnown,
    /// Someone typed an address, followed a link or submitted a form: a navigation.
    Navigation,
    /// An element or a rule in a document or style sheet, met by its parser; without a line, where the browser only names the document.
    Parser {
        /// The document or style sheet.
        url: String,
        /// Its line, counted from 1.
        line: Option<u32>,
        /// Its column, counted from 1.
        column: Option<u32>,
    },
    /// A script.
    Script {
        /// Who called whom, the innermost call first; calls across promises, timers and other asynchronous turns follow in the same list.
        stack: Vec<StackFrame>,
    },
    /// The response of another request sent it here.
    Redirect {
        /// The request that was redirected.
        from: RequestIndex,
    },
    /// A preflight request for another one.
    Preflight {
        /// The request that needed it.
        of: RequestIndex,
    },
    /// A response header or an element asked for it ahead of need.
    Preload {
        /// The document or script that asked.
        url: Option<String>,
    },
    /// The browser itself: favicons, reports, manifests.
    Browser {
        /// The document it did it for, where known.
        url: Option<String>,
    },
}

/// One call on a script's stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFrame {
    /// The function's name, empty where it has none.
    pub function: String,
    /// Where its script came from; empty for `eval` and inline code without an address.
    pub url: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1.
    pub column: u32,
    /// The script as the browser numbers it, unique with the session: `SESSION/SCRIPT`.
    pub script: Option<String>,
    /// What the call was behind: `Promise.then`, `setTimeout`, `await`; none for a plain call.
    pub behind: Option<String>,
    /// For `eval`, `new Function`, inserted inline scripts and scripts from `blob:` and `data:` addresses: where the text of the script came from, the innermost first.
    pub made_by: Vec<StackFrame>,
}
