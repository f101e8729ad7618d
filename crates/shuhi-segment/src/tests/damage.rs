//! Bytes that are not as written: an error or the right rows, never wrong ones, never a panic.

use std::path::{Path, PathBuf};

use shuhi_records::{Kind, Row};

use super::{ID, KEY, PATH, machine, numbered, written};
use crate::{By, Find, Segment, SegmentError, SegmentId, Value};

const FLIPS: usize = 1000;

fn finds(kind: Kind, rows: &[Row<'_>]) -> Vec<Find> {
    let mut finds = vec![Find::by(By::Anything)];
    for name in kind.other_paths() {
        let value = match rows[rows.len() / 2].get(name) {
            shuhi_records::Cell::Address(address) => Value::Address(address),
            shuhi_records::Cell::Text(text) => Value::Text(text.to_owned()),
            _ => continue,
        };
        finds.push(Find::by(By::Other { column: (*name).to_owned(), value }));
    }
    finds
}

#[test]
fn flipped_bits_give_no_wrong_rows() {
    let kind = Kind::Post;
    let (simulated, machine) = machine(11);
    let (receipt, whole) = written(&machine, &numbered(kind, 40));
    let all = whole.all().unwrap();
    let rows: Vec<Row<'_>> = all.iter().collect();
    let finds = finds(kind, &rows);
    assert_eq!(finds.len(), 3);
    let expected: Vec<_> = finds.iter().map(|find| whole.find(find).unwrap()).collect();
    let files: Vec<(PathBuf, Vec<u8>)> = simulated.disk.files();
    assert_eq!(files.len(), 3);
    let total: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut unnoticed_by_reading = 0;
    for flip in 0..FLIPS {
        let mut at = total * flip / FLIPS;
        let (path, bytes) = files
            .iter()
            .find(|(_, bytes)| {
                at < bytes.len() || {
                    at -= bytes.len();
                    false
                }
            })
            .unwrap();
        let mut wrong = bytes.clone();
        wrong[at] ^= 1 << (flip % 8);
        simulated.disk.put(path, &wrong);
        if let Ok(segment) = Segment::open(&machine, Path::new(PATH), &ID, &KEY) {
            let mut read_well = true;
            for (find, expected) in finds.iter().zip(&expected) {
                match segment.find(find) {
                    Ok(found) => assert_eq!(&found, expected, "bit of byte {at} of {}", path.display()),
                    Err(SegmentError::Damaged { .. }) => read_well = false,
                    Err(other) => panic!("byte {at} of {}: {other}", path.display()),
                }
            }
            unnoticed_by_reading += usize::from(read_well);
            let verified = segment.verify(&receipt.sha256);
            assert!(matches!(verified, Err(SegmentError::Damaged { .. })), "byte {at} of {}", path.display());
        }
        simulated.disk.put(path, bytes);
    }
    // Not noticed is what these questions do not read, and the length before each part, which is not used.
    assert!(unnoticed_by_reading < FLIPS / 5, "{unnoticed_by_reading}");
}

#[test]
fn files_cut_short_do_not_open() {
    let (simulated, machine) = machine(12);
    written(&machine, &numbered(Kind::Login, 30));
    for (path, bytes) in simulated.disk.files() {
        for length in [0, 1, 8, bytes.len() / 2, bytes.len() - 1] {
            simulated.disk.put(&path, &bytes[..length]);
            assert!(Segment::open(&machine, Path::new(PATH), &ID, &KEY).is_err(), "{} at {length}", path.display());
        }
        simulated.disk.put(&path, &bytes);
    }
    Segment::open(&machine, Path::new(PATH), &ID, &KEY).unwrap();
}

#[test]
fn another_key_or_id_opens_nothing() {
    let (_, machine) = machine(13);
    written(&machine, &numbered(Kind::TranslationBlock, 10));
    for (id, key) in [(SegmentId([0; 16]), KEY), (ID, [0; 32])] {
        let opened = Segment::open(&machine, Path::new(PATH), &id, &key);
        assert!(matches!(opened, Err(SegmentError::Sealed { .. })), "{opened:?}");
    }
}

#[test]
fn a_sidecar_of_another_writing_is_refused() {
    let (simulated, machine) = machine(14);
    written(&machine, &numbered(Kind::TranslationBlock, 10));
    let (sidecar, _) =
        simulated.disk.files().into_iter().find(|(path, _)| path.ends_with("day.parquet.subscriber")).unwrap();
    let (other_disk, other_machine) = super::machine(15);
    written(&other_machine, &numbered(Kind::TranslationBlock, 10));
    let (_, bytes) = other_disk.disk.files().into_iter().find(|(path, _)| *path == sidecar).unwrap();
    simulated.disk.put(&sidecar, &bytes);
    let opened = Segment::open(&machine, Path::new(PATH), &ID, &KEY);
    assert!(matches!(opened, Err(SegmentError::Damaged { .. })), "{opened:?}");
}
