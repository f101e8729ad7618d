//! The order of a segment's rows: that of the kind's first path.

use shuhi_records::{ColumnData, Columns};

use crate::distinct::Distinct;

/// Digits of this many bits are sorted at once.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// The rows in the order of the first path; rows with the same key stay in the order they came in.
pub(crate) fn first_path(columns: &Columns) -> Vec<u32> {
    let kind = columns.kind();
    let sorted_by = kind.sorted_by().iter().filter_map(|name| columns.data().get(kind.place(name)?));
    let mut parts: Vec<Part<'_>> = sorted_by.map(Part::of).collect();
    while bits(&parts) > u64::BITS {
        let widest = parts.iter_mut().filter(|part| !part.is_rank).max_by_key(|part| part.bits);
        let Some(widest) = widest else { break };
        widest.rank();
    }
    if bits(&parts) <= u64::BITS {
        radix(keys::<u64>(&parts, columns.len()), bits(&parts))
    } else {
        radix(keys::<u128>(&parts, columns.len()), bits(&parts))
    }
}

fn bits(parts: &[Part<'_>]) -> u32 {
    parts.iter().map(|part| part.bits).sum()
}

/// One column of the key: numbers that sort as its values do, and how many bits they need.
struct Part<'a> {
    data: &'a ColumnData,
    numbers: Vec<u64>,
    bits: u32,
    is_rank: bool,
}

impl<'a> Part<'a> {
    fn of(data: &'a ColumnData) -> Self {
        let numbers = match data {
            ColumnData::Address { values, .. } => {
                let lowest = values.iter().min().map_or(0, |lowest| lowest.0);
                values.iter().map(|value| u64::try_from(value.0 - lowest).ok()).collect()
            }
            ColumnData::Time(values) => {
                let lowest = values.iter().min().map_or(0, |lowest| lowest.0);
                Some(values.iter().map(|value| value.0.wrapping_sub(lowest).cast_unsigned()).collect())
            }
            ColumnData::Number { values, .. } => Some(values.iter().copied().map(u64::from).collect()),
            ColumnData::Text(_) => None,
        };
        let mut part = Self { data, numbers: Vec::new(), bits: 0, is_rank: false };
        match numbers {
            Some(numbers) => part.set(numbers),
            None => part.rank(),
        }
        part
    }

    fn rank(&mut self) {
        self.is_rank = true;
        let distinct = match self.data {
            // As without ranks, an address that is not stated is the address zero.
            ColumnData::Address { values, .. } => Distinct::of_addresses(values, &[]),
            data => Distinct::of(data),
        };
        if !distinct.ordinals.is_empty() {
            // An empty text sorts first.
            self.set(distinct.ordinals.iter().map(|ordinal| u64::from(ordinal.wrapping_add(1))).collect());
        }
    }

    fn set(&mut self, numbers: Vec<u64>) {
        self.bits = u64::BITS - numbers.iter().max().map_or(0, |highest| *highest).leading_zeros();
        self.numbers = numbers;
    }
}

trait Key: Copy + Default {
    fn with(self, bits: u32, number: u64) -> Self;
    fn digit(self, digit: u32) -> usize;
}

impl Key for u64 {
    fn with(self, bits: u32, number: u64) -> Self {
        self.checked_shl(bits).unwrap_or(0) | number
    }

    fn digit(self, digit: u32) -> usize {
        (self >> (digit * DIGIT_BITS)) as usize % DIGITS
    }
}

impl Key for u128 {
    fn with(self, bits: u32, number: u64) -> Self {
        self.checked_shl(bits).unwrap_or(0) | Self::from(number)
    }

    fn digit(self, digit: u32) -> usize {
        (self >> (digit * DIGIT_BITS)) as usize % DIGITS
    }
}

fn keys<K: Key>(parts: &[Part<'_>], rows: usize) -> Vec<(K, u32)> {
    let numbered = 0..u32::try_from(rows).unwrap_or(u32::MAX);
    let mut keys: Vec<(K, u32)> = numbered.map(|row| (K::default(), row)).collect();
    for part in parts {
        for (key, number) in keys.iter_mut().zip(&part.numbers) {
            key.0 = key.0.with(part.bits, *number);
        }
    }
    keys
}

fn radix<K: Key>(mut keys: Vec<(K, u32)>, bits: u32) -> Vec<u32> {
    let digits = bits.div_ceil(DIGIT_BITS);
    let mut counts = vec![[0_u32; DIGITS]; digits as usize];
    for (key, _) in &keys {
        for (digit, counts) in (0..digits).zip(&mut counts) {
            if let Some(count) = counts.get_mut(key.digit(digit)) {
                *count += 1;
            }
        }
    }
    let mut target = vec![(K::default(), 0); keys.len()];
    for (digit, counts) in (0..digits).zip(&mut counts) {
        let only_one = keys.first().and_then(|(key, _)| counts.get(key.digit(digit)));
        if only_one.is_some_and(|count| *count as usize == keys.len()) {
            continue;
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for entry in &keys {
            let Some(place) = counts.get_mut(entry.0.digit(digit)) else { continue };
            if let Some(slot) = target.get_mut(*place as usize) {
                *slot = *entry;
            }
            *place += 1;
        }
        std::mem::swap(&mut keys, &mut target);
    }
    keys.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use shuhi_records::{Address, Cell, Kind, Row, UtcMillis};

    use super::*;

    fn block(address: u128, port: u32, start: i64) -> Columns {
        let mut columns = Columns::new(Kind::TranslationBlock);
        push(&mut columns, address, port, start);
        columns
    }

    fn push(columns: &mut Columns, address: u128, port: u32, start: i64) {
        let row = Row::new(Kind::TranslationBlock)
            .with("public_address", Cell::Address(Address(address)))
            .with("first_port", Cell::Number(port))
            .with("start", Cell::Time(UtcMillis(start)));
        columns.push(&row);
    }

    #[test]
    fn extremes_sort_as_numbers_do() {
        let mut columns = block(u128::MAX, 0, 0);
        let rest = [(0, u32::MAX, i64::MAX), (0, u32::MAX, i64::MIN), (7, 1, 1), (0, 0, 0), (7, 1, 0), (7, 1, 0)];
        for (address, port, start) in rest {
            push(&mut columns, address, port, start);
        }
        assert_eq!(first_path(&columns), [4, 2, 1, 5, 6, 3, 0]);
    }

    #[test]
    fn one_row_and_none_are_sorted() {
        assert_eq!(first_path(&block(5, 6, 7)), [0]);
        assert!(first_path(&Columns::new(Kind::Post)).is_empty());
    }
}
