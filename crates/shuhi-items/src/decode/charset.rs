//! Text in the encodings that pages in Japan use: UTF-8, and where the bytes are none, Shift_JIS or EUC-JP.

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS};
use percent_encoding::percent_decode_str;

use super::recognise::is_japanese;

/// Bytes as text, with U+FFFD for what no encoding explains.
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => japanese(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Without its `%XX`; `None` where it has none, or they are no text.
pub fn percent(encoded: &str) -> Option<String> {
    let bytes: Vec<u8> = percent_decode_str(encoded).collect();
    if bytes == encoded.as_bytes() {
        return None;
    }
    String::from_utf8(bytes).map_or_else(|error| japanese(error.as_bytes()), Some)
}

/// Name and value of a piece of a form; a piece without `=` is a value without a name.
pub fn form_pair(piece: &str) -> (String, String) {
    let plain = |text: &str| self::text(&percent_decode_str(&text.replace('+', " ")).collect::<Vec<u8>>());
    piece.split_once('=').map_or_else(|| (String::new(), plain(piece)), |(name, value)| (plain(name), plain(value)))
}

/// A body in the encoding that its media type states.
pub fn stated(bytes: &[u8], mime: Option<&str>) -> Option<String> {
    let parameters = mime?.split(';').skip(1);
    let label = parameters.filter_map(|parameter| parameter.split_once('=')).find_map(|(name, label)| {
        name.trim().eq_ignore_ascii_case("charset").then(|| label.trim().trim_matches('"').to_owned())
    })?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// In whichever of the two the bytes are Japanese words. EUC-JP read as Shift_JIS gives half-width kana, which nobody writes.
fn japanese(bytes: &[u8]) -> Option<String> {
    [SHIFT_JIS, EUC_JP].into_iter().find_map(|encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        let foreign: Vec<char> = text.chars().filter(|letter| !letter.is_ascii()).collect();
        let half_width = |letter: &char| ('\u{ff61}'..='\u{ff9f}').contains(letter);
        let words = foreign.len() > 1 && foreign.iter().all(|letter| is_japanese(*letter) && !half_width(letter));
        (words && !text.contains(char::is_control)).then(|| text.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_each_encoding() {
        for (encoded, plain) in [
            ("%E6%9D%B1%E4%BA%AC", "東京"),
            ("%93%8C%8B%9E", "東京"),
            ("%C5%EC%B5%FE", "東京"),
            ("%82%A8%96%E2%82%A2%8D%87%82%ED%82%B9", "お問い合わせ"),
            ("%A4%AA%CC%E4%A4%A4%B9%E7%A4%EF%A4%BB", "お問い合わせ"),
        ] {
            assert_eq!(percent(encoded).as_deref(), Some(plain), "{encoded}");
            assert_eq!(form_pair(&format!("q={encoded}")), ("q".to_owned(), plain.to_owned()));
        }
        let shift_jis = b"q=\x93\x8c\x8b\x9e";
        let mime = Some("application/x-www-form-urlencoded; charset=Shift_JIS");
        assert_eq!(stated(shift_jis, mime).as_deref(), Some("q=東京"));
    }

    #[test]
    fn bytes_that_are_no_words_stay_what_they_are() {
        assert_eq!(percent("%FF%00%81"), None);
        assert_eq!(percent("abc"), None);
        assert_eq!(text(b"\xff\x01"), "\u{fffd}\u{1}");
        assert_eq!(form_pair("a+b=%2B+c"), ("a b".to_owned(), "+ c".to_owned()));
        assert_eq!(form_pair("alone"), (String::new(), "alone".to_owned()));
    }
}
