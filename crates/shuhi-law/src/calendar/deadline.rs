//! When a period ends and what opens after it: Articles 140 to 143 of the Civil Code.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{CalendarError, DueDate, NationalHolidays, Period, PeriodUnit, RestDay};

/// Whether the day from which a period is counted is itself its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// The period starts on the next day: the rule (Civil Code Article 140).
    Excluded,
    /// The period starts on that day: the text says so (から起算して), or the period starts at midnight (the proviso of
    /// Civil Code Article 140).
    Counted,
}

/// Returns the last day of a period, before any rest day is considered.
///
/// A period in months or years ends on the day before the day that corresponds to its first day, or at the end of the
/// month where that day does not exist (Civil Code Article 143(2)). The period lasts until that day is over (Article
/// 141). A period of count 0 ends on the day before its first day.
///
/// # Errors
///
/// [`CalendarError::DateOutOfRange`] where the calculation leads out of the years that dates can express.
///
/// # Example
///
/// ```
/// use jiff::civil::date;
/// use shuhi_law::calendar::{FirstDay, period_end};
///
/// let end = period_end(date(2026, 1, 20), "2 months".parse()?, FirstDay::Counted)?;
/// assert_eq!(end, date(2026, 3, 19));
/// # Ok::<(), shuhi_law::calendar::CalendarError>(())
/// ```
pub fn period_end(from: Date, period: Period, first_day: FirstDay) -> Result<Date, CalendarError> {
    last_day(from, period, first_day).map_err(|_| CalendarError::DateOutOfRange { from, period })
}

/// Returns the first day after a period: the day on which what had to wait for its end becomes possible.
///
/// # Errors
///
/// [`CalendarError::DateOutOfRange`] where the calculation leads out of the years that dates can express.
///
/// # Example
///
/// ```
/// use jiff::civil::date;
/// use shuhi_law::calendar::{FirstDay, opens_after};
///
/// // A request that arrived on 1 April; two weeks have to pass.
/// let opens = opens_after(date(2026, 4, 1), "2 weeks".parse()?, FirstDay::Excluded)?;
/// assert_eq!(opens, date(2026, 4, 16));
/// # Ok::<(), shuhi_law::calendar::CalendarError>(())
/// ```
pub fn opens_after(from: Date, period: Period, first_day: FirstDay) -> Result<Date, CalendarError> {
    let end = period_end(from, period, first_day)?;
    end.tomorrow().map_err(|_| CalendarError::DateOutOfRange { from, period })
}

/// Returns the day by which something is due: the last day of the period, moved over rest days.
///
/// # Errors
///
/// [`CalendarError::DateOutOfRange`] where the calculation leads out of the years that dates can express.
pub fn due_date(
    from: Date,
    period: Period,
    first_day: FirstDay,
    rest_day: RestDay,
    holidays: &NationalHolidays,
) -> Result<DueDate, CalendarError> {
    period_end(from, period, first_day).map(|nominal| rest_day.move_over(nominal, holidays))
}

fn last_day(from: Date, period: Period, first_day: FirstDay) -> Result<Date, jiff::Error> {
    let start = match first_day {
        FirstDay::Excluded => from.tomorrow()?,
        FirstDay::Counted => from,
    };
    let count = period.count();
    let span = match period.unit() {
        PeriodUnit::Day => Span::new().try_days(count),
        PeriodUnit::Week => Span::new().try_weeks(count),
        PeriodUnit::Month => Span::new().try_months(count),
        PeriodUnit::Year => Span::new().try_years(count),
    }?;
    let corresponding = start.checked_add(span)?;
    // jiff ends at the month's end where the corresponding day does not exist; that day is then the last one itself.
    let in_months = matches!(period.unit(), PeriodUnit::Month | PeriodUnit::Year);
    if in_months && corresponding.day() != start.day() { Ok(corresponding) } else { corresponding.yesterday() }
}

#[cfg(test)]
mod tests;
