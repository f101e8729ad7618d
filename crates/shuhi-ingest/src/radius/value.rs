//! Values of attributes as FreeRADIUS writes them.

use std::borrow::Cow;

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

/// Reads `2001:db8::/56`, or an address alone; bits beyond the length are cleared.
pub(super) fn prefix(text: &[u8]) -> Option<Prefix> {
    let slash = text.iter().position(|byte| *byte == b'/');
    let (address, length) = match slash {
        Some(slash) => (text.get(..slash)?, Some(bytes::digits(text.get(slash + 1..)?)?)),
        None => (text, None),
    };
    let address = bytes::address(address)?;
    let whole = if address.is_v4() { 32 } else { 128 };
    let length = u8::try_from(length.unwrap_or(whole)).ok().filter(|length| u32::from(*length) <= whole)?;
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
    fn prefixes_begin_at_their_first_address() {
        let read = |text: &str| prefix(text.as_bytes()).map(|prefix| format!("{}/{}", prefix.first, prefix.length));
        assert_eq!(read("2001:db8::ff/56").unwrap(), "2001:db8::/56");
        assert_eq!(read("192.0.2.7").unwrap(), "192.0.2.7/32");
        assert_eq!(read("::/0").unwrap(), "::/0");
        for text in ["2001:db8::/129", "192.0.2.0/33", "/56", "2001:db8::/", "2001:db8::/x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
