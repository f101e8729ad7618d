use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::super::{FirstDay, period_end};
use super::*;

const CYCLE_DAYS: usize = 146_097;
const CYCLE_MONTHS: u32 = 4_800;

fn period(text: &str) -> Result<Period, CalendarError> {
    text.parse()
}

fn every_start_of_a_cycle() -> impl Iterator<Item = Date> {
    date(2000, 1, 1).series(1.day()).take(CYCLE_DAYS)
}

fn days_from(start: Date, period: Period) -> Result<u32, CalendarError> {
    let end = period_end(start, period, FirstDay::Counted)?;
    let days = end.duration_since(start).as_hours() / 24 + 1;
    Ok(days.try_into().unwrap_or_default())
}

#[test]
fn periods_are_read_and_written() -> Result<(), CalendarError> {
    let cases = [
        ("0 days", 0, PeriodUnit::Day, "0日"),
        ("1 day", 1, PeriodUnit::Day, "1日"),
        ("30 days", 30, PeriodUnit::Day, "30日"),
        ("1 week", 1, PeriodUnit::Week, "1週間"),
        ("2 weeks", 2, PeriodUnit::Week, "2週間"),
        ("1 month", 1, PeriodUnit::Month, "1か月"),
        ("6 months", 6, PeriodUnit::Month, "6か月"),
        ("1 year", 1, PeriodUnit::Year, "1年"),
        ("12000 years", 12_000, PeriodUnit::Year, "12000年"),
    ];
    for (text, count, unit, japanese) in cases {
        let period = period(text)?;
        assert_eq!((period.count(), period.unit()), (count, unit), "{text}");
        assert_eq!((period.to_string().as_str(), period.japanese().as_str()), (text, japanese));
        assert_eq!(period, Period::new(count, unit)?);
    }
    Ok(())
}

#[test]
fn other_forms_are_refused() {
    for text in [
        "",
        " ",
        "6",
        "months",
        "6months",
        "6  months",
        " 6 months",
        "6 months ",
        "6 month",
        "1 months",
        "0 day",
        "06 months",
        "00 days",
        "+6 months",
        "-6 months",
        "6.5 months",
        "6 Months",
        "6 monthss",
        "6 m",
        "6 mois",
        "6か月",
        "6 か月",
        "６ months",
        "P6M",
        "1 year 6 months",
        "half a year",
        "6\tmonths",
        "6\u{a0}months",
        "1_000 days",
        "1,000 days",
        "99999999999 month",
    ] {
        assert_eq!(
            period(text),
            Err(CalendarError::InvalidPeriod { input: text.replace('\t', "\u{fffd}") }),
            "{text:?}"
        );
    }
}

#[test]
fn counts_have_a_limit() {
    for text in ["12001 days", "4294967296 years", "99999999999999999999999999 weeks"] {
        assert_eq!(period(text), Err(CalendarError::PeriodTooLong { input: text.to_owned() }));
    }
    assert!(Period::new(12_001, PeriodUnit::Month).is_err());
    assert!(Period::new(u32::MAX, PeriodUnit::Year).is_err());
}

#[test]
fn errors_name_the_input_and_what_is_accepted() {
    let message = |text: &str| period(text).map_err(|error| error.to_string());
    assert_eq!(message("6 month"), Err("`6 month` is not a period".to_owned()));
    assert!(period("6 month").unwrap_err().help().unwrap().contains("`6 months`"));
    assert_eq!(
        message("13000 days"),
        Err("`13000 days` is too long for a period: the count may be at most 12000".to_owned())
    );
}

#[test]
fn only_count_and_unit_are_stored() -> Result<(), Box<dyn std::error::Error>> {
    let period = period("6 months")?;
    let stored = serde_json::to_string(&period)?;
    assert_eq!(stored, r#"{"count":6,"unit":"month"}"#);
    assert_eq!(serde_json::from_str::<Period>(&stored)?, period);
    for refused in [
        r#"{"count":12001,"unit":"month"}"#,
        r#"{"count":6,"unit":"months"}"#,
        r#"{"count":-1,"unit":"day"}"#,
        r#"{"count":6,"unit":"month","days_min":1}"#,
    ] {
        assert!(serde_json::from_str::<Period>(refused).is_err(), "{refused}");
    }
    Ok(())
}

#[test]
fn ranges_of_days_are_known() -> Result<(), CalendarError> {
    let cases = [
        ("0 years", 0, 0),
        ("30 days", 30, 30),
        ("2 weeks", 14, 14),
        ("1 month", 28, 31),
        ("2 months", 59, 62),
        ("3 months", 89, 92),
        ("6 months", 181, 184),
        ("1 year", 365, 366),
        ("8 years", 2921, 2922), // 1896 to 1904: without a leap year between
        ("400 years", 146_097, 146_097),
    ];
    for (text, days_min, days_max) in cases {
        let period = period(text)?;
        assert_eq!((period.days_min(), period.days_max()), (days_min, days_max), "{text}");
    }
    Ok(())
}

/// Against every start date of a 400-year cycle: the range is exact and without holes, and so are comparisons with
/// days.
#[test]
fn ranges_and_comparisons_hold_for_every_start_date() -> Result<(), CalendarError> {
    for text in
        ["1 month", "2 months", "3 months", "6 months", "11 months", "1 year", "13 months", "18 months", "100 years"]
    {
        let period = period(text)?;
        let lengths =
            every_start_of_a_cycle().map(|start| days_from(start, period)).collect::<Result<BTreeSet<_>, _>>()?;
        assert_eq!(lengths, (period.days_min()..=period.days_max()).collect(), "{text}");
        for count in period.days_min().saturating_sub(2)..=(period.days_max() + 2).min(Period::COUNT_MAX) {
            let days = Period::new(count, PeriodUnit::Day)?;
            let for_every_start = |holds: fn(u32, u32) -> bool| {
                let (some, all) = (
                    lengths.iter().any(|&length| holds(length, count)),
                    lengths.iter().all(|&length| holds(length, count)),
                );
                if some == all { Some(all) } else { None }
            };
            let relation = period.relation(days);
            assert_eq!(relation.less(), for_every_start(|a, b| a < b), "{text} < {days}");
            assert_eq!(relation.at_most(), for_every_start(|a, b| a <= b), "{text} <= {days}");
            assert_eq!(relation.equal(), for_every_start(|a, b| a == b), "{text} == {days}");
            assert_eq!(relation.at_least(), for_every_start(|a, b| a >= b), "{text} >= {days}");
            assert_eq!(relation.greater(), for_every_start(|a, b| a > b), "{text} > {days}");
        }
    }
    Ok(())
}

#[test]
fn comparisons_are_definite_only_where_they_hold_for_every_start() -> Result<(), CalendarError> {
    use Ordering::{Equal, Greater, Less};
    let cases = [
        ("12 months", "1 year", Some(Equal)),
        ("11 months", "1 year", Some(Less)),
        ("25 months", "2 years", Some(Greater)),
        ("14 days", "2 weeks", Some(Equal)),
        ("13 days", "2 weeks", Some(Less)),
        ("30 days", "1 month", None),
        ("28 days", "1 month", None),
        ("27 days", "1 month", Some(Less)),
        ("32 days", "1 month", Some(Greater)),
        ("180 days", "6 months", Some(Less)),
        ("365 days", "1 year", None),
        ("52 weeks", "1 year", Some(Less)),
        ("53 weeks", "1 year", Some(Greater)),
        ("0 days", "0 years", Some(Equal)),
    ];
    for (a, b, ordering) in cases {
        assert_eq!(period(a)?.compare(period(b)?), ordering, "{a}, {b}");
        assert_eq!(period(b)?.compare(period(a)?), ordering.map(Ordering::reverse), "{b}, {a}");
    }
    let month = period("1 month")?;
    assert_eq!(period("28 days")?.relation(month).at_most(), Some(true));
    assert_eq!(period("28 days")?.relation(month).greater(), Some(false));
    assert_eq!(period("28 days")?.relation(month).equal(), None);
    assert_eq!(period("31 days")?.relation(month).less(), Some(false));
    Ok(())
}

fn month_days() -> Vec<u32> {
    let first_days = date(2000, 1, 1).series(1.month());
    first_days.take(CYCLE_MONTHS as usize).map(|day| day.days_in_month().unsigned_abs().into()).collect()
}

/// No number of months has a hole in its range, which is what makes a comparison of ranges exact.
#[test]
fn every_number_of_months_of_a_cycle_has_its_range_without_holes() {
    let month_days = month_days();
    // The days of so many months from each month of the cycle on.
    let mut windows = vec![0; month_days.len()];
    for months in 1..=CYCLE_MONTHS {
        let added = month_days.iter().cycle().skip(months as usize - 1);
        for (window, days) in windows.iter_mut().zip(added) {
            *window += days;
        }
        let (days_min, days_max) = days_of_months(months);
        let mut seen = vec![false; (days_max - days_min + 1) as usize];
        let ends = month_days.iter().cycle().skip(months as usize);
        for ((window, starts_in), ends_in) in windows.iter().zip(&month_days).zip(ends) {
            // The fewest days: the period starts on the first day whose corresponding day the last month has lost.
            let shortest = window - starts_in.saturating_sub(ends_in + 1);
            for length in shortest..=*window {
                let mark = length.checked_sub(days_min).and_then(|index| seen.get_mut(index as usize));
                assert!(mark.is_some(), "{months} months can have {length} days");
                if let Some(mark) = mark {
                    *mark = true;
                }
            }
        }
        assert!(seen.iter().all(|&seen| seen), "{months} months");
    }
}

fn any_unit() -> impl Strategy<Value = PeriodUnit> {
    prop_oneof![Just(PeriodUnit::Day), Just(PeriodUnit::Week), Just(PeriodUnit::Month), Just(PeriodUnit::Year)]
}

fn any_period() -> impl Strategy<Value = Period> {
    (0..=Period::COUNT_MAX, any_unit()).prop_filter_map("a period", |(count, unit)| Period::new(count, unit).ok())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(period in any_period()) {
        prop_assert_eq!(period.to_string().parse::<Period>()?, period);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn relations_mirror_and_exclude_each_other(a in any_period(), b in any_period()) {
        let (relation, mirrored) = (a.relation(b), b.relation(a));
        prop_assert_eq!(relation.less(), mirrored.greater());
        prop_assert_eq!(relation.at_most(), mirrored.at_least());
        prop_assert_eq!(relation.equal(), mirrored.equal());
        prop_assert_eq!(relation.less(), relation.at_least().map(|holds| !holds));
        prop_assert_eq!(relation.greater(), relation.at_most().map(|holds| !holds));
        prop_assert_eq!(a.compare(a), Some(Ordering::Equal));
    }

    #[test]
    fn a_definite_relation_holds_for_any_start(
        (a_count, a_unit, b_count, b_unit) in (0..1_000_u32, any_unit(), 0..1_000_u32, any_unit()),
        days in 0..CYCLE_DAYS,
    ) {
        let (a, b) = (Period::new(a_count, a_unit)?, Period::new(b_count, b_unit)?);
        let start = date(2000, 1, 1).checked_add(i32::try_from(days)?.days())?;
        let (a_days, b_days) = (days_from(start, a)?, days_from(start, b)?);
        prop_assert!((a.days_min()..=a.days_max()).contains(&a_days));
        let relation = a.relation(b);
        prop_assert_ne!(relation.less(), Some(a_days >= b_days));
        prop_assert_ne!(relation.at_most(), Some(a_days > b_days));
        prop_assert_ne!(relation.equal(), Some(a_days != b_days));
        prop_assert_ne!(relation.at_least(), Some(a_days < b_days));
        prop_assert_ne!(relation.greater(), Some(a_days <= b_days));
    }
}
