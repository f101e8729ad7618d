//! A sink that writes down what it is told, one line each, so that tests compare texts.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may; each uses a part"
)]

use std::fmt::Write;

use shuhi_ingest::{Counts, Place, Reader, Reason, Sink, Unread};
use shuhi_records::{Cell, Event, Row, SessionPhase};

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub events: Vec<String>,
    pub unread: Vec<String>,
    pub reasons: Vec<Reason>,
}

impl Sink for Found {
    fn event(&mut self, event: Event<'_>, place: Place) {
        self.events.push(format!("{}@{} {}", place.number, place.offset, told(&event)));
    }

    fn unread(&mut self, unread: Unread<'_>) {
        let bytes = String::from_utf8_lossy(unread.bytes);
        self.unread.push(format!("{}@{} {} | {bytes}", unread.place.number, unread.place.offset, unread.reason));
        self.reasons.push(unread.reason);
    }
}

/// One event on a line.
pub fn told(event: &Event<'_>) -> String {
    match event {
        Event::Finished(row) => format!("finished | {}", cells(row)),
        Event::Restarted { device, at } => format!("restarted {device} at={}", at.0),
        Event::Session(session) => {
            let phase = match session.phase {
                SessionPhase::Opened => "opened",
                SessionPhase::Continued => "continued",
                SessionPhase::Closed => "closed",
            };
            let began = session.began.map(|began| format!(" began={}", began.0)).unwrap_or_default();
            let (device, key, at) = (session.device, session.key, session.at.0);
            format!("{phase} {device} {key} at={at}{began} | {}", cells(&session.row))
        }
    }
}

pub fn cells(row: &Row<'_>) -> String {
    let mut text = String::new();
    for (column, cell) in row.kind().columns().iter().zip(row.cells()) {
        let space = if text.is_empty() { "" } else { " " };
        match cell {
            Cell::Empty => continue,
            Cell::Address(address) => write!(text, "{space}{}={address}", column.name).unwrap(),
            Cell::Time(time) => write!(text, "{space}{}={}", column.name, time.0).unwrap(),
            Cell::Number(number) => write!(text, "{space}{}={number}", column.name).unwrap(),
            Cell::Text(value) => write!(text, "{space}{}={value}", column.name).unwrap(),
        }
    }
    text
}

/// Feeds a whole source in chunks.
pub fn feed<R: Reader>(reader: &mut R, input: &[u8], chunk: usize) -> (Found, Counts) {
    let mut found = Found::default();
    for part in input.chunks(chunk) {
        reader.feed(part, &mut found);
    }
    reader.finish(&mut found);
    (found, reader.counts())
}
