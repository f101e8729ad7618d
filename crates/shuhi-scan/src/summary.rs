//! The figures at the end of every scan.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::observation::{Observation, Party};

/// How many hosts outside the provider received something, and of how many the recipient is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Hosts of third parties.
    pub third_party_hosts: usize,
    /// Of these, hosts whose recipient or service a source names.
    pub named: usize,
    /// The hosts that nobody names.
    pub unknown: Vec<String>,
    /// Transmissions observed, those to the provider itself included.
    pub transmissions: usize,
    /// What could not be observed.
    pub incomplete: usize,
}

impl Summary {
    /// The figures of an observation.
    pub fn of(observation: &Observation) -> Self {
        let third = || observation.transmissions.iter().filter(|observed| observed.party == Party::Third);
        let hosts: BTreeSet<&str> = third().flat_map(|observed| &observed.hosts).map(String::as_str).collect();
        let named: BTreeSet<&str> = third()
            .filter(|observed| observed.identified_by.is_some())
            .flat_map(|observed| &observed.hosts)
            .map(String::as_str)
            .collect();
        Self {
            third_party_hosts: hosts.len(),
            named: named.len(),
            unknown: hosts.difference(&named).map(|host| (*host).to_owned()).collect(),
            transmissions: observation.transmissions.len(),
            incomplete: observation.incomplete.len(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = match self.third_party_hosts {
            0 => 100,
            hosts => self.named * 100 / hosts,
        };
        write!(out, "third-party hosts: {}, named: {} ({percent} %)", self.third_party_hosts, self.named)
    }
}
