//! What is reported where an invariant does not hold.

use std::fmt;

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant, in words.
    pub invariant: &'static str,
    /// What the model expected.
    pub expected: String,
    /// What the vault showed.
    pub found: String,
}

impl Violation {
    /// An invariant, what was expected, what was found.
    #[must_use]
    pub fn new(invariant: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { invariant, expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant: {}\n  expected: {}\n  found:    {}", self.invariant, self.expected, self.found)
    }
}
