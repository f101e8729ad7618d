//! Secrets are taken out of everything that is written down: as they are, as JSON, as query, and within base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use crate::login::Secret;

/// What stands for a byte that was taken out of base64.
const BLANK: u8 = b'A';

/// Every form in which a secret may stand in a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor {
    plain: Vec<(Vec<u8>, Vec<u8>)>,
    /// The middle of the secret in base64 at each of the three places a byte can have; the characters at both ends depend on what is beside it.
    encoded: Vec<Vec<u8>>,
}

impl Redactor {
    pub fn new(secrets: &[Secret]) -> Self {
        let mut redactor = Self::default();
        for Secret { name, value } in secrets {
            let instead = format!("[{name}]").into_bytes();
            let json = inside_json(value);
            let query: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let forms = [value.clone(), inside_json(&json), json, query.replace('+', "%20"), query];
            for form in forms {
                redactor.plain.push((form.into_bytes(), instead.clone()));
            }
            redactor.encoded.extend((0..3).map(|offset| middle(value.as_bytes(), offset)));
        }
        // Longer forms first: a form may contain another.
        redactor.plain.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
        redactor.plain.dedup();
        redactor
    }

    /// The line without the secrets; none where it has none.
    pub fn clean(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut cleaned: Option<Vec<u8>> = None;
        for (form, instead) in &self.plain {
            let now = cleaned.as_deref().unwrap_or(line);
            if memmem::find(now, form).is_some() {
                cleaned = Some(replace(now, form, instead));
            }
        }
        for middle in self.encoded.iter().filter(|middle| !middle.is_empty()) {
            while let Some(start) = memmem::find(cleaned.as_deref().unwrap_or(line), middle) {
                let now = cleaned.get_or_insert_with(|| line.to_vec());
                let around = start.saturating_sub(1)..(start + middle.len() + 1).min(now.len());
                for byte in now.get_mut(around).unwrap_or_default() {
                    if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') {
                        *byte = BLANK;
                    }
                }
            }
        }
        cleaned
    }
}

fn inside_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// The characters of base64 that depend on the secret alone where it begins at this place of a group of three bytes.
fn middle(secret: &[u8], offset: usize) -> Vec<u8> {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret);
    let encoded = STANDARD.encode(&bytes).into_bytes();
    let start = (offset * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let middle = encoded.get(start..end).unwrap_or_default();
    // A secret that is nothing but blanks would be found for ever.
    if middle.iter().all(|byte| *byte == BLANK) { Vec::new() } else { middle.to_vec() }
}

fn replace(line: &[u8], form: &[u8], instead: &[u8]) -> Vec<u8> {
    let mut cleaned = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = memmem::find(rest, form) {
        cleaned.extend_from_slice(rest.get(..start).unwrap_or_default());
        cleaned.extend_from_slice(instead);
        rest = rest.get(start + form.len()..).unwrap_or_default();
    }
    cleaned.extend_from_slice(rest);
    cleaned
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
        for line in [json, query.replace('+', "%20"), query, SECRET.to_owned()] {
            let cleaned = cleaned(&format!("{{\"before\":1,{line},\"after\":2}}"));
            assert!(!cleaned.contains("kotoba") && cleaned.contains("[MISE_PASSWORD]"), "{cleaned}");
            assert!(cleaned.contains("before") && cleaned.contains("after"));
        }
    }

    #[test]
    fn base64_at_every_place_loses_the_secret_and_stays_base64() {
        for before in ["", "a", "ab", "abc", "user=x&password="] {
            let body = format!("{before}{SECRET}&after=1");
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
