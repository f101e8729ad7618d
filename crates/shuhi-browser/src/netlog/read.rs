//! The lines of the network log.

use std::collections::HashMap;
use std::io::BufRead;

use serde_json::Value;

/// Requests that are kept.
const SENT_MAX: usize = 200_000;
/// The longest line that is read, in bytes.
const LINE_MAX: usize = 4 << 20;

/// What the log says was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct NetLog {
    /// In the order of their beginning; every hop of a redirect is one.
    pub sent: Vec<Sent>,
    /// Hosts to which a connection outside of loopback was tried, with the address.
    pub outside: Vec<String>,
    /// Lines that could not be read.
    pub torn: usize,
}

/// One request whose headers went out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub url: String,
    pub method: String,
    pub headers: Vec<(String, String)>,
    /// The origin that asked for it; none for what the browser wants itself.
    pub initiator: Option<String>,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// Numbers of the events that are read.
#[derive(Debug, Default)]
struct Numbers {
    start_job: Option<u64>,
    headers: Vec<u64>,
    tcp_connect: Option<u64>,
    udp_connect: Option<u64>,
    udp_sent: Option<u64>,
    /// What is added to the log's time to give milliseconds since 1970.
    offset_ms: i64,
}

/// What sources are at.
#[derive(Debug, Default)]
struct Current {
    requests: HashMap<u64, Sent>,
    /// Where a datagram socket is connected to.
    datagrams: HashMap<u64, String>,
}

impl NetLog {
    /// Reads a log; one that was cut is read as far as it goes.
    pub fn read(from: &mut impl BufRead) -> Self {
        let mut log = Self::default();
        let mut numbers = None;
        let mut current = Current::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            match from.read_until(b'\n', &mut line) {
                Ok(0) => return log,
                Ok(_) => {}
                Err(_) => {
                    log.torn += 1;
                    return log;
                }
            }
            // The last event closes the list of events.
            let text = line.trim_ascii();
            let text = text.strip_suffix(b",").unwrap_or(text);
            let text = text.strip_suffix(b"]").unwrap_or(text);
            if text.len() > LINE_MAX {
                log.torn += 1;
                continue;
            }
            if numbers.is_none() {
                numbers = constants(text);
                continue;
            }
            if let Some(numbers) = &numbers {
                log.take(text, numbers, &mut current);
            }
        }
    }

    fn take(&mut self, text: &[u8], numbers: &Numbers, current: &mut Current) {
        if !text.starts_with(b"{") {
            return;
        }
        let Ok(event) = serde_json::from_slice::<Value>(text) else {
            self.torn += 1;
            return;
        };
        let kind = event.get("type").and_then(Value::as_u64);
        let source = event.pointer("/source/id").and_then(Value::as_u64).unwrap_or_default();
        if kind.is_some() && kind == numbers.start_job && event.get("phase").and_then(Value::as_u64) == Some(1) {
            let text = |name: &str| event.pointer(&format!("/params/{name}")).and_then(Value::as_str);
            let initiator = text("initiator").filter(|origin| *origin != "not an origin").map(str::to_owned);
            let time = event.get("time").and_then(Value::as_str).and_then(|time| time.parse::<i64>().ok());
            let sent = Sent {
                url: text("url").unwrap_or_default().to_owned(),
                method: text("method").unwrap_or("GET").to_owned(),
                headers: Vec::new(),
                initiator,
                at_ms: time.unwrap_or(0) + numbers.offset_ms,
            };
            current.requests.insert(source, sent);
        } else if kind.is_some_and(|kind| numbers.headers.contains(&kind)) {
            if let Some(mut sent) = current.requests.remove(&source) {
                sent.headers = headers(event.pointer("/params/headers"));
                if self.sent.len() < SENT_MAX {
                    self.sent.push(sent);
                }
            }
        } else if kind.is_some() && kind == numbers.tcp_connect {
            self.reached(text_of(&event, "/params/address"));
        } else if kind.is_some() && kind == numbers.udp_connect {
            // Connecting sends nothing; Chromium does so to learn which address of its own it would use.
            if let Some(address) = text_of(&event, "/params/address") {
                current.datagrams.insert(source, address);
            }
        } else if kind.is_some() && kind == numbers.udp_sent {
            self.reached(text_of(&event, "/params/address").or_else(|| current.datagrams.get(&source).cloned()));
        }
    }

    fn reached(&mut self, address: Option<String>) {
        if let Some(address) = address.filter(|address| !is_loopback(address))
            && !self.outside.contains(&address)
        {
            self.outside.push(address);
        }
    }
}

fn constants(text: &[u8]) -> Option<Numbers> {
    // `{"constants": {…}` without its end.
    let mut whole = text.to_vec();
    whole.push(b'}');
    let value: Value = serde_json::from_slice(&whole).ok()?;
    let constants = value.get("constants")?;
    let number =
        |name: &str| constants.pointer("/logEventTypes").and_then(|types| types.get(name)).and_then(Value::as_u64);
    let offset = constants.get("timeTickOffset");
    let offset_ms = offset.and_then(Value::as_i64).or_else(|| offset.and_then(Value::as_str)?.parse().ok());
    let named = |names: &[&str]| names.iter().filter_map(|name| number(name)).collect();
    Some(Numbers {
        start_job: number("URL_REQUEST_START_JOB"),
        headers: named(&[
            "HTTP_TRANSACTION_SEND_REQUEST_HEADERS",
            "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS",
            "HTTP_TRANSACTION_QUIC_SEND_REQUEST_HEADERS",
        ]),
        tcp_connect: number("TCP_CONNECT_ATTEMPT"),
        udp_connect: number("UDP_CONNECT"),
        udp_sent: number("UDP_BYTES_SENT"),
        offset_ms: offset_ms.unwrap_or(0),
    })
}

/// Headers stand as `name: value`, or as an object in newer versions.
fn headers(value: Option<&Value>) -> Vec<(String, String)> {
    match value {
        Some(Value::Array(lines)) => lines
            .iter()
            .filter_map(|line| line.as_str()?.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        Some(Value::Object(headers)) => {
            headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

fn text_of(event: &Value, pointer: &str) -> Option<String> {
    event.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn is_loopback(address: &str) -> bool {
    let parsed = address.parse::<std::net::SocketAddr>();
    parsed.map_or_else(
        |_| address.starts_with("127.") || address.starts_with("[::1]"),
        |parsed| parsed.ip().is_loopback(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"constants": {"logEventTypes":{"URL_REQUEST_START_JOB":7,"HTTP_TRANSACTION_SEND_REQUEST_HEADERS":9,"TCP_CONNECT_ATTEMPT":3,"UDP_CONNECT":4,"UDP_BYTES_SENT":5},"timeTickOffset":"1000"},
"events": [
{"params":{"initiator":"https://mise.example","method":"POST","url":"https://tag.example/r"},"phase":1,"source":{"id":5,"type":1},"time":"20","type":7},
{"params":{"headers":["Content-Type: application/reports+json","Host: tag.example"],"line":"POST /r HTTP/1.1\r\n"},"phase":0,"source":{"id":5,"type":1},"time":"21","type":9},
{"params":{"initiator":"not an origin","method":"GET","url":"https://cached.example/"},"phase":1,"source":{"id":6,"type":1},"time":"22","type":7},
{"params":{"address":"192.0.2.7:443"},"phase":1,"source":{"id":8},"time":"23","type":3},
{"params":{"address":"127.0.0.1:443"},"phase":1,"source":{"id":8},"time":"23","type":3},
{"params":{"address":"[2001:db8::8]:443"},"phase":1,"source":{"id":9},"time":"24","type":4},
{"params":{"address":"192.0.2.8:53"},"phase":1,"source":{"id":10},"time":"24","type":4},
{"params":{"byte_count":37},"phase":0,"source":{"id":10},"time":"24","type":5}],
{"params":{"torn
"#;

    #[test]
    fn what_was_sent_is_read_and_what_was_not_is_left_out() {
        let log = NetLog::read(&mut LOG.as_bytes());
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            log.sent,
            [Sent {
                url: "https://tag.example/r".to_owned(),
                method: "POST".to_owned(),
                headers: vec![header("Content-Type", "application/reports+json"), header("Host", "tag.example")],
                initiator: Some("https://mise.example".to_owned()),
                at_ms: 1020,
            }]
        );
        assert_eq!(log.outside, ["192.0.2.7:443", "192.0.2.8:53"]);
        assert_eq!(log.torn, 1);
    }

    #[test]
    fn a_log_cut_or_spoilt_anywhere_never_panics() {
        for cut in 0..LOG.len() {
            let _ = NetLog::read(&mut LOG.as_bytes().get(..cut).unwrap_or_default());
            let mut spoilt = LOG.as_bytes().to_vec();
            spoilt[cut] = spoilt[cut].wrapping_add(13);
            let _ = NetLog::read(&mut spoilt.as_slice());
        }
    }
}
