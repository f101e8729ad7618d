//! Lookups by two persons, refused ones, and attempts that must be refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use shuhi_keys::Identity;
use shuhi_machine::UtcMillis;
use shuhi_records::{Address, Kind};
use shuhi_vault::{
    ANSWER_LIFE_MILLIS, Approval, LookupAnswer, LookupRequest, ReleaseOrder, RequestState, Signed, SignedContext,
    Template,
};

use super::ingest::{DIALLED, TRANSLATED, pool_address};
use crate::Violation;
use crate::calendar::{DAY, HOUR, written};
use crate::counsel::{StubCounsel, release_facts};
use crate::model::{Expected, Spans};
use crate::world::{Done, World, unexpected};

const FOUND_EXACTLY: &str = "every acknowledged record is found, with the right person, exactly";
const TWO_PEOPLE: &str = "no answer without two people but for the emergency release";
const GRANT_LIFE: i64 = DAY;
/// A request that nobody approves lapses.
const REQUEST_LIFE: i64 = 14 * DAY;

/// A question and what the model needs to answer it.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Who used an address at a moment.
    Address { address: Address, port: Option<u16>, within: (i64, i64) },
    /// What is recorded of somebody.
    Person { kind: Kind, who: String, within: (i64, i64) },
}

/// A request that was made.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    id: String,
    requester: usize,
    question: Question,
    template: Template,
    emergency: bool,
    asked_at: i64,
    approved_at: Option<i64>,
    /// What had to be found when it was approved.
    must: BTreeSet<String>,
    must_spans: Spans,
    /// When a release was interrupted, so that it may have been answered then.
    interrupted_at: Option<i64>,
    answered_at: Option<i64>,
    /// Orders that were answered with a release.
    releases: u64,
}

impl World {
    /// Somebody asks; most requests are approved and answered at once, others wait.
    pub(crate) fn look_up(&mut self) -> Result<(), Violation> {
        let (question, template) = self.a_question();
        let basis = match self.chance.below(12) {
            0 => "investigative_inquiry",
            1 => "averting_danger",
            _ => "warrant",
        };
        let requester = self.chance.place(self.people.len());
        let Some(by) = self.people.get(requester).cloned() else { return Ok(()) };
        let request = LookupRequest {
            facts: release_facts(basis),
            document_sha256: Some("ab".repeat(32)),
            question: template.clone(),
            reason: "為試行".to_owned(),
            signed_at: self.now(),
        };
        let signed = Signed::new(SignedContext::Request, &request, &by).map_err(|error| unexpected("sign", &error))?;
        let submitted = match self.attempt("ask", |vault| vault.submit_request(&signed, &StubCounsel))? {
            Done::Yes(submitted) => submitted,
            Done::Refused(error) if basis == "investigative_inquiry" => {
                self.counters.refusals += 1;
                return if matches!(error, shuhi_vault::VaultError::NotPermitted { .. }) {
                    Ok(())
                } else {
                    Err(unexpected("a refusal by the law", &error))
                };
            }
            Done::Refused(error) => {
                return Err(Violation::new("a lawful request is taken in", "taken in", error.to_string()));
            }
            Done::Interrupted => return Ok(()),
        };
        if basis == "investigative_inquiry" {
            return Err(Violation::new("the law is asked before anything is answered", "refused", "taken in"));
        }
        let ask = Ask {
            id: submitted.request,
            requester,
            question,
            template,
            emergency: basis == "averting_danger",
            asked_at: self.now(),
            approved_at: None,
            must: BTreeSet::new(),
            must_spans: Spans::new(),
            interrupted_at: None,
            answered_at: None,
            releases: 0,
        };
        self.asks.push(ask);
        let place = self.asks.len() - 1;
        while !self.chance.one_in(7) {
            if !self.go_on(place)? {
                break;
            }
        }
        self.forget_old_asks();
        Ok(())
    }

    /// Goes on with some request that was made before.
    pub(crate) fn go_on_with_a_lookup(&mut self) -> Result<(), Violation> {
        if self.asks.is_empty() {
            return Ok(());
        }
        let place = self.chance.place(self.asks.len());
        self.go_on(place).map(|_| ())
    }

    fn forget_old_asks(&mut self) {
        let now = self.now();
        // Others stay, to be tried again long after.
        self.asks.retain(|ask| now - ask.asked_at < 40 * DAY);
        if self.asks.len() > 60 {
            self.asks.drain(..20);
        }
    }

    /// One more step of a request; says whether it was made.
    fn go_on(&mut self, place: usize) -> Result<bool, Violation> {
        let Some(ask) = self.asks.get(place).cloned() else { return Ok(false) };
        match ask.approved_at {
            None if self.chance.one_in(6) => self.must_refuse_release(&ask).map(|()| true),
            None if ask.emergency && ask.interrupted_at.is_none() => self.release_alone(place, &ask),
            None if ask.emergency => Ok(false),
            None if self.chance.one_in(5) => self.approve_own(&ask).map(|()| true),
            None => self.approve(place, &ask),
            Some(_) if self.chance.one_in(8) => self.release_to_another(&ask).map(|()| true),
            Some(_) => self.release(place, &ask),
        }
    }

    fn approve(&mut self, place: usize, ask: &Ask) -> Result<bool, Violation> {
        let others: Vec<usize> = (0..self.people.len()).filter(|person| *person != ask.requester).collect();
        let approver = self.chance.pick(&others).copied().unwrap_or_default();
        let signed = self.approval(ask, approver)?;
        let now = self.now();
        let (expected, must_spans, _) = self.expected(&ask.question, now);
        match self.attempt("approve", |vault| vault.submit_approval(&signed, &StubCounsel))? {
            Done::Yes(_) => {
                if let Some(known) = self.asks.get_mut(place) {
                    (known.approved_at, known.must, known.must_spans) = (Some(now), expected.must, must_spans);
                }
                Ok(true)
            }
            // An approval that was interrupted may stand, and a request nobody approved has lapsed.
            Done::Refused(_) if ask.interrupted_at.is_some() || ask.asked_at + REQUEST_LIFE <= now => {
                self.asks.remove(place);
                Ok(false)
            }
            Done::Refused(error) => Err(Violation::new("a lawful approval is taken in", "taken in", error.to_string())),
            Done::Interrupted => {
                if let Some(known) = self.asks.get_mut(place) {
                    known.interrupted_at = Some(now);
                }
                Ok(false)
            }
        }
    }

    fn approval(&self, ask: &Ask, approver: usize) -> Result<Signed, Violation> {
        let (vault, approver) = (self.vault.as_ref(), self.person(approver)?);
        let request = vault.map(|vault| vault.request(&ask.id));
        let Some(Ok((_, asked, _))) = request else {
            return Err(Violation::new("a request that was taken in stays", ask.id.clone(), format!("{request:?}")));
        };
        let approval = Approval::of(&ask.id, &asked, true, "確認", UtcMillis(self.now()));
        Signed::new(SignedContext::Approval, &approval, &approver).map_err(|error| unexpected("sign", &error))
    }

    fn person(&self, place: usize) -> Result<Arc<Identity>, Violation> {
        let person = self.people.get(place).cloned();
        person.ok_or_else(|| Violation::new("there are four people", "a person", "nobody"))
    }

    fn approve_own(&mut self, ask: &Ask) -> Result<(), Violation> {
        let signed = self.approval(ask, ask.requester)?;
        self.expect_refusal("who asked cannot approve", |vault| {
            vault.submit_approval(&signed, &StubCounsel).map(|_| ())
        })
    }

    fn must_refuse_release(&mut self, ask: &Ask) -> Result<(), Violation> {
        if ask.interrupted_at.is_some() {
            return Ok(());
        }
        let order = self.order(ask, ask.requester)?;
        self.expect_refusal("nothing is released without approval", |vault| vault.release(&order).map(|_| ()))?;
        if !ask.emergency {
            self.expect_refusal("one person alone does not release on a warrant", |vault| {
                vault.release_alone(&order, &StubCounsel).map(|_| ())
            })?;
        }
        Ok(())
    }

    fn release_to_another(&mut self, ask: &Ask) -> Result<(), Violation> {
        let other = (ask.requester + 1) % self.people.len().max(1);
        let order = self.order(ask, other)?;
        self.expect_refusal("only who asked gets the answer", |vault| vault.release(&order).map(|_| ()))
    }

    fn expect_refusal(
        &mut self,
        what: &'static str,
        ask: impl FnOnce(&mut shuhi_vault::Vault) -> Result<(), shuhi_vault::VaultError>,
    ) -> Result<(), Violation> {
        match self.attempt(what, ask)? {
            Done::Yes(()) => Err(Violation::new(TWO_PEOPLE, format!("refused: {what}"), "it was done")),
            Done::Refused(_) => {
                self.counters.refusals += 1;
                Ok(())
            }
            Done::Interrupted => Ok(()),
        }
    }

    fn order(&self, ask: &Ask, by: usize) -> Result<Signed, Violation> {
        let by = self.person(by)?;
        Signed::new(SignedContext::Release, &ReleaseOrder { request: ask.id.clone() }, &by)
            .map_err(|error| unexpected("sign", &error))
    }

    fn release_alone(&mut self, place: usize, ask: &Ask) -> Result<bool, Violation> {
        let order = self.order(ask, ask.requester)?;
        let now = self.now();
        match self.attempt("release alone", |vault| vault.release_alone(&order, &StubCounsel))? {
            Done::Yes(_) => {
                let (expected, spans, _) = self.expected(&ask.question, now);
                let known = Ask { approved_at: Some(now), must: expected.must, must_spans: spans, ..ask.clone() };
                self.answered(place, &known, now)?;
                self.review(ask)?;
                Ok(true)
            }
            Done::Refused(_) if ask.asked_at + REQUEST_LIFE <= now => Ok(false),
            Done::Refused(error) => Err(Violation::new("a release to avert danger is made", "made", error.to_string())),
            Done::Interrupted => {
                if let Some(known) = self.asks.get_mut(place) {
                    known.interrupted_at = Some(now);
                }
                Ok(false)
            }
        }
    }

    fn review(&mut self, ask: &Ask) -> Result<(), Violation> {
        let other = (ask.requester + 1) % self.people.len().max(1);
        let Some(Ok((_, asked, _))) = self.vault.as_ref().map(|vault| vault.request(&ask.id)) else { return Ok(()) };
        let review = Approval::of(&ask.id, &asked, true, "正当", UtcMillis(self.now()));
        let signed = Signed::new(SignedContext::Review, &review, &*self.person(other)?);
        let signed = signed.map_err(|error| unexpected("sign", &error))?;
        match self.attempt("review", |vault| vault.review_release(&signed))? {
            Done::Refused(error) => Err(Violation::new("a second person reviews", "reviewed", error.to_string())),
            _ => Ok(()),
        }
    }

    fn release(&mut self, place: usize, ask: &Ask) -> Result<bool, Violation> {
        let order = self.order(ask, ask.requester)?;
        let now = self.now();
        let lapsed = ask.approved_at.is_some_and(|approved| approved + GRANT_LIFE <= now);
        match self.attempt("release", |vault| vault.release(&order))? {
            Done::Yes(_) if ask.answered_at.is_some() => {
                Err(Violation::new("a grant answers once", "the second release is refused", "released again"))
            }
            Done::Yes(_) if lapsed => {
                Err(Violation::new("a grant lapses after a day", "the release is refused", "released"))
            }
            Done::Yes(_) => self.answered(place, ask, now).map(|()| true),
            Done::Refused(_) if ask.answered_at.is_some() || lapsed => {
                self.counters.refusals += 1;
                self.look_at_the_answer_again(place)?;
                Ok(false)
            }
            Done::Refused(error) => match ask.interrupted_at {
                // Answered just before the machine crashed.
                Some(then) if self.is_released(&ask.id) => self.answered(place, ask, then).map(|()| true),
                // Records moved or came in since: it has to be asked and approved anew.
                _ if ask.approved_at.is_some_and(|approved| approved <= self.touched_at) => {
                    self.counters.refusals += 1;
                    self.asks.remove(place);
                    Ok(false)
                }
                _ => Err(Violation::new("an approved request is answered", "an answer", error.to_string())),
            },
            Done::Interrupted => {
                if let Some(known) = self.asks.get_mut(place) {
                    known.interrupted_at = Some(now);
                    if known.answered_at.is_some() {
                        known.interrupted_at = None;
                    }
                }
                Ok(false)
            }
        }
    }

    fn is_released(&self, id: &str) -> bool {
        let found = self.vault.as_ref().map(|vault| vault.request(id));
        found.is_some_and(|found| found.is_ok_and(|(row, _, _)| row.state == RequestState::Released))
    }

    fn look_at_the_answer_again(&mut self, place: usize) -> Result<(), Violation> {
        let Some(ask) = self.asks.get(place).cloned() else { return Ok(()) };
        let Some(answered_at) = ask.answered_at else { return Ok(()) };
        let (requester, now) = (self.person(ask.requester)?, self.now());
        let other = self.person((ask.requester + 1) % self.people.len().max(1))?;
        let Some(vault) = &self.vault else { return Ok(()) };
        if vault.open_answer(&ask.id, &other).is_ok() {
            return Err(Violation::new("an answer opens for who asked only", "refused", "opened for another"));
        }
        let over = answered_at + ANSWER_LIFE_MILLIS <= now;
        match vault.open_answer(&ask.id, &requester) {
            Ok(_) if over => Err(Violation::new("an answer ends with its time", "refused", "opened")),
            Err(error) if !over => {
                Err(Violation::new("an answer opens until its time is over", "opened", error.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Compares an answer with what the model knows. `at` is when it was found.
    fn answered(&mut self, place: usize, ask: &Ask, at: i64) -> Result<(), Violation> {
        self.counters.lookups += 1;
        if let Some(known) = self.asks.get_mut(place) {
            known.answered_at = Some(at);
            known.approved_at = known.approved_at.or(ask.approved_at);
            known.releases += 1;
        }
        let requester = self.person(ask.requester)?;
        let Some(vault) = &self.vault else { return Ok(()) };
        let answer = vault.open_answer(&ask.id, &requester);
        let answer =
            answer.map_err(|error| Violation::new("who asked opens the answer", "an answer", error.to_string()))?;
        let (expected, must_spans, may_spans) = self.expected(&ask.question, at);
        let told = |expected: &str| format!("{expected}\n            asked {} at {}", ask_words(ask), written(at));
        match ask.question {
            Question::Address { .. } => {
                // What had to be found when it was approved and still has to be.
                let must: BTreeSet<String> = expected.must.intersection(&ask.must).cloned().collect();
                let named = named(&answer);
                let few = u64::try_from(must.len()).unwrap_or(0);
                let many = u64::try_from(expected.may.len()).unwrap_or(0);
                let unique_is_right = answer.unique == (answer.persons == 1);
                let rightly = named.iter().all(|who| expected.may.contains(who));
                let complete = !answer.unique || must.iter().all(|who| named.contains(who));
                if answer.persons < few || answer.persons > many || !unique_is_right || !rightly || !complete {
                    let wanted = format!("at least {must:?}, at most {:?}", expected.may);
                    return Err(Violation::new(FOUND_EXACTLY, told(&wanted), format!("{answer:?}")));
                }
                if !answer.unique && !answer.records.is_empty() {
                    return Err(Violation::new(
                        "an ambiguous answer names nobody",
                        "no records",
                        format!("{answer:?}"),
                    ));
                }
            }
            Question::Person { .. } => {
                let found = spans_of(&answer);
                let missing = must_spans.iter().find(|(span, count)| {
                    let approved = ask.must_spans.get(span).copied().unwrap_or(0);
                    found.get(span).copied().unwrap_or(0) < approved.min(**count)
                });
                let surplus = found.iter().find(|(span, count)| may_spans.get(span).copied().unwrap_or(0) < **count);
                if missing.is_some() || surplus.is_some() {
                    let wanted = told(&format!("missing {missing:?}, too many {surplus:?}"));
                    return Err(Violation::new(FOUND_EXACTLY, wanted, format!("{answer:?}")));
                }
            }
        }
        Ok(())
    }

    fn expected(&self, question: &Question, now: i64) -> (Expected, Spans, Spans) {
        match question {
            Question::Address { address, port, within } => {
                (self.model.at_address(*address, *port, *within, now), Spans::new(), Spans::new())
            }
            Question::Person { kind, who, within } => {
                let (must, may) = self.model.of_person(*kind, who, *within, now, true);
                (Expected::default(), must, may)
            }
        }
    }

    /// A question about what is recorded of somebody.
    pub(super) fn about_a_person(&mut self) -> (Question, Template) {
        let now = self.now();
        let (kind, name) =
            if self.chance.one_in(2) { (Kind::Login, "account") } else { (Kind::TranslationBlock, "subscriber") };
        let who = format!("{name}-{}", self.chance.below(12));
        let from = now - self.chance.between(0, 40 * DAY);
        let until = from + self.chance.between(HOUR, 30 * DAY);
        let template = Template::Account {
            records: kind.name().to_owned(),
            account: who.clone(),
            from: written(from),
            until: written(until),
        };
        (Question::Person { kind, who, within: (from, until) }, template)
    }

    pub(super) fn a_question(&mut self) -> (Question, Template) {
        let now = self.now();
        let tolerance = if self.chance.one_in(2) { 0 } else { 60 };
        match self.chance.below(6) {
            0 | 1 => self.about_a_person(),
            2 | 3 => {
                let first = 1024 + 100 * u16::try_from(self.chance.below(12)).unwrap_or(0);
                let port = if self.chance.one_in(4) { None } else { Some(first + 50) };
                let address = pool_address(TRANSLATED, self.chance.below(3));
                let at = now - self.chance.between(0, 30 * DAY);
                at_moment(address, port, at, tolerance)
            }
            _ => {
                // Around the turns of sessions most of all.
                let turns: Vec<(Address, i64)> = self
                    .model
                    .sessions
                    .iter()
                    .rev()
                    .take(60)
                    .flat_map(|session| {
                        let ends = session.closed.unwrap_or(session.seen);
                        [
                            (session.address, session.began),
                            (session.address, ends),
                            (session.address, (session.began + ends) / 2),
                        ]
                    })
                    .collect();
                let turn = self.chance.pick(&turns).copied();
                let fallback = (pool_address(DIALLED, self.chance.below(24)), now - self.chance.between(0, 40 * DAY));
                let (address, about) = turn.unwrap_or(fallback);
                let at = (about + self.chance.between(-12 * HOUR, 12 * HOUR)).min(now);
                at_moment(address, None, at, tolerance)
            }
        }
    }
}

fn at_moment(address: Address, port: Option<u16>, at: i64, tolerance: u32) -> (Question, Template) {
    let wide = i64::from(tolerance) * 1000;
    let template =
        Template::AddressAndTime { address: address.to_string(), port, at: written(at), tolerance_seconds: tolerance };
    (Question::Address { address, port, within: (at - wide, at + wide) }, template)
}

fn ask_words(ask: &Ask) -> String {
    format!("{:?}, approved at {}", ask.template, ask.approved_at.map_or_else(String::new, written))
}

fn named(answer: &LookupAnswer) -> BTreeSet<String> {
    let names = ["user", "subscriber", "account"];
    let found = answer.records.iter().flat_map(|found| names.iter().filter_map(|name| found.columns.get(*name)));
    found.cloned().collect()
}

fn spans_of(answer: &LookupAnswer) -> Spans {
    let mut spans = Spans::new();
    let moment = |text: Option<&String>| {
        let moment: Option<jiff::Timestamp> = text.and_then(|text| text.parse().ok());
        moment.map(|moment| moment.as_millisecond()).unwrap_or(i64::MIN)
    };
    for found in &answer.records {
        let start = moment(found.columns.get("start").or(found.columns.get("time")));
        let end = moment(found.columns.get("end").or(found.columns.get("time")));
        *spans.entry((start, end)).or_default() += 1;
    }
    spans
}
