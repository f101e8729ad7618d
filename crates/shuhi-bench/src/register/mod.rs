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

    let whole = || check(&text).map_err(|error| error.to_string());
    whole()?;
    report.time_at_most("the rulebook, the register, every subject judged and explained", alone(whole, BUDGET), BAR);
    report.time("of it, loading the register", alone(|| load(&sources, file, &rulebook).is_ok(), BUDGET / 3));
    let judged = || judge(&register, &rulebook);
    report.time("of it, compiling the law of the day and judging with trace", alone(judged, BUDGET / 3));
    let json = || serde_json::to_string(&findings_json(&findings, &sources)).map(|text| text.len()).ok();
    report.time("besides, the findings as JSON", alone(json, BUDGET / 3));
    Ok(())
}

/// What the command does between reading its files and laying out its page, which tells the facts of every finding that
/// speaks against the operator or is undecided.
fn check(text: &str) -> Result<usize, Box<dyn Error>> {
    let rulebook = shuhi_rulebook::rulebook()?;
    let (sources, file) = source(text);
    let register = load(&sources, file, &rulebook)?;
    let law = rulebook.select(Selection::on(AT));
    let findings = Findings::of(&register, &law);
    let told = findings.all.iter().filter(|finding| finding.is_adverse() || finding.is_unknown());
    Ok(told.map(|finding| finding.facts().len()).sum())
}

/// Judging alone: what is left without explaining each outcome in words.
fn judge(register: &Register, rulebook: &Rulebook) -> usize {
    let law = rulebook.select(Selection::on(AT));
    let mut outcomes = 0;
    for thing in register.things_to_judge(rulebook) {
        let frame = law.frame(thing.judged);
        if frame.rules().next().is_some() {
            outcomes += frame.judge_traced(&frame.prepare(&thing.facts)).outcomes.len();
        }
    }
    outcomes
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
