//! What is read from a main file, as records have it.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use shuhi_records::{Address, ColumnData, ColumnType, Columns, TextColumn, UtcMillis};

use crate::distinct::EMPTY;
use crate::layout::{Form, Layout};
use crate::sidecar::Values;

/// The cells of some columns.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    /// As a record has them.
    Data(ColumnData),
    /// As rows of the column's sidecar.
    Ordinals(Vec<u32>),
}

impl Cells {
    fn ordinals(&self) -> Option<&[u32]> {
        if let Self::Ordinals(ordinals) = self { Some(ordinals) } else { None }
    }

    fn data(&self) -> Option<&ColumnData> {
        if let Self::Data(data) = self { Some(data) } else { None }
    }
}

/// Some rows of some columns, by the columns' places.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    pub rows: usize,
    pub cells: BTreeMap<usize, Cells>,
}

impl Decoded {
    /// No rows yet of some columns.
    pub(crate) fn new(layout: &Layout, places: &[usize]) -> Self {
        let empty = |place: &usize| {
            let holds = layout.kind.columns().get(*place).map_or(ColumnType::Text, |column| column.holds);
            let cells = if layout.form(*place) == Form::Ordinal {
                Cells::Ordinals(Vec::new())
            } else {
                Cells::Data(no_data(holds))
            };
            (*place, cells)
        };
        Self { rows: 0, cells: places.iter().map(empty).collect() }
    }

    /// Adds a batch, which has the file's columns of all of ours in order. `None` where a type is not as the layout says.
    pub(crate) fn append(&mut self, layout: &Layout, arrays: &[ArrayRef]) -> Option<()> {
        let before = self.rows;
        self.rows += arrays.first()?.len();
        let mut rest = arrays;
        for (place, cells) in &mut self.cells {
            let (here, after) = rest.split_at_checked(layout.leaves(*place).len())?;
            rest = after;
            let list = layout.lists.get(place).map_or(&[][..], Vec::as_slice);
            append(cells, layout.form(*place), layout.unit_millis, list, here)?;
        }
        self.make_absolute(layout, before);
        Some(())
    }

    /// What stands relative to another column is taken back, from a row on.
    fn make_absolute(&mut self, layout: &Layout, from: usize) {
        let relative: Vec<(usize, Form)> = self.cells.keys().map(|place| (*place, layout.form(*place))).collect();
        for (place, form) in relative {
            let (Form::After(base) | Form::Above(base)) = form else { continue };
            let Some(Cells::Data(bases)) = self.cells.remove(&base) else { continue };
            if let Some(Cells::Data(data)) = self.cells.get_mut(&place) {
                add(data, &bases, from);
            }
            self.cells.insert(base, Cells::Data(bases));
        }
    }

    /// Only the rows at some places.
    pub(crate) fn taken(&self, places: &[usize]) -> Self {
        let cells = self.cells.iter().map(|(place, cells)| {
            let cells = match cells {
                Cells::Data(data) => Cells::Data(data_taken(data, places)),
                Cells::Ordinals(ordinals) => {
                    Cells::Ordinals(places.iter().map(|row| ordinals.get(*row).copied().unwrap_or(EMPTY)).collect())
                }
            };
            (*place, cells)
        });
        Self { rows: places.len(), cells: cells.collect() }
    }

    /// The rows of several with the same columns one after another.
    pub(crate) fn joined(layout: &Layout, places: &[usize], parts: &[Self]) -> Option<Self> {
        let mut joined = Self::new(layout, places);
        joined.rows = parts.iter().map(|part| part.rows).sum();
        if parts.is_empty() {
            return Some(joined);
        }
        for (place, cells) in &mut joined.cells {
            let parts = parts.iter().map(|part| part.cells.get(place)).collect::<Option<Vec<&Cells>>>()?;
            if let Cells::Ordinals(ordinals) = cells {
                ordinals.extend(parts.iter().filter_map(|part| part.ordinals()).flatten());
            } else {
                let parts = parts.into_iter().map(Cells::data).collect::<Option<Vec<&ColumnData>>>()?;
                *cells = Cells::Data(data_joined(&parts)?);
            }
        }
        Some(joined)
    }

    /// Records: columns that were not read are empty, ordinals are replaced by what `values` says of each place.
    pub(crate) fn into_columns(
        mut self,
        layout: &Layout,
        asked: &[usize],
        values: &BTreeMap<usize, Resolved>,
    ) -> Option<Columns> {
        let mut data = Vec::new();
        for (place, column) in layout.kind.columns().iter().enumerate() {
            let cells = self.cells.remove(&place).filter(|_| asked.contains(&place));
            data.push(match cells {
                Some(Cells::Data(data)) => data,
                Some(Cells::Ordinals(ordinals)) => values.get(&place)?.of(&ordinals, column.holds)?,
                None => empty_data(column.holds, self.rows),
            });
        }
        Columns::from_data(layout.kind, data)
    }
}

/// The values of some ordinals.
pub(crate) struct Resolved {
    /// The ordinals, ascending.
    pub ordinals: Vec<Range<usize>>,
    pub values: Values,
}

impl Resolved {
    fn of(&self, ordinals: &[u32], holds: ColumnType) -> Option<ColumnData> {
        let mut starts = Vec::with_capacity(self.ordinals.len());
        let mut before = 0;
        for range in &self.ordinals {
            starts.push(before);
            before += range.len();
        }
        let place = |ordinal: u32| {
            let ordinal = ordinal as usize;
            let range = self.ordinals.partition_point(|range| range.end <= ordinal);
            Some(starts.get(range)? + ordinal.checked_sub(self.ordinals.get(range)?.start)?)
        };
        if holds == ColumnType::Address {
            let mut values = Vec::with_capacity(ordinals.len());
            let stated = stated_where(ordinals.iter().map(|ordinal| *ordinal != EMPTY));
            for ordinal in ordinals {
                let value =
                    if *ordinal == EMPTY { Address::default() } else { self.values.address(place(*ordinal)?)? };
                values.push(value);
            }
            return Some(ColumnData::Address { values, stated });
        }
        let mut texts = TextColumn::default();
        for ordinal in ordinals {
            texts.push(if *ordinal == EMPTY { "" } else { self.values.text(place(*ordinal)?)? });
        }
        Some(ColumnData::Text(texts))
    }
}

/// Which cells are stated; nothing where all are.
fn stated_where(stated: impl Iterator<Item = bool> + Clone) -> Vec<bool> {
    if stated.clone().all(|stated| stated) { Vec::new() } else { stated.collect() }
}

fn no_data(holds: ColumnType) -> ColumnData {
    empty_data(holds, 0)
}

fn empty_data(holds: ColumnType, rows: usize) -> ColumnData {
    match holds {
        ColumnType::Address => ColumnData::Address { values: vec![Address(0); rows], stated: vec![false; rows] },
        ColumnType::Time => ColumnData::Time(vec![UtcMillis(0); rows]),
        ColumnType::Number => ColumnData::Number { values: vec![0; rows], stated: vec![false; rows] },
        ColumnType::Text => {
            let mut texts = TextColumn::default();
            (0..rows).for_each(|_| texts.push(""));
            ColumnData::Text(texts)
        }
    }
}

/// Addresses from one or two columns of the file.
pub(crate) fn addresses(form: Form, arrays: &[ArrayRef]) -> Option<Vec<Address>> {
    if form == Form::Address4 {
        let bits = arrays.first()?.as_primitive_opt::<UInt32Type>()?;
        return Some(bits.values().iter().map(|bits| std::net::Ipv4Addr::from_bits(*bits).into()).collect());
    }
    let high = arrays.first()?.as_primitive_opt::<UInt64Type>()?;
    let low = arrays.get(1)?.as_primitive_opt::<UInt64Type>()?;
    let whole = |(high, low): (&u64, &u64)| Address(u128::from(*high) << u64::BITS | u128::from(*low));
    Some(high.values().iter().zip(low.values()).map(whole).collect())
}

fn append(cells: &mut Cells, form: Form, unit: i64, list: &[String], arrays: &[ArrayRef]) -> Option<()> {
    let array = arrays.first()?;
    match cells {
        Cells::Ordinals(ordinals) => {
            let array = array.as_primitive_opt::<UInt32Type>()?;
            ordinals.extend(array.iter().map(|ordinal| ordinal.unwrap_or(EMPTY)));
        }
        Cells::Data(ColumnData::Address { values, stated }) => {
            let before = values.len();
            values.extend(addresses(form, arrays)?);
            append_stated(values, stated, before, array, Address(0));
        }
        Cells::Data(ColumnData::Time(times)) => {
            let array = array.as_primitive_opt::<Int64Type>()?;
            times.extend(array.values().iter().map(|time| UtcMillis(time.wrapping_mul(unit))));
        }
        Cells::Data(ColumnData::Number { values, stated }) => {
            let before = values.len();
            values.extend_from_slice(array.as_primitive_opt::<UInt32Type>()?.values());
            append_stated(values, stated, before, array, 0);
        }
        Cells::Data(ColumnData::Text(texts)) if form == Form::Listed => {
            for place in array.as_primitive_opt::<UInt32Type>()?.values() {
                texts.push(list.get(*place as usize)?);
            }
        }
        Cells::Data(ColumnData::Text(texts)) => {
            for text in array.as_string_opt::<i32>()? {
                texts.push(text.unwrap_or_default());
            }
        }
    }
    Some(())
}

/// Where cells of a batch are empty, says so, and puts the type's zero there.
fn append_stated<T: Copy>(values: &mut [T], stated: &mut Vec<bool>, before: usize, array: &ArrayRef, zero: T) {
    if array.null_count() == 0 && stated.is_empty() {
        return;
    }
    stated.resize(before, true);
    stated.extend((0..array.len()).map(|row| array.is_valid(row)));
    for (value, stated) in values.iter_mut().zip(stated).skip(before) {
        if !*stated {
            *value = zero;
        }
    }
}

fn add(data: &mut ColumnData, bases: &ColumnData, from: usize) {
    match (data, bases) {
        (ColumnData::Time(times), ColumnData::Time(bases)) => {
            for (time, base) in times.iter_mut().zip(bases).skip(from) {
                time.0 = time.0.wrapping_add(base.0);
            }
        }
        (ColumnData::Number { values, stated }, ColumnData::Number { values: bases, .. }) => {
            for (row, (value, base)) in values.iter_mut().zip(bases).enumerate().skip(from) {
                if stated.get(row).copied().unwrap_or(true) {
                    *value = value.wrapping_add(*base);
                }
            }
        }
        _ => {}
    }
}

fn data_taken(data: &ColumnData, places: &[usize]) -> ColumnData {
    match data {
        ColumnData::Address { values, stated } => {
            ColumnData::Address { values: taken(values, places), stated: taken(stated, places) }
        }
        ColumnData::Time(times) => ColumnData::Time(taken(times, places)),
        ColumnData::Number { values, stated } => {
            ColumnData::Number { values: taken(values, places), stated: taken(stated, places) }
        }
        ColumnData::Text(texts) => {
            let mut taken = TextColumn::default();
            places.iter().for_each(|place| taken.push(texts.get(*place)));
            ColumnData::Text(taken)
        }
    }
}

fn taken<T: Copy>(values: &[T], places: &[usize]) -> Vec<T> {
    places.iter().filter_map(|place| values.get(*place)).copied().collect()
}

/// Values of the same type one after another; `None` where there are none, or of several types, or the texts are too long
/// together.
pub(crate) fn data_joined(parts: &[&ColumnData]) -> Option<ColumnData> {
    let rows = parts.iter().map(|part| rows_of(part)).sum();
    let mut data = match parts.first()? {
        ColumnData::Address { .. } => ColumnData::Address { values: Vec::with_capacity(rows), stated: Vec::new() },
        ColumnData::Time(_) => ColumnData::Time(Vec::with_capacity(rows)),
        ColumnData::Number { .. } => ColumnData::Number { values: Vec::with_capacity(rows), stated: Vec::new() },
        ColumnData::Text(_) => return texts_joined(parts),
    };
    for more in parts {
        match (&mut data, more) {
            (ColumnData::Address { values, stated }, ColumnData::Address { values: more, stated: more_stated }) => {
                extend_stated(values.len(), stated, more.len(), more_stated);
                values.extend_from_slice(more);
            }
            (ColumnData::Time(times), ColumnData::Time(more)) => times.extend_from_slice(more),
            (ColumnData::Number { values, stated }, ColumnData::Number { values: more, stated: more_stated }) => {
                extend_stated(values.len(), stated, more.len(), more_stated);
                values.extend_from_slice(more);
            }
            _ => return None,
        }
    }
    Some(data)
}

fn rows_of(data: &ColumnData) -> usize {
    match data {
        ColumnData::Address { values, .. } => values.len(),
        ColumnData::Time(times) => times.len(),
        ColumnData::Number { values, .. } => values.len(),
        ColumnData::Text(texts) => texts.len(),
    }
}

fn texts_joined(parts: &[&ColumnData]) -> Option<ColumnData> {
    let texts = parts.iter().map(|part| if let ColumnData::Text(texts) = part { Some(texts.parts()) } else { None });
    let all = texts.collect::<Option<Vec<_>>>()?;
    let mut text = String::with_capacity(all.iter().map(|(text, _)| text.len()).sum());
    let mut ends = Vec::with_capacity(all.iter().map(|(_, ends)| ends.len()).sum());
    for (more, more_ends) in all {
        let shift = u32::try_from(text.len()).ok()?;
        text.push_str(more);
        u32::try_from(text.len()).ok()?;
        ends.extend(more_ends.iter().map(|end| shift + end));
    }
    Some(ColumnData::Text(TextColumn::from_parts(text, ends)?))
}

fn extend_stated(before: usize, stated: &mut Vec<bool>, more: usize, more_stated: &[bool]) {
    if stated.is_empty() && more_stated.is_empty() {
        return;
    }
    stated.resize(before, true);
    stated.extend_from_slice(more_stated);
    stated.resize(before + more, true);
}
