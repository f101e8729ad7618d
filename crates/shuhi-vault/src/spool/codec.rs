//! Columns as bytes: what a frame of a spool holds. Little endian throughout.
//!
//! Numbers of all types stand as what they are above the least of their column, in as few bytes as the greatest needs: half
//! of what a spool would otherwise write, and sync, is saved.

use shuhi_records::{Address, ColumnData, ColumnType, Columns, Kind, TextColumn, UtcMillis};

const ALL_STATED: u8 = 0;
const SOME_STATED: u8 = 1;
/// Turns the order of signed numbers into that of unsigned ones.
const SIGN: u64 = 1 << 63;

/// The bytes of records of one kind.
pub(crate) fn encode(columns: &Columns) -> Vec<u8> {
    let rows = u32::try_from(columns.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(16 + columns.len() * 64);
    bytes.extend_from_slice(&rows.to_le_bytes());
    for data in columns.data() {
        match data {
            ColumnData::Address { values, stated } => {
                put_stated(&mut bytes, stated);
                put_numbers(&mut bytes, values.iter().map(|value| value.0));
            }
            ColumnData::Time(values) => {
                put_numbers(&mut bytes, values.iter().map(|value| u128::from(value.0.cast_unsigned() ^ SIGN)));
            }
            ColumnData::Number { values, stated } => {
                put_stated(&mut bytes, stated);
                put_numbers(&mut bytes, values.iter().map(|value| u128::from(*value)));
            }
            ColumnData::Text(texts) => {
                let (text, ends) = texts.parts();
                let starts = std::iter::once(&0).chain(ends);
                put_numbers(
                    &mut bytes,
                    ends.iter().zip(starts).map(|(end, start)| u128::from(end.saturating_sub(*start))),
                );
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
    bytes
}

fn put_stated(bytes: &mut Vec<u8>, stated: &[bool]) {
    bytes.push(if stated.is_empty() { ALL_STATED } else { SOME_STATED });
    bytes.extend(stated.iter().map(|stated| u8::from(*stated)));
}

/// The least, in how many bytes each stands, and each less the least.
fn put_numbers(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = u128> + Clone) {
    let least = numbers.clone().min().unwrap_or(0);
    let most = numbers.clone().max().unwrap_or(0) - least;
    bytes.extend_from_slice(&least.to_le_bytes());
    let above = numbers.map(|number| number - least);
    match u128::BITS - most.leading_zeros() {
        0..=8 => put::<1>(bytes, above),
        9..=16 => put::<2>(bytes, above),
        17..=32 => put::<4>(bytes, above),
        33..=64 => put::<8>(bytes, above),
        _ => put::<16>(bytes, above),
    }
}

fn put<const N: usize>(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = u128>) {
    bytes.push(N as u8);
    for number in numbers {
        bytes.extend_from_slice(number.to_le_bytes().first_chunk::<N>().unwrap_or(&[0; N]));
    }
}

/// The records that [`encode`] made into bytes; `None` where the bytes are not of that kind.
pub(crate) fn decode(kind: Kind, bytes: &[u8]) -> Option<Columns> {
    let mut rest = bytes;
    let rows = u32::from_le_bytes(*take::<4>(&mut rest)?) as usize;
    // No record is shorter than a byte a column, so a wild count cannot ask for more memory than the frame has bytes.
    if rows > bytes.len() {
        return None;
    }
    let mut data = Vec::new();
    for column in kind.columns() {
        data.push(match column.holds {
            ColumnType::Address => {
                let stated = take_stated(&mut rest, rows)?;
                ColumnData::Address { values: take_numbers(&mut rest, rows, |value| Some(Address(value)))?, stated }
            }
            ColumnType::Time => {
                let time = |value| Some(UtcMillis((u64::try_from(value).ok()? ^ SIGN).cast_signed()));
                ColumnData::Time(take_numbers(&mut rest, rows, time)?)
            }
            ColumnType::Number => {
                let stated = take_stated(&mut rest, rows)?;
                ColumnData::Number { values: take_numbers(&mut rest, rows, |value| u32::try_from(value).ok())?, stated }
            }
            ColumnType::Text => {
                let mut end = 0_u32;
                let ends = take_numbers(&mut rest, rows, |length| {
                    end = end.checked_add(u32::try_from(length).ok()?)?;
                    Some(end)
                })?;
                let (text, after) = rest.split_at_checked(end as usize)?;
                rest = after;
                ColumnData::Text(TextColumn::from_parts(String::from_utf8(text.to_vec()).ok()?, ends)?)
            }
        });
    }
    if rest.is_empty() { Columns::from_data(kind, data) } else { None }
}

fn take<'b, const N: usize>(rest: &mut &'b [u8]) -> Option<&'b [u8; N]> {
    let (first, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(first)
}

fn take_stated(rest: &mut &[u8], rows: usize) -> Option<Vec<bool>> {
    match *take::<1>(rest)? {
        [ALL_STATED] => Some(Vec::new()),
        [SOME_STATED] => {
            let (stated, after) = rest.split_at_checked(rows)?;
            *rest = after;
            Some(stated.iter().map(|stated| *stated == 1).collect())
        }
        _ => None,
    }
}

fn take_numbers<T>(rest: &mut &[u8], rows: usize, one: impl FnMut(u128) -> Option<T>) -> Option<Vec<T>> {
    let least = u128::from_le_bytes(*take::<16>(rest)?);
    match *take::<1>(rest)? {
        [1] => many::<1, T>(rest, rows, least, one),
        [2] => many::<2, T>(rest, rows, least, one),
        [4] => many::<4, T>(rest, rows, least, one),
        [8] => many::<8, T>(rest, rows, least, one),
        [16] => many::<16, T>(rest, rows, least, one),
        _ => None,
    }
}

fn many<const N: usize, T>(
    rest: &mut &[u8],
    rows: usize,
    least: u128,
    mut one: impl FnMut(u128) -> Option<T>,
) -> Option<Vec<T>> {
    let (values, after) = rest.split_at_checked(rows.checked_mul(N)?)?;
    *rest = after;
    let (chunks, _) = values.as_chunks::<N>();
    let number = |chunk: &[u8; N]| {
        let mut whole = [0; 16];
        whole.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        one(least.checked_add(u128::from_le_bytes(whole))?)
    };
    chunks.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shuhi_records::{Cell, Row};

    use super::*;

    fn some_columns(kind: Kind, seeds: &[u64]) -> Columns {
        let mut columns = Columns::new(kind);
        for seed in seeds {
            let text = format!("見本{seed}");
            let mut row = Row::new(kind);
            for (place, column) in kind.columns().iter().enumerate() {
                let cell = match column.holds {
                    _ if column.optional && seed.is_multiple_of(3) => Cell::Empty,
                    ColumnType::Address => Cell::Address(Address(u128::from(*seed) << (seed % 60))),
                    ColumnType::Time => Cell::Time(UtcMillis(*seed as i64)),
                    ColumnType::Number => Cell::Number(*seed as u32),
                    ColumnType::Text => Cell::Text(&text),
                };
                row.set_at(place, cell);
            }
            columns.push(&row);
        }
        columns
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(kind in prop::sample::select(Kind::ALL.to_vec()), seeds: Vec<u64>) {
            let columns = some_columns(kind, &seeds);
            prop_assert_eq!(decode(kind, &encode(&columns)), Some(columns));
        }

        #[test]
        fn other_bytes_do_not_panic(kind in prop::sample::select(Kind::ALL.to_vec()), bytes: Vec<u8>) {
            let _ = decode(kind, &bytes);
        }

        #[test]
        fn cut_bytes_are_refused(seeds in prop::collection::vec(any::<u64>(), 1..20), cut in 1usize..40) {
            let bytes = encode(&some_columns(Kind::Login, &seeds));
            prop_assert_eq!(decode(Kind::Login, &bytes[..bytes.len() - cut.min(bytes.len())]), None);
        }
    }
}
