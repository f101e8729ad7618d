//! The different values of a column, and which of them each row has.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use shuhi_records::{Address, ColumnData, TextColumn};

/// The ordinal of a row whose cell is empty.
pub(crate) const EMPTY: u32 = u32::MAX;

/// The different values of a column in order, and which of them each row has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    /// For each value, in order, a row that has it.
    pub rows: Vec<u32>,
    /// For each row the place of its value in `rows`, [`EMPTY`] where its cell is empty.
    pub ordinals: Vec<u32>,
}

impl Distinct {
    /// Of a column of texts or addresses; of other columns none, their numbers are ranks already.
    pub(crate) fn of(data: &ColumnData) -> Self {
        match data {
            ColumnData::Text(texts) => {
                let unsorted = Unsorted::of_texts(texts);
                let rows = texts_sorted(texts, &unsorted.rows);
                unsorted.sorted(&rows)
            }
            ColumnData::Address { values, stated } => Self::of_addresses(values, stated),
            ColumnData::Time(_) | ColumnData::Number { .. } => Self::default(),
        }
    }

    /// Of addresses; where `stated` is empty, of all.
    pub(crate) fn of_addresses(values: &[Address], stated: &[bool]) -> Self {
        let unsorted = Unsorted::of_addresses(values, stated);
        let address =
            |place: &u32| unsorted.rows.get(*place as usize).and_then(|row| values.get(*row as usize)).copied();
        let mut order: Vec<u32> = (0..count(unsorted.rows.len())).collect();
        order.sort_unstable_by_key(address);
        unsorted.sorted(&order)
    }

    /// How many different values there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The different values in any order: for each a row that has it, and for each row its value's place.
#[derive(Debug)]
struct Unsorted {
    rows: Vec<u32>,
    ordinals: Vec<u32>,
}

impl Unsorted {
    fn of_addresses(values: &[Address], stated: &[bool]) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut table = HashTable::new();
        let mut unsorted = Self { rows: Vec::new(), ordinals: vec![EMPTY; values.len()] };
        for (row, (value, slot)) in values.iter().zip(&mut unsorted.ordinals).enumerate() {
            if !stated.get(row).copied().unwrap_or(true) {
                continue;
            }
            let first = |ordinal: u32| values.get(*unsorted.rows.get(ordinal as usize)? as usize);
            let fresh = count(unsorted.rows.len());
            *slot = entered(&mut table, hasher.hash_one(value), fresh, |ordinal| first(ordinal) == Some(value));
            if *slot == fresh {
                unsorted.rows.push(count(row));
            }
        }
        unsorted
    }

    /// Of texts, other than empty ones. Millions of them do not fit into the processor's caches, so they are first put
    /// apart by their hash: what is compared then stands close together.
    fn of_texts(texts: &TextColumn) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut parts = vec![Part::default(); PARTS];
        for row in 0..texts.len() {
            let text = texts.get(row);
            let hash = hasher.hash_one(text);
            if let Some(part) = parts.get_mut((hash >> (u64::BITS - PART_BITS)) as usize).filter(|_| !text.is_empty()) {
                part.text.extend_from_slice(text.as_bytes());
                part.entries.push((hash, count(row), count(part.text.len())));
            }
        }
        let mut unsorted = Self { rows: Vec::new(), ordinals: vec![EMPTY; texts.len()] };
        for part in parts {
            part.enter(&mut unsorted);
        }
        unsorted
    }

    /// `order` says which value comes first, second and so on.
    fn sorted(self, order: &[u32]) -> Distinct {
        let mut ranks = vec![0; order.len()];
        for (rank, place) in order.iter().enumerate() {
            if let Some(slot) = ranks.get_mut(*place as usize) {
                *slot = count(rank);
            }
        }
        let rank = |place: u32| ranks.get(place as usize).copied().unwrap_or(EMPTY);
        let ordinals = self.ordinals.into_iter().map(rank).collect();
        let rows = order.iter().map(|place| self.rows.get(*place as usize).copied().unwrap_or_default()).collect();
        Distinct { rows, ordinals }
    }
}

const PART_BITS: u32 = 8;
const PARTS: usize = 1 << PART_BITS;

/// Texts whose hashes begin alike.
#[derive(Clone, Debug, Default)]
struct Part {
    text: Vec<u8>,
    /// The hash, the row, and where the text ends.
    entries: Vec<(u64, u32, u32)>,
}

impl Part {
    fn enter(self, into: &mut Unsorted) {
        let base = count(into.rows.len());
        let mut table = HashTable::new();
        let mut known: Vec<&[u8]> = Vec::new();
        let mut start = 0;
        for (hash, row, end) in &self.entries {
            let text = self.text.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            let fresh = count(known.len());
            // The part's own bits are the same in all; the table looks at the first and the last bits.
            let hash = hash.rotate_left(PART_BITS);
            let ordinal = entered(&mut table, hash, fresh, |ordinal| known.get(ordinal as usize) == Some(&text));
            if ordinal == fresh {
                known.push(text);
                into.rows.push(*row);
            }
            if let Some(slot) = into.ordinals.get_mut(*row as usize) {
                *slot = base + ordinal;
            }
        }
    }
}

/// The number of a value that the table knows, or else `fresh`, under which it knows the value from now on. The hash is
/// keyed at random: values are chosen by those whom they name.
fn entered(table: &mut HashTable<(u64, u32)>, hash: u64, fresh: u32, same: impl Fn(u32) -> bool) -> u32 {
    if let Some((_, ordinal)) = table.find(hash, |entry| entry.0 == hash && same(entry.1)) {
        return *ordinal;
    }
    table.insert_unique(hash, (hash, fresh), |entry| entry.0);
    fresh
}

/// The order of the texts of some rows. Most comparisons end in the first eight bytes after what all begin with, which
/// stand side by side.
fn texts_sorted(texts: &TextColumn, rows: &[u32]) -> Vec<u32> {
    let text = |place: u32| rows.get(place as usize).map_or("", |row| texts.get(*row as usize)).as_bytes();
    let first = if rows.is_empty() { &[][..] } else { text(0) };
    let same = |other: &[u8]| first.iter().zip(other).take_while(|(one, other)| one == other).count();
    let shared = (0..count(rows.len())).map(|place| same(text(place))).min().unwrap_or(0);
    let head = |place: u32| {
        let mut head = [0; 8];
        for (to, from) in head.iter_mut().zip(text(place).iter().skip(shared)) {
            *to = *from;
        }
        u64::from_be_bytes(head)
    };
    let mut order: Vec<(u64, u32)> = (0..count(rows.len())).map(|place| (head(place), place)).collect();
    order.sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| text(one.1).cmp(text(other.1))));
    order.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_order_and_rows_know_theirs() {
        let mut texts = TextColumn::default();
        for text in ["sub-b", "", "sub-a", "sub-b", "sub-a-longer-than-eight", "sub-a"] {
            texts.push(text);
        }
        let distinct = Distinct::of(&ColumnData::Text(texts.clone()));
        let values: Vec<&str> = distinct.rows.iter().map(|row| texts.get(*row as usize)).collect();
        assert_eq!(values, ["sub-a", "sub-a-longer-than-eight", "sub-b"]);
        assert_eq!(distinct.ordinals, [2, EMPTY, 0, 2, 1, 0]);
    }

    #[test]
    fn addresses_that_were_not_stated_have_no_ordinal() {
        let values = vec![Address(9), Address(0), Address(3), Address(9)];
        let distinct = Distinct::of(&ColumnData::Address { values, stated: vec![true, false, true, true] });
        assert_eq!(distinct.ordinals, [1, EMPTY, 0, 1]);
        assert_eq!(distinct.len(), 2);
    }
}
