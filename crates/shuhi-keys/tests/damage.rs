//! Files of a key store with flipped bits, cut short, or full of anything: always an error, never a panic, and never a
//! key that silently vanishes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use shuhi_keys::{KeyError, KeyId, KeyPlaces, KeyStore, Passphrase, PassphraseCost};
use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;

const HEADER: usize = 512;
const RECORD: usize = 128;

type Files = Vec<(PathBuf, Vec<u8>)>;
/// Keys with their bytes; none where the key is destroyed.
type Leased = Vec<(KeyId, Option<[u8; 32]>)>;

fn places() -> KeyPlaces {
    let epoch_replicas = vec![PathBuf::from("/disk-one/epoch"), PathBuf::from("/disk-two/epoch")];
    KeyPlaces { folder: PathBuf::from("/data/keys"), epoch_replicas, snapshots_declared: false }
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

/// A store with keys of three batches, one of them destroyed, and a signer; its files and what it should lease.
fn sample() -> (Files, Leased) {
    let machine = Simulated::new(1, UtcMillis(0));
    let store = KeyStore::create(&machine.machine(), &places(), &passphrase("correct")).unwrap();
    let mut keys = store.create_keys(2).unwrap();
    store.rotate_epoch().unwrap();
    keys.extend(store.create_keys(3).unwrap());
    store.destroy(&keys[1..2]).unwrap();
    keys.push(store.create_key().unwrap());
    store.signer("log").unwrap();
    let leased = keys.iter().map(|id| (*id, store.lease(id).ok().map(|lease| *lease.bytes()))).collect();
    (machine.disk.files(), leased)
}

fn named<'a>(files: &'a Files, end: &str) -> &'a (PathBuf, Vec<u8>) {
    files.iter().find(|(path, _)| path.to_string_lossy().contains(end)).unwrap()
}

fn with(files: &Files, changed: &[(&Path, &[u8])]) -> Simulated {
    let machine = Simulated::new(2, UtcMillis(0));
    for (path, bytes) in files {
        machine.disk.put(path, bytes);
    }
    for (path, bytes) in changed {
        machine.disk.put(path, bytes);
    }
    machine
}

fn open(machine: &Simulated) -> Result<KeyStore, KeyError> {
    KeyStore::open(&machine.machine(), &places(), &passphrase("correct"))
}

fn each_flip(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn every_flipped_bit_and_every_cut_of_the_root_is_told_from_a_wrong_passphrase() {
    let (files, _) = sample();
    let (path, bytes) = named(&files, "keys/root");
    let cuts = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    for altered in each_flip(bytes).chain(cuts) {
        let opened = open(&with(&files, &[(path, &altered)]));
        assert!(matches!(opened, Err(KeyError::Damaged { .. })), "{opened:?}");
    }
    let opened = KeyStore::open(&with(&files, &[]).machine(), &places(), &passphrase("wrong"));
    assert!(matches!(opened, Err(KeyError::WrongPassphrase(file)) if file == "/data/keys/root"));
    let guarded = Passphrase::new("correct").unwrap();
    let opened = KeyStore::open(&with(&files, &[]).machine(), &places(), &guarded);
    assert!(matches!(opened, Err(KeyError::CostOutOfBounds { .. })));
}

#[test]
fn a_flipped_bit_in_every_replica_closes_the_store_and_in_one_it_is_mended() {
    let (files, leased) = sample();
    let (one, bytes) = named(&files, "/disk-one/");
    let (two, _) = named(&files, "/disk-two/");
    for flipped in each_flip(bytes) {
        let opened = open(&with(&files, &[(one, &flipped), (two, &flipped)]));
        assert!(matches!(opened, Err(KeyError::EpochKeyMissing { epoch: 2, .. })), "{opened:?}");
    }
    for flipped in each_flip(bytes).step_by(17) {
        let store = open(&with(&files, &[(one, &flipped)])).unwrap();
        assert!(store.lease(&leased[0].0).is_ok() && store.health().warnings.is_empty());
    }
}

#[test]
fn a_flipped_bit_in_wrapped_keys_is_an_error_or_costs_one_key_that_says_so() {
    let (files, leased) = sample();
    let (path, bytes) = named(&files, "keys/wrapped/");
    let mut damaged = 0;
    for flipped in each_flip(bytes) {
        let Ok(store) = open(&with(&files, &[(path, &flipped)])) else { continue };
        let mut wrong = 0;
        for (id, expected) in &leased {
            match (store.lease(id), expected) {
                (Ok(lease), Some(bytes)) => assert_eq!(lease.bytes(), bytes),
                (Err(KeyError::Destroyed(_)), None) => {}
                (Err(KeyError::DamagedKey(_)), _) => wrong += 1,
                other => panic!("{other:?}"),
            }
        }
        // A flip in what destruction had overwritten is overwritten again.
        assert!(wrong <= 1 && store.health().damaged == wrong, "{wrong}");
        damaged += wrong;
        if wrong == 1 {
            assert!(matches!(store.rotate_epoch(), Err(KeyError::DamagedKeys { count: 1, .. })));
        }
    }
    assert_eq!(damaged, 5 * 92 * 8, "each bit of the bodies of the five living keys");
}

#[test]
fn a_file_of_wrapped_keys_cut_anywhere_loses_only_its_last_batches() {
    let (files, leased) = sample();
    let (path, bytes) = named(&files, "keys/wrapped/");
    // What a rotation writes is in place before it counts; only what was appended later can be torn.
    let settled = HEADER + 2 * RECORD;
    for length in 0..bytes.len() {
        let machine = with(&files, &[(path, &bytes[..length])]);
        match open(&machine) {
            Err(KeyError::Damaged { .. }) => assert!(length < settled, "{length}"),
            Err(error) => panic!("{length}: {error}"),
            Ok(store) => {
                assert!(length >= settled, "{length}");
                assert!(store.lease(&leased[0].0).is_ok());
                let added = store.create_key().unwrap();
                drop(store);
                assert!(open(&machine).unwrap().lease(&added).is_ok(), "{length}: what follows a torn tail is kept");
            }
        }
    }
}

#[test]
fn a_lost_sector_of_an_acknowledged_batch_is_damage_and_of_the_last_batch_a_torn_tail() {
    let (files, leased) = sample();
    let (path, bytes) = named(&files, "keys/wrapped/");
    let records = (bytes.len() - HEADER) / RECORD;
    for record in 0..records {
        let mut lost = bytes.clone();
        lost[HEADER + record * RECORD..HEADER + (record + 1) * RECORD].fill(0);
        let opened = open(&with(&files, &[(path, &lost)]));
        if record + 1 == records {
            assert!(matches!(opened.unwrap().lease(&leased[5].0), Err(KeyError::Unknown(_))));
        } else {
            assert!(matches!(opened, Err(KeyError::Damaged { .. })), "{record}: {opened:?}");
        }
    }
}

#[test]
fn a_flipped_bit_in_a_signer_or_in_the_record_of_folders_is_an_error() {
    let (files, _) = sample();
    let (path, bytes) = named(&files, "signers/log");
    for flipped in each_flip(bytes) {
        let store = open(&with(&files, &[(path, &flipped)])).unwrap();
        assert!(matches!(store.signer("log"), Err(KeyError::Damaged { .. })));
    }
    let (path, bytes) = named(&files, "keys/replicas");
    for flipped in each_flip(bytes) {
        assert!(matches!(open(&with(&files, &[(path, &flipped)])), Err(KeyError::Damaged { .. })));
    }
}

#[test]
fn a_damaged_key_can_be_destroyed_and_then_the_epoch_ends() {
    let (files, leased) = sample();
    let (path, bytes) = named(&files, "keys/wrapped/");
    let at = bytes.windows(16).position(|part| part == leased[0].0.0).unwrap() + 30;
    let mut flipped = bytes.clone();
    flipped[at] ^= 1;
    let store = open(&with(&files, &[(path, &flipped)])).unwrap();
    assert!(matches!(store.lease(&leased[0].0), Err(KeyError::DamagedKey(_))));
    store.destroy(&[leased[0].0]).unwrap();
    assert!(matches!(store.lease(&leased[0].0), Err(KeyError::Destroyed(_))));
    store.rotate_epoch().unwrap();
    assert!(store.health().warnings.is_empty());
}

#[test]
fn records_of_one_batch_that_changed_places_are_damage() {
    let (files, _) = sample();
    let (path, bytes) = named(&files, "keys/wrapped/");
    // The second batch: records 2 to 4.
    let mut swapped = bytes.clone();
    let (left, right) = swapped.split_at_mut(HEADER + 4 * RECORD);
    left[HEADER + 3 * RECORD..].swap_with_slice(&mut right[..RECORD]);
    assert!(matches!(open(&with(&files, &[(path, &swapped)])), Err(KeyError::Damaged { .. })));
}

proptest! {
    #[test]
    fn any_bytes_in_any_file_are_an_error_and_no_panic(
        file in 0_usize..6,
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        at in any::<proptest::sample::Index>(),
        splice in any::<bool>(),
    ) {
        let (files, leased) = sample();
        let (path, whole) = &files[file % files.len()];
        let altered = if splice {
            let mut altered = whole.clone();
            let from = at.index(whole.len());
            let to = (from + bytes.len()).min(whole.len());
            altered.splice(from..to, bytes.iter().copied());
            altered
        } else {
            bytes.clone()
        };
        let machine = with(&files, &[(path, &altered)]);
        if let Ok(store) = open(&machine) {
            for (id, expected) in &leased {
                if let (Ok(lease), Some(bytes)) = (store.lease(id), expected) {
                    prop_assert_eq!(lease.bytes(), bytes);
                }
            }
            let _ = store.signer("log");
            let _ = store.health();
        }
    }
}
