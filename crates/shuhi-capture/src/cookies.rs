//! Cookies as they stand in headers.

use crate::request::{Header, Response, SentCookie, SetCookie};

/// The value of a header, whatever the case of its name.
pub(crate) fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

/// HTTP/2 writes method and address as headers too, with a colon before their names; they say nothing new.
pub(crate) fn drop_pseudo(headers: &mut Vec<Header>) {
    headers.retain(|header| !header.name.starts_with(':'));
}

/// The cookies of a `Cookie` header.
pub(crate) fn sent(value: &str) -> Vec<SentCookie> {
    value
        .split(';')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            SentCookie { name: name.trim().to_owned(), value: value.trim().to_owned() }
        })
        .collect()
}

/// Adds the cookies of the `Cookie` headers that are not listed yet.
pub(crate) fn add_sent(headers: &[Header], cookies: &mut Vec<SentCookie>) {
    let cookie_headers = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("cookie"));
    for cookie in cookie_headers.flat_map(|header| sent(&header.value)) {
        if !cookies.contains(&cookie) {
            cookies.push(cookie);
        }
    }
}

/// One `Set-Cookie` line; none where it sets nothing.
pub(crate) fn set(line: &str, now: Option<&str>) -> Option<SetCookie> {
    let mut parts = line.split(';');
    let pair = parts.next()?.trim();
    if pair.is_empty() {
        return None;
    }
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let mut cookie = SetCookie { name: name.trim().to_owned(), value: value.trim().to_owned(), ..SetCookie::default() };
    let mut expires = None;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "domain" => {
                let domain = value.trim().trim_start_matches('.').to_ascii_lowercase();
                cookie.domain = (!domain.is_empty()).then_some(domain);
            }
            "max-age" => cookie.max_age_seconds = value.trim().parse().ok(),
            "expires" => expires = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    if cookie.max_age_seconds.is_none() {
        cookie.max_age_seconds = expires.and_then(|expires| seconds_until(&expires, now));
    }
    Some(cookie)
}

/// Adds the cookies of the `Set-Cookie` headers that are not listed yet. Several stand in one header, one a line, where DevTools joined them.
pub(crate) fn add_set(response: &mut Response, now: Option<&str>) {
    let headers = response.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("set-cookie"));
    let lines: Vec<SetCookie> =
        headers.flat_map(|header| header.value.lines()).filter_map(|line| set(line, now)).collect();
    // One of the same name and value for another domain is another cookie.
    let same = |known: &SetCookie, cookie: &SetCookie| {
        let domains = known.domain.as_ref().zip(cookie.domain.as_ref());
        known.name == cookie.name && known.value == cookie.value && domains.is_none_or(|(one, other)| one == other)
    };
    for cookie in lines {
        let known = response.cookies.iter_mut().find(|known| same(known, &cookie));
        match known {
            Some(known) => {
                known.domain = known.domain.take().or(cookie.domain);
                known.max_age_seconds = known.max_age_seconds.or(cookie.max_age_seconds);
            }
            None => response.cookies.push(cookie),
        }
    }
}

/// How long until `expires`, in seconds; negative where it has passed. Dates are written in many ways, so only their numbers and the month's name are read (RFC 6265, 5.1.1).
pub(crate) fn seconds_until(expires: &str, now: Option<&str>) -> Option<i64> {
    let now: jiff::Timestamp = now?.parse().ok()?;
    Some(end_of(expires)?.as_second() - now.as_second())
}

fn end_of(expires: &str) -> Option<jiff::Timestamp> {
    if let Ok(time) = expires.parse::<jiff::Timestamp>() {
        return Some(time);
    }
    let (mut day, mut month, mut year, mut clock) = (None, None, None, None);
    for token in expires.split([' ', ',', '-', '\t']).filter(|token| !token.is_empty()) {
        if token.contains(':') {
            clock = clock.or_else(|| clock_of(token));
        } else if let Ok(number) = token.parse::<i16>() {
            if day.is_none() && (1..=31).contains(&number) && token.len() <= 2 {
                day = Some(number as i8);
            } else if year.is_none() {
                year = Some(match number {
                    0..=69 => number + 2000,
                    70..=99 => number + 1900,
                    other => other,
                });
            }
        } else if month.is_none() {
            month = month_of(token);
        }
    }
    let (hour, minute, second) = clock?;
    let time = jiff::civil::DateTime::new(year?, month?, day?, hour, minute, second, 0).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

fn clock_of(token: &str) -> Option<(i8, i8, i8)> {
    let mut parts = token.splitn(3, ':').map(|part| part.parse::<i8>().ok());
    Some((parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

fn month_of(token: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = token.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).map(|index| index as i8 + 1)
}
