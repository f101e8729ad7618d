//! What a key store promises while nothing goes wrong, and what it says when something does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use shuhi_keys::{KeyError, KeyId, KeyPlaces, KeyStore, Passphrase, PassphraseCost};
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

#[test]
fn one_process_at_a_time_and_one_store_a_folder() {
    let simulated = Simulated::new(3, UtcMillis(0));
    let machine = simulated.machine();
    assert!(matches!(KeyStore::open(&machine, &places(), &passphrase("correct")), Err(KeyError::NoStore(_))));
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    assert!(matches!(KeyStore::open(&machine, &places(), &passphrase("correct")), Err(KeyError::InUse(_))));
    drop(store);
    assert!(matches!(KeyStore::create(&machine, &places(), &passphrase("correct")), Err(KeyError::Exists(_))));
}

#[test]
fn keys_whose_root_is_lost_are_not_replaced_by_a_new_store() {
    let simulated = Simulated::new(4, UtcMillis(0));
    let machine = simulated.machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    store.create_key().unwrap();
    drop(store);
    machine.disk.remove(Path::new("/data/keys/root")).unwrap();
    assert!(matches!(KeyStore::create(&machine, &places(), &passphrase("correct")), Err(KeyError::Exists(_))));
}

#[test]
fn a_signer_is_the_same_after_an_epoch_and_signs_as_ed25519_does() {
    let machine = Simulated::new(5, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    let signer = store.signer("log").unwrap();
    store.rotate_epoch().unwrap();
    drop(store);
    let store = KeyStore::open(&machine, &places(), &passphrase("correct")).unwrap();
    assert_eq!(store.signer("log").unwrap().public_key(), signer.public_key());
    assert_ne!(store.signer("other").unwrap().public_key(), signer.public_key());
    // Checked by another implementation.
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, signer.public_key());
    key.verify(b"checkpoint", &signer.sign(b"checkpoint")).unwrap();
    assert!(key.verify(b"checkpoinT", &signer.sign(b"checkpoint")).is_err());
    for name in ["", "Log", "../log", "a/b", "lög", &"x".repeat(65)] {
        assert!(matches!(store.signer(name), Err(KeyError::BadName { .. })), "{name}");
    }
}

#[test]
fn sealed_data_opens_with_its_key_and_its_aad_only() {
    let machine = Simulated::new(6, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    let keys = store.create_keys(2).unwrap();
    let sealed = store.seal(&keys[0], b"event 1", b"203.0.113.7").unwrap();
    assert_ne!(sealed, store.seal(&keys[0], b"event 1", b"203.0.113.7").unwrap());
    assert_eq!(store.open_sealed(&keys[0], b"event 1", &sealed).unwrap().as_slice(), b"203.0.113.7");
    assert!(matches!(store.open_sealed(&keys[1], b"event 1", &sealed), Err(KeyError::DoesNotOpen)));
    assert!(matches!(store.open_sealed(&keys[0], b"event 2", &sealed), Err(KeyError::DoesNotOpen)));
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(store.open_sealed(&keys[0], b"event 1", &flipped), Err(KeyError::DoesNotOpen)), "{bit}");
    }
    assert!(store.open_sealed(&keys[0], b"event 1", b"short").is_err());
}

#[test]
fn limits_and_unknown_keys_are_said() {
    let machine = Simulated::new(7, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    assert!(matches!(store.create_keys(65_537), Err(KeyError::TooManyAtOnce { .. })));
    assert!(store.create_keys(0).unwrap().is_empty());
    let stranger = KeyId([7; 16]);
    assert!(matches!(store.lease(&stranger), Err(KeyError::Unknown(_))));
    assert_eq!(store.destroy(&[stranger]).unwrap().unknown, [stranger]);
    assert_eq!(stranger.to_string().parse::<KeyId>().unwrap(), stranger);
    for text in ["", "07", "0707070707070707070707070707070G", "0707070707070707070707070707070A"] {
        assert!(matches!(text.parse::<KeyId>(), Err(KeyError::NotAKeyId(_))), "{text}");
    }
}

#[test]
fn no_secret_is_on_the_disk_in_the_open_or_printed() {
    let simulated = Simulated::new(8, UtcMillis(0));
    let store = KeyStore::create(&simulated.machine(), &places(), &passphrase("correct horse")).unwrap();
    let keys = store.create_keys(4).unwrap();
    store.rotate_epoch().unwrap();
    let mut secrets: Vec<Vec<u8>> = keys.iter().map(|id| store.lease(id).unwrap().bytes().to_vec()).collect();
    secrets.push(b"correct horse".to_vec());
    let printed = format!("{store:?} {:?}", store.lease(&keys[0]).unwrap()).into_bytes();
    for (path, bytes) in simulated.disk.files().into_iter().chain([(PathBuf::from("printed"), printed)]) {
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{}", path.display());
        }
    }
}

#[test]
fn a_store_on_a_real_disk_works_and_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let epoch_replicas = vec![folder.path().join("one"), folder.path().join("two")];
    let places = KeyPlaces { folder: folder.path().join("keys"), epoch_replicas, snapshots_declared: false };
    let machine = shuhi_machine::Machine::real();
    let store = KeyStore::create(&machine, &places, &passphrase("correct")).unwrap();
    let keys = store.create_keys(1000).unwrap();
    store.destroy(&keys[..500]).unwrap();
    let end = store.rotate_epoch().unwrap();
    assert_eq!((end.survivors, end.destroyed), (500, 500));
    drop(store);
    let store = KeyStore::open(&machine, &places, &passphrase("correct")).unwrap();
    assert!(store.lease(&keys[999]).is_ok());
    for file in ["keys/root", "keys/wrapped/000000000002"] {
        let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}

#[test]
fn threads_share_a_store() {
    let machine = Simulated::new(9, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("correct")).unwrap();
    let keys: Vec<KeyId> = std::thread::scope(|scope| {
        let made = || (0..20).map(|_| store.create_key().unwrap()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(made)).collect();
        (0..3).for_each(|_| drop(store.rotate_epoch().unwrap()));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(keys.len(), 80);
    assert!(keys.iter().all(|id| store.lease(id).is_ok()));
}

#[test]
fn a_changed_passphrase_opens_the_same_keys() {
    let machine = Simulated::new(10, UtcMillis(0)).machine();
    let store = KeyStore::create(&machine, &places(), &passphrase("old")).unwrap();
    let key = store.create_key().unwrap();
    store.change_passphrase(&passphrase("new")).unwrap();
    drop(store);
    let old = KeyStore::open(&machine, &places(), &passphrase("old"));
    assert!(matches!(old, Err(KeyError::WrongPassphrase(_))));
    assert!(KeyStore::open(&machine, &places(), &passphrase("new")).unwrap().lease(&key).is_ok());
}
