//! Finding addresses and hosts in texts and in bytes that hold texts.

use memchr::memmem;

use crate::limits::TEXT_BYTES_MAX;

/// Schemes by which something is sent.
const SCHEMES: [&str; 12] =
    ["https", "http", "wss", "ws", "ftp", "ftps", "mqtts", "mqtt", "rtmps", "rtmp", "rtsp", "grpc"];

/// Ends of host names that are seldom anything else. Others (`.app`, `.info`, `.id` …) are also names of fields and files:
/// hosts with such an end are found only in addresses.
const TOP_LEVELS: [&str; 34] = [
    "com", "net", "org", "jp", "co", "io", "cn", "kr", "tw", "hk", "sg", "eu", "uk", "de", "fr", "ru", "us", "ca",
    "au", "in", "br", "tv", "biz", "cloud", "dev", "asia", "online", "tech", "site", "tokyo", "goog", "google", "gov",
    "edu",
];

/// First parts of package names, which are hosts turned round.
const REVERSED: [&str; 24] = [
    "com", "net", "org", "jp", "co", "io", "cn", "kr", "tw", "eu", "uk", "de", "fr", "ru", "us", "me", "tv", "dev",
    "android", "androidx", "java", "javax", "kotlin", "dalvik",
];

/// An address or a host in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub host: String,
    /// The address, where more than a host was found.
    pub address: Option<String>,
}

/// Endpoints in one text of code or resources: addresses anywhere in it, or a host that is all of it.
pub(crate) fn in_constant(text: &[u8]) -> Vec<Found> {
    let mut found = addresses(text, true);
    if found.is_empty() {
        found.extend(bare_host(text));
    }
    found
}

/// Endpoints in the bytes of any file: addresses anywhere, also with escaped slashes and in UTF-16, and hosts between
/// quotes, angle brackets or zeros.
pub(crate) fn in_bytes(bytes: &[u8]) -> Vec<Found> {
    let mut found = addresses(bytes, false);
    let delimiter = |byte: u8| matches!(byte, 0 | b'"' | b'\'' | b'`' | b'<' | b'>');
    for part in bytes.split(|byte| delimiter(*byte)) {
        if (4..=253).contains(&part.len()) {
            found.extend(bare_host(part));
        }
    }
    found
}

fn addresses(bytes: &[u8], constant: bool) -> Vec<Found> {
    let mut found = Vec::new();
    for at in memmem::find_iter(bytes, b"://") {
        found.extend(address(bytes, at, 3, constant));
    }
    if constant {
        return found;
    }
    for at in memmem::find_iter(bytes, br":\/\/") {
        let end = bytes.len().min(at + TEXT_BYTES_MAX);
        let start = at.saturating_sub(8);
        let plain: Vec<u8> =
            bytes.get(start..end).unwrap_or_default().iter().copied().filter(|byte| *byte != b'\\').collect();
        if let Some(at) = memmem::find(&plain, b"://") {
            found.extend(address(&plain, at, 3, false));
        }
    }
    for at in memmem::find_iter(bytes, b":\0/\0/\0") {
        let (start, end) = (at.saturating_sub(12), bytes.len().min(at + TEXT_BYTES_MAX));
        let wide = bytes.get(start..end).unwrap_or_default();
        let wide = if at % 2 == start % 2 { wide } else { wide.get(1..).unwrap_or_default() };
        let plain: Vec<u8> = wide
            .chunks(2)
            .map(|pair| if pair.get(1) == Some(&0) { pair.first().copied().unwrap_or(0) } else { 0 })
            .collect();
        if let Some(at) = memmem::find(&plain, b"://") {
            found.extend(address(&plain, at, 3, false));
        }
    }
    found
}

/// Reads the address around a `://`.
fn address(bytes: &[u8], colon: usize, mark: usize, constant: bool) -> Option<Found> {
    let before = bytes.get(..colon)?;
    let scheme = SCHEMES.into_iter().find(|scheme| ends_with_word(before, scheme.as_bytes()))?;
    let rest = bytes.get(colon + mark..)?;
    let in_address = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'|')
            || constant && byte >= 0x80
    };
    let length = rest.iter().take(TEXT_BYTES_MAX).take_while(|byte| in_address(**byte)).count();
    let rest = String::from_utf8_lossy(rest.get(..length)?);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next()?,
        None => host
            .split([':', ',', ';', ')', '(', '*', '!', '+', '=', '&', ']', '}'])
            .next()
            .map(|start| whole_braces(host, start))?,
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if !is_host(&host) {
        return None;
    }
    let rest = rest.trim_end_matches(['.', ',', ';', ')', ']']);
    Some(Found { host, address: Some(format!("{scheme}://{rest}")) })
}

/// A `}` that closes what opens before it belongs to the host.
fn whole_braces<'a>(host: &'a str, start: &'a str) -> &'a str {
    if !start.contains('{') {
        return start;
    }
    host.split([':', ',', ';', ')', '(', '*', '!', '+', '=', '&', ']']).next().unwrap_or(start)
}

fn ends_with_word(before: &[u8], scheme: &[u8]) -> bool {
    let Some(start) = before.len().checked_sub(scheme.len()) else { return false };
    let word = before.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(scheme));
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-');
    word && start.checked_sub(1).and_then(|at| before.get(at)).is_none_or(|byte| !letter(byte))
}

fn is_host(host: &str) -> bool {
    let letter =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':' | '%' | '{' | '}' | '$');
    let sound =
        !host.is_empty() && host.len() <= 253 && host.chars().all(letter) && host.chars().any(char::is_alphanumeric);
    sound && !host.starts_with(['.', '-']) && !host.contains("..")
}

/// Whether a part of the host is put in when the app runs.
pub(crate) fn is_template(host: &str) -> bool {
    host.contains(['%', '{', '$'])
}

/// A host that is all of a text, maybe with a port and a path.
fn bare_host(text: &[u8]) -> Option<Found> {
    if text.len() > TEXT_BYTES_MAX || !text.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let (host, path) = text.split_at(text.find(['/', ':', '?']).unwrap_or(text.len()));
    let labels: Vec<&str> = host.split('.').collect();
    let [first, .., last] = labels.as_slice() else { return None };
    let label = |label: &&str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let port = path
        .strip_prefix(':')
        .is_none_or(|port| port.split('/').next().is_some_and(|port| port.parse::<u16>().is_ok()));
    // `1.2.4.dev` is a version.
    let named = labels.iter().rev().skip(1).any(|label| label.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let known = TOP_LEVELS.contains(last) && !REVERSED.contains(first) && labels.iter().all(label) && named && port;
    let address = (!path.is_empty()).then(|| text.to_owned());
    known.then(|| Found { host: host.to_owned(), address })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(found: Vec<Found>) -> Vec<String> {
        found.into_iter().map(|found| found.host).collect()
    }

    #[test]
    fn addresses_in_constants() {
        let found =
            in_constant(b"see https://user:pw@Track.Mihon.example.jp:8443/v1/c?x=1#y, or http://b.mihon.example.jp.");
        assert_eq!(found[0].host, "track.mihon.example.jp");
        assert_eq!(found[0].address.as_deref(), Some("https://user:pw@Track.Mihon.example.jp:8443/v1/c?x=1#y"));
        assert_eq!(
            (found[1].host.as_str(), found[1].address.as_deref()),
            ("b.mihon.example.jp", Some("http://b.mihon.example.jp"))
        );
        assert_eq!(hosts(in_constant(b"https://%s.mihon.example.jp/x")), ["%s.mihon.example.jp"]);
        assert_eq!(hosts(in_constant(b"wss://{region}.mihon.example.jp:443/x")), ["{region}.mihon.example.jp"]);
        assert_eq!(hosts(in_constant(b"https://[2001:db8::1]:8080/")), ["2001:db8::1"]);
        assert_eq!(hosts(in_constant("https://見本.example.jp/".as_bytes())), ["見本.example.jp"]);
        for text in [
            "https://",
            "content://com.mihon.provider",
            "xhttps://mihon.example.jp",
            "https://..",
            "://mihon.example.jp",
        ] {
            assert_eq!(in_constant(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn bare_hosts() {
        for text in ["api.mihon.example.jp", "mihon.example.co.jp:443", "t.co/abc", "cdn-1.mihon.example.com/x?y"] {
            assert_eq!(in_constant(text.as_bytes()).len(), 1, "{text}");
        }
        for text in [
            "com.mihon.app",
            "jp.co.mihon.sdk",
            "user.name",
            "1.2.4.dev",
            "index.html",
            "Mihon.example.com",
            "mihon",
            "a..com",
            "mihon.example.com:x",
            "mihon@mihon.example.jp",
        ] {
            assert_eq!(in_constant(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn bytes_of_files() {
        let json = br#"{"a":"https:\/\/api.mihon.example.jp\/v1","b":'log.mihon.example.com'}"#;
        let found = in_bytes(json);
        assert_eq!(hosts(found.clone()), ["api.mihon.example.jp", "log.mihon.example.com"]);
        assert_eq!(found[0].address.as_deref(), Some("https://api.mihon.example.jp/v1"));
        let wide: Vec<u8> = "x https://w.mihon.example.jp/ö".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(hosts(in_bytes(&wide)), ["w.mihon.example.jp"]);
        assert_eq!(hosts(in_bytes(&[&b"\x7f"[..], &wide].concat())), ["w.mihon.example.jp"]);
        assert_eq!(hosts(in_bytes(b"\x7fELF\0collect.mihon.example.net\0libfoo.so\0")), ["collect.mihon.example.net"]);
    }
}
