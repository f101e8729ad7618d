//! The daily verification reads what is new, and nobody without the passphrase can make it believe more.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::path::{Path, PathBuf};

use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;
use shuhi_records::Event;
use shuhi_vault::{Vault, VaultReport};
use support::{APRIL, DAY, HOUR, block, reopened, vault};

const MARK: &str = "/vault/verified";

fn told(vault: &mut Vault, times: u32) {
    for _ in 0..times {
        let mut intake = vault.intake("cgn").unwrap();
        intake.event(&Event::Finished(block(1024, "mihon-1", APRIL, UtcMillis(APRIL.0 + HOUR))));
        intake.finish(None).unwrap();
    }
}

/// A vault whose ledger has more than 256 leaves, verified.
fn verified(seed: u64) -> (Simulated, Vault) {
    let simulated = Simulated::new(seed, UtcMillis(APRIL.0 + DAY / 2));
    let mut vault = vault(&simulated);
    told(&mut vault, 270);
    let report = whole(&vault, false);
    assert_eq!((report.ledger.since, report.complete_at), (0, None), "nothing was verified before");
    (simulated, vault)
}

fn whole(vault: &Vault, all: bool) -> VaultReport {
    let report = vault.verify(all).unwrap();
    assert!(report.is_whole(), "{report:?}");
    report
}

/// Alters a leaf that was verified.
fn damage(simulated: &Simulated) {
    let path = PathBuf::from("/vault/ledger/tile/entries/000");
    let (_, mut bytes) = simulated.disk.files().into_iter().find(|(found, _)| *found == path).unwrap();
    bytes[9_000] ^= 1;
    simulated.disk.put(&path, &bytes);
}

#[test]
fn what_was_verified_is_not_read_again_until_a_month_is_over() {
    let (simulated, mut vault) = verified(1);
    let first = vault.now();
    told(&mut vault, 3);
    let report = whole(&vault, false);
    assert_eq!((report.ledger.since, report.complete_at), (256, Some(first)));
    assert_eq!(report.ledger.leaves + 256, vault.ledger().size());
    assert_eq!(whole(&vault, true).ledger.since, 0);
    drop(vault);
    let vault = reopened(&simulated).unwrap();
    assert_eq!(whole(&vault, false).ledger.since, 256);
    simulated.clock.set(UtcMillis(first.0 + 31 * DAY));
    assert_eq!(whole(&vault, false).ledger.since, 0, "damage behind the mark is looked for once a month");
    assert_eq!(whole(&vault, false).ledger.since, 256);
}

#[test]
fn damage_behind_the_mark_is_found_by_reading_all() {
    let (simulated, vault) = verified(2);
    drop(vault);
    damage(&simulated);
    let vault = reopened(&simulated).unwrap();
    assert!(vault.verify(false).unwrap().ledger.is_whole(), "it was not read");
    assert!(vault.verify(true).is_err() || !vault.verify(true).unwrap().is_whole());
}

#[test]
fn a_mark_that_was_not_made_here_or_is_gone_counts_for_nothing() {
    for alter in [0, 8, 100] {
        let (simulated, vault) = verified(3);
        drop(vault);
        let mark = simulated.disk.files().into_iter().find(|(path, _)| path == Path::new(MARK)).unwrap().1;
        let mut altered = mark.clone();
        altered[alter] ^= 1;
        simulated.disk.put(Path::new(MARK), &altered);
        damage(&simulated);
        let vault = reopened(&simulated).unwrap();
        let found = vault.verify(false);
        assert!(found.is_err() || !found.unwrap().is_whole(), "byte {alter}");
    }
    let (simulated, vault) = verified(4);
    drop(vault);
    simulated.machine().disk.remove(Path::new(MARK)).unwrap();
    assert_eq!(whole(&reopened(&simulated).unwrap(), false).ledger.since, 0);
}

#[test]
fn a_ledger_that_was_set_back_is_found() {
    let (simulated, mut vault) = verified(5);
    let earlier = simulated.disk.backup(&|path| path == Path::new(MARK));
    told(&mut vault, 5);
    whole(&vault, false);
    drop(vault);
    let mark = simulated.disk.files().into_iter().find(|(path, _)| path == Path::new(MARK)).unwrap().1;
    let restored = Simulated::new(6, UtcMillis(APRIL.0 + DAY / 2));
    earlier.iter().for_each(|(path, bytes)| restored.disk.put(path, bytes));
    restored.disk.put(Path::new(MARK), &mark);
    let report = reopened(&restored).unwrap().verify(false).unwrap();
    assert!(report.ledger.failures[0].what.contains("set back"), "{report:?}");
    // What is overdue is told all the same.
    assert!(reopened(&restored).unwrap().overdue().unwrap().is_empty());
}
