//! Texts that a ledger takes from others: verifier keys, checkpoints and proofs. What is read is written the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shuhi_ledger::{Checkpoint, ConsistencyProof, ProofBundle, VerifierKey};

/// Of the seed of 32 ones; nothing that is signed with it is of any worth.
const KEY: &str = "ledger.example.jp/main+dba33a38+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string().parse::<VerifierKey>().ok(), Some(key.clone()));
        let _ = Checkpoint::verified(text, &key);
    }
    let key: VerifierKey = KEY.parse().expect("the key above");
    if let Ok(proof) = text.parse::<ProofBundle>() {
        assert_eq!(proof.to_string(), text);
        let _ = proof.verify(&key, std::slice::from_ref(&key));
    }
    if let Ok(proof) = text.parse::<ConsistencyProof>() {
        assert_eq!(proof.to_string(), text);
        if let Ok(older) = Checkpoint::verified(proof.checkpoint_note(), &key) {
            let _ = proof.verify(&older, &key);
        }
    }
    let _ = Checkpoint::verified(text, &key);
});
