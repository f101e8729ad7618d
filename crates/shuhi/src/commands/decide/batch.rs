//! `shuhi decide ACT --batch FILE`: one decision a line, streamed.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin, stdout};
use std::path::Path;

use shuhi_batch::{AnswerWriter, Batch, Format, HeaderError, Outcome};
use shuhi_law::Rulebook;
use shuhi_law::decide::{Decision, Selection};
use shuhi_law::vocabulary::ActId;

use crate::args::{BatchFormat, Common, DecideOptions};
use crate::commands::check::forces;
use crate::failure::Failure;

/// Decides every line; false where one was not permitted, an error after the last where one could not be read.
pub fn run(
    path: &Path,
    act: ActId,
    options: &DecideOptions,
    common: &Common,
    rulebook: &Rulebook,
) -> Result<bool, Failure> {
    let format = format(path, options.batch_format)?;
    let mut selection = Selection::on(common.at);
    selection.include = forces(&options.include);
    selection.packs.clone_from(&options.packs);
    let mut answers = AnswerWriter::new(format, stdout().lock())?;
    let mut all_permitted = true;
    let answered = Batch::new(rulebook, act, selection).run::<Failure>(input(path)?, format, |outcome| {
        match &outcome {
            Outcome::Answer(answer) => all_permitted &= answer.decision == Decision::Permitted,
            Outcome::Bad(bad) => eprintln!("line {}: {}", bad.line, bad.message),
        }
        Ok(answers.write(&outcome)?)
    });
    let (answered, bad) = answered?;
    answers.finish()?;
    eprintln!("{answered} line(s) decided, {bad} bad");
    if bad > 0 {
        return Err(Failure::usage(
            format!("{bad} line(s) could not be read"),
            "they are marked `bad_line` in the output",
        ));
    }
    Ok(all_permitted)
}

impl From<HeaderError> for Failure {
    fn from(error: HeaderError) -> Self {
        Self::usage(error.message, error.help)
    }
}

fn format(path: &Path, stated: Option<BatchFormat>) -> Result<Format, Failure> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    match (stated, ending) {
        (Some(BatchFormat::Csv), _) | (None, "csv") => Ok(Format::Csv),
        (Some(BatchFormat::Jsonl), _) | (None, "jsonl" | "ndjson" | "json") => Ok(Format::JsonLines),
        (None, _) => {
            let message = format!("it is not clear whether `{}` is CSV or JSON Lines", path.display());
            Err(Failure::usage(message, "say so with `--batch-format csv` or `--batch-format jsonl`"))
        }
    }
}

fn input(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(stdin().lock()));
    }
    let file = File::open(path);
    let file = file.map_err(|error| Failure::File { action: "read", path: path.display().to_string(), error })?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}
