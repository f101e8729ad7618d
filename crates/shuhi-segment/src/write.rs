//! Writing a segment.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use shuhi_machine::{DiskError, Machine, UtcMillis, random_array};
use shuhi_records::{ColumnData, Columns, Kind};

use crate::distinct::Distinct;
use crate::layout::{Form, Layout};
use crate::output::{Finished, Output, explained};
use crate::properties::{MAIN, SIDECAR, Seal, Sizes};
use crate::{Segment, SegmentError, SegmentId, SegmentResult, decode, gather, order, sidecar};

/// How many records a segment holds at most.
pub const MAX_ROWS: usize = 1 << 30;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many records.
    pub rows: usize,
    /// How long the files are together, in bytes.
    pub bytes: u64,
    /// SHA-256 of the main file, which in turn holds that of every sidecar: it stands for the whole segment.
    pub sha256: [u8; 32],
    /// The earliest start.
    pub earliest: UtcMillis,
    /// The latest end.
    pub latest: UtcMillis,
}

/// Every file of a segment whose main file is at `path`, the main file last.
#[must_use]
pub fn paths(path: &Path, kind: Kind) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = kind.other_paths().iter().map(|column| sidecar_path(path, column)).collect();
    paths.push(path.to_owned());
    paths
}

pub(crate) fn sidecar_path(path: &Path, column: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(column);
    path.with_file_name(name)
}

/// Writes records, in any order, as a segment; on return it is durable, after a crash it is there whole or its main file
/// is absent.
///
/// # Errors
///
/// Without records, with more than [`MAX_ROWS`], where `path` is taken, and what the disk says.
pub fn write(
    machine: &Machine,
    path: &Path,
    id: &SegmentId,
    columns: &Columns,
    key: &[u8; 32],
) -> SegmentResult<Written> {
    write_with_threads(machine, path, id, columns, key, NonZeroUsize::MIN)
}

/// [`write()`] on several threads; the same records in the same places.
///
/// # Errors
///
/// As [`write()`].
pub fn write_with_threads(
    machine: &Machine,
    path: &Path,
    id: &SegmentId,
    columns: &Columns,
    key: &[u8; 32],
    threads: NonZeroUsize,
) -> SegmentResult<Written> {
    write_sized(machine, path, id, columns, key, How { threads, main: MAIN, sidecar: SIDECAR })
}

/// How to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    pub threads: NonZeroUsize,
    pub main: Sizes,
    pub sidecar: Sizes,
}

pub(crate) fn write_sized(
    machine: &Machine,
    path: &Path,
    id: &SegmentId,
    columns: &Columns,
    key: &[u8; 32],
    how: How,
) -> SegmentResult<Written> {
    let disk = machine.disk.as_ref();
    if disk.size(path).is_ok() {
        return Err(DiskError::Exists(path.to_owned()).into());
    }
    if columns.len() > MAX_ROWS {
        return Err(SegmentError::TooMany { rows: columns.len(), limit: MAX_ROWS });
    }
    let (earliest, latest) = span(columns).ok_or(SegmentError::Empty)?;
    let (layout, listings) = Layout::of(columns);
    let prepared = Prepared::of(columns, layout, how.threads);
    let mut footer = prepared.layout.to_footer();
    let pair: [u8; 16] = random_array(machine.randomness.as_ref())?;
    footer.push(("pair".to_owned(), hexadecimal(&pair)));
    footer.push(("page_rows".to_owned(), how.main.page.to_string()));
    footer.push(("group_rows".to_owned(), how.main.group.to_string()));
    let mut bytes = 0;
    let mut sidecars = Vec::new();
    for (place, distinct) in &prepared.paths {
        let name = columns.kind().columns().get(*place).map_or("", |column| column.name);
        let pages = sidecar::Pages::of(&prepared.order, distinct, how.main.page);
        let data = columns.data().get(*place).ok_or(SegmentError::Empty)?;
        let at = sidecar_path(path, name);
        let seal = Seal { id, column: name, key };
        let output = Output::new(disk, &at)?;
        let finished = sidecar::write(output, &seal, data, distinct, &pages, &hexadecimal(&pair), how.sidecar)?;
        footer.push((format!("sha256.{name}"), hexadecimal(&finished.sha256)));
        bytes += finished.bytes;
        sidecars.push((finished, at));
    }
    let output = Output::new(disk, path)?;
    let ordinals = prepared.paths.iter().map(|(place, distinct)| (*place, distinct.ordinals.as_slice())).collect();
    let known = gather::Known { ordinals, listings };
    let source = Source { columns, prepared: &prepared, known };
    let main = source.write(output, &Seal { id, column: "", key }, footer, how)?;
    name_durably(machine, &sidecars, &main, path)?;
    let bytes = bytes + main.bytes;
    Ok(Written { rows: columns.len(), bytes, sha256: main.sha256, earliest, latest })
}

/// The main file gets its name last and only after the sidecars' names are durable, so that it is never there without.
fn name_durably(
    machine: &Machine,
    sidecars: &[(Finished, PathBuf)],
    main: &Finished,
    path: &Path,
) -> SegmentResult<()> {
    let disk = machine.disk.as_ref();
    let folder = path.parent().unwrap_or(Path::new("."));
    for (sidecar, at) in sidecars {
        sidecar.rename(disk, at)?;
    }
    if !sidecars.is_empty() {
        disk.sync_folder(folder)?;
    }
    main.rename(disk, path)?;
    Ok(disk.sync_folder(folder)?)
}

/// Writes one segment of all records of several. All of them are in memory meanwhile.
///
/// # Errors
///
/// Where the parts are of different kinds or damaged, and as [`write()`].
pub fn merge(
    machine: &Machine,
    path: &Path,
    id: &SegmentId,
    parts: &[&Segment],
    key: &[u8; 32],
) -> SegmentResult<Written> {
    let kind = parts.first().ok_or(SegmentError::Empty)?.kind();
    if let Some(part) = parts.iter().find(|part| part.kind() != kind) {
        return Err(SegmentError::Mixed { kind, other: part.kind() });
    }
    let rows = parts.iter().map(|part| part.rows()).sum();
    if rows > MAX_ROWS {
        return Err(SegmentError::TooMany { rows, limit: MAX_ROWS });
    }
    let all = parts.iter().map(|part| part.all()).collect::<SegmentResult<Vec<Columns>>>()?;
    let all = concatenated(all).ok_or(SegmentError::Empty)?;
    write(machine, path, id, &all, key)
}

/// Records of one kind one after another; `None` where there are none, or of several kinds, or with more than 4 GiB of
/// text in a column.
#[must_use]
pub fn concatenated(parts: Vec<Columns>) -> Option<Columns> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let (kind, mut data) = (first.kind(), first.data().to_vec());
    drop(first);
    for part in parts {
        if part.kind() != kind {
            return None;
        }
        for (data, more) in data.iter_mut().zip(part.data()) {
            decode::data_extend(data, more)?;
        }
    }
    Columns::from_data(kind, data)
}

/// The earliest start and the latest end.
fn span(columns: &Columns) -> Option<(UtcMillis, UtcMillis)> {
    let (start, end) = columns.kind().span_columns();
    let times = |name: &str| match columns.data().get(columns.kind().place(name)?) {
        Some(ColumnData::Time(times)) => Some(times),
        _ => None,
    };
    Some((*times(start)?.iter().min()?, *times(end)?.iter().max()?))
}

/// What must be known of all records before the first can be written.
struct Prepared {
    layout: Layout,
    order: Vec<u32>,
    /// Of each other path, by the column's place.
    paths: Vec<(usize, Distinct)>,
}

impl Prepared {
    fn of(columns: &Columns, layout: Layout, threads: NonZeroUsize) -> Self {
        let kind = columns.kind();
        let paths = || {
            let places = kind.other_paths().iter().filter_map(|name| kind.place(name));
            places.filter_map(|place| Some((place, Distinct::of(columns.data().get(place)?)))).collect()
        };
        let (order, paths) = if threads == NonZeroUsize::MIN {
            (order::first_path(columns), paths())
        } else {
            std::thread::scope(|scope| {
                let order = scope.spawn(|| order::first_path(columns));
                let paths = paths();
                (order.join().unwrap_or_default(), paths)
            })
        };
        Self { layout, order, paths }
    }
}

fn file_writer<W: Write + Send>(
    output: W,
    schema: &SchemaRef,
    properties: WriterProperties,
) -> Result<SerializedFileWriter<W>, ParquetError> {
    let parquet = ArrowSchemaConverter::new().convert(schema)?;
    SerializedFileWriter::new(output, parquet.root_schema_ptr(), Arc::new(properties))
}

/// Whether a column is worth compressing is tried on so many rows.
const SAMPLE_ROWS: usize = 16_384;
/// Compression must save this share of a column's bytes, one in so many, and this much a row, one byte in so many: a
/// reader has to set up a decompressor for every compressed column, which takes longer than to read a page.
const SAVED_SHARE: usize = 20;
const SAVED_ROWS_A_BYTE: usize = 16;

fn schema(columns: &Columns, layout: &Layout) -> SchemaRef {
    let fields = (0..layout.forms.len()).flat_map(|place| {
        let nullable = layout.form(place) == Form::Ordinal
            || match columns.data().get(place) {
                Some(ColumnData::Address { stated, .. } | ColumnData::Number { stated, .. }) => !stated.is_empty(),
                _ => false,
            };
        layout.fields(place, nullable)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The columns of the file whose pages say their least and greatest value: those by which pages are left out.
fn indexed(layout: &Layout) -> Vec<String> {
    let by_text = layout.kind.sorted_by().first().copied();
    let places = (0..layout.forms.len()).filter(|place| match layout.form(*place) {
        Form::Ordinal => false,
        Form::Text => layout.kind.columns().get(*place).map(|column| column.name) == by_text,
        _ => true,
    });
    places.flat_map(|place| layout.fields(place, false)).map(|field| field.name().clone()).collect()
}

/// The chunks of a column.
type Chunks = Result<Vec<ArrowColumnChunk>, ParquetError>;

/// Where the values of a main file come from.
struct Source<'a> {
    columns: &'a Columns,
    prepared: &'a Prepared,
    known: gather::Known<'a>,
}

impl Source<'_> {
    fn write(
        &self,
        output: Output,
        seal: &Seal<'_>,
        footer: Vec<(String, String)>,
        how: How,
    ) -> SegmentResult<Finished> {
        let Prepared { layout, order, .. } = self.prepared;
        let schema = schema(self.columns, layout);
        let sample = order.get(..SAMPLE_ROWS).unwrap_or(order);
        let compressed = self.worth_compressing(seal, &schema, sample).map_err(explained)?;
        let properties = seal.to_write(&schema, how.main.page, &indexed(layout), &compressed).map_err(explained)?;
        let mut writer = file_writer(output, &schema, properties).map_err(explained)?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        for (group, rows) in order.chunks(how.main.group).enumerate() {
            let writers = factory.create_column_writers(group).map_err(explained)?;
            let chunks = self.encoded(&schema, writers, rows, how.threads).map_err(explained)?;
            let mut row_group = writer.next_row_group().map_err(explained)?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut row_group).map_err(explained)?;
            }
            row_group.close().map_err(explained)?;
        }
        for (name, value) in footer {
            writer.append_key_value_metadata(KeyValue::new(name, value));
        }
        writer.into_inner().map_err(explained)?.finish()
    }

    /// The columns of the file that compression makes enough shorter.
    fn worth_compressing(
        &self,
        seal: &Seal<'_>,
        schema: &SchemaRef,
        rows: &[u32],
    ) -> Result<Vec<String>, ParquetError> {
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let plain = self.sizes(seal, schema, rows, &[])?;
        let compressed = self.sizes(seal, schema, rows, &names)?;
        let worth = |(plain, compressed): (&usize, &usize)| {
            let saved = plain.saturating_sub(*compressed);
            saved * SAVED_SHARE >= *plain && saved * SAVED_ROWS_A_BYTE >= rows.len()
        };
        let worth = plain.iter().zip(&compressed).map(worth);
        Ok(names.into_iter().zip(worth).filter(|(_, worth)| *worth).map(|(name, _)| name).collect())
    }

    /// How many bytes each column of the file takes for some rows; nothing is written.
    fn sizes(
        &self,
        seal: &Seal<'_>,
        schema: &SchemaRef,
        rows: &[u32],
        compressed: &[String],
    ) -> Result<Vec<usize>, ParquetError> {
        let properties = seal.to_write(schema, MAIN.page, &[], compressed)?;
        let writer = file_writer(std::io::sink(), schema, properties)?;
        let writers = ArrowRowGroupWriterFactory::new(&writer, schema.clone()).create_column_writers(0)?;
        let chunks = self.encoded(schema, writers, rows, NonZeroUsize::MIN)?;
        Ok(chunks.iter().map(|chunk| usize::try_from(chunk.close().bytes_written).unwrap_or(usize::MAX)).collect())
    }

    /// The chunks of a row group, one a column of the file; each thread takes the next column that nobody has taken.
    fn encoded(
        &self,
        schema: &SchemaRef,
        writers: Vec<ArrowColumnWriter>,
        rows: &[u32],
        threads: NonZeroUsize,
    ) -> Chunks {
        let layout = &self.prepared.layout;
        let mut writers = writers.into_iter();
        let work: Vec<Mutex<Vec<ArrowColumnWriter>>> = (0..layout.forms.len())
            .map(|place| Mutex::new(writers.by_ref().take(layout.leaves(place).len()).collect()))
            .collect();
        let done: Vec<Mutex<Option<Chunks>>> = work.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let run = || {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let (Some(writers), Some(slot)) = (work.get(place), done.get(place)) else { return };
                let writers = std::mem::take(&mut *writers.lock().unwrap_or_else(PoisonError::into_inner));
                let chunks = self.column(schema, place, writers, rows);
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(chunks);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.get() {
                scope.spawn(run);
            }
            run();
        });
        let mut chunks = Vec::with_capacity(schema.fields().len());
        for slot in done {
            let result = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
            chunks.extend(result.unwrap_or_else(|| Err(ParquetError::General("a column was not written".to_owned())))?);
        }
        Ok(chunks)
    }

    fn column(&self, schema: &SchemaRef, place: usize, writers: Vec<ArrowColumnWriter>, rows: &[u32]) -> Chunks {
        let layout = &self.prepared.layout;
        let arrays = gather::arrays(layout, self.columns, &self.known, place, rows)?;
        let fields = schema.fields().iter().skip(layout.leaves(place).start);
        let mut chunks = Vec::with_capacity(writers.len());
        for ((mut writer, array), field) in writers.into_iter().zip(arrays).zip(fields) {
            for leaf in compute_leaves(field, &array)? {
                writer.write(&leaf)?;
            }
            chunks.push(writer.close()?);
        }
        Ok(chunks)
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
