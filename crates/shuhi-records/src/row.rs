//! One record: its cells in the order of the kind's columns.

use crate::{Address, Kind, UtcMillis};

/// A value of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell<'a> {
    /// Not stated by the source.
    #[default]
    Empty,
    /// An address.
    Address(Address),
    /// An instant.
    Time(UtcMillis),
    /// A port, length, protocol or flag.
    Number(u32),
    /// A text.
    Text(&'a str),
}

/// No kind has more columns.
const CELLS_MAX: usize = 13;

/// One record, borrowed from the line it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    kind: Kind,
    cells: [Cell<'a>; CELLS_MAX],
}

impl<'a> Row<'a> {
    /// A row of empty cells.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, cells: [Cell::Empty; CELLS_MAX] }
    }

    /// The kind of record.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its cells, one a column.
    #[must_use]
    pub fn cells(&self) -> &[Cell<'a>] {
        self.cells.get(..self.kind.columns().len()).unwrap_or(&self.cells)
    }

    /// Sets the cell of the column called `name`; a name that the kind does not have changes nothing.
    pub fn set(&mut self, name: &str, cell: Cell<'a>) {
        if let Some(place) = self.kind.place(name) {
            self.set_at(place, cell);
        }
    }

    /// Sets a cell by its column's place.
    pub fn set_at(&mut self, place: usize, cell: Cell<'a>) {
        if let Some(slot) = self.cells.get_mut(place) {
            *slot = cell;
        }
    }

    /// The same row with one more cell set.
    #[must_use]
    pub fn with(mut self, name: &str, cell: Cell<'a>) -> Self {
        self.set(name, cell);
        self
    }

    /// The cell of the column called `name`, empty where the kind has no such column.
    #[must_use]
    pub fn get(&self, name: &str) -> Cell<'a> {
        self.kind.place(name).and_then(|place| self.cells.get(place)).copied().unwrap_or_default()
    }

    /// When it began and ended; twice the same for what happens at one moment, `None` where not stated.
    #[must_use]
    pub fn span(&self) -> Option<(UtcMillis, UtcMillis)> {
        let (start, end) = self.kind.span_columns();
        match (self.get(start), self.get(end)) {
            (Cell::Time(start), Cell::Time(end)) => Some((start, end)),
            _ => None,
        }
    }
}
