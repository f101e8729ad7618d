//! What is found is what a look at every row would find.

use std::num::NonZeroUsize;
use std::path::Path;

use proptest::prelude::*;
use shuhi_machine::UtcMillis;
use shuhi_records::{Address, Cell, Column, ColumnType, Columns, Kind, Prefix, Row};

use super::{ID, KEY, PATH, SMALL, machine, numbered, sorted, written};
use crate::write::{How, write_sized};
use crate::{By, Find, Segment, SegmentError, SegmentId, Value, merge, write};

#[derive(Clone, Debug)]
enum OwnedCell {
    Empty,
    Address(Address),
    Time(i64),
    Number(u32),
    Text(String),
}

fn address() -> impl Strategy<Value = Address> {
    prop_oneof![
        8 => (0..6_u32).prop_map(|low| Address(0xffff_c000_0200 + u128::from(low))),
        2 => (0..4_u32).prop_map(|low| Address(0x2001_0db8 << 96 | u128::from(low) << 70)),
        1 => any::<u128>().prop_map(Address),
        1 => Just(Address(0)),
    ]
}

fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![6 => (0..12_i64).prop_map(|second| second * 1000), 2 => 0..12_000_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![6 => "見本[ab]{0,2}", 1 => "[a-c]{70,80}", 1 => any::<String>()]
}

fn cell(column: &Column) -> BoxedStrategy<OwnedCell> {
    let number = prop_oneof![8 => 0..140_u32, 1 => any::<u32>()];
    let stated = match column.holds {
        ColumnType::Address => address().prop_map(OwnedCell::Address).boxed(),
        ColumnType::Time => return instant().prop_map(OwnedCell::Time).boxed(),
        ColumnType::Number => number.prop_map(OwnedCell::Number).boxed(),
        ColumnType::Text => text().prop_map(OwnedCell::Text).boxed(),
    };
    let stated_in_20 = if column.optional { 14 } else { 19 };
    prop_oneof![stated_in_20 => stated, 20 - stated_in_20 => Just(OwnedCell::Empty)].boxed()
}

fn columns(kind: Kind) -> impl Strategy<Value = Columns> {
    let row = kind.columns().iter().map(cell).collect::<Vec<_>>();
    prop::collection::vec(row, 1..60).prop_map(move |rows| {
        let mut columns = Columns::new(kind);
        for cells in &rows {
            let mut row = Row::new(kind);
            for (place, cell) in cells.iter().enumerate() {
                row.set_at(place, borrowed(cell));
            }
            columns.push(&row);
        }
        columns
    })
}

/// As columns hold it: an empty text is an empty cell.
fn borrowed(cell: &OwnedCell) -> Cell<'_> {
    match cell {
        OwnedCell::Address(address) => Cell::Address(*address),
        OwnedCell::Time(time) => Cell::Time(UtcMillis(*time)),
        OwnedCell::Number(number) => Cell::Number(*number),
        OwnedCell::Text(text) if !text.is_empty() => Cell::Text(text),
        OwnedCell::Empty | OwnedCell::Text(_) => Cell::Empty,
    }
}

fn by(kind: Kind) -> BoxedStrategy<By> {
    let first = kind.place(kind.sorted_by()[0]).unwrap();
    let has_ports = kind.place("public_port").or(kind.place("first_port")).is_some();
    let port = if has_ports { prop::option::of(0..140_u16).boxed() } else { Just(None).boxed() };
    let first = match kind.columns()[first].holds {
        ColumnType::Address => (address(), port).prop_map(|(address, port)| By::Address { address, port }).boxed(),
        _ => text().prop_map(By::Text).boxed(),
    };
    let mut all = vec![first.clone(), first, Just(By::Anything).boxed()];
    for name in kind.other_paths() {
        let column = (*name).to_owned();
        let value = match kind.columns()[kind.place(name).unwrap()].holds {
            ColumnType::Address => address().prop_map(Value::Address).boxed(),
            _ => text().prop_map(Value::Text).boxed(),
        };
        all.push(value.prop_map(move |value| By::Other { column: column.clone(), value }).boxed());
    }
    prop::strategy::Union::new(all).boxed()
}

fn find(kind: Kind) -> impl Strategy<Value = Find> {
    let to = kind.place("destination_address").is_some();
    let destinations = if to { prop::collection::vec(address(), 0..3).boxed() } else { Just(Vec::new()).boxed() };
    let within = prop::option::of((instant(), 0..3000_i64));
    (by(kind), within, destinations).prop_map(|(by, within, destinations)| Find {
        by,
        within: within.map(|(from, long)| (UtcMillis(from), UtcMillis(from.saturating_add(long)))),
        destinations,
        columns: None,
    })
}

/// Whether a row answers, told from the row alone.
fn answers(row: &Row<'_>, find: &Find) -> bool {
    let kind = row.kind();
    let by = match &find.by {
        By::Anything => true,
        By::Text(text) => row.get(kind.sorted_by()[0]) == Cell::Text(text),
        By::Other { column, value: Value::Text(text) } => row.get(column) == Cell::Text(text),
        By::Other { column, value: Value::Address(address) } => row.get(column) == Cell::Address(*address),
        By::Address { address, port } => {
            let addresses = match (row.get(kind.sorted_by()[0]), row.get("prefix_length"), row.get("public_last")) {
                (Cell::Address(first), Cell::Number(length), _) => {
                    Prefix { first, length: u8::try_from(length).unwrap_or(u8::MAX) }.contains(*address)
                }
                (Cell::Address(first), _, Cell::Address(last)) => first <= *address && *address <= last,
                (Cell::Address(only), _, _) if matches!(kind, Kind::TranslationSession | Kind::TranslationBlock) => {
                    only == *address
                }
                _ => false,
            };
            let ports =
                port.is_none_or(|port| match (row.get("public_port"), row.get("first_port"), row.get("last_port")) {
                    (Cell::Number(only), _, _) => only == u32::from(port),
                    (_, Cell::Number(first), Cell::Number(last)) => (first..=last).contains(&u32::from(port)),
                    _ => false,
                });
            addresses && ports
        }
    };
    let (start, end) = row.span().unwrap();
    let within = find.within.is_none_or(|(from, to)| start <= to && from <= end);
    let there = match row.get("destination_address") {
        Cell::Address(address) => find.destinations.contains(&address),
        _ => false,
    };
    by && within && (find.destinations.is_empty() || there)
}

fn case() -> impl Strategy<Value = (Columns, Vec<Find>)> {
    prop::sample::select(Kind::ALL.to_vec())
        .prop_flat_map(|kind| (columns(kind), prop::collection::vec(find(kind), 1..6)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn finding_is_looking_at_every_row((columns, finds) in case()) {
        let (_, machine) = machine(1);
        let (written, segment) = written(&machine, &columns);
        prop_assert_eq!(written.rows, columns.len());
        let all = segment.all().unwrap();
        let sorted = sorted(&columns);
        prop_assert_eq!(all.iter().collect::<Vec<_>>(), sorted.clone());
        for find in finds {
            let found = segment.find(&find).unwrap();
            let expected: Vec<Row<'_>> = sorted.iter().filter(|row| answers(row, &find)).copied().collect();
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{:?}", find);
        }
        segment.verify(&written.sha256).unwrap();
    }
}

fn block(ports: (u32, u32), span: (i64, i64), subscriber: &'static str) -> Row<'static> {
    Row::new(Kind::TranslationBlock)
        .with("public_address", Cell::Address("192.0.2.1".parse().unwrap()))
        .with("first_port", Cell::Number(ports.0))
        .with("last_port", Cell::Number(ports.1))
        .with("start", Cell::Time(UtcMillis(span.0)))
        .with("end", Cell::Time(UtcMillis(span.1)))
        .with("subscriber", Cell::Text(subscriber))
}

#[test]
fn a_block_that_began_long_before_covers_every_port_of_it() {
    let mut columns = Columns::new(Kind::TranslationBlock);
    columns.push(&block((1024, 2047), (0, 86_399_999), "all-day"));
    for minute in 1..1000 {
        columns.push(&block((1024, 1535), (minute * 60_000, minute * 60_000 + 30_000), "short"));
        columns.push(&block((2048, 2559), (minute * 60_000, minute * 60_000 + 30_000), "neighbour"));
    }
    let (_, machine) = machine(2);
    let (_, segment) = written(&machine, &columns);
    let by = |port| By::Address { address: "192.0.2.1".parse().unwrap(), port: Some(port) };
    let moment = UtcMillis(59_940_000 + 45_000);
    let subscribers = |find: Find| {
        let found = segment.find(&find.columns(&["subscriber"])).unwrap();
        found.iter().map(|row| format!("{:?}", row.get("subscriber"))).collect::<Vec<_>>()
    };
    assert_eq!(subscribers(Find::by(by(1024)).within(moment, moment)), ["Text(\"all-day\")"]);
    assert_eq!(subscribers(Find::by(by(2047)).within(moment, moment)), ["Text(\"all-day\")"]);
    assert!(subscribers(Find::by(by(1023)).within(moment, moment)).is_empty());
    let tolerant = Find::by(by(1100)).within(UtcMillis(moment.0 - 20_000), moment);
    assert_eq!(subscribers(tolerant), ["Text(\"all-day\")", "Text(\"short\")"]);
    let ends = Find::by(by(1024)).within(UtcMillis(86_399_999), UtcMillis(86_399_999));
    assert_eq!(subscribers(ends), ["Text(\"all-day\")"]);
    assert!(subscribers(Find::by(by(1024)).within(UtcMillis(86_400_000), UtcMillis(86_400_001))).is_empty());
}

#[test]
fn columns_that_were_not_asked_for_are_empty() {
    let (_, machine) = machine(3);
    let (_, segment) = written(&machine, &numbered(Kind::TranslationBlock, 50));
    let found = segment.find(&Find::by(By::Anything).columns(&["last_port"])).unwrap();
    assert_eq!(found.len(), 50);
    for row in found.iter() {
        assert!(matches!(row.get("last_port"), Cell::Number(_)));
        assert_eq!(row.get("first_port"), Cell::Empty);
        assert_eq!(row.get("subscriber"), Cell::Empty);
        assert_eq!(row.get("public_address"), Cell::Empty);
        assert_eq!(row.get("start"), Cell::Time(UtcMillis(0)));
    }
}

#[test]
fn what_a_kind_does_not_have_cannot_be_asked() {
    let (_, machine) = machine(4);
    let (_, segment) = written(&machine, &numbered(Kind::Login, 9));
    let by_address = By::Address { address: Address(1), port: None };
    let by_service = By::Other { column: "service".to_owned(), value: Value::Text("web".to_owned()) };
    let by_text = By::Other { column: "source_address".to_owned(), value: Value::Text("192.0.2.1".to_owned()) };
    for by in [by_address, by_service, by_text] {
        assert!(matches!(segment.find(&Find::by(by)), Err(SegmentError::NoPath { .. })));
    }
    let destination = Find::by(By::Anything).to_destinations(&[Address(1)]);
    assert!(matches!(segment.find(&destination), Err(SegmentError::NoPath { .. })));
    let column = Find::by(By::Anything).columns(&["pasword"]);
    assert!(matches!(segment.find(&column), Err(SegmentError::NoColumn { .. })));
}

#[test]
fn threads_change_nothing_but_the_time() {
    let columns = numbered(Kind::Post, 100);
    let (_, machine) = machine(5);
    let (one, alone) = written(&machine, &columns);
    let how = How { threads: NonZeroUsize::new(3).unwrap(), ..SMALL };
    let path = Path::new("segments/other.parquet");
    let many = write_sized(&machine, path, &ID, &columns, &KEY, how).unwrap();
    assert_eq!((one.rows, one.earliest, one.latest), (many.rows, many.earliest, many.latest));
    assert_eq!(Segment::open(&machine, path, &ID, &KEY).unwrap().all().unwrap(), alone.all().unwrap());
}

#[test]
fn parts_of_a_day_become_one() {
    let (_, machine) = machine(6);
    let (_, first) = written(&machine, &numbered(Kind::Call, 30));
    let other = SegmentId([1; 16]);
    let path = Path::new("segments/late.parquet");
    write(&machine, path, &other, &numbered(Kind::Call, 20), &[1; 32]).unwrap();
    let second = Segment::open(&machine, path, &other, &[1; 32]).unwrap();
    let whole = Path::new("segments/whole.parquet");
    let merged = merge(&machine, whole, &ID, &[&first, &second], &[2; 32]).unwrap();
    assert_eq!(merged.rows, 50);
    let mut both = numbered(Kind::Call, 30);
    numbered(Kind::Call, 20).iter().for_each(|row| both.push(&row));
    let all = Segment::open(&machine, whole, &ID, &[2; 32]).unwrap().all().unwrap();
    assert_eq!(all.iter().collect::<Vec<_>>(), sorted(&both));
}

#[test]
fn parts_of_different_kinds_and_nothing_are_refused() {
    let (_, machine) = machine(7);
    let (_, call) = written(&machine, &numbered(Kind::Call, 3));
    let path = Path::new("segments/post.parquet");
    write(&machine, path, &ID, &numbered(Kind::Post, 3), &KEY).unwrap();
    let post = Segment::open(&machine, path, &ID, &KEY).unwrap();
    let whole = Path::new("segments/whole.parquet");
    assert!(matches!(merge(&machine, whole, &ID, &[&call, &post], &KEY), Err(SegmentError::Mixed { .. })));
    assert!(matches!(merge(&machine, whole, &ID, &[], &KEY), Err(SegmentError::Empty)));
    assert!(matches!(write(&machine, whole, &ID, &Columns::new(Kind::Post), &KEY), Err(SegmentError::Empty)));
    let taken = write(&machine, Path::new(PATH), &ID, &numbered(Kind::Call, 3), &KEY);
    assert!(matches!(taken, Err(SegmentError::Disk(shuhi_machine::DiskError::Exists(_)))));
}

/// Blocks of three ports of four addresses, many of each, so that pages begin and end within an address.
fn blocks() -> impl Strategy<Value = Columns> {
    let block = (0..4_u32, 0..30_u32, 0..4_u32, 0..8_i64);
    prop::collection::vec(block, 1..80).prop_map(|blocks| {
        let mut columns = Columns::new(Kind::TranslationBlock);
        for (address, first, span, start) in blocks {
            let address = std::net::Ipv4Addr::from_bits(0xc000_0200 + address);
            let row = Row::new(Kind::TranslationBlock)
                .with("public_address", Cell::Address(address.into()))
                .with("first_port", Cell::Number(first))
                .with("last_port", Cell::Number(first + span))
                .with("start", Cell::Time(UtcMillis(start * 1000)))
                .with("end", Cell::Time(UtcMillis(start * 1000 + 5000)))
                .with("subscriber", Cell::Text("mihon"))
                .with("inferred", Cell::Number(0));
            columns.push(&row);
        }
        columns
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn where_a_page_begins_leaves_out_no_row(columns in blocks(), address in 0..4_u32, port in 0..36_u16) {
        let (_, machine) = machine(1);
        let (_, segment) = written(&machine, &columns);
        let address = std::net::Ipv4Addr::from_bits(0xc000_0200 + address).into();
        let find = Find::by(By::Address { address, port: Some(port) });
        let expected: Vec<Row<'_>> = sorted(&columns).into_iter().filter(|row| answers(row, &find)).collect();
        let found = segment.find(&find).unwrap();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn where_two_pages_share_an_address_one_of_them_is_read() {
    let (_, machine) = machine(2);
    let mut columns = Columns::new(Kind::TranslationSession);
    // Four rows a page: every page with a border has rows of two addresses, and so ports from 0 to 9.
    let addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|text| text.parse::<Address>().unwrap());
    for (address, port) in addresses.iter().flat_map(|address| (0..10_u32).map(move |port| (*address, port))) {
        let row = Row::new(Kind::TranslationSession)
            .with("public_address", Cell::Address(address))
            .with("public_port", Cell::Number(port))
            .with("start", Cell::Time(UtcMillis(0)))
            .with("end", Cell::Time(UtcMillis(5000)))
            .with("subscriber", Cell::Text("mihon"))
            .with("inferred", Cell::Number(0));
        columns.push(&row);
    }
    let (_, segment) = written(&machine, &columns);
    let mut read = 0;
    for (address, port) in addresses.iter().flat_map(|address| (0..10_u16).map(move |port| (*address, port))) {
        let find = Find::by(By::Address { address, port: Some(port) });
        assert_eq!(segment.find(&find).unwrap().len(), 1, "{port}");
        read += segment.pages_read(&find).unwrap();
    }
    // Thirty questions; where a page begins with the very port, the page before may have it too.
    assert_eq!(read, 31);
}
