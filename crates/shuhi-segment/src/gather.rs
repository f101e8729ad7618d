//! The values of some rows of a column, as the file has them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray, UInt32Array, UInt64Array};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;
use shuhi_records::{Address, ColumnData, Columns, TextColumn, UtcMillis};

use crate::distinct::EMPTY;
use crate::layout::{Form, Layout};

/// What stands in the file for the values of some columns, a number a row, by the column's place.
#[derive(Debug, Default)]
pub(crate) struct Known<'a> {
    /// The rows of a sidecar.
    pub ordinals: BTreeMap<usize, &'a [u32]>,
    /// The places in a list.
    pub listings: BTreeMap<usize, &'a [u8]>,
}

/// The arrays of the column at a place: those of [`Layout::fields`].
pub(crate) fn arrays(
    layout: &Layout,
    columns: &Columns,
    known: &Known<'_>,
    place: usize,
    rows: &[u32],
) -> Result<Vec<ArrayRef>, ArrowError> {
    let Some(data) = columns.data().get(place) else { return Ok(Vec::new()) };
    let form = layout.form(place);
    if form == Form::Ordinal {
        let values = taken(known.ordinals.get(&place).copied().unwrap_or_default(), rows);
        let nulls = values.contains(&EMPTY).then(|| values.iter().map(|ordinal| *ordinal != EMPTY).collect());
        return Ok(vec![Arc::new(UInt32Array::new(values.into(), nulls))]);
    }
    Ok(match data {
        ColumnData::Address { values, stated } => addresses(form, taken(values, rows), stated_of(stated, rows)),
        ColumnData::Time(times) => vec![Arc::new(Int64Array::from(instants(layout, columns, form, times, rows)))],
        ColumnData::Number { values, stated } => {
            let mut numbers: Vec<u32> = taken(values, rows);
            if let Form::Above(base) = form
                && let Some(ColumnData::Number { values: bases, .. }) = columns.data().get(base)
            {
                for (number, row) in numbers.iter_mut().zip(rows) {
                    *number = number.wrapping_sub(bases.get(*row as usize).copied().unwrap_or_default());
                }
            }
            vec![Arc::new(UInt32Array::new(numbers.into(), stated_of(stated, rows)))]
        }
        ColumnData::Text(_) if form == Form::Listed => {
            let places = taken(known.listings.get(&place).copied().unwrap_or_default(), rows);
            vec![Arc::new(UInt32Array::from_iter_values(places.into_iter().map(u32::from)))]
        }
        ColumnData::Text(column) => vec![Arc::new(texts(column, rows)?)],
    })
}

fn taken<T: Copy + Default>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect()
}

fn stated_of(stated: &[bool], rows: &[u32]) -> Option<NullBuffer> {
    (!stated.is_empty()).then(|| rows.iter().map(|row| stated.get(*row as usize).copied().unwrap_or(true)).collect())
}

/// Addresses as one or two columns.
pub(crate) fn addresses(form: Form, values: Vec<Address>, stated: Option<NullBuffer>) -> Vec<ArrayRef> {
    if form == Form::Address4 {
        let values: ScalarBuffer<u32> = values.iter().map(|value| value.0 as u32).collect();
        return vec![Arc::new(UInt32Array::new(values, stated))];
    }
    let high: ScalarBuffer<u64> = values.iter().map(|value| (value.0 >> u64::BITS) as u64).collect();
    let low: ScalarBuffer<u64> = values.iter().map(|value| value.0 as u64).collect();
    vec![Arc::new(UInt64Array::new(high, stated.clone())), Arc::new(UInt64Array::new(low, stated))]
}

fn instants(layout: &Layout, columns: &Columns, form: Form, times: &[UtcMillis], rows: &[u32]) -> Vec<i64> {
    let unit = layout.unit_millis;
    let time = |times: &[UtcMillis], row: u32| times.get(row as usize).map_or(0, |time| time.0 / unit);
    let bases: Option<&[UtcMillis]> = match form {
        Form::After(base) => match columns.data().get(base) {
            Some(ColumnData::Time(bases)) => Some(bases),
            _ => None,
        },
        _ => None,
    };
    match bases {
        Some(bases) => rows.iter().map(|row| time(times, *row).wrapping_sub(time(bases, *row))).collect(),
        None => rows.iter().map(|row| time(times, *row)).collect(),
    }
}

/// The texts of some rows, one after another.
pub(crate) fn texts(column: &TextColumn, rows: &[u32]) -> Result<StringArray, ArrowError> {
    // First where each stands, then what: the memory is asked for many places at once, not for one after another.
    let (all, ends) = column.parts();
    let end = |row: usize| ends.get(row).map_or(0, |end| *end as usize);
    let start = |row: usize| row.checked_sub(1).map_or(0, end);
    let places: Vec<Range<usize>> = rows.iter().map(|row| start(*row as usize)..end(*row as usize)).collect();
    let mut text = String::with_capacity(places.iter().map(Range::len).sum());
    places.iter().for_each(|place| text.push_str(all.get(place.clone()).unwrap_or_default()));
    let lengths = places.iter().map(Range::len);
    if i32::try_from(text.len()).is_err() {
        return Err(ArrowError::InvalidArgumentError(format!("{} records have 2 GiB of text or more", rows.len())));
    }
    StringArray::try_new(OffsetBuffer::from_lengths(lengths), Buffer::from(text.into_bytes()), None)
}
