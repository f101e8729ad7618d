use std::str::FromStr;

use shuhi_records::UtcMillis;
use thiserror::Error;

use super::Civil;

/// A zone in which a source writes its times: `UTC`, an offset (`+09:00`), or a name of the IANA database
/// (`Asia/Tokyo`; embedded, so that no machine's own copy changes an answer).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(Rule);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Offset { seconds: i32 },
    Named(jiff::tz::TimeZone),
}

/// A zone that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no zone; write `UTC`, an offset such as `+09:00`, or a name such as `Asia/Tokyo`")]
pub struct UnknownZone(String);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Rule::Offset { seconds: 0 });
    /// Japan: nine hours ahead since 1951, the time of every record kept here.
    pub const JAPAN: Self = Self(Rule::Offset { seconds: 9 * 3_600 });

    /// The instant of a civil time; a time that the zone skips or has twice (daylight saving) is read with the offset
    /// that was in force before the change, as RFC 5545 has it.
    pub(crate) fn instant(&self, civil: Civil) -> Option<UtcMillis> {
        match &self.0 {
            Rule::Offset { seconds } => Some(civil.with_offset(*seconds)),
            Rule::Named(zone) => {
                let stamp = zone.to_ambiguous_timestamp(civil.datetime()?).compatible().ok()?;
                Some(UtcMillis(stamp.as_millisecond()))
            }
        }
    }

    /// The civil year at an instant.
    pub(crate) fn year(&self, instant: UtcMillis) -> Option<i16> {
        let stamp = jiff::Timestamp::from_millisecond(instant.0).ok()?;
        match &self.0 {
            Rule::Offset { seconds } => Some(jiff::tz::Offset::from_seconds(*seconds).ok()?.to_datetime(stamp).year()),
            Rule::Named(zone) => Some(zone.to_datetime(stamp).year()),
        }
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone(text.chars().take(60).collect());
        match text {
            "UTC" | "Z" => return Ok(Self::UTC),
            "Asia/Tokyo" | "Japan" => return Ok(Self::JAPAN),
            _ => {}
        }
        if let Some(seconds) = super::civil::offset(text.as_bytes()) {
            return Ok(Self(Rule::Offset { seconds }));
        }
        jiff::tz::TimeZone::get(text).map(|zone| Self(Rule::Named(zone))).map_err(|_| unknown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &str, civil: Civil) -> String {
        let instant = zone.parse::<Zone>().unwrap().instant(civil).unwrap();
        jiff::Timestamp::from_millisecond(instant.0).unwrap().to_string()
    }

    #[test]
    fn a_civil_time_is_read_in_its_zone() {
        let noon = Civil { year: 2026, month: 7, day: 1, second: 12 * 3_600, millis: 5 };
        assert_eq!(at("Asia/Tokyo", noon), "2026-07-01T03:00:00.005Z");
        assert_eq!(at("-03:30", noon), "2026-07-01T15:30:00.005Z");
        assert_eq!(at("Europe/Paris", noon), "2026-07-01T10:00:00.005Z");
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in ["", "+9", "+25:00", "Tokyo/Asia", "+09:61"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_named_zone_of_japan_and_its_offset_agree() {
        let named = Zone(Rule::Named(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap()));
        let civil = Civil { year: 2026, month: 1, day: 1, second: 3, millis: 0 };
        assert_eq!(named.instant(civil), Zone::JAPAN.instant(civil));
        assert_eq!(named.year(UtcMillis(1_767_193_200_000)), Some(2026));
        assert_eq!(Zone::JAPAN.year(UtcMillis(1_767_193_199_999)), Some(2025));
    }
}
