//! Writing a segment.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use shuhi_machine::{Disk, DiskError, Machine, UtcMillis, random_array};
use shuhi_records::{ColumnData, Columns, Kind};

use crate::distinct::Distinct;
use crate::encode::{Chunks, Column, Work};
use crate::layout::{Form, Layout};
use crate::output::{Finished, Output, explained};
use crate::properties::{MAIN, SIDECAR, Seal, Sizes};
use crate::starts::Starts;
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

/// Writes records, in any order, as a segment, on the machine's threads; on return it is durable, after a crash it is
/// there whole or its main file is absent. However many threads there are, the same records stand in the same places.
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
    write_sized(machine, path, id, columns, key, How { threads: machine.threads, main: MAIN, sidecar: SIDECAR })
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
    let pair = hexadecimal(&random_array::<16>(machine.randomness.as_ref())?);
    let (paths, ready) = (OnceLock::new(), OnceLock::new());
    let seal = Seal { id, column: "", key };
    // Columns that need nothing of the other paths are encoded while those are found.
    let sidecars = || {
        paths.get_or_init(|| other_paths(columns));
        Prepared::sidecars(ready.wait(), disk, path, &seal, &pair, how)
    };
    let main = |sidecars: &mut dyn FnMut() -> SegmentResult<Vec<Named>>| {
        let output = Output::new(disk, path)?;
        Source { prepared: ready.wait() }.write(output, &seal, &pair, how, sidecars)
    };
    let (main, sidecars) = if how.threads == NonZeroUsize::MIN {
        paths.get_or_init(|| other_paths(columns));
        ready.get_or_init(|| Prepared::of(columns, &paths));
        main(&mut || sidecars())?
    } else {
        std::thread::scope(|scope| {
            let mut running = Some(scope.spawn(sidecars));
            ready.get_or_init(|| Prepared::of(columns, &paths));
            let ended = || SegmentError::Encoding(ParquetError::General("a sidecar was not written".to_owned()));
            main(&mut || running.take().and_then(|running| running.join().ok()).unwrap_or_else(|| Err(ended())))
        })?
    };
    name_durably(machine, &sidecars, &main, path)?;
    let bytes = main.bytes + sidecars.iter().map(|sidecar| sidecar.file.bytes).sum::<u64>();
    Ok(Written { rows: columns.len(), bytes, sha256: main.sha256, earliest, latest })
}

/// A sidecar that is durable under its temporary name, and the name it gets.
struct Named {
    column: &'static str,
    file: Finished,
    path: PathBuf,
}

/// The main file gets its name last and only after the sidecars' names are durable, so that it is never there without.
fn name_durably(machine: &Machine, sidecars: &[Named], main: &Finished, path: &Path) -> SegmentResult<()> {
    let disk = machine.disk.as_ref();
    let folder = path.parent().unwrap_or(Path::new("."));
    for sidecar in sidecars {
        sidecar.file.rename(disk, &sidecar.path)?;
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
    let all = concatenated(&all).ok_or(SegmentError::Empty)?;
    write(machine, path, id, &all, key)
}

/// Records of one kind one after another; `None` where there are none, or with more than 4 GiB of text in a column.
fn concatenated(parts: &[Columns]) -> Option<Columns> {
    let kind = parts.first()?.kind();
    let column = |place| {
        let parts = parts.iter().map(|part| part.data().get(place)).collect::<Option<Vec<&ColumnData>>>()?;
        decode::data_joined(&parts)
    };
    Columns::from_data(kind, (0..kind.columns().len()).map(column).collect::<Option<Vec<_>>>()?)
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

/// The values of each other path, by the column's place.
type Paths = Vec<(usize, Distinct)>;

fn other_paths(columns: &Columns) -> Paths {
    let places = columns.kind().other_paths().iter().filter_map(|name| columns.kind().place(name));
    places.filter_map(|place| Some((place, Distinct::of(columns.data().get(place)?)))).collect()
}

/// What must be known of all records before the first can be written.
struct Prepared<'a> {
    columns: &'a Columns,
    layout: Layout,
    /// Of each listed column the rows' places in the list.
    listings: BTreeMap<usize, Vec<u8>>,
    order: Vec<u32>,
    /// Found meanwhile, by another thread where there are several.
    paths: &'a OnceLock<Paths>,
}

impl<'a> Prepared<'a> {
    fn of(columns: &'a Columns, paths: &'a OnceLock<Paths>) -> Self {
        let (layout, listings) = Layout::of(columns);
        Self { columns, layout, listings, order: order::first_path(columns), paths }
    }

    fn sidecars(
        &self,
        disk: &dyn Disk,
        path: &Path,
        main: &Seal<'_>,
        pair: &str,
        how: How,
    ) -> SegmentResult<Vec<Named>> {
        let mut sidecars = Vec::new();
        for (place, distinct) in self.paths.wait() {
            let column = self.columns.kind().columns().get(*place).map_or("", |column| column.name);
            let pages = sidecar::Pages::of(&self.order, distinct, how.main.page);
            let data = self.columns.data().get(*place).ok_or(SegmentError::Empty)?;
            let path = sidecar_path(path, column);
            let seal = Seal { id: main.id, column, key: main.key };
            let file = sidecar::write(Output::new(disk, &path)?, &seal, data, distinct, &pages, pair, how.sidecar)?;
            sidecars.push(Named { column, file, path });
        }
        Ok(sidecars)
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

/// Where the values of a main file come from.
struct Source<'a> {
    prepared: &'a Prepared<'a>,
}

impl Source<'_> {
    /// Writes the main file; `sidecars` gives what its footer says of them, when it comes to that.
    fn write(
        &self,
        output: Output,
        seal: &Seal<'_>,
        pair: &str,
        how: How,
        sidecars: &mut dyn FnMut() -> SegmentResult<Vec<Named>>,
    ) -> SegmentResult<(Finished, Vec<Named>)> {
        let Prepared { columns, layout, order, .. } = self.prepared;
        let schema = schema(columns, layout);
        let sample = order.get(..SAMPLE_ROWS).unwrap_or(order);
        let compressed = self.worth_compressing(seal, &schema, sample).map_err(explained)?;
        let properties = seal.to_write(&schema, how.main.page, &indexed(layout), &compressed).map_err(explained)?;
        let mut writer = file_writer(output, &schema, properties).map_err(explained)?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        let listings = self.listings();
        let column = |place, writers, rows: &[u32]| {
            if layout.form(place) == Form::Ordinal {
                return self.column(&schema, &self.ordinals(), place, writers, rows);
            }
            self.column(&schema, &listings, place, writers, rows)
        };
        let work = self.work(&factory, order.chunks(how.main.group).collect(), &column);
        let written = work.done(how.threads, |chunks| {
            let mut row_group = writer.next_row_group()?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut row_group)?;
            }
            row_group.close().map(|_| ())
        });
        written.map_err(explained)?;
        let sidecars = sidecars()?;
        for (name, value) in self.footer(pair, how, &sidecars) {
            writer.append_key_value_metadata(KeyValue::new(name, value));
        }
        Ok((writer.into_inner().map_err(explained)?.finish()?, sidecars))
    }

    fn footer(&self, pair: &str, how: How, sidecars: &[Named]) -> Vec<(String, String)> {
        let mut footer = self.prepared.layout.to_footer();
        let numbers = [("page_rows", how.main.page), ("group_rows", how.main.group)];
        footer.extend(numbers.map(|(name, number)| (name.to_owned(), number.to_string())));
        footer.push(("pair".to_owned(), pair.to_owned()));
        let Prepared { columns, layout, order, .. } = self.prepared;
        footer.extend(Starts::to_footer(layout, columns, order, how.main.page));
        let hash = |sidecar: &Named| (format!("sha256.{}", sidecar.column), hexadecimal(&sidecar.file.sha256));
        footer.extend(sidecars.iter().map(hash));
        footer
    }

    /// The columns of the file that compression makes enough shorter. The numbers of values of another path come in no
    /// order and are not among them.
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
        let worth: Vec<bool> = plain.iter().zip(&compressed).map(worth).collect();
        let layout = &self.prepared.layout;
        let ordinals = (0..layout.forms.len()).filter(|place| layout.form(*place) == Form::Ordinal);
        let ordinals: Vec<usize> = ordinals.flat_map(|place| layout.leaves(place)).collect();
        let numbered = names.into_iter().zip(worth).enumerate();
        let compressed = numbered.filter(|(leaf, (_, worth))| *worth && !ordinals.contains(leaf));
        Ok(compressed.map(|(_, (name, _))| name).collect())
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
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        // What stands for the values of other paths is not known yet, and not asked for.
        let listings = self.listings();
        let column = |place, writers, rows: &[u32]| self.column(schema, &listings, place, writers, rows);
        let mut sizes = Vec::new();
        self.work(&factory, vec![rows], &column).done(NonZeroUsize::MIN, |chunks| {
            let size = |chunk: &ArrowColumnChunk| usize::try_from(chunk.close().bytes_written).unwrap_or(usize::MAX);
            sizes.extend(chunks.iter().map(size));
            Ok(())
        })?;
        Ok(sizes)
    }

    fn listings(&self) -> gather::Known<'_> {
        let listings = self.prepared.listings.iter().map(|(place, places)| (*place, places.as_slice())).collect();
        gather::Known { listings, ..gather::Known::default() }
    }

    fn ordinals(&self) -> gather::Known<'_> {
        let paths = self.prepared.paths.wait();
        let ordinals = paths.iter().map(|(place, distinct)| (*place, distinct.ordinals.as_slice())).collect();
        gather::Known { ordinals, ..gather::Known::default() }
    }

    fn work<'w>(
        &self,
        factory: &'w ArrowRowGroupWriterFactory,
        groups: Vec<&'w [u32]>,
        column: &'w Column<'w>,
    ) -> Work<'w> {
        let layout = &self.prepared.layout;
        let leaves = (0..layout.forms.len()).map(|place| layout.leaves(place).len()).collect();
        let mut places: Vec<usize> = (0..layout.forms.len()).collect();
        places.sort_by_key(|place| layout.form(*place) == Form::Ordinal);
        Work { factory, leaves, places, groups, column }
    }

    fn column(
        &self,
        schema: &SchemaRef,
        known: &gather::Known<'_>,
        place: usize,
        writers: Vec<ArrowColumnWriter>,
        rows: &[u32],
    ) -> Chunks {
        let layout = &self.prepared.layout;
        let arrays = gather::arrays(layout, self.prepared.columns, known, place, rows)?;
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
