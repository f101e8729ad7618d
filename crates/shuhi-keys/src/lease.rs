//! Keys lent for a moment.

use std::fmt;

use crate::secret::Secret;

/// A key, lent to open or write one file; wiped on drop, never printed.
pub struct Lease(Secret);

impl Lease {
    pub(crate) fn new(key: Secret) -> Self {
        Self(key)
    }

    /// The AES-256 key. Whoever copies it must wipe the copy.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Lease(..)")
    }
}
