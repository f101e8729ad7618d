//! `shuhi scan`: what pages and apps really send, held against the register.

mod captured;
mod failures;
mod honey;
mod import;
mod keep;
mod notices;
mod package;
mod page;
mod pictures;
mod web;

use std::collections::BTreeMap;
use std::io::{Write, stdout};

use jiff::Timestamp;
use shuhi_catalogue::Catalogue;
use shuhi_items::{Adapters, Honey};
use shuhi_law::Rulebook;
use shuhi_register::Register;
use shuhi_scan::{
    Declared, Difference, Kind, Means, Observation, Summary, Surface, compare, missing_yaml, scan_json, scan_junit,
    scan_sarif,
};
use shuhi_source::{Faults, Sources};

use self::page::Page;
use crate::args::Common;
use crate::args::scan::{ScanCommand, ScanCommon, ScanFailOn, ScanFormat, ScanOptions};
use crate::failure::{Failure, report_faults};
use crate::files::{add_files, rulebook};

pub use self::page::write_differences;

/// Observes, compares, prints and keeps.
pub fn run(options: &ScanOptions, common: &Common) -> Result<bool, Failure> {
    match &options.command {
        ScanCommand::Web(options) => web::run(options, common),
        ScanCommand::Har(options) => captured::run(options, captured::Form::Har, common),
        ScanCommand::Cdp(options) => captured::run(options, captured::Form::DevTools, common),
        ScanCommand::Apk(options) => package::run(options, common),
        ScanCommand::Who(options) => import::who(options, common),
        ScanCommand::Import(options) => import::run(options, common),
    }
}

/// The program and its version, as observations and evidence name it.
pub const PROGRAM: &str = concat!("shuhi ", env!("CARGO_PKG_VERSION"));

/// Everything a scan needs before it begins.
pub struct Bench<'a> {
    pub options: &'a ScanCommon,
    pub common: &'a Common,
    pub rulebook: Rulebook,
    pub catalogue: Catalogue,
    pub adapters: Adapters,
    pub honey: Honey,
    /// The planted values themselves, for the browser to plant.
    pub planted: BTreeMap<String, String>,
    pub sources: Sources,
    /// What the register declares, where there is one.
    pub declared: Option<Declared>,
    /// The provider's own domains beside that of the page.
    pub sisters: Vec<String>,
    pub started_at: Timestamp,
}

impl<'a> Bench<'a> {
    pub fn set_up(options: &'a ScanCommon, common: &'a Common) -> Result<Self, Failure> {
        let rulebook = rulebook(common)?;
        let mut catalogue = Catalogue::embedded()?;
        if let Some(folder) = &options.catalogue {
            catalogue = catalogue.with_overlay(folder, common.at)?;
        }
        let mut sources = Sources::new();
        let declared = declared(options, common, &rulebook, &mut sources)?;
        let mut sisters = options.sisters.clone();
        sisters.extend(declared.iter().flat_map(|declared| declared.own_domains.iter().cloned()));
        let planted = match &options.honey {
            Some(path) => honey::read(path)?,
            None => BTreeMap::new(),
        };
        let values = planted.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let honey = Honey::new(values)
            .map_err(|error| Failure::usage(error.to_string(), "plant values that nothing else has"))?;
        let (adapters, started_at) = (Adapters::embedded()?, Timestamp::now());
        Ok(Self {
            options,
            common,
            rulebook,
            catalogue,
            adapters,
            honey,
            planted,
            sources,
            declared,
            sisters,
            started_at,
        })
    }

    pub fn means(&self, surface: Surface) -> Means<'_> {
        Means {
            catalogue: &self.catalogue,
            adapters: &self.adapters,
            honey: &self.honey,
            sisters: &self.sisters,
            recipients: self.declared.as_ref().map_or(&[], |declared| &declared.recipients),
            surface,
        }
    }

    /// Fills in who observed, and the service: as asked for, else the one whose domains fit the first page.
    pub fn complete(&self, observation: &mut Observation) -> Result<(), Failure> {
        observation.observer.program = PROGRAM.to_owned();
        observation.observer.evidence = self.options.evidence.as_ref().map(|folder| folder.display().to_string());
        let Some(declared) = &self.declared else { return Ok(()) };
        if let Some(id) = &self.options.service {
            if !declared.services.iter().any(|service| service.id == *id) {
                let known: Vec<&str> = declared.services.iter().map(|service| service.id.as_str()).collect();
                let help = format!("the register has: {}", known.join(", "));
                return Err(Failure::usage(format!("the register has no service `{id}`"), help));
            }
            observation.service = Some(id.clone());
            return Ok(());
        }
        observation.service = match observation.surface {
            Surface::WebPage => of_page(observation, declared),
            Surface::Application => of_only_app(declared),
        };
        if observation.service.is_none() {
            eprintln!(
                "note: it is not clear which service of the register this is; state `domains` with the service, or name it with `--service`"
            );
        }
        Ok(())
    }

    /// The differences from the register; none where there is none.
    pub fn compare(&self, observation: &Observation) -> Vec<Difference> {
        self.declared
            .as_ref()
            .map_or_else(Vec::new, |declared| compare(observation, declared, &self.rulebook.vocabulary))
    }

    /// Keeps what is asked for, prints the answer, and says whether it passes.
    pub fn finish(&self, scanned: &keep::Scanned) -> Result<bool, Failure> {
        let observation = &scanned.observation;
        let differences = self.compare(observation);
        let summary = Summary::of(observation);
        let report = keep::evidence(self, scanned, &differences, &summary)?;
        keep::observed(self, observation)?;
        if let (Some(path), Some(declared)) = (&self.options.missing, &self.declared) {
            match missing_yaml(observation, &differences, declared) {
                Some(draft) => keep::new_file(path, &draft)?,
                None => eprintln!("note: nothing is missing from the register; `{}` is not written", path.display()),
            }
        }
        let mut out = stdout().lock();
        match self.options.format {
            ScanFormat::Text => Page {
                observation,
                differences: &differences,
                summary: &summary,
                sections: &scanned.sections,
                rulebook: &self.rulebook,
                sources: &self.sources,
                language: self.common.language,
                compared: self.declared.is_some(),
                verbose: self.options.verbose,
            }
            .write(&mut out)?,
            ScanFormat::Json => {
                writeln!(out, "{:#}", scan_json(observation, &differences, &summary, &self.sources))?;
            }
            ScanFormat::Sarif => {
                let version = env!("CARGO_PKG_VERSION");
                writeln!(out, "{:#}", scan_sarif(&differences, &self.sources, self.common.language, version))?;
            }
            ScanFormat::Junit => {
                let report = scan_junit(observation, &differences, self.common.language).map_err(|error| {
                    Failure::usage(format!("cannot write the report: {error}"), "use another `--format`")
                })?;
                write!(out, "{report}")?;
            }
            ScanFormat::Html => write!(out, "{report}")?,
        }
        if !matches!(self.options.format, ScanFormat::Text) {
            eprintln!("{summary}");
        }
        Ok(self.passes(&differences))
    }

    fn passes(&self, differences: &[Difference]) -> bool {
        match self.options.fail_on {
            ScanFailOn::Never => true,
            ScanFailOn::Undeclared => !differences.iter().any(|difference| difference.kind == Kind::Undeclared),
            ScanFailOn::Difference => !differences.iter().any(|difference| difference.kind.contradicts()),
        }
    }
}

/// The service whose domains fit the first page.
fn of_page(observation: &Observation, declared: &Declared) -> Option<String> {
    let page = url::Url::parse(observation.pages.first()?).ok()?;
    declared.service_of_host(page.host_str()?).map(|service| service.id.clone())
}

/// The service offered as an app, where there is only one.
fn of_only_app(declared: &Declared) -> Option<String> {
    let mut apps = declared.services.iter().filter(|service| service.application);
    let first = apps.next()?;
    apps.next().is_none().then(|| first.id.clone())
}

fn declared(
    options: &ScanCommon,
    common: &Common,
    rulebook: &Rulebook,
    sources: &mut Sources,
) -> Result<Option<Declared>, Failure> {
    let Some(folder) = &options.register else { return Ok(None) };
    let files = add_files(folder, sources)?;
    let mut faults = Faults::new();
    let register = Register::load(sources, &files, rulebook, common.at, &mut faults);
    let Some(register) = register else { return Err(Failure::Faults(Box::new(std::mem::take(sources)), faults)) };
    report_faults(sources, &faults);
    Ok(Some(Declared::of(&register, &rulebook.vocabulary)))
}
