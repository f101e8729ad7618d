//! Timing: batches of repetitions, several candidates in turns so that whatever else the machine does meets them all.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A batch is long beside the clock's resolution and short beside the scheduler's slices.
const BATCH: Duration = Duration::from_micros(200);
const BATCHES_MIN: usize = 15;
const BATCHES_MAX: usize = 2_000;
const WARM_UP: Duration = Duration::from_millis(50);

/// How long one repetition takes, in nanoseconds, by the means of batches.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub median_ns: f64,
    pub p99_ns: f64,
}

impl Timing {
    /// How many times longer another takes, by the medians.
    pub fn ratio(&self, other: &Self) -> f64 {
        other.median_ns / self.median_ns
    }
}

/// Something to time.
pub struct Candidate<'a> {
    repeat: Box<dyn FnMut(u64) + 'a>,
}

impl<'a> Candidate<'a> {
    /// One repetition; its result is kept from being optimised away.
    pub fn new<T>(mut once: impl FnMut() -> T + 'a) -> Self {
        Self {
            repeat: Box::new(move |times| {
                for _ in 0..times {
                    black_box(once());
                }
            }),
        }
    }

    fn batch(&mut self, times: u64) -> Duration {
        let start = Instant::now();
        (self.repeat)(times);
        start.elapsed()
    }

    /// Repetitions that fill a batch, found while warming up.
    fn calibrate(&mut self) -> u64 {
        let (mut times, start) = (1u64, Instant::now());
        loop {
            let taken = self.batch(times);
            if taken < BATCH {
                times *= 2;
            } else if start.elapsed() >= WARM_UP || times == 1 {
                return times;
            }
        }
    }
}

/// Times candidates in turns, for about `budget` together.
pub fn in_turns(mut candidates: Vec<Candidate<'_>>, budget: Duration) -> Vec<Timing> {
    let times: Vec<u64> = candidates.iter_mut().map(Candidate::calibrate).collect();
    let mut means: Vec<Vec<f64>> = vec![Vec::new(); candidates.len()];
    let start = Instant::now();
    for batch in 0..BATCHES_MAX {
        if batch >= BATCHES_MIN && start.elapsed() >= budget {
            break;
        }
        for ((candidate, times), means) in candidates.iter_mut().zip(&times).zip(&mut means) {
            means.push(candidate.batch(*times).as_secs_f64() * 1e9 / *times as f64);
        }
    }
    means.into_iter().map(timing).collect()
}

/// Times one candidate.
pub fn alone<T>(once: impl FnMut() -> T, budget: Duration) -> Timing {
    let timings = in_turns(vec![Candidate::new(once)], budget);
    timings.into_iter().next().unwrap_or_else(|| timing(Vec::new()))
}

fn timing(mut means: Vec<f64>) -> Timing {
    means.sort_unstable_by(f64::total_cmp);
    let last = means.len().saturating_sub(1);
    let rank = |percent: usize| means.get((means.len() * percent / 100).min(last)).copied().unwrap_or(f64::NAN);
    Timing { median_ns: rank(50), p99_ns: rank(99) }
}
