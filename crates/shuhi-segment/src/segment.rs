//! An open segment.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use shuhi_machine::Machine;
use shuhi_records::{Columns, Kind};

use crate::bounds::Bounds;
use crate::decode::{Cells, Decoded, Resolved};
use crate::distinct::EMPTY;
use crate::file::File;
use crate::layout::{Form, Layout};
use crate::properties::Seal;
use crate::query::{self, Condition};
use crate::sidecar::Sidecar;
use crate::starts::Starts;
use crate::write::{hexadecimal, sidecar_path};
use crate::{Find, SegmentError, SegmentId, SegmentResult};

/// Up to so many pages are read once with all columns; of more, first only what decides.
const PAGES_READ_WHOLE: usize = 4;
/// So many pages are decided on at once.
const PAGES_AT_ONCE: usize = 64;

/// An open segment; keeps the decrypted footers in memory.
#[derive(Debug)]
pub struct Segment {
    layout: Layout,
    file: File,
    /// One a column.
    bounds: Vec<Bounds>,
    /// By the column's place.
    sidecars: BTreeMap<usize, Sidecar>,
    starts: Option<Starts>,
}

impl Segment {
    /// Opens a segment.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Sealed`] where the key or id is another's, [`SegmentError::Damaged`] where a file is not as
    /// written, and what the disk says.
    pub fn open(machine: &Machine, path: &Path, id: &SegmentId, key: &[u8; 32]) -> SegmentResult<Self> {
        let disk = machine.disk.as_ref();
        let file = File::open(disk, path.to_owned(), &Seal { id, column: "", key })?;
        let entries = file.entries();
        let unknown = || file.damaged("it is of a version this program does not read");
        let layout = Layout::from_footer(&entries).ok_or_else(unknown)?;
        let pair = entries.get("pair").ok_or_else(unknown)?;
        let places = 0..layout.forms.len();
        let bounds =
            places.clone().map(|place| Bounds::of(&file, layout.form(place), layout.leaves(place).start)).collect();
        let mut sidecars = BTreeMap::new();
        for (place, column) in places.zip(layout.kind.columns()) {
            if layout.form(place) == Form::Ordinal {
                let seal = Seal { id, column: column.name, key };
                sidecars.insert(place, Sidecar::open(disk, sidecar_path(path, column.name), &seal, pair)?);
            }
        }
        let starts = Starts::from_footer(&entries, &layout, file.pages());
        Ok(Self { layout, file, bounds, sidecars, starts })
    }

    /// What its records are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.layout.kind
    }

    /// How many records it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.file.rows()
    }

    /// The records that answer, in the segment's order.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NoPath`] and [`SegmentError::NoColumn`] for what the kind does not have,
    /// [`SegmentError::Damaged`] where bytes are not as written.
    pub fn find(&self, find: &Find) -> SegmentResult<Columns> {
        let asked = query::asked(self.kind(), find)?;
        let (mut conditions, other) = query::conditions(self.kind(), find)?;
        let mut pages: Vec<usize> = (0..self.file.pages()).collect();
        if let Some((column, value)) = other {
            let sidecar = self.sidecars.get(&column).ok_or_else(|| self.file.damaged("a sidecar is not open"))?;
            pages.clear();
            if let Some((ordinal, found)) = sidecar.find(&value)? {
                pages.extend(found.into_iter().map(|page| page as usize));
                conditions.push(Condition::Ordinal { column, ordinal });
            }
        }
        pages.retain(|page| self.may_hold(&conditions, *page));
        let found = if pages.len() <= PAGES_READ_WHOLE {
            self.found_at_once(&pages, &conditions, &asked)?
        } else {
            self.found_in_two_steps(&pages, &conditions, &asked)?
        };
        self.resolved(found, &asked)
    }

    /// Whether a page may have a row for which all conditions hold.
    fn may_hold(&self, conditions: &[Condition], page: usize) -> bool {
        let starts =
            || self.starts.as_ref().is_none_or(|starts| starts.may_hold(&self.layout, &self.bounds, conditions, page));
        conditions.iter().all(|condition| condition.may_hold(&self.layout, &self.bounds, page)) && starts()
    }

    /// The pages that a question reads.
    #[cfg(test)]
    pub(crate) fn pages_read(&self, find: &Find) -> SegmentResult<usize> {
        let (conditions, _) = query::conditions(self.kind(), find)?;
        Ok((0..self.file.pages()).filter(|page| self.may_hold(&conditions, *page)).count())
    }

    fn found_at_once(&self, pages: &[usize], conditions: &[Condition], asked: &[usize]) -> SegmentResult<Decoded> {
        let mut places = asked.to_vec();
        places.extend(conditions.iter().flat_map(Condition::columns));
        let rows = self.read(&places, &self.rows_of(pages))?;
        let hits: Vec<usize> =
            (0..rows.rows).filter(|row| conditions.iter().all(|condition| condition.holds(&rows, *row))).collect();
        Ok(rows.taken(&hits))
    }

    /// First only the columns that decide, then all of the rows that were found.
    fn found_in_two_steps(&self, pages: &[usize], conditions: &[Condition], asked: &[usize]) -> SegmentResult<Decoded> {
        let deciding: Vec<usize> = conditions.iter().flat_map(Condition::columns).collect();
        let mut found = Vec::new();
        for pages in pages.chunks(PAGES_AT_ONCE) {
            let ranges = self.rows_of(pages);
            let hits = if deciding.is_empty() {
                ranges
            } else {
                let rows = self.read(&deciding, &ranges)?;
                let holds = |row: usize| conditions.iter().all(|condition| condition.holds(&rows, row));
                ranges_where(&ranges, holds)
            };
            if !hits.is_empty() {
                found.push(self.read(asked, &hits)?);
            }
        }
        let found = Decoded::joined(&self.layout, &self.layout.needed(asked), &found);
        found.ok_or_else(|| self.file.damaged("its columns do not fit together"))
    }

    fn rows_of(&self, pages: &[usize]) -> Vec<Range<usize>> {
        pages.iter().map(|page| self.file.rows_of(*page)).collect()
    }

    /// Some columns, and those they stand relative to, at some rows.
    fn read(&self, places: &[usize], rows: &[Range<usize>]) -> SegmentResult<Decoded> {
        let places = self.layout.needed(places);
        let leaves: Vec<usize> = places.iter().flat_map(|place| self.layout.leaves(*place)).collect();
        let mut decoded = Decoded::new(&self.layout, &places);
        self.file.read(&leaves, rows, &mut |arrays| {
            let fits = decoded.append(&self.layout, arrays);
            fits.ok_or_else(|| self.file.damaged("a column is not of the type that the footer says"))
        })?;
        Ok(decoded)
    }

    /// Records, with the values that stand in sidecars.
    fn resolved(&self, rows: Decoded, asked: &[usize]) -> SegmentResult<Columns> {
        let mut values = BTreeMap::new();
        for place in asked {
            let (Some(Cells::Ordinals(ordinals)), Some(sidecar)) = (rows.cells.get(place), self.sidecars.get(place))
            else {
                continue;
            };
            let ordinals = ranges_of(ordinals);
            if ordinals.last().is_some_and(|last| last.end > sidecar.len()) {
                return Err(self.file.damaged("a value is not in its sidecar"));
            }
            values.insert(*place, Resolved { values: sidecar.values(&ordinals)?, ordinals });
        }
        let columns = rows.into_columns(&self.layout, asked, &values);
        columns.ok_or_else(|| self.file.damaged("its columns do not fit together"))
    }

    /// All records, in the segment's order. All of them are in memory then.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Damaged`] where bytes are not as written.
    pub fn all(&self) -> SegmentResult<Columns> {
        let places: Vec<usize> = (0..self.layout.forms.len()).collect();
        let rows = self.read(&places, std::slice::from_ref(&(0..self.rows())))?;
        self.resolved(rows, &places)
    }

    /// Compares every byte of every file with what was written.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Damaged`] at the first file that differs.
    pub fn verify(&self, sha256: &[u8; 32]) -> SegmentResult<()> {
        let differs = "its bytes are not those that were written (SHA-256)";
        if self.file.sha256()? != *sha256 {
            return Err(self.file.damaged(differs));
        }
        let entries = self.file.entries();
        for (place, sidecar) in &self.sidecars {
            let name = self.kind().columns().get(*place).map_or("", |column| column.name);
            if entries.get(&format!("sha256.{name}")) != Some(&hexadecimal(&sidecar.sha256()?)) {
                return Err(SegmentError::damaged(sidecar.path(), differs));
            }
        }
        Ok(())
    }
}

/// Of the rows of some ranges, counted through, those for which it holds, as ranges.
fn ranges_where(ranges: &[Range<usize>], holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let rows = ranges.iter().cloned().flatten().enumerate();
    joined(rows.filter(|(counted, _)| holds(*counted)).map(|(_, row)| row))
}

/// The different ordinals as ranges.
fn ranges_of(ordinals: &[u32]) -> Vec<Range<usize>> {
    let mut ordinals: Vec<u32> = ordinals.iter().copied().filter(|ordinal| *ordinal != EMPTY).collect();
    ordinals.sort_unstable();
    ordinals.dedup();
    joined(ordinals.into_iter().map(|ordinal| ordinal as usize))
}

/// Ascending numbers as ranges.
fn joined(numbers: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => ranges.push(number..number + 1),
        }
    }
    ranges
}
