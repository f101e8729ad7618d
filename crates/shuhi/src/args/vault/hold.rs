//! The command line of `shuhi vault hold`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Actor, Grounds, Place, Question};

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
