//! IPFIX and NetFlow version 9.
use crate::{Counts, Reader, Sink, TimeLimits};
use shuhi_records::UtcMillis;

use std::net::IpAddr;
/// How flow sources are read.
#[derive(Clone, Debug)]
pub struct FlowOptions {
    /// The device of a stream or file that names none.
    pub device: String,
    /// Limits.
    pub limits: TimeLimits,
}
/// Reads flow messages.
#[derive(Debug)]
pub struct FlowReader {
    limits: TimeLimits,
    counts: Counts,
}
impl FlowReader {
    /// A reader.
    #[must_use]
    pub fn new(options: FlowOptions) -> Self {
        Self { limits: options.limits, counts: Counts::default() }
    }
    /// Reads one datagram.
    pub fn datagram<S: Sink + ?Sized>(&mut self, _exporter: IpAddr, _bytes: &[u8], _sink: &mut S) {}
}
impl Reader for FlowReader {
    fn feed<S: Sink + ?Sized>(&mut self, _bytes: &[u8], _sink: &mut S) {}
    fn finish<S: Sink + ?Sized>(&mut self, _sink: &mut S) {}
    fn counts(&self) -> Counts {
        self.counts
    }
    fn set_now(&mut self, now: UtcMillis) {
        self.limits.now = now;
    }
}
