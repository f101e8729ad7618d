//! Collecting faults without letting a broken capture fill the memory with them.

use crate::capture::CaptureFault;
use crate::limits::FAULTS_MAX;

/// Faults as they are found.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    kept: Vec<CaptureFault>,
    dropped: usize,
}

impl Faults {
    pub fn add(&mut self, place: impl Into<String>, what: impl Into<String>, missing: impl Into<String>) {
        if self.kept.len() < FAULTS_MAX {
            self.kept.push(CaptureFault { place: place.into(), what: what.into(), missing: missing.into() });
        } else {
            self.dropped += 1;
        }
    }

    pub fn into_list(mut self) -> Vec<CaptureFault> {
        if self.dropped > 0 {
            self.kept.push(CaptureFault {
                place: "the capture".into(),
                what: format!("{} more faults like these", self.dropped),
                missing: "as above".into(),
            });
        }
        self.kept
    }
}
