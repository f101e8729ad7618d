//! Duties: what is to be done, by when, how long it is kept, from when it is possible.

use shuhi_source::{Fault, Fields, Node};

use super::load::Loader;
use super::read::due_word;
use super::{Due, Duty, Keep, Opens};
use crate::calendar::{FirstDay, RestDay};
use crate::check::Condition;
use crate::texts::bilingual;
use crate::vocabulary::{FieldType, ItemType, TypeId};

const BOOL: FieldType = FieldType { item: ItemType::Bool, list: false };
const DATE: FieldType = FieldType { item: ItemType::Date, list: false };

impl Loader<'_, '_> {
    /// One duty of a rule.
    pub(super) fn duty(&mut self, node: &Node, roots: &[(String, TypeId)], guards: &[&Condition]) -> Option<Duty> {
        let mut fields = Fields::of(node, "duty", self.faults)?;
        let id = fields.text("do", self.faults);
        let say = bilingual(fields.required("say", self.faults), self.faults);
        let when = fields.optional("when").and_then(|node| self.condition(node, BOOL, roots, guards));
        let mut guards = guards.to_vec();
        guards.extend(when.as_ref());
        let due = fields.optional("due").and_then(|node| self.due(node, roots, &guards));
        let keep = fields.optional("keep").and_then(|node| self.keep(node, roots, &guards));
        let opens = fields.optional("opens").and_then(|node| self.opens(node, roots, &guards));
        fields.finish(self.faults);
        Some(Duty { id: id?.0.to_owned(), say, when: when.clone(), due, keep, opens })
    }

    fn due(&mut self, node: &Node, roots: &[(String, TypeId)], guards: &[&Condition]) -> Option<Due> {
        if let Some(text) = node.text() {
            return due_word(text, node.span, self.faults).map(Due::Label);
        }
        let mut fields = Fields::of(node, "due", self.faults)?;
        let period = fields.text("within", self.faults).and_then(|(text, span)| self.period(text, span));
        let from = fields.required("from", self.faults).and_then(|node| self.condition(node, DATE, roots, guards));
        let first_day = fields.required("first_day", self.faults);
        let first_day = self.first_day(first_day);
        let rest_day = match fields.text("rest_day", self.faults) {
            Some(("agency", _)) => RestDay::Agency,
            Some(("civil", _)) => RestDay::Civil,
            Some(("none", _)) => RestDay::None,
            Some((text, span)) => {
                let fault = Fault::error(span, format!("unknown rest day rule `{text}`"));
                self.faults.push(fault.help("it is `agency` (filings), `civil` (Civil Code 142) or `none`"));
                RestDay::None
            }
            None => RestDay::None,
        };
        fields.finish(self.faults);
        Some(Due::Within { period: period?, from: from?, first_day, rest_day })
    }

    fn first_day(&mut self, node: Option<&Node>) -> FirstDay {
        match node.map(|node| (node.text(), node.span)) {
            Some((Some("counted"), _)) => FirstDay::Counted,
            Some((Some("excluded"), _)) | None => FirstDay::Excluded,
            Some((_, span)) => {
                let fault = Fault::error(span, "expected `excluded` or `counted`");
                self.faults
                    .push(fault.help("`excluded` is the rule (Civil Code 140); `counted` where the text says so"));
                FirstDay::Excluded
            }
        }
    }

    fn keep(&mut self, node: &Node, roots: &[(String, TypeId)], guards: &[&Condition]) -> Option<Keep> {
        let mut fields = Fields::of(node, "keep", self.faults)?;
        let period = fields.text("for", self.faults).and_then(|(text, span)| self.period(text, span));
        let from = fields.required("from", self.faults).and_then(|node| self.condition(node, DATE, roots, guards));
        let mut readings = Vec::new();
        for node in fields.list("readings") {
            readings.push(self.first_day(Some(node)));
        }
        if readings.is_empty() {
            let node = fields.required("first_day", self.faults);
            readings.push(self.first_day(node));
        } else {
            fields.optional("first_day");
        }
        fields.finish(self.faults);
        Some(Keep { period: period?, from: from?, readings })
    }

    fn opens(&mut self, node: &Node, roots: &[(String, TypeId)], guards: &[&Condition]) -> Option<Opens> {
        let mut fields = Fields::of(node, "opens", self.faults)?;
        let period = fields.text("after", self.faults).and_then(|(text, span)| self.period(text, span));
        let from = fields.required("from", self.faults).and_then(|node| self.condition(node, DATE, roots, guards));
        let first_day = self.first_day(fields.optional("first_day"));
        fields.finish(self.faults);
        Some(Opens { period: period?, from: from?, first_day })
    }
}
