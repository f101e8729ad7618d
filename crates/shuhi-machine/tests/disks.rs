//! What both disks promise, and what the simulated one takes away in a crash.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use shuhi_machine::simulated::{Carelessness, Simulated};
use shuhi_machine::{Disk, DiskError, LocalDisk, Machine, UtcMillis, replace_durably, write_durably};

fn both(promise: impl Fn(&dyn Disk, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    promise(&LocalDisk, folder.path());
    let simulated = Simulated::new(1, UtcMillis(0));
    simulated.disk.make_folder(Path::new("/data")).unwrap();
    promise(&*simulated.disk, Path::new("/data"));
}

#[test]
fn a_file_keeps_what_was_written_where_it_was_written() {
    both(|disk, folder| {
        let file = disk.create(&folder.join("a")).unwrap();
        file.write_at(0, b"hello").unwrap();
        file.write_at(3, b"p me").unwrap();
        file.sync().unwrap();
        assert_eq!(disk.read(&folder.join("a"), 100).unwrap(), b"help me");
        assert!(matches!(disk.create(&folder.join("a")), Err(DiskError::Exists(_))));
        assert!(matches!(disk.read(&folder.join("a"), 6), Err(DiskError::TooLarge { .. })));
        assert!(matches!(file.read_at(5, &mut [0; 3]), Err(DiskError::TooShort { end: 8, .. })));
        assert!(matches!(disk.read(&folder.join("b"), 6), Err(DiskError::Missing(_))));
    });
}

#[test]
fn a_durable_write_does_not_replace() {
    both(|disk, folder| {
        write_durably(disk, &folder.join("a"), b"one").unwrap();
        assert!(matches!(write_durably(disk, &folder.join("a"), b"two"), Err(DiskError::Exists(_))));
        replace_durably(disk, &folder.join("a"), b"two").unwrap();
        assert_eq!(disk.read(&folder.join("a"), 100).unwrap(), b"two");
        assert_eq!(disk.list(folder).unwrap(), ["a"]);
    });
}

#[test]
fn a_lock_is_held_by_one_at_a_time() {
    both(|disk, folder| {
        let lock = disk.lock(&folder.join("lock")).unwrap();
        assert!(matches!(disk.lock(&folder.join("lock")), Err(DiskError::Locked(_))));
        drop(lock);
        assert!(disk.lock(&folder.join("lock")).is_ok());
    });
}

fn crashed_at(seed: u64, step: u64, careless: &Carelessness) -> Option<Vec<u8>> {
    let simulated = Simulated::new(seed, UtcMillis(0));
    let Machine { disk, .. } = simulated.machine();
    disk.make_folder(Path::new("/data")).unwrap();
    let path = Path::new("/data/file");
    replace_durably(&*disk, path, b"old").unwrap();
    simulated.disk.be_careless(careless.clone());
    simulated.disk.crash_after(step);
    let done = replace_durably(&*disk, path, b"new");
    assert_eq!(done.is_err(), simulated.disk.has_crashed());
    simulated.disk.restart();
    disk.read(path, 10).ok().map(|bytes| if done.is_ok() { [b"done:".as_slice(), &bytes].concat() } else { bytes })
}

#[test]
fn replacing_durably_leaves_old_or_new_at_every_crash() {
    for seed in 0..100 {
        for step in 0..8 {
            let left = crashed_at(seed, step, &Carelessness::default()).unwrap();
            let whole: [&[u8]; 3] = [b"old", b"new", b"done:new"];
            assert!(whole.contains(&left.as_slice()), "seed {seed}, step {step}: {left:?}");
        }
    }
}

#[test]
fn a_disk_that_does_not_sync_is_caught() {
    let careless = [
        Carelessness { files_not_synced_below: Some("data".to_owned()), folders_not_synced: false },
        Carelessness { files_not_synced_below: None, folders_not_synced: true },
    ];
    for careless in careless {
        let torn = (0..100).any(|seed| crashed_at(seed, 100, &careless).as_deref() != Some(b"done:new"));
        assert!(torn, "{careless:?}");
    }
}

#[test]
fn a_full_disk_says_so_and_goes_on() {
    let simulated = Simulated::new(3, UtcMillis(0));
    simulated.disk.make_folder(Path::new("/data")).unwrap();
    simulated.disk.set_capacity(Some(10));
    let file = simulated.disk.create(Path::new("/data/a")).unwrap();
    assert!(matches!(file.write_at(0, &[1; 11]), Err(DiskError::Full(_))));
    file.write_at(0, &[1; 10]).unwrap();
}

#[test]
fn what_was_open_before_a_crash_stays_dead() {
    let simulated = Simulated::new(4, UtcMillis(0));
    simulated.disk.make_folder(Path::new("/data")).unwrap();
    let file = simulated.disk.create(Path::new("/data/a")).unwrap();
    let _lock = simulated.disk.lock(Path::new("/data/lock")).unwrap();
    simulated.disk.restart();
    assert!(matches!(file.write_at(0, b"x"), Err(DiskError::Crashed)));
    assert!(simulated.disk.lock(Path::new("/data/lock")).is_ok());
}
