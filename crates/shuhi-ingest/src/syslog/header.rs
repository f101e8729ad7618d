//! Headers of syslog messages: RFC 5424, RFC 3164 and what files make of them.

use shuhi_records::{MILLIS_A_DAY, UtcMillis};

use crate::Zone;
use crate::bytes::{digits, two_digits};
use crate::time::{Civil, fraction, rfc3339};

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// `None` where the header has none, or one that cannot be read.
    pub time: Option<UtcMillis>,
    /// The host named; empty where none is.
    pub host: &'a [u8],
    /// RFC 5424: from MSGID on. Else: behind the host.
    pub body: &'a [u8],
}

/// Reads the header of a message. `zone` and `now` tell zone and year of a time of RFC 3164, which states neither.
///
/// Without `<PRI>`, as in files, the same forms are read, and also an RFC 3339 time and host before the message, with a
/// space for the `T` too. Behind the time of a file a message may have a header of its own, which then names the host. A
/// message that begins with no time is all body.
pub(super) fn header<'a>(message: &'a [u8], zone: &Zone, now: UtcMillis) -> Header<'a> {
    let outer = behind_priority(without_priority(message), zone, now);
    let inner = without_priority(outer.body);
    if outer.time.is_none() || inner.len() == outer.body.len() {
        return outer;
    }
    let inner = behind_priority(inner, zone, now);
    Header { time: outer.time, host: if inner.host.is_empty() { outer.host } else { inner.host }, body: inner.body }
}

fn behind_priority<'a>(rest: &'a [u8], zone: &Zone, now: UtcMillis) -> Header<'a> {
    let rest = rest.trim_ascii_start();
    if let Some(header) = rest.strip_prefix(b"1 ").and_then(rfc5424) {
        return header;
    }
    // Carrier-grade NATs of Cisco and Huawei have the version of RFC 5424 before a time of another form.
    let timed = rest.strip_prefix(b"1 ").filter(|rest| year(word(rest).0).is_some()).unwrap_or(rest);
    let Some((time, rest)) = rfc3164_time(timed, zone, now).or_else(|| iso_time(timed, zone)) else {
        return Header { time: None, host: b"", body: rest };
    };
    let (host, body) = word(rest);
    let (host, body) = if is_host(host) { (host, body) } else { (b"".as_slice(), rest) };
    Header { time: Some(time), host, body }
}

/// Whether a word can be a host's name or address, rather than the tag of a message that names no host.
fn is_host(word: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_:%/".contains(byte) || !byte.is_ascii();
    word.iter().all(plain) && (word.last() != Some(&b':') || crate::bytes::address(word).is_some())
}

fn without_priority(message: &[u8]) -> &[u8] {
    let Some(rest) = message.strip_prefix(b"<") else { return message };
    let length = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    match rest.get(length) {
        Some(b'>') if length > 0 => rest.get(length + 1..).unwrap_or_default(),
        _ => message,
    }
}

/// The first word, and what follows its spaces.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    (word, rest.trim_ascii_start())
}

/// `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID …` behind the version (RFC 5424 section 6).
fn rfc5424(rest: &[u8]) -> Option<Header<'_>> {
    let (time, rest) = word(rest);
    let time = match time {
        b"-" => None,
        text => {
            let (civil, offset) = rfc3339(text)?;
            Some(civil.with_offset(offset?))
        }
    };
    let (host, rest) = word(rest);
    let (_, rest) = word(rest);
    let (_, body) = word(rest);
    let host = if host == b"-" { b"".as_slice() } else { host };
    Some(Header { time, host, body })
}

/// `Apr  1 09:00:00`, also with a fraction, and with a year before the month or behind the day or the time.
fn rfc3164_time<'a>(text: &'a [u8], zone: &Zone, now: UtcMillis) -> Option<(UtcMillis, &'a [u8])> {
    let (first, rest) = word(text);
    let before = year(first);
    let (month, rest) = if before.is_some() { word(rest) } else { (first, rest) };
    let month = month_named(month)?;
    let (day, rest) = word(rest);
    let day = digits(day).filter(|day| *day <= 31)?;
    let (next, after) = word(rest);
    let (year, clock, rest) = match before.or_else(|| year(next)) {
        year if before.is_some() => (year, next, after),
        Some(year) => {
            let (clock, rest) = word(after);
            (Some(year), clock, rest)
        }
        None => {
            let (maybe_year, rest) = word(after);
            match year(maybe_year) {
                Some(year) => (Some(year), next, rest),
                None => (None, next, after),
            }
        }
    };
    let (clock, millis) = clock_of(clock)?;
    let instant = |year: u32| zone.instant(Civil::new((year, month, day), clock, millis)?);
    let time = match year {
        Some(year) => instant(year)?,
        None => latest_year(zone, now, instant)?,
    };
    Some((time, rest))
}

fn year(word: &[u8]) -> Option<u32> {
    digits(word).filter(|year| word.len() == 4 && (1970..=9_999).contains(year))
}

/// `09:00:00`, `09:00:00.123`, also with a colon behind, as some devices have it.
fn clock_of(word: &[u8]) -> Option<((u32, u32, u32), u16)> {
    let word = word.strip_suffix(b":").unwrap_or(word);
    let (clock, rest) = word.split_at_checked(8)?;
    let [h0, h1, b':', m0, m1, b':', s0, s1] = clock else { return None };
    let (millis, rest) = fraction(rest)?;
    let two = two_digits;
    rest.is_empty().then_some(((two(*h0, *h1)?, two(*m0, *m1)?, two(*s0, *s1)?), millis))
}

/// The instant in the latest year that does not put it more than a day after `now`: logs are read after they are
/// written, and clocks differ by less than a day. A 29 February is of a leap year, at most eight years back.
fn latest_year(zone: &Zone, now: UtcMillis, instant: impl Fn(u32) -> Option<UtcMillis>) -> Option<UtcMillis> {
    let latest = UtcMillis(now.0.saturating_add(MILLIS_A_DAY));
    let year = u32::try_from(zone.year(latest)?).ok()?;
    (year.saturating_sub(8)..=year).rev().find_map(|year| instant(year).filter(|time| *time <= latest))
}

/// A month by its English name or the first three letters of it.
fn month_named(word: &[u8]) -> Option<u32> {
    const MONTHS: [&[u8]; 12] = [
        b"January",
        b"February",
        b"March",
        b"April",
        b"May",
        b"June",
        b"July",
        b"August",
        b"September",
        b"October",
        b"November",
        b"December",
    ];
    let place = MONTHS.iter().position(|month| *month == word || month.get(..3) == Some(word))?;
    u32::try_from(place + 1).ok()
}

/// An RFC 3339 time, as rsyslog writes it into files; also with a space for the `T`, and a colon behind.
fn iso_time<'a>(text: &'a [u8], zone: &Zone) -> Option<(UtcMillis, &'a [u8])> {
    const DATE_BYTES: usize = 10;

    let (mut time, mut rest) = word(text);
    if time.len() == DATE_BYTES && text.get(DATE_BYTES) == Some(&b' ') {
        let clock = text.get(DATE_BYTES + 1..)?.iter().position(|byte| *byte == b' ')?;
        (time, rest) = text.split_at_checked(DATE_BYTES + 1 + clock)?;
        (time, rest) = (time.strip_suffix(b":").unwrap_or(time), rest.trim_ascii_start());
    }
    let (civil, offset) = rfc3339(time)?;
    let time = match offset {
        Some(offset) => civil.with_offset(offset),
        None => zone.instant(civil)?,
    };
    Some((time, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-01-02T00:00:00Z";

    fn read(message: &str) -> (String, String, String) {
        let now = UtcMillis(NOW.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let header = header(message.as_bytes(), &Zone::JAPAN, now);
        let time = header.time.map(|time| jiff::Timestamp::from_millisecond(time.0).unwrap().to_string());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (time.unwrap_or_default(), text(header.host), text(header.body))
    }

    fn owned(time: &str, host: &str, body: &str) -> (String, String, String) {
        (time.to_owned(), host.to_owned(), body.to_owned())
    }

    #[test]
    fn the_forms_of_headers() {
        let cases = [
            (
                "<14>1 2025-12-31T17:23:06.269-07:00 cgn RT_FLOW - ID [a@1 b=\"c\"] text",
                owned("2026-01-01T00:23:06.269Z", "cgn", "ID [a@1 b=\"c\"] text"),
            ),
            ("<14>1 - - RT_FLOW - - - text", owned("", "", "- - text")),
            ("<14>Dec 31 23:59:59 cgn app[1]: text", owned("2025-12-31T14:59:59Z", "cgn", "app[1]: text")),
            ("Jan  2 09:00:00.25 cgn text", owned("2026-01-02T00:00:00.25Z", "cgn", "text")),
            ("Jan 2 2024 09:00:00: cgn text", owned("2024-01-02T00:00:00Z", "cgn", "text")),
            ("Jan  2 09:00:00 2024 cgn text", owned("2024-01-02T00:00:00Z", "cgn", "text")),
            ("2025-05-02T11:34:56.87+00:00 192.0.2.1 text", owned("2025-05-02T11:34:56.87Z", "192.0.2.1", "text")),
            ("2026-01-02 09:00:00: cgn text", owned("2026-01-02T00:00:00Z", "cgn", "text")),
            ("Jan  2 09:00:00 nat[12]: text", owned("2026-01-02T00:00:00Z", "", "nat[12]: text")),
            ("Jan  2 09:00:00 nat: text", owned("2026-01-02T00:00:00Z", "", "nat: text")),
            ("Jan  2 09:00:00 2001:db8::1 text", owned("2026-01-02T00:00:00Z", "2001:db8::1", "text")),
            ("<14>1 2024 Jan 2 09:00:00 192.0.2.1 - - NAT44 - text", {
                owned("2024-01-02T00:00:00Z", "192.0.2.1", "- - NAT44 - text")
            }),
            ("<14> 1 2024 January 2 09:00:00 cgn text", owned("2024-01-02T00:00:00Z", "cgn", "text")),
            (
                "2026-01-02T09:00:01+09:00 <14>2026-01-02 09:00:00: cgn{set}[nat]: text",
                owned("2026-01-02T00:00:01Z", "", "cgn{set}[nat]: text"),
            ),
            ("2026-01-02T09:00:01+09:00 <14>Jan  2 09:00:00 cgn text", owned("2026-01-02T00:00:01Z", "cgn", "text")),
            (
                "Jan  2 09:00:01 relay <14>Jan  2 09:00:00 nat: text",
                owned("2026-01-02T00:00:01Z", "relay", "nat: text"),
            ),
            ("<14>LSN_ADD text", owned("", "", "LSN_ADD text")),
            ("<1456>text", owned("", "", "<1456>text")),
        ];
        for (message, expected) in cases {
            assert_eq!(read(message), expected, "{message}");
        }
    }

    #[test]
    fn the_year_is_the_latest_not_more_than_a_day_ahead() {
        assert_eq!(read("Jan  3 08:00:00 h t").0, "2026-01-02T23:00:00Z");
        assert_eq!(read("Jan  3 10:00:00 h t").0, "2025-01-03T01:00:00Z");
        assert_eq!(read("Feb 29 00:00:00 h t").0, "2024-02-28T15:00:00Z");
        assert_eq!(read("Feb 30 00:00:00 h t").0, "");
    }
}
