//! Epoch keys as objects of a PKCS#11 token, which never leave it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use shuhi_machine::{Machine, random_array};
use zeroize::Zeroizing;

use super::{Epoch, EpochKeys, KeyDestruction, Replica, ReplicaEnd, ReplicaState, Wrapped};
use crate::passphrase::Passphrase;
use crate::root::Root;
use crate::secret::Secret;
use crate::{KeyError, hexadecimal};

const TAG_BITS: u64 = 128;
const NONCE: usize = 12;

/// Which token keeps the epoch keys.
#[derive(Clone, Debug)]
pub struct TokenPlace {
    /// The vendor's module, a shared library.
    pub module: PathBuf,
    /// The token's label.
    pub label: String,
    /// The user's PIN.
    pub pin: Passphrase,
}

/// Keeps epoch keys on a PKCS#11 token: made there, never extractable, destroyed there.
pub(crate) struct TokenEpochs {
    machine: Machine,
    place: PathBuf,
    /// All epoch keys of one key store have this label.
    label: String,
    snapshots_declared: bool,
    session: Mutex<Session>,
}

impl TokenEpochs {
    /// Loads the module, finds the token and signs in.
    pub(crate) fn new(
        machine: &Machine,
        root: &Root,
        place: &TokenPlace,
        snapshots_declared: bool,
    ) -> Result<Self, KeyError> {
        let session = Mutex::new(signed_in(place)?);
        let label = format!("shuhi epoch key {}", hexadecimal::encode(root.store()));
        let (machine, place) = (machine.clone(), PathBuf::from(&place.label));
        Ok(Self { machine, place, label, snapshots_declared, session })
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of_this_store(&self) -> Vec<Attribute> {
        vec![Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(self.label.clone().into_bytes())]
    }

    fn objects(&self, session: &Session, epoch: Option<&Epoch>) -> Result<Vec<ObjectHandle>, KeyError> {
        let mut template = self.of_this_store();
        template.extend(epoch.map(|epoch| Attribute::Id(object_id(epoch))));
        session.find_objects(&template).map_err(|error| failed("find the epoch keys", &error))
    }

    fn key(&self, session: &Session, epoch: &Epoch) -> Result<ObjectHandle, KeyError> {
        let found = self.objects(session, Some(epoch))?.first().copied();
        found.ok_or_else(|| {
            let tried = vec![(self.place.clone(), "does not have it".to_owned())];
            KeyError::EpochKeyMissing { epoch: epoch.number, tried }
        })
    }

    fn others(&self, session: &Session, kept: &Epoch) -> Result<Vec<ObjectHandle>, KeyError> {
        let kept = self.objects(session, Some(kept))?;
        let mut all = self.objects(session, None)?;
        all.retain(|object| !kept.contains(object));
        Ok(all)
    }

    fn destroy(&self, session: &Session, kept: &Epoch) -> Result<KeyDestruction, KeyError> {
        let others = self.others(session, kept)?;
        for object in &others {
            session.destroy_object(*object).map_err(|error| failed("destroy an epoch key", &error))?;
        }
        let left = self.others(session, kept)?.len();
        Ok(match (others.len(), left) {
            (0, 0) => KeyDestruction::NothingThere,
            (destroyed, 0) => KeyDestruction::Destroyed(destroyed),
            (_, left) => KeyDestruction::NotShown(format!("the token still has {left} earlier epoch keys")),
        })
    }
}

fn signed_in(place: &TokenPlace) -> Result<Session, KeyError> {
    let module =
        Pkcs11::new(&place.module).map_err(|error| failed(&format!("load `{}`", place.module.display()), &error))?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(failed("start", &error)),
    }
    let slots = module.get_slots_with_initialized_token().map_err(|error| failed("list its slots", &error))?;
    let has_label = |slot| module.get_token_info(slot).is_ok_and(|token| token.label().trim_end() == place.label);
    let slot = slots.into_iter().find(|slot| has_label(*slot)).ok_or_else(|| KeyError::Token {
        what: format!("answer to the label `{}`", place.label),
        why: "no token has it: check label and module".to_owned(),
    })?;
    let session = module.open_rw_session(slot).map_err(|error| failed("open a session", &error))?;
    match session.login(UserType::User, Some(&AuthPin::from(place.pin.text().to_owned()))) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
        Err(error) => Err(failed("accept the PIN", &error)),
    }
}

fn failed(what: &str, error: &Error) -> KeyError {
    KeyError::Token { what: what.to_owned(), why: error.to_string() }
}

fn object_id(epoch: &Epoch) -> Vec<u8> {
    [epoch.number.to_be_bytes().as_slice(), &epoch.id].concat()
}

impl EpochKeys for TokenEpochs {
    fn make(&self, epoch: &Epoch) -> Result<(), KeyError> {
        let mut template = self.of_this_store();
        template.extend([
            Attribute::Id(object_id(epoch)),
            Attribute::KeyType(KeyType::AES),
            Attribute::ValueLen(32.into()),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Modifiable(false),
            Attribute::Destroyable(true),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
        ]);
        let made = self.session().generate_key(&Mechanism::AesKeyGen, &template);
        made.map(drop).map_err(|error| failed("make an epoch key", &error))
    }

    fn ready(&self, epoch: &Epoch) -> Result<(), KeyError> {
        let session = self.session();
        let key = self.key(&session, epoch)?;
        let asked = [AttributeType::AlwaysSensitive, AttributeType::NeverExtractable, AttributeType::Local];
        let answered = session.get_attributes(key, &asked).map_err(|error| failed("describe the epoch key", &error))?;
        let expected = [Attribute::AlwaysSensitive(true), Attribute::NeverExtractable(true), Attribute::Local(true)];
        if expected.iter().all(|attribute| answered.contains(attribute)) {
            Ok(())
        } else {
            let why = "the epoch key there was not made on it, or could be taken from it".to_owned();
            Err(KeyError::Token { what: "guard the epoch key".to_owned(), why })
        }
    }

    fn restore(&self, _epoch: &Epoch) {
        // What a token lost is lost: no copy of its keys exists.
    }

    fn wrap(&self, epoch: &Epoch, aad: &[u8], key: &Secret) -> Result<Wrapped, KeyError> {
        let mut nonce: [u8; NONCE] = random_array(&*self.machine.randomness)?;
        let session = self.session();
        let object = self.key(&session, epoch)?;
        let gcm = GcmParams::new(&mut nonce, aad, TAG_BITS.into()).map_err(|error| failed("wrap a key", &error))?;
        let mechanism = Mechanism::AesGcm(gcm);
        let sealed = session.encrypt(&mechanism, object, key.bytes()).map_err(|error| failed("wrap a key", &error))?;
        drop(mechanism);
        [nonce.as_slice(), &sealed].concat().try_into().map_err(|_| KeyError::Token {
            what: "wrap a key".to_owned(),
            why: format!("it answered {} bytes", sealed.len()),
        })
    }

    fn unwrap(&self, epoch: &Epoch, aad: &[u8], wrapped: &Wrapped) -> Result<Secret, KeyError> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or(KeyError::DoesNotOpen)?;
        let mut nonce = *nonce;
        let session = self.session();
        let object = self.key(&session, epoch)?;
        let gcm = GcmParams::new(&mut nonce, aad, TAG_BITS.into()).map_err(|error| failed("unwrap a key", &error))?;
        let opened = match session.decrypt(&Mechanism::AesGcm(gcm), object, sealed) {
            Ok(opened) => Zeroizing::new(opened),
            // Vendors differ in what they call a tag that does not fit.
            Err(Error::Pkcs11(
                RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange | RvError::GeneralError,
                _,
            )) => return Err(KeyError::DoesNotOpen),
            Err(error) => return Err(failed("unwrap a key", &error)),
        };
        Secret::from_slice(&opened).ok_or(KeyError::DoesNotOpen)
    }

    fn destroy_others(&self, kept: &Epoch) -> Result<Vec<ReplicaEnd>, KeyError> {
        self.ready(kept)?;
        let session = self.session();
        let destruction =
            self.destroy(&session, kept).unwrap_or_else(|error| KeyDestruction::NotShown(error.to_string()));
        Ok(vec![ReplicaEnd { place: self.place.clone(), destruction }])
    }

    fn replicas(&self, epoch: &Epoch) -> Vec<Replica> {
        let state = match self.ready(epoch) {
            Ok(()) => ReplicaState::Whole,
            Err(KeyError::EpochKeyMissing { .. }) => ReplicaState::Missing,
            Err(error) => ReplicaState::OutOfReach(error.to_string()),
        };
        let left_over = self.others(&self.session(), epoch).map_or(0, |others| others.len());
        vec![Replica { place: self.place.clone(), state, left_over }]
    }

    fn write_off(&self, _place: &Path) -> Result<bool, KeyError> {
        Ok(false)
    }

    fn wants_replicas(&self) -> bool {
        // A token guards against its own loss in the vendor's way, or the operator declares its backups.
        false
    }

    fn snapshots_declared(&self) -> bool {
        self.snapshots_declared
    }
}

impl fmt::Debug for TokenEpochs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TokenEpochs({})", self.place.display())
    }
}
