//! Messages: header and sets.

use std::fmt::Write;
use std::net::IpAddr;

use super::FlowOptions;
use super::domain::{DomainKey, Domains, Sent};
use super::element::Bare;
use super::meaning::{Meaning, Origin, Scratch, meaning};
use super::pending::{Pending, Waiting};
use super::template::{Definitions, Form, Said};
use crate::{Counts, Place, Reason, Sink, Unread};

/// Bytes of a header of IPFIX.
pub(super) const IPFIX_HEADER: usize = 16;
/// Bytes of a header of version 9.
pub(super) const NINE_HEADER: usize = 20;
const SET_HEADER: usize = 4;

/// Reads messages, and remembers what the next ones need.
#[derive(Debug)]
pub(super) struct Messages {
    pub options: FlowOptions,
    pub counts: Counts,
    domains: Domains,
    pending: Pending,
    device: String,
    scratch: Scratch,
}

/// A set within its message.
struct Set<'a> {
    key: DomainKey,
    sent: Sent,
    place: Place,
    id: u16,
    data: &'a [u8],
    /// With its header, for the quarantine.
    whole: &'a [u8],
}

impl Messages {
    pub fn new(options: FlowOptions) -> Self {
        Self {
            options,
            counts: Counts::default(),
            domains: Domains::default(),
            pending: Pending::default(),
            device: String::new(),
            scratch: Scratch::default(),
        }
    }

    /// Reads one datagram or one message of a stream.
    pub fn message<S: Sink + ?Sized>(&mut self, exporter: Option<IpAddr>, bytes: &[u8], place: Place, sink: &mut S) {
        if let Some(earlier) = Earlier::of(bytes) {
            // The header alone: its flows show destinations and no translation, so not even quarantine may keep them.
            self.unread(bytes.get(..earlier.header).unwrap_or(bytes), place, earlier.reason(), sink);
            return self.expire(sink);
        }
        let mut rest = bytes;
        loop {
            let beyond = self.one(exporter, rest, place, sink);
            let extra = rest.get(rest.len() - beyond..).unwrap_or_default();
            // Behind the length that the message states: another message, zeros, or nothing that can be read.
            if matches!(short(extra, 0), Some(9 | 10)) && beyond < rest.len() {
                rest = extra;
                continue;
            }
            if extra.iter().any(|byte| *byte != 0) {
                let reason = Reason::Lengths { what: "message", stated: rest.len() - beyond, found: rest.len() };
                self.unread(extra, place, reason, sink);
            }
            break;
        }
        self.expire(sink);
    }

    /// Reads the message at the beginning of `bytes`; how many bytes stand behind it.
    fn one<S: Sink + ?Sized>(&mut self, exporter: Option<IpAddr>, bytes: &[u8], place: Place, sink: &mut S) -> usize {
        let (key, sent, sets, beyond) = match header(exporter, bytes) {
            Ok(found) => found,
            Err(reason) => {
                self.unread(bytes, place, reason, sink);
                return 0;
            }
        };
        let message = bytes.get(..bytes.len() - beyond).unwrap_or(bytes);
        if self.domains.is_repeated(key, message) {
            self.counts.duplicated += 1;
            return beyond;
        }
        self.device.clear();
        match exporter {
            // Writing to a String cannot fail.
            Some(exporter) => _ = write!(self.device, "{exporter}"),
            None => self.device.push_str(&self.options.device),
        }
        let mut rest = sets;
        // Zeros behind the last set fill a datagram up.
        while rest.iter().any(|byte| *byte != 0) {
            let Some((id, length)) = set_header(rest) else {
                let reason = Reason::Lengths { what: "set", stated: SET_HEADER, found: rest.len() };
                self.unread(rest, place, reason, sink);
                break;
            };
            let whole = rest.get(..length).filter(|_| length >= SET_HEADER);
            let Some(whole) = whole else {
                let reason = Reason::Lengths { what: "set", stated: length, found: rest.len() };
                self.unread(rest, place, reason, sink);
                break;
            };
            let data = whole.get(SET_HEADER..).unwrap_or_default();
            self.set(&Set { key, sent, place, id, data, whole }, sink);
            rest = rest.get(length..).unwrap_or_default();
        }
        beyond
    }

    /// Tells whatever still waits for its template.
    pub fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        while let Some(waiting) = self.pending.first() {
            self.never_came(&waiting, sink);
        }
    }

    pub fn unread<S: Sink + ?Sized>(&mut self, bytes: &[u8], place: Place, reason: Reason, sink: &mut S) {
        self.counts.unread += 1;
        sink.unread(Unread { bytes, place, reason });
    }

    fn expire<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        while let Some(waiting) = self.pending.expired(self.options.limits.now) {
            self.never_came(&waiting, sink);
        }
    }

    fn never_came<S: Sink + ?Sized>(&mut self, waiting: &Waiting, sink: &mut S) {
        let reason = Reason::TemplateNeverCame { id: waiting.template, domain: waiting.key.domain };
        self.unread(&waiting.data, waiting.place, reason, sink);
    }

    fn set<S: Sink + ?Sized>(&mut self, set: &Set<'_>, sink: &mut S) {
        match (set.key.form(), set.id) {
            (Form::Nine, 0) | (Form::Ipfix, 2) => self.definitions(set, false, sink),
            (Form::Nine, 1) | (Form::Ipfix, 3) => self.definitions(set, true, sink),
            (_, 256..) => self.data(set, sink),
            (_, id) => self.unread(set.whole, set.place, Reason::ReservedSet { id }, sink),
        }
    }

    fn definitions<S: Sink + ?Sized>(&mut self, set: &Set<'_>, options: bool, sink: &mut S) {
        let mut definitions = Definitions { rest: set.data, form: set.key.form(), options };
        while let Some(said) = definitions.next() {
            let done = match said {
                Ok(Said::Defined(id, template)) => self.domains.define(set.key, id, template).map(|()| Some(id)),
                Ok(Said::Withdrawn(id)) => {
                    self.domains.withdraw(&set.key, id);
                    Ok(None)
                }
                Ok(Said::AllWithdrawn) => {
                    self.domains.withdraw_all(&set.key, options);
                    Ok(None)
                }
                Err(reason) => Err(reason),
            };
            match done {
                Ok(id) => {
                    self.counts.ignored += 1;
                    self.replay(set.key, id, sink);
                }
                Err(reason) => self.unread(set.whole, set.place, reason, sink),
            }
        }
    }

    /// Reads what waited for a template.
    fn replay<S: Sink + ?Sized>(&mut self, key: DomainKey, id: Option<u16>, sink: &mut S) {
        let Some(id) = id else { return };
        for waiting in self.pending.of(&key, id) {
            let device = std::mem::replace(&mut self.device, waiting.device.into_string());
            let Waiting { key, sent, place, data, .. } = waiting;
            self.data(&Set { key, sent, place, id, data: &data, whole: &data }, sink);
            self.device = device;
        }
    }

    fn data<S: Sink + ?Sized>(&mut self, set: &Set<'_>, sink: &mut S) {
        let Self { options, counts, domains, pending, device, scratch } = self;
        let Some(template) = domains.template(&set.key, set.id) else {
            let (key, sent, place) = (set.key, set.sent, set.place);
            let (device, data) = (device.as_str().into(), set.data.into());
            pending.add(Waiting { key, device, template: set.id, sent, place, data, since: options.limits.now });
            return;
        };
        let system_start = domains.system_start(&set.key);
        let ends = template.bare == Bare::Ends && domains.begins_bare(&set.key);
        let origin = Origin { device, domain: set.key.domain, sent: set.sent.at, untranslated: options.untranslated };
        let mut started = None;
        let mut rest = set.data;
        while let Some((mut seen, used)) = template.record(rest) {
            seen.resolve(set.sent, system_start);
            if seen.bare == Bare::Ends && !ends {
                seen.bare = Bare::No;
            }
            let record = rest.get(..used).unwrap_or(rest);
            rest = rest.get(used..).unwrap_or_default();
            if template.options {
                started = seen.system_start.or(started);
                counts.ignored += 1;
                continue;
            }
            match meaning(&seen, &origin, scratch, &options.limits) {
                Ok(Meaning::Event(event)) => {
                    counts.read += 1;
                    sink.event(event, set.place);
                }
                Ok(Meaning::Untranslated) => counts.untranslated += 1,
                Ok(Meaning::Nothing) => counts.ignored += 1,
                Err(reason) => {
                    counts.unread += 1;
                    sink.unread(Unread { bytes: record, place: set.place, reason });
                }
            }
        }
        // What is left over fills the set up (RFC 7011 section 3.3.1) to four bytes, or to more with zeros.
        if rest.len() > 3 && rest.iter().any(|byte| *byte != 0) {
            counts.unread += 1;
            let reason = Reason::Lengths { what: "data record", stated: template.least(), found: rest.len() };
            sink.unread(Unread { bytes: rest, place: set.place, reason });
        }
        if let Some(started) = started {
            domains.set_system_start(&set.key, started);
        }
    }
}

/// A message of a version of NetFlow before 9.
pub(super) struct Earlier {
    version: u16,
    header: usize,
    /// Bytes of the whole message, where the version tells.
    pub length: Option<usize>,
}

impl Earlier {
    /// Each version with the bytes of its header and of a flow, and how many flows a message has at most (Cisco's
    /// "NetFlow Export Datagram Format"). Flows of version 8 differ in length by how it aggregates.
    const FORMS: [(u16, usize, Option<usize>, u16); 4] =
        [(1, 16, Some(52), 24), (5, 24, Some(48), 30), (7, 24, Some(52), 28), (8, 28, None, 51)];

    /// The message at the beginning of `bytes`, if it is one by its version and its number of flows.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (version, count) = (short(bytes, 0)?, short(bytes, 2)?);
        let (_, header, flow, most) = Self::FORMS.into_iter().find(|(known, ..)| *known == version)?;
        let length = flow.map(|flow| header + flow * usize::from(count));
        (1..=most).contains(&count).then_some(Self { version, header, length })
    }

    fn reason(&self) -> Reason {
        Reason::FlowWithoutTranslation { version: self.version }
    }
}

/// Reads a header: whose message, when it was sent, its sets, and how many bytes stand beyond its end.
fn header(exporter: Option<IpAddr>, bytes: &[u8]) -> Result<(DomainKey, Sent, &[u8], usize), Reason> {
    let version =
        short(bytes, 0).ok_or(Reason::Lengths { what: "message", stated: IPFIX_HEADER, found: bytes.len() })?;
    let least = match version {
        9 => NINE_HEADER,
        10 => IPFIX_HEADER,
        version => return Err(Reason::FlowVersion { version }),
    };
    let too_short = Reason::Lengths { what: "message", stated: least, found: bytes.len() };
    let (Some(seconds), Some(domain)) = (long(bytes, if version == 9 { 8 } else { 4 }), long(bytes, least - 4)) else {
        return Err(too_short);
    };
    let uptime = if version == 9 { long(bytes, 4) } else { None };
    let sent = Sent { at: i64::from(seconds) * 1_000, uptime };
    // A datagram cut short still has its first sets whole.
    let end =
        if version == 10 { short(bytes, 2).map_or(bytes.len(), usize::from).min(bytes.len()) } else { bytes.len() };
    let sets = bytes.get(least..end).ok_or(too_short)?;
    Ok((DomainKey { exporter, domain, nine: version == 9 }, sent, sets, bytes.len() - end))
}

/// Id and length of the set at the beginning of `bytes`.
pub(super) fn set_header(bytes: &[u8]) -> Option<(u16, usize)> {
    Some((short(bytes, 0)?, usize::from(short(bytes, 2)?)))
}

pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(<[u8; 2]>::try_from(two).ok()?))
}

pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(<[u8; 4]>::try_from(four).ok()?))
}
