//! What a scan keeps: the evidence folder, the observation beside the register, drafts.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use shuhi_capture::Capture;
use shuhi_scan::{
    About, Difference, Evidence, Kept, Observation, Report, Section, Summary, Tree, kept_on_terminal, tag_trees,
    to_har, to_yaml,
};

use super::Bench;
use super::pictures;
use crate::failure::Failure;

/// What was scanned.
#[derive(Default)]
pub struct Scanned {
    pub capture: Capture,
    /// The files it came from.
    pub raw: Vec<Raw>,
    pub observation: Observation,
    /// What a package says of its app.
    pub sections: Vec<Section>,
    /// The evidence folder, where it was already begun.
    pub evidence: Option<Evidence>,
}

/// A raw file.
pub struct Raw {
    /// Its name in the evidence folder.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Fills the evidence folder, where one is asked for, and returns the report.
pub fn evidence(
    bench: &Bench<'_>,
    scanned: &Scanned,
    differences: &[Difference],
    summary: &Summary,
) -> Result<String, Failure> {
    let about = about(bench, &scanned.observation);
    let trees = tag_trees(&scanned.capture, bench.means(scanned.observation.surface));
    let kept = kept_on_terminal(&scanned.capture, &bench.catalogue);
    let parts = Parts { bench, scanned, differences, summary, about: &about, trees: &trees, kept: &kept };
    let Some(evidence) = &scanned.evidence else {
        return match &bench.options.evidence {
            Some(folder) => {
                let evidence = Evidence::begin(folder)?;
                parts.fill(&evidence)
            }
            None => Ok(parts.report(&[], &[])),
        };
    };
    parts.fill(evidence)
}

struct Parts<'a> {
    bench: &'a Bench<'a>,
    scanned: &'a Scanned,
    differences: &'a [Difference],
    summary: &'a Summary,
    about: &'a About,
    trees: &'a [Tree],
    kept: &'a [Kept],
}

impl Parts<'_> {
    fn report(&self, files: &[shuhi_scan::EvidenceFile], pictures: &[(String, String)]) -> String {
        Report {
            observation: &self.scanned.observation,
            differences: self.bench.declared.as_ref().map(|_| self.differences),
            summary: self.summary,
            trees: self.trees,
            sections: &self.scanned.sections,
            kept: self.kept,
            about: self.about,
            files,
            pictures,
            rulebook: &self.bench.rulebook,
        }
        .html()
    }

    fn fill(&self, evidence: &Evidence) -> Result<String, Failure> {
        let version = env!("CARGO_PKG_VERSION");
        for raw in &self.scanned.raw {
            evidence.keep(&raw.name, &raw.bytes)?;
        }
        if !self.scanned.capture.requests.is_empty() {
            keep_json(evidence, "capture.har", &to_har(&self.scanned.capture, version))?;
        }
        keep_json(evidence, "about.json", self.about)?;
        keep_json(evidence, "tags.json", &self.trees)?;
        keep_json(evidence, "stored-on-terminal.json", &self.kept)?;
        keep_json(evidence, "differences.json", &self.differences)?;
        evidence.keep("observation.yaml", observation_file(&self.scanned.observation)?.as_bytes())?;
        let pictures = pictures::of(evidence.folder());
        let report = self.report(&evidence.files()?, &pictures);
        evidence.keep("report.html", report.as_bytes())?;
        evidence.close()?;
        eprintln!("evidence: {}", evidence.folder().display());
        Ok(report)
    }
}

fn keep_json(evidence: &Evidence, name: &str, value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    evidence.keep(name, text.as_bytes())?;
    Ok(())
}

fn about(bench: &Bench<'_>, observation: &Observation) -> About {
    About {
        command: std::env::args().collect(),
        program: super::PROGRAM.to_owned(),
        browser: observation.observer.browser.clone(),
        catalogue: bench.catalogue.version().to_owned(),
        rulebook: bench.rulebook.hash.clone(),
        started_at: bench.started_at.to_string(),
        ended_at: Timestamp::now().to_string(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

/// Keeps the observation in the register's `observed/`, as a new file.
pub fn observed(bench: &Bench<'_>, observation: &Observation) -> Result<(), Failure> {
    let Some(register) = &bench.options.register else { return Ok(()) };
    let folder = register.join("observed");
    fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, error))?;
    let time: String = bench.started_at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let name = observation.service.clone().or_else(|| host(observation)).unwrap_or_else(|| "scan".to_owned());
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let text = observation_file(observation)?;
    for number in 1..100u32 {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{time}-{safe}{suffix}.yaml"));
        match File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(|error| unwritable(&path, error))?;
                eprintln!("observation: {}", path.display());
                return Ok(());
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(&path, error)),
        }
    }
    Err(Failure::usage(format!("`{}` holds a hundred observations of this second", folder.display()), "try again"))
}

fn host(observation: &Observation) -> Option<String> {
    let page = observation.pages.first()?;
    let url = url::Url::parse(page).ok();
    url.as_ref().and_then(url::Url::host_str).map(str::to_owned).or_else(|| Some(page.clone()))
}

/// The file that `check` reads.
fn observation_file(observation: &Observation) -> Result<String, Failure> {
    let head = "# 守秘の走査（shuhi scan）が観測したこと。人が書くものではない。\n# Observed by `shuhi scan`; not for people to write.\n";
    let yaml = to_yaml(&serde_json::json!({"observations": [observation]})).map_err(std::io::Error::from)?;
    Ok(format!("{head}{yaml}"))
}

/// Writes a file that must not exist yet: nothing a person wrote is ever overwritten.
pub fn new_file(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = File::create_new(path).map_err(|error| unwritable(path, error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| unwritable(path, error))?;
    eprintln!("draft: {}", path.display());
    Ok(())
}

fn unwritable(path: &Path, error: std::io::Error) -> Failure {
    Failure::File { action: "write", path: path.display().to_string(), error }
}
