use shuhi_law::decide::LawInForce;
use shuhi_law::facts::{Facts, Value};
use shuhi_law::pack::Judged;
use shuhi_law::vocabulary::TermId;
use shuhi_source::Span;

use crate::Register;

/// What the operator believes about a legal conclusion, where the facts lead to another.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimDifference {
    /// The subject: `log_policies/sign-in`, or `operator`; with the fields that lead to facts written in place.
    pub subject: String,
    /// Where the subject stands.
    pub span: Option<Span>,
    /// The conclusion.
    pub term: TermId,
    /// What the register claims.
    pub claimed: Value,
    /// What follows from the facts; never unknown.
    pub derived: Value,
}

impl Register {
    /// The claims that contradict what the law concludes from the facts; a claim about what cannot be told is none.
    pub fn claim_differences(&self, law: &LawInForce<'_>) -> Vec<ClaimDifference> {
        let vocabulary = &law.rulebook.vocabulary;
        let mut differences = Vec::new();
        self.each_record(vocabulary, |place, record| {
            if record.claimed.is_empty() {
                return;
            }
            let frame = law.frame(Judged::Type(record.ty));
            let prepared = frame.prepare(&Facts::of_subject(record, Some(&self.operator), vocabulary));
            for (term, claimed) in &record.claimed {
                let derived = frame.term(*term, &prepared).value;
                if derived == Value::Unknown || derived == *claimed {
                    continue;
                }
                let subject = place.label();
                let claimed = claimed.clone();
                differences.push(ClaimDifference { subject, span: place.span, term: *term, claimed, derived });
            }
        });
        differences
    }
}
