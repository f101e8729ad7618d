//! JSON Lines and CSV: read by two mappings, and as a mapping of itself.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use shuhi_ingest::mapped::{MappedReader, Mapping};
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

const CSV: &str = "
mapping: csv
format: csv
source: {field: host}
zone: Asia/Tokyo
absent: ['-']
kind: translation_block
columns: {public_address: a, first_port: b, last_port: c, start: {field: d, time: rfc3339}, end: {field: e, time: epoch_seconds}, subscriber: [f, g]}
";
const JSON: &str = "
mapping: json
format: json_lines
source: json
kind: translation_session
columns: {public_address: a.b, public_port: a.c, subscriber: d, protocol: e}
session: {phase: {field: f, opened: A, closed: D}, at: {field: g, time: '%d/%b/%Y:%H:%M:%S%.f %z'}, began: {field: h, time: epoch_milliseconds}, key: [d, a.b]}
";

fn load(text: &str) -> Option<Arc<Mapping>> {
    let mut sources = Sources::new();
    let file = sources.add("fuzzed.yaml", text);
    let mut faults = Faults::new();
    let mapping = Mapping::load(&sources, file, &mut faults);
    assert_eq!(mapping.is_none(), faults.has_errors());
    for fault in faults.sorted().iter().take(3) {
        assert!(!render(fault, &sources).is_empty());
    }
    mapping.map(Arc::new)
}

static MAPPINGS: LazyLock<[Arc<Mapping>; 2]> = LazyLock::new(|| [CSV, JSON].map(|text| load(text).expect("a mapping")));

fuzz_target!(|input: &[u8]| {
    for mapping in &*MAPPINGS {
        both(|| MappedReader::new(Arc::clone(mapping), TimeLimits::around(NOW)), input);
    }
    if let Some(mapping) = std::str::from_utf8(input).ok().and_then(load) {
        both(|| MappedReader::new(Arc::clone(&mapping), TimeLimits::around(NOW)), input);
    }
});
