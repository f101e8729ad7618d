//! Proofs as text, and witnesses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::path::Path;

use shuhi_ledger::witness::{Witness, WitnessError};
use shuhi_ledger::{
    Checkpoint, CheckpointError, ConsistencyProof, LedgerError, ProofBundle, ProofError, VerifierKey, VerifierKeyError,
    VerifierKind,
};
use shuhi_machine::Machine;
use support::{
    ORIGIN, Random, START, TestKeys, TestSigner, create, finding, findings, folder, log_key, open, simulated,
};

const WITNESS: &str = "witness.example.org";

fn witness(machine: &Machine) -> Witness {
    Witness::open(machine, Path::new("/data/witness"), WITNESS, TestSigner::new(7)).unwrap()
}

#[test]
fn a_proof_verifies_with_the_key_alone_and_no_altered_one_does() {
    let (_, machine) = simulated(1);
    let mut ledger = create(&machine);
    ledger.append(&findings(700), &TestKeys::default()).unwrap();
    for leaf in [0, 1, 255, 256, 511, 512, 699] {
        let text = ledger.prove(leaf).unwrap().to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra pAABA"), "{text}");
        let proved = text.parse::<ProofBundle>().unwrap().verify(&log_key(), &[]).unwrap();
        assert_eq!(proved.event, ledger.event(leaf).unwrap());
        assert_eq!((proved.index, proved.checkpoint.size()), (leaf, 700));
        assert_eq!(text.parse::<ProofBundle>().unwrap().to_string(), text);

        let altered = |from: &str, to: &str| text.replacen(from, to, 1).parse::<ProofBundle>()?.verify(&log_key(), &[]);
        assert!(matches!(altered("extra pAABA", "extra pAABB"), Err(ProofError::NotIncluded { size: 700, .. })));
        let other = format!("\nindex {}\n", leaf + 1);
        assert!(altered(&format!("\nindex {leaf}\n"), &other).is_err());
        assert!(matches!(altered("\n700\n", "\n701\n"), Err(ProofError::Checkpoint(CheckpointError::Signature(_)))));
        assert!(matches!(altered("proof@v1", "proof@v2"), Err(ProofError::Form(_))));
    }
    let other_key =
        VerifierKey::new(ORIGIN, VerifierKind::Log, &shuhi_ledger::Signer::public_key(&*TestSigner::new(2)));
    let refused = ledger.prove(0).unwrap().verify(&other_key.unwrap(), &[]);
    assert!(matches!(refused, Err(ProofError::Checkpoint(CheckpointError::Unsigned))));
}

#[test]
fn a_single_leaf_needs_no_hashes() {
    let (_, machine) = simulated(2);
    let mut ledger = create(&machine);
    ledger.append(&[finding(0)], &TestKeys::default()).unwrap();
    let text = ledger.prove(0).unwrap().to_string();
    assert!(text.contains("\nindex 0\n\nledger.example.jp/main\n1\n"), "{text}");
    text.parse::<ProofBundle>().unwrap().verify(&log_key(), &[]).unwrap();
    assert!(matches!(ledger.prove(1), Err(LedgerError::NoSuchLeaf { .. })));
}

#[test]
fn verifier_keys_are_read_back_and_altered_ones_refused() {
    let log = log_key();
    let text = log.to_string();
    assert_eq!(text, "ledger.example.jp/main+dba33a38+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c");
    assert_eq!(text.parse::<VerifierKey>().unwrap(), log);
    assert_eq!(signed_note::StandardVerifier::new(&text).map(|_| ()).ok(), Some(()), "the usual form");
    let refused = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    assert!(matches!(refused("nonsense"), VerifierKeyError::Form(_)));
    assert!(matches!(refused(&text.replace("main", "mein")), VerifierKeyError::Id(_)));
    assert!(matches!(refused(&text.replace("+A", "+B")), VerifierKeyError::Algorithm(..)));
    assert!(matches!(VerifierKey::new("a b", VerifierKind::Log, log.public_key()), Err(VerifierKeyError::Name(_))));
    let witness = VerifierKey::new(WITNESS, VerifierKind::Witness, log.public_key()).unwrap();
    assert_eq!(witness.to_string().parse::<VerifierKey>().unwrap(), witness);
    assert_ne!(witness.id(), VerifierKey::new(WITNESS, VerifierKind::Log, log.public_key()).unwrap().id());
}

#[test]
fn a_witness_signs_for_a_log_that_grows_and_the_log_keeps_it() {
    let (simulated, machine) = simulated(3);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let witness = witness(&machine);
    let mut seen = 0;
    for round in 1..6 {
        ledger.append(&findings(130), &keys).unwrap();
        let request = ledger.prove_consistency(seen).unwrap().to_string();
        simulated.clock.advance(60_000);
        let cosigned = witness.cosign(&request.parse().unwrap(), &log_key()).unwrap();
        seen = cosigned.checkpoint.size();
        assert_eq!(seen, round * 130);
        let kept = ledger.keep_witnessed(cosigned.checkpoint.note(), &[witness.verifier_key().clone()]).unwrap();
        assert_eq!(kept, 1);
        let known = [witness.verifier_key().clone()];
        let proved = ledger.prove(3).unwrap().verify(&log_key(), &known).unwrap();
        let seconds = u64::try_from(START.0 / 1000).unwrap() + 60 * round;
        assert_eq!(proved.witnessed, [(WITNESS.to_owned(), seconds)]);
    }
    ledger.append(&findings(1), &keys).unwrap();
    assert_eq!(ledger.witnessed_sizes().unwrap(), [130, 260, 390, 520, 650]);
    let last = ledger.witnessed(650).unwrap().unwrap();
    let known = [witness.verifier_key().clone()];
    let proof = ledger.prove_in(649, &last).unwrap();
    assert_eq!(proof.verify(&log_key(), &known).unwrap().witnessed.len(), 1);
    let report = shuhi_ledger::verify_folder(&machine, folder(), &log_key(), &[]).unwrap();
    assert!(report.is_whole(), "{:?}", report.failures);
    assert_eq!(report.continues.len(), 5);
}

#[test]
fn the_line_of_a_witness_is_a_c2sp_cosignature() {
    let (_, machine) = simulated(4);
    let mut ledger = create(&machine);
    ledger.append(&findings(3), &TestKeys::default()).unwrap();
    let witness = witness(&machine);
    let cosigned = witness.cosign(&ledger.prove_consistency(0).unwrap(), &log_key()).unwrap();
    // Taken apart by hand, as C2SP tlog-cosignature says.
    use base64::Engine;
    use ed25519_dalek::{Signature, VerifyingKey};
    let (name, data) = cosigned.line.strip_prefix("— ").unwrap().trim_end().split_once(' ').unwrap();
    let data = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
    assert_eq!((name, data.len()), (WITNESS, 4 + 8 + 64));
    let seconds = u64::from_be_bytes(data[4..12].try_into().unwrap());
    let text = cosigned.checkpoint.text();
    assert_eq!(text.lines().count(), 3);
    let message = format!("cosignature/v1\ntime {seconds}\n{text}");
    let public = shuhi_ledger::Signer::public_key(&*TestSigner::new(7));
    let signature = Signature::from_slice(&data[12..]).unwrap();
    VerifyingKey::from_bytes(&public).unwrap().verify_strict(message.as_bytes(), &signature).unwrap();
    let material = [WITNESS.as_bytes(), b"\n\x04", &public].concat();
    let id = ring::digest::digest(&ring::digest::SHA256, &material);
    assert_eq!(data[..4], id.as_ref()[..4]);
}

#[test]
fn a_witness_refuses_what_does_not_continue_what_it_saw() {
    let (_, machine) = simulated(5);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let witness = witness(&machine);
    ledger.append(&findings(10), &keys).unwrap();
    let at_10 = ledger.prove_consistency(0).unwrap();
    ledger.append(&findings(10), &keys).unwrap();
    let at_20 = ledger.prove_consistency(0).unwrap();
    let from_5 = ledger.prove_consistency(5).unwrap();
    witness.cosign(&at_20, &log_key()).unwrap();
    witness.cosign(&ledger.prove_consistency(20).unwrap(), &log_key()).expect("the same again is no harm");

    let conflict = witness.cosign(&from_5, &log_key());
    assert!(matches!(conflict, Err(WitnessError::Conflict { seen: 20, claimed: 5, .. })), "{conflict:?}");
    let back = witness.cosign(&at_10, &log_key());
    assert!(matches!(back, Err(WitnessError::Proof(ProofError::SetBack { old_size: 20, size: 10 }))), "{back:?}");

    // The holder of the log's key writes another history.
    let other = simulated(6).1;
    let mut forged = create(&other);
    forged.append(&(50..80).map(finding).collect::<Vec<_>>(), &keys).unwrap();
    let rewritten = witness.cosign(&forged.prove_consistency(20).unwrap(), &log_key());
    assert!(matches!(rewritten, Err(WitnessError::Proof(ProofError::NotConsistent { .. }))), "{rewritten:?}");
    let same_size = simulated(7).1;
    let mut twin = create(&same_size);
    twin.append(&(50..70).map(finding).collect::<Vec<_>>(), &keys).unwrap();
    let split = witness.cosign(&twin.prove_consistency(20).unwrap(), &log_key());
    assert!(matches!(split, Err(WitnessError::Proof(ProofError::NotConsistent { .. }))), "{split:?}");

    let unsigned = ledger.prove_consistency(20).unwrap().to_string().replace("\n20\n", "\n21\n");
    let unsigned = witness.cosign(&unsigned.parse().unwrap(), &log_key());
    assert!(matches!(unsigned, Err(WitnessError::Checkpoint(CheckpointError::Signature(_)))), "{unsigned:?}");
    assert_eq!(witness.seen(&log_key()).unwrap().unwrap().size(), 20);
}

#[test]
fn a_witness_remembers_before_it_signs_at_every_crash() {
    for seed in 0..30 {
        for step in 0..8 {
            let (simulated, machine) = simulated(seed);
            let mut ledger = create(&machine);
            let keys = TestKeys::default();
            ledger.append(&findings(5), &keys).unwrap();
            let first = witness(&machine);
            first.cosign(&ledger.prove_consistency(0).unwrap(), &log_key()).unwrap();
            ledger.append(&findings(5), &keys).unwrap();
            let request = ledger.prove_consistency(5).unwrap();
            simulated.disk.crash_after(step);
            let cosigned = first.cosign(&request, &log_key());
            drop(first);
            simulated.disk.restart();
            let seen = witness(&machine).seen(&log_key()).unwrap().unwrap().size();
            assert!(seen == 10 || (seen == 5 && cosigned.is_err()), "seed {seed}, step {step}: {seen}");
        }
    }
}

#[test]
fn a_witness_whose_memory_is_damaged_says_so() {
    let (simulated, machine) = simulated(8);
    let mut ledger = create(&machine);
    ledger.append(&findings(5), &TestKeys::default()).unwrap();
    let witness = witness(&machine);
    let request = ledger.prove_consistency(0).unwrap();
    witness.cosign(&request, &log_key()).unwrap();
    let (state, bytes) = simulated
        .disk
        .files()
        .into_iter()
        .find(|(path, bytes)| path.starts_with("/data/witness") && !bytes.is_empty())
        .unwrap();
    simulated.disk.put(&state, &bytes[..bytes.len() / 2]);
    assert!(matches!(witness.cosign(&request, &log_key()), Err(WitnessError::State { .. })));
}

#[test]
fn a_log_set_back_behind_what_a_witness_saw_does_not_open() {
    let (simulated, machine) = simulated(9);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    ledger.append(&findings(5), &keys).unwrap();
    let early = ledger.checkpoint().note().to_owned();
    ledger.append(&findings(5), &keys).unwrap();
    let witness = witness(&machine);
    let cosigned = witness.cosign(&ledger.prove_consistency(0).unwrap(), &log_key()).unwrap();
    let stranger = VerifierKey::new("other.example.org", VerifierKind::Witness, log_key().public_key()).unwrap();
    let refused = ledger.keep_witnessed(cosigned.checkpoint.note(), &[stranger]);
    assert!(matches!(refused, Err(LedgerError::Given(CheckpointError::NotCosigned))));
    ledger.keep_witnessed(cosigned.checkpoint.note(), &[witness.verifier_key().clone()]).unwrap();
    drop(ledger);
    simulated.disk.put(&folder().join("checkpoint"), early.as_bytes());
    assert!(matches!(open(&machine), Err(LedgerError::SetBack { size: 5, witnessed: 10, .. })));
}

#[test]
fn proofs_of_growth_hold_for_every_earlier_size() {
    let (_, machine) = simulated(10);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let mut checkpoints: Vec<Checkpoint> = vec![ledger.checkpoint().clone()];
    for _ in 0..40 {
        ledger.append(&findings(13), &keys).unwrap();
        checkpoints.push(ledger.checkpoint().clone());
    }
    for older in &checkpoints {
        let proof: ConsistencyProof = ledger.prove_consistency(older.size()).unwrap().to_string().parse().unwrap();
        assert_eq!(proof.verify(older, &log_key()).unwrap(), *ledger.checkpoint());
    }
    assert!(matches!(ledger.prove_consistency(521), Err(LedgerError::NoSuchSize { asked: 521, size: 520 })));
}

#[test]
fn mutated_proofs_prove_nothing_else() {
    let (_, machine) = simulated(11);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    ledger.append(&findings(100), &keys).unwrap();
    let older = ledger.checkpoint().clone();
    ledger.append(&findings(200), &keys).unwrap();
    let texts = [ledger.prove(77).unwrap().to_string(), ledger.prove_consistency(100).unwrap().to_string()];
    let mut random = Random::new(20_261_121);
    for _ in 0..20_000 {
        let mut bytes = texts[usize::try_from(random.below(2)).unwrap()].clone().into_bytes();
        let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
        match random.below(3) {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << random.below(7),
            _ => bytes.insert(at, b"\n 0+A"[usize::try_from(random.below(5)).unwrap()]),
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if let Ok(proof) = text.parse::<ProofBundle>() {
            assert_eq!(proof.to_string(), text);
            if let Ok(proved) = proof.verify(&log_key(), &[]) {
                assert_eq!((proved.index, &proved.event), (77, &ledger.event(77).unwrap()));
            }
        }
        if let Ok(proof) = text.parse::<ConsistencyProof>() {
            assert_eq!(proof.to_string(), text);
            if let Ok(later) = proof.verify(&older, &log_key()) {
                assert_eq!(later.root(), ledger.checkpoint().root());
            }
        }
    }
}
