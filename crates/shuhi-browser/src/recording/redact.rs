//! Secrets are taken out of everything that is written down: as they are, as JSON, as query, and within base64.
//!
//! Lines are read as JSON first: how characters are escaped there is the browser's choice.

use std::borrow::Cow;
use std::cmp::Reverse;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::login::Secret;

/// What stands for a character that was taken out of base64.
const BLANK: &str = "A";

/// Every form in which a secret may stand in a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor {
    plain: Vec<(String, String)>,
    /// The middle of each of these forms in base64 at each of the three places a byte can have; the characters at both ends depend on what is beside it.
    encoded: Vec<String>,
}

impl Redactor {
    pub fn new(secrets: &[Secret]) -> Self {
        let mut redactor = Self::default();
        for Secret { name, value } in secrets {
            let json = inside_json(value);
            let ascii = ascii_json(&json);
            let query: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let forms = [
                value.clone(),
                inside_json(&json),
                json,
                ascii.to_lowercase(),
                ascii,
                query.replace('+', "%20"),
                lower_escapes(&query),
                query,
            ];
            for form in forms {
                redactor.encoded.extend((0..3).map(|offset| middle(form.as_bytes(), offset)));
                redactor.plain.push((form, format!("[{name}]")));
            }
        }
        redactor.encoded.retain(|middle| !middle.is_empty());
        // Longer forms first: a form may contain another.
        redactor.plain.sort_by_key(|(form, _)| Reverse(form.len()));
        redactor.plain.dedup();
        redactor
    }

    /// The line without the secrets; none where it has none.
    pub fn clean(&self, line: &[u8]) -> Option<Vec<u8>> {
        if self.plain.is_empty() {
            return None;
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(line) else {
            return self.clean_text(&String::from_utf8_lossy(line)).map(String::into_bytes);
        };
        self.clean_value(&mut value).then(|| value.to_string().into_bytes())
    }

    /// Whether something was taken out.
    fn clean_value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.clean_text(text) {
                Some(cleaned) => {
                    *text = cleaned;
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |found, item| self.clean_value(item) | found),
            Value::Object(fields) => {
                let mut found = fields.values_mut().fold(false, |found, field| self.clean_value(field) | found);
                if fields.keys().any(|key| self.clean_text(key).is_some()) {
                    let all = std::mem::take(fields).into_iter();
                    *fields = all.map(|(key, field)| (self.clean_text(&key).unwrap_or(key), field)).collect();
                    found = true;
                }
                found
            }
            // Only as a whole: digits of a short secret stand in many a time stamp.
            Value::Number(number) => match self.plain.iter().find(|(form, _)| *form == number.to_string()) {
                Some((_, instead)) => {
                    *value = Value::String(instead.clone());
                    true
                }
                None => false,
            },
            Value::Null | Value::Bool(_) => false,
        }
    }

    fn clean_text(&self, text: &str) -> Option<String> {
        // JSON within JSON, however deep and however escaped; serde_json bounds the depth of each.
        if text.starts_with(['{', '['])
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
            && self.clean_value(&mut value)
        {
            return Some(value.to_string());
        }
        // A reader keeps only the last of fields with one name; what stands in the others is found as it stands.
        let mut cleaned = Cow::Borrowed(text);
        for (form, instead) in &self.plain {
            if cleaned.contains(form.as_str()) {
                cleaned = Cow::Owned(cleaned.replace(form.as_str(), instead));
            }
        }
        for middle in &self.encoded {
            while let Some(start) = cleaned.find(middle.as_str()) {
                cleaned = Cow::Owned(blanked(&cleaned, start, middle.len()));
            }
        }
        match cleaned {
            Cow::Owned(cleaned) => Some(cleaned),
            Cow::Borrowed(_) => None,
        }
    }
}

/// The text with the characters of base64 there, and one beside them on both sides, made blank.
fn blanked(text: &str, start: usize, length: usize) -> String {
    let end = start + length;
    let blank = |(place, letter): (usize, char)| {
        let within = place + 1 >= start && place <= end;
        let encodes = letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/');
        if within && encodes { BLANK.to_owned() } else { letter.to_string() }
    };
    text.char_indices().map(blank).collect()
}

/// With every character beyond ASCII escaped, as many programs write JSON.
fn ascii_json(json: &str) -> String {
    let mut units = [0; 2];
    let mut escaped = String::new();
    for letter in json.chars() {
        if letter.is_ascii() {
            escaped.push(letter);
        } else {
            escaped.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")));
        }
    }
    escaped
}

/// With `%3A` as `%3a`.
fn lower_escapes(query: &str) -> String {
    let mut left = 0;
    let lower = |letter: char| {
        if letter == '%' {
            left = 3;
        }
        left = i32::max(left - 1, -1);
        if left >= 0 && letter != '%' { letter.to_ascii_lowercase() } else { letter }
    };
    query.chars().map(lower).collect()
}

fn inside_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// The characters of base64 that depend on the secret alone where it begins at this place of a group of three bytes.
fn middle(secret: &[u8], offset: usize) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret);
    let encoded = STANDARD.encode(&bytes);
    let start = (offset * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let middle = encoded.get(start..end).unwrap_or_default();
    // A secret that is nothing but blanks would be found for ever.
    if middle.chars().all(|letter| letter == 'A') { String::new() } else { middle.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ひみつ+\"kotoba\" 12/3";

    fn cleaned(line: &str) -> String {
        let redactor = Redactor::new(&[Secret { name: "MISE_PASSWORD".to_owned(), value: SECRET.to_owned() }]);
        let line = redactor.clean(line.as_bytes()).unwrap_or_else(|| line.as_bytes().to_vec());
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn no_form_of_a_secret_is_left() {
        let json =
            serde_json::json!({"postData": serde_json::json!({"p": SECRET}).to_string(), "p": SECRET}).to_string();
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("p", SECRET).finish();
        // As Chromium writes it: every character beyond ASCII escaped.
        let chromium = ascii_json(&json).to_lowercase();
        let nested = serde_json::json!({"postData": ascii_json(&json)}).to_string();
        let lower = lower_escapes(&query);
        assert!(lower.contains("%e3%81"));
        for line in [json, chromium, nested, query.replace('+', "%20"), lower, query, SECRET.to_owned()] {
            // Once within JSON, where it may stand as it is, and once as the text of a field.
            let field = serde_json::json!({"before": 1, "text": line, "after": 2}).to_string();
            let whole =
                if line.starts_with('{') { format!("{{\"before\":{line},\"after\":2}}") } else { field.clone() };
            let cleaned = cleaned(&whole) + &cleaned(&field);
            assert!(!cleaned.contains("kotoba") && cleaned.contains("[MISE_PASSWORD]"), "{cleaned}");
            assert!(cleaned.contains("before") && cleaned.contains("after"));
        }
    }

    #[test]
    fn numbers_and_hidden_fields_lose_it_too() {
        let redactor = Redactor::new(&[Secret { name: "PIN".to_owned(), value: "739154".to_owned() }]);
        for body in [r#"{"pin":739154}"#, r#"{"pin":"739154","pin":"x"}"#] {
            let line = serde_json::json!({"postData": body, "timestamp": 1_739_154.5}).to_string();
            let cleaned = String::from_utf8(redactor.clean(line.as_bytes()).unwrap()).unwrap();
            let value: Value = serde_json::from_str(&cleaned).unwrap();
            assert!(!value["postData"].as_str().unwrap().contains("739154"), "{cleaned}");
            assert_eq!(value["timestamp"], 1_739_154.5);
        }
    }

    #[test]
    fn base64_at_every_place_loses_the_secret_and_stays_base64() {
        let query: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let befores = ["", "a", "ab", "abc", "user=x&password="];
        for (before, secret) in befores.iter().flat_map(|before| [(before, SECRET), (before, query.as_str())]) {
            let body = format!("{before}{secret}&after=1");
            let line = format!("{{\"bytes\":\"{}\"}}", STANDARD.encode(&body));
            let cleaned = cleaned(&line);
            let value: serde_json::Value = serde_json::from_str(&cleaned).unwrap();
            let left = STANDARD.decode(value["bytes"].as_str().unwrap()).unwrap();
            let left = String::from_utf8_lossy(&left);
            assert!(!left.contains("kotoba") && !left.contains("12/3"), "{left}");
            assert!(left.ends_with("after=1"), "{left}");
        }
    }

    #[test]
    fn lines_without_a_secret_are_left_alone() {
        let redactor = Redactor::new(&[Secret { name: "N".to_owned(), value: "himitsu".to_owned() }]);
        assert_eq!(redactor.clean(b"{\"method\":\"Network.dataReceived\"}"), None);
        assert_eq!(Redactor::default().clean(b"anything"), None);
    }
}
