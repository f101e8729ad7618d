//! Loading the rulebook: from the form embedded at build, and from its YAML with every check.

use std::error::Error;
use std::time::Duration;

use shuhi_law::Rulebook;
use shuhi_source::{Faults, Sources};

use crate::measure::alone;
use crate::report::Report;

const EMBEDDED_BAR: Duration = Duration::from_millis(20);
const YAML_BAR: Duration = Duration::from_millis(500);
const BUDGET: Duration = Duration::from_secs(2);

/// Measures both ways to the same rulebook.
pub fn measure(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let (embedded, from_yaml) = (shuhi_rulebook::rulebook()?, load_from_yaml()?);
    if embedded.hash != from_yaml.hash {
        return Err("the embedded rulebook is not the one of its texts".into());
    }
    report.section("The rulebook");
    let texts = shuhi_rulebook::texts();
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let (rules, clauses) = (embedded.packs.rules.len(), embedded.catalogue.clauses.len());
    report.remark(&format!("{rules} rules, {clauses} clauses, {} files, {} kB of YAML", texts.len(), bytes / 1000));
    report.time_at_most("from the form embedded at build", alone(shuhi_rulebook::rulebook, BUDGET), EMBEDDED_BAR);
    report.time_at_most("from YAML with all checks", alone(load_from_yaml, BUDGET), YAML_BAR);
    Ok(())
}

fn load_from_yaml() -> Result<Rulebook, String> {
    let (mut sources, mut faults) = (Sources::new(), Faults::new());
    let loaded = shuhi_rulebook::with_overlay(&[], &mut sources, &mut faults);
    loaded.map(|(rulebook, _)| rulebook).ok_or_else(|| faults.summary(&sources))
}
