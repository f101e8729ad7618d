use shuhi_records::UtcMillis;

use super::{Civil, Zone, rfc3339};
use crate::bytes::{digits, hexadecimal, signed};

/// How a field writes its time.
#[derive(Clone, Debug)]
pub(crate) enum TimeFormat {
    /// Seconds since 1970 UTC, perhaps with a fraction.
    EpochSeconds,
    /// Milliseconds since 1970 UTC.
    EpochMillis,
    /// Seconds, or thousandths, millionths, milliardths of them since 1970 UTC: their number of digits tells which.
    EpochByLength,
    /// Hexadecimal seconds since 1970 UTC.
    HexadecimalEpochSeconds,
    /// RFC 3339, or the same without an offset where a zone is declared.
    Rfc3339(Option<Zone>),
    /// A pattern of `strptime`, in a zone unless it has an offset of its own.
    Pattern { pattern: Box<str>, zone: Option<Zone> },
}

impl TimeFormat {
    /// What such a time is called in a reason.
    pub fn wanted(&self) -> &'static str {
        match self {
            Self::EpochSeconds => "seconds since 1970",
            Self::EpochMillis => "milliseconds since 1970",
            Self::EpochByLength => "seconds since 1970, or a thousandth, millionth, milliardth of them",
            Self::HexadecimalEpochSeconds => "hexadecimal seconds since 1970",
            Self::Rfc3339(Some(_)) => "a time such as `2026-04-01 09:00:00`",
            Self::Rfc3339(None) => "a time such as `2026-04-01T09:00:00+09:00`",
            Self::Pattern { .. } => "a time of the pattern declared",
        }
    }

    /// The instant that stands there.
    pub fn read(&self, text: &[u8]) -> Option<UtcMillis> {
        match self {
            Self::EpochSeconds => epoch_seconds(text),
            Self::EpochMillis => signed(text).map(UtcMillis),
            Self::EpochByLength => epoch_by_length(text),
            Self::HexadecimalEpochSeconds => {
                let seconds = i64::try_from(hexadecimal(text)?).ok()?;
                seconds.checked_mul(1_000).map(UtcMillis)
            }
            Self::Rfc3339(zone) => match (rfc3339(text)?, zone) {
                ((civil, Some(offset)), _) => Some(civil.with_offset(offset)),
                ((civil, None), Some(zone)) => zone.instant(civil),
                ((_, None), None) => None,
            },
            Self::Pattern { pattern, zone } => by_pattern(pattern, zone.as_ref(), text),
        }
    }
}

/// `1774969200`, `1774969200.25`.
fn epoch_seconds(text: &[u8]) -> Option<UtcMillis> {
    let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let (whole, rest) = text.split_at_checked(point)?;
    let (millis, rest) = super::civil::fraction(rest)?;
    if !rest.is_empty() {
        return None;
    }
    let seconds = match digits(whole) {
        Some(seconds) => i64::from(seconds),
        None if millis == 0 => signed(whole)?,
        None => return None,
    };
    Some(UtcMillis(seconds.checked_mul(1_000)?.checked_add(i64::from(millis))?))
}

/// Of today's instants seconds have ten digits, milliseconds thirteen, microseconds sixteen, nanoseconds nineteen.
fn epoch_by_length(text: &[u8]) -> Option<UtcMillis> {
    let number = signed(text).filter(|number| *number >= 0)?;
    match text.len() {
        10 => number.checked_mul(1_000).map(UtcMillis),
        13 => Some(UtcMillis(number)),
        16 => Some(UtcMillis(number / 1_000)),
        19 => Some(UtcMillis(number / 1_000_000)),
        _ => None,
    }
}

fn by_pattern(pattern: &str, zone: Option<&Zone>, text: &[u8]) -> Option<UtcMillis> {
    let parts = jiff::fmt::strtime::BrokenDownTime::parse(pattern, text).ok()?;
    if parts.offset().is_some() {
        return parts.to_timestamp().ok().map(|stamp| UtcMillis(stamp.as_millisecond()));
    }
    let at = parts.to_datetime().ok()?;
    let part = |number: i8| u32::try_from(number).ok();
    let date = (u32::try_from(at.year()).ok()?, part(at.month())?, part(at.day())?);
    let clock = (part(at.hour())?, part(at.minute())?, part(at.second())?);
    zone?.instant(Civil::new(date, clock, u16::try_from(at.millisecond()).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_reads_the_same_instant() {
        let pattern = |pattern: &str, zone| TimeFormat::Pattern { pattern: pattern.into(), zone };
        let cases = [
            (TimeFormat::EpochSeconds, "1774969200.250"),
            (TimeFormat::EpochMillis, "1774969200250"),
            (TimeFormat::EpochByLength, "1774969200250"),
            (TimeFormat::EpochByLength, "1774969200250999"),
            (TimeFormat::EpochByLength, "1774969200250000000"),
            (TimeFormat::Rfc3339(None), "2026-04-01T00:00:00.25+09:00"),
            (TimeFormat::Rfc3339(Some(Zone::JAPAN)), "2026-04-01 00:00:00.25"),
            (pattern("%d/%b/%Y:%H:%M:%S%.f %z", None), "31/Mar/2026:15:00:00.25 +0000"),
            (pattern("%Y%m%d%H%M%S%.f", Some(Zone::JAPAN)), "20260401000000.25"),
        ];
        for (format, text) in cases {
            assert_eq!(format.read(text.as_bytes()), Some(UtcMillis(1_774_969_200_250)), "{format:?}");
        }
        assert_eq!(TimeFormat::EpochByLength.read(b"1774969200"), Some(UtcMillis(1_774_969_200_000)));
        assert_eq!(TimeFormat::HexadecimalEpochSeconds.read(b"624b0492"), Some(UtcMillis(1_649_083_538_000)));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "abc", "1774969200.", "1e9", "99999999999999999999", "2026-04-01T00:00:00"] {
            for format in [TimeFormat::EpochSeconds, TimeFormat::EpochMillis, TimeFormat::Rfc3339(None)] {
                assert_eq!(format.read(text.as_bytes()), None, "{format:?} {text}");
            }
        }
        for text in ["177496920", "-774969200", "17749692000", "99999999999999999999"] {
            assert_eq!(TimeFormat::EpochByLength.read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(TimeFormat::HexadecimalEpochSeconds.read(b"ffffffffffffffff"), None);
    }
}
