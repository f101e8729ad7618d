//! Nothing of a record can be seen in the files.

use std::path::Path;

use arrow_schema::{DataType, Field, Schema};
use parquet::schema::types::ColumnPath;
use shuhi_machine::UtcMillis;
use shuhi_records::{Address, Cell, ColumnType, Columns, Kind, Row};

use super::{ID, KEY, machine, written};
use crate::properties::Seal;
use crate::write::paths;

const NAME: &str = "canary-mihon-hanako";
const ADDRESS: Address = Address(0xffff_cb00_71c3);

/// Records of which every cell is a canary.
fn canaries(kind: Kind) -> Columns {
    let mut columns = Columns::new(kind);
    for turn in 0..200_u32 {
        let mut row = Row::new(kind);
        for (place, column) in kind.columns().iter().enumerate() {
            let cell = match column.holds {
                ColumnType::Address => Cell::Address(ADDRESS),
                ColumnType::Time => Cell::Time(UtcMillis(1_775_000_000_000)),
                ColumnType::Number => Cell::Number(turn % 3),
                ColumnType::Text => Cell::Text(NAME),
            };
            row.set_at(place, cell);
        }
        columns.push(&row);
    }
    columns
}

#[test]
fn planted_names_and_addresses_are_in_no_file() {
    let mapped = ADDRESS.to_bytes();
    let v4 = &mapped[12..];
    let reversed: Vec<u8> = v4.iter().rev().copied().collect();
    let needles: [(&str, &[u8]); 5] = [
        ("name", NAME.as_bytes()),
        ("half a name", &NAME.as_bytes()[7..]),
        ("address", &mapped),
        ("IPv4 address", v4),
        ("IPv4 address, little-endian", &reversed),
    ];
    for kind in Kind::ALL {
        let (simulated, machine) = machine(21);
        written(&machine, &canaries(kind));
        let files = simulated.disk.files();
        assert_eq!(files.len(), paths(Path::new(super::PATH), kind).len());
        for (path, bytes) in &files {
            for (what, needle) in needles {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "{kind}: the {what} is in {}", path.display());
            }
        }
    }
}

#[test]
fn names_of_columns_are_sealed_too() {
    let (simulated, machine) = machine(22);
    written(&machine, &canaries(Kind::TranslationBlock));
    for (path, bytes) in simulated.disk.files() {
        let found = bytes.windows(10).any(|window| window == b"subscriber" || window == b"first_port");
        assert!(!found, "{}", path.display());
    }
}

#[test]
fn bloom_filters_cannot_be_written() {
    let field = |name: &str, holds: DataType| Field::new(name, holds, false);
    let item = Field::new("item", DataType::UInt32, false);
    let schema = Schema::new(vec![
        field("name", DataType::Utf8),
        field("number", DataType::UInt32),
        field("pages", DataType::List(item.into())),
    ]);
    let properties =
        Seal { id: &ID, column: "name", key: &KEY }.to_write(&schema, 4, &["name".to_owned()], &[]).unwrap();
    for path in ["name", "number", "pages.list.item", "anything"] {
        let path = ColumnPath::new(path.split('.').map(str::to_owned).collect());
        assert!(properties.bloom_filter_properties(&path).is_none(), "{path}");
        assert!(!properties.dictionary_enabled(&path), "{path}");
    }
    let encryption = properties.file_encryption_properties().unwrap();
    assert!(encryption.encrypt_footer());
    assert!(!encryption.store_aad_prefix());
    assert!(encryption.column_keys().0.is_empty(), "a column key would leave the other columns in plaintext");
    assert_eq!(encryption.aad_prefix().unwrap()[..16], ID.0);
}
