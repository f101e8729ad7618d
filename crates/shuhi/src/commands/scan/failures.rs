//! What the scanner's parts say, as failures of the command.

use shuhi_browser::BrowserError;
use shuhi_catalogue::OverlayError;
use shuhi_scan::EvidenceError;

use crate::failure::Failure;

const DAMAGED: &str = "the program is damaged: build or install it again";

impl From<shuhi_catalogue::EmbeddedError> for Failure {
    fn from(error: shuhi_catalogue::EmbeddedError) -> Self {
        Self::usage(error.to_string(), DAMAGED)
    }
}

impl From<shuhi_items::EmbeddedError> for Failure {
    fn from(error: shuhi_items::EmbeddedError) -> Self {
        Self::usage(error.to_string(), DAMAGED)
    }
}

impl From<OverlayError> for Failure {
    fn from(error: OverlayError) -> Self {
        match error {
            OverlayError::Faulty(faulty) => Self::Faults(Box::new(faulty.sources), faulty.faults),
            other => Self::usage(other.to_string(), "the form of its files is in catalogue/README.md"),
        }
    }
}

impl From<EvidenceError> for Failure {
    fn from(error: EvidenceError) -> Self {
        Self::usage(error.to_string(), "evidence goes to a folder of its own: name a new one with `--evidence`")
    }
}

impl From<BrowserError> for Failure {
    fn from(error: BrowserError) -> Self {
        let help = match &error {
            BrowserError::Missing { .. } => {
                "install it (Debian: apt-get install chromium), or name it with `--browser FILE`"
            }
            BrowserError::Start { .. } => "look at what it said; a container may need more shared memory",
            _ => "try again; the log in the evidence folder says how far it came",
        };
        Self::usage(error.to_string(), help)
    }
}
