//! What can go wrong in the calendar.

use jiff::civil::Date;
use thiserror::Error;

use super::Period;

/// Characters of a faulty input that an error repeats; the rest is cut off.
const EXCERPT_CHARS_MAX: usize = 40;

/// An error of the legal calendar.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CalendarError {
    /// The text is not a period in the one accepted form.
    #[error("`{input}` is not a period")]
    InvalidPeriod {
        /// The text as given, cut to a readable length.
        input: String,
    },
    /// The count of a period is above [`Period::COUNT_MAX`].
    #[error("`{input}` is too long for a period: the count may be at most {max}", max = Period::COUNT_MAX)]
    PeriodTooLong {
        /// The text or count as given, cut to a readable length.
        input: String,
    },
    /// A period leads out of the years that dates can express.
    #[error("`{period}` from `{from}` leads out of the years -9999 to 9999")]
    DateOutOfRange {
        /// The day the period was counted from.
        from: Date,
        /// The period.
        period: Period,
    },
    /// The table of national holidays cannot be read.
    #[error("line {line} of the holiday table: {fault}")]
    HolidayTable {
        /// The line, from 1; the line after the last one where rows are missing.
        line: usize,
        /// What is wrong there.
        fault: HolidayTableFault,
    },
}

impl CalendarError {
    /// What to do about it, where the message does not say so.
    #[must_use]
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            Self::InvalidPeriod { .. } => {
                Some("write a whole number, one space and a unit, such as `1 day`, `2 weeks`, `6 months` or `10 years`")
            }
            _ => None,
        }
    }
}

/// What is wrong with a line of the holiday table.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum HolidayTableFault {
    /// The table begins with other rows than `retrieved`, `covers_from` and `covers_to`, in this order.
    #[error("expected `{key},` and a date, found `{found}`")]
    ExpectedSetting {
        /// The key that belongs here.
        key: &'static str,
        /// The row found instead, empty at the end of the table.
        found: String,
    },
    /// A row is not a key, a comma and a value.
    #[error("`{row}` is not a row: write a date, a comma and the name of the holiday, such as `2026-01-01,元日`")]
    NotARow {
        /// The row, cut to a readable length.
        row: String,
    },
    /// A date is not written as `YYYY-MM-DD` or does not exist.
    #[error("`{text}` is not a date: write year, month and day as in `2026-04-01`")]
    NotADate {
        /// The text, cut to a readable length.
        text: String,
    },
    /// The last day covered is before the first.
    #[error("the table covers `{from}` to `{to}`, which is no range")]
    ReversedRange {
        /// The first day covered.
        from: Date,
        /// The last day covered.
        to: Date,
    },
    /// A holiday lies outside the range the table covers.
    #[error("`{date}` is outside the range the table covers, `{from}` to `{to}`")]
    OutsideRange {
        /// The holiday.
        date: Date,
        /// The first day covered.
        from: Date,
        /// The last day covered.
        to: Date,
    },
    /// The dates do not ascend strictly.
    #[error("`{date}` does not come after `{previous}`, the date before it")]
    NotAscending {
        /// The date of this row.
        date: Date,
        /// The date of the row before.
        previous: Date,
    },
    /// A year within the range has no holiday at all, so rows must have been lost.
    #[error("the year {year} is covered but has no holiday")]
    EmptyYear {
        /// The year.
        year: i16,
    },
}

/// Returns the beginning of a faulty input, fit to be shown on one line.
pub(super) fn excerpt(input: &str) -> String {
    let mut shown: String = input
        .chars()
        .take(EXCERPT_CHARS_MAX)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if input.chars().nth(EXCERPT_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt("6か月"), "6か月");
        assert_eq!(excerpt("a\nb"), "a\u{fffd}b");
        assert_eq!(excerpt(&"月".repeat(40)), "月".repeat(40));
        assert_eq!(excerpt(&"月".repeat(1_000_000)), format!("{}…", "月".repeat(40)));
    }
}
