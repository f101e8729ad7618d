use jiff::ToSpan;
use jiff::civil::{Weekday, date};

use super::*;

/// The table of the program.
pub(in super::super) fn national_holidays() -> Result<NationalHolidays, CalendarError> {
    NationalHolidays::parse(include_str!("../../../../../law/calendar/national-holidays.csv"))
}

/// The second and third list, with the names of their packages.
fn other_lists() -> Result<[(&'static str, NationalHolidays); 2], CalendarError> {
    Ok([
        ("holiday_jp", NationalHolidays::parse(include_str!("../../../tests/calendar/holiday_jp.csv"))?),
        ("jpholiday", NationalHolidays::parse(include_str!("../../../tests/calendar/jpholiday.csv"))?),
    ])
}

#[test]
fn the_lists_of_independent_packages_agree_on_every_date() -> Result<(), CalendarError> {
    let table = national_holidays()?;
    assert_eq!((table.first_day(), table.last_day()), (date(1955, 1, 1), date(2027, 12, 31)));
    for (package, other) in other_lists()? {
        assert_eq!(other.last_day(), table.last_day(), "{package}");
        let days = other.first_day().series(1.day()).take_while(|day| *day <= other.last_day());
        let differing: Vec<Date> = days.filter(|day| table.contains(*day) != other.contains(*day)).collect();
        assert!(differing.is_empty(), "the table and {package} differ on {differing:?}");
    }
    Ok(())
}

#[test]
fn every_date_of_the_table_is_checked_by_another_list() -> Result<(), CalendarError> {
    let (table, others) = (national_holidays()?, other_lists()?);
    for (day, _) in table.iter() {
        assert!(others.iter().any(|(_, other)| other.covers(day)), "{day}");
    }
    Ok(())
}

#[test]
fn the_table_knows_what_is_easily_got_wrong() -> Result<(), CalendarError> {
    let table = national_holidays()?;
    let holidays = [
        (date(1959, 4, 10), "結婚の儀"),
        (date(1973, 4, 30), "振替休日"), // the first one
        (date(1988, 5, 4), "国民の休日"),
        (date(1989, 2, 24), "大喪の礼"),
        (date(2008, 5, 6), "振替休日"), // two days after a Sunday
        (date(2019, 4, 30), "国民の休日"),
        (date(2019, 5, 1), "天皇の即位の日"),
        (date(2019, 10, 22), "即位礼正殿の儀が行われる日"),
        (date(2020, 7, 24), "スポーツの日"),
        (date(2021, 8, 9), "振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2027, 3, 22), "振替休日"),
    ];
    for (day, name) in holidays {
        assert_eq!(table.name(day), Some(name), "{day}");
    }
    // Before the amendments of 1973 and 1985; the Emperor's birthday in 2019; days moved for the Games of 2020 and
    // 2021.
    for day in [
        date(1973, 2, 12),
        date(1985, 5, 4),
        date(2019, 2, 23),
        date(2019, 12, 23),
        date(2020, 10, 12),
        date(2021, 7, 19),
    ] {
        assert!(table.covers(day) && !table.contains(day), "{day}");
    }
    Ok(())
}

/// Act on National Holidays Article 3(2), as in force since 1973.
#[test]
fn a_holiday_on_a_sunday_has_a_substitute() -> Result<(), CalendarError> {
    let table = national_holidays()?;
    let sundays = table.iter().filter(|(day, _)| *day >= date(1973, 4, 12) && day.weekday() == Weekday::Sunday);
    for (sunday, _) in sundays {
        let first_free =
            sunday.series(1.day()).find(|day| !table.contains(*day) || table.name(*day) == Some("振替休日"));
        assert!(first_free.is_some_and(|day| table.contains(day)), "{sunday}");
    }
    Ok(())
}

const HEAD: &str = "# a comment\nretrieved,2026-11-21\ncovers_from,2026-01-01\n\ncovers_to,2027-12-31\n";

#[test]
fn a_table_is_read() -> Result<(), CalendarError> {
    let table = NationalHolidays::parse(&format!("{HEAD}2026-01-01,元日\r\n# more\n2027-01-01,元日"))?;
    assert_eq!(table.retrieved(), date(2026, 11, 21));
    let rows: Vec<_> = table.iter().collect();
    assert_eq!(rows, [(date(2026, 1, 1), "元日"), (date(2027, 1, 1), "元日")]);
    assert!(table.covers(date(2026, 1, 1)) && table.covers(date(2027, 12, 31)));
    assert!(!table.covers(date(2025, 12, 31)) && !table.covers(date(2028, 1, 1)));
    Ok(())
}

#[test]
fn a_faulty_table_is_refused_with_its_line() {
    let cases = [
        ("", "line 1 of the holiday table: expected `retrieved,` and a date, found ``"),
        ("2026-01-01,元日\n", "line 1 of the holiday table: expected `retrieved,` and a date, found `2026-01-01,元日`"),
        (
            "retrieved,2026-11-21\ncovers_from,20260101\n",
            "line 2 of the holiday table: `20260101` is not a date: write year, month and day as in `2026-04-01`",
        ),
        (
            "retrieved,2026-11-21\ncovers_from,2027-01-01\ncovers_to,2026-12-31\n",
            "line 3 of the holiday table: the table covers `2027-01-01` to `2026-12-31`, which is no range",
        ),
    ];
    for (table, message) in cases {
        assert_eq!(
            NationalHolidays::parse(table).map_err(|error| error.to_string()),
            Err(message.to_owned()),
            "{table}"
        );
    }
    let rows = [
        (
            "2026-01-01",
            "line 6 of the holiday table: `2026-01-01` is not a row: write a date, a comma and the name of the holiday, such as `2026-01-01,元日`",
        ),
        (
            "2026-01-01, ",
            "line 6 of the holiday table: `2026-01-01, ` is not a row: write a date, a comma and the name of the holiday, such as `2026-01-01,元日`",
        ),
        (
            "2026-02-29,閏日",
            "line 6 of the holiday table: `2026-02-29` is not a date: write year, month and day as in `2026-04-01`",
        ),
        (
            "2028-01-01,元日",
            "line 6 of the holiday table: `2028-01-01` is outside the range the table covers, `2026-01-01` to `2027-12-31`",
        ),
        (
            "2026-01-01,元日\n2026-01-01,元日",
            "line 7 of the holiday table: `2026-01-01` does not come after `2026-01-01`, the date before it",
        ),
        ("2026-01-01,元日\n", "line 7 of the holiday table: the year 2027 is covered but has no holiday"),
    ];
    for (row, message) in rows {
        let parsed = NationalHolidays::parse(&format!("{HEAD}{row}"));
        assert_eq!(parsed.map_err(|error| error.to_string()), Err(message.to_owned()), "{row}");
    }
}
