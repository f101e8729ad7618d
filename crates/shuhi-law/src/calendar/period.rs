//! Periods as rules state them, and what can be said of two of them without knowing when they start.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::CalendarError;
use super::error::excerpt;

const DAYS_A_WEEK: u32 = 7;
const MONTHS_A_YEAR: u32 = 12;
const DAYS_A_COMMON_YEAR: u32 = 365;
const FEBRUARY_DAYS: u32 = 28;
const COMMON_YEAR_MONTH_DAYS: [u32; 12] = [31, FEBRUARY_DAYS, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// Years after which the Gregorian calendar repeats.
const CYCLE_YEARS: u32 = 400;

/// The unit of a [`Period`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodUnit {
    /// Days.
    Day,
    /// Weeks, of seven days each.
    Week,
    /// Months of the calendar (Civil Code Article 143(1)).
    Month,
    /// Years of the calendar (Civil Code Article 143(1)).
    Year,
}

impl PeriodUnit {
    const fn english(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    const fn japanese(self) -> &'static str {
        match self {
            Self::Day => "日",
            Self::Week => "週間",
            Self::Month => "か月",
            Self::Year => "年",
        }
    }

    fn parse(text: &str, count: u32) -> Option<Self> {
        let singular = if count == 1 { text } else { text.strip_suffix('s')? };
        [Self::Day, Self::Week, Self::Month, Self::Year].into_iter().find(|unit| unit.english() == singular)
    }
}

/// A length of time as a rule or a register states it: a count and one unit.
///
/// `==` compares what is written: `12 months` is not `==` to `1 year`. For the length in time use [`Period::relation`],
/// which knows that they are equally long.
///
/// # Example
///
/// ```
/// use shuhi_law::calendar::Period;
///
/// let period: Period = "6 months".parse()?;
/// assert_eq!(period.to_string(), "6 months");
/// assert_eq!(period.japanese(), "6か月");
/// assert_eq!((period.days_min(), period.days_max()), (181, 184));
/// # Ok::<(), shuhi_law::calendar::CalendarError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "PeriodParts", into = "PeriodParts")]
pub struct Period {
    count: u32,
    unit: PeriodUnit,
    // Derived from the two above at construction, so that a comparison is a few integer comparisons.
    days_min: u32,
    days_max: u32,
}

impl Period {
    /// The largest count a period may have, whatever its unit.
    pub const COUNT_MAX: u32 = 12_000;

    /// Returns the period of `count` units.
    ///
    /// # Errors
    ///
    /// [`CalendarError::PeriodTooLong`] where `count` is above [`Period::COUNT_MAX`].
    pub fn new(count: u32, unit: PeriodUnit) -> Result<Self, CalendarError> {
        if count > Self::COUNT_MAX {
            return Err(CalendarError::PeriodTooLong { input: written(count, unit) });
        }
        let (days_min, days_max) = match unit {
            PeriodUnit::Day => (count, count),
            PeriodUnit::Week => (count * DAYS_A_WEEK, count * DAYS_A_WEEK),
            PeriodUnit::Month => days_of_months(count),
            PeriodUnit::Year => days_of_months(count * MONTHS_A_YEAR),
        };
        Ok(Self { count, unit, days_min, days_max })
    }

    /// Returns the count, in [`Period::unit`]s.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Returns the unit.
    #[must_use]
    pub const fn unit(self) -> PeriodUnit {
        self.unit
    }

    /// Returns the fewest days the period can have, first and last day included, over every start date.
    ///
    /// Months and years follow the calendar and end at the end of a month that lacks the corresponding day (Civil Code
    /// Article 143), so one month has 28 to 31 days.
    #[must_use]
    pub const fn days_min(self) -> u32 {
        self.days_min
    }

    /// Returns the most days the period can have, first and last day included, over every start date.
    #[must_use]
    pub const fn days_max(self) -> u32 {
        self.days_max
    }

    /// Returns the period as Japanese documents write it: 30日, 2週間, 6か月, 1年.
    #[must_use]
    pub fn japanese(self) -> String {
        format!("{}{}", self.count, self.unit.japanese())
    }

    /// Returns how long this period can be, seen from `other`, over every common start date.
    ///
    /// # Example
    ///
    /// ```
    /// use shuhi_law::calendar::Period;
    ///
    /// let [days, month]: [Period; 2] = ["30 days".parse()?, "1 month".parse()?];
    /// assert_eq!(days.relation(month).less(), None); // February or January?
    /// let days: Period = "31 days".parse()?;
    /// assert_eq!(days.relation(month).at_least(), Some(true));
    /// # Ok::<(), shuhi_law::calendar::CalendarError>(())
    /// ```
    #[must_use]
    pub fn relation(self, other: Self) -> PeriodRelation {
        if let (Some(months), Some(other_months)) = (self.months(), other.months()) {
            return PeriodRelation::from(months.cmp(&other_months));
        }
        // One of the two has a fixed number of days here, and the other takes every number within its range.
        PeriodRelation {
            less: self.days_min < other.days_max,
            equal: self.days_min <= other.days_max && other.days_min <= self.days_max,
            greater: self.days_max > other.days_min,
        }
    }

    /// Returns how the period compares with `other`, or nothing where that depends on the start date.
    ///
    /// A comparison by `<=` or `>=` can be definite although this is not: ask [`Period::relation`] for those.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        self.relation(other).ordering()
    }

    pub(crate) const fn months(self) -> Option<u32> {
        match self.unit {
            PeriodUnit::Day | PeriodUnit::Week => None,
            PeriodUnit::Month => Some(self.count),
            PeriodUnit::Year => Some(self.count * MONTHS_A_YEAR),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.count, self.unit))
    }
}

impl FromStr for Period {
    type Err = CalendarError;

    /// Parses `1 day`, `2 weeks`, `6 months`, `10 years`: a whole number without leading zeros, one space, and the unit
    /// in small letters, singular for 1 and plural otherwise.
    ///
    /// # Errors
    ///
    /// [`CalendarError::InvalidPeriod`] for any other form, [`CalendarError::PeriodTooLong`] for a count above
    /// [`Period::COUNT_MAX`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || CalendarError::InvalidPeriod { input: excerpt(text) };
        let (digits, unit) = text.split_once(' ').ok_or_else(invalid)?;
        let padded = digits.len() > 1 && digits.starts_with('0');
        if digits.is_empty() || padded || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        // Only a number too large for the type is left to fail, and it stands for one too large for a period.
        let count = digits.parse().unwrap_or(u32::MAX);
        let unit = PeriodUnit::parse(unit, count).ok_or_else(invalid)?;
        Self::new(count, unit).map_err(|_| CalendarError::PeriodTooLong { input: excerpt(text) })
    }
}

/// A period as it is stored: without what is derived from it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodParts {
    count: u32,
    unit: PeriodUnit,
}

impl TryFrom<PeriodParts> for Period {
    type Error = CalendarError;

    fn try_from(parts: PeriodParts) -> Result<Self, Self::Error> {
        Self::new(parts.count, parts.unit)
    }
}

impl From<Period> for PeriodParts {
    fn from(period: Period) -> Self {
        Self { count: period.count, unit: period.unit }
    }
}

/// What one period can be in comparison with another: which of less, equal and greater occur for some start date.
///
/// Each method answers a comparison: `Some` where the answer is the same for every start date, `None` where it depends
/// on the start date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodRelation {
    less: bool,
    equal: bool,
    greater: bool,
}

impl PeriodRelation {
    /// Is it `<` the other?
    #[must_use]
    pub const fn less(self) -> Option<bool> {
        definite(self.less, self.equal || self.greater)
    }

    /// Is it `<=` the other?
    #[must_use]
    pub const fn at_most(self) -> Option<bool> {
        definite(self.less || self.equal, self.greater)
    }

    /// Is it `==` the other, in length?
    #[must_use]
    pub const fn equal(self) -> Option<bool> {
        definite(self.equal, self.less || self.greater)
    }

    /// Is it `>=` the other?
    #[must_use]
    pub const fn at_least(self) -> Option<bool> {
        definite(self.greater || self.equal, self.less)
    }

    /// Is it `>` the other?
    #[must_use]
    pub const fn greater(self) -> Option<bool> {
        definite(self.greater, self.equal || self.less)
    }

    /// Returns the one ordering that occurs, or nothing where several do.
    #[must_use]
    pub const fn ordering(self) -> Option<Ordering> {
        match (self.less, self.equal, self.greater) {
            (true, false, false) => Some(Ordering::Less),
            (false, true, false) => Some(Ordering::Equal),
            (false, false, true) => Some(Ordering::Greater),
            _ => None,
        }
    }
}

impl From<Ordering> for PeriodRelation {
    fn from(ordering: Ordering) -> Self {
        Self { less: ordering.is_lt(), equal: ordering.is_eq(), greater: ordering.is_gt() }
    }
}

/// Returns the truth of a comparison, given whether some start date makes it true and whether some makes it false.
const fn definite(can_be_true: bool, can_be_false: bool) -> Option<bool> {
    match (can_be_true, can_be_false) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn written(count: u32, unit: PeriodUnit) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {}{plural}", unit.english())
}

/// Returns the fewest and the most days that a number of months can have.
///
/// The month-end rule of Civil Code Article 143(2) adds nothing to the range: a period cut short by it is never shorter
/// than the same number of whole months starting with the next month.
fn days_of_months(months: u32) -> (u32, u32) {
    let (years, rest) = (months / MONTHS_A_YEAR, months % MONTHS_A_YEAR);
    let (without_february, with_february) = (leap_days(years), leap_days(years + 1));
    let (mut days_min, mut days_max) = (u32::MAX, 0);
    for first in 0..COMMON_YEAR_MONTH_DAYS.len() {
        let window = || COMMON_YEAR_MONTH_DAYS.iter().cycle().skip(first).take(rest as usize);
        let days = years * DAYS_A_COMMON_YEAR + window().sum::<u32>();
        let (leap_min, leap_max) =
            if window().any(|&days| days == FEBRUARY_DAYS) { with_february } else { without_february };
        days_min = days_min.min(days + leap_min);
        days_max = days_max.max(days + leap_max);
    }
    (days_min, days_max)
}

/// Returns the fewest and the most leap days in a number of consecutive Februaries.
fn leap_days(februaries: u32) -> (u32, u32) {
    let leap_years_until = |year: u32| year / 4 - year / 100 + year / 400;
    let (mut fewest, mut most) = (u32::MAX, 0);
    for before in 0..CYCLE_YEARS {
        let leap_days = leap_years_until(before + februaries) - leap_years_until(before);
        fewest = fewest.min(leap_days);
        most = most.max(leap_days);
    }
    (fewest, most)
}

#[cfg(test)]
mod tests;
