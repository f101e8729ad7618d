use crate::evaluate::Truth;
use crate::pack::Level;

/// What a rule comes to for one subject or act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Two citations contradict each other and none goes first.
    Conflict,
    /// Its requirement is not met and nothing excuses it.
    Breached,
    /// An authority may act on this ground.
    Flagged,
    /// Cannot be decided on what is stated.
    Unknown,
    /// Its requirement is not met, but an exception holds.
    Excused,
    /// Its requirement is met.
    Met,
    /// The ground for an authority's action is not there.
    NotFlagged,
    /// It does not concern this subject or act.
    NotApplicable,
    /// It does not apply on this date.
    NotInForce,
}

impl Verdict {
    /// Every verdict, the one that prevails first.
    pub const ALL: [Self; 9] = [
        Self::Conflict,
        Self::Breached,
        Self::Flagged,
        Self::Unknown,
        Self::Excused,
        Self::Met,
        Self::NotFlagged,
        Self::NotApplicable,
        Self::NotInForce,
    ];

    /// As written in cases.
    pub fn id(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Breached => "breached",
            Self::Flagged => "flagged",
            Self::Unknown => "unknown",
            Self::Excused => "excused",
            Self::Met => "met",
            Self::NotFlagged => "not_flagged",
            Self::NotApplicable => "not_applicable",
            Self::NotInForce => "not_in_force",
        }
    }

    /// The verdict written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.id() == text)
    }

    /// The table of the design: whether the rule applies, whether its requirement is met, whether an exception holds.
    pub fn of(applies: Truth, met: Truth, excepted: Truth) -> Self {
        match (applies, met, excepted) {
            (Truth::False, _, _) => Self::NotApplicable,
            // Nothing hangs on whether it applies when its requirement is met anyway.
            (_, Truth::True, _) => Self::Met,
            (Truth::True, _, Truth::True) => Self::Excused,
            (Truth::True, Truth::False, Truth::False) => Self::Breached,
            _ => Self::Unknown,
        }
    }

    /// The same for a rule of a level: grounds of enforcement flag and never breach.
    #[must_use]
    pub fn at_level(self, level: Level) -> Self {
        match (level, self) {
            (Level::Enforcement, Self::Breached) => Self::Flagged,
            (Level::Enforcement, Self::Met | Self::Excused) => Self::NotFlagged,
            (_, verdict) => verdict,
        }
    }
}

/// The verdict on a clause that several rules state: the first that prevails, or nothing where none speaks.
pub fn clause_verdict(verdicts: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    verdicts.into_iter().min()
}

/// Whether an act may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// A statutory rule would be breached.
    Forbidden,
    /// A statutory rule cannot be decided.
    Unknown,
    /// No statutory rule stands against it.
    Permitted,
}

impl Decision {
    /// As written in cases.
    pub fn id(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::Unknown => "unknown",
            Self::Permitted => "permitted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Truth::{False, True, Unknown};

    #[test]
    fn every_row_of_the_table() {
        let all = [False, Unknown, True];
        for met in all {
            for excepted in all {
                assert_eq!(Verdict::of(False, met, excepted), Verdict::NotApplicable);
                let met_anyway = met == True;
                let excused = met != True && excepted == True;
                let breached = met == False && excepted == False;
                let expected = match (met_anyway, excused, breached) {
                    (true, ..) => Verdict::Met,
                    (_, true, _) => Verdict::Excused,
                    (.., true) => Verdict::Breached,
                    _ => Verdict::Unknown,
                };
                assert_eq!(Verdict::of(True, met, excepted), expected);
                let expected = if met_anyway { Verdict::Met } else { Verdict::Unknown };
                assert_eq!(Verdict::of(Unknown, met, excepted), expected);
            }
        }
    }

    #[test]
    fn a_clause_takes_the_verdict_that_prevails() {
        let order = "conflict breached flagged unknown excused met not_flagged not_applicable not_in_force";
        assert_eq!(Verdict::ALL.map(Verdict::id).join(" "), order);
        assert_eq!(clause_verdict([Verdict::Met, Verdict::Unknown, Verdict::NotApplicable]), Some(Verdict::Unknown));
        assert_eq!(clause_verdict([]), None);
    }

    #[test]
    fn enforcement_flags_and_never_breaches() {
        assert_eq!(Verdict::Breached.at_level(Level::Enforcement), Verdict::Flagged);
        assert_eq!(Verdict::Met.at_level(Level::Enforcement), Verdict::NotFlagged);
        assert_eq!(Verdict::Breached.at_level(Level::Statutory), Verdict::Breached);
    }
}
