use shuhi_records::UtcMillis;

use crate::bytes::two_digits;

/// A date and time of day without a zone, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub year: i16,
    pub month: u8,
    pub day: u8,
    /// Of the day; a leap second counts as the second before it.
    pub second: u32,
    pub millis: u16,
}

const SECONDS_A_DAY: i64 = 86_400;

impl Civil {
    /// A civil time whose parts are in range.
    pub fn new(date: (u32, u32, u32), clock: (u32, u32, u32), millis: u16) -> Option<Self> {
        let ((year, month, day), (hour, minute, second)) = (date, clock);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let year = i16::try_from(year).ok().filter(|year| *year <= 9_999)?;
        let month = u8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        let day = u8::try_from(day).ok().filter(|day| (1..=days_of(year, month)).contains(day))?;
        Some(Self { year, month, day, second: hour * 3_600 + minute * 60 + second.min(59), millis })
    }

    /// The instant, the civil time standing `seconds` ahead of UTC.
    pub fn with_offset(self, seconds: i32) -> UtcMillis {
        let days = days_since_1970(i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let second = days * SECONDS_A_DAY + i64::from(self.second) - i64::from(seconds);
        UtcMillis(second * 1_000 + i64::from(self.millis))
    }

    pub fn datetime(self) -> Option<jiff::civil::DateTime> {
        let (hour, minute, second) = (self.second / 3_600, self.second / 60 % 60, self.second % 60);
        let small = |number: u32| i8::try_from(number).ok();
        let (month, day) = (small(u32::from(self.month))?, small(u32::from(self.day))?);
        let nanos = i32::from(self.millis) * 1_000_000;
        let (hour, minute, second) = (small(hour)?, small(minute)?, small(second)?);
        jiff::civil::DateTime::new(self.year, month, day, hour, minute, second, nanos).ok()
    }
}

fn days_of(year: i16, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that the leap day is the
/// last of its year; 146,097 days are 400 years.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

/// Reads `2026-04-01T09:00:00.123+09:00` (RFC 3339; also with a space for the `T`, with a comma before the fraction, or
/// without seconds' fraction); the offset, where there is one, in seconds.
pub(crate) fn rfc3339(text: &[u8]) -> Option<(Civil, Option<i32>)> {
    let (date, rest) = text.split_at_checked(10)?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = date else { return None };
    let (clock, rest) = rest.split_at_checked(9)?;
    let [b'T' | b't' | b' ', h0, h1, b':', i0, i1, b':', s0, s1] = clock else { return None };
    let two = |tens: &u8, ones: &u8| two_digits(*tens, *ones);
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    let (millis, rest) = fraction(rest)?;
    let offset = if rest.is_empty() { None } else { Some(offset(rest)?) };
    let clock = (two(h0, h1)?, two(i0, i1)?, two(s0, s1)?);
    let civil = Civil::new((year, two(m0, m1)?, two(d0, d1)?), clock, millis)?;
    Some((civil, offset))
}

/// Reads the fraction of a second, if one follows, cut to milliseconds.
pub(crate) fn fraction(text: &[u8]) -> Option<(u16, &[u8])> {
    let Some((b'.' | b',', rest)) = text.split_first() else { return Some((0, text)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let mut places = rest.iter().take(length).chain(std::iter::repeat(&b'0'));
    let millis = (0..3).fold(0, |sum, _| sum * 10 + u16::from(places.next().copied().unwrap_or(b'0') - b'0'));
    Some((millis, rest.get(length..)?))
}

/// Reads `Z`, `+09:00` or `+0900`, in seconds ahead of UTC.
pub(crate) fn offset(text: &[u8]) -> Option<i32> {
    let (sign, hour, minute) = match text {
        [b'Z' | b'z'] => return Some(0),
        [sign, h0, h1, b':', m0, m1] | [sign, h0, h1, m0, m1] => (sign, two_digits(*h0, *h1)?, two_digits(*m0, *m1)?),
        _ => return None,
    };
    let seconds = i32::try_from(hour * 3_600 + minute * 60).ok()?;
    match sign {
        _ if hour > 23 || minute > 59 => None,
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_the_calendar_library() {
        for days in (-719_000..2_900_000).step_by(97) {
            let epoch = jiff::civil::date(1970, 1, 1);
            let date = epoch.checked_add(jiff::Span::new().days(days)).unwrap();
            let counted = days_since_1970(i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            assert_eq!(counted, i64::from(days), "{date}");
        }
    }

    #[test]
    fn times_of_rfc_3339_and_near_it() {
        let millis = |text: &str| {
            let (civil, offset) = rfc3339(text.as_bytes())?;
            Some(civil.with_offset(offset.unwrap_or(0)).0)
        };
        for text in ["2026-04-01T09:00:00+09:00", "2024-02-29T23:59:59.999Z", "1969-12-31T23:59:59.5-00:30"] {
            let expected = text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        assert_eq!(millis("2026-04-01 00:00:00,25"), millis("2026-04-01T00:00:00.250000Z"));
        assert_eq!(millis("2016-12-31T23:59:60Z"), millis("2016-12-31T23:59:59Z"));
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-04-01",
            "2026-04-01T24:00:00Z",
            "2026-04-01T00:00:00.",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
