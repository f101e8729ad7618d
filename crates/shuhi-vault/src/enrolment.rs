//! Enrolling by people who are at hand, each with their own unlocked identity.

use shuhi_keys::{Identity, PublicIdentity};
use shuhi_ledger::identities::{
    ENROLMENT_CONTEXT, SignedBy, WITHDRAWAL_CONTEXT, enrolment_statement, withdrawal_statement,
};
use shuhi_records::UtcMillis;

use crate::{Vault, VaultError};

/// An identity that is or was enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledIdentity {
    /// Its id.
    pub id: String,
    /// The name its owner gave it; `None` where the key of the name is destroyed.
    pub name: Option<String>,
    /// Whether it may act now.
    pub enrolled: bool,
    /// Whether it is one of the two of the beginning.
    pub founder: bool,
    /// When it was last enrolled or withdrawn.
    pub changed_at: UtcMillis,
}

impl Vault {
    /// Enrols the two founders of a new vault, who both sign for both.
    ///
    /// # Errors
    ///
    /// Where somebody is enrolled already, or the two are the same.
    pub fn found_by(&mut self, founders: [&Identity; 2]) -> Result<(), VaultError> {
        let at = self.now();
        let [first, second] = founders.map(Identity::public);
        let by = [self.enrolment_by(first, founders, at)?, self.enrolment_by(second, founders, at)?];
        self.found([first, second], at, &by)
    }

    /// Enrols an identity, signed for by two that are enrolled.
    ///
    /// # Errors
    ///
    /// Where it is enrolled already, or one of the two is not.
    pub fn enrol_by(&mut self, identity: &PublicIdentity, by: [&Identity; 2]) -> Result<(), VaultError> {
        let at = self.now();
        let by = self.enrolment_by(identity, by, at)?;
        self.enrol(identity, at, &by)
    }

    /// Withdraws an identity, signed for by two that are enrolled. `reason` is one word: `left`, `lost`, `compromised`.
    ///
    /// # Errors
    ///
    /// Where it is not enrolled, or one of the two is not.
    pub fn withdraw_by(&mut self, id: &str, by: [&Identity; 2], reason: &str) -> Result<(), VaultError> {
        let identity = self.enrolled(id)?;
        let at = self.now();
        let statement = withdrawal_statement(&self.settings.log, &identity, at, reason);
        let by = signed(by, WITHDRAWAL_CONTEXT, &statement)?;
        self.withdraw_identity(&identity, at, &by, reason)
    }

    /// Everyone who is or was enrolled, by id, with their names.
    ///
    /// # Errors
    ///
    /// What ledger and keys say.
    pub fn enrolled_identities(&self) -> Result<Vec<EnrolledIdentity>, VaultError> {
        let identities = self.identities()?;
        let now = self.now();
        let mut all = Vec::new();
        for enrolled in identities.all() {
            let id = enrolled.public.id();
            let name = identities.name(&id, &self.ledger, &self.keys)?.map(|name| name.to_string());
            all.push(EnrolledIdentity {
                name,
                enrolled: enrolled.is_enrolled(now),
                founder: enrolled.founder,
                changed_at: enrolled.changes.last().map_or(UtcMillis(0), |change| change.at),
                id,
            });
        }
        Ok(all)
    }

    fn enrolment_by(
        &self,
        identity: &PublicIdentity,
        by: [&Identity; 2],
        at: UtcMillis,
    ) -> Result<[SignedBy; 2], VaultError> {
        signed(by, ENROLMENT_CONTEXT, &enrolment_statement(&self.settings.log, identity, at))
    }
}

fn signed(by: [&Identity; 2], context: &str, statement: &[u8]) -> Result<[SignedBy; 2], VaultError> {
    let sign = |identity: &Identity| -> Result<SignedBy, VaultError> {
        Ok(SignedBy { id: identity.public().id(), signature: identity.sign(context, statement)? })
    };
    let [first, second] = by;
    Ok([sign(first)?, sign(second)?])
}
