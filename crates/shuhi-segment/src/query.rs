//! A question as conditions on columns, which all must hold.

use shuhi_machine::UtcMillis;
use shuhi_records::{Address, Cell, ColumnData, ColumnType, Kind, Prefix};

use crate::bounds::{Bounds, in_units};
use crate::decode::{Cells, Decoded};
use crate::find::{By, Find, Value};
use crate::layout::{Form, Layout};
use crate::{SegmentError, SegmentResult};

/// A condition on a row. Columns are named by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The column is one of these addresses, which ascend.
    Address { column: usize, among: Vec<Address> },
    /// The prefix of two columns includes the address.
    Prefix { first: usize, length: usize, address: Address },
    /// The range of two columns, both ends in it, includes the address.
    Range { first: usize, last: usize, address: Address },
    /// The column is the port.
    Port { column: usize, port: u32 },
    /// The range of two columns, both ends in it, includes the port.
    Ports { first: usize, last: usize, port: u32 },
    /// The column is the text.
    Text { column: usize, text: String },
    /// The column is the value with this number in its sidecar.
    Ordinal { column: usize, ordinal: u32 },
    /// From start to end there is an instant in common.
    Within { start: usize, end: usize, from: UtcMillis, to: UtcMillis },
}

/// The conditions of a question, and apart from them the column and value of another path, which must first be looked
/// up.
pub(crate) type Conditions = (Vec<Condition>, Option<(usize, Value)>);

/// The conditions of a question.
pub(crate) fn conditions(kind: Kind, find: &Find) -> SegmentResult<Conditions> {
    let mut conditions = Vec::new();
    let mut other = None;
    match &find.by {
        By::Address { address, port } => by_address(kind, *address, *port, &mut conditions)?,
        By::Text(text) => {
            let column = first_column(kind, ColumnType::Text).ok_or_else(|| no_path(kind, "a text"))?;
            conditions.push(Condition::Text { column, text: text.clone() });
        }
        By::Other { column, value } => other = Some((other_path(kind, column, value)?, value.clone())),
        By::Anything => {}
    }
    if !find.destinations.is_empty() {
        let column = kind.place("destination_address").ok_or_else(|| no_path(kind, "a destination"))?;
        let mut among = find.destinations.clone();
        among.sort_unstable();
        conditions.push(Condition::Address { column, among });
    }
    let (start, end) = kind.span_columns();
    if let (Some((from, to)), Some(start), Some(end)) = (find.within, kind.place(start), kind.place(end)) {
        conditions.push(Condition::Within { start, end, from, to });
    }
    Ok((conditions, other))
}

/// The places of the columns asked for.
pub(crate) fn asked(kind: Kind, find: &Find) -> SegmentResult<Vec<usize>> {
    let Some(names) = &find.columns else { return Ok((0..kind.columns().len()).collect()) };
    let place = |name: &String| kind.place(name).ok_or_else(|| SegmentError::NoColumn { kind, column: name.clone() });
    names.iter().map(place).collect()
}

fn by_address(kind: Kind, address: Address, port: Option<u16>, into: &mut Vec<Condition>) -> SegmentResult<()> {
    let column = first_column(kind, ColumnType::Address).ok_or_else(|| no_path(kind, "an address"))?;
    into.push(match (kind.place("prefix_length"), kind.place("public_last")) {
        (Some(length), _) => Condition::Prefix { first: column, length, address },
        (None, Some(last)) => Condition::Range { first: column, last, address },
        (None, None) => Condition::Address { column, among: vec![address] },
    });
    let Some(port) = port.map(u32::from) else { return Ok(()) };
    into.push(match (kind.place("public_port"), kind.place("first_port"), kind.place("last_port")) {
        (Some(column), _, _) => Condition::Port { column, port },
        (None, Some(first), Some(last)) => Condition::Ports { first, last, port },
        _ => return Err(no_path(kind, "a port")),
    });
    Ok(())
}

fn first_column(kind: Kind, holds: ColumnType) -> Option<usize> {
    let place = kind.place(kind.sorted_by().first()?)?;
    kind.columns().get(place).filter(|column| column.holds == holds).map(|_| place)
}

fn other_path(kind: Kind, name: &str, value: &Value) -> SegmentResult<usize> {
    let place = kind.place(name).filter(|_| kind.other_paths().contains(&name));
    let place = place.ok_or_else(|| no_path(kind, &format!("`{name}`")))?;
    let holds = match value {
        Value::Text(_) => ColumnType::Text,
        Value::Address(_) => ColumnType::Address,
    };
    let fits = kind.columns().get(place).is_some_and(|column| column.holds == holds);
    let what = if holds == ColumnType::Text { "text" } else { "address" };
    if fits { Ok(place) } else { Err(no_path(kind, &format!("`{name}` as {what}"))) }
}

fn no_path(kind: Kind, asked: &str) -> SegmentError {
    let paths: Vec<&str> = kind.sorted_by().iter().take(1).chain(kind.other_paths()).copied().collect();
    SegmentError::NoPath { kind, asked: asked.to_owned(), instead: format!("ask by `{}`", paths.join("` or `")) }
}

impl Condition {
    /// The columns it looks at.
    pub(crate) fn columns(&self) -> Vec<usize> {
        match self {
            Self::Address { column, .. }
            | Self::Port { column, .. }
            | Self::Text { column, .. }
            | Self::Ordinal { column, .. } => vec![*column],
            Self::Prefix { first, length: second, .. }
            | Self::Range { first, last: second, .. }
            | Self::Ports { first, last: second, .. }
            | Self::Within { start: first, end: second, .. } => vec![*first, *second],
        }
    }

    /// Whether a page may have a row for which it holds.
    pub(crate) fn may_hold(&self, layout: &Layout, bounds: &[Bounds], page: usize) -> bool {
        let of = |column: usize| bounds.get(column).unwrap_or(&Bounds::None(0));
        match self {
            Self::Address { column, among } => {
                among.iter().any(|address| of(*column).may_have_address(page, *address, *address))
            }
            Self::Prefix { first, length, address } => {
                let shortest = of(*length).numbers(page).map_or(0, |(shortest, _)| shortest);
                let lowest = lowest_first(*address, shortest, of(*first).is_v4(page));
                of(*first).may_have_address(page, lowest, *address)
            }
            Self::Range { first, last, address } => {
                of(*first).may_have_address(page, Address(0), *address)
                    && of(*last).may_have_address(page, *address, Address(u128::MAX))
            }
            Self::Port { column, port } => {
                of(*column).numbers(page).is_none_or(|(low, high)| (low..=high).contains(port))
            }
            Self::Ports { first, last, port } => {
                of(*first).numbers(page).is_none_or(|(low, _)| low <= *port)
                    && highest_number(layout, bounds, *last, page).is_none_or(|high| *port <= high)
            }
            Self::Text { column, text } => of(*column).may_have_text(page, text),
            Self::Ordinal { .. } => true,
            Self::Within { start, end, from, to } => {
                let unit = layout.unit_millis;
                of(*start).times(page).is_none_or(|(low, _)| low <= in_units(*to, unit).0)
                    && latest(layout, bounds, *end, page).is_none_or(|high| in_units(*from, unit).1 <= high)
            }
        }
    }

    /// Whether it holds for a row.
    pub(crate) fn holds(&self, rows: &Decoded, row: usize) -> bool {
        match self {
            Self::Address { column, among } => {
                address(rows, *column, row).is_some_and(|address| among.binary_search(&address).is_ok())
            }
            Self::Prefix { first, length, address: asked } => {
                let prefix = address(rows, *first, row).zip(number(rows, *length, row));
                // Lengths beyond the family's mean a single address, as all beyond 128 do.
                prefix.is_some_and(|(first, length)| {
                    Prefix { first, length: u8::try_from(length).unwrap_or(u8::MAX) }.contains(*asked)
                })
            }
            Self::Range { first, last, address: asked } => {
                let range = address(rows, *first, row).zip(address(rows, *last, row));
                range.is_some_and(|(first, last)| (first..=last).contains(asked))
            }
            Self::Port { column, port } => number(rows, *column, row) == Some(*port),
            Self::Ports { first, last, port } => {
                let range = number(rows, *first, row).zip(number(rows, *last, row));
                range.is_some_and(|(first, last)| (first..=last).contains(port))
            }
            Self::Text { column, text } => match rows.cells.get(column) {
                Some(Cells::Data(ColumnData::Text(texts))) => !text.is_empty() && texts.get(row) == text,
                _ => false,
            },
            Self::Ordinal { column, ordinal } => match rows.cells.get(column) {
                Some(Cells::Ordinals(ordinals)) => ordinals.get(row) == Some(ordinal),
                _ => false,
            },
            Self::Within { start, end, from, to } => {
                let span = time(rows, *start, row).zip(time(rows, *end, row));
                span.is_some_and(|(start, end)| start <= *to && *from <= end)
            }
        }
    }
}

/// The lowest first address that a prefix of at least some length can have if it includes an address. Lengths of IPv4
/// count from bit 96 on, but a shorter IPv6 prefix may include mapped IPv4 addresses too.
fn lowest_first(address: Address, shortest: u32, only_v4: bool) -> Address {
    let fixed = shortest.saturating_add(if only_v4 { 96 } else { 0 });
    Address(address.0 & !u128::MAX.checked_shr(fixed).unwrap_or(0))
}

/// The highest number of a page; of a relative column the sum of the highest, unless some row may be beyond the largest
/// number and so have come around.
fn highest_number(layout: &Layout, bounds: &[Bounds], column: usize, page: usize) -> Option<u32> {
    let (_, high) = bounds.get(column)?.numbers(page)?;
    match layout.form(column) {
        Form::Above(base) => bounds.get(base)?.numbers(page)?.1.checked_add(high),
        _ => Some(high),
    }
}

/// The latest time of a page, as [`highest_number`].
fn latest(layout: &Layout, bounds: &[Bounds], column: usize, page: usize) -> Option<i64> {
    let (low, high) = bounds.get(column)?.times(page)?;
    match layout.form(column) {
        Form::After(base) => {
            let (base_low, base_high) = bounds.get(base)?.times(page)?;
            base_low.checked_add(low)?;
            base_high.checked_add(high)
        }
        _ => Some(high),
    }
}

fn cell(rows: &Decoded, column: usize, row: usize) -> Cell<'_> {
    match rows.cells.get(&column) {
        Some(Cells::Data(data)) => data.cell(row),
        _ => Cell::Empty,
    }
}

fn address(rows: &Decoded, column: usize, row: usize) -> Option<Address> {
    if let Cell::Address(address) = cell(rows, column, row) { Some(address) } else { None }
}

fn number(rows: &Decoded, column: usize, row: usize) -> Option<u32> {
    if let Cell::Number(number) = cell(rows, column, row) { Some(number) } else { None }
}

fn time(rows: &Decoded, column: usize, row: usize) -> Option<UtcMillis> {
    if let Cell::Time(time) = cell(rows, column, row) { Some(time) } else { None }
}
