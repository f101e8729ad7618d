//! FreeRADIUS `detail`: whatever the bytes, every block is told once, however the bytes are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_ingest::radius::{DetailOptions, DetailReader};
use shuhi_ingest::{Counts, Place, Reader, Sink, TimeLimits, UNREAD_BYTES_MAX, Unread, Zone};
use shuhi_records::{Event, UtcMillis};

const NOW: UtcMillis = UtcMillis(1_775_001_600_000);

#[derive(Default)]
struct Told {
    events: u64,
    unread: u64,
}

impl Sink for Told {
    fn event(&mut self, _: Event<'_>, _: Place) {
        self.events += 1;
    }

    fn unread(&mut self, unread: Unread<'_>) {
        assert!(unread.bytes.len() <= 256 * UNREAD_BYTES_MAX && !unread.reason.to_string().is_empty());
        self.unread += 1;
    }
}

/// Reads the input whole and in small pieces: the same must come out.
fn both<R: Reader>(new: impl Fn() -> R, input: &[u8]) -> Counts {
    let read = |chunk: usize| {
        let (mut reader, mut told) = (new(), Told::default());
        for part in input.chunks(chunk) {
            reader.feed(part, &mut told);
        }
        reader.finish(&mut told);
        assert_eq!(reader.counts().unread, told.unread);
        (reader.counts(), told.events)
    };
    let whole = read(input.len().max(1));
    assert_eq!(read(7), whole);
    whole.0
}

fuzz_target!(|input: &[u8]| {
    let options = || DetailOptions { zone: Zone::JAPAN, limits: TimeLimits::around(NOW) };
    both(|| DetailReader::new(options()), input);
});
