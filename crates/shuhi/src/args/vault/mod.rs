//! The command line of `shuhi vault`, `shuhi ledger` and `shuhi identity`.

mod hold;
mod ledger;
mod lookup;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub use hold::{HoldChangeOptions, HoldCommand, HoldExtendOptions, HoldOptions, HoldRequestOptions, YesNo};
pub use ledger::{IdentityCommand, IdentityOptions, LedgerCommand, LedgerOptions, Log};
pub use lookup::{
    DecideOptions, Grounds, LookupCommand, LookupOptions, OrderOptions, Outcome, Question, RequestOptions, VoteOptions,
};

#[derive(Args)]
pub struct VaultOptions {
    #[command(subcommand)]
    pub command: VaultCommand,
}

/// The data folder and how it is opened.
#[derive(Args)]
pub struct Place {
    /// The vault's data folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    #[command(flatten)]
    pub opening: Opening,
}

/// How a data folder is opened.
#[derive(Args)]
pub struct Opening {
    /// Read the vault's passphrase from the first line of this file, or `/dev/fd/N`, instead of asking
    #[arg(long, value_name = "FILE", env = "SHUHI_PASSPHRASE_FILE", hide_env_values = true)]
    pub passphrase_file: Option<PathBuf>,
    /// Wait so many seconds for another process that has the vault open
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub wait: u64,
}

/// Who acts: one's own identity file, opened by one's own passphrase.
#[derive(Args)]
pub struct Actor {
    /// Your identity file
    #[arg(long = "as", value_name = "FILE", required = true)]
    pub identity: PathBuf,
    /// Read your passphrase from the first line of this file, or `/dev/fd/N`, instead of asking
    #[arg(long = "as-passphrase-file", value_name = "FILE")]
    pub secret: Option<PathBuf>,
}

/// Two who act together, each with their own passphrase.
#[derive(Args)]
pub struct TwoActors {
    /// The identity file of each of two enrolled people (give it twice)
    #[arg(long = "as", value_name = "FILE", required = true)]
    pub identities: Vec<PathBuf>,
    /// Read their passphrases from these files, in the same order, instead of asking
    #[arg(long = "as-passphrase-file", value_name = "FILE")]
    pub secrets: Vec<PathBuf>,
}

/// What can be done with a vault.
#[derive(Subcommand)]
pub enum VaultCommand {
    /// Make a vault: settings to fill in, keys, ledger, and its two founders
    Init(VaultInitOptions),
    /// Enrol a person, signed for by two who are enrolled
    Enrol {
        #[command(flatten)]
        place: Place,
        /// The person's identity file, or their public identity (`shuhi identity show FILE --public`)
        #[arg(value_name = "FILE")]
        identity: PathBuf,
        #[command(flatten)]
        by: TwoActors,
    },
    /// Withdraw a person, signed for by two who are enrolled
    Withdraw {
        #[command(flatten)]
        place: Place,
        /// The person's id, as `shuhi vault identities` lists it
        id: String,
        /// Why
        #[arg(long, value_enum)]
        reason: WithdrawalReason,
        #[command(flatten)]
        by: TwoActors,
    },
    /// Who is enrolled
    Identities(Place),
    /// Ask the law about the register's policies; adopt those it permits, show what is against the others
    Policies(Place),
    /// Take in what a source sends: files, standard input, or what arrives at a port
    Ingest(Box<IngestOptions>),
    /// Look something up on a basis of the law, approved by a second person
    Lookup(LookupOptions),
    /// Keep specified records beyond their period on a basis of the law
    Hold(HoldOptions),
    /// Seal what is over, erase what has expired, and leave receipts
    Sweep(Place),
    /// End the epoch: new epoch keys on all replicas, so that copies of erased keys open nothing any more
    Epoch(Place),
    /// What there is by day, what expires when, what is held until when
    Status(StatusOptions),
    /// Check ledger, keys, segments and what is overdue
    Verify(VerifyOptions),
}

#[derive(Args)]
pub struct VerifyOptions {
    #[command(flatten)]
    pub place: Place,
    /// Read all of the ledger, also what was verified before
    #[arg(long)]
    pub all: bool,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Args)]
pub struct VaultInitOptions {
    #[command(flatten)]
    pub place: Place,
    /// The operator's register, whose log policies say what is kept for how long
    #[arg(long, value_name = "DIR")]
    pub register: PathBuf,
    /// The identity file of each of the two founders (give it twice)
    #[arg(long = "founder", value_name = "FILE", required = true)]
    pub founders: Vec<PathBuf>,
    /// Read the founders' passphrases from these files, in the same order, instead of asking
    #[arg(long = "founder-passphrase-file", value_name = "FILE")]
    pub secrets: Vec<PathBuf>,
    /// The ledger's name, which no other log has [default: this machine's name and the folder's]
    #[arg(long, value_name = "NAME")]
    pub log: Option<String>,
    /// Folders for copies of the epoch keys, on other devices, outside every backup
    #[arg(long = "replica", value_name = "DIR")]
    pub replicas: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum WithdrawalReason {
    /// They left
    Left,
    /// Their key or passphrase is lost
    Lost,
    /// Somebody else may have their key
    Compromised,
}

#[derive(Args)]
pub struct IngestOptions {
    #[command(flatten)]
    pub place: Place,
    /// The source, as named in vault.yaml
    #[arg(long, value_name = "NAME")]
    pub source: String,
    /// Files to take in, in this order (`-` for standard input)
    #[arg(value_name = "FILE", required_unless_present_any = ["listen_udp", "listen_tcp", "http"])]
    pub files: Vec<PathBuf>,
    /// Take files over: rename to FILE.work, take in, acknowledge, delete
    #[arg(long)]
    pub consume: bool,
    /// Listen for syslog or flow datagrams
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "files")]
    pub listen_udp: Vec<SocketAddr>,
    /// Listen for syslog or other streams over TCP (not encrypted: use it behind a tunnel)
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "files")]
    pub listen_tcp: Vec<SocketAddr>,
    /// Accept batches by HTTP POST, each with an Idempotency-Key (not encrypted: use it behind a proxy)
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "files")]
    pub http: Vec<SocketAddr>,
    /// A file with the token that batches must be sent with, as `Authorization: Bearer TOKEN`
    #[arg(long, value_name = "FILE", requires = "http")]
    pub http_token_file: Option<PathBuf>,
    /// The form of the counts at the end
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    Text,
    Json,
}

#[derive(Args)]
pub struct StatusOptions {
    #[command(flatten)]
    pub place: Place,
    /// Also draw the timeline into this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlainFormat,
}
