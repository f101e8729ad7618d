//! The command line.

pub mod scan;
pub mod vault;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use shuhi_law::vocabulary::Language;

use crate::failure::Failure;

/// Japan's rules on user information, executable.
#[derive(Parser)]
#[command(name = "shuhi", version, about, arg_required_else_help = true, propagate_version = true)]
pub struct Arguments {
    /// The law as of this date, and "today" in every answer [default: today in Tokyo]
    #[arg(long, global = true, value_name = "DATE")]
    at: Option<String>,
    /// The language of answers [default: from the locale, Japanese first]
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Lang>,
    /// A folder of your own packs, laid over the rulebook
    #[arg(long, global = true, value_name = "DIR")]
    law: Option<PathBuf>,
    /// Use the rulebook in this folder instead of the embedded one
    #[arg(long, global = true, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    Ja,
    En,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Start a register: commented YAML to fill in
    Init(InitOptions),
    /// Judge a register: what is breached, undecided and met, and why
    Check(CheckOptions),
    /// Ask only the facts still missing, most valuable first, and write them to `answers/`
    Ask(AskOptions),
    /// One decision: may this act be done, on these facts?
    Decide(DecideOptions),
    /// The rulebook: its examples, the clauses it covers, one rule explained
    Law(LawOptions),
    /// JSON Schema of the register, or every act and field explained
    Schema(SchemaOptions),
    /// Observe what pages and apps really send, and hold it against the register and the published notice
    Scan(Box<scan::ScanOptions>),
    /// Communications history that expires, is held, and is opened only lawfully
    Vault(vault::VaultOptions),
    /// The provable log of every decision, release and erasure: check it, prove a leaf, witness it
    Ledger(vault::LedgerOptions),
    /// People's own keys, with which they ask, approve and enrol
    Identity(vault::IdentityOptions),
    /// Completions for a shell, on standard output
    Completions(CompletionsOptions),
}

/// What every command knows.
pub struct Common {
    /// The date asked about.
    pub at: Date,
    /// The language of answers.
    pub language: Language,
    /// The operator's own packs.
    pub overlay: Option<PathBuf>,
    /// A folder that replaces the embedded rulebook.
    pub rulebook: Option<PathBuf>,
}

impl Arguments {
    /// The language of answers and errors.
    pub fn language(&self) -> Language {
        match self.lang {
            Some(Lang::Ja) => Language::Japanese,
            Some(Lang::En) => Language::English,
            None => language_of_locale(),
        }
    }

    /// The options all commands share, defaults filled in.
    pub fn common(&self) -> Result<Common, Failure> {
        let at = match &self.at {
            Some(text) => parse_date(text)?,
            None => today_in_tokyo()?,
        };
        let language = self.language();
        Ok(Common { at, language, overlay: self.law.clone(), rulebook: self.rulebook.clone() })
    }
}

fn parse_date(text: &str) -> Result<Date, Failure> {
    let shaped = text.len() == 10 && text.as_bytes().get(4) == Some(&b'-');
    let parsed = if shaped { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Failure::usage(format!("`{text}` is not a date"), "write a real day as `--at 2026-04-01`"))
}

fn today_in_tokyo() -> Result<Date, Failure> {
    let now = jiff::Timestamp::now().in_tz("Asia/Tokyo");
    now.map(|now| now.date()).map_err(|_| Failure::usage("the date in Tokyo is not known", "state it with `--at DATE`"))
}

/// Japanese unless the locale asks for English.
fn language_of_locale() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(locale) if locale.starts_with("en") => Language::English,
        _ => Language::Japanese,
    }
}

#[derive(Args)]
pub struct InitOptions {
    /// Where to write it (the folder must not hold a register yet)
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// What the operator is; without it, a few questions are asked
    #[arg(long, value_enum)]
    pub kind: Option<OperatorKind>,
}

/// What a new register is written for.
#[derive(Clone, Copy, ValueEnum)]
pub enum OperatorKind {
    /// A social network or bulletin board
    ContentProvider,
    /// An internet connection service
    AccessProvider,
}

#[derive(Args)]
pub struct CheckOptions {
    /// The register's folder
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    pub format: CheckFormat,
    /// Exit with status 1 for a finding at this level or a stronger one
    #[arg(long, value_enum, default_value = "statutory")]
    pub fail_on: FailOn,
    /// Exit with status 1 also where something cannot be decided
    #[arg(long)]
    pub fail_on_unknown: bool,
    /// Let proposals or voluntary rules decide as well
    #[arg(long, value_enum, value_delimiter = ',')]
    pub include: Vec<Include>,
    /// Show also what is met or does not apply, and every trace
    #[arg(long)]
    pub verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
    Sarif,
    Junit,
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Statutory,
    Enforcement,
    Basic,
    Desirable,
    Benchmark,
    /// Never because of findings
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Include {
    Proposed,
    Voluntary,
}

#[derive(Args)]
pub struct AskOptions {
    /// The register's folder
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

#[derive(Args)]
pub struct DecideOptions {
    /// The act, as `shuhi schema --facts` lists it
    pub act: String,
    /// Facts, each as `role.field=value`
    #[arg(value_name = "ROLE.FIELD=VALUE")]
    pub facts: Vec<String>,
    /// A YAML file of facts, keyed by role (`-` for standard input)
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Decide every line of a CSV or JSON Lines file (`-` for standard input) and answer in the same form
    #[arg(long, value_name = "FILE", conflicts_with_all = ["facts", "file"])]
    pub batch: Option<PathBuf>,
    /// The form of the batch [default: by the file's ending]
    #[arg(long, value_enum, requires = "batch")]
    pub batch_format: Option<BatchFormat>,
    /// Only these packs decide
    #[arg(long, value_delimiter = ',', value_name = "PACK")]
    pub packs: Vec<String>,
    /// Let proposals or voluntary rules decide as well
    #[arg(long, value_enum, value_delimiter = ',')]
    pub include: Vec<Include>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    pub format: DecideFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BatchFormat {
    /// Comma-separated values with a head line
    Csv,
    /// One JSON object a line
    Jsonl,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DecideFormat {
    Text,
    Json,
}

#[derive(Args)]
pub struct LawOptions {
    #[command(subcommand)]
    pub command: LawCommand,
}

/// What can be asked of the rulebook.
#[derive(Subcommand)]
pub enum LawCommand {
    /// Run the rulebook's examples and cases, or cases of your own
    Test {
        /// A case file, or a folder of them, instead of the rulebook's own
        #[arg(long, value_name = "PATH")]
        cases: Option<PathBuf>,
    },
    /// Which clauses of a list the rulebook covers
    Coverage {
        /// A YAML list of clauses with `id`; without it, all clauses of the catalogue
        file: Option<PathBuf>,
        /// Also take each clause's cover away and look for an example or case that notices
        #[arg(long)]
        mutate: bool,
        /// List every clause, not only what is uncovered
        #[arg(long)]
        list: bool,
    },
    /// One rule, term, exception, question or clause explained
    Show {
        /// Its id
        #[arg(required_unless_present = "sample")]
        id: Option<String>,
        /// Instead, draw this many rules
        #[arg(long, value_name = "N", conflicts_with = "id")]
        sample: Option<usize>,
        /// Draw by this seed, to see the same rules again
        #[arg(long, requires = "sample")]
        seed: Option<u64>,
    },
    /// Check the rulebook, and your own packs with it
    Lint,
}

#[derive(Args)]
pub struct SchemaOptions {
    /// Instead of JSON Schema, every act and type with its fields, values, questions and help
    #[arg(long)]
    pub facts: bool,
    /// Only these acts or types
    pub names: Vec<String>,
    /// The form of the answer with `--facts`
    #[arg(long, value_enum, default_value = "text")]
    pub format: DecideFormat,
}

#[derive(Args)]
pub struct CompletionsOptions {
    /// The shell
    pub shell: clap_complete::Shell,
}
