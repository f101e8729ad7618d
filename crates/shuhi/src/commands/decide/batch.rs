//! `shuhi decide ACT --batch FILE`: one decision a line, streamed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write, stdin, stdout};
use std::path::Path;

use serde_json::json;
use shuhi_batch::{Answer, BadLine, Batch, Format, HeaderError, Outcome};
use shuhi_law::Rulebook;
use shuhi_law::calendar::DueDate;
use shuhi_law::decide::{Decision, DueOutcome, DutyOutcome, Selection};
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
    let mut answers = Answers::new(format)?;
    let mut all_permitted = true;
    let answered = Batch::new(rulebook, act, selection).run(input(path)?, format, |outcome| match outcome {
        Outcome::Answer(answer) => {
            all_permitted &= answer.decision == Decision::Permitted;
            answers.answer(&answer)
        }
        Outcome::Bad(bad) => {
            eprintln!("line {}: {}", bad.line, bad.message);
            answers.bad(&bad)
        }
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

/// Answers in the form of the questions.
enum Answers {
    Csv(Box<csv::Writer<io::StdoutLock<'static>>>),
    JsonLines(BufWriter<io::StdoutLock<'static>>),
}

impl Answers {
    fn new(format: Format) -> Result<Self, Failure> {
        match format {
            Format::JsonLines => Ok(Self::JsonLines(BufWriter::with_capacity(1 << 16, stdout().lock()))),
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(stdout().lock());
                let head = ["line", "id", "at", "decision", "reasons", "missing", "advice", "duties"];
                writer.write_record(head).map_err(from_csv)?;
                Ok(Self::Csv(Box::new(writer)))
            }
        }
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Failure> {
        let duties: Vec<String> = answer.duties.iter().map(duty).collect();
        match self {
            Self::Csv(writer) => {
                let (line, at) = (answer.line.to_string(), answer.at.to_string());
                let (reasons, missing) = (answer.reasons.join(";"), answer.missing.join(";"));
                let (advice, duties) = (answer.advice.join(";"), duties.join(";"));
                let cells = [&line, answer.id, &at, answer.decision.id(), &reasons, &missing, &advice, &duties];
                writer.write_record(cells).map_err(from_csv)
            }
            Self::JsonLines(writer) => {
                let value = json!({
                    "line": answer.line, "id": answer.id, "at": answer.at.to_string(), "decision": answer.decision.id(),
                    "reasons": answer.reasons, "missing": answer.missing, "advice": answer.advice, "duties": duties,
                });
                writeln!(writer, "{value}").map_err(Failure::from)
            }
        }
    }

    fn bad(&mut self, bad: &BadLine) -> Result<(), Failure> {
        match self {
            Self::Csv(writer) => {
                let line = bad.line.to_string();
                writer.write_record([&line, "", "", "bad_line", &bad.message, "", "", ""]).map_err(from_csv)
            }
            Self::JsonLines(writer) => {
                let value = json!({"line": bad.line, "decision": "bad_line", "reasons": [bad.message]});
                writeln!(writer, "{value}").map_err(Failure::from)
            }
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Csv(mut writer) => writer.flush().map_err(Failure::from),
            Self::JsonLines(mut writer) => writer.flush().map_err(Failure::from),
        }
    }
}

/// A duty and when it is due, in one word each.
fn duty(duty: &DutyOutcome) -> String {
    let due = match &duty.due {
        None => String::new(),
        Some(DueOutcome::Word(word)) => format!(" {}", word.id()),
        Some(DueOutcome::On(DueDate::Known(date))) => format!(" {date}"),
        Some(DueOutcome::On(DueDate::CalendarUnknown { .. }) | DueOutcome::Unknown(_)) => " unknown".to_owned(),
    };
    format!("{}{due}", duty.id)
}

fn from_csv(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Failure::from(error),
        other => Failure::Output(io::Error::other(format!("{other:?}"))),
    }
}
