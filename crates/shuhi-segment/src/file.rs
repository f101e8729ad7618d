//! An encrypted Parquet file that is open.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length;
use ring::digest::{Context, SHA256};
use shuhi_machine::Disk;

use crate::input::Input;
use crate::properties::{Seal, Sizes};
use crate::{SegmentError, SegmentResult};

/// So many rows are decoded at once.
const BATCH_ROWS: usize = 16_384;
const HASHED_AT_ONCE: usize = 1 << 20;

/// An open file.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    input: Input,
    metadata: ArrowReaderMetadata,
    sizes: Sizes,
    rows: usize,
}

impl File {
    pub(crate) fn open(disk: &dyn Disk, path: PathBuf, seal: &Seal<'_>) -> SegmentResult<Self> {
        let input = Input::open(disk, &path)?;
        let sealed = |error: parquet::errors::ParquetError| SegmentError::Sealed {
            path: path.clone(),
            detail: error.to_string(),
        };
        let options = seal.to_read().map_err(sealed)?;
        let metadata = ArrowReaderMetadata::load(&input, options).map_err(sealed)?;
        let rows = metadata.metadata().row_groups().iter().map(|group| group.num_rows()).sum::<i64>();
        let rows = usize::try_from(rows).unwrap_or(0);
        let mut file = Self { path, input, metadata, sizes: Sizes { page: 0, group: 0 }, rows };
        let entries = file.entries();
        let size = |name: &str| entries.get(name)?.parse::<usize>().ok();
        let sizes = size("page_rows").zip(size("group_rows")).filter(|(page, group)| *page > 0 && group % page == 0);
        let (page, group) = sizes.ok_or_else(|| file.damaged("it does not say how long its pages are"))?;
        file.sizes = Sizes { page, group };
        file.check_groups()?;
        Ok(file)
    }

    /// Rows are found by counting, so the row groups must be as long as they were written.
    fn check_groups(&self) -> SegmentResult<()> {
        let groups = self.parquet().row_groups();
        let mut left = self.rows;
        for group in groups {
            let expected = left.min(self.sizes.group);
            if usize::try_from(group.num_rows()) != Ok(expected) || expected == 0 {
                return Err(self.damaged("a row group has another length than was written"));
            }
            left -= expected;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn parquet(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn pages(&self) -> usize {
        self.rows.div_ceil(self.sizes.page)
    }

    /// The rows of a page.
    pub(crate) fn rows_of(&self, page: usize) -> Range<usize> {
        page.saturating_mul(self.sizes.page)..page.saturating_add(1).saturating_mul(self.sizes.page).min(self.rows)
    }

    pub(crate) fn fields(&self) -> usize {
        self.metadata.schema().fields().len()
    }

    pub(crate) fn field_is(&self, place: usize, holds: &DataType) -> bool {
        self.metadata.schema().fields().get(place).is_some_and(|field| field.data_type() == holds)
    }

    /// What the footer says beside the schema.
    pub(crate) fn entries(&self) -> BTreeMap<String, String> {
        let entries = self.parquet().file_metadata().key_value_metadata();
        entries.into_iter().flatten().filter_map(|entry| Some((entry.key.clone(), entry.value.clone()?))).collect()
    }

    pub(crate) fn damaged(&self, detail: impl ToString) -> SegmentError {
        SegmentError::damaged(&self.path, detail)
    }

    /// Gives the values of some columns of the file (`leaves`, ascending) at some rows (ascending, apart), a batch at a
    /// time, and makes sure that all of them came.
    pub(crate) fn read(
        &self,
        leaves: &[usize],
        rows: &[Range<usize>],
        take: &mut dyn FnMut(&[ArrayRef]) -> SegmentResult<()>,
    ) -> SegmentResult<()> {
        let mut rest = rows;
        let mut from = 0;
        while let Some(first) = rest.first() {
            let group = first.start.max(from) / self.sizes.group;
            let start = group * self.sizes.group;
            let end = (start + self.sizes.group).min(self.rows);
            let here = rest.iter().take_while(|range| range.start < end).count();
            let inside = rest.get(..here).unwrap_or(rest);
            self.read_group(group, leaves, start.max(from)..end, inside, take)?;
            // A range that goes on in the next row group is read on there.
            let over = inside.last().is_some_and(|last| last.end > end);
            rest = rest.get(here - usize::from(over)..).unwrap_or_default();
            from = end;
        }
        Ok(())
    }

    fn read_group(
        &self,
        group: usize,
        leaves: &[usize],
        bounds: Range<usize>,
        rows: &[Range<usize>],
        take: &mut dyn FnMut(&[ArrayRef]) -> SegmentResult<()>,
    ) -> SegmentResult<()> {
        let start = group * self.sizes.group;
        let within = |row: usize| row.clamp(bounds.start, bounds.end) - start;
        let relative = rows.iter().map(|range| within(range.start)..within(range.end));
        let asked: usize = relative.clone().map(|range| range.len()).sum();
        let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), leaves.iter().copied());
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(self.input.clone(), self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(asked.clamp(1, BATCH_ROWS))
            .with_row_selection(RowSelection::from_consecutive_ranges(relative, bounds.end - start))
            .build()
            .map_err(|error| self.damaged(error))?;
        let mut came = 0;
        for batch in reader {
            let batch = batch.map_err(|error| self.damaged(error))?;
            came += batch.num_rows();
            take(batch.columns())?;
        }
        if came == asked { Ok(()) } else { Err(self.damaged(format!("{came} of {asked} rows are there"))) }
    }

    /// SHA-256 of all bytes.
    pub(crate) fn sha256(&self) -> SegmentResult<[u8; 32]> {
        let mut hash = Context::new(&SHA256);
        let mut start = 0;
        while start < self.input.len() {
            let left = usize::try_from(self.input.len() - start).unwrap_or(usize::MAX);
            let bytes = self.input.bytes(start, left.min(HASHED_AT_ONCE))?;
            hash.update(&bytes);
            start += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        }
        let mut sha256 = [0; 32];
        for (to, from) in sha256.iter_mut().zip(hash.finish().as_ref()) {
            *to = *from;
        }
        Ok(sha256)
    }
}
