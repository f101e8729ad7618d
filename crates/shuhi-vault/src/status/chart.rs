//! Where things are on the timeline: days on the x axis.

use jiff::ToSpan;
use jiff::civil::Date;
use shuhi_records::{MILLIS_A_DAY, UtcMillis};

use super::{Status, day_number};

pub(super) const WIDTH: f64 = 1160.0;
pub(super) const LEFT: f64 = 250.0;
pub(super) const RIGHT: f64 = 30.0;
/// No more marks on the axis than fit beside each other.
const MARKS_MAX: i64 = 11;

/// Days to places.
pub(super) struct Scale {
    first: i64,
    last: i64,
}

impl Scale {
    pub(super) fn of(status: &Status) -> Self {
        let today = day_number(status.at);
        let mut days = vec![today];
        for day in &status.days {
            days.extend([number_of(day.day), day_number(day.expires_at)]);
        }
        for hold in &status.holds {
            days.push(day_number(hold.accepted_at));
            days.extend(hold.until.or(hold.review_by).map(day_number));
        }
        let first = days.iter().copied().min().unwrap_or(today) - 1;
        let last = days.iter().copied().max().unwrap_or(today) + 2;
        Self { first, last: last.max(first + 7) }
    }

    /// The width of a day.
    pub(super) fn day(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / float(self.last - self.first)
    }

    /// Where a day begins.
    pub(super) fn x(&self, day: i64) -> f64 {
        LEFT + float(day - self.first) * self.day()
    }

    /// Where an instant is.
    pub(super) fn x_of(&self, at: UtcMillis) -> f64 {
        let into = (at.0 + 9 * 3_600_000).rem_euclid(MILLIS_A_DAY);
        self.x(day_number(at)) + float(into) / float(MILLIS_A_DAY) * self.day()
    }

    /// The marks on the axis with their labels.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let days = self.last - self.first;
        if days <= 92 {
            let step = (days / MARKS_MAX + 1).max(1);
            let marked = (self.first..self.last).filter(|day| (day - self.first) % step == 0);
            return marked.filter_map(|day| Some((self.x(day), date_of(day)?.to_string()))).collect();
        }
        let months = days / 30 / MARKS_MAX + 1;
        let mut marks = Vec::new();
        let mut month = date_of(self.first).and_then(|date| date.first_of_month().checked_add(1.month()).ok());
        while let Some(date) = month.filter(|date| number_of(*date) < self.last) {
            marks.push((self.x(number_of(date)), date.strftime("%Y-%m").to_string()));
            month = date.checked_add(months.months()).ok();
        }
        marks
    }
}

/// How high a bar of so many records is, of at most `height`, by the logarithm of their number.
pub(super) fn bar_height(records: u64, most: u64, height: f64) -> f64 {
    if records == 0 || most == 0 {
        return 0.0;
    }
    let share = (logarithm(records) + 1.0) / (logarithm(most) + 1.0);
    (share * height).max(2.0)
}

fn logarithm(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX)).log10()
}

pub(super) fn number_of(date: Date) -> i64 {
    date.since((jiff::Unit::Day, Date::constant(1970, 1, 1))).map_or(0, |span| i64::from(span.get_days()))
}

fn date_of(number: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(number.days()).ok()
}

fn float(number: i64) -> f64 {
    f64::from(i32::try_from(number).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_in_japan() {
        let at = |text: &str| UtcMillis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert_eq!(day_number(at("2026-04-01T14:59:59Z")), number_of(jiff::civil::date(2026, 4, 1)));
        assert_eq!(day_number(at("2026-04-01T15:00:00Z")), number_of(jiff::civil::date(2026, 4, 2)));
    }

    #[test]
    fn marks_do_not_crowd() {
        for days in [7, 30, 92, 93, 400, 4000] {
            let scale = Scale { first: 20_000, last: 20_000 + days };
            let marks = scale.marks();
            assert!((1..=14).contains(&marks.len()), "{days} days have {} marks", marks.len());
            let apart = marks.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
            assert!(apart > 55.0, "{days} days: {apart}");
        }
    }

    #[test]
    fn more_records_are_a_higher_bar_and_a_single_one_is_seen() {
        assert!(bar_height(1, 1_000_000, 36.0) >= 2.0);
        assert!(bar_height(10, 1_000_000, 36.0) < bar_height(100_000, 1_000_000, 36.0));
        assert!((bar_height(1_000_000, 1_000_000, 36.0) - 36.0).abs() < 0.01);
    }
}
