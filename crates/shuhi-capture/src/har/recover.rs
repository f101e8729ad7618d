//! Getting the log out of a file, whole or not.

use serde_json::{Map, Value};

use crate::error::CaptureError;
use crate::faults::Faults;
use crate::input::{first_value, line_at, skip_space};
use crate::json::Json as _;

const WANTED: &str = "a HAR file (`log.entries`)";

/// The object under `log`.
pub(super) fn log(bytes: &[u8], faults: &mut Faults) -> Result<Value, CaptureError> {
    let start = skip_space(bytes, 0);
    match first_value(bytes.get(start..).unwrap_or_default()) {
        Ok((value, length)) => {
            let end = skip_space(bytes, start + length);
            if end < bytes.len() {
                let line = line_at(bytes, end);
                faults.add(format!("line {line}"), "something follows after the end of the log", "what follows");
            }
            in_file(value)
        }
        Err(error) => {
            let log = pieces(bytes, faults);
            if log.list(&["entries"]).is_empty() {
                return Err(CaptureError::NotJson {
                    line: error.line(),
                    column: error.column(),
                    why: error.to_string(),
                });
            }
            Ok(log)
        }
    }
}

fn in_file(mut value: Value) -> Result<Value, CaptureError> {
    let other = |found: &str| Err(CaptureError::OtherKind { found: found.to_owned(), wanted: WANTED });
    if value.at(&["log"]).is_some_and(Value::is_object) {
        let log = value.get_mut("log").map_or(Value::Null, Value::take);
        return if log.get("entries").is_some_and(Value::is_array) {
            Ok(log)
        } else {
            other("this `log` has no list `entries`")
        };
    }
    if value.get("entries").is_some_and(Value::is_array) {
        return Ok(value);
    }
    if value.get("traceEvents").is_some() {
        return other("this is a performance trace");
    }
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if list.first().is_some_and(|first| first.get("method").is_some() && first.get("params").is_some()) {
        return other("this is a log of DevTools events");
    }
    if list.iter().any(|entry| entry.at(&["request", "url"]).is_some()) {
        return Ok(serde_json::json!({"entries": value}));
    }
    other("this JSON has no `log`")
}

/// What can be read of a file that is damaged or cut short.
fn pieces(bytes: &[u8], faults: &mut Faults) -> Value {
    let mut log = Map::new();
    for key in ["creator", "browser"] {
        if let Some(value) = value_of(bytes, key).filter(Value::is_object) {
            log.insert(key.to_owned(), value);
        }
    }
    let mut silent = Faults::default();
    if let Some(start) = list_of(bytes, "pages") {
        log.insert("pages".to_owned(), Value::Array(elements(bytes, start, "page", &mut silent)));
    }
    if let Some(start) = list_of(bytes, "entries") {
        log.insert("entries".to_owned(), Value::Array(elements(bytes, start, "entry", faults)));
    }
    Value::Object(log)
}

/// Where the value of a key begins, at the key's first place in the file.
fn value_at(bytes: &[u8], key: &str) -> Option<usize> {
    let quoted = format!("\"{key}\"");
    let mut from = 0;
    loop {
        let found = bytes.get(from..)?.windows(quoted.len()).position(|window| window == quoted.as_bytes())?;
        let colon = skip_space(bytes, from + found + quoted.len());
        if bytes.get(colon) == Some(&b':') {
            return Some(skip_space(bytes, colon + 1));
        }
        from += found + quoted.len();
    }
}

fn value_of(bytes: &[u8], key: &str) -> Option<Value> {
    first_value(bytes.get(value_at(bytes, key)?..)?).ok().map(|(value, _)| value)
}

fn list_of(bytes: &[u8], key: &str) -> Option<usize> {
    let start = value_at(bytes, key)?;
    (bytes.get(start) == Some(&b'[')).then_some(start + 1)
}

/// The elements of a list one by one; a damaged one is told and passed over.
fn elements(bytes: &[u8], start: usize, name: &str, faults: &mut Faults) -> Vec<Value> {
    let mut list = Vec::new();
    let mut at = skip_space(bytes, start);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b']' => return list,
            b',' => at = skip_space(bytes, at + 1),
            _ => {
                let number = list.len() + 1;
                match first_value(bytes.get(at..).unwrap_or_default()) {
                    Ok((value, length)) => {
                        list.push(value);
                        at = skip_space(bytes, at + length.max(1));
                    }
                    Err(error) => {
                        let place = format!("{name} {number}, line {}", line_at(bytes, at));
                        let Some(end) = end_of_object(bytes, at) else {
                            faults.add(
                                place,
                                format!("the file is cut short here: {error}"),
                                "this entry and all after it",
                            );
                            return list;
                        };
                        faults.add(place, format!("it is damaged: {error}"), "this entry");
                        list.push(Value::Null);
                        at = skip_space(bytes, end);
                    }
                }
            }
        }
    }
    faults.add(format!("after {name} {}", list.len()), "the file is cut short", "all entries after it");
    list
}

/// Where an object ends, by its braces alone.
fn end_of_object(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (offset, byte) in bytes.get(start..)?.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(start + offset + 1);
                }
            }
            _ => {}
        }
    }
    None
}
