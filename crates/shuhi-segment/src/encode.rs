//! The row groups of a main file, encoded on several threads and handed over in order.
//!
//! The threads take one column of one row group after another, and go on with the next row group while one is written.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory};
use parquet::errors::ParquetError;

/// The chunks of a column.
pub(crate) type Chunks = Result<Vec<ArrowColumnChunk>, ParquetError>;

/// Encodes the column at a place for some rows.
pub(crate) type Column<'a> = dyn Fn(usize, Vec<ArrowColumnWriter>, &[u32]) -> Chunks + Sync + 'a;

/// How many row groups may be encoded, or wait to be written, at once: all of them together could fill the memory.
const GROUPS_AT_ONCE: usize = 3;

/// What is to be encoded.
pub(crate) struct Work<'a> {
    /// Makes the writers of a row group.
    pub factory: &'a ArrowRowGroupWriterFactory,
    /// How many columns of the file each column of the kind has.
    pub leaves: Vec<usize>,
    /// The places of the columns, those last that may have to wait for what others find out.
    pub places: Vec<usize>,
    /// The rows of each row group.
    pub groups: Vec<&'a [u32]>,
    pub column: &'a Column<'a>,
}

impl Work<'_> {
    /// Encodes all; `write` is given the chunks of each row group in order.
    pub(crate) fn done(
        &self,
        threads: NonZeroUsize,
        mut write: impl FnMut(Vec<ArrowColumnChunk>) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        if threads == NonZeroUsize::MIN {
            for number in 0..self.groups.len() {
                write(self.group(number)?)?;
            }
            return Ok(());
        }
        let queue = Queue::of(self);
        std::thread::scope(|scope| {
            let _ended = EndsWhenLeft(&queue);
            let (to_writer, encoded) = channel();
            for _ in 0..threads.get() {
                let (queue, to_writer) = (&queue, to_writer.clone());
                scope.spawn(move || queue.run(&to_writer));
            }
            drop(to_writer);
            queue.written(&encoded, &mut write)
        })
    }

    fn group(&self, number: usize) -> Chunks {
        let rows = self.groups.get(number).copied().unwrap_or_default();
        let mut chunks = Vec::new();
        for (place, writers) in self.by_place(self.factory.create_column_writers(number)?) {
            chunks.extend((self.column)(place, writers, rows)?);
        }
        Ok(chunks)
    }

    fn by_place(&self, writers: Vec<ArrowColumnWriter>) -> BTreeMap<usize, Vec<ArrowColumnWriter>> {
        let mut writers = writers.into_iter();
        self.leaves.iter().map(|leaves| writers.by_ref().take(*leaves).collect()).enumerate().collect()
    }
}

/// One column of one row group.
struct Task<'a> {
    group: usize,
    place: usize,
    writers: Vec<ArrowColumnWriter>,
    rows: &'a [u32],
}

/// What came of it.
type Encoded = (usize, usize, Chunks);

struct Queue<'a> {
    work: &'a Work<'a>,
    next: Mutex<Next>,
    /// A row group was written, or nothing more is.
    went_on: Condvar,
}

/// What the next thread takes.
struct Next {
    group: usize,
    /// How many of its columns.
    taken: usize,
    /// Those of the row group that nobody has taken, by the column's place.
    writers: BTreeMap<usize, Vec<ArrowColumnWriter>>,
    groups_written: usize,
    ended: bool,
}

impl<'a> Queue<'a> {
    fn of(work: &'a Work<'a>) -> Self {
        let next = Next { group: 0, taken: 0, writers: BTreeMap::new(), groups_written: 0, ended: false };
        Self { work, next: Mutex::new(next), went_on: Condvar::new() }
    }

    fn next(&self) -> MutexGuard<'_, Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, to_writer: &Sender<Encoded>) {
        while let Some(task) = self.take() {
            let encoded = match task {
                Ok(Task { group, place, writers, rows }) => (group, place, (self.work.column)(place, writers, rows)),
                Err((group, error)) => (group, 0, Err(error)),
            };
            if to_writer.send(encoded).is_err() {
                return;
            }
        }
    }

    /// The next task, once its row group may begin.
    fn take(&self) -> Option<Result<Task<'a>, (usize, ParquetError)>> {
        let mut next = self.next();
        while !next.ended && next.taken == 0 && next.group >= next.groups_written + GROUPS_AT_ONCE {
            next = self.went_on.wait(next).unwrap_or_else(PoisonError::into_inner);
        }
        let rows = *self.work.groups.get(next.group).filter(|_| !next.ended)?;
        let group = next.group;
        if next.taken == 0 {
            match self.work.factory.create_column_writers(group) {
                Ok(writers) => next.writers = self.work.by_place(writers),
                Err(error) => {
                    next.ended = true;
                    return Some(Err((group, error)));
                }
            }
        }
        let place = self.work.places.get(next.taken).copied().unwrap_or_default();
        let writers = next.writers.remove(&place).unwrap_or_default();
        next.taken += 1;
        if next.taken >= self.work.places.len() {
            (next.group, next.taken) = (group + 1, 0);
        }
        Some(Ok(Task { group, place, writers, rows }))
    }

    /// Puts the chunks of each row group in order and has them written.
    fn written(
        &self,
        encoded: &Receiver<Encoded>,
        write: &mut impl FnMut(Vec<ArrowColumnChunk>) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        let mut early = BTreeMap::new();
        for group in 0..self.work.groups.len() {
            let mut chunks = Vec::new();
            for place in 0..self.work.leaves.len() {
                while !early.contains_key(&(group, place)) {
                    let lost = |_| ParquetError::General("a column was not written".to_owned());
                    let (group, place, chunks) = encoded.recv().map_err(lost)?;
                    early.insert((group, place), chunks?);
                }
                chunks.extend(early.remove(&(group, place)).unwrap_or_default());
            }
            write(chunks)?;
            self.next().groups_written = group + 1;
            self.went_on.notify_all();
        }
        Ok(())
    }
}

/// Whoever waits for the next row group waits no longer, also where writing failed.
struct EndsWhenLeft<'a, 'w>(&'a Queue<'w>);

impl Drop for EndsWhenLeft<'_, '_> {
    fn drop(&mut self) {
        self.0.next().ended = true;
        self.0.went_on.notify_all();
    }
}
