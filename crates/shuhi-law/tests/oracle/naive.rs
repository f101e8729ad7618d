//! A second calendar, written for the oracle alone: days as numbers, months step by step, no library.

/// Days since 1 January 1970 of a date.
pub fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let mut days = 0;
    if year >= 1970 {
        days += (1970..year).map(days_in_year).sum::<i64>();
    } else {
        days -= (year..1970).map(days_in_year).sum::<i64>();
    }
    days + (1..month).map(|month| days_in_month(year, month)).sum::<i64>() + day - 1
}

/// Year, month and day of a number of days since 1 January 1970.
pub fn civil(mut days: i64) -> (i64, i64, i64) {
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += days_in_year(year);
    }
    while days >= days_in_year(year) {
        days -= days_in_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A period: so many days, or so many months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Days(i64),
    Months(i64),
}

impl Length {
    /// Reads `6 months`.
    pub fn read(text: &str) -> Self {
        let (count, unit) = text.split_once(' ').unwrap_or_else(|| panic!("no period: {text}"));
        let count: i64 = count.parse().unwrap();
        match unit.trim_end_matches('s') {
            "day" => Self::Days(count),
            "week" => Self::Days(count * 7),
            "month" => Self::Months(count),
            "year" => Self::Months(count * 12),
            _ => panic!("no period: {text}"),
        }
    }

    /// The last day of a period that begins with a day (Civil Code 141, 143).
    fn last_day_beginning(self, first: i64) -> i64 {
        match self {
            Self::Days(count) => first + count - 1,
            Self::Months(count) => {
                let (mut year, mut month, day) = civil(first);
                for _ in 0..count {
                    month += 1;
                    if month > 12 {
                        (year, month) = (year + 1, 1);
                    }
                }
                let length = days_in_month(year, month);
                // The day before the corresponding day; where there is none, the month's last.
                if day <= length { day_number(year, month, day) - 1 } else { day_number(year, month, length) }
            }
        }
    }

    /// The last day of a period from a day that counts or does not (Civil Code 140).
    pub fn last_day(self, from: i64, counted: bool) -> i64 {
        self.last_day_beginning(if counted { from } else { from + 1 })
    }

    /// How many days it has where it begins with a day.
    pub fn days_from(self, first: i64) -> i64 {
        self.last_day_beginning(first) - first + 1
    }
}

/// First days that bring out every length a month, and the years that matter here, can have.
pub fn starts() -> Vec<i64> {
    let mut found = Vec::new();
    for year in [2023, 2024] {
        found.extend((1..=12).map(|month| day_number(year, month, 1)));
    }
    found.extend([1897, 2096, 2097].map(|year| day_number(year, 3, 1)));
    found
}

#[test]
fn the_second_calendar_agrees_with_itself_and_with_the_civil_code() {
    for days in -200_000..200_000 {
        if days % 37 == 0 {
            let (year, month, day) = civil(days);
            assert_eq!(day_number(year, month, day), days);
        }
    }
    assert_eq!(civil(0), (1970, 1, 1));
    assert_eq!(day_number(2026, 4, 1), 20_544);
    let last = |from: (i64, i64, i64), length: Length, counted| {
        civil(length.last_day(day_number(from.0, from.1, from.2), counted))
    };
    assert_eq!(last((2026, 1, 20), Length::Months(2), true), (2026, 3, 19));
    assert_eq!(last((2026, 1, 31), Length::Months(1), true), (2026, 2, 28));
    assert_eq!(last((2026, 4, 1), Length::Days(14), false), (2026, 4, 15));
}
