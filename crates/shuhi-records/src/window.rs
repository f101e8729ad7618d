//! Windows: the stretches of Japanese time whose records expire together.

use std::fmt;

use jiff::civil::Date;

use crate::UtcMillis;

/// How long a Japanese day is; Japan has had no daylight saving time since 1951.
pub const MILLIS_A_DAY: i64 = 86_400_000;
const MILLIS_AN_HOUR: i64 = 3_600_000;
const JAPAN_AHEAD_MILLIS: i64 = 9 * MILLIS_AN_HOUR;

/// How wide the windows of a record kind are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowWidth {
    /// A day in Japan.
    #[default]
    Day,
    /// An hour.
    Hour,
}

/// A Japanese day or an hour of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    start: UtcMillis,
    width: WindowWidth,
}

impl WindowWidth {
    /// In milliseconds.
    #[must_use]
    pub fn millis(self) -> i64 {
        match self {
            Self::Day => MILLIS_A_DAY,
            Self::Hour => MILLIS_AN_HOUR,
        }
    }
}

impl Window {
    /// The window in which `instant` is.
    #[must_use]
    pub fn of(instant: UtcMillis, width: WindowWidth) -> Self {
        let local = instant.0.saturating_add(JAPAN_AHEAD_MILLIS);
        let start = local.div_euclid(width.millis()).saturating_mul(width.millis());
        Self { start: UtcMillis(start.saturating_sub(JAPAN_AHEAD_MILLIS)), width }
    }

    /// Its first instant.
    #[must_use]
    pub fn start(self) -> UtcMillis {
        self.start
    }

    /// The first instant after it.
    #[must_use]
    pub fn end(self) -> UtcMillis {
        UtcMillis(self.start.0.saturating_add(self.width.millis()))
    }

    /// How wide it is.
    #[must_use]
    pub fn width(self) -> WindowWidth {
        self.width
    }

    /// The window after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.end(), self.width)
    }

    /// Whether `instant` is in it.
    #[must_use]
    pub fn contains(self, instant: UtcMillis) -> bool {
        self.start <= instant && instant < self.end()
    }

    /// The day in Japan; `None` beyond the calendar (years −9999 to 9999).
    #[must_use]
    pub fn day(self) -> Option<Date> {
        japanese_date(self.start)
    }
}

/// The date in Japan at `instant`.
fn japanese_date(instant: UtcMillis) -> Option<Date> {
    let local = jiff::Timestamp::from_millisecond(instant.0.checked_add(JAPAN_AHEAD_MILLIS)?).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(local).date())
}

impl fmt::Display for Window {
    /// `2026-04-01`, or `2026-04-01T13` for an hour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(day) = self.day() else { return write!(f, "{}", self.start.0) };
        match self.width {
            WindowWidth::Day => write!(f, "{day}"),
            WindowWidth::Hour => {
                let local = self.start.0.saturating_add(JAPAN_AHEAD_MILLIS);
                write!(f, "{day}T{:02}", local.rem_euclid(MILLIS_A_DAY) / MILLIS_AN_HOUR)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcMillis {
        UtcMillis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let window = Window::of(at("2026-03-31T15:00:00Z"), WindowWidth::Day);
        assert_eq!(window.to_string(), "2026-04-01");
        assert_eq!(window.start(), at("2026-03-31T15:00:00Z"));
        assert_eq!(Window::of(at("2026-03-31T14:59:59.999Z"), WindowWidth::Day).next(), window);
        assert!(!window.contains(window.end()));
    }

    #[test]
    fn an_hour_is_named_by_its_japanese_hour() {
        assert_eq!(Window::of(at("2026-04-01T04:20:00Z"), WindowWidth::Hour).to_string(), "2026-04-01T13");
    }

    #[test]
    fn instants_out_of_the_calendar_do_not_overflow() {
        for extreme in [i64::MIN, i64::MAX] {
            let window = Window::of(UtcMillis(extreme), WindowWidth::Day);
            assert!(!window.to_string().is_empty());
        }
    }
}
