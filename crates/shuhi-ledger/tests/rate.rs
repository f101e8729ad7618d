//! Measures; run by hand: `cargo test --release -p shuhi-ledger --test rate -- --ignored --nocapture`.
//! `LEDGER_FOLDER` says on which disk.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a measurement prints")]

mod support;

use std::time::Instant;

use shuhi_ledger::{Event, Ledger, verify_folder};
use shuhi_machine::Machine;
use support::{ORIGIN, START, TestKeys, TestSigner, log_key};

/// The size of a lookup's request.
const PAYLOAD_BYTES: usize = 300;

fn request(keys: &TestKeys, number: u64) -> Event {
    Event::new("lookup.requested", START)
        .with("lookup", format!("lookup-{number}"))
        .with("requester", "0123456789abcdef")
        .with("basis", "disclosure.warrant")
        .with("template", "address-port-time")
        .with("request_sha256", vec![3; 32])
        .with("signature", vec![4; 64])
        .sealing(vec![5; PAYLOAD_BYTES], keys.key(1))
}

#[test]
#[ignore = "a measurement"]
fn durable_appends_a_second() {
    let place = match std::env::var_os("LEDGER_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder).unwrap(),
        None => tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
    };
    for batch in [1_u64, 10, 100, 256, 1000, 10_000] {
        let (machine, keys) = (Machine::real(), TestKeys::default());
        let folder = place.path().join(batch.to_string());
        let mut ledger = Ledger::create(&machine, &folder, ORIGIN, TestSigner::new(1)).unwrap();
        let mut calls = Vec::new();
        let began = Instant::now();
        while began.elapsed().as_secs_f64() < 3.0 {
            let first = ledger.size();
            let events: Vec<Event> = (first..first + batch).map(|number| request(&keys, number)).collect();
            let call = Instant::now();
            ledger.append(&events, &keys).unwrap();
            calls.push(call.elapsed().as_secs_f64() * 1000.0);
        }
        let rate = ledger.size() as f64 / began.elapsed().as_secs_f64();
        calls.sort_by(f64::total_cmp);
        let at = |part: usize| calls.get(calls.len() * part / 100).copied().unwrap_or_default();
        let size = ledger.size();
        drop(ledger);
        let began = Instant::now();
        let report = verify_folder(&machine, &folder, &log_key(), &[]).unwrap();
        assert!(report.is_whole());
        println!(
            "batches of {batch:>5}: {rate:>8.0} durable appends a second; one call p50 {:.1} ms, p99 {:.1} ms; {size} leaves verified in {:.2} s",
            at(50),
            at(99),
            began.elapsed().as_secs_f64(),
        );
    }
}
