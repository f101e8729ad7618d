//! What a page or app was seen to send.
//!
//! A [`Capture`] is one model for everything that watches: a browser driven over the DevTools protocol, a HAR file, a DevTools event log. It says what left the terminal, through which channel, who
//! caused it, and what was stored on the terminal. It judges nothing, names nobody and decodes nothing: `shuhi-catalogue` knows the recipients, `shuhi-items` the information, `shuhi-scan` joins them.

mod address;
mod capture;
mod chain;
mod channel;
mod context;
mod cookies;
mod devtools;
mod error;
mod faults;
mod har;
mod initiator;
mod input;
mod json;
pub mod limits;
mod request;
mod storage;
mod time;
mod trace;

pub use capture::{Capture, CaptureFault, CaptureSource, Choice, Page, SourceKind};
pub use chain::{Cause, Causes, Place, TagKind, TagNode};
pub use context::{Context, ContextKind, Script};
pub use devtools::read_devtools;
pub use error::CaptureError;
pub use har::read_har;
pub use initiator::{Initiator, StackFrame};
pub use request::{
    Aliases, Body, Channel, Header, Message, Outcome, Request, RequestIndex, Response, SentCookie, SetCookie,
};
pub use storage::{Storage, StoredCookie, StoredItem};

/// Reads a HAR file or a log of DevTools events, whichever it is.
///
/// # Errors
///
/// As [`read_har`] and [`read_devtools`]; where it is neither, as a log.
pub fn read(bytes: &[u8]) -> Result<Capture, CaptureError> {
    match read_devtools(bytes) {
        Err(as_log) => match read_har(bytes) {
            Ok(capture) => Ok(capture),
            Err(CaptureError::OtherKind { .. } | CaptureError::NotJson { .. }) => Err(as_log),
            Err(error) => Err(error),
        },
        // A HAR file that is cut short looks like lines of which none is an event.
        Ok(capture) if capture.requests.is_empty() => Ok(read_har(bytes).unwrap_or(capture)),
        capture => capture,
    }
}
