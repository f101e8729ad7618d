//! Texts of DEX files: UTF-8 whose characters beyond the first 65,536 are pairs of surrogates, and whose zero is two bytes.

/// Decodes modified UTF-8. What is no text becomes U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf16_lossy(&units(bytes)),
    }
}

fn units(bytes: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(first) = rest.next() {
        let mut next = || u16::from(rest.next().unwrap_or(0) & 0x3f);
        let first = u16::from(first);
        units.push(match first {
            0..0x80 => first,
            0xc0..0xe0 => (first & 0x1f) << 6 | next(),
            0xe0..0xf0 => (first & 0x0f) << 12 | next() << 6 | next(),
            _ => 0xfffd,
        });
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!(decode("守秘 a".as_bytes()), "守秘 a");
        assert_eq!(decode(&[0x61, 0xc0, 0x80, 0x62]), "a\0b");
        assert_eq!(decode(&[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]), "😀");
        assert_eq!(decode(&[0xed, 0xa0, 0xbd]), "\u{fffd}");
        assert_eq!(decode(&[0xe3]), "\u{3000}");
        assert_eq!(decode(&[0xff, 0x61]), "\u{fffd}a");
    }
}
