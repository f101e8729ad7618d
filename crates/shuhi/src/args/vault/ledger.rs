//! The command line of `shuhi ledger` and `shuhi identity`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlainFormat;

#[derive(Args)]
pub struct LedgerOptions {
    #[command(subcommand)]
    pub command: LedgerCommand,
}

/// A ledger's folder and the key that it is verified with.
#[derive(Args)]
pub struct Log {
    /// The ledger's folder (`ledger` in a vault's data folder), or a copy of it
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// The ledger's verifier key, or a file with it
    #[arg(long, value_name = "KEY")]
    pub key: String,
}

/// What can be asked of a ledger, offline and without any passphrase.
#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Check every leaf, tile and blob against the signed checkpoint; or a proof of one leaf
    Verify {
        /// The ledger's folder, or a file with a proof that `shuhi ledger prove` wrote
        #[arg(value_name = "FOLDER|PROOF")]
        place: PathBuf,
        /// The ledger's verifier key, or a file with it
        #[arg(long, value_name = "KEY")]
        key: String,
        /// An earlier checkpoint that the ledger must continue; may be given several times
        #[arg(long, value_name = "FILE")]
        older: Vec<PathBuf>,
        /// The verifier key of a witness, or a file with it; may be given several times
        #[arg(long, value_name = "KEY")]
        witness: Vec<String>,
        /// The form of the answer
        #[arg(long, value_enum, default_value = "text")]
        format: PlainFormat,
    },
    /// Write a proof that a leaf is in the ledger, for whoever has the verifier key
    Prove {
        #[command(flatten)]
        log: Log,
        /// The leaf's number, from 0
        leaf: u64,
        /// Where to write it [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// One leaf, or the list of them all
    Show {
        #[command(flatten)]
        log: Log,
        /// The leaf's number, from 0
        leaf: Option<u64>,
        /// The form of the answer
        #[arg(long, value_enum, default_value = "text")]
        format: PlainFormat,
    },
    /// Prove that the ledger only grew since a size, for a witness
    Grew {
        #[command(flatten)]
        log: Log,
        /// The size that the witness saw last (0 for the first time)
        #[arg(long, value_name = "LEAVES", default_value_t = 0)]
        since: u64,
        /// Where to write it [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// As a witness: cosign another log's checkpoint, if it only grew since the last
    Witness {
        /// The witness's own folder; made where there is none
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        /// The proof that `shuhi ledger grew` wrote
        #[arg(value_name = "PROOF")]
        proof: PathBuf,
        /// The other log's verifier key, or a file with it
        #[arg(long, value_name = "KEY")]
        key: String,
        /// The witness's name, as `witness.example.org`
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Read the witness's passphrase from the first line of this file instead of asking
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// Where to write the cosigned checkpoint [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Args)]
pub struct IdentityOptions {
    #[command(subcommand)]
    pub command: IdentityCommand,
}

/// People's own keys.
#[derive(Subcommand)]
pub enum IdentityCommand {
    /// Make an identity: a file that its owner keeps, under a passphrase that only they know
    New {
        /// The owner's name, sealed in the ledger when enrolled
        name: String,
        /// Where to write it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Read the passphrase from the first line of this file, or `/dev/fd/N`, instead of asking
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Show an identity's name, id and public keys; no passphrase is needed
    Show {
        /// The identity file
        file: PathBuf,
        /// As the text that others can enrol
        #[arg(long)]
        public: bool,
    },
}
