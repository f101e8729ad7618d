//! Who may ask and approve: identities enrolled in the ledger by two that were enrolled before.
//!
//! Names are sealed in the ledger, each under a key of its own; public are the keys and the id made from them.

use std::sync::PoisonError;

use shuhi_keys::{Identity, KeyId, PublicIdentity};
use shuhi_ledger::Event;
use shuhi_ledger::identities::{
    ENROLMENT_CONTEXT, Identities, IdentityError, SignedBy, WITHDRAWAL_CONTEXT, enrolment, enrolment_statement,
    founding, withdrawal, withdrawal_statement,
};
use shuhi_records::UtcMillis;

use crate::catalog::{SealingKeyRow, tables};
use crate::{Vault, VaultError};

/// Under what name the key of an identity's name stands in the catalog.
const NAME_KEY: &str = "identity/";

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
    /// Enrols the two founders of a new vault. Both sign for both.
    ///
    /// # Errors
    ///
    /// Where founders are enrolled already, or the two are the same.
    pub fn found(&mut self, founders: [&Identity; 2]) -> Result<(), VaultError> {
        let at = self.now();
        let [first, second] = founders.map(Identity::public);
        let keys = [self.name_key(first)?, self.name_key(second)?];
        let by = [self.enrolment_by(first, founders, at)?, self.enrolment_by(second, founders, at)?];
        let events = founding([first, second], at, &by, keys);
        self.tell_identities(&events)
    }

    /// Enrols an identity, signed for by two that are enrolled.
    ///
    /// # Errors
    ///
    /// Where it is enrolled already, or one of the two is not.
    pub fn enrol(&mut self, identity: &PublicIdentity, by: [&Identity; 2]) -> Result<(), VaultError> {
        let at = self.now();
        let by = self.enrolment_by(identity, by, at)?;
        let key = self.name_key(identity)?;
        self.tell_identities(&[enrolment(identity, at, &by, key)])
    }

    /// Withdraws an identity, signed for by two that are enrolled. `reason` is one word: `left`, `lost`, `compromised`.
    ///
    /// # Errors
    ///
    /// Where it is not enrolled, or one of the two is not.
    pub fn withdraw_identity(&mut self, id: &str, by: [&Identity; 2], reason: &str) -> Result<(), VaultError> {
        let identity = self.enrolled(id)?;
        let at = self.now();
        let statement = withdrawal_statement(&self.settings.log, &identity, at, reason);
        let by = signed(by, WITHDRAWAL_CONTEXT, &statement)?;
        self.tell_identities(&[withdrawal(&identity, at, &by, reason)])
    }

    /// Everyone who is or was enrolled, by id.
    ///
    /// # Errors
    ///
    /// What ledger and keys say.
    pub fn identities(&self) -> Result<Vec<EnrolledIdentity>, VaultError> {
        let identities = self.folded()?;
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

    /// The enrolled identity of that id.
    pub(crate) fn enrolled(&self, id: &str) -> Result<PublicIdentity, VaultError> {
        let identities = self.folded()?;
        let found = identities.enrolled(id, self.now()).cloned();
        found.ok_or_else(|| {
            VaultError::refused(
                (
                    format!("識別 `{id}` はこの保管庫に登録されていない"),
                    format!("identity `{id}` is not enrolled in this vault"),
                ),
                (
                    "登録された二人が `shuhi vault enrol` で登録すること",
                    "two enrolled people enrol it with `shuhi vault enrol`",
                ),
            )
        })
    }

    /// All identities, from the leaves that came since they were last asked for.
    fn folded(&self) -> Result<Identities, VaultError> {
        let mut known = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let (identities, next) = known.get_or_insert_with(|| (Identities::new(&self.settings.log), 0));
        for event in self.ledger.events_from(*next) {
            let (leaf, event) = event?;
            identities.apply(leaf, &event);
            *next = leaf + 1;
        }
        Ok(identities.clone())
    }

    fn enrolment_by(
        &self,
        identity: &PublicIdentity,
        by: [&Identity; 2],
        at: UtcMillis,
    ) -> Result<[SignedBy; 2], VaultError> {
        signed(by, ENROLMENT_CONTEXT, &enrolment_statement(&self.settings.log, identity, at))
    }

    fn tell_identities(&mut self, events: &[Event]) -> Result<(), VaultError> {
        self.folded()?.check(events).map_err(refusal)?;
        self.ledger.append(events, &self.keys)?;
        Ok(())
    }

    /// The key that the name of an identity is sealed under. The catalog knows it before the ledger does, so that it is
    /// no stray after a crash.
    fn name_key(&self, identity: &PublicIdentity) -> Result<KeyId, VaultError> {
        let key = self.keys.create_key()?;
        // By key, not by identity: who is enrolled again keeps the names of the earlier enrolments readable.
        let name = format!("{NAME_KEY}{}/{key}", identity.id());
        let row = SealingKeyRow { key: key.to_string(), expires_at: i64::MAX };
        self.catalog.change(|change| change.put(&tables::SEALING_KEYS, &name, &row))?;
        Ok(key)
    }
}

fn signed(by: [&Identity; 2], context: &str, statement: &[u8]) -> Result<[SignedBy; 2], VaultError> {
    let sign = |identity: &Identity| -> Result<SignedBy, VaultError> {
        Ok(SignedBy { id: identity.public().id(), signature: identity.sign(context, statement)? })
    };
    let [first, second] = by;
    Ok([sign(first)?, sign(second)?])
}

fn refusal(error: IdentityError) -> VaultError {
    let help = match &error {
        IdentityError::Enrolled(_) => ("することは残っていない", "nothing is left to do"),
        IdentityError::NotEnrolled(_) => {
            ("`shuhi vault identities` で登録された人を見られる", "`shuhi vault identities` lists who is enrolled")
        }
        IdentityError::OneSigner(_) => ("`--as` で別々の二人を指定すること", "name two different people with `--as`"),
        IdentityError::Earlier(_) => {
            ("機械の時計が正しいか確かめ、やり直すこと", "look whether the machine's clock is right, and try again")
        }
        IdentityError::Founders => {
            ("保管庫の設立は一度だけ、別々の二人による", "a vault is founded once, by two different people")
        }
        IdentityError::Field(_) | IdentityError::Id(_) | IdentityError::Signature(_) => {
            ("その人自身の識別ファイルを使うこと", "use the identity's own file")
        }
    };
    let ja = match &error {
        IdentityError::Field(field) => format!("項目 `{field}` がないか、形が違う"),
        IdentityError::Id(id) => format!("ID `{id}` はその鍵のものではない"),
        IdentityError::Enrolled(id) => format!("`{id}` は既に登録されている"),
        IdentityError::NotEnrolled(id) => format!("`{id}` は登録されていない"),
        IdentityError::OneSigner(id) => format!("別々の二人の署名が要る。`{id}` 一人ではできない"),
        IdentityError::Signature(id) => format!("`{id}` の署名が正しくない"),
        IdentityError::Earlier(id) => format!("`{id}` についての前の記録より後ではない"),
        IdentityError::Founders => "設立者は初めに二人そろって、互いの署名で登録される".to_owned(),
    };
    VaultError::refused((ja, error.to_string()), help)
}
