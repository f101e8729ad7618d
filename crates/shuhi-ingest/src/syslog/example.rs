//! Examples in profiles: a line and what it must become.

use std::sync::Arc;

use shuhi_records::{Cell, Event, Row, SessionPhase, UtcMillis};
use shuhi_source::{Fault, Faults, Fields as Keys, Node};

use super::{Profile, SyslogOptions, SyslogReader};
use crate::{Place, Sink, TimeLimits, Unread, Zone};

/// A line and what it must become.
#[derive(Debug)]
pub(super) struct Example {
    line: Box<str>,
    received: UtcMillis,
    zone: Zone,
    /// What is expected, one `name=value` a part in order of names; empty where the line must be ignored.
    expected: Vec<String>,
}

impl Example {
    pub fn load(node: &Node, faults: &mut Faults) -> Option<Self> {
        let before = faults.len();
        let mut keys = Keys::of(node, "example", faults)?;
        let line = keys.text("line", faults);
        let received = keys.text("received", faults);
        let zone = keys.optional_text("zone", faults);
        let expect = keys.required("expect", faults);
        keys.finish(faults);
        let received = received.and_then(|(text, span)| {
            let stamp = text.parse::<jiff::Timestamp>();
            if stamp.is_err() {
                let fault = Fault::error(span, format!("`{text}` is no instant"));
                faults.push(fault.help("write it as `2026-04-01T09:00:00+09:00`"));
            }
            stamp.ok().map(|stamp| UtcMillis(stamp.as_millisecond()))
        });
        let zone = zone.map_or(Some(Zone::UTC), |(text, span)| {
            text.parse()
                .map_err(|unknown: crate::UnknownZone| faults.push(Fault::error(span, unknown.to_string())))
                .ok()
        });
        let expected = expected(expect?, faults);
        let example = Self { line: line?.0.into(), received: received?, zone: zone?, expected };
        (faults.len() == before).then_some(example)
    }

    /// What came out, where it is not what was expected.
    pub fn failure(&self, profile: &Arc<Profile>) -> Option<String> {
        let options =
            SyslogOptions { zone: self.zone.clone(), ..SyslogOptions::of("", TimeLimits::around(self.received)) };
        let mut reader = match SyslogReader::new(vec![Arc::clone(profile)], options) {
            Ok(reader) => reader,
            Err(error) => return Some(error.to_string()),
        };
        let mut found = Parts::default();
        reader.datagram(None, self.received, self.line.as_bytes(), &mut found);
        found.0.sort();
        let missing: Vec<&str> =
            self.expected.iter().filter(|part| !found.0.contains(part)).map(String::as_str).collect();
        let extra: Vec<&str> =
            found.0.iter().filter(|part| !self.expected.contains(part)).map(String::as_str).collect();
        (!missing.is_empty() || !extra.is_empty()).then(|| {
            format!(
                "{}\n  expected but not found: {}\n  found but not expected: {}",
                self.line,
                missing.join(" "),
                extra.join(" ")
            )
        })
    }
}

/// `expect: {phase: …, device: …, at: …, record: {…}}`, or `expect: ignored`.
fn expected(node: &Node, faults: &mut Faults) -> Vec<String> {
    if node.text() == Some("ignored") {
        return Vec::new();
    }
    let Some(mut keys) = Keys::of(node, "expectation", faults) else { return Vec::new() };
    let mut parts = Vec::new();
    for name in ["event", "phase", "kind", "device", "key", "at", "began"] {
        if let Some((text, _)) = keys.optional_text(name, faults) {
            parts.push(format!("{name}={text}"));
        }
    }
    let record = keys.optional("record").and_then(Node::map).unwrap_or_default();
    parts.extend(record.iter().filter_map(|(key, value)| Some(format!("{}={}", key.name, value.text()?))));
    keys.finish(faults);
    parts.sort();
    parts
}

/// What came out, in parts.
#[derive(Default)]
struct Parts(Vec<String>);

impl Parts {
    fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.push(format!("{name}={value}"));
    }

    fn time(&mut self, name: &str, time: UtcMillis) {
        match jiff::Timestamp::from_millisecond(time.0) {
            Ok(stamp) => self.add(name, stamp),
            Err(_) => self.add(name, time.0),
        }
    }

    fn row(&mut self, row: &Row<'_>) {
        for (column, cell) in row.kind().columns().iter().zip(row.cells()) {
            match cell {
                Cell::Address(address) => self.add(column.name, address),
                Cell::Time(time) => self.time(column.name, *time),
                Cell::Number(number) => self.add(column.name, number),
                // The device is told already.
                Cell::Text(_) if column.name == "source" => {}
                Cell::Text(text) => self.add(column.name, text),
                Cell::Empty => {}
            }
        }
    }
}

impl Sink for Parts {
    fn event(&mut self, event: Event<'_>, _: Place) {
        match event {
            Event::Finished(row) => {
                self.add("event", "finished");
                self.row(&row);
            }
            Event::Restarted { device, at } => {
                self.add("event", "restarted");
                self.add("device", device);
                self.time("at", at);
            }
            Event::Session(session) => {
                let phase = match session.phase {
                    SessionPhase::Opened => "opened",
                    SessionPhase::Continued => "continued",
                    SessionPhase::Closed => "closed",
                };
                self.add("phase", phase);
                self.add("device", session.device);
                self.add("key", session.key);
                self.time("at", session.at);
                if let Some(began) = session.began {
                    self.time("began", began);
                }
                self.add("kind", session.row.kind());
                self.row(&session.row);
            }
        }
    }

    fn unread(&mut self, unread: Unread<'_>) {
        self.add("unread", unread.reason);
    }
}
