//! What a text is written in, if anything.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use url::Url;

use super::charset;
use super::json::Json;

/// What a text turned out to be.
#[derive(Debug)]
pub enum Form {
    /// It has `%XX`; the text without.
    Percent(String),
    Json(Json),
    /// One JSON text a line.
    JsonLines(Vec<Json>),
    /// Behind the packet type of Socket.IO.
    SocketIo(Json),
    /// Header and payload of a JSON Web Token.
    Jwt(Json, Json),
    Address(Url),
    /// `name=value&name=value`.
    Pairs,
    Base64(Vec<u8>),
    Hex(Vec<u8>),
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Letters below which base64 and hexadecimal are not looked for: short words look like either.
const BASE64_CHARS_MIN: usize = 8;
const HEX_CHARS_MIN: usize = 16;
/// Lines of a text beyond which it is not tried as JSON a line.
const LINES_MAX: usize = 20_000;

/// What a text is written in; nothing where it is a plain value.
pub fn recognise(text: &str) -> Option<Form> {
    let trimmed = text.trim();
    if trimmed.len() < 2 {
        return None;
    }
    if let Some(form) = json(trimmed).or_else(|| json_lines(trimmed)) {
        return Some(form);
    }
    if let Some(address) = address(trimmed) {
        return Some(Form::Address(address));
    }
    if is_pairs(trimmed, 2) {
        return Some(Form::Pairs);
    }
    if let Some(plain) = percent(trimmed) {
        return Some(Form::Percent(plain));
    }
    jwt(trimmed).or_else(|| hexadecimal(trimmed)).or_else(|| base64(trimmed).map(Form::Base64))
}

/// JSON that has an inside: a container, or a text within a text.
fn json(text: &str) -> Option<Form> {
    match text.as_bytes().first()? {
        b'{' | b'[' => Json::parse(text).map(Form::Json),
        b'"' if text.len() > 2 => Json::parse(text).map(Form::Json),
        b'0'..=b'9' => {
            let packet = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let begun = packet.starts_with('[') || packet.starts_with('{');
            (begun && text.len() - packet.len() <= 6).then(|| Json::parse(packet).map(Form::SocketIo)).flatten()
        }
        _ => None,
    }
}

fn json_lines(text: &str) -> Option<Form> {
    let begun = |line: &str| line.starts_with('{') || line.starts_with('[');
    if !begun(text) || !text.contains('\n') {
        return None;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES_MAX);
    let read: Option<Vec<Json>> = lines.map(|line| begun(line).then(|| Json::parse(line)).flatten()).collect();
    read.filter(|lines| lines.len() > 1).map(Form::JsonLines)
}

fn jwt(text: &str) -> Option<Form> {
    let mut parts = text.strip_prefix("Bearer ").unwrap_or(text).split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !header.starts_with("ey") || signature.len() > 8_192 {
        return None;
    }
    let part =
        |text: &str| Json::parse(std::str::from_utf8(&URL_SAFE.decode(text).ok()?).ok()?).filter(Json::is_container);
    Some(Form::Jwt(part(header)?, part(payload)?))
}

/// A whole address, or one without scheme or host that has a query.
fn address(text: &str) -> Option<Url> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let schemed = text.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty() && scheme.len() <= 40 && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && {
            scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        }
    });
    if schemed {
        return Url::parse(text).ok();
    }
    if text.starts_with("//") {
        let host = text.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
        return host.contains('.').then(|| Url::parse(&format!("https:{text}")).ok()).flatten();
    }
    let (path, query) = text.split_once('?')?;
    let relative = path.starts_with('/') && is_pairs(query, 1);
    // The host is not looked at: only the parameters are read.
    relative.then(|| Url::parse(&format!("https://relative.invalid{text}")).ok()).flatten()
}

/// Whether a text is `name=value` joined by `&`, at least so many.
pub fn is_pairs(text: &str, least: usize) -> bool {
    let text = text.strip_prefix('?').unwrap_or(text);
    let mut count = 0;
    for piece in text.split('&') {
        if piece.is_empty() {
            continue;
        }
        let Some((name, _)) = piece.split_once('=') else { return false };
        let named = !name.is_empty() && name.len() <= 200;
        if !named
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-[]%$:~*+!@/".contains(&byte) || byte >= 0x80)
        {
            return false;
        }
        count += 1;
    }
    count >= least
}

fn percent(text: &str) -> Option<String> {
    let encoded = text
        .as_bytes()
        .windows(3)
        .any(|three| matches!(three, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()));
    if !encoded {
        return None;
    }
    charset::percent(text)
}

fn hexadecimal(text: &str) -> Option<Form> {
    if text.len() < HEX_CHARS_MIN || !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |two: &[u8]| match two {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    let bytes: Vec<u8> = text.as_bytes().chunks(2).map(pair).collect::<Option<_>>()?;
    std::str::from_utf8(&bytes).is_ok_and(readable).then_some(Form::Hex(bytes))
}

/// The bytes behind base64 of either alphabet; whether they mean anything the caller finds out.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    if text.len() < BASE64_CHARS_MIN {
        return None;
    }
    let (mut safe, mut standard) = (false, false);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'=' => {}
            b'-' | b'_' => safe = true,
            b'+' | b'/' => standard = true,
            b'\r' | b'\n' => {}
            _ => return None,
        }
    }
    let joined: Cow<'_, str> = match text.contains(['\r', '\n']) {
        true => text.replace(['\r', '\n'], "").into(),
        false => text.into(),
    };
    match (safe, standard) {
        (true, true) => None,
        (true, false) => URL_SAFE.decode(joined.as_bytes()).ok(),
        (false, _) => STANDARD.decode(joined.as_bytes()).ok(),
    }
}

/// Whether a person can read it: no control characters, and mostly letters, digits and what stands between them.
pub fn readable(text: &str) -> bool {
    let (mut all, mut plain) = (0_usize, 0_usize);
    for letter in text.chars() {
        if letter.is_control() && !matches!(letter, '\t' | '\r' | '\n')
            || letter == '\u{fffd}'
            || ('\u{e000}'..'\u{f8ff}').contains(&letter)
        {
            return false;
        }
        all += 1;
        let common =
            letter.is_ascii_alphanumeric() || " \t\r\n.,:;-_@/=&{}[]\"'|".contains(letter) || is_japanese(letter);
        plain += usize::from(common);
    }
    // Six random bytes are printable now and then; hardly ever are they nearly all letters and digits.
    let share = if all < 24 { 85 } else { 60 };
    all >= 3 && plain * 100 >= all * share
}

pub fn is_japanese(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}
