//! JSON Lines and CSV by a mapping file ([`Mapping`]).

mod csv;
mod json;
mod mapping;

use std::sync::Arc;

use shuhi_records::UtcMillis;

pub use mapping::Mapping;

use crate::lines::{LINE_BYTES_MAX, Line, Lines};
use crate::shape::{Fields, Given};
use crate::{Counts, Place, Reader, Reason, Sink, TimeLimits, Unread};
use csv::Splitter;
use json::Paths;
use mapping::{Format, field_number};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads JSON Lines or CSV by a mapping. Empty lines and the header are not counted.
#[derive(Debug)]
pub struct MappedReader {
    lines: Lines,
    state: State,
}

#[derive(Debug)]
struct State {
    mapping: Arc<Mapping>,
    limits: TimeLimits,
    counts: Counts,
    splitter: Splitter,
    header: Header,
    paths: Paths,
    key: String,
}

/// What is known of the fields of a CSV file.
#[derive(Debug)]
enum Header {
    Awaited,
    Known {
        /// For each field that is read, which of the line's it is.
        columns: Vec<usize>,
        /// How many fields a line has, where a header says so; else at least.
        fields: usize,
        exactly: bool,
    },
    /// A column that is read is not there: no line can be.
    Wrong(Reason),
}

impl MappedReader {
    /// A reader of one file or stream.
    #[must_use]
    pub fn new(mapping: Arc<Mapping>, limits: TimeLimits) -> Self {
        let header = match mapping.format {
            Format::Csv { header: false, .. } => {
                let columns: Vec<usize> = mapping.fields.iter().filter_map(|name| field_number(name)).collect();
                let fields = columns.iter().max().map_or(0, |last| last + 1);
                Header::Known { columns, fields, exactly: false }
            }
            Format::Csv { .. } | Format::JsonLines => Header::Awaited,
        };
        let paths = Paths::new(if mapping.format == Format::JsonLines { &mapping.fields } else { &[] });
        let (splitter, counts) = (Splitter::default(), Counts::default());
        let state = State { mapping, limits, counts, splitter, header, paths, key: String::new() };
        Self { lines: Lines::default(), state }
    }
}

impl Reader for MappedReader {
    fn feed<S: Sink + ?Sized>(&mut self, bytes: &[u8], sink: &mut S) {
        let Self { lines, state } = self;
        lines.feed(bytes, |line, place| state.line(line, place, sink));
    }

    fn finish<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        let Self { lines, state } = self;
        lines.finish(|line, place| state.line(line, place, sink));
    }

    fn counts(&self) -> Counts {
        self.state.counts
    }

    fn set_now(&mut self, now: UtcMillis) {
        self.state.limits.now = now;
    }
}

impl State {
    fn line<S: Sink + ?Sized>(&mut self, line: Line<'_>, place: Place, sink: &mut S) {
        let bytes = match line {
            Line::Whole(bytes) => bytes,
            Line::TooLong(bytes) => return self.unread(bytes, place, Reason::TooLong { limit: LINE_BYTES_MAX }, sink),
        };
        let bytes = if place.offset == 0 { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) } else { bytes };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let told = match self.mapping.format {
            Format::Csv { delimiter, .. } => self.csv(bytes, delimiter, place, sink),
            Format::JsonLines => {
                let Self { mapping, limits, paths, key, .. } = self;
                paths.read(bytes).and_then(|()| tell(mapping, limits, paths, key, place, sink)).map(|()| true)
            }
        };
        match told {
            Ok(read) => self.counts.read += u64::from(read),
            Err(reason) => self.unread(bytes, place, reason, sink),
        }
    }

    fn unread<S: Sink + ?Sized>(&mut self, bytes: &[u8], place: Place, reason: Reason, sink: &mut S) {
        self.counts.unread += 1;
        sink.unread(Unread { bytes, place, reason });
    }

    /// Reads a line of CSV; whether it was a record and not the header.
    fn csv<S: Sink + ?Sized>(
        &mut self,
        line: &[u8],
        delimiter: u8,
        place: Place,
        sink: &mut S,
    ) -> Result<bool, Reason> {
        let Self { mapping, limits, splitter, header, key, .. } = self;
        let found = splitter.split(line, delimiter);
        match header {
            Header::Known { columns, fields, exactly } => {
                let found = found?;
                if found < *fields || *exactly && found != *fields {
                    return Err(Reason::FieldCount { expected: *fields, found });
                }
                tell(mapping, limits, &splitter.fields(line, columns), key, place, sink)?;
                Ok(true)
            }
            Header::Wrong(reason) => Err(reason.clone()),
            Header::Awaited => {
                let known = found.and_then(|fields| {
                    let columns = mapping.fields.iter().map(|name| column(splitter, line, fields, name));
                    Ok(Header::Known { columns: columns.collect::<Result<_, _>>()?, fields, exactly: true })
                });
                match known {
                    Ok(known) => *header = known,
                    Err(reason) => {
                        *header = Header::Wrong(reason.clone());
                        return Err(reason);
                    }
                }
                Ok(false)
            }
        }
    }
}

/// Which field of the header has that name.
fn column(splitter: &Splitter, line: &[u8], fields: usize, name: &str) -> Result<usize, Reason> {
    let named = |column: &usize| splitter.get(line, *column).is_some_and(|text| text.trim_ascii() == name.as_bytes());
    let mut found = (0..fields).filter(named);
    match (found.next(), found.next()) {
        (Some(column), None) => Ok(column),
        (Some(_), Some(_)) => Err(Reason::Twice { field: name.into() }),
        (None, _) => Err(Reason::NoSuchColumn { column: name.into() }),
    }
}

#[inline]
fn tell<F: Fields, S: Sink + ?Sized>(
    mapping: &Mapping,
    limits: &TimeLimits,
    fields: &F,
    key: &mut String,
    place: Place,
    sink: &mut S,
) -> Result<(), Reason> {
    let given = Given { device: &mapping.device, time: None };
    mapping.shape.tell(fields, &given, key, limits, (place, sink))
}
