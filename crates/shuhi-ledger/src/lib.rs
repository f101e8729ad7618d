//! The ledger: an append-only log of events that anyone can check and nobody can rewrite.
//!
//! A folder holds it in the layout of [C2SP tlog-tiles](https://c2sp.org/tlog-tiles): a Merkle tree (RFC 6962) in tiles
//! of hashes and bundles of entries, under a signed checkpoint. Other software reads and verifies it with the log's
//! verifier key alone. Each leaf is an [`Event`]: a public part, and a payload that is sealed under a key of its own, so
//! that it can be made unreadable for ever without touching the log.
//!
//! | file | what |
//! |---|---|
//! | `checkpoint` | size and root hash, signed |
//! | `tile/<L>/<N>[.p/<W>]` | hashes of level L |
//! | `tile/entries/<N>[.p/<W>]` | leaves, each after its length in two bytes |
//! | `blobs/<sha256>` | sealed payloads too long for their leaf |
//! | `witnessed/<size>` | checkpoints that witnesses cosigned |
//!
//! What it does not promise: that its holder, who has the key, writes no second history. Only a [witness] elsewhere finds
//! that out. And a checkpoint can be read in its folder a moment before it is durable: whoever takes it from there then,
//! and not from [`LedgerReader::checkpoint`], may find after a loss of power that the log goes on without its last batch.

mod append;
mod cbor;
pub mod checkpoint;
pub mod classes;
mod edge;
mod error;
mod event;
mod hex;
pub mod identities;
mod keys;
mod layout;
mod leaf;
mod ledger;
mod proof;
mod reader;
mod receipts;
mod report;
mod seal;
mod show;
mod verifier;
mod verify;
pub mod witness;
mod witnessed;

pub use cbor::CborError;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use classes::{ClassError, ClassTable, EventClass, FieldClass, FieldType, PayloadClass, PayloadLife};
pub use error::LedgerError;
pub use event::{Event, Field, Payload, Sealed, StoredEvent, StoredPayload};
pub use keys::{PayloadKeys, Signer};
pub use leaf::{LeafError, decode_leaf, encode_leaf};
pub use ledger::Ledger;
pub use proof::{ConsistencyProof, PROOF_BYTES_MAX, ProofBundle, ProofError, Proved};
pub use reader::LedgerReader;
pub use receipts::{Completed, EPOCH_ENDED, EpochEnds, RECEIPT, ReceiptState};
pub use report::{Failure, Report};
pub use show::{PayloadState, Shown, ShownField, ShownPayload};
pub use shuhi_keys::{KeyError, KeyId};
pub use shuhi_machine::UtcMillis;
pub use verifier::{VerifierKey, VerifierKeyError, VerifierKind};
pub use verify::{Verified, verify_folder, verify_folder_since};

/// At most this many bytes in a leaf: its length is kept in two bytes (C2SP tlog-tiles, "Log entries").
pub const LEAF_BYTES_MAX: usize = 65_535;
/// At most this many bytes in a payload: with 32 random bytes, what a key store seals at once.
pub const PAYLOAD_BYTES_MAX: usize = shuhi_keys::SEAL_LIMIT_BYTES - 32;
/// Sealed payloads above this many bytes are kept as blobs, so that bundles of entries stay small.
pub const PAYLOAD_IN_LEAF_BYTES_MAX: usize = 4096;
/// At most this many events in one append.
pub const BATCH_EVENTS_MAX: usize = 100_000;
/// At most this many leaves: 2^40, two thousand a second for seventeen years.
pub const SIZE_MAX: u64 = 1 << 40;
/// At most this many bytes in a checkpoint with all its signatures.
pub const CHECKPOINT_BYTES_MAX: usize = 65_536;
