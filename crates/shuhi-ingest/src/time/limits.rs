use shuhi_records::{MILLIS_A_DAY, UtcMillis};

use crate::Reason;

/// Which times can be meant. A time outside goes to the quarantine: a clock that is years off would put a record into
/// the wrong window, and it would be found by nobody or kept too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// The reference: usually the time of receipt.
    pub now: UtcMillis,
    /// How many days before `now` an event may be; 366 unless set otherwise.
    pub past_days: u32,
    /// How many minutes after `now` an event may be, as clocks differ; 1,440 unless set otherwise, since a zone declared
    /// wrongly must show as wrong hours, not as lost lines.
    pub ahead_minutes: u32,
    /// How many days a session may have lasted; 3,660 unless set otherwise.
    pub session_days: u32,
}

const MILLIS_A_MINUTE: i64 = 60_000;

impl TimeLimits {
    /// The usual limits around `now`.
    #[must_use]
    pub fn around(now: UtcMillis) -> Self {
        Self { now, past_days: 366, ahead_minutes: 1_440, session_days: 3_660 }
    }

    /// The earliest time of an event.
    #[must_use]
    pub fn earliest(&self) -> UtcMillis {
        UtcMillis(self.now.0.saturating_sub(i64::from(self.past_days).saturating_mul(MILLIS_A_DAY)))
    }

    /// The latest time of an event.
    #[must_use]
    pub fn latest(&self) -> UtcMillis {
        UtcMillis(self.now.0.saturating_add(i64::from(self.ahead_minutes).saturating_mul(MILLIS_A_MINUTE)))
    }

    /// `time` if an event can have been then.
    pub(crate) fn event(&self, field: &str, time: UtcMillis) -> Result<UtcMillis, Reason> {
        within(field, time, self.earliest(), self.latest())
    }

    /// `time` if a session whose moment is at `at` can have begun then.
    pub(crate) fn began(&self, field: &str, time: UtcMillis, at: UtcMillis) -> Result<UtcMillis, Reason> {
        if time > at {
            return Err(Reason::EndsBeforeItBegins { start: time.0, end: at.0 });
        }
        let longest = i64::from(self.session_days).saturating_mul(MILLIS_A_DAY);
        within(field, time, UtcMillis(at.0.saturating_sub(longest)), at)
    }
}

fn within(field: &str, time: UtcMillis, earliest: UtcMillis, latest: UtcMillis) -> Result<UtcMillis, Reason> {
    if (earliest..=latest).contains(&time) {
        return Ok(time);
    }
    Err(Reason::TimeOutOfLimits { field: field.into(), millis: time.0, earliest: earliest.0, latest: latest.0 })
}
