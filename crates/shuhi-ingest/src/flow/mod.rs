//! IPFIX (RFC 7011) and NetFlow version 9 (RFC 3954) with the events of NATs (RFC 8158) and the habits of vendors.
//!
//! Datagrams are read with their sender; files and streams are IPFIX or version 9 messages one after another, or a
//! capture (pcap, pcapng) of the UDP datagrams that carried them: which, is found out from the first bytes.
//!
//! The parser is our own. Of some 500 information elements a NAT record needs thirty, straight from the datagram; and
//! what is lost (a set whose template never came, a record cut short) must reach the quarantine with its bytes, place
//! and reason, which the general parsers `netflow_parser` and `netgauze-flow-pkt` do not give back; they build a typed
//! tree of every record first.

mod capture;
mod domain;
mod element;
mod meaning;
mod message;
mod pending;
mod stream;
mod template;

use std::net::IpAddr;

use shuhi_records::UtcMillis;

use crate::{Counts, Place, Reader, Sink, TimeLimits};
use message::Messages;
use stream::Stream;

/// How flow sources are read.
#[derive(Clone, Debug)]
pub struct FlowOptions {
    /// The device of a stream or file that names no exporter.
    pub device: String,
    /// Whether flows that were reported but not translated are kept, as firewalls report them: source and public
    /// address are then the same. Unless set otherwise they are counted and destroyed: they show destinations, and what
    /// permits keeping who had which address does not permit that.
    pub untranslated: bool,
    /// Which times can be meant.
    pub limits: TimeLimits,
}

impl FlowOptions {
    /// The usual options.
    #[must_use]
    pub fn of(device: impl Into<String>, limits: TimeLimits) -> Self {
        Self { device: device.into(), untranslated: false, limits }
    }
}

/// Reads IPFIX and NetFlow version 9.
///
/// - Phase: `natEvent`, as RFC 8158 or Juniper numbers it; else the firewall event of a Cisco ASA; else, as Nokia has
///   it, a flow start alone begins and a flow end alone ends a translation; a flow with both is a whole record. Cisco's
///   IOS XR states neither event nor time: a template with a translated address begins, one that names the inside alone
///   ends what began under the same inside. A translation with an observation time alone was there at that time.
/// - Kind: with a range of ports a block; with an address and no port at all a block of all ports; else a session.
/// - Time: the observation time, else the flow's start or end, else when the message was sent. A whole flow whose times
///   count from a start of the exporter that it never states is taken to have ended when it was sent, and its row says
///   `inferred`.
/// - Subscriber: the user's name or Nokia's subscriber text where there is one, else the address of the softwire that
///   the inside address came in over (DS-Lite), else the inside address.
/// - A record without a translated address is a flow, not a translation: counted as untranslated and destroyed. One whose
///   two sides are the same goes the same way, unless [`FlowOptions::untranslated`] asks for it.
///
/// Earlier versions of NetFlow (1, 5, 7, 8) have no field for a translated address, so none of their flows could be kept.
/// Such a message is told as unread with its header alone; its flows are destroyed.
///
/// A datagram that the network cut into fragments reaches a listener whole, since the kernel puts it together (or drops
/// it, where a fragment is lost). In a capture fragments stand as they came and are told as unread.
///
/// Templates are kept for 1,024 observation domains and 16,384 in all. Data that comes before its template waits (4,096
/// sets, 8 MiB, 35 minutes by [`Reader::set_now`] or the times of receipt), then is told as unread. A message that comes
/// again byte for byte is counted and passed over. Places number datagrams, messages or captured packets.
#[derive(Debug)]
pub struct FlowReader {
    messages: Messages,
    stream: Stream,
    datagrams: u64,
    datagram_bytes: u64,
}

impl FlowReader {
    /// A reader of datagrams, or of one file or stream.
    #[must_use]
    pub fn new(options: FlowOptions) -> Self {
        Self { messages: Messages::new(options), stream: Stream::default(), datagrams: 0, datagram_bytes: 0 }
    }

    /// Reads one datagram, received at `received`.
    pub fn datagram<S: Sink + ?Sized>(&mut self, exporter: IpAddr, received: UtcMillis, bytes: &[u8], sink: &mut S) {
        self.messages.options.limits.now = received;
        self.datagrams += 1;
        let place = Place { number: self.datagrams, offset: self.datagram_bytes };
        self.datagram_bytes += bytes.len() as u64;
        self.messages.message(Some(exporter), bytes, place, sink);
    }
}

impl Reader for FlowReader {
    fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], sink: &mut S) {
        self.stream.feed(bytes, &mut self.messages, sink);
    }

    fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        self.stream.finish(&mut self.messages, sink);
        self.messages.finish(sink);
    }

    fn counts(&self) -> Counts {
        self.messages.counts
    }

    fn set_now(&mut self, now: UtcMillis) {
        self.messages.options.limits.now = now;
    }
}
