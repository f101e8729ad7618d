//! Data sets that wait for their template.

use std::collections::VecDeque;

use shuhi_records::UtcMillis;

use super::domain::{DomainKey, Sent};
use crate::Place;

/// Sets that wait, of all exporters together.
const SETS_MAX: usize = 4_096;
/// Their bytes.
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long they wait: exporters repeat their templates every few minutes, at most every 30 as a rule.
const WAIT_MILLIS: i64 = 35 * 60_000;

/// A set that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub key: DomainKey,
    pub device: Box<str>,
    pub template: u16,
    pub sent: Sent,
    pub place: Place,
    pub data: Box<[u8]>,
    pub since: UtcMillis,
}

/// The sets that wait, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pending {
    sets: VecDeque<Waiting>,
    bytes: usize,
}

impl Pending {
    pub fn add(&mut self, waiting: Waiting) {
        self.bytes += waiting.data.len();
        self.sets.push_back(waiting);
    }

    /// One that has waited too long, or for which there is no room; to be called until there is none.
    pub fn expired(&mut self, now: UtcMillis) -> Option<Waiting> {
        let over = self.sets.len() > SETS_MAX || self.bytes > BYTES_MAX;
        let since = self.sets.front()?.since;
        (over || now.0.saturating_sub(since.0) > WAIT_MILLIS).then(|| self.first())?
    }

    /// The oldest, however long it has waited.
    pub fn first(&mut self) -> Option<Waiting> {
        let first = self.sets.pop_front()?;
        self.bytes -= first.data.len();
        Some(first)
    }

    /// Those that waited for this template, in their order.
    pub fn of(&mut self, key: &DomainKey, template: u16) -> Vec<Waiting> {
        let waits = |waiting: &Waiting| waiting.key == *key && waiting.template == template;
        if !self.sets.iter().any(waits) {
            return Vec::new();
        }
        let (found, rest): (Vec<_>, VecDeque<_>) = {
            let mut found = Vec::new();
            let mut rest = VecDeque::new();
            for waiting in self.sets.drain(..) {
                if waits(&waiting) { found.push(waiting) } else { rest.push_back(waiting) }
            }
            (found, rest)
        };
        self.sets = rest;
        self.bytes -= found.iter().map(|waiting| waiting.data.len()).sum::<usize>();
        found
    }
}
