//! Keys and signers in memory, and events to append.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use ed25519_dalek::{Signer as _, SigningKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use shuhi_ledger::{Event, KeyError, KeyId, Ledger, PayloadKeys, Signer, UtcMillis, VerifierKey, VerifierKind};
use shuhi_machine::Machine;
use shuhi_machine::simulated::Simulated;
use zeroize::Zeroizing;

pub const ORIGIN: &str = "ledger.example.jp/main";
pub const START: UtcMillis = UtcMillis(1_767_225_600_000);

pub fn folder() -> &'static Path {
    Path::new("/data/ledger")
}

#[derive(Debug)]
pub struct TestSigner(SigningKey);

impl TestSigner {
    pub fn new(seed: u8) -> Arc<Self> {
        Arc::new(Self(SigningKey::from_bytes(&[seed; 32])))
    }
}

impl Signer for TestSigner {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        Ok(self.0.sign(message).to_bytes())
    }
}

pub fn log_key() -> VerifierKey {
    VerifierKey::new(ORIGIN, VerifierKind::Log, &TestSigner::new(1).public_key()).unwrap()
}

/// Keys that are numbered; what is sealed twice differs, as with real ones.
#[derive(Debug, Default)]
pub struct TestKeys(Mutex<(u64, BTreeMap<KeyId, bool>)>);

impl TestKeys {
    pub fn key(&self, number: u8) -> KeyId {
        let key = KeyId([number; 16]);
        self.0.lock().unwrap().1.entry(key).or_insert(true);
        key
    }

    pub fn destroy(&self, key: KeyId) {
        self.0.lock().unwrap().1.insert(key, false);
    }

    fn cipher(&self, key: &KeyId) -> Result<LessSafeKey, KeyError> {
        match self.0.lock().unwrap().1.get(key) {
            None => Err(KeyError::Unknown(*key)),
            Some(false) => Err(KeyError::Destroyed(*key)),
            Some(true) => {
                let bytes = [key.0, key.0].concat();
                Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).unwrap()))
            }
        }
    }
}

impl PayloadKeys for TestKeys {
    fn seal(&self, key: &KeyId, context: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyError> {
        let cipher = self.cipher(key)?;
        let mut nonce = [0; 12];
        let mut state = self.0.lock().unwrap();
        state.0 += 1;
        nonce[..8].copy_from_slice(&state.0.to_be_bytes());
        let mut sealed = plaintext.to_vec();
        cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed).unwrap();
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, key: &KeyId, context: &[u8], sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
        let cipher = match self.cipher(key) {
            Err(KeyError::Destroyed(_)) => return Ok(None),
            cipher => cipher?,
        };
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(KeyError::DoesNotOpen)?;
        let mut bytes = sealed.to_vec();
        let opened = cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut bytes);
        let length = opened.map_err(|_| KeyError::DoesNotOpen)?.len();
        bytes.truncate(length);
        Ok(Some(Zeroizing::new(bytes)))
    }
}

/// A finding; the number tells it from others.
pub fn finding(number: u64) -> Event {
    Event::new("finding.raised", START).with("finding", format!("finding-{number}")).with("rule", "logs.retain.limit")
}

pub fn findings(count: u64) -> Vec<Event> {
    (0..count).map(finding).collect()
}

pub fn create(machine: &Machine) -> Ledger {
    Ledger::create(machine, folder(), ORIGIN, TestSigner::new(1)).unwrap()
}

pub fn open(machine: &Machine) -> Result<Ledger, shuhi_ledger::LedgerError> {
    Ledger::open(machine, folder(), ORIGIN, TestSigner::new(1))
}

pub fn simulated(seed: u64) -> (Simulated, Machine) {
    let simulated = Simulated::new(seed, START);
    let machine = simulated.machine();
    (simulated, machine)
}

/// Random numbers that are the same in every run.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}
