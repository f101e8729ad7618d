//! Erasure: on its day, whatever interrupts it, with a receipt, and never what a hold needs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::path::Path;

use shuhi_ledger::ReceiptState;
use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;
use shuhi_records::Event;
use shuhi_vault::{Catalog, Folder, PinRow, SegmentRow, SegmentState, Vault, VaultReport, tables, verify_folder};
use support::{APRIL, DAY, HOUR, block, passphrase, reopened, settings, vault};

fn later(millis: i64) -> UtcMillis {
    UtcMillis(APRIL.0 + millis)
}

/// When the records of 1 April, kept for six months, are to be gone.
const DUE: i64 = 184 * DAY;

fn one_record(vault: &mut Vault, first_port: u32, at: i64) {
    let mut intake = vault.intake("cgn").unwrap();
    intake.event(&Event::Finished(block(first_port, "mihon-1", later(at), later(at + HOUR))));
    intake.finish(None).unwrap();
}

/// Two sealed days, 1 and 2 April 2026, of a record each.
fn two_days(seed: u64) -> (Simulated, Vault) {
    let simulated = Simulated::new(seed, later(3 * DAY));
    let mut vault = vault(&simulated);
    one_record(&mut vault, 1024, HOUR);
    one_record(&mut vault, 1124, DAY + HOUR);
    assert_eq!(vault.seal().unwrap().len(), 2);
    (simulated, vault)
}

fn whole(vault: &Vault) -> VaultReport {
    let report = vault.verify(false).unwrap();
    assert!(report.is_whole(), "{report:?}");
    report
}

fn offline(simulated: &Simulated, vault: Vault) -> (VaultReport, String) {
    let key = vault.ledger().verifier_key().clone();
    drop(vault);
    let report = verify_folder(&simulated.machine(), &Folder::new("/vault"), &key, &[]).unwrap();
    let text = format!("{report:?}");
    (report, text)
}

/// The segments in the catalog of a vault that is closed.
fn segments(simulated: &Simulated) -> Vec<(String, SegmentRow)> {
    let catalog = Catalog::open_copy(&simulated.machine(), Path::new("/vault/catalog.redb")).unwrap();
    catalog.view().unwrap().all(&tables::SEGMENTS).unwrap()
}

fn segment_files(simulated: &Simulated) -> usize {
    simulated.disk.files().iter().filter(|(path, _)| path.starts_with("/vault/segments")).count()
}

fn receipts(vault: &Vault) -> usize {
    vault.ledger().events_from(0).filter(|event| event.as_ref().unwrap().1.class == "erasure.done").count()
}

#[test]
fn what_is_due_is_erased_and_the_receipt_proves_it() {
    let (simulated, mut vault) = two_days(1);
    simulated.clock.set(UtcMillis(later(DUE).0 - 1));
    assert!(vault.sweep().unwrap().erased.is_empty(), "not a moment early");
    simulated.clock.set(later(DUE));
    let swept = vault.sweep().unwrap();
    assert_eq!(swept.erased.len(), 1, "the day after is not due");
    let erased = &swept.erased[0];
    assert!(erased.destruction_shown);
    let receipt = vault.ledger().event(erased.receipt).unwrap();
    assert_eq!(receipt.text("segment"), Some(erased.segment.as_str()));
    assert_eq!(receipt.number("opening_failed"), Some(1));
    assert_eq!(receipt.texts("replicas").unwrap().len(), 2);
    assert!(receipt.texts("limits").unwrap().len() >= 3, "a receipt says what it does not claim");
    let intent = vault.ledger().event(u64::try_from(receipt.number("intended").unwrap()).unwrap()).unwrap();
    assert_eq!(intent.text("erasure"), receipt.text("erasure"));
    let bundle = vault.ledger().prove(erased.receipt).unwrap();
    assert!(bundle.verify(vault.ledger().verifier_key(), &[]).is_ok());
    assert_eq!(whole(&vault).receipts.len(), 1);
    assert!(vault.sweep().unwrap().erased.is_empty(), "once");
    let (report, text) = offline(&simulated, vault);
    assert!(report.is_whole() && !report.keys_checked, "{text}");
    let states: Vec<SegmentState> = segments(&simulated).iter().map(|(_, row)| row.state).collect();
    assert!(states.contains(&SegmentState::Erased) && states.contains(&SegmentState::Sealed));
}

#[test]
fn declared_snapshots_are_said_in_the_receipt() {
    let (simulated, vault) = two_days(2);
    drop(vault);
    let settings = shuhi_vault::Settings { snapshots: true, ..settings() };
    let mut vault = Vault::open(&simulated.machine(), Folder::new("/vault"), settings, &passphrase()).unwrap();
    simulated.clock.set(later(DUE));
    let swept = vault.sweep().unwrap();
    assert!(!swept.erased[0].destruction_shown);
    assert_eq!(vault.ledger().event(swept.erased[0].receipt).unwrap().number("destruction_shown"), Some(0));
}

#[test]
fn a_sweep_that_never_ran_shows() {
    let (simulated, mut vault) = two_days(3);
    assert!(vault.overdue().unwrap().is_empty());
    simulated.clock.set(later(DUE));
    let overdue = vault.overdue().unwrap();
    assert_eq!(overdue.not_erased.iter().map(|late| late.due).collect::<Vec<_>>(), [later(DUE)]);
    assert!(!vault.verify(false).unwrap().is_whole());
    vault.sweep().unwrap();
    assert!(vault.overdue().unwrap().is_empty());
}

#[test]
fn a_pinned_segment_waits_and_is_due_again() {
    let (simulated, vault) = two_days(4);
    drop(vault);
    let due = segments(&simulated).into_iter().find(|(_, row)| row.expires_at == later(DUE).0).unwrap().0;
    let catalog = Catalog::open(&simulated.machine(), Path::new("/vault/catalog.redb")).unwrap();
    let pin = PinRow { segment: due.clone(), until: later(DUE + DAY).0 };
    catalog.change(|change| change.put(&tables::PINS, &format!("{due}/{due}"), &pin)).unwrap();
    drop(catalog);
    let mut vault = reopened(&simulated).unwrap();
    simulated.clock.set(later(DUE));
    let swept = vault.sweep().unwrap();
    assert_eq!((swept.pinned, swept.erased.len()), (vec![due.clone()], 0));
    assert_eq!(receipts(&vault), 0);
    simulated.clock.set(later(DUE + DAY));
    let swept = vault.sweep().unwrap();
    assert!(swept.erased.iter().any(|erased| erased.segment == due), "{swept:?}");
    whole(&vault);
}

#[test]
fn what_expired_before_it_was_sealed_is_erased_with_a_receipt() {
    let simulated = Simulated::new(5, later(3 * DAY));
    let mut vault = vault(&simulated);
    one_record(&mut vault, 1024, HOUR);
    simulated.clock.set(later(DUE));
    assert_eq!(vault.overdue().unwrap().not_erased.len(), 1);
    let swept = vault.sweep().unwrap();
    assert_eq!((swept.erased.len(), swept.erased[0].records, swept.sealed.len()), (1, 1, 0));
    assert!(
        !simulated.disk.files().iter().any(|(path, _)| path.ends_with(format!("{}.spool", swept.erased[0].segment)))
    );
    whole(&vault);
    // The window can be filled again and is another spool then; records past their period stay out.
    one_record(&mut vault, 1024, HOUR);
    assert!(vault.sweep().unwrap().erased.is_empty());
}

#[test]
fn without_the_epoch_keys_a_backup_opens_nothing_that_was_erased_and_with_them_it_does() {
    let (simulated, mut vault) = two_days(6);
    let everything = simulated.disk.backup(&|_| false);
    let is_epoch = |path: &Path| path.starts_with("/vault/keys/epoch") || path.starts_with("/second");
    let without_epoch = simulated.disk.backup(&is_epoch);
    simulated.clock.set(later(DUE));
    let erased = vault.sweep().unwrap().erased.remove(0).segment;
    let end = vault.end_epoch().unwrap();
    assert!(end.destruction_is_shown(), "{end:?}");
    whole(&vault);
    assert!(vault.ledger().events_from(0).any(|event| event.unwrap().1.class == "epoch.ended"));
    drop(vault);
    let restored = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        let machine = Simulated::new(60, later(3 * DAY));
        files.iter().for_each(|(path, bytes)| machine.disk.put(path, bytes));
        machine
    };
    // The backup, the passphrase, and the epoch keys there are now: everything an honest thief can have.
    let now: Vec<_> = simulated.disk.files().into_iter().filter(|(path, _)| is_epoch(path)).collect();
    assert!(!now.is_empty());
    let attempt = restored(&[without_epoch.clone(), now].concat());
    match reopened(&attempt) {
        Err(_) => {}
        Ok(vault) => {
            let report = vault.verify(false).unwrap();
            assert!(report.faults.iter().any(|fault| fault.about == erased), "{report:?}");
        }
    }
    assert!(reopened(&restored(&without_epoch)).is_err(), "without any epoch key");
    // The control: with the epoch keys of that time everything opens.
    let vault = reopened(&restored(&everything)).unwrap();
    let report = vault.verify(false).unwrap();
    assert!(report.keys_checked && report.segments == 2 && report.faults.is_empty(), "{report:?}");
}

#[test]
fn a_file_that_was_altered_or_put_back_is_found_without_a_key() {
    let (simulated, mut vault) = two_days(7);
    let before = simulated.disk.backup(&|path| !path.starts_with("/vault/segments"));
    simulated.clock.set(later(DUE));
    let erased = vault.sweep().unwrap().erased.remove(0).segment;
    let (report, text) = offline(&simulated, vault);
    assert!(report.is_whole(), "{text}");
    let files: Vec<_> =
        simulated.disk.files().into_iter().filter(|(path, _)| path.starts_with("/vault/segments")).collect();
    let (path, bytes) = files.iter().find(|(path, _)| path.extension().is_some_and(|end| end == "parquet")).unwrap();
    let mut altered = bytes.clone();
    altered[bytes.len() / 2] ^= 1;
    simulated.disk.put(path, &altered);
    let check = || {
        let vault = reopened(&simulated).unwrap();
        vault.ledger().verifier_key().clone()
    };
    let key = check();
    let verified = || verify_folder(&simulated.machine(), &Folder::new("/vault"), &key, &[]).unwrap();
    assert_eq!(verified().faults.len(), 1, "{:?}", verified().faults);
    simulated.disk.put(path, bytes);
    assert!(verified().is_whole());
    before.iter().filter(|(path, _)| path.to_string_lossy().contains(&erased)).for_each(|(path, bytes)| {
        simulated.disk.put(path, bytes);
    });
    let found = verified();
    assert!(found.faults.iter().any(|fault| fault.about == erased && fault.what.contains("still there")), "{found:?}");
}

#[test]
fn offline_verification_changes_nothing_and_waits_for_the_writer() {
    let (simulated, vault) = two_days(8);
    let key = vault.ledger().verifier_key().clone();
    let folder = Folder::new("/vault");
    assert!(verify_folder(&simulated.machine(), &folder, &key, &[]).is_err(), "somebody has it open");
    drop(vault);
    let before = simulated.disk.files();
    assert!(verify_folder(&simulated.machine(), &folder, &key, &[]).unwrap().is_whole());
    assert!(before == simulated.disk.files());
}

/// Whatever step a crash interrupts: in the end it is erased, with one receipt, and what was not due opens.
#[test]
fn a_crash_at_any_step_of_an_erasure_is_taken_up() {
    let mut finished = false;
    for step in 0..300 {
        let (simulated, mut vault) = two_days(1_000 + step);
        simulated.clock.set(later(DUE));
        simulated.disk.crash_after(step);
        let _ = vault.sweep();
        finished = !simulated.disk.has_crashed();
        drop(vault);
        simulated.disk.restart();
        let mut vault = reopened(&simulated).unwrap();
        let between = vault.verify(false).unwrap();
        assert!(between.faults.is_empty(), "step {step}: {between:?}");
        vault.sweep().unwrap();
        let report = whole(&vault);
        assert_eq!((report.receipts.len(), report.segments), (1, 1), "step {step}");
        assert_eq!(receipts(&vault), 1, "step {step}");
        if finished {
            break;
        }
    }
    assert!(finished, "the last run had no crash");
}

#[test]
fn a_crash_at_any_step_of_the_end_of_an_epoch_leaves_everything_readable_and_told() {
    let mut finished = false;
    for step in 0..300 {
        let (simulated, mut vault) = two_days(2_000 + step);
        simulated.disk.crash_after(step);
        let ended = vault.end_epoch().is_ok();
        finished = !simulated.disk.has_crashed();
        drop(vault);
        simulated.disk.restart();
        let vault = reopened(&simulated).unwrap();
        let report = whole(&vault);
        assert_eq!(report.segments, 2, "step {step}");
        let told =
            vault.ledger().events_from(0).filter(|event| event.as_ref().unwrap().1.class == "epoch.ended").count();
        assert!(told == 1 || (told == 0 && !ended), "step {step}: told {told}, ended {ended}");
        if finished {
            break;
        }
    }
    assert!(finished, "the last run had no crash");
}

#[test]
fn a_receipt_is_proof_against_copies_once_its_epoch_is_over() {
    let (simulated, mut vault) = two_days(10);
    simulated.clock.set(later(DUE));
    vault.end_epoch().unwrap();
    let receipt = vault.sweep().unwrap().erased[0].receipt;
    let state = |vault: &Vault| {
        let state = vault.ledger().receipt_state(receipt).unwrap().unwrap();
        assert_eq!(whole(vault).receipts[0].state, state);
        state
    };
    let runs = state(&vault);
    assert_eq!(runs, ReceiptState::EpochRuns);
    // The sweep that finds the epoch a day old ends it after what it erases.
    simulated.clock.set(later(DUE + DAY));
    let later_receipt = vault.sweep().unwrap().erased[0].receipt;
    let ReceiptState::EpochEnded { leaf, at, missing } = state(&vault) else { panic!("{runs:?}, then nothing") };
    assert!(leaf > later_receipt && at == later(DUE + DAY) && missing.is_empty());
    let end = vault.ledger().event(leaf).unwrap();
    let [from, until, receipts] = ["receipts_from", "receipts_until", "receipts"].map(|name| end.number(name).unwrap());
    assert!(from <= i64::try_from(later_receipt).unwrap() && until == i64::try_from(leaf).unwrap() && receipts >= 1);
    assert_eq!(vault.ledger().receipt_state(leaf).unwrap(), None, "no receipt");
    vault.end_epoch().unwrap();
    assert!(whole(&vault).receipts.iter().all(|receipt| receipt.state.is_complete()));
}

/// A vault with a day's quarantine of three lines in two files.
fn quarantined(seed: u64) -> (Simulated, Vault) {
    let simulated = Simulated::new(seed, later(3 * DAY));
    let mut vault = vault(&simulated);
    let mut intake = vault.intake("cgn").unwrap();
    intake.unread(b"what is this?", "not a line");
    intake.unread(b"and this?", "not a line");
    intake.acknowledge(None).unwrap();
    intake.unread(b"203.0.113.7", "too short");
    intake.finish(None).unwrap();
    assert_eq!(quarantine_files(&simulated), 2);
    (simulated, vault)
}

fn quarantine_files(simulated: &Simulated) -> usize {
    simulated.disk.files().iter().filter(|(path, _)| path.starts_with("/vault/quarantine")).count()
}

#[test]
fn a_quarantine_is_erased_on_its_day_files_and_all_with_a_receipt() {
    let (simulated, mut vault) = quarantined(11);
    whole(&vault);
    // It came on 4 April, three days after the records of the other tests.
    simulated.clock.set(UtcMillis(later(DUE + 3 * DAY).0 - 1));
    assert!(vault.sweep().unwrap().erased.is_empty() && quarantine_files(&simulated) == 2);
    simulated.clock.set(later(DUE + 3 * DAY));
    assert_eq!(vault.overdue().unwrap().not_erased.len(), 1);
    let swept = vault.sweep().unwrap();
    let [erased] = &swept.erased[..] else { panic!("{swept:?}") };
    assert!(erased.quarantine && erased.records == 3 && erased.destruction_shown, "{erased:?}");
    assert_eq!(quarantine_files(&simulated), 0);
    let receipt = vault.ledger().event(erased.receipt).unwrap();
    assert_eq!((receipt.text("segment"), receipt.number("records")), (Some(erased.segment.as_str()), Some(3)));
    assert!(vault.overdue().unwrap().is_empty());
    whole(&vault);
    assert!(vault.sweep().unwrap().erased.is_empty(), "once");
}

#[test]
fn a_shorter_policy_shortens_quarantine_as_well() {
    let (simulated, mut vault) = quarantined(12);
    vault.adopt(&[support::policy("cgn", "address_translation", "3 days")]).unwrap();
    simulated.clock.set(later(7 * DAY));
    assert_eq!(vault.sweep().unwrap().erased.len(), 1);
    assert_eq!(quarantine_files(&simulated), 0);
}

#[test]
fn a_crash_at_any_step_of_the_erasure_of_a_quarantine_is_taken_up() {
    let mut finished = false;
    for step in 0..300 {
        let (simulated, mut vault) = quarantined(4_000 + step);
        simulated.clock.set(later(DUE + 3 * DAY));
        simulated.disk.crash_after(step);
        let _ = vault.sweep();
        finished = !simulated.disk.has_crashed();
        drop(vault);
        simulated.disk.restart();
        let mut vault = reopened(&simulated).unwrap();
        let between = vault.verify(false).unwrap();
        assert!(between.faults.is_empty(), "step {step}: {between:?}");
        vault.sweep().unwrap();
        assert_eq!((whole(&vault).receipts.len(), receipts(&vault)), (1, 1), "step {step}");
        assert_eq!(quarantine_files(&simulated), 0, "step {step}");
        if finished {
            break;
        }
    }
    assert!(finished, "the last run had no crash");
}

#[test]
fn more_lines_than_fit_one_file_are_quarantined_and_counted() {
    let simulated = Simulated::new(13, later(3 * DAY));
    let mut vault = vault(&simulated);
    let mut intake = vault.intake("cgn").unwrap();
    for number in 0..70_000_u32 {
        intake
            .unread(&[b"x".repeat(1_100), number.to_be_bytes().to_vec()].concat(), "not a line of this source at all");
    }
    assert_eq!(intake.finish(None).unwrap().unread, 70_000);
    assert_eq!(quarantine_files(&simulated), 5);
    simulated.clock.set(later(DUE + 3 * DAY));
    assert_eq!(vault.sweep().unwrap().erased[0].records, 70_000);
}

#[test]
fn files_are_gone_after_the_receipt() {
    let (simulated, mut vault) = two_days(9);
    let before = segment_files(&simulated);
    simulated.clock.set(later(DUE));
    vault.sweep().unwrap();
    assert_eq!(segment_files(&simulated) * 2, before);
    simulated.clock.set(later(DUE + DAY));
    vault.sweep().unwrap();
    assert_eq!(segment_files(&simulated), 0);
}

/// The faults that a simulation must notice are there to be noticed.
#[cfg(feature = "planted-faults")]
mod planted {
    use shuhi_vault::Fault;

    use super::*;

    #[test]
    fn a_key_destroyed_before_the_ledger_knew_is_seen_after_a_crash() {
        let seen = (0..80).any(|step| {
            let (simulated, mut vault) = two_days(3_000 + step);
            vault.plant(Fault::ErasureBeforeIntentDurable).unwrap();
            simulated.clock.set(later(DUE));
            simulated.disk.crash_after(step);
            let _ = vault.sweep();
            drop(vault);
            simulated.disk.restart();
            !reopened(&simulated).unwrap().verify(false).unwrap().faults.is_empty()
        });
        assert!(seen);
    }
}
