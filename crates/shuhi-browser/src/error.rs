use std::path::PathBuf;

use thiserror::Error;

/// Why the browser could not do what was asked. What goes wrong with a page is no error but a fault in the log.
#[derive(Debug, Error)]
pub enum BrowserError {
    /// The program is not there.
    #[error("`{}` is not installed: install Chromium (Debian: package chromium) or name another program", program.display())]
    Missing {
        /// What was looked for.
        program: PathBuf,
    },
    /// The program did not come up.
    #[error("`{}` did not start: {why}", program.display())]
    Start {
        /// What was started.
        program: PathBuf,
        /// What it said, or what the system said.
        why: String,
    },
    /// The browser went away, or its pipe broke.
    #[error("the browser ended while {doing}{}: the log holds everything up to there", repeated(said))]
    Lost {
        /// What was being done.
        doing: String,
        /// The last it said on standard error, empty where it said nothing.
        said: String,
    },
    /// The browser refused a command.
    #[error("the browser refused `{method}`: {message}")]
    Refused {
        /// The command.
        method: String,
        /// Its answer.
        message: String,
    },
    /// The browser did not answer a command.
    #[error("the browser did not answer `{method}` within {milliseconds} ms")]
    NoAnswer {
        /// The command.
        method: String,
        /// How long it was given.
        milliseconds: u128,
    },
    /// The log or a picture could not be written.
    #[error("`{what}` could not be written: {source}")]
    Write {
        /// The file, or `event log`.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// What was asked for makes no sense.
    #[error("{0}")]
    Asked(String),
}

impl BrowserError {
    /// Whether nothing more can be done with this process or this log.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::NoAnswer { .. })
    }
}

fn repeated(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" (it said `{text}`)") }
}
