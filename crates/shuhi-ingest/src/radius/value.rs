//! Values of attributes as FreeRADIUS writes them.

use std::borrow::Cow;
use std::fmt::Write;

use shuhi_records::{Address, Prefix};

use crate::bytes;

/// The text of a value: what stands between quotes, escapes undone; `None` where a quote is not closed or an escape is
/// cut off.
pub(super) fn unquoted(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let quote = match value.first() {
        Some(quote @ (b'"' | b'\'')) => *quote,
        _ => return Some(Cow::Borrowed(value)),
    };
    let inner = value.get(1..value.len() - 1).filter(|_| value.len() > 1 && value.last() == Some(&quote))?;
    if !inner.contains(&b'\\') {
        return (!inner.contains(&quote)).then_some(Cow::Borrowed(inner));
    }
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'\\' => {
                let (byte, after) = escaped(rest)?;
                text.push(byte);
                rest = after;
            }
            byte if *byte == quote => return None,
            byte => text.push(*byte),
        }
    }
    Some(Cow::Owned(text))
}

/// What an escape stands for, behind its backslash: a letter, three octal digits, or `x` and two hexadecimal ones.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
            Some(((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), rest))
        }
        [b'x', a, b, rest @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            let value = bytes::hexadecimal(&[*a, *b])?;
            Some((u8::try_from(value).ok()?, rest))
        }
        [b'n', rest @ ..] => Some((b'\n', rest)),
        [b'r', rest @ ..] => Some((b'\r', rest)),
        [b't', rest @ ..] => Some((b'\t', rest)),
        [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

/// The text of octets that need not be text: what is not UTF-8 stands as `\xNN`.
pub(super) fn printable(octets: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(octets) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(octets.len() * 2);
    for chunk in octets.utf8_chunks() {
        text.push_str(chunk.valid());
        for octet in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{octet:02x}");
        }
    }
    Cow::Owned(text)
}

/// Reads `2001:db8::/56`, or an address alone; bits beyond the length are cleared. Octets in hexadecimal, as a server
/// without the attribute's definition writes them, are an address of 4 or 16, or, `encoded`, a zero, a length and as
/// much of the prefix as is not zero (RFC 3162 section 2.3).
pub(super) fn prefix(text: &[u8], encoded: bool) -> Option<Prefix> {
    if let Some(digits) = text.strip_prefix(b"0x") {
        return octets(digits, encoded);
    }
    let slash = text.iter().position(|byte| *byte == b'/');
    let (address, length) = match slash {
        Some(slash) => (text.get(..slash)?, Some(bytes::digits(text.get(slash + 1..)?)?)),
        None => (text, None),
    };
    let address = bytes::address(address)?;
    let whole = if address.is_v4() { 32 } else { 128 };
    cleared(address, length.unwrap_or(whole))
}

fn octets(digits: &[u8], encoded: bool) -> Option<Prefix> {
    const MOST: usize = 18;

    if !digits.len().is_multiple_of(2) || digits.len() > 2 * MOST {
        return None;
    }
    let octet = |pair: &[u8]| bytes::hexadecimal(pair).and_then(|octet| u8::try_from(octet).ok());
    let octets = digits.chunks(2).map(octet).collect::<Option<Vec<u8>>>()?;
    if !encoded {
        return match octets.len() {
            4 => cleared(std::net::Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into(), 32),
            16 => cleared(Address(u128::from_be_bytes(<[u8; 16]>::try_from(octets).ok()?)), 128),
            _ => None,
        };
    }
    let [0, length, first @ ..] = octets.as_slice() else { return None };
    if first.len() > 16 || usize::from(*length) > 128 {
        return None;
    }
    let bits = first.iter().chain(std::iter::repeat(&0)).take(16).fold(0, |bits, octet| bits << 8 | u128::from(*octet));
    cleared(Address(bits), u32::from(*length))
}

/// The prefix of that length that an address is in.
fn cleared(address: Address, length: u32) -> Option<Prefix> {
    let whole = if address.is_v4() { 32 } else { 128 };
    let length = u8::try_from(length).ok().filter(|length| u32::from(*length) <= whole)?;
    let free = whole - u32::from(length);
    let first = Address(address.0 & u128::MAX.checked_shl(free).unwrap_or(0));
    Some(Prefix { first, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        let text = |value: &str| unquoted(value.as_bytes()).map(|text| String::from_utf8_lossy(&text).into_owned());
        assert_eq!(text(r#""mihon@example.jp""#).unwrap(), "mihon@example.jp");
        assert_eq!(text(r#""a\"b\\c\n\303\244\x41""#).unwrap(), "a\"b\\c\näA");
        assert_eq!(text("bare").unwrap(), "bare");
        for broken in [r#"""#, r#""open"#, r#""open\""#, r#""a"b""#, "'"] {
            assert_eq!(text(broken), None, "{broken}");
        }
    }

    #[test]
    fn octets_that_are_no_text_can_be_printed() {
        assert_eq!(printable("見本".as_bytes()), "見本");
        assert_eq!(printable(b"a\xff\x00b\xe3"), "a\\xff\0b\\xe3");
    }

    #[test]
    fn prefixes_begin_at_their_first_address() {
        let read =
            |text: &str| prefix(text.as_bytes(), false).map(|prefix| format!("{}/{}", prefix.first, prefix.length));
        assert_eq!(read("2001:db8::ff/56").unwrap(), "2001:db8::/56");
        assert_eq!(read("192.0.2.7").unwrap(), "192.0.2.7/32");
        assert_eq!(read("::/0").unwrap(), "::/0");
        let octets =
            |text: &str| prefix(text.as_bytes(), true).map(|prefix| format!("{}/{}", prefix.first, prefix.length));
        assert_eq!(read("0xc0000207").unwrap(), "192.0.2.7/32");
        assert_eq!(read("0x20010DB8000000000000000000000001").unwrap(), "2001:db8::1/128");
        assert_eq!(octets("0x003820010db8ff01ff").unwrap(), "2001:db8:ff01:ff00::/56");
        assert_eq!(octets("0x0000").unwrap(), "::/0");
        for text in ["0x", "0x1", "0x01", "0xzz", "0x013820010db8", "0x008120010db8", &format!("0x{}", "0".repeat(40))]
        {
            assert_eq!((read(text), octets(text)), (None, None), "{text}");
        }
        for text in ["2001:db8::/129", "192.0.2.0/33", "/56", "2001:db8::/", "2001:db8::/x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
