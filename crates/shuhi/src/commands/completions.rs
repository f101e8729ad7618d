//! `shuhi completions`.

use clap::CommandFactory as _;

use crate::args::{Arguments, CompletionsOptions};
use crate::failure::Failure;

/// Writes the completions of a shell to standard output.
pub fn run(options: &CompletionsOptions) -> Result<bool, Failure> {
    let mut page = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "shuhi", &mut page);
    std::io::Write::write_all(&mut std::io::stdout(), &page)?;
    Ok(true)
}
