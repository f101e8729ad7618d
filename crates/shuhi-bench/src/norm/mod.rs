//! One norm in four languages: personal data goes to a third party only with consent given before, unless a statute
//! says so, or life is at stake and consent cannot be had. The peers answer breached or not; Shuhi answers with verdict,
//! what is missing, and trace.

mod cedar;
mod cel;
mod regorus;
mod shuhi;
mod situation;

use std::error::Error;
use std::time::Duration;

use crate::measure::{Candidate, in_turns};
use crate::report::Report;

/// The bar of the design.
const FASTER_AT_LEAST: f64 = 10.0;
const BUDGET: Duration = Duration::from_millis(1500);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the norm in every engine after making sure that all mean the same by it.
pub fn measure(report: &mut Report) -> Result<()> {
    let law = shuhi::law()?;
    let shuhi = shuhi::Shuhi::new(&law)?;
    let cel = cel::Cel::new()?;
    let regorus = regorus::Regorus::new()?;
    let cedar = cedar::Cedar::new()?;
    let mut compared = 0;
    for situation in situation::all() {
        let answers = [
            ("the plain statement of the norm", situation.breached()),
            ("shuhi", shuhi.breached(&situation)?),
            ("cel", cel.breached(&situation)?),
            ("regorus", regorus.breached(&situation)?),
            ("cedar-policy", cedar.breached(&situation)?),
        ];
        if answers.iter().any(|(_, answer)| *answer != situation.breached()) {
            return Err(format!("the engines disagree: {answers:?} on {situation:?}").into());
        }
        compared += 1;
    }

    report.section("The same norm, facts prebuilt, evaluation only; Shuhi with verdict, missing facts and trace");
    report.remark(&format!("all four engines agree on each of {compared} situations"));
    for (name, situation) in situation::typical() {
        let candidates = vec![
            shuhi.warm(&situation)?,
            shuhi.warm_afresh(&situation)?,
            cel.warm(&situation)?,
            cel.warm_nested(&situation)?,
            regorus.warm(&situation)?,
            cedar.warm(&situation)?,
        ];
        let [own, own_afresh, cel, cel_nested, regorus, cedar] = in_turns(candidates, BUDGET)[..] else {
            return Err("a candidate was not timed".into());
        };
        report.time(&format!("{name}: shuhi"), own);
        report.time(&format!("{name}: shuhi, in fresh memory each time"), own_afresh);
        let peers = [
            (concat!("cel ", env!("VERSION_OF_CEL")), cel),
            (concat!("cel ", env!("VERSION_OF_CEL"), ", facts as nested maps"), cel_nested),
            (concat!("regorus ", env!("VERSION_OF_REGORUS")), regorus),
            (concat!("cedar-policy ", env!("VERSION_OF_CEDAR_POLICY")), cedar),
        ];
        for (peer, timing) in peers {
            report.ratio_at_least(&format!("{name}: {peer}"), timing, own.ratio(&timing), FASTER_AT_LEAST);
        }
    }
    for (name, candidate) in shuhi.warm_unknown()? {
        let timings = in_turns(vec![candidate], BUDGET / 4);
        timings.iter().for_each(|timing| report.time(&format!("{name}: shuhi (the peers fail)"), *timing));
    }
    cold(report)
}

/// From the text of the norm to the first answer.
fn cold(report: &Report) -> Result<()> {
    let situation = situation::late_consent();
    let candidates: Vec<(&str, Candidate<'_>)> = vec![
        ("shuhi, from the form embedded at build", shuhi::cold_embedded(&situation)?),
        ("shuhi, from YAML with all checks and every example run", shuhi::cold(&situation)),
        ("cel, parsed (it has no checker)", cel::cold(&situation)),
        ("regorus, parsed and compiled", regorus::cold(&situation)?),
        ("cedar-policy, parsed and validated against its schema", cedar::cold(&situation)?),
    ];
    let (names, candidates): (Vec<_>, Vec<_>) = candidates.into_iter().unzip();
    let timings = in_turns(candidates, BUDGET);
    report.section("The same norm, cold: from its text to the first answer");
    let own = timings.first().copied().ok_or("nothing was timed")?;
    for (name, timing) in names.iter().zip(&timings) {
        report.ratio(name, *timing, own.ratio(timing));
    }
    Ok(())
}

/// A day as a number, for engines that compare numbers fastest.
fn day_number(date: jiff::civil::Date) -> i64 {
    i64::from((date - jiff::civil::date(1970, 1, 1)).get_days())
}
