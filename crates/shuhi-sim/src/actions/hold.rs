//! Holds: accepted, refused, extended, reviewed, withdrawn.

use serde_json::json;
use shuhi_records::{Kind, UtcMillis};
use shuhi_vault::{HoldExtension, HoldRequest, HoldReview, HoldWithdrawal, Signed, SignedContext, Template};

use super::lookup::Question;
use crate::Violation;
use crate::calendar::{DAY, MINUTE, Period, day_of, end_of_period, written, written_day};
use crate::counsel::{StubCounsel, hold_facts};
use crate::model::{Ended, Hold, Spans};
use crate::world::{Done, World, unexpected};

const LAWFUL_HOLD: &str = "a lawful hold is accepted, another refused";

/// What is asked for.
struct Wanted {
    basis: &'static str,
    kind: Kind,
    who: String,
    first_days: Option<i64>,
    received: i64,
    must: Spans,
    may: Spans,
}

impl Wanted {
    fn is_lawful(&self) -> bool {
        self.basis != "none" && self.first_days.is_none_or(|days| days <= 30)
    }
}

impl World {
    pub(crate) fn hold(&mut self) -> Result<(), Violation> {
        let now = self.now();
        let (question, _) = self.about_a_person();
        let Question::Person { kind, who, within: (from, until) } = question else { return Ok(()) };
        let until = until.min(now);
        let basis = match self.chance.below(10) {
            0 => "none",
            1 | 2 => "tax_preservation",
            3 | 4 => "erasure_prohibition",
            _ => "preservation_request",
        };
        let has_term = matches!(basis, "tax_preservation" | "preservation_request");
        let days = self.chance.pick(&[4, 6, 10, 20, 30, 31]).copied();
        let (must, may) = self.model.of_person(kind, &who, (from, until), now, false);
        let received = day_of(now) - self.chance.between(0, 3);
        let wanted =
            Wanted { basis, kind, who: who.clone(), first_days: days.filter(|_| has_term), received, must, may };
        let request = HoldRequest {
            facts: hold_facts(basis),
            question: Template::Account {
                records: kind.name().to_owned(),
                account: who,
                from: written(from),
                until: written(until),
            },
            received_on: written_day(received),
            first_term: wanted.first_days.map(|days| format!("{days} days")),
            document_sha256: Some("cd".repeat(32)),
            silence: self.chance.one_in(3),
            reason: "保全の求めによる".to_owned(),
            signed_at: now,
        };
        let signed = self.signed_by_somebody(&request)?;
        match self.attempt("hold", |vault| vault.submit_hold(&signed, &StubCounsel))? {
            Done::Yes(_) if !wanted.is_lawful() => {
                let expected = format!("{basis} for {:?} days refused", wanted.first_days);
                Err(Violation::new(LAWFUL_HOLD, expected, "accepted"))
            }
            Done::Yes(submitted) => {
                self.keep_hold(submitted.hold, wanted);
                Ok(())
            }
            Done::Refused(error) => {
                self.counters.refusals += 1;
                if wanted.is_lawful() && !wanted.must.is_empty() {
                    let expected = format!("{} records held", wanted.must.len());
                    return Err(Violation::new(LAWFUL_HOLD, expected, error.to_string()));
                }
                Ok(())
            }
            Done::Interrupted => self.find_interrupted_hold(wanted),
        }
    }

    fn signed_by_somebody(&mut self, statement: &impl serde::Serialize) -> Result<Signed, Violation> {
        let place = self.chance.place(self.people.len());
        let Some(person) = self.people.get(place) else {
            return Err(Violation::new("there are four people", "a person", "nobody"));
        };
        Signed::new(SignedContext::Hold, statement, person).map_err(|error| unexpected("sign", &error))
    }

    fn keep_hold(&mut self, id: String, wanted: Wanted) {
        self.counters.holds += 1;
        let until = wanted.first_days.map(|days| end_of_period(wanted.received, Period::Days(days)));
        self.trace(|| format!("      hold {id} {} until {until:?}", wanted.basis));
        self.model.holds.push(Hold {
            id,
            basis: wanted.basis,
            kind: wanted.kind,
            who: wanted.who,
            must: wanted.must,
            may: wanted.may,
            received: wanted.received,
            first_days: wanted.first_days,
            until: (until, until),
            ended: Ended::No,
        });
    }

    /// A hold that a crash interrupted stands if the vault says so after it recovered.
    fn find_interrupted_hold(&mut self, wanted: Wanted) -> Result<(), Violation> {
        let Some(vault) = &self.vault else { return Ok(()) };
        let there = vault.holds_visible_to(false).map_err(|error| unexpected("holds", &error))?;
        let known = |id: &String| self.model.holds.iter().any(|hold| hold.id == *id);
        let fresh = there.iter().find(|(id, row)| row.is_running() && !known(id));
        if let Some((id, _)) = fresh {
            if !wanted.is_lawful() {
                return Err(Violation::new(LAWFUL_HOLD, "refused", "there after a crash"));
            }
            let id = id.clone();
            self.keep_hold(id, wanted);
        }
        Ok(())
    }

    pub(crate) fn change_a_hold(&mut self) -> Result<(), Violation> {
        let now = self.now();
        let open: Vec<usize> = (0..self.model.holds.len())
            .filter(|place| self.model.holds.get(*place).is_some_and(|hold| hold.surely_runs(now)))
            .collect();
        // Those that end today are extended at the last moment, as happens.
        let ends_today = |place: &&usize| {
            let hold = self.model.holds.get(**place);
            hold.and_then(|hold| hold.until.0).is_some_and(|until| until - now < DAY)
        };
        let last_moment = open.iter().find(ends_today).copied();
        let Some(place) = last_moment.or_else(|| self.chance.pick(&open).copied()) else { return Ok(()) };
        let Some(hold) = self.model.holds.get(place).cloned() else { return Ok(()) };
        if last_moment.is_some() {
            self.extend(place, &hold)?;
            // The sweep comes just after the term that was, before anything else happens.
            if let Some(ended) = hold.until.0.filter(|_| self.chance.one_in(2)) {
                self.simulated.clock.set(UtcMillis(now.max(ended + 15 * MINUTE)));
                self.sweep()?;
            }
            return Ok(());
        }
        match (hold.basis, self.chance.below(4)) {
            ("erasure_prohibition", 0) => self.review_hold(place, &hold, false),
            ("erasure_prohibition", 1) => self.withdraw(place, &hold),
            ("erasure_prohibition", _) => self.review_hold(place, &hold, true),
            (_, 0) => self.withdraw(place, &hold),
            _ => self.extend(place, &hold),
        }
    }

    fn extend(&mut self, place: usize, hold: &Hold) -> Result<(), Violation> {
        let Some(first) = hold.first_days else { return Ok(()) };
        let total = first + self.chance.between(1, 36);
        let until = end_of_period(hold.received, Period::Days(total));
        let longer = hold.until.1.is_some_and(|now| until > now);
        let lawful = total <= 60 && total - first <= 30;
        let extension = HoldExtension {
            hold: hold.id.clone(),
            facts: json!({}),
            total_term: format!("{total} days"),
            document_sha256: Some("ef".repeat(32)),
            reason: "延長の求め".to_owned(),
            signed_at: self.now(),
        };
        let signed = self.signed_by_somebody(&extension)?;
        let done = self.attempt("extend", |vault| vault.extend_hold(&signed, &StubCounsel))?;
        let Some(known) = self.model.holds.get_mut(place) else { return Ok(()) };
        match done {
            Done::Yes(_) if !lawful => {
                return Err(Violation::new(LAWFUL_HOLD, format!("{first} then {total} days refused"), "extended"));
            }
            Done::Yes(_) => known.until = (Some(until), Some(until)),
            Done::Refused(error) if lawful && longer => {
                return Err(Violation::new(LAWFUL_HOLD, format!("{first} then {total} days"), error.to_string()));
            }
            Done::Refused(_) => self.counters.refusals += 1,
            Done::Interrupted if lawful => known.until.1 = known.until.1.max(Some(until)),
            Done::Interrupted => {}
        }
        Ok(())
    }

    fn withdraw(&mut self, place: usize, hold: &Hold) -> Result<(), Violation> {
        let withdrawal = HoldWithdrawal {
            hold: hold.id.clone(),
            document_sha256: Some("ef".repeat(32)),
            reason: "取消し".to_owned(),
            signed_at: self.now(),
        };
        let signed = self.signed_by_somebody(&withdrawal)?;
        let done = self.attempt("withdraw", |vault| vault.withdraw_hold(&signed, &StubCounsel))?;
        self.note_end(place, done)
    }

    fn review_hold(&mut self, place: usize, hold: &Hold, still_needed: bool) -> Result<(), Violation> {
        let review = HoldReview {
            hold: hold.id.clone(),
            facts: json!({}),
            still_needed,
            reason: "事件の係属を確かめた".to_owned(),
            signed_at: self.now(),
        };
        let signed = self.signed_by_somebody(&review)?;
        let done = self.attempt("review a hold", |vault| vault.review_hold(&signed, &StubCounsel))?;
        if still_needed {
            return match done {
                Done::Refused(error) => Err(Violation::new(LAWFUL_HOLD, "it goes on", error.to_string())),
                _ => Ok(()),
            };
        }
        self.note_end(place, done)
    }

    fn note_end<T>(&mut self, place: usize, done: Done<T>) -> Result<(), Violation> {
        let Some(known) = self.model.holds.get_mut(place) else { return Ok(()) };
        match done {
            Done::Yes(_) => known.ended = Ended::Yes,
            Done::Refused(error) => {
                return Err(Violation::new(LAWFUL_HOLD, "a hold that runs can be ended", error.to_string()));
            }
            Done::Interrupted => known.ended = Ended::Perhaps,
        }
        Ok(())
    }
}
