//! What a page or app was seen to send.
//!
//! A [`Capture`] is one model for everything that watches: a browser driven over the DevTools protocol, a HAR file, a DevTools event log. It says what left the terminal, through which channel, who
//! caused it, and what was stored on the terminal. It judges nothing, names nobody and decodes nothing: `shuhi-catalogue` knows the recipients, `shuhi-items` the information, `shuhi-scan` joins them.

mod capture;
mod context;
mod initiator;
mod request;
mod storage;

pub use capture::{Capture, CaptureFault, CaptureSource, Choice, Page, SourceKind};
pub use context::{Context, ContextKind, Script};
pub use initiator::{Initiator, StackFrame};
pub use request::{
    Aliases, Body, Channel, Header, Message, Outcome, Request, RequestIndex, Response, SentCookie, SetCookie,
};
pub use storage::{Storage, StoredCookie, StoredItem};
