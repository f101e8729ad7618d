//! Syslog of carrier-grade NATs: datagrams, streams and files; what messages mean is data ([`Profile`]).
//!
//! A time of RFC 3164 has neither zone nor year. The zone is declared; the year is the latest that does not put the
//! message more than a day after the reference time ([`crate::TimeLimits::now`]).

mod example;
mod frames;
mod header;
mod message;
mod profile;

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;

use regex::bytes::{CaptureLocations, RegexSet, RegexSetBuilder};
use shuhi_records::UtcMillis;

pub use frames::Framing;
pub use profile::Profile;

use crate::lines::{LINE_BYTES_MAX, Line, UNREAD_BYTES_MAX};
use crate::shape::Given;
use crate::{Counts, Place, Reader, Reason, Sink, TimeLimits, Unread, Zone};
use frames::{Frame, Frames};
use message::Scratch;

/// How a syslog source is read.
#[derive(Clone, Debug)]
pub struct SyslogOptions {
    /// How a stream is cut into messages; files are lines, which [`Framing::Either`] finds too.
    pub framing: Framing,
    /// The zone of headers that name none.
    pub zone: Zone,
    /// The device of messages that name no host and come with no sender.
    pub device: String,
    /// Whether bytes are fed as they arrive, so that the reference time stands in for a header's that is missing.
    pub live: bool,
    /// Which times can be meant, and the reference for the year.
    pub limits: TimeLimits,
}

impl SyslogOptions {
    /// The usual options: either framing, headers in Japanese time, not live.
    #[must_use]
    pub fn of(device: impl Into<String>, limits: TimeLimits) -> Self {
        let (framing, zone, device) = (Framing::Either, Zone::JAPAN, device.into());
        Self { framing, zone, device, live: false, limits }
    }
}

/// Reads CGN syslog by vendor profiles.
///
/// A message without a mark of any profile is ignored. One that has a mark but fits no pattern is told as unread, so
/// that a vendor's new form shows. The device is the host of the header, else the datagram's sender, else
/// [`SyslogOptions::device`].
///
/// Making one compiles the profiles' marks; a clone of one that has read nothing costs little: one a connection.
#[derive(Clone, Debug)]
pub struct SyslogReader {
    frames: Frames,
    state: State,
}

#[derive(Clone, Debug)]
struct State {
    options: SyslogOptions,
    profiles: Vec<Arc<Profile>>,
    marks: RegexSet,
    /// The profile of each mark.
    marked: Vec<usize>,
    /// For each profile, for each pattern.
    groups: Vec<Vec<CaptureLocations>>,
    scratch: Scratch,
    key: String,
    sender: String,
    counts: Counts,
    datagrams: u64,
    datagram_bytes: u64,
}

impl SyslogReader {
    /// A reader that tries these profiles in order.
    ///
    /// # Errors
    ///
    /// When the profiles' marks are together too large to compile.
    pub fn new(profiles: Vec<Arc<Profile>>, options: SyslogOptions) -> Result<Self, TooManyMarks> {
        let marks = profiles.iter().flat_map(|profile| profile.marks.iter());
        let marks =
            RegexSetBuilder::new(marks).unicode(false).build().map_err(|error| TooManyMarks(error.to_string()))?;
        let marked =
            profiles.iter().enumerate().flat_map(|(place, profile)| vec![place; profile.marks.len()]).collect();
        let locations = |profile: &Arc<Profile>| {
            profile.patterns.iter().map(|pattern| pattern.expression.capture_locations()).collect()
        };
        let groups = profiles.iter().map(locations).collect();
        let frames = Frames::new(options.framing);
        let state = State {
            options,
            profiles,
            marks,
            marked,
            groups,
            scratch: Scratch::default(),
            key: String::new(),
            sender: String::new(),
            counts: Counts::default(),
            datagrams: 0,
            datagram_bytes: 0,
        };
        Ok(Self { frames, state })
    }

    /// Reads one datagram, received at `received`: one message, or several, one a line, as devices batch them. Places
    /// count datagrams.
    pub fn datagram<S: Sink + ?Sized>(
        &mut self,
        sender: Option<IpAddr>,
        received: UtcMillis,
        bytes: &[u8],
        sink: &mut S,
    ) {
        let state = &mut self.state;
        state.options.limits.now = received;
        state.sender.clear();
        if let Some(sender) = sender {
            // Writing to a String cannot fail.
            let _ = write!(state.sender, "{sender}");
        }
        state.datagrams += 1;
        let place = Place { number: state.datagrams, offset: state.datagram_bytes };
        state.datagram_bytes += bytes.len() as u64;
        let whole = bytes.trim_ascii_end();
        for message in whole.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
            if !message.is_empty() || whole.is_empty() {
                state.message(message, place, Some(received), sink);
            }
        }
        state.sender.clear();
    }
}

impl Reader for SyslogReader {
    fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], sink: &mut S) {
        let Self { frames, state } = self;
        frames.feed(bytes, |frame, place| state.frame(frame, place, sink));
    }

    fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        let Self { frames, state } = self;
        frames.finish(|frame, place| state.frame(frame, place, sink));
    }

    fn counts(&self) -> Counts {
        self.state.counts
    }

    fn set_now(&mut self, now: UtcMillis) {
        self.state.options.limits.now = now;
    }
}

/// The marks of all profiles are too large together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the marks of the profiles cannot be taken together: {0}; use fewer profiles or simpler marks")]
pub struct TooManyMarks(String);

impl State {
    fn frame<S: Sink + ?Sized>(&mut self, frame: Frame<'_>, place: Place, sink: &mut S) {
        match frame {
            Frame::Message(Line::Whole(message)) => {
                let received = self.options.live.then_some(self.options.limits.now);
                self.message(message, place, received, sink);
            }
            Frame::Message(Line::TooLong(bytes)) => {
                self.unread(bytes, place, Reason::TooLong { limit: LINE_BYTES_MAX }, sink);
            }
            Frame::Broken(bytes, reason) => self.unread(bytes, place, reason, sink),
        }
    }

    fn message<S: Sink + ?Sized>(&mut self, message: &[u8], place: Place, received: Option<UtcMillis>, sink: &mut S) {
        if message.len() > LINE_BYTES_MAX {
            let told = message.get(..UNREAD_BYTES_MAX).unwrap_or(message);
            return self.unread(told, place, Reason::TooLong { limit: LINE_BYTES_MAX }, sink);
        }
        match self.tell(message, place, received, sink) {
            Ok(true) => self.counts.read += 1,
            Ok(false) => self.counts.ignored += 1,
            Err(reason) => self.unread(message, place, reason, sink),
        }
    }

    fn unread<S: Sink + ?Sized>(&mut self, bytes: &[u8], place: Place, reason: Reason, sink: &mut S) {
        self.counts.unread += 1;
        sink.unread(Unread { bytes, place, reason });
    }

    /// Tells what the message says; whether there was anything to tell.
    fn tell<S: Sink + ?Sized>(
        &mut self,
        message: &[u8],
        place: Place,
        received: Option<UtcMillis>,
        sink: &mut S,
    ) -> Result<bool, Reason> {
        let marks = self.marks.matches(message);
        if !marks.matched_any() {
            return Ok(false);
        }
        let limits = self.options.limits;
        let header = header::header(message, &self.options.zone, limits.now);
        let sender = if self.sender.is_empty() { self.options.device.as_str() } else { self.sender.as_str() };
        let host = std::str::from_utf8(header.host).unwrap_or_default();
        let device = if host.is_empty() { sender } else { host };
        let given = Given { device, time: header.time.or(received) };
        let mut candidates: Vec<usize> = marks.into_iter().filter_map(|mark| self.marked.get(mark).copied()).collect();
        candidates.dedup();
        let mut unknown = None;
        for candidate in candidates {
            let Some((profile, groups)) = self.profiles.get(candidate).zip(self.groups.get_mut(candidate)) else {
                continue;
            };
            let (mut told, mut wrong) = (false, None);
            for (pattern, groups) in profile.patterns.iter().zip(groups) {
                let mut start = 0;
                while let Some(fields) = self.scratch.fields(pattern, groups, header.body, start) {
                    start = fields.end();
                    told = true;
                    let done = pattern.shape.tell(&fields, &given, &mut self.key, &limits, (place, &mut *sink));
                    wrong = wrong.or(done.err());
                    if !pattern.repeats {
                        break;
                    }
                }
                if told && !pattern.repeats {
                    break;
                }
            }
            if told {
                return wrong.map_or(Ok(true), Err);
            }
            if profile.ignore.iter().any(|ignored| ignored.is_match(header.body)) {
                return Ok(false);
            }
            unknown = unknown.or(Some(Reason::NoPatternFits { profile: profile.name.clone() }));
        }
        unknown.map_or(Ok(false), Err)
    }
}
