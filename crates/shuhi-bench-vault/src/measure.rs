//! Questions, and quantiles of the time that answers take.

use std::net::Ipv4Addr;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::generate::{Chance, Lease, account};

/// Who had this address and port at that instant?
#[derive(Clone, Debug)]
pub struct Question {
    pub address: Ipv4Addr,
    pub port: u16,
    /// Milliseconds UTC.
    pub time: i64,
    pub who: String,
}

/// Questions that leases at random answer.
pub fn questions(leases: &[Lease], count: usize, seed: u64) -> Vec<Question> {
    let mut chance = Chance(seed);
    let mut one = || {
        let lease = leases.get(chance.below(leases.len() as u64) as usize)?;
        // Of a whole address there is no port.
        let port = if lease.first_port == 0 { 0 } else { lease.first_port + chance.below(512) as u32 };
        let time = lease.start + chance.below((lease.end - lease.start + 1) as u64) as i64;
        let address = Ipv4Addr::from_bits(lease.address);
        Some(Question { address, port: u16::try_from(port).ok()?, time, who: account(lease.subscriber) })
    };
    (0..count).filter_map(|_| one()).collect()
}

impl Question {
    pub fn line(&self) -> String {
        format!("{},{},{},{}\n", self.address, self.port, self.time, self.who)
    }

    pub fn from_line(line: &str) -> Option<Self> {
        let mut parts = line.split(',');
        Some(Self {
            address: parts.next()?.parse().ok()?,
            port: parts.next()?.parse().ok()?,
            time: parts.next()?.parse().ok()?,
            who: parts.next()?.to_owned(),
        })
    }
}

/// What questions took, as many as the time allows for a row, at least so many.
pub fn within<T>(
    questions: &[Question],
    seconds: f64,
    least: usize,
    mut ask: impl FnMut(&Question) -> Result<Took, T>,
) -> Result<Vec<Took>, T> {
    let began = Instant::now();
    let mut took = Vec::with_capacity(questions.len());
    for question in questions {
        if took.len() >= least && began.elapsed().as_secs_f64() > seconds {
            break;
        }
        took.push(ask(question)?);
    }
    Ok(took)
}

/// The median and the 99th percentile in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Quantiles {
    pub p50: f64,
    pub p99: f64,
}

impl Quantiles {
    pub fn of(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = ((share * seconds.len() as f64) as usize).min(seconds.len().saturating_sub(1));
            seconds.get(place).copied().unwrap_or(f64::NAN) * 1000.0
        };
        Self { p50: at(0.5), p99: at(0.99) }
    }

    pub fn json(self) -> Value {
        json!({"p50": self.p50, "p99": self.p99})
    }
}

/// Time that passes, and time on a core: on a machine that others use too only the second can be compared.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    begin: Instant,
    clock: ClockId,
    on_core: f64,
}

/// Seconds.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    pub passed: f64,
    pub on_core: f64,
}

impl Timer {
    /// Counts the time of all threads of this process.
    pub fn of_process() -> Self {
        Self::of(ClockId::ProcessCPUTime)
    }

    /// Counts the time of this thread.
    pub fn of_thread() -> Self {
        Self::of(ClockId::ThreadCPUTime)
    }

    fn of(clock: ClockId) -> Self {
        Self { clock, on_core: seconds(clock), begin: Instant::now() }
    }

    pub fn took(&self) -> Took {
        Took { passed: self.begin.elapsed().as_secs_f64(), on_core: seconds(self.clock) - self.on_core }
    }
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Median and 99th percentile of the time that passed, and of that on a core.
pub fn both(took: &[Took]) -> Value {
    let of = |part: fn(&Took) -> f64| Quantiles::of(took.iter().map(part).collect()).json();
    json!({"passed": of(|took| took.passed), "on_core": of(|took| took.on_core), "asked": took.len()})
}
