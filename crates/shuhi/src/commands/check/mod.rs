//! `shuhi check`: what the law finds in a register.

mod markdown;
mod page;

use std::io::{self, BufWriter, Write, stdout};

use shuhi_findings::{Findings, findings_json, findings_junit, findings_sarif};
use shuhi_law::decide::Selection;
use shuhi_law::pack::{Force, Level};
use shuhi_register::Register;
use shuhi_scan::{Difference, difference_suites, differences_json, newest_differences, scan_sarif};
use shuhi_source::{Faults, Sources};

use self::page::Page;
use crate::args::{CheckFormat, CheckOptions, Common, FailOn, Include};
use crate::failure::{Failure, report_faults};
use crate::files::{add_files, rulebook};

/// Judges the register of a folder and prints what was found.
pub fn run(options: &CheckOptions, common: &Common) -> Result<bool, Failure> {
    let rulebook = rulebook(common)?;
    let mut sources = Sources::new();
    let files = add_files(&options.folder, &mut sources)?;
    if files.is_empty() {
        let message = format!("`{}` holds no YAML files", options.folder.display());
        return Err(Failure::usage(message, "start a register with `shuhi init DIR`"));
    }
    let mut faults = Faults::new();
    let Some(register) = Register::load(&sources, &files, &rulebook, common.at, &mut faults) else {
        return Err(Failure::Faults(Box::new(sources), faults));
    };
    let observed = newest_differences(&register, &rulebook.vocabulary, &mut faults);
    if faults.has_errors() {
        return Err(Failure::Faults(Box::new(sources), faults));
    }
    report_faults(&sources, &faults);
    let mut selection = Selection::on(common.at);
    selection.include = forces(&options.include);
    selection.adopted.clone_from(&register.adopted);
    let law = rulebook.select(selection);
    let findings = Findings::of(&register, &law);
    let page = Page { findings: &findings, observed: &observed, common, options, sources: &sources };
    let mut out = stdout().lock();
    match options.format {
        CheckFormat::Text => page.write(&mut out)?,
        CheckFormat::Json => {
            // Standard output hands over every line by itself, and this has very many.
            let mut out = BufWriter::new(&mut out);
            let document = Document {
                findings: findings_json(&findings, &sources),
                observed: differences_json(&observed, &sources),
            };
            serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
            writeln!(out)?;
            out.flush()?;
        }
        CheckFormat::Sarif => {
            let version = env!("CARGO_PKG_VERSION");
            let mut log = findings_sarif(&findings, &sources, common.language, version);
            add_runs(&mut log, scan_sarif(&observed, &sources, common.language, version), &observed);
            writeln!(out, "{log:#}")?;
        }
        CheckFormat::Junit => {
            let report =
                findings_junit(&findings, &sources, common.language, difference_suites(&observed, common.language));
            let report = report.map_err(|error| {
                Failure::usage(format!("cannot write the report: {error}"), "use another `--format`")
            })?;
            write!(out, "{report}")?;
        }
        CheckFormat::Markdown => page.markdown(&mut out)?,
    }
    let contradicted = observed.iter().any(|difference| difference.kind.contradicts());
    Ok(passes(&findings, options) && (!contradicted || options.fail_on == FailOn::Never))
}

/// The findings, and how the newest observation differs from the register.
#[derive(serde::Serialize)]
struct Document<F> {
    #[serde(flatten)]
    findings: F,
    observed: serde_json::Value,
}

/// What scans observed is a run of its own.
fn add_runs(log: &mut serde_json::Value, mut further: serde_json::Value, observed: &[Difference]) {
    if observed.is_empty() {
        return;
    }
    let runs = further.get_mut("runs").and_then(|runs| runs.as_array_mut()).map(std::mem::take).unwrap_or_default();
    if let Some(all) = log.get_mut("runs").and_then(|runs| runs.as_array_mut()) {
        all.extend(runs);
    }
}

/// What `--include` names.
pub fn forces(include: &[Include]) -> Vec<Force> {
    let force = |include: &Include| match include {
        Include::Proposed => Force::Proposed,
        Include::Voluntary => Force::Voluntary,
    };
    include.iter().map(force).collect()
}

fn passes(findings: &Findings<'_>, options: &CheckOptions) -> bool {
    let level = match options.fail_on {
        FailOn::Statutory | FailOn::Never => Level::Statutory,
        FailOn::Enforcement => Level::Enforcement,
        FailOn::Basic => Level::Basic,
        FailOn::Desirable => Level::Desirable,
        FailOn::Benchmark => Level::Benchmark,
    };
    let (adverse, unknown) = findings.at_or_above(level);
    let adverse = adverse > 0 && options.fail_on != FailOn::Never;
    let unknown = unknown > 0 && options.fail_on_unknown;
    !(adverse || unknown)
}
