//! Who may ask and approve: identities enrolled in the ledger by two that were enrolled before.

use shuhi_keys::PublicIdentity;

use crate::{Vault, VaultError};

impl Vault {
    /// The enrolled identity of that id.
    pub(crate) fn enrolled(&self, id: &str) -> Result<PublicIdentity, VaultError> {
        let _ = id;
        Err(VaultError::refused("not yet", ""))
    }
}
