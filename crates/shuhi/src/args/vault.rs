//! The command line of `shuhi vault`, `shuhi ledger` and `shuhi identity`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    Verify(Place),
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
pub struct LookupOptions {
    #[command(subcommand)]
    pub command: LookupCommand,
}

/// The steps of a lookup.
#[derive(Subcommand)]
pub enum LookupCommand {
    /// Write and sign a request; nothing is asked of the vault yet
    Request(Box<RequestOptions>),
    /// Hand a signed request in: the law is asked, the ledger is told
    Submit {
        #[command(flatten)]
        place: Place,
        /// The signed request
        file: PathBuf,
    },
    /// A request with its state, for whoever is to approve it
    Show {
        #[command(flatten)]
        place: Place,
        /// The request's id
        id: String,
    },
    /// Approve another person's request: it may be answered, once, within 24 hours
    Approve(VoteOptions),
    /// Refuse another person's request
    Deny(VoteOptions),
    /// Use the approval: find the answer and seal it to who asked
    Release(OrderOptions),
    /// To avert present danger: release without a second person, who has to review it within 24 hours
    ReleaseAlone(OrderOptions),
    /// Review a release that another person made alone
    Review {
        #[command(flatten)]
        vote: VoteOptions,
        /// Whether it was justified
        #[arg(long, value_enum)]
        outcome: Outcome,
    },
    /// Open an answer that is sealed to you
    Open {
        #[command(flatten)]
        order: OrderOptions,
        /// The form of the answer
        #[arg(long, value_enum, default_value = "text")]
        format: PlainFormat,
    },
    /// Every request and its state
    List(Place),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Outcome {
    Justified,
    NotJustified,
}

#[derive(Args)]
pub struct VoteOptions {
    #[command(flatten)]
    pub place: Place,
    /// The request's id
    pub id: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[command(flatten)]
    pub actor: Actor,
}

#[derive(Args)]
pub struct OrderOptions {
    #[command(flatten)]
    pub place: Place,
    /// The request's id
    pub id: String,
    #[command(flatten)]
    pub actor: Actor,
}

/// What a request or hold is based on.
#[derive(Args)]
pub struct Grounds {
    /// Facts, each as `role.field=value` (`shuhi schema --facts release accept_hold`)
    #[arg(value_name = "ROLE.FIELD=VALUE")]
    pub facts: Vec<String>,
    /// A YAML file of facts, keyed by role
    #[arg(long, value_name = "FILE")]
    pub facts_file: Option<PathBuf>,
    /// The document that was shown; its SHA-256 is signed with the rest
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
    /// Why it is needed, for who approves and who audits
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// One question, in one of four forms.
#[derive(Args)]
pub struct Question {
    /// Who used this public address (with --time, and --port or --destination where addresses are shared)?
    #[arg(long, value_name = "ADDRESS", requires = "time", conflicts_with_all = ["account", "post"])]
    pub address: Option<String>,
    /// The port
    #[arg(long, value_name = "PORT", requires = "address")]
    pub port: Option<u16>,
    /// The other side's address, instead of a port; may be given several times
    #[arg(long, value_name = "ADDRESS", requires = "address", conflicts_with = "port")]
    pub destination: Vec<String>,
    /// The moment, as 2026-04-01T21:15:00+09:00
    #[arg(long, value_name = "TIME")]
    pub time: Option<String>,
    /// By how many seconds the clocks on both sides may differ
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub tolerance: u32,
    /// What is recorded of this account (with --records, --from and --until)?
    #[arg(long, value_name = "NAME", requires_all = ["records", "from", "until"], conflicts_with = "post")]
    pub account: Option<String>,
    /// The kind of record, as `connection_auth`
    #[arg(long, value_name = "KIND")]
    pub records: Option<String>,
    /// Who wrote this post (with --from and --until)?
    #[arg(long, value_name = "ID", requires_all = ["from", "until"])]
    pub post: Option<String>,
    /// The first moment
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// The last moment
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

#[derive(Args)]
pub struct RequestOptions {
    #[command(flatten)]
    pub grounds: Grounds,
    #[command(flatten)]
    pub question: Question,
    /// Where to write the signed request
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub actor: Actor,
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

#[derive(Args)]
pub struct HoldOptions {
    #[command(subcommand)]
    pub command: HoldCommand,
}

/// The life of a hold.
#[derive(Subcommand)]
pub enum HoldCommand {
    /// Copy out specified records, to be kept beyond their period
    Request(Box<HoldRequestOptions>),
    /// Go on beyond the first term
    Extend(Box<HoldExtendOptions>),
    /// End a hold that is withdrawn: its records are destroyed at once
    Withdraw(HoldChangeOptions),
    /// Say whether a hold is still needed; one that is not ends at once
    Review {
        #[command(flatten)]
        change: HoldChangeOptions,
        /// Whether it is still needed
        #[arg(long, value_enum)]
        still_needed: YesNo,
        /// Facts that changed, each as `role.field=value`
        #[arg(value_name = "ROLE.FIELD=VALUE")]
        facts: Vec<String>,
    },
    /// What is held, on which basis, until when
    List {
        #[command(flatten)]
        place: Place,
        /// Without those that must be kept silent, as support staff may see it
        #[arg(long)]
        for_support: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

#[derive(Args)]
pub struct HoldRequestOptions {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub grounds: Grounds,
    #[command(flatten)]
    pub question: Question,
    /// The day in Japan on which the request arrived
    #[arg(long, value_name = "DATE")]
    pub received_on: String,
    /// The first term as the request states it, as `30 days`
    #[arg(long, value_name = "PERIOD")]
    pub first_term: Option<String>,
    /// It was asked that nobody is told
    #[arg(long)]
    pub silence: bool,
    #[command(flatten)]
    pub actor: Actor,
}

#[derive(Args)]
pub struct HoldExtendOptions {
    #[command(flatten)]
    pub change: HoldChangeOptions,
    /// The term in all, from the day of the first request, as `60 days`
    #[arg(long, value_name = "PERIOD")]
    pub total_term: String,
    /// Facts that changed, each as `role.field=value`
    #[arg(value_name = "ROLE.FIELD=VALUE")]
    pub facts: Vec<String>,
}

#[derive(Args)]
pub struct HoldChangeOptions {
    #[command(flatten)]
    pub place: Place,
    /// The hold's id
    pub id: String,
    /// The document that was shown; its SHA-256 is signed with the rest
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[command(flatten)]
    pub actor: Actor,
}
