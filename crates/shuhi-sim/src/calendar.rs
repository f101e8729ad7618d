//! The model's own calendar, by counting days one after another, so that it shares no arithmetic with the program.

/// Milliseconds of a minute.
pub const MINUTE: i64 = 60_000;
/// Milliseconds of an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of a day; Japan has no daylight saving time.
pub const DAY: i64 = 24 * HOUR;
const JAPAN: i64 = 9 * HOUR;

/// A period as a policy states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// So many days.
    Days(i64),
    /// So many months of the calendar.
    Months(i64),
}

impl Period {
    /// As a register writes it.
    #[must_use]
    pub fn written(self) -> String {
        let (count, unit) = match self {
            Self::Days(count) => (count, "day"),
            Self::Months(count) => (count, "month"),
        };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

/// The day in Japan at an instant, counted from 1970-01-01.
#[must_use]
pub fn day_of(at: i64) -> i64 {
    (at + JAPAN).div_euclid(DAY)
}

/// The first instant of a day in Japan.
#[must_use]
pub fn start_of(day: i64) -> i64 {
    day * DAY - JAPAN
}

/// Year, month and day of the month, found by walking from 1970.
#[must_use]
pub fn civil(day: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970, day.max(0));
    while left >= days_of_year(year) {
        left -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while left >= days_of_month(year, month) {
        left -= days_of_month(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// A day as `2026-04-01`.
#[must_use]
pub fn written_day(day: i64) -> String {
    let (year, month, of_month) = civil(day);
    format!("{year:04}-{month:02}-{of_month:02}")
}

/// An instant as RFC 3339 in Japan.
#[must_use]
pub fn written(at: i64) -> String {
    let day = day_of(at);
    let rest = at - start_of(day);
    let (hours, minutes, seconds, millis) = (rest / HOUR, rest / MINUTE % 60, rest / 1000 % 60, rest % 1000);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}+09:00", written_day(day))
}

/// The first instant at which a period from `day` is over, that day not counted (Civil Code 140, 141 and 143).
#[must_use]
pub fn end_of_period(day: i64, period: Period) -> i64 {
    let first = day + 1;
    let over = match period {
        Period::Days(count) => first + count,
        Period::Months(count) => {
            let (_, _, of_month) = civil(first);
            // Walk to the first day of each month that follows.
            let mut begin = first - (of_month - 1);
            for _ in 0..count {
                let (year, month, _) = civil(begin);
                begin += days_of_month(year, month);
            }
            let (year, month, _) = civil(begin);
            // Where the corresponding day is missing, the period ends with the last day of the month.
            begin + (of_month - 1).min(days_of_month(year, month))
        }
    };
    start_of(over)
}

fn days_of_year(year: i64) -> i64 {
    (1..=12).map(|month| days_of_month(year, month)).sum()
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        (0..40_000).find(|day| written_day(*day) == text).unwrap()
    }

    #[test]
    fn a_period_of_months_ends_before_the_corresponding_day() {
        assert_eq!(end_of_period(day("2026-08-31"), Period::Months(6)), start_of(day("2027-03-01")));
        assert_eq!(end_of_period(day("2026-08-30"), Period::Months(6)), start_of(day("2027-03-01")));
        assert_eq!(end_of_period(day("2026-04-01"), Period::Months(1)), start_of(day("2026-05-02")));
        assert_eq!(end_of_period(day("2026-04-01"), Period::Days(30)), start_of(day("2026-05-02")));
    }

    #[test]
    fn instants_are_written_in_japanese_time() {
        assert_eq!(written(1_774_969_200_000), "2026-04-01T00:00:00.000+09:00");
        assert_eq!(written(1_774_969_199_999), "2026-03-31T23:59:59.999+09:00");
    }
}
