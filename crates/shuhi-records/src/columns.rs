//! Many records of one kind, column by column.

use crate::{Address, Cell, ColumnType, Kind, Row, UtcMillis};

/// Many records of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    kind: Kind,
    rows: usize,
    data: Vec<ColumnData>,
}

/// The values of one column; an empty cell is the type's zero with `false` in `stated`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnData {
    /// Addresses.
    Address {
        /// The values.
        values: Vec<Address>,
        /// Which of them were stated; empty where all were.
        stated: Vec<bool>,
    },
    /// Instants, always stated.
    Time(Vec<UtcMillis>),
    /// Numbers.
    Number {
        /// The values.
        values: Vec<u32>,
        /// Which of them were stated; empty where all were.
        stated: Vec<bool>,
    },
    /// Texts; an empty cell is the empty text.
    Text(TextColumn),
}

/// Texts one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextColumn {
    text: String,
    /// Where each text ends in `text`, in bytes.
    ends: Vec<u32>,
}

impl TextColumn {
    /// Adds a text. A column holds at most 4 GiB; beyond, texts are cut to nothing, which callers avoid by batches.
    pub fn push(&mut self, text: &str) {
        if u32::try_from(self.text.len().saturating_add(text.len())).is_ok() {
            self.text.push_str(text);
        }
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Adds all texts of another column, within the same limit.
    pub fn append(&mut self, others: &Self) {
        let before = self.text.len();
        match u32::try_from(before.saturating_add(others.text.len())) {
            Ok(_) => {
                self.text.push_str(&others.text);
                let shift = u32::try_from(before).unwrap_or(u32::MAX);
                self.ends.extend(others.ends.iter().map(|end| end.saturating_add(shift)));
            }
            Err(_) => (0..others.len()).for_each(|place| self.push(others.get(place))),
        }
    }

    /// The text at a place.
    #[must_use]
    pub fn get(&self, place: usize) -> &str {
        let end = self.ends.get(place).map_or(0, |end| *end as usize);
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.text.get(start..end).unwrap_or_default()
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts joined, and where each ends, in bytes.
    #[must_use]
    pub fn parts(&self) -> (&str, &[u32]) {
        (&self.text, &self.ends)
    }

    /// A column from what [`TextColumn::parts`] gave; `None` where the ends do not fit the text.
    #[must_use]
    pub fn from_parts(text: String, ends: Vec<u32>) -> Option<Self> {
        let fit = ends.last().map_or(0, |end| *end as usize) == text.len()
            && ends.is_sorted()
            && ends.iter().all(|end| text.is_char_boundary(*end as usize));
        fit.then_some(Self { text, ends })
    }
}

impl ColumnData {
    fn new(holds: ColumnType, rows: usize) -> Self {
        match holds {
            ColumnType::Address => Self::Address { values: Vec::with_capacity(rows), stated: Vec::new() },
            ColumnType::Time => Self::Time(Vec::with_capacity(rows)),
            ColumnType::Number => Self::Number { values: Vec::with_capacity(rows), stated: Vec::new() },
            ColumnType::Text => Self::Text(TextColumn::default()),
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match self {
            Self::Address { values, stated } => {
                let value = if let Cell::Address(address) = cell { Some(address) } else { None };
                push_stated(values, stated, value);
            }
            Self::Time(values) => values.push(if let Cell::Time(time) = cell { time } else { UtcMillis::default() }),
            Self::Number { values, stated } => {
                let value = if let Cell::Number(number) = cell { Some(number) } else { None };
                push_stated(values, stated, value);
            }
            Self::Text(texts) => texts.push(if let Cell::Text(text) = cell { text } else { "" }),
        }
    }

    /// Adds all values of a column of the same type; of another type nothing is added.
    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Address { values, stated }, Self::Address { values: more, stated: also }) => {
                append_stated(values, stated, more, also);
            }
            (Self::Number { values, stated }, Self::Number { values: more, stated: also }) => {
                append_stated(values, stated, more, also);
            }
            (Self::Time(values), Self::Time(more)) => values.extend(more),
            (Self::Text(texts), Self::Text(more)) => texts.append(&more),
            _ => {}
        }
    }

    /// The cell at a place.
    #[must_use]
    pub fn cell(&self, place: usize) -> Cell<'_> {
        match self {
            Self::Address { values, stated } => one(values, stated, place).map_or(Cell::Empty, Cell::Address),
            Self::Time(values) => values.get(place).copied().map_or(Cell::Empty, Cell::Time),
            Self::Number { values, stated } => one(values, stated, place).map_or(Cell::Empty, Cell::Number),
            Self::Text(texts) => Some(texts.get(place)).filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::Text),
        }
    }
}

fn push_stated<T: Default>(values: &mut Vec<T>, stated: &mut Vec<bool>, value: Option<T>) {
    if value.is_none() && stated.is_empty() {
        stated.resize(values.len(), true);
    }
    if value.is_none() || !stated.is_empty() {
        stated.push(value.is_some());
    }
    values.push(value.unwrap_or_default());
}

fn append_stated<T>(values: &mut Vec<T>, stated: &mut Vec<bool>, more: Vec<T>, also: Vec<bool>) {
    if !stated.is_empty() || !also.is_empty() {
        stated.resize(values.len(), true);
        let added = more.len();
        stated.extend(also);
        stated.resize(values.len() + added, true);
    }
    values.extend(more);
}

fn one<T: Copy>(values: &[T], stated: &[bool], place: usize) -> Option<T> {
    values.get(place).filter(|_| stated.get(place).copied().unwrap_or(true)).copied()
}

impl Columns {
    /// No records yet.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self::with_capacity(kind, 0)
    }

    /// No records yet, with room for some.
    #[must_use]
    pub fn with_capacity(kind: Kind, rows: usize) -> Self {
        let data = kind.columns().iter().map(|column| ColumnData::new(column.holds, rows)).collect();
        Self { kind, rows: 0, data }
    }

    /// Records from whole columns; `None` unless there is one of the right type for each column, all of one length.
    #[must_use]
    pub fn from_data(kind: Kind, data: Vec<ColumnData>) -> Option<Self> {
        let rows = data.first().map_or(0, length);
        let fits = |(column, data): (&crate::Column, &ColumnData)| holds(data) == column.holds && length(data) == rows;
        let fit = data.len() == kind.columns().len() && kind.columns().iter().zip(&data).all(fits);
        fit.then_some(Self { kind, rows, data })
    }

    /// The kind of record.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a record of the same kind; of another kind its cells would mean something else, so it is left out.
    pub fn push(&mut self, row: &Row<'_>) {
        if row.kind() == self.kind {
            for (data, cell) in self.data.iter_mut().zip(row.cells()) {
                data.push(*cell);
            }
            self.rows += 1;
        }
    }

    /// Adds all records of `others`; of another kind they are left out.
    pub fn append(&mut self, others: Self) {
        if others.kind != self.kind {
            return;
        }
        if self.rows == 0 {
            *self = others;
            return;
        }
        for (own, other) in self.data.iter_mut().zip(others.data) {
            own.append(other);
        }
        self.rows += others.rows;
    }

    /// The columns' values, one a column of the kind.
    #[must_use]
    pub fn data(&self) -> &[ColumnData] {
        &self.data
    }

    /// The record at a place; empty cells beyond the last.
    #[must_use]
    pub fn row(&self, place: usize) -> Row<'_> {
        let mut row = Row::new(self.kind);
        for (column, data) in self.data.iter().enumerate() {
            row.set_at(column, data.cell(place));
        }
        row
    }

    /// All records in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.rows).map(|place| self.row(place))
    }
}

fn holds(data: &ColumnData) -> ColumnType {
    match data {
        ColumnData::Address { .. } => ColumnType::Address,
        ColumnData::Time(_) => ColumnType::Time,
        ColumnData::Number { .. } => ColumnType::Number,
        ColumnData::Text(_) => ColumnType::Text,
    }
}

fn length(data: &ColumnData) -> usize {
    match data {
        ColumnData::Address { values, .. } => values.len(),
        ColumnData::Time(values) => values.len(),
        ColumnData::Number { values, .. } => values.len(),
        ColumnData::Text(texts) => texts.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let mut columns = Columns::new(Kind::Login);
        let full = Row::new(Kind::Login)
            .with("account", Cell::Text("mihon"))
            .with("time", Cell::Time(UtcMillis(5)))
            .with("source_address", Cell::Address("192.0.2.1".parse().unwrap()))
            .with("source_port", Cell::Number(4431));
        let bare = Row::new(Kind::Login).with("account", Cell::Text("日本")).with("time", Cell::Time(UtcMillis(-1)));
        for row in [bare, full, bare] {
            columns.push(&row);
        }
        columns.push(&Row::new(Kind::Post));
        assert_eq!(columns.iter().collect::<Vec<_>>(), [bare, full, bare]);
        assert_eq!(Columns::from_data(Kind::Login, columns.data().to_vec()), Some(columns.clone()));
        assert_eq!(Columns::from_data(Kind::Post, columns.data().to_vec()), None);
    }

    #[test]
    fn columns_joined_are_the_rows_of_both() {
        let row = |text| Row::new(Kind::Login).with("account", Cell::Text(text)).with("time", Cell::Time(UtcMillis(1)));
        let port = |text| row(text).with("source_port", Cell::Number(7));
        for (first, second) in
            [(row("a"), port("b")), (port("a"), row("b")), (port("a"), port("b")), (row("a"), row("b"))]
        {
            let (mut joined, mut other) = (Columns::new(Kind::Login), Columns::new(Kind::Login));
            joined.push(&first);
            other.push(&second);
            other.push(&first);
            joined.append(other);
            assert_eq!(joined.iter().collect::<Vec<_>>(), [first, second, first]);
        }
    }

    #[test]
    fn text_parts_that_do_not_fit_are_refused() {
        assert!(TextColumn::from_parts("日本".to_owned(), vec![3, 6]).is_some());
        assert!(TextColumn::from_parts("日本".to_owned(), vec![2, 6]).is_none());
        assert!(TextColumn::from_parts("日本".to_owned(), vec![6, 3]).is_none());
        assert!(TextColumn::from_parts("日本".to_owned(), vec![3]).is_none());
    }
}
