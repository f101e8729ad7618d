//! What values look like.

use std::net::IpAddr;

use url::Url;

use crate::format::Shape;
use crate::terminal::Terminal;

/// Letters beyond which a value is no single identifier.
const IDENTIFIER_CHARS_MAX: usize = 512;
/// Parts of a value that are looked at.
const PIECES_MAX: usize = 100;
/// Digits from which a number can tell users apart.
const IDENTIFIER_DIGITS_MIN: usize = 6;
/// Seconds since 1970 at the beginning of 2001 and of 2040.
const MOMENT_SECONDS: std::ops::Range<u64> = 978_307_200..2_208_988_800;

/// Whether a value looks so.
pub(crate) fn looks(shape: Shape, value: &str, terminal: &Terminal) -> bool {
    let value = value.trim();
    match shape {
        Shape::Uuid => is_uuid(value) && !is_zero(value),
        Shape::ZeroUuid => is_uuid(value) && is_zero(value),
        Shape::Random => is_random(value),
        Shape::Identifier => is_identifier(value),
        Shape::IdentifierWithin => pieces(value).any(is_random),
        Shape::Email => is_email(value),
        Shape::Telephone => telephone_digits(value).is_some(),
        Shape::MobileNumber => is_written_mobile(value),
        Shape::PostalCode => is_postal_code(value),
        Shape::Sha256 => is_hex(value, 64),
        Shape::Sha1 => is_hex(value, 40),
        Shape::Md5 => is_hex(value, 32),
        Shape::Moment => is_moment(value),
        Shape::Version => is_version(value),
        Shape::FileName => is_file_name(value),
        Shape::Number => !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()),
        Shape::Fraction => value.starts_with("0.") && value.parse::<f64>().is_ok_and(|number| number < 1.0),
        Shape::Flag => is_flag(value),
        Shape::Size => is_size(value),
        Shape::Pixels => value.parse::<f64>().is_ok_and(|number| (100.0..=16_384.0).contains(&number)),
        Shape::Latitude => degrees(value).is_some_and(|degrees| degrees.abs() <= 90.0),
        Shape::Longitude => degrees(value).is_some_and(|degrees| degrees.abs() <= 180.0),
        Shape::Coordinates => is_coordinates(value),
        Shape::Address => is_address(value),
        Shape::PageAddress => Url::parse(value).is_ok_and(|address| terminal.on_site(&address)),
        Shape::Text => value.contains(' ') || value.chars().any(|letter| letter > '\u{2fff}'),
        Shape::Language => is_language(value),
        Shape::UserAgent => value.starts_with("Mozilla/") && value.contains('('),
        Shape::IpAddress => value.contains(['.', ':']) && value.parse::<IpAddr>().is_ok(),
        Shape::Jwt => value.starts_with("ey") && value.split('.').count() == 3 && value.len() > 40,
    }
}

/// Parts between what identifiers have no part of.
fn pieces(value: &str) -> impl Iterator<Item = &str> {
    let within = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    value.split(move |letter: char| !within(letter)).filter(|piece| piece.len() >= 16).take(PIECES_MAX)
}

/// A UUID with or without hyphens and braces.
fn is_uuid(value: &str) -> bool {
    let value = value.trim_start_matches('{').trim_end_matches('}');
    let groups: Vec<&str> = value.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Nothing but zeros between its hyphens.
pub(crate) fn is_zero(value: &str) -> bool {
    value.len() >= 16 && value.bytes().all(|byte| byte == b'0' || byte == b'-')
}

fn is_hex(value: &str, length: usize) -> bool {
    value.len() == length
        && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && !is_zero(value)
}

/// Long, of letters and digits in changing order: no words, no moment, no version, no file name.
fn is_random(value: &str) -> bool {
    if !(16..=IDENTIFIER_CHARS_MAX).contains(&value.len()) || is_zero(value) {
        return false;
    }
    if is_moment(value)
        || is_version(value)
        || is_file_name(value)
        || is_address(value)
        || is_email(value)
        || is_coordinates(value)
    {
        return false;
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+/=.:~|!".contains(&byte);
    if !value.bytes().all(allowed) {
        return false;
    }
    if is_uuid(value) || is_hex(value, value.len()) {
        return true;
    }
    let groups: Vec<&str> = value.split(['.', '-', '_', ':']).collect();
    let numbers =
        groups.iter().filter(|group| group.len() >= 8 && group.bytes().all(|byte| byte.is_ascii_digit())).count();
    numbers >= 2 || changes(value) >= 5
}

/// How often letters and digits, or small and large letters, change within groups.
fn changes(value: &str) -> usize {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        _ => 0,
    };
    value.as_bytes().windows(2).filter(|two| {
        matches!(two, [a, b] if class(*a) != class(*b) && class(*a) != 0 && class(*b) != 0 && !(class(*a) == 3 && class(*b) == 2))
    }).count()
}

fn is_identifier(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let number = value.len() >= IDENTIFIER_DIGITS_MIN && digits == value.len() && value.len() <= 40;
    let short = (8..16).contains(&value.len())
        && digits >= 2
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let sound = !is_moment(value) && !is_version(value) && !is_zero(value) && !is_file_name(value);
    sound && (number || short && changes(value) >= 2 || is_random(value))
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let local_sound = !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._%+-'/=!#$&*?^`{|}~".contains(&byte));
    let ending = domain.rsplit('.').next().unwrap_or_default();
    let labels = domain.split('.').count() >= 2
        && domain
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    // `logo@2x.png` and `react@18.2.0` are no addresses.
    local_sound
        && labels
        && ending.len() >= 2
        && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !is_file_name(domain)
}

/// The digits of a Japanese telephone number, beginning with 0; nothing where it is none.
pub(crate) fn telephone_digits(value: &str) -> Option<String> {
    let allowed = |letter: char| letter.is_ascii_digit() || "+-() .‐－".contains(letter);
    if value.chars().count() > 24 || !value.chars().all(allowed) {
        return None;
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let national = match digits.strip_prefix("81") {
        Some(rest) if value.trim_start().starts_with('+') || digits.len() >= 11 => {
            format!("0{}", rest.trim_start_matches('0'))
        }
        _ => digits,
    };
    let mobile = ["050", "060", "070", "080", "090", "020"].iter().any(|prefix| national.starts_with(prefix));
    let sound =
        national.starts_with('0') && !national.starts_with("00") && national.len() == if mobile { 11 } else { 10 };
    sound.then_some(national)
}

fn is_written_mobile(value: &str) -> bool {
    let mobile = |digits: String| {
        digits.len() == 11 && ["060", "070", "080", "090"].iter().any(|prefix| digits.starts_with(prefix))
    };
    telephone_digits(value).is_some_and(mobile)
        && (value.starts_with("+81") || value.split('-').map(str::len).eq([3, 4, 4]))
}

fn is_postal_code(value: &str) -> bool {
    let digits: String = value.trim_start_matches('〒').chars().filter(char::is_ascii_digit).collect();
    digits.len() == 7 && value.chars().all(|letter| letter.is_ascii_digit() || "-〒".contains(letter))
}

fn is_moment(value: &str) -> bool {
    let whole = value.split('.').next().unwrap_or_default();
    let fraction = value.strip_prefix(whole).unwrap_or_default().trim_start_matches('.');
    if fraction.len() <= 9
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && value.matches('.').count() <= 1
        && let Ok(number) = whole.parse::<u64>()
    {
        let unit = match whole.len() {
            9 | 10 => 1,
            12 | 13 => 1_000,
            15 | 16 => 1_000_000,
            18 | 19 => 1_000_000_000,
            _ => return is_compact_date(whole),
        };
        return MOMENT_SECONDS.contains(&(number / unit));
    }
    is_written_date(value)
}

/// `20261128`, `20261128094500`.
fn is_compact_date(digits: &str) -> bool {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|text| text.parse::<u32>().ok());
    let dated = matches!((part(0..4), part(4..6), part(6..8)), (Some(2001..=2040), Some(1..=12), Some(1..=31)));
    dated && matches!(digits.len(), 8 | 12 | 14 | 17)
}

/// `2026-11-28` and what may follow: a time, a zone.
fn is_written_date(value: &str) -> bool {
    let bytes = value.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let separated = bytes.get(4).is_some_and(|byte| b"-/".contains(byte)) && bytes.get(7) == bytes.get(4);
    let rest = value.get(10..).unwrap_or_default();
    digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && separated
        && rest.len() <= 25
        && rest.bytes().all(|byte| byte.is_ascii_digit() || b"T:.+-Z ".contains(&byte))
}

/// `1.2.3`, `v2.0.1-beta.3`.
fn is_version(value: &str) -> bool {
    let plain = value.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || "_-/@".contains(letter));
    let pieces: Vec<&str> = plain.split(['-', '+', '_']).next().unwrap_or_default().split('.').collect();
    let number = |piece: &&str| (1..=6).contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_digit());
    // Two numbers may be a fraction; letters before them make a version of it.
    let least = if plain.len() < value.len() { 2 } else { 3 };
    let numbers = (least..=5).contains(&pieces.len()) && pieces.iter().all(number);
    numbers && value.len() <= 40
}

/// A name with an ending that files have.
fn is_file_name(value: &str) -> bool {
    const ENDINGS: &str = " js mjs css png jpg jpeg gif webp avif svg ico html htm php json xml txt map woff woff2 ttf otf mp4 webm m3u8 ts mp3 pdf jsp aspx do cgi wasm ";
    let Some((name, ending)) = value.rsplit_once('.') else { return false };
    !name.is_empty() && ending.len() <= 5 && ENDINGS.contains(&format!(" {} ", ending.to_ascii_lowercase()))
}

fn is_flag(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "0" | "1" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "t" | "f"
    )
}

/// Width and height, both plausible: `1920x1080`, `390*844`, `1920,1080`.
fn is_size(value: &str) -> bool {
    let mut numbers = value.split(['x', 'X', '*', ',', '×']);
    let (Some(width), Some(height)) = (numbers.next(), numbers.next()) else { return false };
    let plausible = |text: &str| text.parse::<u32>().is_ok_and(|number| (100..=16_384).contains(&number));
    let further = numbers.all(|text| text.parse::<f64>().is_ok_and(|number| number <= 64.0));
    plausible(width) && plausible(height) && further
}

/// Degrees with at least two decimals: whole numbers can be anything.
fn degrees(value: &str) -> Option<f64> {
    let (_, decimals) = value.split_once('.')?;
    let plain = value.bytes().all(|byte| byte.is_ascii_digit() || b".-+".contains(&byte));
    (plain && decimals.len() >= 2).then(|| value.parse::<f64>().ok()).flatten().filter(|degrees| degrees.abs() > 0.001)
}

fn is_coordinates(value: &str) -> bool {
    let mut parts = value.split([',', ';', '/']);
    let (Some(latitude), Some(longitude)) = (parts.next(), parts.next()) else { return false };
    let (latitude, longitude) = (degrees(latitude.trim()), degrees(longitude.trim()));
    latitude.is_some_and(|degrees| degrees.abs() <= 90.0) && longitude.is_some_and(|degrees| degrees.abs() <= 180.0)
}

fn is_address(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.len() <= 20
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn is_language(value: &str) -> bool {
    let first = value.split([',', ';']).next().unwrap_or_default().trim();
    let mut parts = first.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let further =
        parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic()) && further
}

#[cfg(test)]
mod tests {
    use super::looks;
    use crate::format::Shape;
    use crate::terminal::{Held, Party, Terminal};

    fn is(shape: Shape, value: &str) -> bool {
        let terminal = Terminal::new(Some("https://www.example.jp/"), Party::Third, &Held::default());
        looks(shape, value, &terminal)
    }

    #[test]
    fn identifiers_are_told_from_what_is_none() {
        for value in [
            "3f2a9c1e-7b44-4d0e-9a51-0c6d8e2f1b7a",
            "9f86d081884c7d659a2feaa0c55ad015",
            "1234567890.1732780800",
            "dGhpcy1pcyEx9aQ2bX7zLm",
            "fb.1.1732780800123.1098115397",
        ] {
            assert!(is(Shape::Random, value) && is(Shape::Identifier, value), "{value}");
        }
        for value in [
            "1732780800123",
            "2026-11-28T09:45:00.123Z",
            "20261128094500",
            "2.14.0-beta.3",
            "main.9f86d081884c7d65.js",
            "product-detail-page-summary",
            "https://www.example.jp/a1b2c3d4e5f6",
            "00000000-0000-0000-0000-000000000000",
            "window-innerheight-change",
            "MihonShopCheckoutCompleted",
        ] {
            assert!(!is(Shape::Random, value) && !is(Shape::Identifier, value), "{value}");
        }
        assert!(is(Shape::Identifier, "483920") && !is(Shape::Random, "483920"));
        assert!(is(Shape::IdentifierWithin, "v=2&id=9f86d081884c7d659a2feaa0c55ad015 Mozilla/5.0"));
        assert!(!is(Shape::IdentifierWithin, "groups=1:1,2:0&interaction=1"));
    }

    #[test]
    fn people_are_told() {
        for (shape, value, expected) in [
            (Shape::Email, "hanako.mihon@example.jp", true),
            (Shape::Email, "logo@2x.png", false),
            (Shape::Email, "react@18.2.0", false),
            (Shape::Telephone, "090-1234-5678", true),
            (Shape::Telephone, "+81 90-1234-5678", true),
            (Shape::Telephone, "03-1234-5678", true),
            (Shape::Telephone, "(06)12345678", true),
            (Shape::Telephone, "819012345678", true),
            (Shape::Telephone, "1732780800", false),
            (Shape::Telephone, "0901234567", false),
            (Shape::MobileNumber, "09012345678", false),
            (Shape::MobileNumber, "080-0000-1111", true),
            (Shape::PostalCode, "100-0001", true),
            (Shape::PostalCode, "1000001", true),
            (Shape::PostalCode, "100-00011", false),
        ] {
            assert_eq!(is(shape, value), expected, "{shape:?} {value}");
        }
    }

    #[test]
    fn terminals_are_told() {
        for (shape, value, expected) in [
            (Shape::Size, "1920x1080", true),
            (Shape::Size, "390x844x3", true),
            (Shape::Size, "1920x", false),
            (Shape::Latitude, "35.6812", true),
            (Shape::Latitude, "35", false),
            (Shape::Latitude, "139.7671", false),
            (Shape::Longitude, "139.7671", true),
            (Shape::Coordinates, "35.6812,139.7671", true),
            (Shape::Coordinates, "1.5,2", false),
            (Shape::Language, "ja-JP", true),
            (Shape::Language, "ja,en-US;q=0.9", true),
            (Shape::Language, "japanese", false),
            (Shape::PageAddress, "https://shop.example.jp/a", true),
            (Shape::PageAddress, "https://example.com/", false),
            (Shape::IpAddress, "192.0.2.1", true),
            (Shape::IpAddress, "1.2.3", false),
        ] {
            assert_eq!(is(shape, value), expected, "{shape:?} {value}");
        }
    }
}
