use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use shuhi_capture::Request;
use url::Url;

use super::charset;
use super::decoder::Decoder;
use super::place::Place;
use super::{Decoded, limits};
use crate::format::Context;

/// Takes a request apart: query, path, matrix parameters, headers, cookies, body, messages that were sent.
///
/// Whatever is not read for the sake of [`limits`] or because its form is not known is named among the faults.
pub fn decode(request: &Request) -> Decoded {
    let mut decoder = Decoder::default();
    match Url::parse(&request.url) {
        Ok(url) => address(&mut decoder, &url),
        Err(error) => decoder.fault(&Place::new(Context::Query), format!("the address cannot be read: {error}")),
    }
    headers(&mut decoder, request);
    cookies(&mut decoder, request);
    if let Some(body) = &request.body {
        let place = Place::new(Context::Body);
        if body.incomplete {
            decoder.fault(&place, "the capture has less of the body than was sent");
        }
        let mime = body.mime.as_deref().or_else(|| header(request, "content-type"));
        decoder.body(&place, &body.bytes, mime, header(request, "content-encoding"), 0);
    }
    messages(&mut decoder, request);
    decoder.finish()
}

/// Takes bytes apart as a body of a media type and `Content-Encoding`.
pub fn decode_body(bytes: &[u8], mime: Option<&str>, encoding: Option<&str>) -> Decoded {
    let mut decoder = Decoder::default();
    decoder.body(&Place::new(Context::Body), bytes, mime, encoding, 0);
    decoder.finish()
}

/// A header's value by its name, in whatever case.
pub fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

fn address(decoder: &mut Decoder, url: &Url) {
    if let Some(query) = url.query() {
        decoder.pairs(&Place::new(Context::Query), query, 0);
    }
    let path = Place::new(Context::Path);
    for (number, segment) in url.path_segments().into_iter().flatten().enumerate() {
        let mut pieces = segment.split(';');
        let plain = |text: &str| charset::text(&percent_decode_str(text).collect::<Vec<u8>>());
        let name = plain(pieces.next().unwrap_or_default());
        if !name.is_empty() {
            decoder.value(&path.number(number + 1), &name, 0);
        }
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or(("", piece));
            decoder.value(&Place::new(Context::Matrix).name(&plain(name)), &plain(value), 0);
        }
    }
    for (name, value) in [("username", url.username()), ("password", url.password().unwrap_or_default())] {
        if !value.is_empty() {
            decoder.value(&Place::new(Context::Header).name(&format!("url-{name}")), value, 0);
        }
    }
}

/// Headers without cookies and without what HTTP/2 writes before them.
fn headers(decoder: &mut Decoder, request: &Request) {
    let place = Place::new(Context::Header);
    for header in &request.headers {
        let name = header.name.to_ascii_lowercase();
        if name.starts_with(':') || name == "cookie" {
            continue;
        }
        let here = place.name(&name);
        match header.value.strip_prefix("Basic ") {
            Some(pair) if name == "authorization" => decoder.value(&here.step("basic"), pair, 0),
            _ => decoder.value(&here, &header.value, 0),
        }
    }
}

/// Cookies as the capture lists them, else from the header.
fn cookies(decoder: &mut Decoder, request: &Request) {
    let place = Place::new(Context::Cookie);
    for cookie in &request.cookies {
        decoder.value(&place.name(&cookie.name), &cookie.value, 0);
    }
    if request.cookies.is_empty() {
        let listed = header(request, "cookie").unwrap_or_default();
        for pair in listed.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            decoder.value(&place.name(name), value, 0);
        }
    }
}

fn messages(decoder: &mut Decoder, request: &Request) {
    let place = Place::new(Context::Message);
    let sent = request.messages.iter().filter(|message| message.sent);
    for (number, message) in sent.enumerate() {
        if number >= limits::MESSAGES_MAX {
            return decoder.fault(&place, format!("more than {} messages: the rest is not read", limits::MESSAGES_MAX));
        }
        let place = place.number(number);
        match message.binary.then(|| STANDARD.decode(&message.text)) {
            Some(Ok(bytes)) => decoder.body(&place, &bytes, None, None, 0),
            Some(Err(_)) => {
                decoder.fault(&place, "the binary message is not base64 in the capture: read as text");
                decoder.body(&place, message.text.as_bytes(), None, None, 0);
            }
            None => decoder.body(&place, message.text.as_bytes(), None, None, 0),
        }
    }
}
