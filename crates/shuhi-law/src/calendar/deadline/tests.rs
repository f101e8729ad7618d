use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::super::holidays::tests::national_holidays;
use super::*;

fn period(text: &str) -> Result<Period, CalendarError> {
    text.parse()
}

/// Examples of Japanese study pages on Articles 140 to 143, in their order: for the examination of administrative
/// scriveners, for that of real estate agents, and past questions of that for moneylending.
#[test]
fn published_examples() -> Result<(), CalendarError> {
    use FirstDay::{Counted, Excluded};
    let cases = [
        // 1月1日から起算して2か月, 3か月
        (date(2026, 1, 1), "2 months", Counted, date(2026, 2, 28)),
        (date(2024, 1, 1), "2 months", Counted, date(2024, 2, 29)),
        (date(2026, 1, 1), "3 months", Counted, date(2026, 3, 31)),
        // 1月20日から起算して2か月, 1月31日から起算して2か月
        (date(2026, 1, 20), "2 months", Counted, date(2026, 3, 19)),
        (date(2026, 1, 31), "2 months", Counted, date(2026, 3, 30)),
        // 1月31日から起算して1か月
        (date(2026, 1, 31), "1 month", Counted, date(2026, 2, 28)),
        (date(2024, 1, 31), "1 month", Counted, date(2024, 2, 29)),
        // 3月8日の午後1時に今から3か月
        (date(2026, 3, 8), "3 months", Excluded, date(2026, 6, 8)),
        // 10月1日に知った日から2週間以内; 10月31日午前0時から1か月
        (date(2026, 10, 1), "2 weeks", Excluded, date(2026, 10, 15)),
        (date(2026, 10, 31), "1 month", Counted, date(2026, 11, 30)),
    ];
    for (from, text, first_day, end) in cases {
        assert_eq!(period_end(from, period(text)?, first_day)?, end, "{text} from {from}");
    }
    Ok(())
}

#[test]
fn further_cases_of_our_own() -> Result<(), CalendarError> {
    use FirstDay::{Counted, Excluded};
    let cases = [
        (date(2026, 4, 1), "1 day", Excluded, date(2026, 4, 2)),
        (date(2026, 4, 1), "1 day", Counted, date(2026, 4, 1)),
        (date(2026, 4, 1), "30 days", Excluded, date(2026, 5, 1)),
        (date(2026, 4, 1), "60 days", Excluded, date(2026, 5, 31)),
        (date(2026, 4, 1), "1 year", Excluded, date(2027, 4, 1)),
        (date(2026, 4, 1), "1 year", Counted, date(2027, 3, 31)),
        (date(2024, 2, 29), "1 year", Counted, date(2025, 2, 28)),
        (date(2024, 2, 28), "1 year", Excluded, date(2025, 2, 28)), // starts on 29 February
        (date(2024, 2, 29), "4 years", Counted, date(2028, 2, 28)),
        (date(2025, 3, 31), "6 months", Counted, date(2025, 9, 30)),
        (date(2026, 1, 30), "1 month", Excluded, date(2026, 2, 28)), // starts on the 31st
        (date(2026, 1, 29), "1 month", Counted, date(2026, 2, 28)),
        (date(2026, 1, 28), "1 month", Counted, date(2026, 2, 27)),
        (date(2026, 4, 1), "0 months", Excluded, date(2026, 4, 1)),
        (date(2026, 4, 1), "0 days", Counted, date(2026, 3, 31)),
    ];
    for (from, text, first_day, end) in cases {
        assert_eq!(period_end(from, period(text)?, first_day)?, end, "{text} from {from}");
    }
    Ok(())
}

#[test]
fn a_suit_opens_two_weeks_after_the_day_of_arrival() -> Result<(), CalendarError> {
    assert_eq!(opens_after(date(2026, 4, 1), period("2 weeks")?, FirstDay::Excluded)?, date(2026, 4, 16));
    Ok(())
}

#[test]
fn due_dates_move_over_rest_days() -> Result<(), CalendarError> {
    let holidays = national_holidays()?;
    let due = |rest_day| due_date(date(2026, 4, 3), "30 days".parse()?, FirstDay::Excluded, rest_day, &holidays);
    assert_eq!(due(RestDay::None)?, DueDate::Known(date(2026, 5, 3)));
    assert_eq!(due(RestDay::Civil)?, DueDate::Known(date(2026, 5, 7)));
    assert_eq!(due(RestDay::Agency)?, DueDate::Known(date(2026, 5, 7)));
    let later = due_date(date(2027, 12, 1), period("30 days")?, FirstDay::Excluded, RestDay::Agency, &holidays)?;
    assert_eq!(later, DueDate::CalendarUnknown { nominal: date(2027, 12, 31) });
    Ok(())
}

#[test]
fn dates_out_of_range_are_errors() -> Result<(), CalendarError> {
    let (day, years) = (period("1 day")?, period("12000 years")?);
    let out_of_range = |from, period| Err(CalendarError::DateOutOfRange { from, period });
    for first_day in [FirstDay::Excluded, FirstDay::Counted] {
        assert_eq!(period_end(date(2026, 4, 1), years, first_day), out_of_range(date(2026, 4, 1), years));
    }
    assert_eq!(period_end(Date::MAX, day, FirstDay::Excluded), out_of_range(Date::MAX, day));
    assert_eq!(opens_after(date(9999, 12, 30), day, FirstDay::Excluded), out_of_range(date(9999, 12, 30), day));
    assert_eq!(period_end(Date::MIN, period("0 days")?, FirstDay::Counted).ok(), None);
    assert_eq!(
        period_end(date(2026, 4, 1), years, FirstDay::Counted).map_err(|error| error.to_string()),
        Err("`12000 years` from `2026-04-01` leads out of the years -9999 to 9999".to_owned())
    );
    Ok(())
}

/// Walks day by day to the corresponding day, or to the end of its month.
fn naive_end_of_months(start: Date, months: i32) -> Result<Date, jiff::Error> {
    let month_number = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    let last_month = month_number(start) + months;
    let mut day = start;
    loop {
        if month_number(day) == last_month && day.day() == start.day() {
            return day.yesterday();
        }
        if month_number(day) == last_month && month_number(day.tomorrow()?) > last_month {
            return Ok(day);
        }
        day = day.tomorrow()?;
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (0..150_000_i64).prop_filter_map("a date", |days| date(1900, 1, 1).checked_add(days.days()).ok())
}

fn any_period() -> impl Strategy<Value = Period> {
    let units =
        prop_oneof![Just(PeriodUnit::Day), Just(PeriodUnit::Week), Just(PeriodUnit::Month), Just(PeriodUnit::Year)];
    (0..1_000_u32, units).prop_filter_map("a period", |(count, unit)| Period::new(count, unit).ok())
}

fn any_run() -> impl Strategy<Value = (Period, FirstDay)> {
    (any_period(), prop_oneof![Just(FirstDay::Excluded), Just(FirstDay::Counted)])
}

proptest! {
    #[test]
    fn a_later_start_never_ends_earlier(a in any_date(), b in any_date(), near in 0..40_i64, (period, first_day) in any_run()) {
        let end = |from| period_end(from, period, first_day);
        prop_assert!(end(a.min(b))? <= end(a.max(b))?);
        prop_assert!(end(a)? <= end(a.checked_add(near.days())?)?);
    }

    #[test]
    fn a_longer_period_never_ends_earlier(from in any_date(), (a, first_day) in any_run(), b in any_period()) {
        let (a_end, b_end) = (period_end(from, a, first_day)?, period_end(from, b, first_day)?);
        let relation = a.relation(b);
        prop_assert!(relation.less() != Some(true) || a_end < b_end);
        prop_assert!(relation.at_most() != Some(true) || a_end <= b_end);
        prop_assert!(relation.equal() != Some(true) || a_end == b_end);
        let longer = Period::new(a.count() + 1, a.unit())?;
        prop_assert!(a_end < period_end(from, longer, first_day)?);
    }

    #[test]
    fn what_waits_opens_the_day_after_the_end(from in any_date(), (period, first_day) in any_run()) {
        prop_assert_eq!(opens_after(from, period, first_day)?, period_end(from, period, first_day)?.tomorrow()?);
    }

    #[test]
    fn a_first_day_excluded_is_the_next_day_counted(from in any_date(), period in any_period()) {
        let excluded = period_end(from, period, FirstDay::Excluded)?;
        prop_assert_eq!(excluded, period_end(from.tomorrow()?, period, FirstDay::Counted)?);
    }

    #[test]
    fn months_and_years_agree_with_a_walk_day_by_day(from in any_date(), count in 0..40_u32) {
        let months = Period::new(count, PeriodUnit::Month)?;
        prop_assert_eq!(period_end(from, months, FirstDay::Counted)?, naive_end_of_months(from, count.try_into()?)?);
        let years = Period::new(count % 10, PeriodUnit::Year)?;
        let naive = naive_end_of_months(from, (count % 10 * 12).try_into()?)?;
        prop_assert_eq!(period_end(from, years, FirstDay::Counted)?, naive);
    }

    #[test]
    fn a_due_date_is_never_earlier_than_the_period_ends(days in 0..12_000_i64, (period, first_day) in any_run()) {
        let holidays = national_holidays()?;
        let from = date(1992, 5, 1).checked_add(days.days())?;
        let end = period_end(from, period, first_day)?;
        for rest_day in [RestDay::Agency, RestDay::Civil, RestDay::None] {
            match due_date(from, period, first_day, rest_day, &holidays)? {
                DueDate::Known(due) => prop_assert!(due >= end && rest_day.is_rest_day(due, &holidays) == Some(false)),
                DueDate::CalendarUnknown { nominal } => prop_assert_eq!(nominal, end),
            }
        }
    }
}
