//! The norm in Shuhi: a rulebook of one rule with its own small vocabulary, facts prepared once.

use std::hint::black_box;
use std::sync::Arc;

use jiff::civil::date;
use shuhi_law::decide::{Frame, Judgement, Selection, Verdict};
use shuhi_law::facts::{FactReader, Facts};
use shuhi_law::pack::Judged;
use shuhi_law::{Embedded, LawFile, Rulebook};
use shuhi_source::{Faults, Sources, read_yaml};

use super::Result;
use super::situation::Situation;
use crate::measure::Candidate;

const HOLIDAYS: &str = include_str!("../../norm/shuhi/calendar/holidays.csv");
const FILES: [(&str, &str); 4] = [
    ("vocabulary/words.yaml", include_str!("../../norm/shuhi/vocabulary/words.yaml")),
    ("catalogue/laws.yaml", include_str!("../../norm/shuhi/catalogue/laws.yaml")),
    ("calendar/holidays.csv", HOLIDAYS),
    ("appi/provide.yaml", include_str!("../../norm/shuhi/provide.yaml")),
];

pub struct Shuhi<'r> {
    rulebook: &'r Rulebook,
    frame: Arc<Frame<'r>>,
}

/// The rulebook of the one norm.
pub fn law() -> Result<Rulebook> {
    let mut sources = Sources::new();
    let files = FILES.map(|(name, text)| LawFile { id: sources.add(name, text), own: false });
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    loaded.map(|(rulebook, _)| rulebook).ok_or_else(|| faults.summary(&sources).into())
}

impl<'r> Shuhi<'r> {
    pub fn new(rulebook: &'r Rulebook) -> Result<Self> {
        Ok(Self { rulebook, frame: frame(rulebook)? })
    }

    pub fn breached(&self, situation: &Situation) -> Result<bool> {
        let judgement = self.frame.judge_traced(&self.frame.prepare(&facts(self.rulebook, &stated(situation))?));
        match judgement.outcomes.as_slice() {
            [outcome] if outcome.verdict != Verdict::Unknown => Ok(outcome.verdict == Verdict::Breached),
            other => Err(format!("shuhi answers {other:?}").into()),
        }
    }

    pub fn warm(&self, situation: &Situation) -> Result<Candidate<'_>> {
        self.candidate(&stated(situation))
    }

    /// Facts of which some or all are not stated.
    pub fn warm_unknown(&self) -> Result<Vec<(&'static str, Candidate<'_>)>> {
        let consent = "{info: {about_living_person: true, identifies: true, in_database: true}, \
            recipient: {relation: third_party}, basis: {kind: nothing}}";
        Ok(vec![
            ("unknown, consent not stated", self.candidate(consent)?),
            ("unknown, nothing stated", self.candidate("{}")?),
        ])
    }

    fn candidate(&self, stated: &str) -> Result<Candidate<'_>> {
        let prepared = self.frame.prepare(&facts(self.rulebook, stated)?);
        let mut judgement = self.frame.judge_traced(&prepared);
        Ok(Candidate::new(move || {
            self.frame.judge_traced_into(black_box(&prepared), &mut judgement);
            black_box(&judgement);
            missing(&self.frame, &judgement)
        }))
    }

    /// The same without keeping the memory of one judgement for the next.
    pub fn warm_afresh(&self, situation: &Situation) -> Result<Candidate<'_>> {
        let prepared = self.frame.prepare(&facts(self.rulebook, &stated(situation))?);
        Ok(Candidate::new(move || {
            let judgement = self.frame.judge_traced(black_box(&prepared));
            (missing(&self.frame, &judgement), judgement)
        }))
    }
}

/// The names of missing facts.
fn missing(frame: &Frame<'_>, judgement: &Judgement) -> Vec<String> {
    judgement.outcomes.iter().flat_map(|outcome| frame.missing(outcome)).collect()
}

pub fn cold(situation: &Situation) -> Candidate<'static> {
    let stated = stated(situation);
    Candidate::new(move || law().and_then(|rulebook| first_answer(&rulebook, &stated)))
}

pub fn cold_embedded(situation: &Situation) -> Result<Candidate<'static>> {
    let stated = stated(situation);
    let form = postcard::to_stdvec(&law()?.embed(HOLIDAYS))?;
    Ok(Candidate::new(move || {
        let embedded: Embedded = postcard::from_bytes(&form)?;
        first_answer(&Rulebook::from_embedded(embedded)?, &stated)
    }))
}

fn first_answer(rulebook: &Rulebook, stated: &str) -> Result<Judgement> {
    let frame = frame(rulebook)?;
    Ok(frame.judge_traced(&frame.prepare(&facts(rulebook, stated)?)))
}

fn frame(rulebook: &Rulebook) -> Result<Arc<Frame<'_>>> {
    let act = rulebook.vocabulary.act_named("provide").ok_or("the norm judges no act")?;
    Ok(rulebook.select(Selection::on(date(2026, 4, 1))).frame(Judged::Act(act)))
}

fn facts(rulebook: &Rulebook, stated: &str) -> Result<Facts> {
    let mut sources = Sources::new();
    let file = sources.add("facts.yaml", stated);
    let act = rulebook.vocabulary.act_named("provide").ok_or("the norm judges no act")?;
    let mut faults = Faults::new();
    let node = read_yaml(&sources, file).map_err(|fault| fault.message)?;
    let reader = FactReader::new(&rulebook.vocabulary, &rulebook.packs.questions);
    let facts = reader.facts(&node, &rulebook.vocabulary.roles_of(act), &mut faults);
    if faults.is_empty() { Ok(facts) } else { Err(faults.summary(&sources).into()) }
}

fn stated(situation: &Situation) -> String {
    let Situation { about_living_person, identifies, in_database, relation, .. } = situation;
    let Situation { consent_given, consent_date, act_date, basis, consent_impracticable, .. } = situation;
    format!(
        "info: {{about_living_person: {about_living_person}, identifies: {identifies}, in_database: {in_database}}}\n\
         recipient: {{relation: {relation}}}\n\
         consent: {{given: {consent_given}, date: {consent_date}}}\n\
         act: {{date: {act_date}}}\n\
         basis: {{kind: {basis}, consent_impracticable: {consent_impracticable}}}\n"
    )
}
