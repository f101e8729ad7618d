use std::collections::HashMap;

use super::{Frame, LawInForce};
use crate::check::Condition;
use crate::evaluate::{Compiler, Evaluator, Gate, Program, value_of};
use crate::facts::{Facts, Value};
use crate::pack::Judged;

/// One condition compiled on its own, for looking at it apart from the rule it stands in (proofs, tools).
pub struct LoneCondition<'r> {
    frame: Frame<'r>,
    gate: Gate,
}

impl<'r> LoneCondition<'r> {
    /// Compiles a condition that was checked for what is judged; terms are those of the law in force.
    pub fn new(law: &LawInForce<'r>, judged: Judged, condition: &Condition) -> Self {
        let rulebook = law.rulebook;
        let roots = match judged {
            Judged::Act(act) => rulebook.vocabulary.roles_of(act),
            Judged::Type(ty) => rulebook.vocabulary.roots_of(ty),
        };
        let definitions = law.definitions();
        let mut compiler = Compiler {
            vocabulary: &rulebook.vocabulary,
            questions: &rulebook.packs.questions,
            definitions: &definitions,
            roots: &roots,
            at: law.selection.at,
            program: Program::with(&rulebook.holidays),
        };
        let gate = compiler.gate(condition);
        let program = compiler.program;
        let at = law.selection.at;
        let (rules, presumed) = (Vec::new(), Vec::new());
        let frame = Frame { rulebook, judged, roots, at, program, rules, own_terms: HashMap::new(), presumed };
        Self { frame, gate }
    }

    /// The condition's value on facts, as a judgement would find it; [`Value::Unknown`] where it cannot be told.
    pub fn value(&self, facts: &Facts) -> Value {
        self.evaluate::<false>(facts)
    }

    /// The same, found as a judgement that keeps a trace finds it.
    pub fn traced_value(&self, facts: &Facts) -> Value {
        self.evaluate::<true>(facts)
    }

    fn evaluate<const TRACED: bool>(&self, facts: &Facts) -> Value {
        let prepared = self.frame.prepare(facts);
        let mut run = Evaluator::<TRACED>::new(&self.frame.program, &prepared.slots, self.frame.at);
        value_of(&self.gate, &mut run)
    }
}
