//! `shuhi law …`: the rulebook itself.

mod coverage;
mod lint;
mod show;
mod test;

use crate::args::{Common, LawCommand, LawOptions};
use crate::failure::Failure;

/// Runs one of the `law` commands.
pub fn run(options: &LawOptions, common: &Common) -> Result<bool, Failure> {
    match &options.command {
        LawCommand::Test { cases } => test::run(cases.as_deref(), common),
        LawCommand::Coverage { file, mutate, list } => coverage::run(file.as_deref(), *mutate, *list, common),
        LawCommand::Show { id: Some(id), .. } => show::run(id, common),
        LawCommand::Show { id: None, sample, seed } => show::draw(sample.unwrap_or(1), *seed, common),
        LawCommand::Lint => lint::run(common),
    }
}
