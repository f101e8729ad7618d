use std::io::{self, BufWriter, Write};

use serde_json::json;
use shuhi_law::calendar::DueDate;
use shuhi_law::decide::{DueOutcome, DutyOutcome};

use crate::cells::Format;
use crate::decider::{Answer, BadLine, Outcome};

const BUFFER: usize = 1 << 16;
const HEAD: [&str; 8] = ["line", "id", "at", "decision", "reasons", "missing", "advice", "duties"];

/// Writes answers in the form of the questions: a line of CSV or a JSON object each.
pub struct AnswerWriter<W: Write>(Form<W>);

enum Form<W: Write> {
    Csv(Box<csv::Writer<W>>),
    JsonLines(BufWriter<W>),
}

impl<W: Write> AnswerWriter<W> {
    /// Begins with the head line where the form has one.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn new(format: Format, out: W) -> io::Result<Self> {
        Ok(Self(match format {
            Format::JsonLines => Form::JsonLines(BufWriter::with_capacity(BUFFER, out)),
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().buffer_capacity(BUFFER).from_writer(out);
                writer.write_record(HEAD).map_err(from_csv)?;
                Form::Csv(Box::new(writer))
            }
        }))
    }

    /// Writes what became of one line; a line that could not be read is marked `bad_line`.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn write(&mut self, outcome: &Outcome<'_>) -> io::Result<()> {
        match (&mut self.0, outcome) {
            (Form::Csv(writer), Outcome::Answer(answer)) => csv_answer(writer, answer),
            (Form::JsonLines(writer), Outcome::Answer(answer)) => json_answer(writer, answer),
            (Form::Csv(writer), Outcome::Bad(BadLine { line, message })) => {
                writer.write_record([&line.to_string(), "", "", "bad_line", message, "", "", ""]).map_err(from_csv)
            }
            (Form::JsonLines(writer), Outcome::Bad(BadLine { line, message })) => {
                writeln!(writer, "{}", json!({"line": line, "decision": "bad_line", "reasons": [message]}))
            }
        }
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Form::Csv(mut writer) => writer.flush(),
            Form::JsonLines(mut writer) => writer.flush(),
        }
    }
}

fn csv_answer<W: Write>(writer: &mut csv::Writer<W>, answer: &Answer<'_>) -> io::Result<()> {
    let duties: Vec<String> = answer.duties.iter().map(duty).collect();
    let (line, at) = (answer.line.to_string(), answer.at.to_string());
    let (reasons, missing) = (answer.reasons.join(";"), answer.missing.join(";"));
    let (advice, duties) = (answer.advice.join(";"), duties.join(";"));
    let cells = [&line, answer.id, &at, answer.decision.id(), &reasons, &missing, &advice, &duties];
    writer.write_record(cells).map_err(from_csv)
}

fn json_answer(writer: &mut impl Write, answer: &Answer<'_>) -> io::Result<()> {
    let value = json!({
        "line": answer.line,
        "id": answer.id,
        "at": answer.at.to_string(),
        "decision": answer.decision.id(),
        "reasons": answer.reasons,
        "missing": answer.missing,
        "advice": answer.advice,
        "duties": answer.duties.iter().map(duty).collect::<Vec<_>>(),
    });
    writeln!(writer, "{value}")
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

fn from_csv(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
