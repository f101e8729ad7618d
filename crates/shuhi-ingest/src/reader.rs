//! What every reader has in common.

use shuhi_records::{Event, UtcMillis};

use crate::Reason;

/// Takes what a reader finds.
pub trait Sink {
    /// An event, and where it stands in the source.
    fn event(&mut self, event: Event<'_>, place: Place);

    /// Something that could not be read.
    fn unread(&mut self, unread: Unread<'_>);
}

/// Where something stands in a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which line, block, datagram or message, from 1.
    pub number: u64,
    /// Bytes of the source before its first byte.
    pub offset: u64,
}

/// Something that could not be read, for the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread<'a> {
    /// Its bytes; of something over its limit only the beginning ([`crate::UNREAD_BYTES_MAX`]).
    pub bytes: &'a [u8],
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What became of the lines, blocks and data records of a source. Each is counted once: in `read`, `unread`, `ignored`,
/// `untranslated` or `duplicated`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that gave at least one event.
    pub read: u64,
    /// Those that went to [`Sink::unread`].
    pub unread: u64,
    /// Those that are sound but have nothing to keep: other messages of the same log, templates, comments.
    pub ignored: u64,
    /// Flows without a translation, destroyed unread: they show with whom somebody communicated, and nothing that the
    /// history of address translation is kept for.
    pub untranslated: u64,
    /// Datagrams or messages that came again byte for byte, as networks do. Repeated lines are not told apart here.
    pub duplicated: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.unread += other.unread;
        self.ignored += other.ignored;
        self.untranslated += other.untranslated;
        self.duplicated += other.duplicated;
    }
}

/// A parser of one source.
pub trait Reader {
    /// Reads the next bytes; they may be cut anywhere.
    fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], sink: &mut S);

    /// Says that no more bytes come: what is still half-written is read if it is whole, else told as unread.
    fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S);

    /// What became of everything so far.
    fn counts(&self) -> Counts;

    /// Moves the reference time of the sanity limits ([`crate::TimeLimits`]), for readers that live long.
    fn set_now(&mut self, now: UtcMillis);
}
