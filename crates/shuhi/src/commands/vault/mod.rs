//! `shuhi vault`: communications history that expires, is held, and is opened only lawfully.

mod hold;
mod ingest;
mod init;
mod keep;
mod lookup;
mod people;
mod place;
mod policies;
mod statement;
mod status;

use crate::args::Common;
use crate::args::vault::{VaultCommand, VaultOptions};
use crate::failure::Failure;
use crate::told;

/// Runs one of the commands.
pub fn run(options: &VaultOptions, common: &Common) -> Result<bool, Failure> {
    // What the machine does not permit is said once, and keeps nobody from working.
    for note in &shuhi_keys::harden_process().notes {
        if matches!(options.command, VaultCommand::Init(_)) {
            eprintln!("{}", told::hardening(note, common.language));
        }
    }
    // Nothing is taken in, released or erased as of another day than that of the clock.
    place::today(common, &shuhi_machine::Machine::real())?;
    match &options.command {
        VaultCommand::Init(options) => init::run(options, common),
        VaultCommand::Enrol { place, identity, by } => people::enrol(place, identity, by, common),
        VaultCommand::Withdraw { place, id, reason, by } => people::withdraw(place, id, *reason, by, common),
        VaultCommand::Identities(place) => people::list(place, common),
        VaultCommand::Policies(place) => policies::run(place, common),
        VaultCommand::Ingest(options) => ingest::run(options, common),
        VaultCommand::Lookup(options) => lookup::run(options, common),
        VaultCommand::Hold(options) => hold::run(options, common),
        VaultCommand::Sweep(place) => keep::sweep(place, common),
        VaultCommand::Epoch(place) => keep::epoch(place, common),
        VaultCommand::Status(options) => status::run(options, common),
        VaultCommand::Verify(options) => keep::verify(options, common),
    }
}
