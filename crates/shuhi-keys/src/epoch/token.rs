//! Epoch keys as objects of a PKCS#11 token, which never leave it.

use std::path::PathBuf;

use shuhi_machine::Machine;

use super::{Epoch, EpochKeys, Replica, ReplicaEnd, Wrapped};
use crate::KeyError;
use crate::passphrase::Passphrase;
use crate::root::Root;
use crate::secret::Secret;

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

/// Keeps epoch keys on a PKCS#11 token.
#[derive(Debug)]
pub(crate) struct TokenEpochs {}

impl TokenEpochs {
    pub(crate) fn new(
        _machine: &Machine,
        _root: &Root,
        _place: &TokenPlace,
        _snapshots_declared: bool,
    ) -> Result<Self, KeyError> {
        Err(not_yet())
    }
}

fn not_yet() -> KeyError {
    KeyError::Token { what: "open".to_owned(), why: "tokens are not supported yet".to_owned() }
}

impl EpochKeys for TokenEpochs {
    fn make(&self, _epoch: &Epoch) -> Result<(), KeyError> {
        Err(not_yet())
    }
    fn ready(&self, _epoch: &Epoch) -> Result<(), KeyError> {
        Err(not_yet())
    }
    fn restore(&self, _epoch: &Epoch) {}
    fn wrap(&self, _epoch: &Epoch, _aad: &[u8], _key: &Secret) -> Result<Wrapped, KeyError> {
        Err(not_yet())
    }
    fn unwrap(&self, _epoch: &Epoch, _aad: &[u8], _wrapped: &Wrapped) -> Result<Secret, KeyError> {
        Err(not_yet())
    }
    fn destroy_others(&self, _kept: &Epoch) -> Result<Vec<ReplicaEnd>, KeyError> {
        Err(not_yet())
    }
    fn replicas(&self, _epoch: &Epoch) -> Vec<Replica> {
        Vec::new()
    }
    fn wants_replicas(&self) -> bool {
        false
    }
    fn snapshots_declared(&self) -> bool {
        false
    }
}
