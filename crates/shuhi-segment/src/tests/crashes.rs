//! A crash at every step of writing: the segment is there whole, or its main file is absent.

use std::num::NonZeroUsize;
use std::path::Path;

use shuhi_machine::DiskError;
use shuhi_machine::simulated::Carelessness;
use shuhi_records::Kind;

use super::{ID, KEY, PATH, SMALL, machine, numbered};
use crate::write::{How, write_sized};
use crate::{Segment, SegmentError};

/// Whether a segment that was acknowledged or is there is not whole, after a crash at some step with some seed.
fn loses(step: u64, seed: u64, careless: &Carelessness) -> bool {
    let columns = numbered(Kind::Post, 60);
    let (simulated, machine) = machine(seed);
    simulated.disk.be_careless(careless.clone());
    simulated.disk.crash_after(step);
    let written = write_sized(&machine, Path::new(PATH), &ID, &columns, &KEY, SMALL);
    assert!(written.is_ok() || simulated.disk.has_crashed());
    simulated.disk.restart();
    let there = machine.disk.size(Path::new(PATH)).is_ok();
    let opened = Segment::open(&machine, Path::new(PATH), &ID, &KEY);
    let whole = opened.and_then(|segment| segment.all()).is_ok_and(|all| all.len() == columns.len());
    (there || written.is_ok()) && !whole
}

fn steps() -> u64 {
    let (simulated, machine) = machine(0);
    let before = simulated.disk.steps();
    write_sized(&machine, Path::new(PATH), &ID, &numbered(Kind::Post, 60), &KEY, SMALL).unwrap();
    simulated.disk.steps() - before
}

#[test]
fn a_crash_at_any_step_leaves_it_whole_or_absent() {
    let steps = steps();
    assert!(steps > 10);
    for step in 0..=steps {
        for seed in 0..8 {
            assert!(!loses(step, seed, &Carelessness::default()), "step {step}, seed {seed}");
        }
    }
}

#[test]
fn the_simulator_catches_files_that_were_not_synced() {
    let careless = Carelessness { files_not_synced_below: Some("segments".to_owned()), ..Carelessness::default() };
    assert!((0..30).any(|seed| loses(steps(), seed, &careless)));
}

#[test]
fn the_simulator_catches_folders_that_were_not_synced() {
    let careless = Carelessness { folders_not_synced: true, ..Carelessness::default() };
    assert!((0..30).any(|seed| loses(steps(), seed, &careless)));
}

#[test]
fn after_a_crash_it_can_be_written_again() {
    let columns = numbered(Kind::Post, 60);
    for step in 0..steps() {
        let (simulated, machine) = machine(step);
        simulated.disk.crash_after(step);
        let first = write_sized(&machine, Path::new(PATH), &ID, &columns, &KEY, SMALL);
        simulated.disk.restart();
        if machine.disk.size(Path::new(PATH)).is_err() {
            assert!(first.is_err());
            write_sized(&machine, Path::new(PATH), &ID, &columns, &KEY, SMALL).unwrap();
        }
        assert_eq!(Segment::open(&machine, Path::new(PATH), &ID, &KEY).unwrap().rows(), 60);
    }
}

#[test]
fn a_full_disk_says_so() {
    let columns = numbered(Kind::Post, 60);
    // With several threads none must go on waiting for what is never written.
    for (step, threads) in (0..steps()).flat_map(|step| [(step, 1), (step, 3)]) {
        let (simulated, machine) = machine(step);
        simulated.disk.fail_after(step);
        let how = How { threads: NonZeroUsize::new(threads).unwrap(), ..SMALL };
        let written = write_sized(&machine, Path::new(PATH), &ID, &columns, &KEY, how);
        assert!(matches!(written, Err(SegmentError::Disk(DiskError::Full(_)))), "step {step}: {written:?}");
    }
}
