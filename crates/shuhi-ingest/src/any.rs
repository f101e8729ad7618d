//! A reader whose kind is chosen at run time.

use shuhi_records::UtcMillis;

use crate::flow::FlowReader;
use crate::mapped::MappedReader;
use crate::radius::DetailReader;
use crate::syslog::SyslogReader;
use crate::{Counts, Reader, Sink};

/// Any of the readers, chosen by the configuration of a source.
#[derive(Debug)]
pub enum AnyReader {
    /// FreeRADIUS `detail`.
    Detail(Box<DetailReader>),
    /// CGN syslog.
    Syslog(Box<SyslogReader>),
    /// IPFIX and NetFlow version 9.
    Flow(Box<FlowReader>),
    /// JSON Lines or CSV with a mapping.
    Mapped(Box<MappedReader>),
}

impl Reader for AnyReader {
    fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], sink: &mut S) {
        match self {
            Self::Detail(reader) => reader.feed(bytes, sink),
            Self::Syslog(reader) => reader.feed(bytes, sink),
            Self::Flow(reader) => reader.feed(bytes, sink),
            Self::Mapped(reader) => reader.feed(bytes, sink),
        }
    }

    fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        match self {
            Self::Detail(reader) => reader.finish(sink),
            Self::Syslog(reader) => reader.finish(sink),
            Self::Flow(reader) => reader.finish(sink),
            Self::Mapped(reader) => reader.finish(sink),
        }
    }

    fn counts(&self) -> Counts {
        match self {
            Self::Detail(reader) => reader.counts(),
            Self::Syslog(reader) => reader.counts(),
            Self::Flow(reader) => reader.counts(),
            Self::Mapped(reader) => reader.counts(),
        }
    }

    fn set_now(&mut self, now: UtcMillis) {
        match self {
            Self::Detail(reader) => reader.set_now(now),
            Self::Syslog(reader) => reader.set_now(now),
            Self::Flow(reader) => reader.set_now(now),
            Self::Mapped(reader) => reader.set_now(now),
        }
    }
}
