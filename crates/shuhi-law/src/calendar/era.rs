//! Dates with the Japanese era.

use jiff::civil::{Date, date};

/// An era of the Japanese calendar.
struct Era {
    name: &'static str,
    /// The first day written with this era.
    since: Date,
    /// The year of the common era that is the era's first year.
    first_year: i16,
}

/// Newest first. Meiji is used from its sixth year on, 1873-01-01: before that day Japan counted months and days by the
/// lunisolar calendar (ended by Grand Council Proclamation No. 337 of 1872), so that this era beside a Gregorian month
/// and day would name another day. The days of the changes are general knowledge, not read in the orders on them.
const ERAS: [Era; 5] = [
    Era { name: "令和", since: date(2019, 5, 1), first_year: 2019 },
    Era { name: "平成", since: date(1989, 1, 8), first_year: 1989 },
    Era { name: "昭和", since: date(1926, 12, 25), first_year: 1926 },
    Era { name: "大正", since: date(1912, 7, 30), first_year: 1912 },
    Era { name: "明治", since: date(1873, 1, 1), first_year: 1868 },
];

/// Returns a date as Japanese documents write it: 令和8年4月1日, and 令和元年5月1日 in the first year of an era.
///
/// The day on which an era changed is written with the new era. Dates before 1873-01-01 (明治6年1月1日), when Japan took
/// over the calendar used here, are written with the year of the common era: 1872年12月31日.
///
/// # Example
///
/// ```
/// use jiff::civil::date;
/// use shuhi_law::calendar::japanese_date;
///
/// assert_eq!(japanese_date(date(2026, 4, 1)), "令和8年4月1日");
/// ```
#[must_use]
pub fn japanese_date(date: Date) -> String {
    let (month, day) = (date.month(), date.day());
    match ERAS.iter().find(|era| era.since <= date) {
        None => format!("{}年{month}月{day}日", date.year()),
        Some(era) => match date.year() - era.first_year + 1 {
            1 => format!("{}元年{month}月{day}日", era.name),
            year => format!("{}{year}年{month}月{day}日", era.name),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_change_on_their_first_day() {
        let cases = [
            (date(2026, 4, 1), "令和8年4月1日"),
            (date(2020, 1, 1), "令和2年1月1日"),
            (date(2019, 12, 31), "令和元年12月31日"),
            (date(2019, 5, 1), "令和元年5月1日"),
            (date(2019, 4, 30), "平成31年4月30日"),
            (date(1990, 1, 1), "平成2年1月1日"),
            (date(1989, 1, 8), "平成元年1月8日"),
            (date(1989, 1, 7), "昭和64年1月7日"),
            (date(1926, 12, 25), "昭和元年12月25日"),
            (date(1926, 12, 24), "大正15年12月24日"),
            (date(1912, 7, 30), "大正元年7月30日"),
            (date(1912, 7, 29), "明治45年7月29日"),
            (date(1896, 4, 27), "明治29年4月27日"),
            (date(1873, 1, 1), "明治6年1月1日"),
            (date(1872, 12, 31), "1872年12月31日"),
            (date(1600, 10, 21), "1600年10月21日"),
            (Date::MAX, "令和7981年12月31日"),
            (Date::MIN, "-9999年1月1日"),
        ];
        for (date, written) in cases {
            assert_eq!(japanese_date(date), written, "{date}");
        }
    }

    #[test]
    fn eras_stand_newest_first() {
        assert!(ERAS.is_sorted_by(|newer, older| newer.since > older.since));
    }
}
