//! Messages out of bytes: one after another, as in IPFIX files and over TCP, or the UDP datagrams of a capture.

use super::capture::{Endian, Interfaces, Packet};
use super::message::{Earlier, IPFIX_HEADER, Messages, NINE_HEADER, set_header, short};
use crate::{Place, Reason, Sink, UNREAD_BYTES_MAX};

/// Bytes taken up at a time, so that a large chunk is not copied whole.
const PIECE_BYTES: usize = 64 * 1024;
/// Bytes that a captured packet or a message may have.
const PACKET_BYTES_MAX: usize = 256 * 1024;
const PCAP_HEADER: usize = 24;
const PCAP_PACKET_HEADER: usize = 16;
const PCAPNG_SECTION: u32 = 0x0a0d_0d0a;
const PCAPNG_INTERFACE: u32 = 1;
const PCAPNG_SIMPLE_PACKET: u32 = 3;
const PCAPNG_ENHANCED_PACKET: u32 = 6;

/// Cuts bytes into messages and keeps the beginning of the last.
#[derive(Debug, Default)]
pub(super) struct Stream {
    held: Vec<u8>,
    kind: StreamKind,
    interfaces: Interfaces,
    number: u64,
    offset: u64,
    /// Bytes still to pass over.
    passing_over: u64,
    /// No more bytes come.
    last: bool,
}

/// What the source turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum StreamKind {
    #[default]
    Unknown,
    /// IPFIX and version 9 one after another.
    Messages,
    Pcap(Endian),
    PcapNg(Endian),
    /// Something broke and nothing tells where the next message begins.
    Lost,
}

impl Stream {
    pub fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], messages: &mut Messages, sink: &mut S) {
        for piece in bytes.chunks(PIECE_BYTES) {
            self.held.extend_from_slice(piece);
            self.cut(messages, sink);
        }
    }

    pub fn finish<S: Sink + ?Sized>(&mut self, messages: &mut Messages, sink: &mut S) {
        self.last = true;
        self.cut(messages, sink);
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() && self.kind != StreamKind::Lost {
            let place = self.count();
            messages.unread(&held, place, Reason::Unfinished { what: "message" }, sink);
        }
        *self = Self { number: self.number, offset: self.offset + held.len() as u64, ..Self::default() };
    }

    fn count(&mut self) -> Place {
        self.number += 1;
        Place { number: self.number, offset: self.offset }
    }

    fn cut<S: Sink + ?Sized>(&mut self, messages: &mut Messages, sink: &mut S) {
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        while !rest.is_empty() {
            let passed = usize::try_from(self.passing_over).unwrap_or(usize::MAX).min(rest.len());
            self.passing_over -= passed as u64;
            let used = if passed > 0 { Some(passed) } else { self.one(rest, messages, sink) };
            let Some(used) = used.filter(|used| *used > 0) else { break };
            self.offset += used as u64;
            rest = rest.get(used..).unwrap_or_default();
        }
        let done = held.len() - rest.len();
        self.held = held;
        self.held.drain(..done);
    }

    /// Takes what stands at the beginning of `rest`; how many bytes that was, `None` where more are needed.
    fn one<S: Sink + ?Sized>(&mut self, rest: &[u8], messages: &mut Messages, sink: &mut S) -> Option<usize> {
        match self.kind {
            StreamKind::Unknown => match self.recognise(rest) {
                None if self.kind == StreamKind::Messages => self.message(rest, messages, sink),
                used => used,
            },
            StreamKind::Messages => self.message(rest, messages, sink),
            StreamKind::Pcap(endian) => self.pcap(rest, endian, messages, sink),
            StreamKind::PcapNg(endian) => self.pcapng(rest, endian, messages, sink),
            StreamKind::Lost => Some(rest.len()),
        }
    }

    fn recognise(&mut self, rest: &[u8]) -> Option<usize> {
        let magic = <[u8; 4]>::try_from(rest.get(..4)?).ok()?;
        let pcap = |endian: Endian| matches!(endian.long(&magic, 0), Some(0xa1b2_c3d4 | 0xa1b2_3c4d));
        if u32::from_be_bytes(magic) == PCAPNG_SECTION {
            self.kind = StreamKind::PcapNg(Endian::Little);
            return self.section(rest);
        }
        let Some(endian) = [Endian::Big, Endian::Little].into_iter().find(|endian| pcap(*endian)) else {
            // Nothing to take yet, but it is known now.
            self.kind = StreamKind::Messages;
            return None;
        };
        let header = rest.get(..PCAP_HEADER)?;
        self.interfaces.only(endian.long(header, 20)? & 0xffff);
        self.kind = StreamKind::Pcap(endian);
        Some(PCAP_HEADER)
    }

    fn message<S: Sink + ?Sized>(&mut self, rest: &[u8], messages: &mut Messages, sink: &mut S) -> Option<usize> {
        let length = match short(rest, 0)? {
            10 => usize::from(short(rest, 2)?),
            9 => match nine_length(rest, self.last) {
                Ok(length) => length?,
                Err(reason) => return self.lose(rest, reason, messages, sink),
            },
            version => {
                // The flows of a whole file of version 5 are passed over one message at a time, as over UDP.
                rest.get(3)?;
                match Earlier::of(rest).and_then(|earlier| earlier.length) {
                    Some(length) => length,
                    None => return self.lose(rest, Reason::FlowVersion { version }, messages, sink),
                }
            }
        };
        if length < IPFIX_HEADER {
            let reason = Reason::Lengths { what: "message", stated: IPFIX_HEADER, found: length };
            return self.lose(rest, reason, messages, sink);
        }
        let Some(message) = rest.get(..length) else {
            if self.last {
                let place = self.count();
                messages.message(None, rest, place, sink);
                return Some(rest.len());
            }
            return None;
        };
        let place = self.count();
        messages.message(None, message, place, sink);
        Some(length)
    }

    fn lose<S: Sink + ?Sized>(
        &mut self,
        rest: &[u8],
        reason: Reason,
        messages: &mut Messages,
        sink: &mut S,
    ) -> Option<usize> {
        // What is told does not depend on how the bytes came.
        if rest.len() < UNREAD_BYTES_MAX && !self.last {
            return None;
        }
        let place = self.count();
        messages.unread(rest.get(..UNREAD_BYTES_MAX).unwrap_or(rest), place, reason, sink);
        self.kind = StreamKind::Lost;
        Some(rest.len())
    }

    fn pcap<S: Sink + ?Sized>(
        &mut self,
        rest: &[u8],
        endian: Endian,
        messages: &mut Messages,
        sink: &mut S,
    ) -> Option<usize> {
        let length = usize::try_from(endian.long(rest.get(..PCAP_PACKET_HEADER)?, 8)?).ok()?;
        if length > PACKET_BYTES_MAX {
            let reason = Reason::Lengths { what: "captured packet", stated: length, found: PACKET_BYTES_MAX };
            return self.lose(rest, reason, messages, sink);
        }
        let packet = rest.get(PCAP_PACKET_HEADER..PCAP_PACKET_HEADER + length)?;
        let place = self.count();
        self.packet(0, packet, place, messages, sink);
        Some(PCAP_PACKET_HEADER + length)
    }

    /// The section header at the beginning of a capture, or of another one behind it.
    fn section(&mut self, rest: &[u8]) -> Option<usize> {
        let magic = rest.get(8..12)?;
        let little = Endian::Little.long(magic, 0) == Some(0x1a2b_3c4d);
        let endian = if little { Endian::Little } else { Endian::Big };
        self.kind = StreamKind::PcapNg(endian);
        self.interfaces.clear();
        let length = u64::from(endian.long(rest, 4)?).max(12);
        self.passing_over = length - 12;
        Some(12)
    }

    fn pcapng<S: Sink + ?Sized>(
        &mut self,
        rest: &[u8],
        endian: Endian,
        messages: &mut Messages,
        sink: &mut S,
    ) -> Option<usize> {
        let block = endian.long(rest, 0)?;
        if block == PCAPNG_SECTION {
            return self.section(rest);
        }
        let length = usize::try_from(endian.long(rest, 4)?).ok()?;
        if length < 12 {
            let reason = Reason::Lengths { what: "block of the capture", stated: 12, found: length };
            return self.lose(rest, reason, messages, sink);
        }
        let wanted = matches!(block, PCAPNG_INTERFACE | PCAPNG_SIMPLE_PACKET | PCAPNG_ENHANCED_PACKET);
        if !wanted || length > PACKET_BYTES_MAX {
            self.passing_over = length as u64 - 8;
            return Some(8);
        }
        let body = rest.get(..length)?.get(8..length - 4)?;
        match block {
            PCAPNG_INTERFACE => self.interfaces.add(u32::from(endian.short(body, 0).unwrap_or(0))),
            PCAPNG_SIMPLE_PACKET => {
                let place = self.count();
                self.packet(0, body.get(4..).unwrap_or_default(), place, messages, sink);
            }
            _ => {
                let place = self.count();
                let captured = endian.long(body, 12).and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
                let packet = body.get(20..).and_then(|data| data.get(..captured)).unwrap_or_default();
                self.packet(endian.long(body, 0).unwrap_or(0), packet, place, messages, sink);
            }
        }
        Some(length)
    }

    fn packet<S: Sink + ?Sized>(
        &mut self,
        interface: u32,
        bytes: &[u8],
        place: Place,
        messages: &mut Messages,
        sink: &mut S,
    ) {
        match self.interfaces.packet(interface, bytes) {
            Packet::Datagram(exporter, message) if is_flow(message) => {
                messages.message(Some(exporter), message, place, sink);
            }
            Packet::Fragment => messages.unread(bytes, place, Reason::Fragment, sink),
            Packet::Datagram(..) | Packet::Other => messages.counts.ignored += 1,
        }
    }
}

/// Whether a captured datagram carries flows: other traffic may begin with the same bytes as the earlier versions, but
/// does not have their length as well.
fn is_flow(datagram: &[u8]) -> bool {
    matches!(short(datagram, 0), Some(9 | 10))
        || Earlier::of(datagram).is_some_and(|earlier| earlier.length == Some(datagram.len()))
}

/// How long the message of version 9 at the beginning of `rest` is: it does not say, but ends where the next begins,
/// since no set is numbered 9 or 10. `None` where more bytes are needed.
fn nine_length(rest: &[u8], last: bool) -> Result<Option<usize>, Reason> {
    let mut at = NINE_HEADER;
    loop {
        let Some(after) = rest.get(at..) else { return Ok(last.then_some(rest.len())) };
        match set_header(after) {
            None if last => return Ok(Some(rest.len())),
            None => return Ok(None),
            Some((9 | 10, _)) => return Ok(Some(at)),
            Some((0, 0)) => return filled_up(after, last).map(|zeros| zeros.map(|zeros| at + zeros)),
            Some((_, length)) if at + length > PACKET_BYTES_MAX => {
                return Err(Reason::TooLong { limit: PACKET_BYTES_MAX });
            }
            Some((_, length)) if length < 4 => {
                return Err(Reason::Lengths { what: "set", stated: 4, found: length });
            }
            Some((_, length)) => at += length,
        }
    }
}

/// How many zeros fill the message of version 9 up whose last set ended before `rest`: up to the next message, or to the
/// end.
fn filled_up(rest: &[u8], last: bool) -> Result<Option<usize>, Reason> {
    let zeros = rest.iter().take_while(|byte| **byte == 0).count();
    if zeros > PACKET_BYTES_MAX {
        return Err(Reason::TooLong { limit: PACKET_BYTES_MAX });
    }
    match rest.get(zeros) {
        None => Ok(last.then_some(zeros)),
        // The first byte of a version is zero.
        Some(9 | 10) => Ok(Some(zeros - 1)),
        Some(_) => Err(Reason::Lengths { what: "set", stated: 4, found: 0 }),
    }
}
