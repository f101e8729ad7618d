//! The command line of `shuhi vault lookup`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Actor, Opening, Place, PlainFormat};

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
        /// Write it for an approver who is elsewhere, sealed to them, instead of showing it
        #[arg(long, value_name = "FILE", requires = "to")]
        export: Option<PathBuf>,
        /// The approver's id, as `shuhi vault identities` lists it
        #[arg(long, value_name = "ID", requires = "export")]
        to: Option<String>,
    },
    /// Show a request that was exported for you; no data folder is needed
    Read {
        /// The exported request
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        actor: Actor,
    },
    /// Approve another person's request: it may be answered, once, within 24 hours
    Approve(DecideOptions),
    /// Refuse another person's request
    Deny(DecideOptions),
    /// Hand in an approval or refusal that was signed elsewhere
    SubmitApproval {
        #[command(flatten)]
        place: Place,
        /// What `approve --sign-only` or `deny --sign-only` wrote
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
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

/// A yes or no to a request: of a data folder, or of an exported request that is only signed here.
#[derive(Args)]
pub struct DecideOptions {
    /// The vault's data folder
    #[arg(value_name = "DIR", required_unless_present = "sign_only", conflicts_with = "sign_only")]
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub opening: Opening,
    /// The request's id
    #[arg(value_name = "ID", required_unless_present = "sign_only", conflicts_with = "sign_only")]
    pub id: Option<String>,
    /// Only sign, without a data folder: the request that `show --export` wrote for you (`read` shows it)
    #[arg(long, value_name = "FILE", requires = "out")]
    pub sign_only: Option<PathBuf>,
    /// Where to write what is signed, for `submit-approval`
    #[arg(long, value_name = "FILE", requires = "sign_only")]
    pub out: Option<PathBuf>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[command(flatten)]
    pub actor: Actor,
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
