//! Keys that can be destroyed, and people's own keys.
//!
//! A [`KeyStore`] makes random keys and keeps them wrapped under the key of an *epoch*. Epoch keys are in replica folders
//! that are never backed up, or on a PKCS#11 token; at the end of an epoch the living keys are wrapped anew and the old
//! epoch key is destroyed. From then on no copy of anything else, root file and passphrase included, opens what a
//! destroyed key sealed.
//!
//! An [`Identity`] is a person's or a witness's own: it signs, and opens what was sealed to it.
//!
//! What is not promised: copies that a lease's holder or a library makes are not wiped (the key schedules of `ring` are
//! freed as they are), and overwriting a file proves nothing about the cells of a solid-state disk, a snapshot or a
//! copy nobody declared.

mod epoch;
mod error;
mod harden;
mod hexadecimal;
mod identity;
mod key_id;
mod lease;
mod lines;
mod passphrase;
mod root;
mod secret;
mod signer;
mod store;
mod wrapped;

pub use epoch::{KeyDestruction, Replica, ReplicaEnd, ReplicaState, TokenPlace};
pub use error::KeyError;
pub use harden::{Hardening, harden_process};
pub use identity::{Identity, IdentityFile, PublicIdentity, Signature};
pub use key_id::KeyId;
pub use lease::Lease;
pub use passphrase::{PASSPHRASE_LIMIT_BYTES, Passphrase, PassphraseCost};
pub use signer::LogSigner;
pub use store::{
    Destruction, EpochEnd, KEYS_AT_ONCE_LIMIT, KeyHealth, KeyPlaces, KeyStore, NotShown, SEAL_LIMIT_BYTES, Warning,
};
