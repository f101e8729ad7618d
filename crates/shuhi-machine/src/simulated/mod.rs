//! A machine that can be crashed: its clock is set by hand, its randomness seeded, and its disk forgets on a crash
//! what was not synced, tears what was being written, fills up, and fails the n-th operation.

mod disk;
mod state;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub use disk::{Carelessness, SimulatedDisk};

use crate::{Clock, DiskError, Machine, Randomness, UtcMillis};

/// The parts of a simulated machine, to turn its knobs.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Stands still until moved.
    pub clock: Arc<ManualClock>,
    /// The same bytes for the same seed.
    pub randomness: Arc<SeededRandomness>,
    /// Survives crashes.
    pub disk: Arc<SimulatedDisk>,
}

impl Simulated {
    /// A machine with an empty disk at `now`; everything on it follows from `seed`.
    #[must_use]
    pub fn new(seed: u64, now: UtcMillis) -> Self {
        Self {
            clock: Arc::new(ManualClock(AtomicI64::new(now.0))),
            randomness: Arc::new(SeededRandomness::new(seed)),
            disk: Arc::new(SimulatedDisk::new(seed ^ 0x5EED)),
        }
    }

    /// The machine as the program sees it.
    #[must_use]
    pub fn machine(&self) -> Machine {
        Machine {
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            disk: self.disk.clone(),
            threads: NonZeroUsize::MIN,
        }
    }
}

/// A clock that is set by hand.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves the clock, forwards or backwards.
    pub fn set(&self, now: UtcMillis) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves the clock forwards.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UtcMillis {
        UtcMillis(self.0.load(Ordering::SeqCst))
    }
}

/// Randomness that a seed determines. Never for keys of real data.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<ChaCha12Rng>);

impl SeededRandomness {
    /// The randomness of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), DiskError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
        Ok(())
    }
}
