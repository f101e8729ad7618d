//! Logs of DevTools events: our own, and those of others.
//!
//! A log is read in one pass. What belongs to one request comes in many events, in an order the browser does not promise: the request, its real headers, its response, the cookies that were set, its
//! end. They are joined by request id and session; what can only be known at the end (which real headers go with which hop of a redirect, which request fetched a worker) is settled in `finish`.

mod events;
mod extra;
mod finish;
mod own;
mod reports;
mod requests;
mod responses;
mod sockets;
mod stacks;
mod state;
mod targets;

use crate::capture::{Capture, SourceKind};
use crate::error::CaptureError;
use crate::faults::Faults;
use state::State;

/// Reads a log of DevTools events: our own JSON Lines, a JSON list of events or of texts of events, Lighthouse's `devtoolslog`, WebPageTest's, the performance log of ChromeDriver, lines with times before them;
/// also gzipped, also with a beginning or an end missing.
///
/// # Errors
///
/// When nothing in it is an event, or it is larger than [`crate::limits::INPUT_BYTES_MAX`]. Whatever is wrong in parts of it stands in [`Capture::faults`].
pub fn read_devtools(bytes: &[u8]) -> Result<Capture, CaptureError> {
    let mut faults = Faults::default();
    let bytes = crate::input::prepare(bytes, &mut faults)?;
    let mut state = State::default();
    state.capture.source.kind = SourceKind::DevTools;
    events::read(&bytes, &mut faults, &mut |event| state.take(event))?;
    Ok(finish::finish(state, faults))
}
