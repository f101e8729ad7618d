//! Retention policies: taken from the operator's register, and only where the law permits them.

use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::calendar::{FirstDay, Period, period_end};
use shuhi_law::decide::Selection;
use shuhi_law::facts::{Record, Value};
use shuhi_law::pack::Judged;
use shuhi_records::{Kind, UtcMillis, Window, WindowWidth};
use shuhi_register::Register;

use crate::VaultError;
use crate::catalog::{PolicyRow, PurposeRow};
use crate::counsel::{Answer, Opinion, opinion_of};

/// The acts that a policy must be lawful under: recording at all, and keeping for so long.
const ACTS: [&str; 2] = ["record_log", "retain"];

/// A policy of the register and what the law says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedPolicy {
    /// Its id in the register (`log_policies/ID`).
    pub id: String,
    /// The policy; `None` where it states no kind or no period.
    pub policy: Option<PolicyRow>,
    /// The opinion on the first act that is not permitted, or on the last.
    pub opinion: Opinion,
}

impl JudgedPolicy {
    /// Whether records may be accepted under it.
    #[must_use]
    pub fn is_lawful(&self) -> bool {
        self.opinion.answer == Answer::Permitted
    }
}

/// Judges every policy on communications history that a register declares, by the law of a date.
#[must_use]
pub fn judged_policies(register: &Register, rulebook: &Rulebook, on: Date, now: UtcMillis) -> Vec<JudgedPolicy> {
    let law = rulebook.select(Selection::on(on));
    let mut judged: Vec<JudgedPolicy> = Vec::new();
    for thing in register.things_to_judge(rulebook) {
        let Some(id) = thing.subject.strip_prefix("log_policies/").filter(|_| thing.path.is_empty()) else { continue };
        let Judged::Act(act) = thing.judged else { continue };
        if !rulebook.vocabulary.act(act).is_some_and(|act| ACTS.contains(&act.name.as_str())) {
            continue;
        }
        let frame = law.frame(thing.judged);
        let opinion = opinion_of(&frame, &frame.judge(&frame.prepare(&thing.facts)), on);
        match judged.iter_mut().find(|policy| policy.id == id) {
            Some(policy) if policy.is_lawful() => policy.opinion = opinion,
            Some(_) => {}
            None => {
                let subject = register.subject("log_policies", id);
                let policy = subject.and_then(|subject| stated(&subject.record, rulebook, now));
                judged.push(JudgedPolicy { id: id.to_owned(), policy, opinion });
            }
        }
    }
    judged
}

fn stated(record: &Record, rulebook: &Rulebook, now: UtcMillis) -> Option<PolicyRow> {
    let period = text(record, "period", rulebook)?;
    let purposes = match field(record, "purposes", rulebook)? {
        Value::List(purposes) => purposes.iter().filter_map(|purpose| purpose_of(purpose, &period, rulebook)).collect(),
        _ => Vec::new(),
    };
    Some(PolicyRow {
        register_kind: text(record, "kind", rulebook)?,
        period,
        purposes,
        adopted_at: now.0,
        rulebook: rulebook.hash.clone(),
    })
}

fn purpose_of(purpose: &Value, longest: &str, rulebook: &Rulebook) -> Option<PurposeRow> {
    let Value::Record(purpose) = purpose else { return None };
    let period = text(purpose, "period", rulebook).unwrap_or_else(|| longest.to_owned());
    Some(PurposeRow { purpose: text(purpose, "purpose", rulebook)?, period })
}

fn field<'r>(record: &'r Record, name: &str, rulebook: &Rulebook) -> Option<&'r Value> {
    let index = rulebook.vocabulary.record_type(record.ty)?.position(name)?;
    Some(record.field(index)).filter(|value| !matches!(value, Value::Unknown | Value::None))
}

fn text(record: &Record, name: &str, rulebook: &Rulebook) -> Option<String> {
    let described = rulebook.vocabulary.record_type(record.ty)?;
    let index = described.position(name)?;
    let value = field(record, name, rulebook)?;
    value.written(described.field(index)?.ty, &rulebook.vocabulary)
}

impl PolicyRow {
    /// Whether it covers records of a kind.
    #[must_use]
    pub fn covers(&self, kind: Kind) -> bool {
        self.register_kind == kind.register_kind()
    }

    /// When records of a window expire: the first midnight in Japan after the last day of the period, counted from the
    /// day on which the window lies, that day excluded (Civil Code 140 and 143). The whole window expires together, so
    /// no record is kept longer than the period by more than the rest of its day.
    ///
    /// # Errors
    ///
    /// Where the period cannot be read or leads out of the calendar.
    pub fn expiry(&self, window: Window) -> Result<UtcMillis, VaultError> {
        end_of_period(&self.period, window)
    }

    /// Until when records of a window serve a purpose; `None` where the policy does not keep them for it.
    ///
    /// # Errors
    ///
    /// Where the period cannot be read or leads out of the calendar.
    pub fn purpose_ends(&self, purpose: &str, window: Window) -> Result<Option<UtcMillis>, VaultError> {
        let found = self.purposes.iter().find(|found| found.purpose == purpose);
        let ends = found.map(|found| Ok(end_of_period(&found.period, window)?.min(self.expiry(window)?)));
        ends.transpose()
    }
}

fn end_of_period(period: &str, window: Window) -> Result<UtcMillis, VaultError> {
    let wrong = |what: &str| VaultError::damaged("policy", format!("period `{period}` {what}"));
    let parsed: Period = period.parse().map_err(|_| wrong("is not a period"))?;
    let day = window.day().ok_or_else(|| wrong("starts outside the calendar"))?;
    let last = period_end(day, parsed, FirstDay::Excluded).map_err(|_| wrong("ends outside the calendar"))?;
    end_of_day(last).ok_or_else(|| wrong("ends outside the calendar"))
}

/// The first instant after a day in Japan.
pub(crate) fn end_of_day(day: Date) -> Option<UtcMillis> {
    let noon = day.at(3, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Window::of(UtcMillis(noon.timestamp().as_millisecond()), WindowWidth::Day).end())
}

/// The day in Japan at an instant; `None` beyond the calendar.
pub(crate) fn japanese_day(instant: UtcMillis) -> Option<Date> {
    Window::of(instant, WindowWidth::Day).day()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(period: &str) -> PolicyRow {
        let purposes = vec![PurposeRow { purpose: "security".to_owned(), period: "3 months".to_owned() }];
        PolicyRow {
            register_kind: "connection_auth".to_owned(),
            period: period.to_owned(),
            purposes,
            adopted_at: 0,
            rulebook: String::new(),
        }
    }

    fn day(text: &str) -> Window {
        Window::of(UtcMillis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond()), WindowWidth::Day)
    }

    #[test]
    fn a_day_expires_when_the_last_day_of_its_period_is_over_in_japan() {
        // 31 August and six months: February has no 31st, so its last day ends the period (Civil Code 143(2)).
        let expiry = policy("6 months").expiry(day("2026-08-31T03:00:00Z")).unwrap();
        assert_eq!(expiry, day("2027-02-28T03:00:00Z").end());
        assert_eq!(expiry, policy("6 months").expiry(day("2026-08-30T15:00:00Z")).unwrap());
    }

    #[test]
    fn a_purpose_ends_before_the_record_does() {
        let window = day("2026-04-01T03:00:00Z");
        let ends = policy("6 months").purpose_ends("security", window).unwrap();
        assert_eq!(ends, Some(day("2026-07-01T03:00:00Z").end()));
        assert_eq!(policy("6 months").purpose_ends("billing", window).unwrap(), None);
    }
}
