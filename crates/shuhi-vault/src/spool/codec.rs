//! Columns as bytes: what a frame of a spool holds. Little endian throughout.

use shuhi_records::{Address, ColumnData, ColumnType, Columns, Kind, TextColumn, UtcMillis};

const ALL_STATED: u8 = 0;
const SOME_STATED: u8 = 1;

/// The bytes of records of one kind.
pub(crate) fn encode(columns: &Columns) -> Vec<u8> {
    let rows = u32::try_from(columns.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(16 + columns.len() * 64);
    bytes.extend_from_slice(&rows.to_le_bytes());
    for data in columns.data() {
        match data {
            ColumnData::Address { values, stated } => {
                put_stated(&mut bytes, stated);
                values.iter().for_each(|value| bytes.extend_from_slice(&value.0.to_le_bytes()));
            }
            ColumnData::Time(values) => {
                values.iter().for_each(|value| bytes.extend_from_slice(&value.0.to_le_bytes()));
            }
            ColumnData::Number { values, stated } => {
                put_stated(&mut bytes, stated);
                values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
            }
            ColumnData::Text(texts) => {
                let (text, ends) = texts.parts();
                ends.iter().for_each(|end| bytes.extend_from_slice(&end.to_le_bytes()));
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
                let values = many::<16, _>(&mut rest, rows, |value| Address(u128::from_le_bytes(value)))?;
                ColumnData::Address { values, stated }
            }
            ColumnType::Time => {
                ColumnData::Time(many::<8, _>(&mut rest, rows, |value| UtcMillis(i64::from_le_bytes(value)))?)
            }
            ColumnType::Number => {
                let stated = take_stated(&mut rest, rows)?;
                ColumnData::Number { values: many::<4, _>(&mut rest, rows, u32::from_le_bytes)?, stated }
            }
            ColumnType::Text => {
                let ends = many::<4, _>(&mut rest, rows, u32::from_le_bytes)?;
                let (text, after) = rest.split_at_checked(ends.last().map_or(0, |end| *end as usize))?;
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

fn many<const N: usize, T>(rest: &mut &[u8], rows: usize, one: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (values, after) = rest.split_at_checked(rows.checked_mul(N)?)?;
    *rest = after;
    let (chunks, _) = values.as_chunks::<N>();
    Some(chunks.iter().map(|chunk| one(*chunk)).collect())
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
