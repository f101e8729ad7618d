use super::frame::{Frame, Prepared, RuleEntry};
use super::judge::{Judgement, RuleOutcome};
use crate::check::Condition;
use crate::evaluate::{Evaluator, Node, NodeId, Truth};
use crate::facts::{Facts, Value};

/// Why a rule came to its verdict, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it applies: its `when`, line by line.
    pub when: Vec<Line>,
    /// Whether its requirement is met.
    pub require: Vec<Line>,
    /// Each exception tried: its id, what it came to, and why.
    pub exceptions: Vec<(String, Truth, Vec<Line>)>,
}

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it stands below the condition.
    pub depth: usize,
    /// The words of the condition.
    pub text: String,
    /// What it came to.
    pub truth: Truth,
    /// The facts it read: name, value, and whether the value was assumed.
    pub facts: Vec<(String, String, bool)>,
}

impl<'r> Frame<'r> {
    /// Explains an outcome of a traced judgement of the same facts.
    pub fn explain(
        &self,
        outcome: &RuleOutcome,
        judgement: &Judgement,
        prepared: &Prepared,
        facts: &Facts,
    ) -> Explanation {
        let mut found = Explanation { when: Vec::new(), require: Vec::new(), exceptions: Vec::new() };
        let Some(entry) = self.rules.iter().find(|entry| entry.index == outcome.rule) else { return found };
        let run = Evaluator::new(&self.program, &prepared.slots, self.at);
        let mut walk = Walk { frame: self, prepared, facts, trace: &judgement.trace, run };
        let rule: &RuleEntry<'r> = entry;
        if let (Some(gate), Some(condition)) = (&rule.when, &rule.rule.when) {
            walk.lines(gate.root, &condition.text, 0, &mut found.when);
        }
        if let (Some(gate), Some(condition)) = (&rule.require, &rule.rule.require) {
            walk.lines(gate.root, &condition.text, 0, &mut found.require);
        }
        for exception in &rule.exceptions {
            let mut lines = Vec::new();
            walk.lines(exception.gate.root, &exception.condition.text, 0, &mut lines);
            let truth = walk.truth(exception.gate.root);
            found.exceptions.push((exception.exception.id.clone(), truth, lines));
        }
        found
    }
}

struct Walk<'a, 'r> {
    frame: &'a Frame<'r>,
    prepared: &'a Prepared,
    facts: &'a Facts,
    trace: &'a [Option<Truth>],
    /// For the values of terms, which the trace does not hold.
    run: Evaluator<'a, false>,
}

impl Walk<'_, '_> {
    fn truth(&self, id: NodeId) -> Truth {
        self.trace.get(id as usize).copied().flatten().unwrap_or(Truth::Unknown)
    }

    /// The parts of a condition that were evaluated, down to the comparisons that decided.
    fn lines(&mut self, id: NodeId, text: &str, depth: usize, found: &mut Vec<Line>) {
        if self.trace.get(id as usize).copied().flatten().is_none() || depth > 24 {
            return;
        }
        let program = &self.frame.program;
        match program.node(id) {
            Node::And(parts) | Node::Or(parts) => {
                found.push(self.line(id, text, depth, false));
                parts.iter().for_each(|part| self.lines(*part, text, depth + 1, found));
            }
            Node::Not(inner) if !matches!(program.node(*inner), Node::Slot(_) | Node::Item(..)) => {
                found.push(self.line(id, text, depth, false));
                self.lines(*inner, text, depth + 1, found);
            }
            Node::Term(index) => {
                found.push(self.line(id, text, depth, true));
                for definition in program.term(*index).map_or(&[][..], |found| &found.definitions) {
                    let defined = self.frame.rulebook.packs.definitions.get(definition.definition);
                    let text: Option<&Condition> = defined.map(|defined| &defined.value);
                    self.lines(definition.root, text.map_or("", |text| &text.text), depth + 1, found);
                }
            }
            _ => found.push(self.line(id, text, depth, true)),
        }
    }

    fn line(&mut self, id: NodeId, text: &str, depth: usize, with_facts: bool) -> Line {
        let (start, end) = self.frame.program.range(id);
        let words = text.get(start as usize..end as usize).unwrap_or(text);
        let mut facts = Vec::new();
        if with_facts {
            self.read(id, &mut facts);
        }
        Line { depth, text: on_one_line(words), truth: self.truth(id), facts }
    }

    /// The facts read below a node, terms not entered.
    fn read(&mut self, id: NodeId, found: &mut Vec<(String, String, bool)>) {
        let program = &self.frame.program;
        match program.node(id) {
            Node::Slot(slot) => self.slot(*slot, found),
            Node::Term(index) => {
                let Some(used) = program.term(*index) else { return };
                let Some(slot) = program.slot(used.given) else { return };
                let value = self.run.term(*index);
                let written = value.written(slot.ty, &self.frame.rulebook.vocabulary).unwrap_or_default();
                found.push((slot.name.clone(), written, false));
            }
            _ => program.children(id).into_iter().for_each(|child| self.read(child, found)),
        }
    }

    fn slot(&self, slot: u32, found: &mut Vec<(String, String, bool)>) {
        let Some(described) = self.frame.program.slot(slot) else { return };
        let value = self.prepared.slots.get(slot as usize).unwrap_or(&Value::Unknown);
        let written = match (value, value.written(described.ty, &self.frame.rulebook.vocabulary)) {
            (_, Some(written)) => written,
            (Value::List(items), None) => format!("{} item(s)", items.len()),
            (_, None) => "stated".to_owned(),
        };
        let entry = (described.name.clone(), written, self.frame.assumed(slot, self.facts));
        if !found.contains(&entry) {
            found.push(entry);
        }
    }
}

fn on_one_line(words: &str) -> String {
    let mut line = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
