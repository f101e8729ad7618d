//! Who may ask and approve: identities enrolled in the ledger by two that were enrolled before.

use shuhi_keys::PublicIdentity;
use shuhi_ledger::identities::{self, Identities, SignedBy};
use shuhi_records::UtcMillis;

use crate::catalog::{SealingKeyRow, tables};
use crate::{Vault, VaultError};

impl Vault {
    /// Enrols the first two identities, each signed for by both: the signatures of the first and of the second under the
    /// statement of each ([`identities::enrolment_statement`] with the vault's log and `at`).
    ///
    /// # Errors
    ///
    /// Where somebody is enrolled already, or a signature does not fit.
    pub fn found(
        &mut self,
        founders: [&PublicIdentity; 2],
        at: UtcMillis,
        by: &[[SignedBy; 2]; 2],
    ) -> Result<(), VaultError> {
        let [first, second] = [self.name_key(founders[0])?, self.name_key(founders[1])?];
        let events = identities::founding(founders, at, by, [first, second]);
        self.tell_of_identities(&events)
    }

    /// Enrols an identity, signed for by two that are enrolled.
    ///
    /// # Errors
    ///
    /// Where it is enrolled already, or a signature does not fit.
    pub fn enrol(&mut self, identity: &PublicIdentity, at: UtcMillis, by: &[SignedBy; 2]) -> Result<(), VaultError> {
        let key = self.name_key(identity)?;
        self.tell_of_identities(&[identities::enrolment(identity, at, by, key)])
    }

    /// Withdraws an identity for a reason in a word, signed for by two that are enrolled.
    ///
    /// # Errors
    ///
    /// Where it is not enrolled, or a signature does not fit.
    pub fn withdraw_identity(
        &mut self,
        identity: &PublicIdentity,
        at: UtcMillis,
        by: &[SignedBy; 2],
        reason: &str,
    ) -> Result<(), VaultError> {
        self.tell_of_identities(&[identities::withdrawal(identity, at, by, reason)])
    }

    /// Everyone the ledger speaks of.
    ///
    /// # Errors
    ///
    /// Where the ledger cannot be read.
    pub fn identities(&self) -> Result<Identities, VaultError> {
        Ok(Identities::fold(&self.ledger)?)
    }

    /// The enrolled identity of that id.
    pub(crate) fn enrolled(&self, id: &str) -> Result<PublicIdentity, VaultError> {
        let identities = self.identities()?;
        identities.enrolled(id, self.now()).cloned().ok_or_else(|| {
            let help = "two enrolled identities enrol another with `shuhi identity enrol`";
            VaultError::refused(format!("identity `{id}` is not enrolled"), help)
        })
    }

    /// The key that seals the name of an identity. It lives as long as the vault: what was signed may be asked about.
    fn name_key(&self, identity: &PublicIdentity) -> Result<shuhi_keys::KeyId, VaultError> {
        let key = self.keys.create_key()?;
        let row = SealingKeyRow { key: key.to_string(), expires_at: i64::MAX };
        let name = format!("identity/{}/{key}", identity.id());
        self.catalog.change(|change| change.put(&tables::SEALING_KEYS, &name, &row))?;
        Ok(key)
    }

    fn tell_of_identities(&mut self, events: &[shuhi_ledger::Event]) -> Result<(), VaultError> {
        self.identities()?.check(events).map_err(|error| {
            let help = "make the statement again, signed by two enrolled identities";
            VaultError::refused(error.to_string(), help)
        })?;
        self.ledger.append(events, &self.keys)?;
        Ok(())
    }
}
