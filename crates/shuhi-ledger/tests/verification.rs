//! Damage of every kind is found, and named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::path::{Path, PathBuf};

use shuhi_ledger::{Event, LedgerError, LedgerReader, Report, Verified, verify_folder, verify_folder_since};
use shuhi_machine::simulated::Simulated;
use shuhi_machine::{DiskError, Machine};
use support::{Random, TestKeys, create, finding, folder, log_key, simulated};

const LEAVES: u64 = 700;

/// A log of 700 leaves, two of them with blobs, and its checkpoint at 300.
fn log() -> (Simulated, Machine, String) {
    let (simulated, machine) = simulated(1);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let event = |number: u64| match number {
        5 | 600 => finding(number).sealing(vec![1; 9000], keys.key(1)),
        _ if number.is_multiple_of(3) => finding(number).sealing(vec![2; 10], keys.key(1)),
        _ => finding(number),
    };
    ledger.append(&(0..300).map(event).collect::<Vec<Event>>(), &keys).unwrap();
    let older = ledger.checkpoint().note().to_owned();
    ledger.append(&(300..LEAVES).map(event).collect::<Vec<Event>>(), &keys).unwrap();
    (simulated, machine, older)
}

fn bytes(machine: &Machine, file: &str) -> Vec<u8> {
    machine.disk.read(&folder().join(file), 1 << 30).unwrap()
}

fn verified(machine: &Machine, older: &[String]) -> Report {
    verify_folder(machine, folder(), &log_key(), older).unwrap()
}

/// The file and leaf of each failure.
fn named(report: &Report) -> Vec<(PathBuf, Option<u64>)> {
    report.failures.iter().map(|failure| (failure.file.clone(), failure.leaf)).collect()
}

#[test]
fn a_whole_log_is_counted() {
    let (_, machine, older) = log();
    let report = verified(&machine, std::slice::from_ref(&older));
    assert!(report.is_whole(), "{:?}", report.failures);
    assert_eq!((report.leaves, report.bundles, report.tiles), (LEAVES, 3, 4));
    assert_eq!((report.payloads, report.blobs), (235, 2));
    assert_eq!(report.classes["finding.raised"], LEAVES);
    assert_eq!(report.continues, [300]);
    assert_eq!(report.span, Some((support::START, support::START)));
}

#[test]
fn an_altered_leaf_is_named_whatever_bundle_it_is_in() {
    for (file, leaf) in [("tile/entries/000", 5), ("tile/entries/001", 256), ("tile/entries/002.p/188", 699)] {
        let (simulated, machine, _) = log();
        let mut altered = bytes(&machine, file);
        let name = format!("finding-{leaf}");
        let at = altered.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
        altered[at] = b'F';
        simulated.disk.put(&folder().join(file), &altered);
        let report = verified(&machine, &[]);
        assert_eq!(named(&report), [(PathBuf::from(file), Some(leaf))], "{:?}", report.failures);
        assert_eq!(report.leaves, LEAVES - 1);
        let read = LedgerReader::open(&machine, folder(), &log_key()).and_then(|read| read.event(leaf).map(|_| ()));
        let Err(LedgerError::Damaged { file: found, leaf: Some(found_leaf), .. }) = read else { panic!("{read:?}") };
        assert_eq!((found, found_leaf), (folder().join(file), leaf));
    }
}

#[test]
fn an_altered_hash_is_named() {
    for (file, slot, leaf) in
        [("tile/0/000", 7, 7), ("tile/0/001", 255, 511), ("tile/0/002.p/188", 0, 512), ("tile/1/000.p/2", 1, 256)]
    {
        let (simulated, machine, _) = log();
        let mut altered = bytes(&machine, file);
        altered[slot * 32 + 9] ^= 1;
        simulated.disk.put(&folder().join(file), &altered);
        let report = verified(&machine, &[]);
        assert!(named(&report).contains(&(PathBuf::from(file), Some(leaf))), "{file}: {:?}", report.failures);
        assert_eq!(report.leaves, LEAVES, "{file}: the leaves themselves are whole");
        let read = LedgerReader::open(&machine, folder(), &log_key()).and_then(|read| read.event(leaf).map(|_| ()));
        assert!(matches!(read, Err(LedgerError::Damaged { .. })), "{file}: {read:?}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let files = ["tile/entries/000", "tile/entries/002.p/188", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"];
    for file in files {
        let (_, machine, _) = log();
        machine.disk.remove(&folder().join(file)).unwrap();
        let report = verified(&machine, &[]);
        assert!(named(&report).contains(&(PathBuf::from(file), None)), "{file}: {:?}", report.failures);
        assert!(!report.failures.iter().any(|failure| failure.file == Path::new("checkpoint")), "{file}: {report:?}");
    }
}

#[test]
fn where_leaves_and_hashes_are_missing_verification_ends_and_says_so() {
    let (_, machine, older) = log();
    for file in ["tile/entries/001", "tile/0/001"] {
        machine.disk.remove(&folder().join(file)).unwrap();
    }
    let report = verified(&machine, &[older]);
    assert_eq!(named(&report), [(PathBuf::from("tile/entries/001"), Some(256))]);
    assert_eq!(report.leaves, 256);
    assert_eq!(report.continues, [0; 0], "nothing is said of the older checkpoint");
}

#[test]
fn a_blob_that_is_missing_or_altered_is_named_with_its_leaf() {
    let (simulated, machine, _) = log();
    let blobs: Vec<PathBuf> = simulated
        .disk
        .files()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.starts_with(folder().join("blobs")))
        .collect();
    assert_eq!(blobs.len(), 2);
    machine.disk.remove(&blobs[0]).unwrap();
    let mut altered = machine.disk.read(&blobs[1], 1 << 20).unwrap();
    altered[0] ^= 1;
    simulated.disk.put(&blobs[1], &altered);
    let mut leaves: Vec<Option<u64>> = named(&verified(&machine, &[])).into_iter().map(|(_, leaf)| leaf).collect();
    leaves.sort();
    assert_eq!(leaves, [Some(5), Some(600)]);
}

#[test]
fn a_history_that_was_rewritten_with_the_logs_own_key_is_caught_by_the_older_checkpoint() {
    let (_, _, older) = log();
    let (other, machine) = simulated(2);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    ledger.append(&(1..=LEAVES).map(finding).collect::<Vec<_>>(), &keys).unwrap();
    drop(ledger);
    assert!(verified(&machine, &[]).is_whole(), "by itself it is a proper log");
    let report = verified(&machine, std::slice::from_ref(&older));
    assert_eq!(named(&report), [(PathBuf::from("older checkpoint 1"), None)]);
    assert!(report.failures[0].what.contains("rewritten"));

    let short = simulated(3).1;
    create(&short).append(&[finding(0)], &keys).unwrap();
    let report = verified(&short, &[older]);
    assert!(report.failures[0].what.contains("set back"), "{:?}", report.failures);
    drop(other);
}

#[test]
fn a_checkpoint_with_another_signature_or_root_is_no_checkpoint() {
    let (simulated, machine, older) = log();
    let good = String::from_utf8(bytes(&machine, "checkpoint")).unwrap();
    let root = good.lines().nth(2).unwrap();
    let older_root = older.lines().nth(2).unwrap();
    for bad in
        [good.replace(root, older_root), good.replace("700", "701"), good.replace("main", "other"), String::new()]
    {
        simulated.disk.put(&folder().join("checkpoint"), bad.as_bytes());
        let refused = verify_folder(&machine, folder(), &log_key(), &[]);
        assert!(matches!(refused, Err(LedgerError::Checkpoint { .. })), "{bad}: {refused:?}");
    }
}

#[test]
fn a_signed_root_that_is_not_that_of_the_leaves_is_found() {
    let (simulated, machine, _) = log();
    let (_, other) = support::simulated(4);
    let mut ledger = create(&other);
    ledger.append(&(1..=LEAVES).map(finding).collect::<Vec<_>>(), &TestKeys::default()).unwrap();
    simulated.disk.put(&folder().join("checkpoint"), ledger.checkpoint().note().as_bytes());
    let report = verified(&machine, &[]);
    assert!(named(&report).contains(&(PathBuf::from("checkpoint"), None)), "{:?}", report.failures);
    let opened = LedgerReader::open(&machine, folder(), &log_key());
    assert!(matches!(opened, Err(LedgerError::Damaged { .. })), "{opened:?}");
}

#[test]
fn any_flipped_bit_is_found_and_never_panics() {
    let (simulated, machine, _) = log();
    let files: Vec<(PathBuf, Vec<u8>)> = simulated.disk.files();
    let mut random = Random::new(7);
    for (path, bytes) in files.iter().filter(|(path, bytes)| !bytes.is_empty() && !path.ends_with("lock")) {
        for _ in 0..4 {
            let mut altered = bytes.clone();
            let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            altered[at] ^= 1 << random.below(8);
            simulated.disk.put(path, &altered);
            match verify_folder(&machine, folder(), &log_key(), &[]) {
                Ok(report) => {
                    let found = report.failures.iter().any(|failure| folder().join(&failure.file) == *path);
                    assert!(found || unused(path), "{} at {at}: {:?}", path.display(), report.failures);
                }
                Err(LedgerError::Checkpoint { .. }) => assert!(path.ends_with("checkpoint")),
                Err(error) => panic!("{error}"),
            }
            let opened = LedgerReader::open(&machine, folder(), &log_key());
            if let Ok(opened) = opened {
                (0..LEAVES).for_each(|leaf| drop(opened.event(leaf)));
            }
            simulated.disk.put(path, bytes);
        }
    }
    assert!(verified(&machine, &[]).is_whole());
}

/// Partial tiles of earlier checkpoints: no longer part of the log's present form.
fn unused(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.contains(".p/") && !name.ends_with("002.p/188") && !name.ends_with("000.p/2")
}

#[test]
fn what_is_no_ledger_says_so() {
    let (simulated, machine) = simulated(5);
    let missing = verify_folder(&machine, folder(), &log_key(), &[]);
    assert!(matches!(missing, Err(LedgerError::NoLedger(_))), "{missing:?}");
    simulated.disk.put(&folder().join("checkpoint"), &vec![b'x'; 100_000]);
    let long = verify_folder(&machine, folder(), &log_key(), &[]);
    assert!(matches!(long, Err(LedgerError::Disk(DiskError::TooLarge { .. }))), "{long:?}");
}

/// Verified at 300 leaves, and since then.
fn since(machine: &Machine, older: &[String], earlier: Verified) -> Report {
    verify_folder_since(machine, folder(), &log_key(), older, earlier).unwrap()
}

#[test]
fn what_was_verified_is_not_read_again_and_must_be_continued() {
    let (simulated, machine, older) = log();
    let reader = LedgerReader::open(&machine, folder(), &log_key()).unwrap();
    for size in [0, 1, 255, 256, 300, 512, LEAVES] {
        let earlier = Verified { size, root: reader.root_at(size).unwrap() };
        let report = since(&machine, std::slice::from_ref(&older), earlier);
        let start = size - size % 256;
        assert!(report.is_whole(), "{size}: {:?}", report.failures);
        assert_eq!((report.since, report.leaves, &report.continues[..]), (start, LEAVES - start, &[300][..]), "{size}");
        // Another history of that length is found out, and where it differs is looked for in everything.
        let report = since(&machine, &[], Verified { size, root: [7; 32] });
        assert!(!report.is_whole() && (report.since, report.leaves) == (0, LEAVES), "{size}: {report:?}");
    }
    let report = since(&machine, &[], Verified { size: LEAVES + 1, root: [7; 32] });
    assert!(report.failures[0].what.contains("set back"), "{:?}", report.failures);
    // A new leaf that is not the one that was logged is found; so is a hash that ties the old ones to the new.
    let earlier = Verified { size: 300, root: reader.root_at(300).unwrap() };
    for (file, name) in [("tile/entries/001", "finding-299"), ("tile/entries/002.p/188", "finding-600")] {
        let whole = bytes(&machine, file);
        let mut altered = whole.clone();
        let at = altered.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
        altered[at] = b'F';
        simulated.disk.put(&folder().join(file), &altered);
        assert_eq!(since(&machine, &[], earlier).failures.len(), 1, "{name}");
        simulated.disk.put(&folder().join(file), &whole);
    }
    let mut altered = bytes(&machine, "tile/1/000.p/2");
    altered[3] ^= 1;
    simulated.disk.put(&folder().join("tile/1/000.p/2"), &altered);
    assert!(!since(&machine, &[], earlier).is_whole());
}
