//! Groups of rows of the table, which can be measured one by one.

use std::str::FromStr;

/// A group of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Reading and storing the day.
    Ingest,
    /// What a record takes.
    Bytes,
    /// Lookups by the first path, cached.
    Lookup,
    /// The same, not cached.
    Cold,
    /// Lookups by the second path.
    Second,
    /// Erasing the day; the stored day is gone then.
    Erase,
    /// The vault's own way from a source to a segment, beside the bench's: of us only.
    Intake,
}

impl Rows {
    pub const ALL: [Self; 7] =
        [Self::Ingest, Self::Bytes, Self::Lookup, Self::Cold, Self::Second, Self::Erase, Self::Intake];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Bytes => "bytes",
            Self::Lookup => "lookup",
            Self::Cold => "cold",
            Self::Second => "second",
            Self::Erase => "erase",
            Self::Intake => "intake",
        }
    }

    /// Names, apart at commas.
    pub fn named(text: &str) -> Result<Vec<Self>, String> {
        text.split(',').map(str::parse).collect()
    }

    /// As [`Rows::named`] reads them.
    pub fn names(rows: &[Self]) -> String {
        rows.iter().map(|rows| rows.name()).collect::<Vec<_>>().join(",")
    }
}

impl FromStr for Rows {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::name).join("`, `");
        let found = Self::ALL.into_iter().find(|rows| rows.name() == text);
        found.ok_or_else(|| format!("there are no rows `{text}`; rows are `{}`", known()))
    }
}
