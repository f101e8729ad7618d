//! CGN syslog: whatever the bytes, every message is told once, however the bytes are cut; profiles load or say why.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shuhi_ingest::syslog::{Profile, SyslogOptions, SyslogReader};
use shuhi_source::{Faults, Sources, render};
use shuhi_ingest::{Counts, Place, Reader, Sink, TimeLimits, UNREAD_BYTES_MAX, Unread};
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

static READER: LazyLock<SyslogReader> = LazyLock::new(|| {
    let profiles = Profile::embedded().expect("the embedded profiles");
    SyslogReader::new(profiles, SyslogOptions::of("fuzzed", TimeLimits::around(NOW))).expect("marks that fit")
});

fuzz_target!(|input: &[u8]| {
    both(|| READER.clone(), input);
    // Expressions take long to compile: only what begins as a profile does is read as one.
    let Some(text) = std::str::from_utf8(input).ok().filter(|text| text.starts_with("profile:")) else { return };
    let mut sources = Sources::new();
    let file = sources.add("fuzzed.yaml", text);
    let mut faults = Faults::new();
    let profile = Profile::load(&sources, file, &mut faults);
    assert_eq!(profile.is_none(), faults.has_errors());
    for fault in faults.sorted().iter().take(3) {
        assert!(!render(fault, &sources).is_empty());
    }
});
