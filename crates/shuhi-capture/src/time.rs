//! Points in time as captures write them, made RFC 3339 in UTC.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil::DateTime};

/// Seconds since 1970 with a fraction, as DevTools gives them.
pub(crate) fn from_seconds(seconds: f64) -> Option<String> {
    if !(0.0..253_402_300_800.0).contains(&seconds) {
        return None;
    }
    let time = Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()?;
    Some(time.to_string())
}

/// A time as written in a HAR file: RFC 3339, with a zone without a colon, with a space for the `T`, without a zone (taken as UTC, which `assumed` says), or as milliseconds since 1970.
pub(crate) fn from_text(text: &str) -> Option<WrittenTime> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(WrittenTime { utc: time.to_string(), assumed: false });
    }
    if let Ok(milliseconds) = text.parse::<f64>() {
        return Some(WrittenTime { utc: from_seconds(milliseconds / 1000.0)?, assumed: false });
    }
    if let Ok(local) = text.parse::<DateTime>() {
        let utc = local.to_zoned(TimeZone::fixed(Offset::UTC)).ok()?;
        return Some(WrittenTime { utc: utc.timestamp().to_string(), assumed: true });
    }
    None
}

/// A time read from text.
pub(crate) struct WrittenTime {
    pub utc: String,
    /// No zone was written.
    pub assumed: bool,
}
