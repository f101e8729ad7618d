//! Taking in, acknowledging, sealing: nothing acknowledged is lost, whenever the machine ends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

mod support;

use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;
use shuhi_records::Event;
use shuhi_vault::{SegmentState, VaultError};
use support::{APRIL, DAY, HOUR, block, reopened, vault};

fn later(millis: i64) -> UtcMillis {
    UtcMillis(APRIL.0 + millis)
}

#[test]
fn records_of_a_window_become_one_segment_when_it_is_over() {
    let simulated = Simulated::new(1, APRIL);
    let mut vault = vault(&simulated);
    let mut intake = vault.intake("cgn").unwrap();
    for hour in 0..20 {
        let row = block(1024, "mihon-1", later(hour * HOUR), later((hour + 1) * HOUR));
        intake.event(&Event::Finished(row));
    }
    let counts = intake.finish(None).unwrap();
    assert_eq!((counts.stored, counts.expired, counts.refused), (20, 0, 0));
    assert_eq!(vault.seal().unwrap(), []);
    simulated.clock.advance(DAY + HOUR);
    let sealed = vault.seal().unwrap();
    let [segment] = sealed.as_slice() else { panic!("{sealed:?}") };
    assert_eq!((segment.records, segment.window.to_string().as_str()), (20, "2026-04-01"));
    // 1 October is the last day of six months counted from 2 April (Civil Code 140, 143).
    assert_eq!(segment.expires_at, later(184 * DAY));
    let rows = vault.segments().unwrap();
    assert!(rows.iter().all(|(_, row)| row.state == SegmentState::Sealed && row.announced.is_some()));
}

#[test]
fn a_record_over_midnight_lies_in_both_windows() {
    let simulated = Simulated::new(2, later(2 * DAY + HOUR));
    let mut vault = vault(&simulated);
    let mut intake = vault.intake("cgn").unwrap();
    intake.event(&Event::Finished(block(1024, "mihon-1", later(23 * HOUR), later(25 * HOUR))));
    assert_eq!(intake.finish(None).unwrap().stored, 2);
    let windows: Vec<String> = vault.seal().unwrap().iter().map(|sealed| sealed.window.to_string()).collect();
    assert_eq!(windows, ["2026-04-01", "2026-04-02"]);
}

#[test]
fn what_is_past_its_period_on_arrival_is_counted_and_destroyed() {
    let simulated = Simulated::new(3, later(400 * DAY));
    let mut vault = vault(&simulated);
    let mut intake = vault.intake("cgn").unwrap();
    intake.event(&Event::Finished(block(1024, "mihon-1", later(0), later(HOUR))));
    let counts = intake.finish(None).unwrap();
    assert_eq!((counts.stored, counts.expired), (0, 1));
    assert_eq!(vault.seal().unwrap(), []);
}

#[test]
fn a_source_whose_policy_was_not_adopted_takes_nothing_in() {
    let simulated = Simulated::new(4, APRIL);
    let mut vault = vault(&simulated);
    let mut unlawful = support::policy("cgn", "address_translation", "5 years");
    unlawful.opinion.answer = shuhi_vault::Answer::Forbidden;
    assert_eq!(vault.adopt(&[unlawful]).unwrap().len(), 1);
    let refused = vault.intake("cgn").unwrap_err();
    assert!(refused.to_string().contains("not an adopted policy"), "{refused}");
    assert!(matches!(vault.intake("unheard-of").unwrap_err(), VaultError::Unknown { .. }));
}

#[test]
fn a_shorter_policy_shortens_what_exists_and_a_longer_one_does_not_extend_it() {
    let simulated = Simulated::new(5, later(2 * DAY));
    let mut vault = vault(&simulated);
    let mut intake = vault.intake("cgn").unwrap();
    intake.event(&Event::Finished(block(1024, "mihon-1", later(0), later(HOUR))));
    intake.finish(None).unwrap();
    vault.seal().unwrap();
    let expires = |vault: &shuhi_vault::Vault| vault.segments().unwrap().first().unwrap().1.expires_at;
    let before = expires(&vault);
    vault.adopt(&[support::policy("cgn", "address_translation", "12 months")]).unwrap();
    assert_eq!(expires(&vault), before);
    vault.adopt(&[support::policy("cgn", "address_translation", "1 month")]).unwrap();
    assert_eq!(expires(&vault), later(31 * DAY).0);
}

/// Everything acknowledged is there again after a crash at any step, and nothing that was not.
#[test]
fn nothing_acknowledged_is_lost_at_any_crash() {
    let mut crashes = 0;
    for step in (0..260).step_by(3) {
        let simulated = Simulated::new(1000 + step, APRIL);
        let mut vault = vault(&simulated);
        simulated.disk.crash_after(step);
        let mut acknowledged = 0u64;
        let mut attempted = 0u64;
        let done = (|| -> Result<(), VaultError> {
            for day in 0..3 {
                let mut intake = vault.intake("cgn")?;
                for hour in 0..4 {
                    let start = later(day * DAY + hour * HOUR);
                    intake.event(&Event::Finished(block(1024, "mihon-1", start, UtcMillis(start.0 + 60_000))));
                }
                attempted += 4;
                intake.acknowledge(None)?;
                acknowledged += 4;
                drop(intake);
                simulated.clock.advance(DAY + HOUR);
                vault.seal()?;
            }
            Ok(())
        })();
        drop(vault);
        crashes += u32::from(done.is_err());
        simulated.disk.restart();
        let mut vault = reopened(&simulated).unwrap_or_else(|error| panic!("step {step}: {error}"));
        simulated.clock.advance(DAY);
        vault.seal().unwrap();
        let stored: u64 = vault.segments().unwrap().iter().map(|(_, row)| row.records).sum();
        assert!(stored == acknowledged || stored == attempted, "step {step}: {stored} of {acknowledged}/{attempted}");
    }
    assert!(crashes > 30, "{crashes}");
}
