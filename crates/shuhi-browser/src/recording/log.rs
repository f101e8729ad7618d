//! The event log: one line an event.

use std::io::Write;

use serde_json::{Value, json};

use super::Redactor;
use crate::BrowserError;

/// Writes lines and counts them.
pub(crate) struct EventLog<'w> {
    out: &'w mut dyn Write,
    bytes: u64,
    bytes_most: u64,
    full: bool,
    redactor: Redactor,
}

impl<'w> EventLog<'w> {
    /// A log that takes so many bytes, and none of these secrets.
    pub fn new(out: &'w mut dyn Write, bytes_most: u64, redactor: Redactor) -> Self {
        Self { out, bytes: 0, bytes_most, full: false, redactor }
    }

    /// An event as received.
    pub fn event(&mut self, message: &[u8]) -> Result<(), BrowserError> {
        if self.full {
            return Ok(());
        }
        if self.bytes + message.len() as u64 > self.bytes_most {
            self.full = true;
            let what = format!("the log has reached its limit of {} bytes", self.bytes_most);
            let params = json!({"place": "event log", "what": what, "missing": "every later event of the browser"});
            return self.own("Shuhi.fault", params, None);
        }
        if message.contains(&b'\n') {
            // Legal in JSON, but a line is an event here.
            let one_line: Vec<u8> = message.iter().map(|byte| if *byte == b'\n' { b' ' } else { *byte }).collect();
            return self.line(&one_line);
        }
        self.line(message)
    }

    /// A line of our own.
    pub fn own(&mut self, method: &str, params: Value, session: Option<&str>) -> Result<(), BrowserError> {
        let mut line = json!({"method": method, "params": params});
        if let (Some(session), Some(line)) = (session, line.as_object_mut()) {
            line.insert("sessionId".to_owned(), session.into());
        }
        self.line(line.to_string().as_bytes())
    }

    /// Hands on what is buffered.
    pub fn flush(&mut self) -> Result<(), BrowserError> {
        self.out.flush().map_err(failed)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), BrowserError> {
        let cleaned = self.redactor.clean(line);
        let line = cleaned.as_deref().unwrap_or(line);
        self.bytes += line.len() as u64 + 1;
        self.out.write_all(line).and_then(|()| self.out.write_all(b"\n")).map_err(failed)
    }
}

fn failed(source: std::io::Error) -> BrowserError {
    BrowserError::Write { what: "event log".to_owned(), source }
}
