//! A short simulation, that a seed determines it, and that each planted fault is noticed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use shuhi_sim::{Fault, Options, Outcome, run};

fn outcome(seed: u64, crashes: u64, plant: Option<Fault>) -> Outcome {
    run(&Options { seed, crashes, plant, ask_the_law: seed == 1, trace: false })
}

#[test]
fn sixty_crashes_lose_nothing() {
    for seed in [1, 2, 3] {
        let outcome = outcome(seed, 60, None);
        assert!(outcome.violation.is_none(), "{outcome}");
        assert!(outcome.counters.crashes >= 60 && outcome.counters.records > 0, "{outcome}");
    }
}

#[test]
fn a_seed_determines_everything() {
    let [first, second] = [(), ()].map(|()| outcome(7, 12, None));
    assert_eq!(first.counters, second.counters);
}

fn is_noticed(fault: Fault) {
    let outcome = outcome(12, 1000, Some(fault));
    assert!(outcome.violation.is_some(), "`{}` was not noticed: {outcome}", fault.name());
}

#[test]
fn a_spool_that_is_not_synced_is_noticed() {
    is_noticed(Fault::SpoolNotSynced);
}

#[test]
fn a_folder_that_is_not_synced_is_noticed() {
    is_noticed(Fault::FolderNotSynced);
}

#[test]
fn a_hold_check_outside_the_transaction_is_noticed() {
    is_noticed(Fault::HoldCheckOutsideTransaction);
}

#[test]
fn an_erasure_before_its_intent_is_noticed() {
    is_noticed(Fault::ErasureBeforeIntent);
}

#[test]
fn a_grant_that_is_used_twice_is_noticed() {
    is_noticed(Fault::GrantUsedTwice);
}
