//! Which fields of a line make which record: what mappings and vendor profiles have in common.

mod load;

use shuhi_records::{Address, Cell, Column, Event, Kind, Row, Session, SessionPhase, UtcMillis};

pub(crate) use load::{Loading, Names, nearest};

use crate::cells::How;
use crate::{Place, Reason, Sink, TimeLimits};

/// The fields of one line by the places that [`Names`] gave them.
pub(crate) trait Fields {
    /// What stands in a field; `None` or nothing where it is not stated.
    fn field(&self, place: usize) -> Option<&[u8]>;
}

/// What the line's surroundings say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    /// The device, where no field names it.
    pub device: &'a str,
    /// The time in the line's header.
    pub time: Option<UtcMillis>,
}

/// How fields become an event.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    kind: Kind,
    cells: Vec<CellRule>,
    device: Option<Vec<FieldName>>,
    moment: Moment,
    absent: Vec<Box<[u8]>>,
    places: Places,
}

/// Where the columns are that are looked at in every row: by name would cost more than reading the row.
#[derive(Clone, Copy, Debug)]
struct Places {
    source: Option<usize>,
    inferred: Option<usize>,
    ports: Option<(usize, usize)>,
    span: Option<(usize, usize)>,
}

impl Places {
    fn of(kind: Kind) -> Self {
        let (start, end) = kind.span_columns();
        let both = |first, last| kind.place(first).zip(kind.place(last));
        let (source, inferred) = (kind.place("source"), kind.place("inferred"));
        Self { source, inferred, ports: both("first_port", "last_port"), span: both(start, end) }
    }
}

#[derive(Clone, Debug)]
struct CellRule {
    place: usize,
    column: &'static Column,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    /// The first of these fields that is stated.
    First(Vec<FieldName>, How),
    Address(Address),
    Number(u32),
    Text(Box<str>),
    Time(UtcMillis),
}

#[derive(Clone, Debug)]
struct FieldName {
    place: usize,
    name: Box<str>,
}

#[derive(Clone, Debug)]
enum Moment {
    /// The line is a whole record.
    Finished,
    /// The line is a moment of a session.
    Session { phase: PhaseRule, at: Option<TimeRule>, began: Option<TimeRule>, key: Vec<FieldName> },
    /// The line says that the device restarted.
    Restarted { at: Option<TimeRule> },
}

#[derive(Clone, Debug)]
enum PhaseRule {
    Always(SessionPhase),
    Word { field: FieldName, words: Vec<(Box<[u8]>, SessionPhase)> },
}

#[derive(Clone, Debug)]
struct TimeRule {
    field: FieldName,
    how: How,
}

impl Shape {
    fn new(
        kind: Kind,
        cells: Vec<CellRule>,
        device: Option<Vec<FieldName>>,
        moment: Moment,
        absent: &[Box<[u8]>],
    ) -> Self {
        Self { kind, cells, device, moment, absent: absent.to_vec(), places: Places::of(kind) }
    }

    /// Tells the sink the event that the fields make; `key` is where the session's key is put together.
    #[inline]
    pub fn tell<F: Fields, S: Sink + ?Sized>(
        &self,
        fields: &F,
        given: &Given<'_>,
        key: &mut String,
        limits: &TimeLimits,
        (place, sink): (Place, &mut S),
    ) -> Result<(), Reason> {
        let device = self.device(fields, given)?;
        match &self.moment {
            Moment::Finished => {
                let mut row = Row::new(self.kind);
                self.fill(&mut row, fields, device, true)?;
                self.check_span(&row, limits)?;
                sink.event(Event::Finished(row), place);
            }
            Moment::Restarted { at } => {
                let at = self.time(fields, at, given, limits)?;
                sink.event(Event::Restarted { device, at }, place);
            }
            Moment::Session { phase, at, began, key: parts } => {
                let at = self.time(fields, at, given, limits)?;
                let began = began.as_ref().and_then(|rule| self.moment(fields, rule).transpose()).transpose()?;
                let began = began.map(|(name, began)| limits.began(name, near(began, at), at)).transpose()?;
                let phase = self.phase(fields, phase)?;
                self.put_key(fields, parts, key)?;
                let mut row = Row::new(self.kind);
                self.fill(&mut row, fields, device, false)?;
                sink.event(Event::Session(Session { phase, device, key, at, began, row }), place);
            }
        }
        Ok(())
    }

    #[inline]
    fn stated<'a, F: Fields>(&self, fields: &'a F, place: usize) -> Option<&'a [u8]> {
        let found = fields.field(place)?.trim_ascii();
        let absent = found.is_empty() || self.absent.iter().any(|word| **word == *found);
        (!absent).then_some(found)
    }

    fn device<'a, F: Fields>(&self, fields: &'a F, given: &Given<'a>) -> Result<&'a str, Reason> {
        let Some(names) = &self.device else { return Ok(given.device) };
        let Some((name, found)) = self.first(fields, names) else { return Ok(given.device) };
        std::str::from_utf8(found).map_err(|_| Reason::NotUtf8 { field: name.into() })
    }

    #[inline]
    fn first<'a, 's, F: Fields>(&'s self, fields: &'a F, names: &'s [FieldName]) -> Option<(&'s str, &'a [u8])> {
        names.iter().find_map(|field| Some((&*field.name, self.stated(fields, field.place)?)))
    }

    /// Sets the row's cells: in its place, since a row is large to hand about.
    #[inline]
    fn fill<'a, F: Fields>(
        &'a self,
        row: &mut Row<'a>,
        fields: &'a F,
        device: &'a str,
        whole: bool,
    ) -> Result<(), Reason> {
        if let Some(place) = self.places.source {
            row.set_at(place, Cell::Text(device));
        }
        if let Some(place) = self.places.inferred.filter(|_| whole) {
            row.set_at(place, Cell::Number(0));
        }
        for rule in &self.cells {
            let cell = match &rule.value {
                Value::First(names, how) => match self.first(fields, names) {
                    Some((name, found)) => how.read(name, found)?,
                    None => Cell::Empty,
                },
                Value::Address(address) => Cell::Address(*address),
                Value::Number(number) => Cell::Number(*number),
                Value::Text(text) => Cell::Text(text),
                Value::Time(time) => Cell::Time(*time),
            };
            if cell == Cell::Empty && !rule.column.optional {
                return Err(self.missing(rule));
            }
            row.set_at(rule.place, cell);
        }
        if let Some((first, last)) = self.places.ports {
            check_order(cell(row, first), cell(row, last))?;
        }
        Ok(())
    }

    /// Refuses a whole record that ends before it begins, or was when it cannot have been.
    fn check_span(&self, row: &Row<'_>, limits: &TimeLimits) -> Result<(), Reason> {
        let (first, last) = self.kind.span_columns();
        let span = self.places.span.map(|(start, end)| (cell(row, start), cell(row, end)));
        let Some((Cell::Time(start), Cell::Time(end))) = span else { return Err(Reason::missing(first)) };
        match self.kind {
            // Their ends lie in the future by nature.
            Kind::TranslationConfiguration | Kind::Account if end >= start => Ok(()),
            _ => limits.began(first, start, limits.event(last, end)?).map(drop),
        }
    }

    fn missing(&self, rule: &CellRule) -> Reason {
        let name = match &rule.value {
            Value::First(names, _) => names.first().map_or(rule.column.name, |field| &field.name),
            _ => rule.column.name,
        };
        Reason::missing(name)
    }

    fn time<F: Fields>(
        &self,
        fields: &F,
        rule: &Option<TimeRule>,
        given: &Given<'_>,
        limits: &TimeLimits,
    ) -> Result<UtcMillis, Reason> {
        let found = rule.as_ref().map(|rule| self.moment(fields, rule)).transpose()?.flatten();
        match (found, rule, given.time) {
            (Some((name, time)), ..) => limits.event(name, time),
            (None, Some(rule), _) => Err(Reason::missing(&rule.field.name)),
            (None, None, Some(time)) => limits.event("time of the header", time),
            (None, None, None) => Err(Reason::missing("time of the header")),
        }
    }

    fn moment<'s, F: Fields>(&self, fields: &F, rule: &'s TimeRule) -> Result<Option<(&'s str, UtcMillis)>, Reason> {
        let Some(found) = self.stated(fields, rule.field.place) else { return Ok(None) };
        match rule.how.read(&rule.field.name, found)? {
            Cell::Time(time) => Ok(Some((&rule.field.name, time))),
            _ => Ok(None),
        }
    }

    fn phase<F: Fields>(&self, fields: &F, rule: &PhaseRule) -> Result<SessionPhase, Reason> {
        match rule {
            PhaseRule::Always(phase) => Ok(*phase),
            PhaseRule::Word { field, words } => {
                let found = self.stated(fields, field.place).ok_or_else(|| Reason::missing(&field.name))?;
                let known = words.iter().find(|(word, _)| found.eq_ignore_ascii_case(word));
                known
                    .map(|(_, phase)| *phase)
                    .ok_or_else(|| Reason::form(&field.name, found, "a word the mapping knows for a phase"))
            }
        }
    }

    /// The key's parts, a bar between each: parts that are not stated keep their place, so that no two keys of different
    /// sessions become one.
    fn put_key<F: Fields>(&self, fields: &F, parts: &[FieldName], key: &mut String) -> Result<(), Reason> {
        key.clear();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                key.push('|');
            }
            let found = self.stated(fields, part.place).unwrap_or_default();
            let text = std::str::from_utf8(found).map_err(|_| Reason::NotUtf8 { field: part.name.clone() })?;
            key.push_str(text);
        }
        Ok(())
    }
}

/// A beginning a little after the moment itself: a header has whole seconds, and a relay may have written it.
fn near(began: UtcMillis, at: UtcMillis) -> UtcMillis {
    const CLOCKS_DIFFER_MILLIS: i64 = 60_000;
    if began.0.saturating_sub(at.0) <= CLOCKS_DIFFER_MILLIS { began.min(at) } else { began }
}

/// Refuses a block whose last port is below its first.
pub(crate) fn check_ports(row: &Row<'_>) -> Result<(), Reason> {
    check_order(row.get("first_port"), row.get("last_port"))
}

fn check_order(first: Cell<'_>, last: Cell<'_>) -> Result<(), Reason> {
    match (first, last) {
        (Cell::Number(first), Cell::Number(last)) if last < first => Err(Reason::PortsReversed { first, last }),
        _ => Ok(()),
    }
}

fn cell<'a>(row: &Row<'a>, place: usize) -> Cell<'a> {
    row.cells().get(place).copied().unwrap_or_default()
}
