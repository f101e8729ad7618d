//! What an entry posted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::cookies::header;
use crate::faults::Faults;
use crate::json::Json as _;
use crate::request::{Body, Header};

pub(super) fn of_request(sent: &Value, headers: &[Header], place: &str, faults: &mut Faults) -> Option<Body> {
    let stated = header(headers, "content-type");
    let Some(posted) = sent.at(&["postData"]).filter(|posted| posted.is_object()) else {
        let size = sent.count(&["bodySize"]).unwrap_or(0);
        let missing = size > 0 && !matches!(sent.text(&["method"]), Some("GET" | "HEAD" | "OPTIONS"));
        return missing.then(|| Body { mime: stated.map(str::to_owned), bytes: Vec::new(), incomplete: true });
    };
    let mime = posted.filled(&["mimeType"]).or(stated).map(str::to_owned);
    let text = posted.filled(&["text"]);
    let packed = [&["encoding"][..], &["_encoding"]].iter().any(|path| posted.text(path) == Some("base64"));
    match (text, packed) {
        (Some(text), true) => match STANDARD.decode(text) {
            Ok(bytes) => Some(Body { mime, bytes, incomplete: false }),
            Err(_) => {
                faults.add(place, "its posted body is said to be base64 and is not", "nothing: it is taken as text");
                Some(Body { mime, bytes: text.as_bytes().to_vec(), incomplete: false })
            }
        },
        (Some(text), false) => Some(Body { mime, bytes: text.as_bytes().to_vec(), incomplete: false }),
        (None, _) => from_params(posted.list(&["params"]), mime, sent),
    }
}

/// A body of which the file only has the fields.
fn from_params(params: &[Value], mime: Option<String>, sent: &Value) -> Option<Body> {
    if params.is_empty() {
        let missing = sent.count(&["bodySize"]).is_some_and(|size| size > 0);
        return (missing || mime.is_some()).then_some(Body { mime, bytes: Vec::new(), incomplete: missing });
    }
    let multipart = mime.as_deref().is_some_and(|mime| mime.to_ascii_lowercase().starts_with("multipart/"));
    if multipart { Some(multipart_body(params, mime.unwrap_or_default())) } else { Some(urlencoded(params, mime)) }
}

fn urlencoded(params: &[Value], mime: Option<String>) -> Body {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for param in params {
        let (name, value) = (param.text(&["name"]).unwrap_or_default(), param.text(&["value"]).unwrap_or_default());
        form.append_pair(&decoded(name), &decoded(value));
    }
    Body { mime, bytes: form.finish().into_bytes(), incomplete: false }
}

/// Some programs write fields as they stood in the body, some decoded; what looks encoded is decoded, so that it is not encoded twice.
fn decoded(text: &str) -> String {
    let looks_encoded = text.contains('%') && !text.contains([' ', '&', '=']);
    let whole = format!("v={text}");
    let value = url::form_urlencoded::parse(whole.as_bytes()).next().map(|(_, value)| value.into_owned());
    match value {
        Some(value) if looks_encoded && !value.contains(char::REPLACEMENT_CHARACTER) => value,
        _ => text.to_owned(),
    }
}

fn multipart_body(params: &[Value], mime: String) -> Body {
    const BOUNDARY: &str = "shuhi-boundary";
    let named = mime.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
    let boundary = named.unwrap_or(BOUNDARY).trim_matches('"').to_owned();
    let mime = if named.is_some() { mime } else { format!("{mime}; boundary={BOUNDARY}") };
    let mut text = String::new();
    let mut incomplete = false;
    for param in params {
        let file = param.filled(&["fileName"]);
        incomplete |= file.is_some() && param.filled(&["value"]).is_none();
        text.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", param.owned(&["name"])));
        if let Some(file) = file {
            text.push_str(&format!("; filename=\"{file}\""));
        }
        if let Some(kind) = param.filled(&["contentType"]) {
            text.push_str(&format!("\r\nContent-Type: {kind}"));
        }
        text.push_str(&format!("\r\n\r\n{}\r\n", param.owned(&["value"])));
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    Body { mime: Some(mime), bytes: text.into_bytes(), incomplete }
}
