//! Identities: who may ask, approve and enrol others, as the ledger tells it.
//!
//! The two founders are enrolled at the beginning, each signed for by both. Every later enrolment or withdrawal is
//! signed by two identities that are enrolled then; who withdraws may sign for that as well. Names are sealed: public
//! are the keys and the id made from them. With two identities left of which one has lost its key, nobody can be
//! enrolled any more: enrol three.

use std::collections::BTreeMap;

use shuhi_keys::{KeyError, KeyId, PublicIdentity, Signature};
use shuhi_machine::UtcMillis;
use zeroize::Zeroizing;

use crate::cbor::Writer;
use crate::error::LedgerError;
use crate::event::{Event, Field, StoredEvent};
use crate::keys::PayloadKeys;
use crate::reader::LedgerReader;

/// The class of enrolments.
pub const ENROLLED: &str = "identity.enrolled";
/// The class of withdrawals.
pub const WITHDRAWN: &str = "identity.withdrawn";
/// What signatures of enrolments mean.
pub const ENROLMENT_CONTEXT: &str = "shuhi ledger: enrol this identity";
/// What signatures of withdrawals mean.
pub const WITHDRAWAL_CONTEXT: &str = "shuhi ledger: withdraw this identity";

/// One of the two signatures under an enrolment or withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The id of the identity that signs.
    pub id: String,
    /// Its signature of the statement.
    pub signature: Signature,
}

/// What two identities sign to enrol another, under [`ENROLMENT_CONTEXT`]. It holds for one log and one time.
#[must_use]
pub fn enrolment_statement(origin: &str, identity: &PublicIdentity, at: UtcMillis) -> Vec<u8> {
    statement(origin, &identity.signing_key(), &identity.sealing_key(), at, None)
}

/// What two identities sign to withdraw one, under [`WITHDRAWAL_CONTEXT`]; `reason` is a word such as `left`, `lost`,
/// `compromised`.
#[must_use]
pub fn withdrawal_statement(origin: &str, identity: &PublicIdentity, at: UtcMillis, reason: &str) -> Vec<u8> {
    statement(origin, &identity.signing_key(), &identity.sealing_key(), at, Some(reason))
}

/// The event of an enrolment. The name is sealed under `name_key`.
#[must_use]
pub fn enrolment(identity: &PublicIdentity, at: UtcMillis, by: &[SignedBy; 2], name_key: KeyId) -> Event {
    signed_event(ENROLLED, identity, at, by)
        .with("signing_key", identity.signing_key().to_vec())
        .with("sealing_key", identity.sealing_key().to_vec())
        .sealing(identity.name().as_bytes().to_vec(), name_key)
}

/// The two events that enrol the founders, to be appended together. `by` are the signatures of the first and of the
/// second founder under the statement of each.
#[must_use]
pub fn founding(
    founders: [&PublicIdentity; 2],
    at: UtcMillis,
    by: &[[SignedBy; 2]; 2],
    name_keys: [KeyId; 2],
) -> [Event; 2] {
    let [first, second] = founders;
    let [by_first, by_second] = by;
    let [first_key, second_key] = name_keys;
    [
        enrolment(first, at, by_first, first_key).with("founder", 1),
        enrolment(second, at, by_second, second_key).with("founder", 1),
    ]
}

/// The event of a withdrawal, for the reason that was signed.
#[must_use]
pub fn withdrawal(identity: &PublicIdentity, at: UtcMillis, by: &[SignedBy; 2], reason: &str) -> Event {
    signed_event(WITHDRAWN, identity, at, by).with("reason", reason)
}

/// Why an enrolment or withdrawal has no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// A field is missing or not of its form.
    #[error("the field `{0}` is missing or not of its form")]
    Field(&'static str),
    /// The id is not that of the keys.
    #[error("the id `{0}` is not that of its keys")]
    Id(String),
    /// Enrolled already.
    #[error("`{0}` is enrolled already")]
    Enrolled(String),
    /// Not enrolled.
    #[error("`{0}` is not enrolled")]
    NotEnrolled(String),
    /// Signed by one.
    #[error("two different identities must sign, not `{0}` twice")]
    OneSigner(String),
    /// A signature is not valid.
    #[error("the signature of `{0}` is not valid")]
    Signature(String),
    /// Earlier than what it changes.
    #[error("it is not later than what was said of `{0}` before")]
    Earlier(String),
    /// Founders after the beginning, or not two.
    #[error("the two founders are enrolled together, before everyone else, each signed for by both")]
    Founders,
}

/// What happened to an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityChange {
    /// When.
    pub at: UtcMillis,
    /// The number of the leaf that says so.
    pub leaf: u64,
    /// Whether it is enrolled from then on.
    pub enrolled: bool,
}

/// An identity that is or was enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// Its id and public keys. Its name is sealed in the ledger ([`Identities::name`]); here the id stands for it.
    pub public: PublicIdentity,
    /// Whether it is one of the two of the beginning.
    pub founder: bool,
    /// Enrolments and withdrawals, in order.
    pub changes: Vec<IdentityChange>,
}

impl Enrolled {
    /// Whether it is enrolled at a time.
    #[must_use]
    pub fn is_enrolled(&self, at: UtcMillis) -> bool {
        self.changes.iter().rev().find(|change| change.at <= at).is_some_and(|change| change.enrolled)
    }

    fn is_enrolled_now(&self) -> bool {
        self.changes.last().is_some_and(|change| change.enrolled)
    }
}

/// All identities a ledger speaks of.
#[derive(Clone, Debug)]
pub struct Identities {
    origin: String,
    known: BTreeMap<String, Enrolled>,
    ignored: Vec<(u64, IdentityError)>,
    /// The first founder, until the second is there.
    founder: Option<(u64, Change)>,
}

impl Identities {
    /// Reads the whole ledger.
    ///
    /// # Errors
    ///
    /// When a leaf cannot be read.
    pub fn fold(ledger: &LedgerReader) -> Result<Self, LedgerError> {
        let mut identities = Self::new(ledger.checkpoint().origin());
        for event in ledger.events_from(0) {
            let (leaf, event) = event?;
            identities.apply(leaf, &event);
        }
        Ok(identities)
    }

    /// Nobody yet, in the ledger of this origin.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), known: BTreeMap::new(), ignored: Vec::new(), founder: None }
    }

    /// Takes in the next event of the ledger. Events of other classes change nothing; an enrolment or withdrawal that
    /// does not hold has no effect and is listed in [`Self::ignored`].
    pub fn apply(&mut self, leaf: u64, event: &StoredEvent) {
        if event.class != ENROLLED && event.class != WITHDRAWN {
            return;
        }
        let judged = Change::read(event).and_then(|change| self.take(leaf, change));
        if let Err(error) = judged {
            self.founder = None;
            self.ignored.push((leaf, error));
        }
    }

    /// Whether these events, appended next, would all have effect. To be asked before they are appended.
    ///
    /// # Errors
    ///
    /// Why the first of them would not.
    pub fn check(&self, events: &[Event]) -> Result<(), IdentityError> {
        let mut after = self.clone();
        let next = self.last_leaf().saturating_add(1);
        for (leaf, event) in
            (next..).zip(events).filter(|(_, event)| event.class == ENROLLED || event.class == WITHDRAWN)
        {
            let Event { class, at, fields, .. } = event.clone();
            after.take(leaf, Change::read(&StoredEvent { class, at, fields, payload: None })?)?;
        }
        if after.founder.is_some() { Err(IdentityError::Founders) } else { Ok(()) }
    }

    /// An identity, enrolled or withdrawn.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Enrolled> {
        self.known.get(id)
    }

    /// Everyone who was ever enrolled, by id.
    pub fn all(&self) -> impl Iterator<Item = &Enrolled> {
        self.known.values()
    }

    /// An identity that is enrolled at a time.
    #[must_use]
    pub fn enrolled(&self, id: &str, at: UtcMillis) -> Option<&PublicIdentity> {
        self.known.get(id).filter(|identity| identity.is_enrolled(at)).map(|identity| &identity.public)
    }

    /// Enrolments and withdrawals without effect, with the numbers of their leaves and the reasons.
    #[must_use]
    pub fn ignored(&self) -> &[(u64, IdentityError)] {
        &self.ignored
    }

    /// The name of an identity, from its last enrolment; `None` where its key is destroyed or there is none.
    ///
    /// # Errors
    ///
    /// When the leaf cannot be read, or its payload not be opened.
    pub fn name(
        &self,
        id: &str,
        ledger: &LedgerReader,
        keys: &dyn PayloadKeys,
    ) -> Result<Option<Zeroizing<String>>, LedgerError> {
        let enrolment = self.known.get(id).and_then(|known| known.changes.iter().rev().find(|change| change.enrolled));
        let Some(enrolment) = enrolment else { return Ok(None) };
        let name = ledger.payload(enrolment.leaf, keys)?;
        Ok(name.map(|name| Zeroizing::new(String::from_utf8_lossy(&name).into_owned())))
    }

    fn last_leaf(&self) -> u64 {
        let changes = self.known.values().flat_map(|identity| &identity.changes);
        changes.map(|change| change.leaf).chain(self.ignored.iter().map(|(leaf, _)| *leaf)).max().unwrap_or(0)
    }

    fn take(&mut self, leaf: u64, change: Change) -> Result<(), IdentityError> {
        if change.founder {
            return self.take_founder(leaf, change);
        }
        if self.founder.is_some() {
            return Err(IdentityError::Founders);
        }
        let known = self.known.get(&change.id);
        let public = match (known, &change.public) {
            (Some(known), Some(_)) if known.is_enrolled_now() => return Err(IdentityError::Enrolled(change.id)),
            // An id is short: whoever had it first keeps it.
            (Some(known), Some(public)) if !same_keys(&known.public, public) => {
                return Err(IdentityError::Id(change.id));
            }
            (Some(known), None) if known.is_enrolled_now() => &known.public,
            (_, Some(public)) => public,
            (_, None) => return Err(IdentityError::NotEnrolled(change.id)),
        };
        if known.and_then(|known| known.changes.last()).is_some_and(|last| last.at >= change.at) {
            return Err(IdentityError::Earlier(change.id));
        }
        let (context, statement) = match &change.reason {
            None => (ENROLMENT_CONTEXT, enrolment_statement(&self.origin, public, change.at)),
            Some(reason) => (WITHDRAWAL_CONTEXT, withdrawal_statement(&self.origin, public, change.at, reason)),
        };
        for SignedBy { id, signature } in &change.by {
            let signer = self.known.get(id).filter(|signer| signer.is_enrolled_now());
            let signer = signer.ok_or_else(|| IdentityError::NotEnrolled(id.clone()))?;
            verify(&signer.public, context, &statement, signature)?;
        }
        self.record(leaf, &change, public.clone());
        Ok(())
    }

    fn take_founder(&mut self, leaf: u64, change: Change) -> Result<(), IdentityError> {
        if !self.known.is_empty() || change.public.is_none() {
            return Err(IdentityError::Founders);
        }
        let Some((first_leaf, first)) = self.founder.take() else {
            self.founder = Some((leaf, change));
            return Ok(());
        };
        let (Some(one), Some(other)) = (&first.public, &change.public) else { return Err(IdentityError::Founders) };
        if first_leaf.checked_add(1) != Some(leaf) || first.at != change.at || first.id == change.id {
            return Err(IdentityError::Founders);
        }
        for (subject, by) in [(one, &first.by), (other, &change.by)] {
            let statement = enrolment_statement(&self.origin, subject, change.at);
            for SignedBy { id, signature } in by {
                let signer = [one, other].into_iter().find(|founder| founder.id() == *id);
                verify(signer.ok_or(IdentityError::Founders)?, ENROLMENT_CONTEXT, &statement, signature)?;
            }
        }
        self.record(first_leaf, &first, one.clone());
        self.record(leaf, &change, other.clone());
        Ok(())
    }

    fn record(&mut self, leaf: u64, change: &Change, public: PublicIdentity) {
        let fresh = Enrolled { public, founder: change.founder, changes: Vec::new() };
        let known = self.known.entry(change.id.clone()).or_insert(fresh);
        known.changes.push(IdentityChange { at: change.at, leaf, enrolled: change.public.is_some() });
    }
}

/// An enrolment or withdrawal as it is read.
#[derive(Clone, Debug)]
struct Change {
    id: String,
    at: UtcMillis,
    founder: bool,
    /// Of an enrolment.
    public: Option<PublicIdentity>,
    /// Of a withdrawal.
    reason: Option<String>,
    by: [SignedBy; 2],
}

impl Change {
    fn read(event: &StoredEvent) -> Result<Self, IdentityError> {
        let id = event.text("identity").ok_or(IdentityError::Field("identity"))?.to_owned();
        let signature = |field: &'static str| {
            let bytes = event.bytes(field).and_then(|bytes| bytes.try_into().ok());
            bytes.map(Signature).ok_or(IdentityError::Field(field))
        };
        let Some([first, second]) = event.texts("by") else { return Err(IdentityError::Field("by")) };
        if first == second {
            return Err(IdentityError::OneSigner(first.clone()));
        }
        let by = [
            SignedBy { id: first.clone(), signature: signature("signature_1")? },
            SignedBy { id: second.clone(), signature: signature("signature_2")? },
        ];
        let founder = event.number("founder") == Some(1);
        let (public, reason) = if event.class == ENROLLED {
            (Some(public_parts(&id, event)?), None)
        } else {
            (None, Some(event.text("reason").ok_or(IdentityError::Field("reason"))?.to_owned()))
        };
        Ok(Self { id, at: event.at, founder, public, reason, by })
    }
}

fn public_parts(id: &str, event: &StoredEvent) -> Result<PublicIdentity, IdentityError> {
    let key = |field: &'static str| {
        event.bytes(field).and_then(|bytes| bytes.try_into().ok()).ok_or(IdentityError::Field(field))
    };
    let public = PublicIdentity::new(id, key("signing_key")?, key("sealing_key")?);
    let public = public.map_err(|_: KeyError| IdentityError::Field("signing_key"))?;
    if public.id() == id { Ok(public) } else { Err(IdentityError::Id(id.to_owned())) }
}

fn verify(
    signer: &PublicIdentity,
    context: &str,
    statement: &[u8],
    signature: &Signature,
) -> Result<(), IdentityError> {
    signer.verify(context, statement, signature).map_err(|_| IdentityError::Signature(signer.id()))
}

fn same_keys(one: &PublicIdentity, other: &PublicIdentity) -> bool {
    one.signing_key() == other.signing_key() && one.sealing_key() == other.sealing_key()
}

fn signed_event(class: &str, identity: &PublicIdentity, at: UtcMillis, by: &[SignedBy; 2]) -> Event {
    let [first, second] = by;
    Event::new(class, at)
        .with("identity", identity.id())
        .with("by", Field::Texts(vec![first.id.clone(), second.id.clone()]))
        .with("signature_1", first.signature.0.to_vec())
        .with("signature_2", second.signature.0.to_vec())
}

fn statement(
    origin: &str,
    signing_key: &[u8; 32],
    sealing_key: &[u8; 32],
    at: UtcMillis,
    reason: Option<&str>,
) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array(if reason.is_some() { 5 } else { 4 });
    writer.text(origin);
    writer.bytes(signing_key);
    writer.bytes(sealing_key);
    writer.integer(at.0);
    if let Some(reason) = reason {
        writer.text(reason);
    }
    writer.done()
}
