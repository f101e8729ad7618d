//! Years of a key store on a machine that crashes at every step.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shuhi_keys::{KeyError, KeyId, KeyPlaces, KeyStore, Passphrase, PassphraseCost};
use shuhi_machine::simulated::{Carelessness, Simulated};
use shuhi_machine::{Randomness, UtcMillis};

type Files = Vec<(PathBuf, Vec<u8>)>;

fn places() -> KeyPlaces {
    let epoch_replicas = vec![PathBuf::from("/disk-one/epoch"), PathBuf::from("/disk-two/epoch")];
    KeyPlaces { folder: PathBuf::from("/data/keys"), epoch_replicas, snapshots_declared: false }
}

fn passphrase() -> Passphrase {
    Passphrase::new("correct").unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

fn is_replica(path: &Path) -> bool {
    path.starts_with("/disk-one") || path.starts_with("/disk-two")
}

fn open(machine: &Simulated) -> Result<KeyStore, KeyError> {
    KeyStore::open(&machine.machine(), &places(), &passphrase())
}

/// What was promised of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Promise {
    Lives([u8; 32]),
    /// A destruction was begun and not acknowledged: both are right.
    Either([u8; 32]),
    Destroyed,
}

fn kept(store: &KeyStore, promises: &BTreeMap<KeyId, Promise>) -> Result<(), String> {
    for (id, promise) in promises {
        let lease = store.lease(id);
        let right = match (promise, &lease) {
            (Promise::Lives(bytes) | Promise::Either(bytes), Ok(lease)) => lease.bytes() == bytes,
            (Promise::Destroyed | Promise::Either(_), Err(KeyError::Destroyed(_))) => true,
            _ => false,
        };
        if !right {
            return Err(format!("{id}: {promise:?}, but {lease:?}"));
        }
    }
    Ok(())
}

/// Tries whether a copy of the disk opens what a key sealed.
fn opens(files: &Files, key: &KeyId) -> bool {
    let other = Simulated::new(99, UtcMillis(0));
    for (path, bytes) in files {
        other.disk.put(path, bytes);
    }
    open(&other).is_ok_and(|store| store.lease(key).is_ok())
}

fn merged(data: &Files, replicas: &Files) -> Files {
    let data = data.iter().filter(|(path, _)| !is_replica(path));
    data.chain(replicas.iter().filter(|(path, _)| is_replica(path))).cloned().collect()
}

struct Life {
    machine: Simulated,
    promises: BTreeMap<KeyId, Promise>,
    /// A whole copy of the disk, and the keys that were destroyed since in an epoch that has ended since.
    backup: Files,
    backed_up: Vec<KeyId>,
    chance: shuhi_machine::simulated::SeededRandomness,
}

impl Life {
    fn below(&self, bound: u8) -> u8 {
        let mut byte = [0];
        self.chance.fill(&mut byte).unwrap();
        byte[0] % bound
    }

    fn act(&mut self, store: &KeyStore) -> Result<(), KeyError> {
        match self.below(8) {
            0..4 => {
                for id in store.create_keys(usize::from(self.below(9)))? {
                    let bytes = *store.lease(&id)?.bytes();
                    self.promises.insert(id, Promise::Lives(bytes));
                }
            }
            4..6 => {
                let chosen: Vec<KeyId> = self.promises.keys().copied().filter(|_| self.below(3) == 0).collect();
                for id in &chosen {
                    let promise = self.promises.get_mut(id).unwrap();
                    if let Promise::Lives(bytes) = *promise {
                        *promise = Promise::Either(bytes);
                    }
                }
                store.destroy(&chosen)?;
                for id in chosen {
                    self.promises.insert(id, Promise::Destroyed);
                }
            }
            6 => {
                store.rotate_epoch()?;
            }
            _ => {
                let lives = |promise: &Promise| matches!(promise, Promise::Lives(_));
                self.backed_up = self.promises.iter().filter(|(_, p)| lives(p)).map(|(id, _)| *id).collect();
                self.backup = self.machine.disk.backup(&|_| false);
            }
        }
        Ok(())
    }

    /// Whether the backup without replicas gives back what was destroyed, now that an epoch has ended.
    fn backup_opens_nothing_erased(&self, store: KeyStore) -> Result<(), String> {
        let rotated = store.rotate_epoch();
        drop(store);
        if rotated.is_err() {
            return Err(format!("the last epoch did not end: {rotated:?}"));
        }
        let erased = self.backed_up.iter().filter(|id| self.promises.get(id) == Some(&Promise::Destroyed));
        let now = self.machine.disk.files();
        for id in erased {
            if opens(&merged(&self.backup, &now), id) {
                return Err(format!("{id} was erased, but a backup opens it"));
            }
            if !opens(&self.backup, id) {
                return Err(format!("{id}: the backup with its replicas does not open it, so the test shows nothing"));
            }
        }
        Ok(())
    }
}

fn life(seed: u64, careless: &Carelessness) -> Result<(), String> {
    let machine = Simulated::new(seed, UtcMillis(0));
    let store = KeyStore::create(&machine.machine(), &places(), &passphrase()).unwrap();
    machine.disk.be_careless(careless.clone());
    let chance = shuhi_machine::simulated::SeededRandomness::new(seed ^ 77);
    let mut life = Life { machine, promises: BTreeMap::new(), backup: Vec::new(), backed_up: Vec::new(), chance };
    let mut store = Some(store);
    for _ in 0..40 {
        if life.below(2) == 0 {
            life.machine.disk.crash_after(u64::from(life.below(24)));
        }
        let done = match &store {
            Some(store) => life.act(store),
            None => open(&life.machine).map(|opened| store = Some(opened)),
        };
        match done {
            Ok(()) => {}
            Err(_) if life.machine.disk.has_crashed() => {
                store = None;
                life.machine.disk.restart();
                continue;
            }
            Err(error) => return Err(format!("without a crash: {error}")),
        }
        if let Some(store) = &store {
            kept(store, &life.promises)?;
        }
    }
    drop(store);
    life.machine.disk.restart();
    let store = open(&life.machine).map_err(|error| error.to_string())?;
    kept(&store, &life.promises)?;
    life.backup_opens_nothing_erased(store)
}

#[test]
fn nothing_promised_is_broken_over_many_lives_with_crashes() {
    for seed in 0..300 {
        let lived = life(seed, &Carelessness::default());
        assert!(lived.is_ok(), "seed {seed}: {lived:?}");
    }
}

#[test]
fn a_store_that_forgets_to_sync_is_caught() {
    let below = |name: &str| Carelessness { files_not_synced_below: Some(name.to_owned()), folders_not_synced: false };
    let folders = Carelessness { files_not_synced_below: None, folders_not_synced: true };
    for careless in [below("wrapped"), below("epoch"), folders] {
        let caught = (0..200).find_map(|seed| life(seed, &careless).err().map(|why| (seed, why)));
        assert!(caught.is_some(), "{careless:?}");
    }
}

/// A store with three keys of which one is destroyed, on a machine of this seed.
fn prepared(seed: u64) -> (Simulated, KeyStore, BTreeMap<KeyId, Promise>) {
    let machine = Simulated::new(seed, UtcMillis(0));
    let store = KeyStore::create(&machine.machine(), &places(), &passphrase()).unwrap();
    let keys = store.create_keys(3).unwrap();
    let mut promises: BTreeMap<KeyId, Promise> =
        keys.iter().map(|id| (*id, Promise::Lives(*store.lease(id).unwrap().bytes()))).collect();
    store.destroy(&keys[..1]).unwrap();
    promises.insert(keys[0], Promise::Destroyed);
    (machine, store, promises)
}

fn files_in_replicas(machine: &Simulated) -> usize {
    machine.disk.files().iter().filter(|(path, _)| is_replica(path)).count()
}

/// The wrapped forms of the keys as they stand in the file of the first epoch.
fn wrapped_forms(machine: &Simulated, promises: &BTreeMap<KeyId, Promise>) -> Vec<(KeyId, Vec<u8>)> {
    let files = machine.disk.files();
    let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("wrapped/000000000001")).unwrap();
    let form = |id: &KeyId| {
        let at = bytes.windows(16).position(|part| part == id.0).unwrap();
        (*id, bytes[at + 24..at + 84].to_vec())
    };
    promises.iter().filter(|(_, promise)| **promise != Promise::Destroyed).map(|(id, _)| form(id)).collect()
}

/// Runs `change` with a crash at its first step, then its second, until it ends by itself; returns the number of steps.
fn at_every_step(seed: u64, change: impl Fn(&KeyStore, &mut BTreeMap<KeyId, Promise>) -> Result<(), KeyError>) -> u64 {
    let mut step = 0;
    loop {
        let (machine, store, mut promises) = prepared(seed);
        let forms = wrapped_forms(&machine, &promises);
        machine.disk.crash_after(step);
        let done = change(&store, &mut promises);
        drop(store);
        if done.is_ok() && !machine.disk.has_crashed() {
            return step;
        }
        machine.disk.restart();
        // The opening that repairs may crash as well.
        machine.disk.crash_after(step % 7);
        let _ = open(&machine);
        machine.disk.restart();
        let store = open(&machine).unwrap();
        kept(&store, &promises).unwrap();
        assert_eq!(files_in_replicas(&machine), 2, "seed {seed}, step {step}");
        for (key, form) in &forms {
            let shown =
                machine.disk.files().iter().any(|(_, bytes)| bytes.windows(form.len()).any(|part| part == form));
            let destroyed = matches!(store.lease(key), Err(KeyError::Destroyed(_)));
            assert!(
                !(shown && destroyed),
                "seed {seed}, step {step}: {key} is destroyed, but its wrapped form is there"
            );
        }
        let health = store.health();
        assert!(health.warnings.is_empty(), "seed {seed}, step {step}: {health:?}");
        store.rotate_epoch().unwrap();
        kept(&store, &promises).unwrap();
        step += 1;
    }
}

#[test]
fn a_crash_at_any_step_of_making_destroying_and_rotating_leaves_one_whole_epoch() {
    for seed in 0..40 {
        let made = at_every_step(seed, |store, promises| {
            for id in store.create_keys(5)? {
                let bytes = *store.lease(&id)?.bytes();
                promises.insert(id, Promise::Lives(bytes));
            }
            Ok(())
        });
        let destroyed = at_every_step(seed, |store, promises| {
            let ids: Vec<KeyId> = promises.keys().copied().collect();
            for promise in promises.values_mut() {
                if let Promise::Lives(bytes) = *promise {
                    *promise = Promise::Either(bytes);
                }
            }
            store.destroy(&ids)?;
            promises.values_mut().for_each(|promise| *promise = Promise::Destroyed);
            Ok(())
        });
        let rotated = at_every_step(seed, |store, _| store.rotate_epoch().map(drop));
        assert!(made >= 2 && destroyed >= 5 && rotated >= 20, "{made}, {destroyed}, {rotated}");
    }
}

#[test]
fn a_removed_epoch_key_does_not_come_back_by_a_crash_after_the_end_of_its_epoch() {
    for seed in 0..50 {
        let (machine, store, _) = prepared(seed);
        assert!(store.rotate_epoch().unwrap().destruction_is_shown());
        machine.disk.restart();
        assert_eq!(files_in_replicas(&machine), 2, "seed {seed}");
    }
}

#[test]
fn a_crash_while_a_store_is_made_leaves_none_or_a_whole_one() {
    for seed in 0..20 {
        for step in 0..40 {
            let machine = Simulated::new(seed, UtcMillis(0));
            machine.disk.crash_after(step);
            let made = KeyStore::create(&machine.machine(), &places(), &passphrase()).map(drop);
            machine.disk.restart();
            match open(&machine) {
                Ok(store) => drop(store.create_key().unwrap()),
                Err(KeyError::NoStore(_)) => {
                    assert!(made.is_err());
                    drop(KeyStore::create(&machine.machine(), &places(), &passphrase()).unwrap());
                }
                Err(error) => panic!("seed {seed}, step {step}: {error}"),
            }
        }
    }
}

#[test]
fn a_full_disk_at_any_step_loses_nothing_and_the_store_goes_on() {
    for step in 0..60 {
        let (machine, store, mut promises) = prepared(step);
        machine.disk.fail_after(step);
        let failed = |result: Result<(), KeyError>| result.is_err();
        let mut count = 0;
        count += usize::from(failed(store.create_keys(5).map(drop)));
        count += usize::from(failed(store.rotate_epoch().map(drop)));
        let last = *promises.keys().last().unwrap();
        match store.destroy(&[last]) {
            Ok(_) => drop(promises.insert(last, Promise::Destroyed)),
            Err(_) => {
                count += 1;
                let Promise::Lives(bytes) = promises[&last] else { continue };
                promises.insert(last, Promise::Either(bytes));
            }
        }
        let store = match store.create_key() {
            Ok(id) => {
                promises.insert(id, Promise::Lives(*store.lease(&id).unwrap().bytes()));
                store
            }
            Err(_) => {
                drop(store);
                open(&machine).unwrap()
            }
        };
        assert!(count <= 2, "step {step}");
        kept(&store, &promises).unwrap();
        machine.disk.restart();
        drop(store);
        kept(&open(&machine).unwrap(), &promises).unwrap();
    }
}

#[test]
fn an_append_that_failed_half_way_leaves_no_remains_behind_the_next() {
    let (machine, store, mut promises) = prepared(1);
    // The bytes are written, making them durable fails.
    machine.disk.fail_after(1);
    assert!(store.create_keys(5).is_err());
    let id = store.create_key().unwrap();
    promises.insert(id, Promise::Lives(*store.lease(&id).unwrap().bytes()));
    drop(store);
    kept(&open(&machine).unwrap(), &promises).unwrap();
}

#[test]
fn an_epoch_that_a_failed_process_began_is_made_durable_before_the_old_one_is_destroyed() {
    for seed in 0..60 {
        for step in 0..24 {
            let (machine, store, promises) = prepared(seed);
            machine.disk.fail_after(step);
            let _ = store.rotate_epoch();
            drop(store);
            // Another process opens the store on the running machine, which then crashes.
            machine.disk.crash_after(seed % 12);
            let _ = open(&machine);
            machine.disk.restart();
            kept(&open(&machine).unwrap(), &promises).unwrap();
        }
    }
}
