//! FreeRADIUS `detail` files: accounting requests as blocks of attributes (RFC 2866, RFC 2869, RFC 3162, RFC 4818).
//!
//! A block begins with a line at the margin (the time of receipt), has an indented `Attribute = value` a line, and ends
//! with an empty line. Each address of a session is told as a session of its own, since each is looked up alone; the
//! key says which: `ID|ADDRESS/LENGTH`.

mod block;
mod value;

use shuhi_records::{Cell, Event, Kind, Prefix, Row, Session, SessionPhase, UtcMillis};

use crate::lines::{Line, Lines};
use crate::{Counts, LINE_BYTES_MAX, Place, Reader, Reason, Sink, TimeLimits, UNREAD_BYTES_MAX, Unread, Zone};
use block::{Accounting, Status};

/// How a `detail` file is read.
#[derive(Clone, Debug)]
pub struct DetailOptions {
    /// The zone of the FreeRADIUS server's own clock, for blocks that have no `Timestamp` but their first line.
    pub zone: Zone,
    /// Which times can be meant.
    pub limits: TimeLimits,
}

/// Reads `detail` files.
///
/// - Phase: `Acct-Status-Type` Start, Interim-Update, Stop. Accounting-On and Accounting-Off are [`Event::Restarted`].
/// - Time: `Timestamp`, else the block's first line, less `Acct-Delay-Time`; else `Event-Timestamp`; began: that less
///   `Acct-Session-Time`.
/// - Device: `NAS-IP-Address`, else `NAS-IPv6-Address`, else `NAS-Identifier`, else `Client-IP-Address`.
/// - Session: `Acct-Unique-Session-Id`, else `Acct-Session-Id`.
/// - A Start or Interim-Update without an address is ignored: there is nothing to look up yet, and a later block says
///   when the session began. A Stop without an address is told with the key `ID|` and no address in its row: it ends
///   whatever the session has open.
/// - `Framed-IP-Address` 255.255.255.254 and 255.255.255.255 are no addresses (RFC 2865 section 5.8), nor is 0.0.0.0.
/// - Blocks that are no accounting, or of another status, are ignored.
///
/// A block may have [`LINE_BYTES_MAX`] bytes. The last block of a file waits for its empty line; when the source ends, or
/// another block's first line comes instead, it is taken if its `Timestamp` (which is written last) stands there whole,
/// else told as unread.
#[derive(Debug)]
pub struct DetailReader {
    lines: Lines,
    state: State,
}

#[derive(Debug)]
struct State {
    options: DetailOptions,
    counts: Counts,
    blocks: u64,
    held: Vec<u8>,
    offset: u64,
    /// The block was told as too long; the rest of it is passed over.
    passing_over: bool,
    key: String,
    source: String,
}

impl DetailReader {
    /// A reader of one file, or of one stream of files.
    #[must_use]
    pub fn new(options: DetailOptions) -> Self {
        let state = State {
            options,
            counts: Counts::default(),
            blocks: 0,
            held: Vec::new(),
            offset: 0,
            passing_over: false,
            key: String::new(),
            source: String::new(),
        };
        Self { lines: Lines::default(), state }
    }
}

impl Reader for DetailReader {
    fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], sink: &mut S) {
        let Self { lines, state } = self;
        lines.feed(bytes, |line, place| state.line(line, place, sink));
    }

    fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        let Self { lines, state } = self;
        let cut = lines.holds_any();
        // A line without its end is no empty line yet, whatever stands on it.
        lines.finish(|line, place| match line {
            Line::Whole(bytes) => state.hold(bytes, place),
            Line::TooLong(_) => state.line(line, place, sink),
        });
        state.last(cut, sink);
    }

    fn counts(&self) -> Counts {
        self.state.counts
    }

    fn set_now(&mut self, now: UtcMillis) {
        self.state.options.limits.now = now;
    }
}

impl State {
    fn line<S: Sink + ?Sized>(&mut self, line: Line<'_>, place: Place, sink: &mut S) {
        let bytes = match line {
            Line::Whole(bytes) => bytes,
            Line::TooLong(bytes) => {
                self.hold(bytes, place);
                return self.pass_over(sink);
            }
        };
        if bytes.trim_ascii().is_empty() {
            return self.close(sink);
        }
        // A block that was left half written, and files without empty lines.
        if (!self.held.is_empty() || self.passing_over) && block::is_header(bytes) {
            self.last(false, sink);
        }
        self.hold(bytes, place);
        if self.held.len() > LINE_BYTES_MAX {
            self.pass_over(sink);
        }
    }

    fn hold(&mut self, bytes: &[u8], place: Place) {
        if self.passing_over {
            return;
        }
        if self.held.is_empty() {
            self.offset = place.offset;
            self.blocks += 1;
        }
        self.held.extend_from_slice(bytes);
        self.held.push(b'\n');
    }

    fn pass_over<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        if !std::mem::replace(&mut self.passing_over, true) {
            self.unread(Reason::TooLong { limit: LINE_BYTES_MAX }, sink);
        }
        self.held.clear();
    }

    fn close<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        self.passing_over = false;
        let block = std::mem::take(&mut self.held);
        if !block.is_empty() {
            match self.tell(&block, sink) {
                Ok(true) => self.counts.read += 1,
                Ok(false) => self.counts.ignored += 1,
                Err(reason) => {
                    self.held.extend_from_slice(&block);
                    self.unread(reason, sink);
                }
            }
        }
        self.held = block;
        self.held.clear();
    }

    /// The block that no empty line ends; `cut` says that its last line has no line end.
    fn last<S: Sink + ?Sized>(&mut self, cut: bool, sink: &mut S) {
        let whole = !cut && block::has_timestamp(&self.held);
        if whole || self.held.is_empty() {
            return self.close(sink);
        }
        self.unread(Reason::Unfinished { what: "block" }, sink);
        self.held.clear();
    }

    fn place(&self) -> Place {
        Place { number: self.blocks, offset: self.offset }
    }

    fn unread<S: Sink + ?Sized>(&mut self, reason: Reason, sink: &mut S) {
        self.counts.unread += 1;
        let most = if matches!(reason, Reason::TooLong { .. }) { UNREAD_BYTES_MAX } else { LINE_BYTES_MAX };
        let bytes = self.held.get(..most).unwrap_or(&self.held);
        sink.unread(Unread { bytes, place: self.place(), reason });
    }

    /// Tells what the block says; whether it said anything.
    fn tell<S: Sink + ?Sized>(&mut self, block: &[u8], sink: &mut S) -> Result<bool, Reason> {
        let Some(accounting) = Accounting::read(block)? else { return Ok(false) };
        let limits = self.options.limits;
        let at = limits.event("Timestamp", accounting.at(&self.options.zone)?)?;
        self.source.clear();
        accounting.put_device(&mut self.source)?;
        let place = self.place();
        let phase = match accounting.status {
            Status::Restarted => {
                sink.event(Event::Restarted { device: &self.source, at }, place);
                return Ok(true);
            }
            Status::Phase(phase) => phase,
        };
        let session = accounting.session()?;
        let session = &*session;
        let began = accounting.began(at)?.map(|began| limits.began("Acct-Session-Time", began, at)).transpose()?;
        let mut row = Row::new(Kind::ConnectionAuth)
            .with("user", Cell::Text(accounting.user()?))
            .with("session", Cell::Text(session))
            .with("source", Cell::Text(&self.source));
        let station = accounting.calling_station();
        if let Some(station) = &station {
            row.set("calling_station", Cell::Text(station));
        }
        let addresses = accounting.addresses()?;
        for prefix in &addresses {
            row.set("address", Cell::Address(prefix.first));
            row.set("prefix_length", Cell::Number(u32::from(prefix.length)));
            put_key(&mut self.key, session, Some(*prefix));
            sink.event(Event::Session(Session { phase, device: &self.source, key: &self.key, at, began, row }), place);
        }
        if addresses.is_empty() && phase == SessionPhase::Closed {
            put_key(&mut self.key, session, None);
            sink.event(Event::Session(Session { phase, device: &self.source, key: &self.key, at, began, row }), place);
            return Ok(true);
        }
        Ok(!addresses.is_empty())
    }
}

fn put_key(key: &mut String, session: &str, prefix: Option<Prefix>) {
    use std::fmt::Write;

    key.clear();
    key.push_str(session);
    key.push('|');
    if let Some(prefix) = prefix {
        // Writing to a String cannot fail.
        let _ = write!(key, "{}/{}", prefix.first, prefix.length);
    }
}
