use std::fmt;
use std::sync::Arc;

use shuhi_law::decide::{Explanation, Frame, Judgement, Prepared, RuleOutcome};
use shuhi_register::Thing;

use crate::missing::fact_name;

/// What the findings about one thing rest on: enough to explain any of them later.
pub(crate) struct Grounds<'r> {
    pub frame: Arc<Frame<'r>>,
    pub prepared: Prepared,
    /// Its outcomes and duties have gone to the findings; its trace is what explains them.
    pub judgement: Judgement,
    pub thing: Thing,
}

impl Grounds<'_> {
    /// Why an outcome came out so.
    pub fn explanation(&self, outcome: &RuleOutcome) -> Explanation {
        self.frame.explain(outcome, &self.judgement, &self.prepared, &self.thing.facts)
    }

    /// The facts an outcome turned on, under the names of the register.
    pub fn facts(&self, outcome: &RuleOutcome) -> Vec<(String, String, bool)> {
        let explanation = self.explanation(outcome);
        let exceptions = explanation.exceptions.iter().flat_map(|(_, _, lines)| lines);
        let lines = explanation.when.iter().chain(&explanation.require).chain(exceptions);
        let mut found = Vec::new();
        for (name, value, assumed) in lines.flat_map(|line| &line.facts).filter(|(_, value, _)| value != "unknown") {
            let entry = (fact_name(name, &self.thing, self.frame.rulebook), value.clone(), *assumed);
            if !found.contains(&entry) {
                found.push(entry);
            }
        }
        found
    }
}

impl fmt::Debug for Grounds<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Grounds").field("thing", &self.thing).finish_non_exhaustive()
    }
}
