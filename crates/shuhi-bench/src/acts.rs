//! One act judged by all packs: the acts with the most rules, on the facts of every example and case of the rulebook.

use std::error::Error;
use std::time::Duration;

use jiff::civil::date;
use shuhi_law::decide::{Frame, Prepared, Selection};
use shuhi_law::facts::Facts;
use shuhi_law::pack::Judged;
use shuhi_law::proof::Runner;
use shuhi_law::{Proof, Rulebook};
use shuhi_source::{Faults, Sources};

use crate::measure::{Candidate, Timing, alone, in_turns};
use crate::report::Report;

const BAR: Duration = Duration::from_micros(20);
const ACTS: [&str; 2] = ["retain", "release"];
const BUDGET: Duration = Duration::from_millis(300);
/// For one set of facts among all examples.
const BUDGET_EACH: Duration = Duration::from_millis(8);

/// Measures the typical, the slowest and the emptiest facts.
pub fn measure(report: &mut Report) -> Result<(), Box<dyn Error>> {
    let (mut sources, mut faults) = (Sources::new(), Faults::new());
    let loaded = shuhi_rulebook::with_overlay(&[], &mut sources, &mut faults);
    let (rulebook, proof) = loaded.ok_or_else(|| faults.summary(&sources))?;
    report.section("One act, all packs: verdicts, missing facts and trace");
    for act in ACTS {
        let id = rulebook.vocabulary.act_named(act).ok_or_else(|| format!("the vocabulary has no act `{act}`"))?;
        let law = rulebook.select(Selection::on(date(2026, 4, 1)));
        let frame = law.frame(Judged::Act(id));
        let stated = stated(&rulebook, &proof, &sources, Judged::Act(id))?;
        report.remark(&format!(
            "`{act}`: {} rules, facts of {} examples and cases",
            frame.rules().count(),
            stated.len()
        ));
        act_rows(report, act, &frame, &stated)?;
    }
    Ok(())
}

fn act_rows(report: &mut Report, act: &str, frame: &Frame<'_>, stated: &[Facts]) -> Result<(), Box<dyn Error>> {
    let mut timed: Vec<(&Facts, Timing)> =
        stated.iter().map(|facts| (facts, warm(frame, &frame.prepare(facts), BUDGET_EACH))).collect();
    timed.sort_by(|(_, a), (_, b)| a.median_ns.total_cmp(&b.median_ns));
    let typical = timed.get(timed.len() / 2).ok_or("no example judges the act")?.0;
    let slowest = timed.last().ok_or("no example judges the act")?.0;
    let nothing = Facts::default();
    for (name, facts) in [("typical", typical), ("slowest", slowest), ("no", &nothing)] {
        let prepared = frame.prepare(facts);
        let candidates =
            vec![Candidate::new(|| judged(frame, &prepared)), Candidate::new(|| judged(frame, &frame.prepare(facts)))];
        let timings = in_turns(candidates, BUDGET);
        for (form, timing) in ["facts prepared", "preparing the facts included"].iter().zip(timings) {
            report.time_at_most(&format!("{act}, {name} facts stated, {form}"), timing, BAR);
        }
    }
    Ok(())
}

fn warm(frame: &Frame<'_>, prepared: &Prepared, budget: Duration) -> Timing {
    alone(|| judged(frame, prepared), budget)
}

/// Judges with a trace and names what is missing for every rule.
fn judged(frame: &Frame<'_>, prepared: &Prepared) -> (shuhi_law::decide::Judgement, Vec<String>) {
    let judgement = frame.judge_traced(prepared);
    let missing = judgement.outcomes.iter().flat_map(|outcome| frame.missing(outcome)).collect();
    (judgement, missing)
}

fn stated(rulebook: &Rulebook, proof: &Proof, sources: &Sources, judged: Judged) -> Result<Vec<Facts>, String> {
    let runner = Runner::new(rulebook, sources);
    let examples = proof.examples.iter().chain(&proof.cases).filter(|example| example.judged == Some(judged));
    examples.map(|example| runner.facts(example, judged)).collect()
}
