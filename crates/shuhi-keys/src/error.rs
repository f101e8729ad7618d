//! What can go wrong with keys, and what to do about it.

use std::fmt::Write as _;
use std::path::PathBuf;

use shuhi_machine::DiskError;

use crate::KeyId;

/// Why a key, a key file or an identity was not to be had. No variant carries a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The disk did not do it.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The text is not a key's name.
    #[error("`{0}` is not a key id: write 32 lower-case hexadecimal digits")]
    NotAKeyId(String),
    /// The key was destroyed; nobody can open what it sealed.
    #[error("key `{0}` was destroyed")]
    Destroyed(KeyId),
    /// This key store never had the key, or had it in a file that was since replaced by a backup.
    #[error("key `{0}` is not in this key store")]
    Unknown(KeyId),
    /// The key's wrapped form was altered on disk.
    #[error(
        "the wrapped form of key `{0}` is damaged: put `keys/wrapped` of this epoch back from a backup, or destroy the key"
    )]
    DamagedKey(KeyId),
    /// Some keys' wrapped forms were altered; an epoch cannot end before they are restored or destroyed.
    #[error(
        "{count} wrapped keys are damaged, `{first}` first: put `keys/wrapped` of this epoch back from a backup, or destroy them"
    )]
    DamagedKeys {
        /// How many.
        count: usize,
        /// One of them.
        first: KeyId,
    },
    /// A file was altered, cut or is not what it should be.
    #[error("`{}` is damaged ({what}): put it back from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file that the user keeps was altered, cut or is not what it should be.
    #[error("the identity file is damaged ({0}): use another copy of it")]
    DamagedIdentity(String),
    /// The passphrase does not open the file, which is whole.
    #[error("the passphrase does not open `{0}`: the file is whole, so try the passphrase again")]
    WrongPassphrase(String),
    /// A passphrase that cannot be used.
    #[error("the passphrase {0}")]
    BadPassphrase(&'static str),
    /// The file asks for a passphrase cost out of bounds.
    #[error(
        "`{file}` asks for Argon2id with `{asked}`, outside of what is accepted ({accepted}): it was not made for use, or was altered"
    )]
    CostOutOfBounds {
        /// The file.
        file: String,
        /// What it asks for.
        asked: String,
        /// What is accepted.
        accepted: &'static str,
    },
    /// There is a key store in the folder.
    #[error("`{}` holds a key store already: open it, or choose another folder", .0.display())]
    Exists(PathBuf),
    /// There is no key store in the folder.
    #[error("`{}` holds no key store: create one first, or put it back from a backup", .0.display())]
    NoStore(PathBuf),
    /// Another process has the key store open.
    #[error("`{}` is in use by another process: end that first", .0.display())]
    InUse(PathBuf),
    /// No folder for the replicas of epoch keys was named.
    #[error(
        "no folder for epoch keys is named: name at least one, better two on different devices, outside every backup"
    )]
    NoReplicas,
    /// No replica has the epoch key that the wrapped keys need.
    #[error(
        "the key of epoch {epoch} is in none of {}: {}; without one of these nothing can be opened",
        folders(tried),
        found(tried)
    )]
    EpochKeyMissing {
        /// The epoch.
        epoch: u64,
        /// The folders or the token, and what was found there.
        tried: Vec<(PathBuf, String)>,
    },
    /// An epoch key is there, but of another key store.
    #[error("`{}` belongs to another key store, or its root was replaced", .0.display())]
    OtherStore(PathBuf),
    /// An earlier change failed half way; memory and disk may differ.
    #[error("an earlier change of the key store failed half way: open the key store again")]
    ReopenNeeded,
    /// A file of wrapped keys has reached its limit.
    #[error("the key store is full: at most {limit} keys, destroyed ones counted")]
    TooManyKeys {
        /// How many records one file may have.
        limit: usize,
    },
    /// Too much was asked for at once.
    #[error("{asked} keys at once are too many: ask for at most {limit}")]
    TooManyAtOnce {
        /// How many were asked for.
        asked: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// What is to be sealed or opened is too long.
    #[error("{bytes} bytes are too many to seal or open at once: at most {limit}")]
    TooLong {
        /// How many bytes.
        bytes: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// Sealed bytes do not open: altered, under another key, or for another purpose.
    #[error("the sealed bytes do not open: they were altered, or sealed under another key or for another purpose")]
    DoesNotOpen,
    /// A name that cannot be used.
    #[error("`{name}` cannot be a name here: {rule}")]
    BadName {
        /// The name.
        name: String,
        /// What names must be like.
        rule: &'static str,
    },
    /// A signature does not fit.
    #[error("the signature is not by `{0}` over these bytes and this context")]
    BadSignature(String),
    /// A public identity does not read.
    #[error("`{0}` is not a public identity")]
    NotAPublicIdentity(String),
    /// The token or its module did not do it.
    #[error("the token did not {what}: {why}")]
    Token {
        /// What was asked of it.
        what: String,
        /// What it said.
        why: String,
    },
    /// A primitive refused; never seen in practice.
    #[error("{0} failed")]
    Primitive(&'static str),
}

fn folders(tried: &[(PathBuf, String)]) -> String {
    let names: Vec<String> = tried.iter().map(|(folder, _)| format!("`{}`", folder.display())).collect();
    names.join(", ")
}

fn found(tried: &[(PathBuf, String)]) -> String {
    let mut text = String::new();
    for (folder, what) in tried {
        let gap = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{gap}`{}` {what}", folder.display());
    }
    text
}
