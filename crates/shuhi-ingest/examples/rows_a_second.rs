//! Measures how many port-block rows a second one core reads from CSV into [`Columns`]:
//! `cargo run --release -p shuhi-ingest --example rows_a_second [ROWS]`.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Instant, UNIX_EPOCH};

use shuhi_ingest::mapped::{MappedReader, Mapping};
use shuhi_ingest::{Place, Reader, Sink, TimeLimits, Unread};
use shuhi_records::{Columns, Event, Kind, UtcMillis};
use shuhi_source::{Faults, Sources};

const MAPPING: &str = "
mapping: blocks
format: csv
source: cgn-1
kind: translation_block
columns:
  public_address: public_address
  first_port: first_port
  last_port: last_port
  start: {field: start, time: TIME}
  end: {field: end, time: TIME}
  subscriber: subscriber
  internal_address: internal_address
";

/// Rows that a sink takes before it would hand them on.
const BATCH: usize = 1 << 17;
/// As a file is read.
const CHUNK: usize = 1 << 18;

struct Taker {
    columns: Columns,
    rows: usize,
}

impl Sink for Taker {
    fn event(&mut self, event: Event<'_>, _: Place) {
        let Event::Finished(row) = event else { return };
        self.columns.push(&row);
        if self.columns.len() == BATCH {
            self.rows += self.columns.len();
            self.columns = Columns::with_capacity(Kind::TranslationBlock, BATCH);
        }
    }

    fn unread(&mut self, unread: Unread<'_>) {
        println!("line {}: {}", unread.place.number, unread.reason);
    }
}

fn main() {
    let rows: usize = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(5_000_000);
    for (name, epoch) in [("epoch_seconds", true), ("rfc3339", false)] {
        let text = generated(rows, epoch);
        let mut sources = Sources::new();
        let file = sources.add("mapping.yaml", MAPPING.replace("TIME", name));
        let mut faults = Faults::new();
        let Some(mapping) = Mapping::load(&sources, file, &mut faults) else {
            println!("{}", faults.summary(&sources));
            return;
        };
        let mapping = Arc::new(mapping);
        for _ in 0..3 {
            let limits = TimeLimits::around(UtcMillis(1_775_100_000_000));
            let mut reader = MappedReader::new(Arc::clone(&mapping), limits);
            let mut taker = Taker { columns: Columns::with_capacity(Kind::TranslationBlock, BATCH), rows: 0 };
            let (begin, worked) = (Instant::now(), processor_seconds());
            for chunk in text.as_bytes().chunks(CHUNK) {
                reader.feed(chunk, &mut taker);
            }
            reader.finish(&mut taker);
            let took = begin.elapsed().as_secs_f64();
            let read = taker.rows + taker.columns.len();
            let worked = processor_seconds() - worked;
            println!(
                "{name}: {read} rows of {} bytes in {took:.2} s, {worked:.2} s of the processor: {:.2} million rows a \
                 second of the processor",
                text.len() / rows,
                read as f64 / worked / 1e6
            );
        }
    }
}

/// Seconds this thread has run, as Linux counts them: a machine shared with others says little by its clock. Where
/// that cannot be read, the clock's.
fn processor_seconds() -> f64 {
    let run = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = run.and_then(|run| run.split(' ').next()?.parse::<f64>().ok());
    nanos.unwrap_or_else(|| UNIX_EPOCH.elapsed().map_or(0.0, |since| since.as_nanos() as f64)) / 1e9
}

fn generated(rows: usize, epoch: bool) -> String {
    let mut text = String::from("public_address,first_port,last_port,start,end,subscriber,internal_address\n");
    let mut state = 1_u64;
    for row in 0..rows {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let some = state >> 33;
        let first = 1_024 + some % 126 * 512;
        let (second, account) = (row % 86_400, some % 1_000_000);
        let _ = write!(text, "203.0.{}.{},{first},{},", 113 + some % 8, some >> 8 & 255, first + 511);
        let _ = if epoch {
            write!(text, "{},{},", 1_775_000_000 + second, 1_775_000_600 + second)
        } else {
            let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
            write!(
                text,
                "2026-04-01T{hour:02}:{minute:02}:{second:02}+09:00,2026-04-01T{hour:02}:{minute:02}:{second:02}.250+09:00,"
            )
        };
        let _ = writeln!(text, "user-{account:07},100.{}.{}.{}", 64 + account % 64, account >> 8 & 255, account & 255);
    }
    text
}
