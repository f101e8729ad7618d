//! Texts that a ledger takes from others: verifier keys, checkpoints and proofs. What is read is written the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_ledger::{Checkpoint, ConsistencyProof, ProofBundle, VerifierKey};

const KEY: &str = "ledger.example.jp/main+2b7f9ed2+AYqI49dRLvVaRXtxK59YbUzFv9SBm0lkLDrIKf8UXW9c";

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string().parse::<VerifierKey>().ok(), Some(key.clone()));
        let _ = Checkpoint::verified(text, &key);
    }
    let key: Option<VerifierKey> = KEY.parse().ok();
    if let Ok(proof) = text.parse::<ProofBundle>() {
        assert_eq!(proof.to_string(), text);
        let _ = key.as_ref().map(|key| proof.verify(key, std::slice::from_ref(key)));
    }
    if let Ok(proof) = text.parse::<ConsistencyProof>() {
        assert_eq!(proof.to_string(), text);
        if let Some(key) = &key
            && let Ok(older) = Checkpoint::verified(proof.checkpoint_note(), key)
        {
            let _ = proof.verify(&older, key);
        }
    }
    let _ = key.map(|key| Checkpoint::verified(text, &key));
});
