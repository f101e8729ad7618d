//! The least and greatest value of each page of a column.

use parquet::file::page_index::column_index::ColumnIndexMetaData;
use shuhi_records::{Address, UtcMillis};

use crate::file::File;
use crate::find::Value;
use crate::layout::Form;

/// The bytes of a least text, and of a greatest where there is one.
type TextBounds = (Vec<u8>, Option<Vec<u8>>);

/// Of each page the least and the greatest value. They need not occur in it: a page may only be left out because of
/// them, never be taken to have something.
#[derive(Clone, Debug)]
pub(crate) enum Bounds {
    /// Of addresses.
    Address(Vec<(Address, Address)>),
    /// Of times and lengths in units.
    Time(Vec<(i64, i64)>),
    /// Of numbers.
    Number(Vec<(u32, u32)>),
    /// Of texts, by their bytes.
    Text(Vec<TextBounds>),
    /// Nothing is known.
    None(usize),
}

impl Bounds {
    /// Those of the column that begins at a leaf of the file.
    pub(crate) fn of(file: &File, form: Form, leaf: usize) -> Self {
        let pages = file.pages();
        let known = match form {
            Form::Address4 => unsigned(file, leaf).map(|bounds| {
                let v4 = |bits: u32| Address::from(std::net::Ipv4Addr::from_bits(bits));
                Self::Address(bounds.into_iter().map(|(low, high)| (v4(low), v4(high))).collect())
            }),
            Form::Address16 => halves(file, leaf).map(Self::Address),
            Form::Time | Form::After(_) => long(file, leaf).map(Self::Time),
            Form::Number | Form::Above(_) => unsigned(file, leaf).map(Self::Number),
            Form::Text => texts(file, leaf).map(Self::Text),
            Form::Ordinal | Form::Listed => None,
        };
        known.filter(|bounds| bounds.pages() == pages).unwrap_or(Self::None(pages))
    }

    pub(crate) fn pages(&self) -> usize {
        match self {
            Self::Address(bounds) => bounds.len(),
            Self::Time(bounds) => bounds.len(),
            Self::Number(bounds) => bounds.len(),
            Self::Text(bounds) => bounds.len(),
            Self::None(pages) => *pages,
        }
    }

    /// Whether a page may have a value.
    pub(crate) fn may_have(&self, page: usize, value: &Value) -> bool {
        match value {
            Value::Address(address) => self.may_have_address(page, *address, *address),
            Value::Text(text) => self.may_have_text(page, text),
        }
    }

    pub(crate) fn may_have_text(&self, page: usize, text: &str) -> bool {
        let Self::Text(bounds) = self else { return true };
        bounds.get(page).is_none_or(|(low, high)| {
            low.as_slice() <= text.as_bytes() && high.as_ref().is_none_or(|high| text.as_bytes() <= high.as_slice())
        })
    }

    /// Whether a page may have an address from `first` to `last`.
    pub(crate) fn may_have_address(&self, page: usize, first: Address, last: Address) -> bool {
        let Self::Address(bounds) = self else { return true };
        bounds.get(page).is_none_or(|(low, high)| *low <= last && first <= *high)
    }

    /// The least address of a page.
    pub(crate) fn lowest_address(&self, page: usize) -> Option<Address> {
        if let Self::Address(bounds) = self { bounds.get(page).map(|(low, _)| *low) } else { None }
    }

    /// The least and greatest number of a page.
    pub(crate) fn numbers(&self, page: usize) -> Option<(u32, u32)> {
        if let Self::Number(bounds) = self { bounds.get(page).copied() } else { None }
    }

    /// The least and greatest time or length of a page, in units.
    pub(crate) fn times(&self, page: usize) -> Option<(i64, i64)> {
        if let Self::Time(bounds) = self { bounds.get(page).copied() } else { None }
    }
}

fn groups(file: &File, leaf: usize) -> Option<Vec<&ColumnIndexMetaData>> {
    let index = file.parquet().column_index()?;
    index.iter().map(|group| group.get(leaf)).collect()
}

/// A page of empty cells has no bounds; it is given those of everything.
fn unsigned(file: &File, leaf: usize) -> Option<Vec<(u32, u32)>> {
    let mut bounds = Vec::new();
    for index in groups(file, leaf)? {
        let ColumnIndexMetaData::INT32(index) = index else { return None };
        let pages = index.min_values_iter().zip(index.max_values_iter());
        bounds.extend(pages.map(|(low, high)| {
            (low.map_or(u32::MIN, |low| low.cast_unsigned()), high.map_or(u32::MAX, |high| high.cast_unsigned()))
        }));
    }
    Some(bounds)
}

fn long(file: &File, leaf: usize) -> Option<Vec<(i64, i64)>> {
    let mut bounds = Vec::new();
    for index in groups(file, leaf)? {
        let ColumnIndexMetaData::INT64(index) = index else { return None };
        let pages = index.min_values_iter().zip(index.max_values_iter());
        bounds.extend(pages.map(|(low, high)| (low.copied().unwrap_or(i64::MIN), high.copied().unwrap_or(i64::MAX))));
    }
    Some(bounds)
}

/// The halves of an address have bounds of their own: together they are wider than those of the address, never narrower.
fn halves(file: &File, leaf: usize) -> Option<Vec<(Address, Address)>> {
    let mut bounds = Vec::new();
    for (high, low) in groups(file, leaf)?.into_iter().zip(groups(file, leaf + 1)?) {
        let (ColumnIndexMetaData::INT64(high), ColumnIndexMetaData::INT64(low)) = (high, low) else { return None };
        let whole = |high: Option<&i64>, low: Option<&i64>| {
            Some(Address(u128::from(high?.cast_unsigned()) << u64::BITS | u128::from(low?.cast_unsigned())))
        };
        let least = high.min_values_iter().zip(low.min_values_iter());
        let greatest = high.max_values_iter().zip(low.max_values_iter());
        bounds.extend(least.zip(greatest).map(|(least, greatest)| {
            (
                whole(least.0, least.1).unwrap_or(Address(u128::MIN)),
                whole(greatest.0, greatest.1).unwrap_or(Address(u128::MAX)),
            )
        }));
    }
    Some(bounds)
}

fn texts(file: &File, leaf: usize) -> Option<Vec<TextBounds>> {
    let mut bounds = Vec::new();
    for index in groups(file, leaf)? {
        let ColumnIndexMetaData::BYTE_ARRAY(index) = index else { return None };
        let pages = index.min_values_iter().zip(index.max_values_iter());
        bounds.extend(pages.map(|(low, high)| (low.unwrap_or_default().to_vec(), high.map(<[u8]>::to_vec))));
    }
    Some(bounds)
}

/// An instant in units, rounded down; and rounded up.
pub(crate) fn in_units(time: UtcMillis, unit: i64) -> (i64, i64) {
    let down = time.0.div_euclid(unit);
    (down, if time.0.rem_euclid(unit) == 0 { down } else { down.saturating_add(1) })
}

impl Bounds {
    /// Whether a page has IPv4 addresses only.
    pub(crate) fn is_v4(&self, page: usize) -> bool {
        let Self::Address(bounds) = self else { return false };
        bounds.get(page).is_some_and(|(low, high)| low.is_v4() && high.is_v4())
    }
}
