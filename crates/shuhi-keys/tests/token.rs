//! The PKCS#11 backend against SoftHSM. The module reads its settings from the environment when it is loaded, so the
//! body of each test runs in a child process of this test binary that has them set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use shuhi_keys::{KeyDestruction, KeyError, KeyPlaces, KeyStore, Passphrase, PassphraseCost, ReplicaState, TokenPlace};
use shuhi_machine::Machine;

const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
];
const FOLDER: &str = "SHUHI_TOKEN_TEST_FOLDER";

/// SoftHSM's module, installed where that is possible; once, for tests run side by side.
fn module() -> &'static Path {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    let installed = || {
        Command::new("softhsm2-util").arg("--version").output().ok()?;
        MODULES.iter().map(PathBuf::from).find(|path| path.exists())
    };
    MODULE.get_or_init(|| {
        installed()
            .or_else(|| {
                Command::new("apt-get").args(["install", "-y", "softhsm2"]).output().ok()?;
                installed()
            })
            .expect("SoftHSM is not installed: run `apt-get install softhsm2` as root")
    })
}

/// Runs the named test again in a child with a fresh token; the token's folder in the child, which then does the work.
fn in_child(test: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Some(PathBuf::from(folder));
    }
    let module = module();
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let settings = folder.path().join("softhsm2.conf");
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display());
    std::fs::write(&settings, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "shuhi test", "--so-pin", "87654321", "--pin", "12345678"])
        .env("SOFTHSM2_CONF", &settings)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("SOFTHSM2_CONF", &settings)
        .env(FOLDER, folder.path())
        .env("SHUHI_TOKEN_TEST_MODULE", module)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    None
}

fn token(pin: &str) -> TokenPlace {
    let module = PathBuf::from(std::env::var_os("SHUHI_TOKEN_TEST_MODULE").unwrap());
    TokenPlace { module, label: "shuhi test".to_owned(), pin: Passphrase::new(pin).unwrap() }
}

fn places(folder: &Path) -> KeyPlaces {
    KeyPlaces { folder: folder.join("keys"), epoch_replicas: Vec::new(), snapshots_declared: false }
}

fn passphrase() -> Passphrase {
    Passphrase::new("correct").unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

fn keys_on_token(read: impl Fn(&cryptoki::session::Session, cryptoki::object::ObjectHandle)) -> usize {
    let module = Pkcs11::new(std::env::var_os("SHUHI_TOKEN_TEST_MODULE").map(PathBuf::from).unwrap()).unwrap();
    let _ = module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    let session = module.open_rw_session(module.get_slots_with_initialized_token().unwrap()[0]).unwrap();
    let _ = session.login(UserType::User, Some(&AuthPin::from("12345678".to_owned())));
    let found = session.find_objects(&[Attribute::Class(ObjectClass::SECRET_KEY)]).unwrap();
    found.iter().for_each(|object| read(&session, *object));
    found.len()
}

#[test]
fn epoch_keys_live_on_the_token_and_cannot_be_taken_from_it() {
    let Some(folder) = in_child("epoch_keys_live_on_the_token_and_cannot_be_taken_from_it") else { return };
    let machine = Machine::real();
    let store = KeyStore::create_on_token(&machine, &places(&folder), &passphrase(), &token("12345678")).unwrap();
    let key = store.create_key().unwrap();
    let bytes = *store.lease(&key).unwrap().bytes();
    let count = keys_on_token(|session, object| {
        let shown = session.get_attribute_info(object, &[AttributeType::Value]).unwrap();
        assert!(matches!(shown[0], AttributeInfo::Sensitive), "{shown:?}");
        let flags = session.get_attributes(object, &[AttributeType::Extractable, AttributeType::Sensitive]).unwrap();
        assert!(flags.contains(&Attribute::Extractable(false)) && flags.contains(&Attribute::Sensitive(true)));
    });
    assert_eq!(count, 1);
    assert_eq!(store.health().replicas[0].state, ReplicaState::Whole);
    drop(store);
    let store = KeyStore::open_on_token(&machine, &places(&folder), &passphrase(), &token("12345678")).unwrap();
    assert_eq!(store.lease(&key).unwrap().bytes(), &bytes);
}

#[test]
fn the_end_of_an_epoch_destroys_its_key_on_the_token() {
    let Some(folder) = in_child("the_end_of_an_epoch_destroys_its_key_on_the_token") else { return };
    let machine = Machine::real();
    let store = KeyStore::create_on_token(&machine, &places(&folder), &passphrase(), &token("12345678")).unwrap();
    let (kept, gone) = (store.create_key().unwrap(), store.create_key().unwrap());
    let bytes = *store.lease(&kept).unwrap().bytes();
    let before = std::fs::read(folder.join("keys/wrapped/000000000001")).unwrap();
    store.destroy(&[gone]).unwrap();
    let end = store.rotate_epoch().unwrap();
    assert_eq!(end.replicas[0].destruction, KeyDestruction::Destroyed(1));
    assert!(end.destruction_is_shown());
    assert_eq!(keys_on_token(|_, _| {}), 1);
    assert_eq!(store.lease(&kept).unwrap().bytes(), &bytes);
    assert!(matches!(store.lease(&gone), Err(KeyError::Destroyed(_))));
    drop(store);
    // A backup of the wrapped keys of the ended epoch opens nothing.
    std::fs::remove_file(folder.join("keys/wrapped/000000000002")).unwrap();
    std::fs::write(folder.join("keys/wrapped/000000000001"), before).unwrap();
    let opened = KeyStore::open_on_token(&machine, &places(&folder), &passphrase(), &token("12345678"));
    assert!(matches!(opened, Err(KeyError::EpochKeyMissing { epoch: 1, .. })));
}

#[test]
fn a_wrong_pin_a_wrong_label_and_a_wrong_module_say_what_to_check() {
    let Some(folder) = in_child("a_wrong_pin_a_wrong_label_and_a_wrong_module_say_what_to_check") else { return };
    let machine = Machine::real();
    let tried = |token: &TokenPlace| {
        let error = KeyStore::create_on_token(&machine, &places(&folder), &passphrase(), token).unwrap_err();
        error.to_string()
    };
    assert!(tried(&token("00000000")).contains("did not accept the PIN"), "{}", tried(&token("00000000")));
    let label = TokenPlace { label: "another".to_owned(), ..token("12345678") };
    assert!(tried(&label).contains("no token has it"), "{}", tried(&label));
    let module = TokenPlace { module: PathBuf::from("/no/such/module.so"), ..token("12345678") };
    assert!(tried(&module).contains("did not load `/no/such/module.so`"), "{}", tried(&module));
}

#[test]
fn a_wrapped_key_with_a_flipped_bit_or_of_another_key_is_noticed_by_the_token() {
    let Some(folder) = in_child("a_wrapped_key_with_a_flipped_bit_or_of_another_key_is_noticed_by_the_token") else {
        return;
    };
    let machine = Machine::real();
    let store = KeyStore::create_on_token(&machine, &places(&folder), &passphrase(), &token("12345678")).unwrap();
    let keys = store.create_keys(3).unwrap();
    drop(store);
    let path = folder.join("keys/wrapped/000000000001");
    let mut bytes = std::fs::read(&path).unwrap();
    // Record 0 gets a flipped bit, record 1 the wrapped form of record 2; both checksums are made to fit.
    let third = bytes[768 + 36..768 + 96].to_vec();
    bytes[512 + 36 + 20] ^= 1;
    bytes[640 + 36..640 + 96].copy_from_slice(&third);
    for record in [512, 640] {
        let summed = [&bytes[record + 12..record + 28], &bytes[record + 36..record + 96]].concat();
        let sum = ring::digest::digest(&ring::digest::SHA256, &summed);
        bytes[record + 96..record + 128].copy_from_slice(sum.as_ref());
    }
    std::fs::write(&path, bytes).unwrap();
    let store = KeyStore::open_on_token(&machine, &places(&folder), &passphrase(), &token("12345678")).unwrap();
    assert!(matches!(store.lease(&keys[0]), Err(KeyError::DamagedKey(_))));
    assert!(matches!(store.lease(&keys[1]), Err(KeyError::DamagedKey(_))));
    assert!(store.lease(&keys[2]).is_ok());
}
