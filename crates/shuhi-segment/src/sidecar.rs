//! The second path: for each value of a column, in order, the pages of the main file that have it.
//!
//! A sidecar is Parquet like the main file, sealed by the same key under additional data of its own, with a row for each
//! different value. It is the only place where the values stand; the main file has the row's number instead.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, ListArray, StringArray, UInt32Array};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use shuhi_machine::Disk;
use shuhi_records::{Address, ColumnData};

use crate::bounds::Bounds;
use crate::distinct::{Distinct, EMPTY};
use crate::file::File;
use crate::find::Value;
use crate::layout::Form;
use crate::output::{Finished, Output, explained};
use crate::properties::{Seal, Sizes};
use crate::{SegmentError, SegmentResult, gather};

const PAGES: &str = "pages";
const VALUE: &str = "value";

/// For each value the pages of the main file that have it.
#[derive(Debug)]
pub(crate) struct Pages {
    pages: Vec<u32>,
    /// Where those of a value end.
    ends: Vec<u32>,
}

impl Pages {
    pub(crate) fn of(order: &[u32], distinct: &Distinct, page_rows: usize) -> Self {
        let ordinal = |row: &u32| distinct.ordinals.get(*row as usize).copied().unwrap_or(EMPTY) as usize;
        let mut starts = vec![0_u32; distinct.len() + 1];
        let mut last = vec![u32::MAX; distinct.len()];
        // Each page is counted once a value, however many of its rows have it.
        let each = |last: &mut [u32], found: &mut dyn FnMut(usize, u32)| {
            for (page, rows) in (0_u32..).zip(order.chunks(page_rows)) {
                for row in rows {
                    let value = ordinal(row);
                    if let Some(last) = last.get_mut(value)
                        && *last != page
                    {
                        *last = page;
                        found(value, page);
                    }
                }
            }
        };
        each(&mut last, &mut |value, _| {
            if let Some(count) = starts.get_mut(value + 1) {
                *count += 1;
            }
        });
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut pages = vec![0; total as usize];
        last.fill(u32::MAX);
        each(&mut last, &mut |value, page| {
            if let Some(start) = starts.get_mut(value) {
                if let Some(slot) = pages.get_mut(*start as usize) {
                    *slot = page;
                }
                *start += 1;
            }
        });
        starts.pop();
        Self { pages, ends: starts }
    }

    fn list(&self, values: Range<usize>, field: Arc<Field>) -> ListArray {
        let end = |value: usize| self.ends.get(value).copied().unwrap_or_default();
        let start = |value: usize| if value == 0 { 0 } else { end(value - 1) };
        let first = start(values.start);
        let offsets: Vec<i32> =
            std::iter::once(0).chain(values.clone().map(|value| (end(value) - first).cast_signed())).collect();
        let pages = self.pages.get(first as usize..start(values.end) as usize).unwrap_or_default();
        let items = UInt32Array::from(pages.to_vec());
        ListArray::new(field, OffsetBuffer::new(ScalarBuffer::from(offsets)), Arc::new(items), None)
    }
}

/// The form in which a sidecar has its values.
fn form_of(data: &ColumnData) -> Form {
    match data {
        ColumnData::Address { values, stated } => {
            let v4 = values.iter().enumerate().all(|(row, value)| value.is_v4() || stated.get(row) == Some(&false));
            if v4 { Form::Address4 } else { Form::Address16 }
        }
        _ => Form::Text,
    }
}

fn schema(form: Form) -> Schema {
    let item = Arc::new(Field::new("item", DataType::UInt32, false));
    let field = |name: &str, holds: DataType| Field::new(name, holds, false);
    let pages = field(PAGES, DataType::List(item));
    Schema::new(match form {
        Form::Address4 => vec![field(VALUE, DataType::UInt32), pages],
        Form::Address16 => {
            vec![field("value_high", DataType::UInt64), field("value_low", DataType::UInt64), pages]
        }
        _ => vec![field(VALUE, DataType::Utf8), pages],
    })
}

pub(crate) fn write(
    output: Output,
    seal: &Seal<'_>,
    data: &ColumnData,
    distinct: &Distinct,
    pages: &Pages,
    pair: &str,
    sizes: Sizes,
) -> SegmentResult<Finished> {
    let schema = Arc::new(schema(form_of(data)));
    let indexed: Vec<String> =
        schema.fields().iter().map(|field| field.name().clone()).filter(|name| name != PAGES).collect();
    let properties = seal.to_write(&schema, sizes.page, &indexed, &indexed).map_err(explained)?;
    let mut writer = ArrowWriter::try_new(output, schema.clone(), Some(properties)).map_err(explained)?;
    let mut start = 0;
    for rows in distinct.rows.chunks(sizes.group) {
        let values = start..start + rows.len();
        start = values.end;
        let mut arrays = values_of(data, rows)?;
        let Some(field) = schema.fields().last() else { continue };
        if let DataType::List(item) = field.data_type() {
            arrays.push(Arc::new(pages.list(values, item.clone())));
        }
        let batch = arrow_array::RecordBatch::try_new(schema.clone(), arrays)
            .map_err(|error| SegmentError::Encoding(error.into()))?;
        writer.write(&batch).map_err(explained)?;
        writer.flush().map_err(explained)?;
    }
    let entries =
        [("pair", pair.to_owned()), ("page_rows", sizes.page.to_string()), ("group_rows", sizes.group.to_string())];
    for (name, value) in entries {
        writer.append_key_value_metadata(KeyValue::new(name.to_owned(), value));
    }
    writer.into_inner().map_err(explained)?.finish()
}

fn values_of(data: &ColumnData, rows: &[u32]) -> SegmentResult<Vec<ArrayRef>> {
    match data {
        ColumnData::Address { values, .. } => {
            let taken = rows.iter().filter_map(|row| values.get(*row as usize)).copied().collect();
            Ok(gather::addresses(form_of(data), taken, None))
        }
        ColumnData::Text(texts) => {
            let array = gather::texts(texts, rows).map_err(|error| SegmentError::Encoding(error.into()))?;
            Ok(vec![Arc::new(array)])
        }
        _ => Ok(Vec::new()),
    }
}

/// An open sidecar.
#[derive(Debug)]
pub(crate) struct Sidecar {
    file: File,
    bounds: Bounds,
    form: Form,
}

impl Sidecar {
    pub(crate) fn open(disk: &dyn Disk, path: PathBuf, seal: &Seal<'_>, pair: &str) -> SegmentResult<Self> {
        let file = File::open(disk, path, seal)?;
        if file.entries().get("pair").map(String::as_str) != Some(pair) {
            return Err(file.damaged("it belongs to another writing of the segment"));
        }
        let form = match file.fields() {
            3 => Form::Address16,
            _ if file.field_is(0, &DataType::UInt32) => Form::Address4,
            _ => Form::Text,
        };
        let bounds = Bounds::of(&file, form, 0);
        Ok(Self { file, bounds, form })
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(crate) fn sha256(&self) -> SegmentResult<[u8; 32]> {
        self.file.sha256()
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.file.rows()
    }

    /// The values of some ordinals, which ascend.
    pub(crate) fn values(&self, ordinals: &[Range<usize>]) -> SegmentResult<Values> {
        let mut values = Values { texts: Vec::new(), addresses: Vec::new() };
        let leaves: Vec<usize> = (0..self.width()).collect();
        self.file.read(&leaves, ordinals, &mut |arrays| {
            match self.form {
                Form::Text => values.texts.extend(arrays.iter().map(|array| array.as_string::<i32>().clone())),
                form => values.addresses.extend(crate::decode::addresses(form, arrays).into_iter().flatten()),
            }
            Ok(())
        })?;
        Ok(values)
    }

    fn width(&self) -> usize {
        if self.form == Form::Address16 { 2 } else { 1 }
    }

    /// The ordinal of a value, and the pages of the main file that have it.
    pub(crate) fn find(&self, value: &Value) -> SegmentResult<Option<(u32, Vec<u32>)>> {
        for page in 0..self.bounds.pages() {
            if !self.bounds.may_have(page, value) {
                continue;
            }
            let rows = self.file.rows_of(page);
            let values = self.values(std::slice::from_ref(&rows))?;
            if let Some(found) = values.place_of(value) {
                let ordinal = rows.start + found;
                return Ok(Some((u32::try_from(ordinal).unwrap_or(EMPTY), self.pages(ordinal)?)));
            }
        }
        Ok(None)
    }

    fn pages(&self, ordinal: usize) -> SegmentResult<Vec<u32>> {
        let mut pages = Vec::new();
        self.file.read(&[self.width()], std::slice::from_ref(&(ordinal..ordinal + 1)), &mut |arrays| {
            for array in arrays {
                let list = array.as_list::<i32>();
                for row in 0..list.len() {
                    pages.extend_from_slice(list.value(row).as_primitive::<UInt32Type>().values());
                }
            }
            Ok(())
        })?;
        Ok(pages)
    }
}

/// Some values of a sidecar, in order.
pub(crate) struct Values {
    texts: Vec<StringArray>,
    addresses: Vec<Address>,
}

impl Values {
    /// The text at a place.
    pub(crate) fn text(&self, mut place: usize) -> Option<&str> {
        for array in &self.texts {
            if place < array.len() {
                return Some(array.value(place));
            }
            place -= array.len();
        }
        None
    }

    /// The address at a place.
    pub(crate) fn address(&self, place: usize) -> Option<Address> {
        self.addresses.get(place).copied()
    }

    fn place_of(&self, value: &Value) -> Option<usize> {
        match value {
            Value::Text(text) => self.texts.iter().flat_map(|array| array.iter()).position(|here| here == Some(text)),
            Value::Address(address) => self.addresses.iter().position(|here| here == address),
        }
    }
}
