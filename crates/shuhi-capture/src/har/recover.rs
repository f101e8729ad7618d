//! Getting the log out of a file, whole or not.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::error::CaptureError;
use crate::faults::Faults;
use crate::input::{first_value, line_at, skip_space};
use crate::json::Json as _;

const WANTED: &str = "a HAR file (`log.entries`)";

/// The object under `log`; of several, one after the other or in a list, one with the entries of all.
pub(super) fn log(bytes: &[u8], faults: &mut Faults) -> Result<Value, CaptureError> {
    let start = skip_space(bytes, 0);
    let (value, length) = match first_value(bytes.get(start..).unwrap_or_default()) {
        Ok(first) => first,
        Err(error) => {
            let log = pieces(bytes, faults);
            if log.list(&["entries"]).is_empty() {
                return Err(CaptureError::NotJson {
                    line: error.line(),
                    column: error.column(),
                    why: error.to_string(),
                });
            }
            return Ok(log);
        }
    };
    let mut logs = logs_in(value, 0)?;
    further(bytes, start + length, &mut logs, faults);
    Ok(joined(logs, faults))
}

/// What stands after the first value: more logs, or something else, which is told.
fn further(bytes: &[u8], mut at: usize, logs: &mut Vec<Value>, faults: &mut Faults) {
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at) {
            None => return,
            Some(b',') => at += 1,
            Some(_) => {
                let read = first_value(bytes.get(at..).unwrap_or_default()).map_err(|error| error.to_string());
                let read = read.and_then(|(value, length)| {
                    let more = logs_in(value, 0).map_err(|error| error.to_string())?;
                    Ok((more, length))
                });
                match read {
                    Ok((more, length)) => {
                        logs.extend(more);
                        at += length.max(1);
                    }
                    Err(why) => {
                        let what = format!("something follows after the end of the log: {why}");
                        return faults.add(format!("line {}", line_at(bytes, at)), what, "what follows");
                    }
                }
            }
        }
    }
}

/// The logs in a value: a HAR file, a bare log, a list of either, entries alone, any of these wrapped once.
fn logs_in(mut value: Value, depth: usize) -> Result<Vec<Value>, CaptureError> {
    const DEPTH_MAX: usize = 2;
    let other = |found: &str| Err(CaptureError::OtherKind { found: found.to_owned(), wanted: WANTED });
    if value.at(&["log"]).is_some_and(Value::is_object) {
        let log = value.get_mut("log").map_or(Value::Null, Value::take);
        return if log.get("entries").is_some_and(Value::is_array) {
            Ok(vec![log])
        } else {
            other("this `log` has no list `entries`")
        };
    }
    // Inside something else, `entries` may be anything.
    let entries = value.get("entries").and_then(Value::as_array);
    if entries.is_some_and(|entries| depth == 0 || entries.iter().any(is_entry)) {
        return Ok(vec![value]);
    }
    if value.get("traceEvents").is_some() {
        return other("this is a performance trace");
    }
    if is_entry(&value) {
        return Ok(vec![serde_json::json!({"entries": [value]})]);
    }
    if value.as_array().is_some_and(|list| list.iter().any(is_entry)) {
        return Ok(vec![serde_json::json!({"entries": value})]);
    }
    let inside = match value {
        Value::Array(list)
            if list.first().is_some_and(|first| first.get("method").is_some() && first.get("params").is_some()) =>
        {
            return other("this is a log of DevTools events");
        }
        Value::Array(list) => list,
        Value::Object(members) => members.into_iter().map(|(_, member)| member).collect(),
        Value::String(text) => serde_json::from_str(&text).into_iter().collect(),
        _ => Vec::new(),
    };
    let wrapped = inside.into_iter().filter(|_| depth < DEPTH_MAX).filter_map(|inner| logs_in(inner, depth + 1).ok());
    let logs: Vec<Value> = wrapped.flatten().collect();
    if logs.is_empty() { other("this JSON has no `log`") } else { Ok(logs) }
}

fn is_entry(value: &Value) -> bool {
    value.at(&["request", "url"]).is_some()
}

/// One log out of several; pages that share an id in two of them stay apart.
fn joined(logs: Vec<Value>, faults: &mut Faults) -> Value {
    let count = logs.len();
    let mut logs = logs.into_iter();
    let mut all = logs.next().unwrap_or_default();
    if count > 1 {
        let what = format!("it holds {count} logs");
        faults.add("the file", what, "nothing: they are read as one");
    }
    let mut taken: HashSet<String> = all.list(&["pages"]).iter().map(|page| page.owned(&["id"])).collect();
    for (number, mut log) in (2..).zip(logs) {
        let shared = log.list(&["pages"]).iter().map(|page| page.owned(&["id"])).filter(|id| taken.contains(id));
        let shared: HashSet<String> = shared.collect();
        for (list, key) in [("pages", "id"), ("entries", "pageref")] {
            let mut items = match log.get_mut(list).map(Value::take) {
                Some(Value::Array(items)) => items,
                _ => continue,
            };
            for id in items.iter_mut().filter_map(|item| item.get_mut(key)) {
                if let Some(known) = id.as_str().filter(|known| shared.contains(*known)) {
                    *id = Value::String(format!("{known} ({number})"));
                }
            }
            if list == "pages" {
                taken.extend(items.iter().map(|page| page.owned(&["id"])));
            }
            append(&mut all, list, items);
        }
    }
    all
}

fn append(log: &mut Value, list: &str, items: Vec<Value>) {
    match log.get_mut(list) {
        Some(Value::Array(known)) => known.extend(items),
        _ => {
            if let Some(log) = log.as_object_mut() {
                log.insert(list.to_owned(), Value::Array(items));
            }
        }
    }
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
