//! The events in a log, whatever the log is wrapped in.

use serde_json::Value;

use crate::error::CaptureError;
use crate::faults::Faults;
use crate::input::{first_value, line_at, skip_space};
use crate::json::Json;

/// One DevTools event, or one line of our own.
#[derive(Debug)]
pub(crate) struct Event {
    pub method: String,
    pub params: Value,
    /// Empty for the browser itself, and in logs that know one target only.
    pub session: String,
    /// Where the log has it.
    pub place: String,
}

/// How deep events are wrapped in texts and objects.
const WRAPPING_MAX: usize = 6;
const WANTED: &str = "a log of DevTools events (JSON Lines, or a JSON list of events)";

/// Gives all events of a log to `each`, in their order.
pub(super) fn read(bytes: &[u8], faults: &mut Faults, each: &mut dyn FnMut(Event)) -> Result<(), CaptureError> {
    let start = skip_space(bytes, 0);
    let mut events = Events { each, given: 0, faults, replies: Vec::new() };
    match bytes.get(start) {
        Some(b'[') if begins_list(bytes, start) => {
            events.read_list(bytes, start + 1);
            if events.given == 0 && bytes.get(skip_space(bytes, start + 1)) != Some(&b']') {
                let found = "no element of this list is a DevTools event".to_owned();
                return Err(CaptureError::OtherKind { found, wanted: WANTED });
            }
        }
        Some(b'{') => match first_value(bytes.get(start..).unwrap_or_default()) {
            Ok((value, _)) if is_event(&value) => events.read_lines(bytes),
            Ok((value, _)) => events.read_container(value)?,
            Err(error) if error.is_eof() && !bytes.contains(&b'\n') => return Err(not_json(&error)),
            Err(error) => {
                events.read_lines(bytes);
                if events.given == 0 {
                    return Err(not_json(&error));
                }
            }
        },
        _ => {
            events.read_lines(bytes);
            if events.given == 0 {
                let why = "no line holds an event".to_owned();
                return Err(CaptureError::NotJson { line: line_at(bytes, start), column: 1, why });
            }
        }
    }
    Ok(())
}

fn not_json(error: &serde_json::Error) -> CaptureError {
    CaptureError::NotJson { line: error.line(), column: error.column(), why: error.to_string() }
}

/// A list of events, rather than a line that begins with a time in brackets.
fn begins_list(bytes: &[u8], start: usize) -> bool {
    matches!(bytes.get(skip_space(bytes, start + 1)), Some(b'{' | b'"' | b'[' | b']') | None)
}

fn is_event(value: &Value) -> bool {
    ["method", "message", "id"].iter().any(|key| value.get(key).is_some()) || named_otherwise(value).is_some()
}

/// The name of an event where a program writes it under another key than DevTools does: `{"event": "Network.…", "data": …}`.
fn named_otherwise(value: &Value) -> Option<(String, &'static str)> {
    let name = ["event", "name"].iter().find_map(|key| value.filled(&[key]))?;
    let (domain, event) = name.split_once('.')?;
    let of_devtools = domain.starts_with(|first: char| first.is_ascii_uppercase())
        && [domain, event].iter().all(|part| !part.is_empty() && part.chars().all(|char| char.is_ascii_alphanumeric()));
    let holder =
        ["params", "data", "args", "payload"].into_iter().find(|key| value.get(key).is_some_and(Value::is_object))?;
    of_devtools.then(|| (name.to_owned(), holder))
}

struct Events<'a> {
    each: &'a mut dyn FnMut(Event),
    given: usize,
    faults: &'a mut Faults,
    /// Commands whose replies matter: id, session and request.
    replies: Vec<(Value, String, Value)>,
}

impl Events<'_> {
    /// The elements of a list one by one, so that a list cut short gives what is whole.
    fn read_list(&mut self, bytes: &[u8], start: usize) {
        let mut at = skip_space(bytes, start);
        let mut number = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b']' => return,
                b',' => at = skip_space(bytes, at + 1),
                _ => match first_value(bytes.get(at..).unwrap_or_default()) {
                    Ok((value, length)) => {
                        number += 1;
                        self.take(value, &format!("event {number}"));
                        at = skip_space(bytes, at + length.max(1));
                    }
                    Err(error) => {
                        let place = format!("line {}, after event {number}", line_at(bytes, at));
                        let what = format!("the list cannot be read on: {error}");
                        self.faults.add(place, what, "every event from here on");
                        return;
                    }
                },
            }
        }
        self.faults.add(format!("after event {number}"), "the list is cut short", "every event from here on");
    }

    /// Values one after the other, usually one a line, with anything before and after them.
    fn read_lines(&mut self, bytes: &[u8]) {
        let mut number = 0;
        let mut at = 0;
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
            number += 1;
            let line = rest.get(..length).unwrap_or_default();
            let end = self.read_line(rest, line, number);
            let passed = rest.get(..end).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
            // A value over several lines is taken whole; the rest of its last line is passed over.
            number += passed.saturating_sub(1);
            at += end;
        }
    }

    /// Reads what a line holds and says how many bytes of `rest` are done with.
    fn read_line(&mut self, rest: &[u8], line: &[u8], number: usize) -> usize {
        let Some(brace) = line.iter().position(|byte| *byte == b'{') else {
            if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                self.not_understood(number, "it holds no event");
            }
            return line.len();
        };
        let place = format!("line {number}");
        match first_value(line.get(brace..).unwrap_or_default()) {
            Ok((value, _)) => {
                self.take(value, &place);
                line.len()
            }
            // Written over several lines.
            Err(error) if error.is_eof() && line.len() < rest.len() && line.trim_ascii_end().ends_with(b"{") => {
                match first_value(rest.get(brace..).unwrap_or_default()) {
                    Ok((value, length)) => {
                        self.take(value, &place);
                        let tail = rest.get(brace + length..).unwrap_or_default();
                        let line_end = tail.iter().position(|byte| *byte == b'\n').map_or(tail.len(), |end| end + 1);
                        (brace + length + line_end).max(line.len())
                    }
                    Err(error) => {
                        self.not_understood(number, &error.to_string());
                        line.len()
                    }
                }
            }
            Err(error) => {
                self.not_understood(number, &error.to_string());
                line.len()
            }
        }
    }

    fn not_understood(&mut self, number: usize, why: &str) {
        self.faults.add(format!("line {number}"), format!("cannot be read: {why}"), "the event on this line");
    }

    /// Logs inside a larger file: Lighthouse artifacts, saved results.
    fn read_container(&mut self, value: Value) -> Result<(), CaptureError> {
        let other = |found: &str, wanted| Err(CaptureError::OtherKind { found: found.into(), wanted });
        if value.at(&["log", "entries"]).is_some() {
            return other("this is a HAR file", "a log of DevTools events, or read it as HAR");
        }
        if value.get("traceEvents").is_some() {
            return other("this is a performance trace", WANTED);
        }
        if value.at(&["constants", "logEventTypes"]).is_some() {
            return other("this is a log of the browser's network stack (`chrome://net-export`)", WANTED);
        }
        for (name, list) in logs_in(value) {
            for (index, event) in list.into_iter().enumerate() {
                self.take(event, &format!("{name}, event {}", index + 1));
            }
        }
        if self.given == 0 {
            return other("this JSON holds no DevTools event", WANTED);
        }
        Ok(())
    }

    fn give(&mut self, event: Event) {
        self.given += 1;
        (self.each)(event);
    }

    fn take(&mut self, value: Value, place: &str) {
        self.unwrap(value, String::new(), place, 0);
    }

    /// Takes an event out of whatever it is wrapped in.
    fn unwrap(&mut self, value: Value, session: String, place: &str, depth: usize) {
        if depth > WRAPPING_MAX {
            return self.faults.add(place, "the event is wrapped too deep", "this event");
        }
        match value {
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(inner) => self.unwrap(inner, session, place, depth + 1),
                Err(error) => {
                    self.faults.add(place, format!("the text is not an event: {error}"), "this event");
                }
            },
            Value::Array(items) => {
                for item in items {
                    self.unwrap(item, session.clone(), place, depth + 1);
                }
            }
            Value::Object(_) => self.unwrap_object(value, session, place, depth),
            _ => self.faults.add(place, format!("{} is no event", crate::json::kind_of(&value)), "this event"),
        }
    }

    fn unwrap_object(&mut self, mut value: Value, session: String, place: &str, depth: usize) {
        let named = value.filled(&["sessionId"]).or_else(|| value.filled(&["webview"])).map(str::to_owned);
        let session = named.unwrap_or(session);
        if value.get("id").is_some() && value.get("timestamp").is_none() {
            return self.command_or_reply(value, session, place);
        }
        if let Some(method) = value.filled(&["method"]).map(str::to_owned) {
            let params = value.get_mut("params").map_or(Value::Null, Value::take);
            if method == "Target.receivedMessageFromTarget" {
                let session = params.owned(&["sessionId"]);
                return self.unwrap(Value::String(params.owned(&["message"])), session, place, depth + 1);
            }
            return self.give(Event { method, params, session, place: place.to_owned() });
        }
        if let Some((method, holder)) = named_otherwise(&value) {
            let params = value.get_mut(holder).map_or(Value::Null, Value::take);
            return self.give(Event { method, params, session, place: place.to_owned() });
        }
        for key in ["message", "event", "data", "payload", "msg", "params"] {
            if let Some(inner) = value.get_mut(key).map(Value::take)
                && (inner.is_object() || inner.is_string())
            {
                return self.unwrap(inner, session, place, depth + 1);
            }
        }
        self.faults.add(place, "names no event", "this event");
    }

    /// Logs of whole conversations have commands and replies too; of these, posted bodies matter.
    fn command_or_reply(&mut self, mut value: Value, session: String, place: &str) {
        let id = value.get_mut("id").map_or(Value::Null, Value::take);
        match value.filled(&["method"]) {
            Some("Network.getRequestPostData") => {
                let request = value.at(&["params", "requestId"]).cloned().unwrap_or_default();
                self.replies.push((id, session, request));
            }
            Some(_) => {}
            None => {
                let Some(known) = self.replies.iter().position(|(of, _, _)| *of == id) else { return };
                let (_, session, request) = self.replies.swap_remove(known);
                let text = value.owned(&["result", "postData"]);
                let params = if value.flag(&["result", "base64Encoded"]) {
                    serde_json::json!({"requestId": request, "base64": text})
                } else {
                    serde_json::json!({"requestId": request, "text": text})
                };
                self.give(Event { method: "Shuhi.postData".into(), params, session, place: place.to_owned() });
            }
        }
    }
}

/// The lists of events in a larger file, with the names they stand under.
fn logs_in(mut value: Value) -> Vec<(String, Vec<Value>)> {
    let mut logs = Vec::new();
    for key in [
        "devtoolsLogs",
        "artifacts",
        "DevtoolsLog",
        "devtoolsLog",
        "log",
        "logs",
        "events",
        "messages",
        "entries",
        "value",
    ] {
        match value.get_mut(key).map(Value::take) {
            Some(Value::Array(list)) => logs.push((key.to_owned(), list)),
            Some(Value::Object(passes)) => {
                for (name, pass) in passes {
                    match pass {
                        Value::Array(list) => logs.push((format!("{key}.{name}"), list)),
                        Value::Object(inner) => {
                            logs.extend(inner.into_iter().filter_map(|(inner_name, list)| match list {
                                Value::Array(list) => Some((format!("{key}.{name}.{inner_name}"), list)),
                                _ => None,
                            }));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    logs.retain(|(_, list)| list.iter().take(3).any(|event| event.is_string() || is_event(event)));
    logs
}
