//! The situations the engines are asked about.

use jiff::civil::{Date, date};

const ACT: Date = date(2026, 4, 1);
const BEFORE: Date = date(2026, 3, 1);
const AFTER: Date = date(2026, 5, 1);

/// Every fact the norm reads, all of them stated.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    pub about_living_person: bool,
    pub identifies: bool,
    pub in_database: bool,
    pub relation: &'static str,
    pub consent_given: bool,
    pub consent_date: Date,
    pub act_date: Date,
    pub basis: &'static str,
    pub consent_impracticable: bool,
}

impl Situation {
    /// The norm in plain Rust, against which every engine is held.
    pub fn breached(&self) -> bool {
        let personal_data = self.about_living_person && self.identifies && self.in_database;
        let consent = self.consent_given && self.consent_date <= self.act_date;
        let excused = self.basis == "statute" || (self.basis == "life" && self.consent_impracticable);
        personal_data && self.relation == "third_party" && !consent && !excused
    }
}

/// Personal data handed to a third party although consent came only afterwards.
pub fn late_consent() -> Situation {
    Situation {
        about_living_person: true,
        identifies: true,
        in_database: true,
        relation: "third_party",
        consent_given: true,
        consent_date: AFTER,
        act_date: ACT,
        basis: "nothing",
        consent_impracticable: false,
    }
}

/// The situations that are timed, by what they come to.
pub fn typical() -> Vec<(&'static str, Situation)> {
    let late = late_consent();
    vec![
        ("breached, no consent", Situation { consent_given: false, ..late }),
        ("breached, consent too late", late),
        ("met", Situation { consent_date: BEFORE, ..late }),
        ("excused by statute", Situation { basis: "statute", ..late }),
        ("excused to save life", Situation { basis: "life", consent_impracticable: true, ..late }),
    ]
}

/// Every combination of values that the norm can tell apart.
pub fn all() -> Vec<Situation> {
    let mut found = vec![late_consent()];
    let truths = [false, true];
    spread(&mut found, &truths, |situation, value| situation.about_living_person = value);
    spread(&mut found, &truths, |situation, value| situation.identifies = value);
    spread(&mut found, &truths, |situation, value| situation.in_database = value);
    spread(&mut found, &["third_party", "outsourcing", "joint_use"], |situation, value| situation.relation = value);
    spread(&mut found, &truths, |situation, value| situation.consent_given = value);
    spread(&mut found, &[BEFORE, ACT, AFTER], |situation, value| situation.consent_date = value);
    spread(&mut found, &["nothing", "statute", "life", "public_health"], |situation, value| situation.basis = value);
    spread(&mut found, &truths, |situation, value| situation.consent_impracticable = value);
    found
}

fn spread<T: Copy>(found: &mut Vec<Situation>, values: &[T], set: impl Fn(&mut Situation, T)) {
    let with = |situation: &Situation, value: T| {
        let mut changed = *situation;
        set(&mut changed, value);
        changed
    };
    *found = found
        .iter()
        .flat_map(|situation| values.iter().map(move |value| (situation, *value)))
        .map(|(situation, value)| with(situation, value))
        .collect();
}
