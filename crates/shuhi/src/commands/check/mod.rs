//! `shuhi check`: what the law finds in a register.

mod markdown;
mod page;

use std::io::{self, BufWriter, Write, stdout};

use shuhi_findings::{Findings, findings_json, findings_junit, findings_sarif};
use shuhi_law::decide::Selection;
use shuhi_law::pack::{Force, Level};
use shuhi_register::Register;
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
    report_faults(&sources, &faults);
    let mut selection = Selection::on(common.at);
    selection.include = forces(&options.include);
    selection.adopted.clone_from(&register.adopted);
    let law = rulebook.select(selection);
    let findings = Findings::of(&register, &law);
    let mut out = stdout().lock();
    match options.format {
        CheckFormat::Text => Page { findings: &findings, common, options, sources: &sources }.write(&mut out)?,
        CheckFormat::Json => {
            // Standard output hands over every line by itself, and this has very many.
            let mut out = BufWriter::new(&mut out);
            serde_json::to_writer_pretty(&mut out, &findings_json(&findings, &sources)).map_err(io::Error::from)?;
            writeln!(out)?;
            out.flush()?;
        }
        CheckFormat::Sarif => {
            let log = findings_sarif(&findings, &sources, common.language, env!("CARGO_PKG_VERSION"));
            writeln!(out, "{log:#}")?;
        }
        CheckFormat::Junit => {
            let report = findings_junit(&findings, &sources, common.language);
            let report = report.map_err(|error| {
                Failure::usage(format!("cannot write the report: {error}"), "use another `--format`")
            })?;
            write!(out, "{report}")?;
        }
        CheckFormat::Markdown => Page { findings: &findings, common, options, sources: &sources }.markdown(&mut out)?,
    }
    Ok(passes(&findings, options))
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
