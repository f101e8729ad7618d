//! What looks like a version.

/// Bytes of the longest text taken for a version.
pub(crate) const BYTES_MAX: usize = 48;

/// Whether a text looks like a version: digits with dots first, then at most a short suffix.
pub(crate) fn looks_like_one(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let numbers: &str = text.split(['-', '+', '_', ' ']).next().unwrap_or_default();
    let mut parts = numbers.split('.');
    let plain = |part: &str| !part.is_empty() && part.len() <= 10 && part.bytes().all(|byte| byte.is_ascii_digit());
    let first = parts.next().is_some_and(plain);
    let rest: Vec<&str> = parts.collect();
    let letters = |part: &str| part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    first
        && text.len() <= BYTES_MAX
        && !rest.is_empty()
        && rest.first().is_some_and(|part| plain(part))
        && rest.iter().all(|part| letters(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for text in ["1.2", "v10.0.3", "6.15.0-beta.2", "4.13.1.1", "2024.11.05", "5.4.0+build7", "1.0.alpha1"] {
            assert!(looks_like_one(text), "{text}");
        }
        for text in [
            "12",
            "",
            "1.",
            "text",
            "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21",
            "a.b",
            "https://1.2",
            "1..2",
        ] {
            assert!(!looks_like_one(text), "{text}");
        }
    }
}
