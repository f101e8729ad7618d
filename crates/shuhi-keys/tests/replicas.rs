//! Replicas of epoch keys that are damaged, away, replaced, or declared to be in snapshots.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use shuhi_keys::{
    KeyDestruction, KeyError, KeyPlaces, KeyStore, NotShown, Passphrase, PassphraseCost, ReplicaState, Warning,
};
use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;

const ONE: &str = "/disk-one/epoch";
const TWO: &str = "/disk-two/epoch";

fn places(replicas: &[&str]) -> KeyPlaces {
    let epoch_replicas = replicas.iter().map(PathBuf::from).collect();
    KeyPlaces { folder: PathBuf::from("/data/keys"), epoch_replicas, snapshots_declared: false }
}

fn passphrase() -> Passphrase {
    Passphrase::new("correct").unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

fn create(machine: &Simulated) -> KeyStore {
    KeyStore::create(&machine.machine(), &places(&[ONE, TWO]), &passphrase()).unwrap()
}

fn open(machine: &Simulated, replicas: &[&str]) -> Result<KeyStore, KeyError> {
    KeyStore::open(&machine.machine(), &places(replicas), &passphrase())
}

fn in_folder(machine: &Simulated, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    machine.disk.files().into_iter().filter(|(path, _)| path.starts_with(folder)).collect()
}

/// A new machine with the files of another, but for some.
fn copied(machine: &Simulated, left_out: &str) -> Simulated {
    let copy = Simulated::new(7, UtcMillis(0));
    for (path, bytes) in machine.disk.files() {
        if !path.starts_with(left_out) {
            copy.disk.put(&path, &bytes);
        }
    }
    copy
}

#[test]
fn a_damaged_replica_is_seen_and_rewritten_from_the_whole_one() {
    let machine = Simulated::new(1, UtcMillis(0));
    let store = create(&machine);
    let key = store.create_key().unwrap();
    let (path, bytes) = in_folder(&machine, ONE).remove(0);
    let mut damaged = bytes;
    damaged[50] ^= 4;
    machine.disk.put(&path, &damaged);
    let health = store.health();
    assert!(matches!(health.replicas[0].state, ReplicaState::Damaged(_)), "{health:?}");
    assert!(health.warnings.contains(&Warning::FewReplicas { whole: 1, named: 2 }));
    drop(store);
    let store = open(&machine, &[ONE, TWO]).unwrap();
    assert!(store.health().warnings.is_empty());
    assert!(store.lease(&key).is_ok());
}

#[test]
fn a_lost_replica_is_a_warning_and_is_written_again_once_its_folder_is_back() {
    let first = Simulated::new(2, UtcMillis(0));
    let store = create(&first);
    let key = store.create_key().unwrap();
    drop(store);
    let machine = copied(&first, "/disk-two");
    let store = open(&machine, &[ONE, TWO]).unwrap();
    let health = store.health();
    assert!(matches!(health.replicas[1].state, ReplicaState::OutOfReach(_)), "{health:?}");
    assert!(health.warnings.contains(&Warning::FewReplicas { whole: 1, named: 2 }));
    assert!(machine.machine().disk.list(Path::new(TWO)).is_err(), "a folder that is away must not be made anew");
    let end = store.rotate_epoch().unwrap();
    assert_eq!(end.replicas[0].destruction, KeyDestruction::Destroyed(1));
    assert!(matches!(end.replicas[1].destruction, KeyDestruction::NotShown(_)));
    assert!(matches!(&end.not_shown[..], [NotShown::Place { place, .. }] if place == Path::new(TWO)));
    // The device comes back, with the key of the ended epoch.
    for (path, bytes) in in_folder(&first, TWO) {
        machine.disk.put(&path, &bytes);
    }
    assert!(store.health().warnings.contains(&Warning::LeftOver { place: PathBuf::from(TWO), count: 1 }));
    let tended = store.tend().unwrap();
    assert_eq!(tended[1].destruction, KeyDestruction::Destroyed(1));
    assert!(store.health().warnings.is_empty());
    assert_eq!(in_folder(&machine, TWO).len(), 1);
    assert!(store.lease(&key).is_ok());
}

#[test]
fn without_any_whole_replica_the_error_names_the_folders_and_nothing_is_destroyed() {
    let machine = Simulated::new(3, UtcMillis(0));
    let store = create(&machine);
    store.create_key().unwrap();
    let old = in_folder(&machine, "/disk-one");
    store.rotate_epoch().unwrap();
    drop(store);
    let bare = copied(&copied(&machine, "/disk-one"), "/disk-two");
    let error = open(&bare, &[ONE, TWO]).unwrap_err().to_string();
    assert!(error.contains(ONE) && error.contains(TWO) && error.contains("epoch 2"), "{error}");
    bare.disk.put(&old[0].0, &old[0].1);
    let error = open(&bare, &[ONE, TWO]).unwrap_err().to_string();
    assert!(error.contains("another epoch only"), "{error}");
    assert_eq!(in_folder(&bare, "/disk-one"), old);
}

#[test]
fn wrapped_keys_put_back_from_a_backup_of_an_ended_epoch_destroy_nothing() {
    let machine = Simulated::new(4, UtcMillis(0));
    let store = create(&machine);
    let key = store.create_key().unwrap();
    let old = machine.disk.files();
    store.rotate_epoch().unwrap();
    drop(store);
    let now = machine.disk.files();
    let mixed = Simulated::new(5, UtcMillis(0));
    let replica = |path: &Path| path.starts_with("/disk-one") || path.starts_with("/disk-two");
    for (path, bytes) in
        old.iter().filter(|(path, _)| !replica(path)).chain(now.iter().filter(|(path, _)| replica(path)))
    {
        mixed.disk.put(path, bytes);
    }
    assert!(matches!(open(&mixed, &[ONE, TWO]), Err(KeyError::EpochKeyMissing { epoch: 1, .. })));
    for (path, bytes) in &now {
        mixed.disk.put(path, bytes);
    }
    assert!(open(&mixed, &[ONE, TWO]).unwrap().lease(&key).is_ok(), "the key of the present epoch must still be there");
}

#[test]
fn a_folder_that_is_no_longer_named_is_emptied_at_the_end_of_the_epoch_or_reported() {
    let machine = Simulated::new(6, UtcMillis(0));
    drop(create(&machine));
    let three = "/disk-three/epoch";
    machine.machine().disk.make_folder(Path::new(three)).unwrap();
    let store = open(&machine, &[ONE, three]).unwrap();
    assert!(store.health().warnings.contains(&Warning::Retired(PathBuf::from(TWO))));
    assert!(store.write_off_replica(Path::new(ONE)).is_err(), "it is still named");
    drop(store);

    let away = copied(&machine, "/disk-two");
    let store = open(&away, &[ONE, three]).unwrap();
    for _ in 0..2 {
        let end = store.rotate_epoch().unwrap();
        assert!(matches!(&end.not_shown[..], [NotShown::Place { place, .. }] if place == Path::new(TWO)), "{end:?}");
    }
    assert!(store.write_off_replica(Path::new(TWO)).unwrap());
    assert!(store.rotate_epoch().unwrap().destruction_is_shown());
    drop(store);

    let store = open(&machine, &[ONE, three]).unwrap();
    assert!(store.rotate_epoch().unwrap().destruction_is_shown());
    assert!(in_folder(&machine, TWO).is_empty());
    assert!(store.health().warnings.is_empty(), "{:?}", store.health());
}

#[test]
fn declared_snapshots_make_the_end_of_an_epoch_say_that_destruction_is_not_shown() {
    let machine = Simulated::new(8, UtcMillis(0));
    drop(create(&machine));
    let declared = KeyPlaces { snapshots_declared: true, ..places(&[ONE, TWO]) };
    let store = KeyStore::open(&machine.machine(), &declared, &passphrase()).unwrap();
    let end = store.rotate_epoch().unwrap();
    assert_eq!(end.not_shown, [NotShown::Snapshots]);
    assert!(end.not_shown[0].to_string().starts_with("destruction not shown"));
    assert!(!end.destruction_is_shown());
    assert_eq!(store.health().warnings, [Warning::Snapshots]);
}

#[test]
fn one_replica_is_a_warning_and_none_an_error() {
    let machine = Simulated::new(9, UtcMillis(0));
    let none = KeyStore::create(&machine.machine(), &places(&[]), &passphrase());
    assert!(matches!(none, Err(KeyError::NoReplicas)));
    let twice = KeyStore::create(&machine.machine(), &places(&[ONE, ONE]), &passphrase()).unwrap();
    assert_eq!(twice.health().warnings, [Warning::FewReplicas { whole: 1, named: 1 }]);
}

#[test]
fn two_stores_may_share_a_replica_folder_without_harm() {
    let machine = Simulated::new(10, UtcMillis(0));
    let here = create(&machine);
    let elsewhere = KeyPlaces { folder: PathBuf::from("/other/keys"), ..places(&[ONE, TWO]) };
    let there = KeyStore::create(&machine.machine(), &elsewhere, &passphrase()).unwrap();
    let (mine, theirs) = (here.create_key().unwrap(), there.create_key().unwrap());
    for _ in 0..2 {
        here.rotate_epoch().unwrap();
        there.rotate_epoch().unwrap();
    }
    assert!(here.lease(&mine).is_ok() && there.lease(&theirs).is_ok());
    drop((here, there));
    assert!(open(&machine, &[ONE, TWO]).unwrap().lease(&mine).is_ok());
    assert!(KeyStore::open(&machine.machine(), &elsewhere, &passphrase()).unwrap().lease(&theirs).is_ok());
}

#[test]
fn the_file_of_an_ended_epoch_is_overwritten_before_it_is_removed() {
    let machine = Simulated::new(11, UtcMillis(0));
    let store = create(&machine);
    let disk = machine.machine().disk;
    let before: Vec<_> = [ONE, TWO].iter().map(|folder| in_folder(&machine, folder).remove(0)).collect();
    let held: Vec<_> = before.iter().map(|(path, _)| disk.open(path, false).unwrap()).collect();
    store.rotate_epoch().unwrap();
    for ((path, bytes), file) in before.iter().zip(held) {
        let mut after = vec![0; bytes.len()];
        file.read_at(0, &mut after).unwrap();
        let same = bytes.iter().zip(&after).filter(|(one, other)| one == other).count();
        assert!(same < bytes.len() / 8, "{}: {same} bytes are as before", path.display());
    }
}

#[test]
fn an_epoch_key_renamed_to_stand_in_for_another_is_refused() {
    let machine = Simulated::new(12, UtcMillis(0));
    let store = create(&machine);
    let old: Vec<_> = [ONE, TWO].iter().map(|folder| in_folder(&machine, folder).remove(0)).collect();
    store.rotate_epoch().unwrap();
    drop(store);
    for (path, bytes) in old {
        let name = path.to_string_lossy().replace("-000000000001", "-000000000002");
        machine.disk.put(Path::new(&name), &bytes);
    }
    assert!(matches!(open(&machine, &[ONE, TWO]), Err(KeyError::EpochKeyMissing { epoch: 2, .. })));
}
