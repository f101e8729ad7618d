//! What a key store promises while nothing goes wrong, and what it says when something does.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;

use shuhi_keys::{KeyError, KeyPlaces, KeyStore, Passphrase, PassphraseCost};
use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;

fn places() -> KeyPlaces {
    let epoch_replicas = vec![PathBuf::from("/disk-one/epoch"), PathBuf::from("/disk-two/epoch")];
    KeyPlaces { folder: PathBuf::from("/data/keys"), epoch_replicas, snapshots_declared: false }
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

#[test]
fn a_key_is_the_same_after_reopening_and_after_an_epoch() {
    let machine = Simulated::new(1, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    let key = store.create_key().unwrap();
    let bytes = *store.lease(&key).unwrap().bytes();
    drop(store);
    let store = KeyStore::open(&machine, &places(), &passphrase("correct")).unwrap();
    assert_eq!(store.lease(&key).unwrap().bytes(), &bytes);
    let end = store.rotate_epoch().unwrap();
    assert_eq!((end.ended, end.began, end.survivors, end.destroyed), (1, 2, 1, 0));
    assert!(end.destruction_is_shown());
    assert_eq!(store.lease(&key).unwrap().bytes(), &bytes);
    drop(store);
    let store = KeyStore::open(&machine, &places(), &passphrase("correct")).unwrap();
    assert_eq!(store.lease(&key).unwrap().bytes(), &bytes);
}

#[test]
fn a_destroyed_key_stays_destroyed_and_destroying_again_is_fine() {
    let machine = Simulated::new(2, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    let keys = store.create_keys(3).unwrap();
    let sealed = store.seal(&keys[0], b"aad", b"secret").unwrap();
    for _ in 0..2 {
        let done = store.destroy(&keys[..2]).unwrap();
        assert_eq!((done.destroyed.len(), done.unknown.len()), (2, 0));
        assert!(matches!(store.lease(&keys[0]), Err(KeyError::Destroyed(id)) if id == keys[0]));
        assert!(matches!(store.open_sealed(&keys[0], b"aad", &sealed), Err(KeyError::Destroyed(_))));
        store.rotate_epoch().unwrap();
    }
    drop(store);
    let store = KeyStore::open(&machine, &places(), &passphrase("correct")).unwrap();
    assert!(matches!(store.lease(&keys[1]), Err(KeyError::Destroyed(_))));
    assert!(store.lease(&keys[2]).is_ok());
}
