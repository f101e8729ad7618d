//! `shuhi decide contract_line --batch`: a file of applications read, decided and answered, on one core.

mod applications;

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::civil::{Date, date};
use shuhi_batch::{AnswerWriter, Batch, Format};
use shuhi_law::Rulebook;
use shuhi_law::decide::Selection;
use shuhi_law::vocabulary::ActId;

use crate::measure::alone;
use crate::report::Report;

const LINES: usize = 20_000;
const SEED: u64 = 20_260_401;
const AT: Date = date(2026, 6, 1);
/// Lines a second.
const BAR: f64 = 200_000.0;
const BUDGET: Duration = Duration::from_secs(3);

/// Measures reading, deciding and writing the answers; files are in memory, so that no disk is measured.
pub fn measure(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let rulebook = shuhi_rulebook::rulebook()?;
    let act = rulebook.vocabulary.act_named("contract_line").ok_or("the vocabulary has no act `contract_line`")?;
    let text = applications::applications(LINES, SEED);
    let mut answers = Vec::new();
    let (answered, bad) = decide(&rulebook, act, &text, &mut answers)?;
    if (answered, bad) != (LINES as u64, 0) {
        return Err(format!("{answered} applications answered, {bad} bad").into());
    }
    let answers = String::from_utf8(answers)?;
    let count = |decision: &str| answers.lines().filter(|line| line.contains(&format!(",{decision},"))).count();
    report.section("`decide contract_line --batch`: lines of CSV, answers written");
    report.remark(&format!(
        "{LINES} applications from seed {SEED}, {} kB in, {} kB out: {} permitted, {} forbidden, {} unknown",
        text.len() / 1000,
        answers.len() / 1000,
        count("permitted"),
        count("forbidden"),
        count("unknown")
    ));
    let whole = || decide(&rulebook, act, &text, io::sink()).map_err(|error| error.to_string());
    report.rate_at_least("reading, deciding and answering, one core", alone(whole, BUDGET), LINES, "lines", BAR);
    Ok(())
}

fn decide(rulebook: &Rulebook, act: ActId, text: &str, out: impl io::Write) -> Result<(u64, u64), Box<dyn Error>> {
    let mut writer = AnswerWriter::new(Format::Csv, out)?;
    let mut batch = Batch::new(rulebook, act, Selection::on(AT));
    let counts = batch.run::<Box<dyn Error>>(text.as_bytes(), Format::Csv, |outcome| Ok(writer.write(&outcome)?))?;
    writer.finish()?;
    Ok(counts)
}
