//! Addresses and numbers straight from bytes, without a detour over text.

use shuhi_records::Address;

/// Reads decimal digits alone, at most ten of them.
#[inline]
pub(crate) fn digits(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 10 {
        return None;
    }
    let mut sum = 0_u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum = sum * 10 + u64::from(digit);
    }
    u32::try_from(sum).ok()
}

/// Reads two decimal digits.
#[inline]
pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then_some(u32::from(tens) * 10 + u32::from(ones))
}

/// Reads decimal digits with an optional sign.
pub(crate) fn signed(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Reads hexadecimal digits alone, at most 16 of them, with or without `0x`.
pub(crate) fn hexadecimal(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

/// Reads an IPv4 or IPv6 address.
pub(crate) fn address(text: &[u8]) -> Option<Address> {
    if let Some(bits) = ipv4(text) {
        return Some(Address::from(std::net::Ipv4Addr::from_bits(bits)));
    }
    if text.len() > 45 {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Reads a dotted quad. A leading zero is refused, since some read such a part as octal.
fn ipv4(text: &[u8]) -> Option<u32> {
    let (mut bits, mut part, mut length, mut dots) = (0_u32, 0_u32, 0_u32, 0_u32);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if length > 0 && part == 0 {
                return None;
            }
            part = part * 10 + u32::from(digit);
            length += 1;
            if part > 255 {
                return None;
            }
        } else if *byte == b'.' && length > 0 && dots < 3 {
            bits = bits << 8 | part;
            (part, length, dots) = (0, 0, dots + 1);
        } else {
            return None;
        }
    }
    (dots == 3 && length > 0).then_some(bits << 8 | part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_quads_are_read_as_the_standard_library_reads_them() {
        let texts = ["0.0.0.0", "192.0.2.1", "255.255.255.255", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1..2.3", "256.1.1.1"];
        for text in
            texts.into_iter().chain(["01.2.3.4", "1.2.3.04", "1.2.3.4 ", "", "1.2.3.0", "+1.2.3.4", "1.2.3.999"])
        {
            let expected = text.parse::<std::net::Ipv4Addr>().ok().map(std::net::Ipv4Addr::to_bits);
            assert_eq!(ipv4(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(digits(b"4294967295"), Some(u32::MAX));
        for text in ["4294967296", "", "-1", "1 ", "99999999999"] {
            assert_eq!(digits(text.as_bytes()), None, "{text}");
        }
        assert_eq!(hexadecimal(b"624b0492"), Some(0x624b_0492));
        assert_eq!(hexadecimal(b"+1"), None);
    }

    #[test]
    fn addresses_of_both_families() {
        assert_eq!(address(b"2001:db8::1").unwrap().to_string(), "2001:db8::1");
        assert_eq!(address(b"::ffff:192.0.2.1"), address(b"192.0.2.1"));
        assert_eq!(address(b"fe80::1%eth0"), None);
    }
}
