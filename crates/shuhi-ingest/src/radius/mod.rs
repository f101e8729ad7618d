//! FreeRADIUS `detail` files.
use shuhi_records::UtcMillis;
use crate::{Counts, Reader, Sink, TimeLimits};

/// Reads `detail` files.
#[derive(Debug)]
pub struct DetailReader { limits: TimeLimits, counts: Counts }
impl DetailReader {
    /// A reader.
    #[must_use]
    pub fn new(limits: TimeLimits) -> Self { Self { limits, counts: Counts::default() } }
}
impl Reader for DetailReader {
    fn feed<S: Sink + ?Sized>(&mut self, _bytes: &[u8], _sink: &mut S) {}
    fn finish<S: Sink + ?Sized>(&mut self, _sink: &mut S) {}
    fn counts(&self) -> Counts { self.counts }
    fn set_now(&mut self, now: UtcMillis) { self.limits.now = now; }
}
