use std::collections::HashMap;

use super::place::Place;
use super::{DecodeFault, Decoded, Leaf, limits};
use crate::text::cut;

/// Collects leaves and watches the limits.
#[derive(Default)]
pub struct Decoder {
    found: Decoded,
    /// How often each path was met.
    paths: HashMap<String, usize>,
    worked: usize,
    pub inflated: usize,
    full: bool,
}

impl Decoder {
    pub fn finish(self) -> Decoded {
        self.found
    }

    /// Adds a value and returns its place in the list, for [`Self::mark`], and its path.
    pub fn leaf(&mut self, place: &Place, value: &str) -> Option<(usize, String)> {
        if self.found.leaves.len() >= limits::LEAVES_MAX {
            if !self.full {
                self.full = true;
                self.fault(place, format!("more than {} values: the rest is not read", limits::LEAVES_MAX));
            }
            return None;
        }
        if value.len() > limits::VALUE_BYTES_MAX {
            self.fault(
                place,
                format!("{} bytes long: only the first {} are kept", value.len(), limits::VALUE_BYTES_MAX),
            );
        }
        let path = self.unique(&place.rendered);
        self.found.leaves.push(Leaf {
            path: path.clone(),
            value: cut(value, limits::VALUE_BYTES_MAX).to_owned(),
            context: place.context,
            names: place.names.clone(),
            items: place.items,
            decoded: false,
            in_address: place.in_address,
        });
        Some((self.found.leaves.len() - 1, path))
    }

    /// The path, with its number where it was met before: `query.a`, `query.a#2`.
    fn unique(&mut self, rendered: &str) -> String {
        let mut path = rendered.to_owned();
        while let Some(times) = self.paths.get_mut(&path) {
            *times += 1;
            path = format!("{path}#{times}");
        }
        self.paths.insert(path.clone(), 1);
        path
    }

    /// Marks a leaf from which others were decoded.
    pub fn mark(&mut self, leaf: usize) {
        if let Some(leaf) = self.found.leaves.get_mut(leaf) {
            leaf.decoded = true;
        }
    }

    /// How many values there are so far.
    pub fn count(&self) -> usize {
        self.found.leaves.len()
    }

    /// Says what is not read.
    pub fn fault(&mut self, place: &Place, what: impl Into<String>) {
        if self.found.faults.len() < limits::FAULTS_MAX {
            self.found.faults.push(DecodeFault { path: place.rendered.clone(), what: what.into() });
        }
    }

    /// Whether so many further bytes may be looked at.
    pub fn may(&mut self, place: &Place, bytes: usize) -> bool {
        let before = self.worked;
        self.worked = self.worked.saturating_add(bytes);
        if self.worked <= limits::WORK_BYTES_MAX {
            return true;
        }
        if before <= limits::WORK_BYTES_MAX {
            self.fault(
                place,
                format!(
                    "more than {} bytes to decode in one request: the rest is left as it is",
                    limits::WORK_BYTES_MAX
                ),
            );
        }
        false
    }
}
