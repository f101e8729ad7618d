//! What Shuhi needs of a machine, behind traits: the time, random bytes, and a disk.
//!
//! Keys, ledger and vault reach the world only through a [`Machine`], so that a simulation can run years of them with
//! a crash at every step. [`Machine::real`] is the machine at hand, [`simulated`] the one that crashes.

mod clock;
mod disk;
mod local;
mod randomness;
pub mod simulated;

use std::num::NonZeroUsize;
use std::sync::Arc;

pub use clock::{Clock, SystemClock, UtcMillis};
pub use disk::{Disk, DiskError, DiskFile, DiskLock, DiskResult, read_optional, replace_durably, write_durably};
pub use local::LocalDisk;
pub use randomness::{Randomness, SystemRandomness, random_array};

/// A clock, a source of random bytes, a disk and threads; cheap to clone.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes keys and salts.
    pub randomness: Arc<dyn Randomness>,
    /// Keeps files.
    pub disk: Arc<dyn Disk>,
    /// How many threads work on what takes long; one where every run must go the same way.
    pub threads: NonZeroUsize,
}

impl Machine {
    /// The machine at hand.
    #[must_use]
    pub fn real() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
            disk: Arc::new(LocalDisk),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> UtcMillis {
        self.clock.now()
    }
}
