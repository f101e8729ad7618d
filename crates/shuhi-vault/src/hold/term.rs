//! When holds end and when somebody has to look at them. How long they may last is the law's to say.

use jiff::civil::Date;
use shuhi_law::calendar::{FirstDay, Period, period_end};
use shuhi_records::UtcMillis;

use crate::VaultError;
use crate::policy::{end_of_day, japanese_day};

/// How often a hold without an end of its own is looked at. The sources say that it must be checked whether
/// proceedings or reasons go on, without a number of days: three months is this program's choice.
pub const REVIEW_PERIOD: &str = "3 months";
/// How often a hold for an emergency is looked at: such a need passes quickly. This program's choice as well.
pub const REVIEW_EMERGENCY_PERIOD: &str = "7 days";

/// The first instant after a term from the day on which the request arrived, that day excluded.
pub(super) fn end_of_term(received_on: &str, term: &str) -> Result<UtcMillis, VaultError> {
    let term: Period = term.parse().map_err(|_| {
        VaultError::refused(
            (format!("`{term}` は期間ではない"), format!("`{term}` is not a term")),
            ("`30 days` のように日数を書くこと", "write a number of days, as `30 days`"),
        )
    })?;
    let last = period_end(day_of(received_on)?, term, FirstDay::Excluded);
    last.ok().and_then(end_of_day).ok_or_else(|| {
        VaultError::refused(
            ("期間が暦の外に出る", "the term leads out of the calendar"),
            ("短くすること", "shorten it"),
        )
    })
}

/// By when a hold on this basis has to be looked at, from now.
pub(super) fn review_by(basis: &str, now: UtcMillis) -> Result<UtcMillis, VaultError> {
    let period = if basis == "emergency" { REVIEW_EMERGENCY_PERIOD } else { REVIEW_PERIOD };
    let today = japanese_day(now).ok_or_else(|| {
        VaultError::refused(
            ("時計が日付を示していない", "the clock shows no date"),
            ("機械の時計を合わせること", "set the machine's clock"),
        )
    })?;
    end_of_term(&today.to_string(), period)
}

pub(super) fn day_of(text: &str) -> Result<Date, VaultError> {
    text.parse().map_err(|_| {
        VaultError::refused(
            (format!("`{text}` は日付ではない"), format!("`{text}` is not a day")),
            ("`2026-04-01` のように書くこと", "write it as `2026-04-01`"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days_end_with_the_thirtieth_day_after_receipt_in_japan() {
        let end = end_of_term("2026-04-01", "30 days").unwrap();
        assert_eq!(end.0, "2026-05-01T15:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let end = end_of_term("2026-04-01", "60 days").unwrap();
        assert_eq!(end.0, "2026-05-31T15:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
    }

    #[test]
    fn an_emergency_is_looked_at_sooner_than_proceedings() {
        let now = UtcMillis("2026-04-01T03:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert!(review_by("emergency", now).unwrap() < review_by("erasure_prohibition", now).unwrap());
    }

    #[test]
    fn what_is_no_term_is_refused() {
        assert!(end_of_term("2026-04-01", "for a while").is_err());
        assert!(end_of_term("1 April", "30 days").is_err());
    }
}
