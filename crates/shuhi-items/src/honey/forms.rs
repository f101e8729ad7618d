use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use md5::Md5;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::format::Words;
use crate::shapes::telephone_digits;
use crate::text::hex;

/// One text to look for.
#[derive(Clone, Debug)]
pub struct Needle {
    /// The planted value's name.
    pub name: String,
    /// The text.
    pub text: String,
    /// What form of the value it is.
    pub form: Form,
    /// Whether capitals do not matter.
    pub loose: bool,
}

/// A form in which a planted value can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    OtherCase,
    OtherNotation,
    Percent,
    Base64,
    Hex,
    Reversed,
    Md5,
    Sha1,
    Sha256,
}

/// Letters below which a value is looked for only where it stands alone.
const WITHIN_CHARS_MIN: usize = 6;
/// Letters below which pieces of base64 are not looked for.
const BASE64_CHARS_MIN: usize = 6;

/// Every text that may stand for a value.
pub fn needles(name: &str, value: &str) -> Vec<Needle> {
    let value = value.trim();
    let mut found = Vec::new();
    let mut add = |text: String, form: Form, loose: bool| {
        let known = found.iter().any(|needle: &Needle| needle.text == text && needle.loose == loose);
        if text.len() >= 3 && !known {
            found.push(Needle { name: name.to_owned(), text, form, loose });
        }
    };
    let notations = notations(value);
    for (place, notation) in notations.iter().enumerate() {
        let plain = if place == 0 { Form::Plain } else { Form::OtherNotation };
        add(notation.clone(), plain, true);
        let percent = utf8_percent_encode(notation, NON_ALPHANUMERIC).to_string();
        if percent != *notation {
            add(utf8_percent_encode(&percent, NON_ALPHANUMERIC).to_string(), Form::Percent, true);
            add(percent, Form::Percent, true);
        }
        if notation.len() >= BASE64_CHARS_MIN {
            add(hex(notation.as_bytes()), Form::Hex, true);
            add(notation.chars().rev().collect(), Form::Reversed, true);
        }
    }
    for spelt in spellings(&notations) {
        for text in base64_forms(spelt.as_bytes()) {
            add(text, Form::Base64, false);
        }
        for (digest, form) in [
            (Md5::digest(spelt.as_bytes()).to_vec(), Form::Md5),
            (Sha1::digest(spelt.as_bytes()).to_vec(), Form::Sha1),
            (Sha256::digest(spelt.as_bytes()).to_vec(), Form::Sha256),
        ] {
            add(hex(&digest), form, true);
            add(STANDARD_NO_PAD.encode(&digest), form, false);
            add(URL_SAFE_NO_PAD.encode(&digest), form, false);
        }
    }
    found
}

/// The value, and for telephone numbers the ways of writing them.
fn notations(value: &str) -> Vec<String> {
    let mut found = vec![value.to_owned()];
    if let Some(national) = telephone_digits(value) {
        let abroad = national.trim_start_matches('0');
        found.extend([
            national.clone(),
            format!("+81{abroad}"),
            format!("81{abroad}"),
            format!("810{abroad}"),
            format!("+810{abroad}"),
        ]);
        if let (11, Some(a), Some(b), Some(c)) =
            (national.len(), national.get(..3), national.get(3..7), national.get(7..))
        {
            found.push(format!("{a}-{b}-{c}"));
            found.push(format!("+81-{}-{b}-{c}", a.trim_start_matches('0')));
        }
    }
    let joined: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
    found.push(joined);
    let mut unique = Vec::new();
    for text in found {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    unique
}

/// The same in small and large letters: digests and base64 tell them apart.
fn spellings(notations: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for text in notations {
        for spelt in [text.clone(), text.to_lowercase(), text.to_uppercase()] {
            if !found.contains(&spelt) {
                found.push(spelt);
            }
        }
    }
    found
}

/// Base64 of a value that stands somewhere within other bytes: three ways of falling into groups, without the letters its neighbours decide.
fn base64_forms(value: &[u8]) -> Vec<String> {
    if value.len() < BASE64_CHARS_MIN {
        return Vec::new();
    }
    let mut found = Vec::new();
    for before in 0..3_usize {
        let padded: Vec<u8> = std::iter::repeat_n(0_u8, before).chain(value.iter().copied()).collect();
        // The first letters depend on what stands before, the last on what follows.
        let (skipped, kept) = ([0, 2, 3].get(before).copied().unwrap_or(0), padded.len() / 3 * 4);
        for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let core = encoded.get(skipped..kept.min(encoded.len())).unwrap_or_default().to_owned();
            if core.len() >= BASE64_CHARS_MIN && !found.contains(&core) {
                found.push(core);
            }
        }
    }
    found
}

impl Needle {
    /// Whether a short value, or a number, stands by itself and not within something longer.
    pub fn stands_alone(&self, text: &str, range: Range<usize>) -> bool {
        let number = self.text.bytes().all(|byte| byte.is_ascii_digit());
        if !number && self.text.chars().count() >= WITHIN_CHARS_MIN {
            return true;
        }
        let free = |letter: Option<char>| {
            letter.is_none_or(|letter| if number { !letter.is_ascii_alphanumeric() } else { !letter.is_alphanumeric() })
        };
        free(text.get(..range.start).and_then(|before| before.chars().next_back()))
            && free(text.get(range.end..).and_then(|after| after.chars().next()))
    }
}

impl Form {
    /// The plainest first.
    pub fn rank(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::OtherCase => 1,
            Self::OtherNotation => 2,
            Self::Percent => 3,
            Self::Sha256 => 4,
            Self::Sha1 => 5,
            Self::Md5 => 6,
            Self::Base64 => 7,
            Self::Hex => 8,
            Self::Reversed => 9,
        }
    }

    /// Why a text is held to be the value.
    pub fn reason(self, name: &str) -> Words {
        let (ja, en) = match self {
            Self::Plain => ("そのままの形", "as it is"),
            Self::OtherCase => ("大文字・小文字を変えた形", "in other capitals"),
            Self::OtherNotation => {
                ("別の表記（国番号、区切り、空白）", "in another notation (country code, separators, blanks)")
            }
            Self::Percent => ("パーセント符号化した形", "percent-encoded"),
            Self::Base64 => ("base64の形", "in base64"),
            Self::Hex => ("十六進数の形", "in hexadecimal"),
            Self::Reversed => ("逆順の形", "reversed"),
            Self::Md5 => ("MD5ハッシュ", "as its MD5 hash"),
            Self::Sha1 => ("SHA-1ハッシュ", "as its SHA-1 hash"),
            Self::Sha256 => ("SHA-256ハッシュ", "as its SHA-256 hash"),
        };
        Words {
            ja: format!("仕掛けた値「{name}」が{ja}で送られている"),
            en: format!("the planted value `{name}` is sent {en}"),
        }
    }
}
