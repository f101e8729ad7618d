//! A crash at every step of an append: what was acknowledged stays, and the log opens and verifies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use shuhi_ledger::{Event, Ledger, LedgerError, verify_folder};
use shuhi_machine::simulated::Carelessness;
use support::{ORIGIN, Random, TestKeys, TestSigner, create, finding, folder, log_key, open, simulated};

const SEEDS: u64 = 16;
const LIVES: u64 = 25;

/// Runs a ledger through many crashes; tells what went wrong first.
fn lives(seed: u64, careless: &Carelessness) -> Result<u64, String> {
    let mut random = Random::new(seed);
    let (simulated, machine) = simulated(seed);
    let keys = TestKeys::default();
    let mut acknowledged: Vec<Vec<u8>> = Vec::new();
    let mut checkpoints: Vec<String> = Vec::new();
    let mut crashes = 0;
    drop(create(&machine));
    simulated.disk.be_careless(careless.clone());
    for life in 0..LIVES {
        simulated.disk.crash_after(random.below(60));
        if let Ok(mut ledger) = open(&machine) {
            for _ in 0..random.below(6) {
                let count = if random.below(4) == 0 { random.below(400) } else { random.below(5) };
                let first = ledger.size();
                let batch: Vec<Event> = (0..count).map(|number| event(&keys, first + number, life)).collect();
                let Ok(leaves) = ledger.append(&batch, &keys) else { continue };
                for leaf in leaves {
                    acknowledged.push(Vec::new());
                    // After the crash step nothing can be read: what was appended is known from the size.
                    if let Ok(bytes) = ledger.leaf(leaf) {
                        *acknowledged.last_mut().unwrap() = bytes;
                    }
                }
                checkpoints.push(ledger.checkpoint().note().to_owned());
                if ledger.size() != acknowledged.len() as u64 {
                    // A batch whose append failed may be in the log; it counts from the moment it is seen.
                    return Err(format!("life {life}: {} leaves, {} acknowledged", ledger.size(), acknowledged.len()));
                }
            }
        }
        crashes += u64::from(simulated.disk.has_crashed());
        simulated.disk.restart();
        let ledger = open(&machine).map_err(|error| format!("life {life}: {error}"))?;
        if ledger.size() < acknowledged.len() as u64 {
            return Err(format!("life {life}: {} leaves of {} acknowledged", ledger.size(), acknowledged.len()));
        }
        for (leaf, bytes) in (0..).zip(&acknowledged) {
            let found = ledger.leaf(leaf).map_err(|error| format!("life {life}: {error}"))?;
            if !bytes.is_empty() && found != *bytes {
                return Err(format!("life {life}: leaf {leaf} changed"));
            }
        }
        for leaf in acknowledged.len() as u64..ledger.size() {
            acknowledged.push(ledger.leaf(leaf).map_err(|error| format!("life {life}: {error}"))?);
        }
        for leaf in 0..ledger.size() {
            ledger.payload(leaf, &keys).map_err(|error| format!("life {life}, payload {leaf}: {error}"))?;
        }
        drop(ledger);
        let kept = &checkpoints[checkpoints.len().saturating_sub(4)..];
        let report = verify_folder(&machine, folder(), &log_key(), kept).map_err(|error| error.to_string())?;
        if !report.is_whole() {
            return Err(format!("life {life}: {}", report.failures[0]));
        }
        simulated.disk.restart();
    }
    Ok(crashes)
}

fn event(keys: &TestKeys, number: u64, life: u64) -> Event {
    let event = finding(number * 1000 + life);
    match number % 7 {
        0 => event.sealing(vec![1; 100], keys.key(1)),
        1 => event.sealing(vec![2; 6000], keys.key(2)),
        _ => event,
    }
}

#[test]
fn nothing_acknowledged_is_lost_in_any_crash() {
    let crashes: u64 = (0..SEEDS)
        .map(|seed| lives(seed, &Carelessness::default()).unwrap_or_else(|what| panic!("seed {seed}: {what}")))
        .sum();
    assert!(crashes >= 150, "only {crashes} crashes");
}

#[test]
fn a_crash_at_each_single_step_of_one_append_leaves_all_or_none() {
    for seed in 0..4 {
        let mut step = 0;
        loop {
            let (simulated, machine) = simulated(seed);
            let keys = TestKeys::default();
            let mut ledger = create(&machine);
            ledger.append(&(0..250).map(finding).collect::<Vec<_>>(), &keys).unwrap();
            let before = ledger.checkpoint().note().to_owned();
            simulated.disk.crash_after(step);
            let batch: Vec<Event> = (250..520).map(|number| event(&keys, number, 0)).collect();
            let done = ledger.append(&batch, &keys);
            let crashed = simulated.disk.has_crashed();
            drop(ledger);
            simulated.disk.restart();
            let ledger = open(&machine).unwrap();
            let size = ledger.size();
            assert!(size == 520 || (done.is_err() && size == 250), "seed {seed}, step {step}: {size} after {done:?}");
            let report = verify_folder(&machine, folder(), &log_key(), &[before]).unwrap();
            assert!(report.is_whole(), "seed {seed}, step {step}: {:?}", report.failures);
            if !crashed {
                break;
            }
            step += 1;
        }
        assert!(step > 10, "an append of 270 events has more than {step} steps");
    }
}

#[test]
fn forgetting_a_sync_is_caught() {
    let careless = [
        Carelessness { files_not_synced_below: None, folders_not_synced: true },
        Carelessness { files_not_synced_below: Some("entries".to_owned()), folders_not_synced: false },
        Carelessness { files_not_synced_below: Some("0".to_owned()), folders_not_synced: false },
        Carelessness { files_not_synced_below: Some("blobs".to_owned()), folders_not_synced: false },
        Carelessness { files_not_synced_below: Some("ledger".to_owned()), folders_not_synced: false },
    ];
    for careless in careless {
        assert!((0..SEEDS).any(|seed| lives(seed, &careless).is_err()), "nothing noticed {careless:?}");
    }
}

#[test]
fn a_crash_while_a_ledger_is_made_leaves_it_made_or_not() {
    for seed in 0..50 {
        for step in 0..8 {
            let (simulated, machine) = simulated(seed);
            simulated.disk.crash_after(step);
            let made = Ledger::create(&machine, folder(), ORIGIN, TestSigner::new(1)).is_ok();
            simulated.disk.restart();
            match open(&machine) {
                Ok(ledger) => assert_eq!(ledger.size(), 0),
                Err(LedgerError::NoLedger(_)) if !made => drop(create(&machine)),
                Err(error) => panic!("seed {seed}, step {step}: {error}"),
            }
        }
    }
}
