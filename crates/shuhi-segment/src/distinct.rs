//! The different values of a column, and which of them each row has.

use std::hash::{BuildHasher, Hash, RandomState};

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
                let unsorted = Unsorted::of(texts.len(), |row| Some(texts.get(row)).filter(|text| !text.is_empty()));
                let rows = texts_sorted(texts, &unsorted.rows);
                unsorted.sorted(&rows)
            }
            ColumnData::Address { values, stated } => Self::of_addresses(values, stated),
            ColumnData::Time(_) | ColumnData::Number { .. } => Self::default(),
        }
    }

    /// Of addresses; where `stated` is empty, of all.
    pub(crate) fn of_addresses(values: &[Address], stated: &[bool]) -> Self {
        let value = |row: usize| values.get(row).filter(|_| stated.get(row).copied().unwrap_or(true)).copied();
        let unsorted = Unsorted::of(values.len(), value);
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

struct Unsorted {
    rows: Vec<u32>,
    ordinals: Vec<u32>,
}

impl Unsorted {
    /// The hash is keyed at random: names are chosen by those who are named.
    fn of<V: Hash + Eq>(length: usize, value: impl Fn(usize) -> Option<V>) -> Self {
        let hasher = DefaultHashBuilder::default();
        let salt = RandomState::new().hash_one(0);
        let mut table: HashTable<(u32, u32)> = HashTable::new();
        let mut rows: Vec<u32> = Vec::new();
        let mut ordinals = Vec::with_capacity(length);
        for row in 0..length {
            let Some(here) = value(row) else {
                ordinals.push(EMPTY);
                continue;
            };
            let hash = hasher.hash_one((salt, &here));
            let tail = hash as u32;
            let same = |entry: &(u32, u32)| {
                entry.0 == tail
                    && rows.get(entry.1 as usize).and_then(|first| value(*first as usize)).as_ref() == Some(&here)
            };
            let place = hash.rotate_left(32);
            if let Some(entry) = table.find(place, same) {
                ordinals.push(entry.1);
                continue;
            }
            let fresh = count(rows.len());
            let again = |entry: &(u32, u32)| {
                let first = rows.get(entry.1 as usize).and_then(|first| value(*first as usize));
                first.map_or(0, |value| hasher.hash_one((salt, &value)).rotate_left(32))
            };
            table.insert_unique(place, (tail, fresh), again);
            rows.push(count(row));
            ordinals.push(fresh);
        }
        Self { rows, ordinals }
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
