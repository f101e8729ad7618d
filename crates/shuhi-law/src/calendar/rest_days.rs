//! Due dates that fall on rest days.

use jiff::civil::{Date, Weekday, date};
use serde::{Deserialize, Serialize};

use super::NationalHolidays;

/// The day from which every Saturday is a rest day of the agencies (amending Act No. 28 of 1992). Before, only some
/// were, and this calendar answers nothing. That the Act took effect on this day is general knowledge, not read in the
/// order.
const EVERY_SATURDAY_SINCE: Date = date(1992, 5, 1);

/// Which days move a due date to the next day that is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestDay {
    /// Rest days of administrative agencies: Saturday, Sunday, national holiday, 29 December to 3 January (Act on
    /// Holidays of Administrative Organs, Act No. 91 of 1988, Articles 1 and 2). For filings with a national agency
    /// whose due date an Act, or an order under an Act, sets as a period.
    Agency,
    /// Sunday and national holiday (Civil Code Article 142), for a business that customarily does nothing on these
    /// days: the article moves a due date only then. It also moves it over other days on which the business customarily
    /// rests, such as Saturdays or the days round New Year. A rule cannot know that custom, so they do not move the
    /// date here, and the answer is the earlier one.
    Civil,
    /// No day moves the due date.
    None,
}

/// The day by which something is due, where the calendar knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueDate {
    /// The day, after moving over rest days.
    Known(Date),
    /// Whether the day moves depends on holidays that the table does not cover, so the day is not known.
    CalendarUnknown {
        /// The last day of the period before moving. The due date is this day or a later one.
        nominal: Date,
    },
}

impl DueDate {
    /// Returns the day, if known.
    #[must_use]
    pub const fn known(self) -> Option<Date> {
        match self {
            Self::Known(date) => Some(date),
            Self::CalendarUnknown { .. } => None,
        }
    }
}

impl RestDay {
    /// Returns the first day from `nominal` on that is not a rest day.
    ///
    /// # Example
    ///
    /// ```
    /// use jiff::civil::date;
    /// use shuhi_law::calendar::{DueDate, NationalHolidays, RestDay};
    ///
    /// # let table = "retrieved,2026-11-21\ncovers_from,2026-01-01\ncovers_to,2026-12-31\n2026-05-04,みどりの日\n";
    /// let holidays = NationalHolidays::parse(table)?;
    /// // A Saturday, a Sunday and a holiday.
    /// assert_eq!(RestDay::Agency.move_over(date(2026, 5, 2), &holidays), DueDate::Known(date(2026, 5, 5)));
    /// assert_eq!(RestDay::Civil.move_over(date(2026, 5, 2), &holidays), DueDate::Known(date(2026, 5, 2)));
    /// # Ok::<(), shuhi_law::calendar::CalendarError>(())
    /// ```
    #[must_use]
    pub fn move_over(self, nominal: Date, holidays: &NationalHolidays) -> DueDate {
        let mut day = nominal;
        loop {
            match (self.is_rest_day(day, holidays), day.tomorrow()) {
                (Some(false), _) => return DueDate::Known(day),
                (Some(true), Ok(next)) => day = next,
                (None, _) | (Some(true), Err(_)) => return DueDate::CalendarUnknown { nominal },
            }
        }
    }

    /// Returns whether `day` is a rest day, or nothing where the calendar does not reach.
    #[must_use]
    pub fn is_rest_day(self, day: Date, holidays: &NationalHolidays) -> Option<bool> {
        match self {
            Self::None => Some(false),
            _ if !holidays.covers(day) => None,
            Self::Agency if day < EVERY_SATURDAY_SINCE => None,
            Self::Agency => Some(is_weekend(day) || is_year_end(day) || holidays.contains(day)),
            Self::Civil => Some(day.weekday() == Weekday::Sunday || holidays.contains(day)),
        }
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// 29 December to 3 January (Act No. 91 of 1988, Article 1(1)(iii)).
fn is_year_end(day: Date) -> bool {
    matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::super::CalendarError;
    use super::super::holidays::tests::national_holidays;
    use super::*;

    #[test]
    fn agency_rest_days_move_a_due_date() -> Result<(), CalendarError> {
        let holidays = national_holidays()?;
        let cases = [
            (date(2026, 4, 1), date(2026, 4, 1)),   // Wednesday
            (date(2026, 4, 4), date(2026, 4, 6)),   // Saturday
            (date(2026, 4, 5), date(2026, 4, 6)),   // Sunday
            (date(2026, 5, 2), date(2026, 5, 7)),   // Saturday, then 3 to 5 May and the substitute holiday
            (date(2026, 9, 19), date(2026, 9, 24)), // Saturday to Wednesday, with a day between two holidays
            (date(2026, 12, 28), date(2026, 12, 28)),
            (date(2026, 12, 29), date(2027, 1, 4)),
            (date(2022, 12, 31), date(2023, 1, 4)),
            (date(2023, 1, 3), date(2023, 1, 4)),
            (date(2024, 12, 28), date(2025, 1, 6)), // Saturday; 4 and 5 January are a weekend as well
        ];
        for (nominal, due) in cases {
            assert_eq!(RestDay::Agency.move_over(nominal, &holidays), DueDate::Known(due), "{nominal}");
        }
        Ok(())
    }

    #[test]
    fn civil_rest_days_leave_saturday_and_the_year_end() -> Result<(), CalendarError> {
        let holidays = national_holidays()?;
        let cases = [
            (date(2026, 4, 4), date(2026, 4, 4)), // Saturday
            (date(2026, 4, 5), date(2026, 4, 6)), // Sunday
            (date(2026, 5, 3), date(2026, 5, 7)),
            (date(2026, 12, 31), date(2026, 12, 31)), // Thursday
            (date(2026, 1, 1), date(2026, 1, 2)),
            (date(1970, 1, 1), date(1970, 1, 2)),
        ];
        for (nominal, due) in cases {
            assert_eq!(RestDay::Civil.move_over(nominal, &holidays), DueDate::Known(due), "{nominal}");
        }
        Ok(())
    }

    #[test]
    fn without_rest_days_every_date_stands() -> Result<(), CalendarError> {
        let holidays = national_holidays()?;
        for day in [date(2026, 1, 1), date(1, 1, 1), Date::MAX] {
            assert_eq!(RestDay::None.move_over(day, &holidays), DueDate::Known(day));
        }
        Ok(())
    }

    #[test]
    fn beyond_the_table_nothing_is_guessed() -> Result<(), CalendarError> {
        let holidays = national_holidays()?;
        let unknown = |nominal| DueDate::CalendarUnknown { nominal };
        // The table ends with 2027: 29 December is a rest day, and whether 4 January 2028 is one is not known.
        for nominal in [date(2027, 12, 29), date(2028, 1, 4), Date::MAX, date(1954, 12, 31)] {
            assert_eq!(RestDay::Agency.move_over(nominal, &holidays), unknown(nominal));
        }
        assert_eq!(RestDay::Civil.move_over(date(2027, 12, 31), &holidays), DueDate::Known(date(2027, 12, 31)));
        assert_eq!(RestDay::Civil.move_over(date(2028, 1, 1), &holidays), unknown(date(2028, 1, 1)));
        assert_eq!(unknown(date(2028, 1, 1)).known(), None);
        // When only some Saturdays were rest days of the agencies.
        assert_eq!(RestDay::Agency.move_over(date(1992, 4, 30), &holidays), unknown(date(1992, 4, 30)));
        assert_eq!(RestDay::Agency.move_over(date(1992, 5, 2), &holidays), DueDate::Known(date(1992, 5, 6)));
        Ok(())
    }

    #[test]
    fn rules_and_answers_write_these_names() -> Result<(), serde_json::Error> {
        let names = [RestDay::Agency, RestDay::Civil, RestDay::None].map(|rest_day| serde_json::to_string(&rest_day));
        assert_eq!(names.into_iter().collect::<Result<Vec<_>, _>>()?, [r#""agency""#, r#""civil""#, r#""none""#]);
        let (known, nominal) = (DueDate::Known(date(2026, 4, 1)), date(2028, 1, 4));
        assert_eq!(serde_json::to_string(&known)?, r#"{"known":"2026-04-01"}"#);
        let unknown = DueDate::CalendarUnknown { nominal };
        assert_eq!(serde_json::to_string(&unknown)?, r#"{"calendar_unknown":{"nominal":"2028-01-04"}}"#);
        Ok(())
    }

    #[test]
    fn the_day_moved_to_is_the_first_that_is_no_rest_day() -> Result<(), CalendarError> {
        let holidays = national_holidays()?;
        for nominal in date(1993, 1, 1).series(1.day()).take_while(|day| *day <= date(2027, 12, 28)) {
            for rest_day in [RestDay::Agency, RestDay::Civil] {
                let mut skipped = nominal.series(1.day());
                let due = skipped.find(|day| rest_day.is_rest_day(*day, &holidays) == Some(false));
                assert_eq!(rest_day.move_over(nominal, &holidays).known(), due, "{nominal} {rest_day:?}");
            }
        }
        Ok(())
    }
}
