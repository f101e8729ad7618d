//! JSON Lines and CSV by a mapping.
use crate::{Counts, Reader, Sink, TimeLimits};
use shuhi_records::UtcMillis;

use shuhi_source::{Faults, FileId, Sources};
use std::sync::Arc;
/// What the fields of a file mean.
#[derive(Debug)]
pub struct Mapping {}
impl Mapping {
    /// Reads a mapping.
    pub fn load(_sources: &Sources, _file: FileId, _faults: &mut Faults) -> Option<Self> {
        None
    }
}
/// Reads JSON Lines or CSV.
#[derive(Debug)]
pub struct MappedReader {
    limits: TimeLimits,
    counts: Counts,
}
impl MappedReader {
    /// A reader.
    #[must_use]
    pub fn new(_mapping: Arc<Mapping>, limits: TimeLimits) -> Self {
        Self { limits, counts: Counts::default() }
    }
}
impl Reader for MappedReader {
    fn feed<S: Sink + ?Sized>(&mut self, _bytes: &[u8], _sink: &mut S) {}
    fn finish<S: Sink + ?Sized>(&mut self, _sink: &mut S) {}
    fn counts(&self) -> Counts {
        self.counts
    }
    fn set_now(&mut self, now: UtcMillis) {
        self.limits.now = now;
    }
}
