//! Whole segments: what is written is found, survives crashes, and tells nothing without its key.

mod crashes;
mod damage;
mod finding;
mod leaks;

use std::num::NonZeroUsize;
use std::path::Path;

use shuhi_machine::simulated::Simulated;
use shuhi_machine::{Machine, UtcMillis};
use shuhi_records::{Address, Cell, ColumnType, Columns, Kind, Row};

use crate::properties::Sizes;
use crate::write::{How, write_sized};
use crate::{Segment, SegmentId, Written};

const KEY: [u8; 32] = [7; 32];
const ID: SegmentId = SegmentId([9; 16]);
const PATH: &str = "segments/day.parquet";

/// Pages of a few rows, so that few records have many pages.
const SMALL: How =
    How { threads: NonZeroUsize::MIN, main: Sizes { page: 4, group: 12 }, sidecar: Sizes { page: 2, group: 4 } };

fn machine(seed: u64) -> (Simulated, Machine) {
    let simulated = Simulated::new(seed, UtcMillis(0));
    let machine = simulated.machine();
    machine.disk.make_folder(Path::new("segments")).unwrap();
    (simulated, machine)
}

fn written(machine: &Machine, columns: &Columns) -> (Written, Segment) {
    let written = write_sized(machine, Path::new(PATH), &ID, columns, &KEY, SMALL).unwrap();
    (written, Segment::open(machine, Path::new(PATH), &ID, &KEY).unwrap())
}

/// Rows of a kind whose cells follow from their number.
fn numbered(kind: Kind, rows: u32) -> Columns {
    let mut columns = Columns::new(kind);
    for number in 0..rows {
        let texts = ["一郎", "二郎", "三郎", "四郎", "五郎"].map(|name| format!("見本{name}-{}", number % 7));
        let mut row = Row::new(kind);
        for (place, column) in kind.columns().iter().enumerate() {
            let place_number = u32::try_from(place).unwrap();
            let turn = number.wrapping_mul(2_654_435_761).rotate_left(place_number) % 23;
            let cell = match column.holds {
                ColumnType::Address => Cell::Address(Address(0xffff_c000_0200 + u128::from(turn))),
                ColumnType::Time => Cell::Time(UtcMillis(1_775_000_000_000 + i64::from(turn) * 1000)),
                ColumnType::Number => Cell::Number(turn),
                ColumnType::Text => Cell::Text(texts.get(turn as usize % 5).unwrap()),
            };
            row.set_at(place, cell);
        }
        columns.push(&row);
    }
    columns
}

/// A cell as it sorts: a number, or a time, or a text; an empty cell as the type's zero.
type Key = (bool, Option<u128>, Option<i64>, Option<String>);

/// The rows in the order of the first path.
fn sorted(columns: &Columns) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = columns.iter().collect();
    let key = |row: &Row<'_>| -> Vec<Key> {
        let cells = columns.kind().sorted_by().iter().map(|name| row.get(name));
        cells
            .map(|cell| match cell {
                Cell::Empty => (false, Some(0), None, None),
                Cell::Address(address) => (false, Some(address.0), None, None),
                Cell::Time(time) => (true, None, Some(time.0), None),
                Cell::Number(number) => (false, Some(u128::from(number)), None, None),
                Cell::Text(text) => (true, None, None, Some(text.to_owned())),
            })
            .collect()
    };
    rows.sort_by_key(key);
    rows
}
