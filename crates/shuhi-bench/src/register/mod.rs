//! `check` of a large register: loading its YAML, judging every subject by every rule, explaining what was found.

mod generate;

use std::error::Error;
use std::time::Duration;

use jiff::civil::{Date, date};
use shuhi_findings::{Findings, findings_json};
use shuhi_law::Rulebook;
use shuhi_law::decide::Selection;
use shuhi_register::Register;
use shuhi_source::{Faults, FileId, Sources};

use crate::measure::alone;
use crate::report::Report;

const SUBJECTS: usize = 1_000;
const SEED: u64 = 20_260_401;
const AT: Date = date(2026, 4, 1);
const BAR: Duration = Duration::from_millis(200);
const BUDGET: Duration = Duration::from_secs(3);

/// Measures the parts and the whole.
pub fn measure(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let rulebook = shuhi_rulebook::rulebook()?;
    let text = generate::register(SUBJECTS, SEED);
    let (sources, file) = source(&text);
    let register = load(&sources, file, &rulebook)?;
    let subjects: usize = register.collections.iter().map(|collection| collection.subjects.len()).sum();
    let law = rulebook.select(Selection::on(AT));
    let findings = Findings::of(&register, &law);
    let counts: Vec<String> =
        findings.counts(|_| true).iter().map(|(verdict, count)| format!("{count} {}", verdict.id())).collect();
    report.section("`check` of a register");
    report.remark(&format!(
        "{subjects} subjects from seed {SEED}, {} kB of YAML: {}",
        text.len() / 1000,
        counts.join(", ")
    ));

    report.time("loading it", alone(|| load(&sources, file, &rulebook).map(|_| ()), BUDGET / 3));
    let judging = || Findings::of(&register, &rulebook.select(Selection::on(AT))).all.len();
    report.time("compiling the law of the day, judging and explaining every subject", alone(judging, BUDGET / 3));
    report.time(
        "writing the findings as JSON",
        alone(|| findings_json(&findings, &sources).to_string().len(), BUDGET / 3),
    );
    let whole = || check(&text).map_err(|error| error.to_string());
    whole()?;
    report.time_at_most("all of it, with loading the rulebook", alone(whole, BUDGET), BAR);
    Ok(())
}

/// What the command does between reading its files and writing its answer.
fn check(text: &str) -> Result<String, Box<dyn Error>> {
    let rulebook = shuhi_rulebook::rulebook()?;
    let (sources, file) = source(text);
    let register = load(&sources, file, &rulebook)?;
    let law = rulebook.select(Selection::on(AT));
    Ok(findings_json(&Findings::of(&register, &law), &sources).to_string())
}

fn source(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let file = sources.add("register.yaml", text);
    (sources, file)
}

fn load(sources: &Sources, file: FileId, rulebook: &Rulebook) -> Result<Register, Box<dyn Error>> {
    let mut faults = Faults::new();
    let register = Register::load(sources, &[file], rulebook, AT, &mut faults);
    register.ok_or_else(|| faults.summary(sources).into())
}
