//! CGN syslog.
use shuhi_records::UtcMillis;
use crate::{Counts, Reader, Sink, TimeLimits};

use std::net::IpAddr;
use std::sync::Arc;
use shuhi_source::{Faults, FileId, Sources};
use crate::Zone;
/// What a vendor's messages look like and what they mean.
#[derive(Debug)]
pub struct Profile {}
impl Profile {
    /// Reads a profile.
    pub fn load(_sources: &Sources, _file: FileId, _faults: &mut Faults) -> Option<Self> { None }
    /// The embedded profiles by name.
    #[must_use]
    pub fn embedded() -> Vec<Arc<Self>> { Vec::new() }
}
/// How a stream is cut into messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Found out per message (RFC 6587).
    #[default]
    Either,
    /// One a line.
    Lines,
    /// Octet counting.
    Counted,
}
/// How a syslog source is read.
#[derive(Clone, Debug)]
pub struct SyslogOptions {
    /// Framing of streams.
    pub framing: Framing,
    /// The zone of RFC 3164 headers.
    pub zone: Zone,
    /// Limits.
    pub limits: TimeLimits,
}
/// Reads CGN syslog.
#[derive(Debug)]
pub struct SyslogReader { limits: TimeLimits, counts: Counts }
impl SyslogReader {
    /// A reader.
    #[must_use]
    pub fn new(_profiles: Vec<Arc<Profile>>, options: SyslogOptions) -> Self { Self { limits: options.limits, counts: Counts::default() } }
    /// Reads one datagram.
    pub fn datagram<S: Sink + ?Sized>(&mut self, _sender: Option<IpAddr>, _bytes: &[u8], _sink: &mut S) {}
}
impl Reader for SyslogReader {
    fn feed<S: Sink + ?Sized>(&mut self, _bytes: &[u8], _sink: &mut S) {}
    fn finish<S: Sink + ?Sized>(&mut self, _sink: &mut S) {}
    fn counts(&self) -> Counts { self.counts }
    fn set_now(&mut self, now: UtcMillis) { self.limits.now = now; }
}
