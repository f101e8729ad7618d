//! The table of national holidays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::error::excerpt;
use super::{CalendarError, HolidayTableFault};

/// The holidays under the Act on National Holidays (Act No. 178 of 1948), Article 3, as a table covers them: national
/// holidays, substitute holidays, days between two national holidays, and days that a special Act made holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NationalHolidays {
    retrieved: Date,
    first: Date,
    last: Date,
    names: BTreeMap<Date, String>,
}

impl NationalHolidays {
    /// Parses a table: one key and one value a line, with a comma between them.
    ///
    /// The first three rows are `retrieved`, `covers_from` and `covers_to`, each with a date; then follow the holidays,
    /// date and Japanese name, in ascending order. Empty lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    ///
    /// [`CalendarError::HolidayTable`] for the first row that does not fit, and for a covered year without any holiday.
    ///
    /// # Example
    ///
    /// ```
    /// use jiff::civil::date;
    /// use shuhi_law::calendar::NationalHolidays;
    ///
    /// let table = "retrieved,2026-11-21\ncovers_from,2026-01-01\ncovers_to,2026-12-31\n2026-01-01,元日\n";
    /// let holidays = NationalHolidays::parse(table)?;
    /// assert_eq!(holidays.name(date(2026, 1, 1)), Some("元日"));
    /// assert!(!holidays.covers(date(2027, 1, 1)));
    /// # Ok::<(), shuhi_law::calendar::CalendarError>(())
    /// ```
    pub fn parse(table: &str) -> Result<Self, CalendarError> {
        let mut rows = Rows::new(table);
        let retrieved = rows.setting("retrieved")?;
        let first = rows.setting("covers_from")?;
        let last = rows.setting("covers_to")?;
        if last < first {
            return Err(rows.fault(HolidayTableFault::ReversedRange { from: first, to: last }));
        }
        let mut holidays = Self { retrieved, first, last, names: BTreeMap::new() };
        while let Some(row) = rows.next_row() {
            let (date, name) = rows.holiday(row)?;
            holidays.add(date, name).map_err(|fault| rows.fault(fault))?;
        }
        match holidays.empty_year() {
            Some(year) => Err(rows.fault(HolidayTableFault::EmptyYear { year })),
            None => Ok(holidays),
        }
    }

    /// Returns whether `date` is a holiday of the table: false also where the table does not [cover](Self::covers) it.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.names.contains_key(&date)
    }

    /// Returns whether the table covers `date`, so that a date it does not contain is no holiday.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        (self.first..=self.last).contains(&date)
    }

    /// Returns the Japanese name of the holiday on `date`, if it is one.
    #[must_use]
    pub fn name(&self, date: Date) -> Option<&str> {
        self.names.get(&date).map(String::as_str)
    }

    /// Returns every holiday with its Japanese name, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (Date, &str)> {
        self.names.iter().map(|(date, name)| (*date, name.as_str()))
    }

    /// Returns the day on which the table's source was retrieved.
    #[must_use]
    pub const fn retrieved(&self) -> Date {
        self.retrieved
    }

    /// Returns the first day the table covers.
    #[must_use]
    pub const fn first_day(&self) -> Date {
        self.first
    }

    /// Returns the last day the table covers.
    #[must_use]
    pub const fn last_day(&self) -> Date {
        self.last
    }

    fn add(&mut self, date: Date, name: &str) -> Result<(), HolidayTableFault> {
        if !self.covers(date) {
            return Err(HolidayTableFault::OutsideRange { date, from: self.first, to: self.last });
        }
        if let Some((&previous, _)) = self.names.last_key_value()
            && date <= previous
        {
            return Err(HolidayTableFault::NotAscending { date, previous });
        }
        self.names.insert(date, name.to_owned());
        Ok(())
    }

    /// Every year has had holidays since the Act came into force, so a covered year without one has lost its rows.
    fn empty_year(&self) -> Option<i16> {
        let years: BTreeSet<i16> = self.names.keys().map(|date| date.year()).collect();
        (self.first.year()..=self.last.year()).find(|year| !years.contains(year))
    }
}

/// The rows of a table, with the line of the one read last.
struct Rows<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    line: usize,
}

impl<'a> Rows<'a> {
    fn new(table: &'a str) -> Self {
        Self { lines: table.lines().enumerate(), line: 0 }
    }

    fn next_row(&mut self) -> Option<&'a str> {
        for (index, line) in self.lines.by_ref() {
            self.line = index + 1;
            if !line.is_empty() && !line.starts_with('#') {
                return Some(line);
            }
        }
        self.line += 1;
        None
    }

    fn setting(&mut self, key: &'static str) -> Result<Date, CalendarError> {
        let row = self.next_row().unwrap_or_default();
        match row.split_once(',') {
            Some((found, value)) if found == key => self.date(value),
            _ => Err(self.fault(HolidayTableFault::ExpectedSetting { key, found: excerpt(row) })),
        }
    }

    fn holiday(&self, row: &'a str) -> Result<(Date, &'a str), CalendarError> {
        match row.split_once(',') {
            Some((date, name)) if !name.trim().is_empty() => Ok((self.date(date)?, name)),
            _ => Err(self.fault(HolidayTableFault::NotARow { row: excerpt(row) })),
        }
    }

    fn date(&self, text: &str) -> Result<Date, CalendarError> {
        let parsed: Option<Date> = text.parse().ok();
        // jiff reads further forms, such as `20260401` and times after the date.
        parsed
            .filter(|date| date.to_string() == text)
            .ok_or_else(|| self.fault(HolidayTableFault::NotADate { text: excerpt(text) }))
    }

    fn fault(&self, fault: HolidayTableFault) -> CalendarError {
        CalendarError::HolidayTable { line: self.line, fault }
    }
}

#[cfg(test)]
pub(super) mod tests;
