//! Attested answers: who answered an open-textured question about which subject, why, and until when it holds.

use std::collections::HashMap;

use jiff::civil::Date;
use shuhi_law::calendar::{FirstDay, period_end};
use shuhi_law::facts::{Answer, FactReader, Value, read_date};
use shuhi_law::pack::Question;
use shuhi_law::vocabulary::{OPERATOR, OPERATOR_TYPE, TypeId, Vocabulary};
use shuhi_source::{Fault, Faults, Fields, Node, Span, did_you_mean};

use crate::collect::Collected;
use crate::limits;

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answerer {
    /// The role in which they answered; one of the question's `who`.
    pub role: String,
    /// Their name.
    pub name: String,
}

/// An answer to an attested question, as the register states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attested {
    /// The subject: `log_policies/sign-in`, or `operator`.
    pub about: String,
    /// The question's id.
    pub question: String,
    /// The answer, of the question's type.
    pub value: Value,
    /// Who gave it.
    pub by: Answerer,
    /// Why.
    pub reason: String,
    /// A document that shows it, as a path of the operator's choosing; not looked at.
    pub evidence: Option<String>,
    /// The first day on which it holds.
    pub answered_on: Date,
    /// The last day on which it holds.
    pub review_by: Date,
    /// Where its subject and question stand.
    pub span: Span,
}

impl Attested {
    /// Whether it holds on a date; both ends inclusive.
    pub fn holds_on(&self, date: Date) -> bool {
        self.answered_on <= date && date <= self.review_by
    }

    /// The form that evaluation reads.
    pub(crate) fn answer(&self) -> Answer {
        Answer {
            question: self.question.clone(),
            value: self.value.clone(),
            answered_on: Some(self.answered_on),
            review_by: Some(self.review_by),
        }
    }
}

/// The subject of an answer: by its place among the subjects, or the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum About {
    Operator,
    Subject(usize),
}

/// All attested answers in the order of files, each with its subject.
pub(crate) fn attested(
    collected: &Collected<'_>,
    vocabulary: &Vocabulary,
    questions: &[Question],
    faults: &mut Faults,
) -> Vec<(About, Attested)> {
    let reader = Reader { collected, vocabulary, facts: FactReader::new(vocabulary, questions) };
    let mut found = Vec::new();
    for node in &collected.attested {
        if limits::enough(faults) {
            break;
        }
        found.extend(reader.answer(node, faults));
    }
    contradictions(&found, faults);
    found
}

/// The answers that have expired on a date and that no other answer replaces.
pub(crate) fn expired(answers: &[(About, Attested)], at: Date) -> Vec<Attested> {
    let mut holding = HashMap::new();
    for (about, answer) in answers {
        *holding.entry((*about, &answer.question)).or_insert(false) |= answer.holds_on(at);
    }
    let replaced = |about: About, answer: &Attested| holding.get(&(about, &answer.question)) == Some(&true);
    let expired = answers.iter().filter(|(about, answer)| answer.review_by < at && !replaced(*about, answer));
    expired.map(|(_, answer)| answer.clone()).collect()
}

struct Reader<'a> {
    collected: &'a Collected<'a>,
    vocabulary: &'a Vocabulary,
    facts: FactReader<'a>,
}

/// A word of the file with its place.
type Word<'n> = (&'n str, Span);

impl Reader<'_> {
    fn answer(&self, node: &Node, faults: &mut Faults) -> Option<(About, Attested)> {
        let mut fields = Fields::of(node, "attested answer", faults)?;
        let about = fields.text("about", faults);
        let question = fields.text("question", faults);
        let value = fields.required("answer", faults);
        let by = fields.required("by", faults).and_then(|node| answerer(node, faults));
        let reason = fields.text("reason", faults);
        let evidence = fields.optional_text("evidence", faults);
        let answered_on = fields.required("answered_on", faults);
        let review_by = fields.required("review_by", faults);
        fields.finish(faults);

        let dates = (dated(answered_on, faults), dated(review_by, faults));
        let question = question.and_then(|(id, span)| self.facts.question(id, span, faults).map(|found| (found, span)));
        let about = about.and_then(|word| self.about(word, faults).map(|(found, ty)| (word, found, ty)));
        let reason = reason.and_then(|word| filled(word, "reason", faults));
        let ((question, asked), (word, about, ty)) = (question?, about?);
        self.same_type(question, asked, word, ty, faults);
        let value = value.and_then(|node| self.facts.answer(question, node, faults));
        let by = by.and_then(|by| may_answer(question, by, faults));
        let ((answered_on, _), (review_by, reviewed)) = (dates.0?, dates.1?);
        within(question, answered_on, (review_by, reviewed), faults);
        let attested = Attested {
            about: word.0.to_owned(),
            question: question.id.clone(),
            value: value?,
            by: by?,
            reason: reason?,
            evidence: evidence.map(|(path, _)| path.to_owned()),
            answered_on,
            review_by,
            span: word.1,
        };
        Some((about, attested))
    }

    fn about(&self, (text, span): Word<'_>, faults: &mut Faults) -> Option<(About, TypeId)> {
        if text == OPERATOR {
            return Some((About::Operator, self.vocabulary.type_named(OPERATOR_TYPE)?));
        }
        let Some((collection, id)) = text.split_once('/') else {
            let fault = Fault::error(span, format!("`{text}` names no subject"));
            faults.push(fault.help("write `operator`, or collection and id such as `log_policies/sign-in`"));
            return None;
        };
        let Some(ty) = self.vocabulary.type_of_collection(collection) else {
            let known = self.vocabulary.types.iter().filter_map(|ty| ty.collection.as_deref());
            let help = did_you_mean(collection, known).unwrap_or_else(|| "`shuhi schema` lists the collections".into());
            faults.push(Fault::error(span, format!("unknown collection `{collection}`")).help(help));
            return None;
        };
        let found = self.collected.position(ty, id);
        if found.is_none() {
            let help = did_you_mean(id, self.collected.ids(ty))
                .unwrap_or_else(|| format!("answers are about subjects stated in `{collection}:`"));
            faults.push(Fault::error(span, format!("`{id}` is no id of `{collection}`")).help(help));
        }
        found.map(|at| (About::Subject(at), ty))
    }

    fn same_type(&self, question: &Question, asked: Span, about: Word<'_>, ty: TypeId, faults: &mut Faults) {
        if question.of == ty {
            return;
        }
        let name = |ty: TypeId| self.vocabulary.record_type(ty).map_or("", |ty| ty.name.as_str());
        let message = format!(
            "question `{}` is asked about {}, but `{}` is {}",
            question.id,
            name(question.of),
            about.0,
            name(ty)
        );
        let wanted = self.vocabulary.record_type(question.of).and_then(|ty| ty.collection.as_deref());
        let help = match wanted {
            Some(collection) => format!("name a subject of `{collection}` under `about`"),
            None if name(question.of) == OPERATOR_TYPE => format!("write `about: {OPERATOR}`"),
            None => "choose another question".to_owned(),
        };
        faults.push(Fault::error(about.1, message).note(asked, "the question").help(help));
    }
}

fn answerer(node: &Node, faults: &mut Faults) -> Option<(Answerer, Span)> {
    let mut fields = Fields::of(node, "by", faults)?;
    let role = fields.text("role", faults);
    let name = fields.text("name", faults).and_then(|word| filled(word, "name", faults));
    fields.finish(faults);
    let (role, span) = role?;
    Some((Answerer { role: role.to_owned(), name: name? }, span))
}

fn filled((text, span): Word<'_>, name: &str, faults: &mut Faults) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        faults.push(
            Fault::error(span, format!("`{name}` is empty")).help("an answer counts only with who gave it and why"),
        );
        return None;
    }
    if text.len() > shuhi_law::facts::limits::TEXT_BYTES_MAX {
        let limit = shuhi_law::facts::limits::TEXT_BYTES_MAX;
        let fault = Fault::error(span, format!("`{name}` of {} bytes is longer than the limit of {limit}", text.len()));
        faults.push(fault.help("put the long form into a document and name it under `evidence`"));
        return None;
    }
    Some(text.to_owned())
}

fn dated(node: Option<&Node>, faults: &mut Faults) -> Option<(Date, Span)> {
    let node = node?;
    read_date(node, faults).map(|date| (date, node.span))
}

fn may_answer(question: &Question, (by, span): (Answerer, Span), faults: &mut Faults) -> Option<Answerer> {
    if question.who.is_empty() || question.who.contains(&by.role) {
        return Some(by);
    }
    let message = format!("role `{}` may not answer `{}`", by.role, question.id);
    faults.push(Fault::error(span, message).help(format!("it is answered by `{}`", question.who.join("`, `"))));
    None
}

/// An answer holds for a time that the question bounds.
fn within(question: &Question, answered_on: Date, (review_by, span): (Date, Span), faults: &mut Faults) {
    if review_by < answered_on {
        let message = format!("review date {review_by} is before the answer was given on {answered_on}");
        faults.push(Fault::error(span, message).help("`review_by` is the last day on which the answer holds"));
        return;
    }
    match period_end(answered_on, question.holds, FirstDay::Excluded) {
        Ok(latest) if review_by <= latest => {}
        Ok(latest) => {
            let message = format!("an answer to `{}` holds for {} at most", question.id, question.holds);
            faults.push(Fault::error(span, message).help(format!("given on {answered_on}, review it by {latest}")));
        }
        Err(error) => faults.push(Fault::error(span, error.to_string()).help("look for a mistake in the year")),
    }
}

/// Two answers to one question about one subject may follow one another, but not differ on the same day.
fn contradictions(answers: &[(About, Attested)], faults: &mut Faults) {
    let mut by_question: HashMap<(About, &str), Vec<&Attested>> = HashMap::new();
    for (about, answer) in answers {
        by_question.entry((*about, &answer.question)).or_default().push(answer);
    }
    for found in by_question.values_mut() {
        found.sort_by_key(|answer| answer.answered_on);
        // Where all answers so far agree, the one that holds longest overlaps with whatever any of them overlaps with.
        let mut longest: Option<&Attested> = None;
        for answer in found.iter() {
            match longest {
                Some(before) if answer.answered_on <= before.review_by && answer.value != before.value => {
                    faults.push(contradiction(before, answer));
                }
                Some(before) if before.review_by >= answer.review_by => {}
                _ => longest = Some(answer),
            }
        }
    }
}

fn contradiction(first: &Attested, second: &Attested) -> Fault {
    let message =
        format!("two answers to `{}` about `{}` differ on {}", second.question, second.about, second.answered_on);
    let help = "end the earlier one with a `review_by` before the later one was given, or remove it";
    Fault::error(second.span, message).note(first.span, "the other answer").help(help)
}
