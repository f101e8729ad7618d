use super::charset;
use super::compressed::Compression;
use super::decoder::Decoder;
use super::json::Json;
use super::limits;
use super::multipart;
use super::place::Place;
use super::protobuf;
use super::recognise::is_pairs;

/// Letters of a readable run within bytes that nothing explains.
const RUN_CHARS_MIN: usize = 6;
/// Readable runs that are kept.
const RUNS_MAX: usize = 500;

impl Decoder {
    /// A body: unfolded, taken apart by its media type or by what it looks like.
    pub fn body(&mut self, place: &Place, bytes: &[u8], mime: Option<&str>, encoding: Option<&str>, depth: usize) {
        let mut bytes = bytes;
        if bytes.len() > limits::BODY_BYTES_MAX {
            self.fault(
                place,
                format!("{} bytes long: only the first {} are read", bytes.len(), limits::BODY_BYTES_MAX),
            );
            bytes = bytes.get(..limits::BODY_BYTES_MAX).unwrap_or(bytes);
        }
        if bytes.is_empty() || !self.may(place, bytes.len()) {
            return;
        }
        if let Some((compression, plain)) = self.unfolded(place, bytes, encoding)
            && depth < limits::DEPTH_MAX
        {
            return self.body(&place.step(compression.word()), &plain, mime, None, depth + 1);
        }
        let kind = mime.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if (kind.starts_with("multipart/") || bytes.starts_with(b"--")) && self.multipart(place, bytes, mime, depth) {
            return;
        }
        if kind.contains("grpc") && self.framed(place, bytes, depth) {
            return;
        }
        let announced = kind.contains("protobuf") || kind.contains("proto");
        if announced && let Some(fields) = protobuf::parse(bytes) {
            return self.message(&place.step("protobuf"), &fields, depth, 0);
        }
        match std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
            Ok(text) if !text.contains('\0') => self.text_body(place, text, &kind, depth),
            Err(_) if let Some(text) = charset::stated(bytes, mime) => self.text_body(place, &text, &kind, depth),
            _ => self.binary(place, bytes, depth),
        }
    }

    fn unfolded(&mut self, place: &Place, bytes: &[u8], encoding: Option<&str>) -> Option<(Compression, Vec<u8>)> {
        let stated = encoding.and_then(|words| words.split(',').next_back()).and_then(Compression::named);
        // Captures often hold the body as it was before it was compressed: what says itself what it is goes first.
        let candidates =
            [Compression::of(bytes), stated, (stated == Some(Compression::Zlib)).then_some(Compression::Deflate)];
        for compression in candidates.into_iter().flatten() {
            let text = std::str::from_utf8(bytes).is_ok();
            if text && Compression::of(bytes).is_none() {
                continue;
            }
            if let Some(plain) = compression.unfold(self, place, bytes).filter(|plain| !plain.is_empty()) {
                return Some((compression, plain));
            }
        }
        None
    }

    fn text_body(&mut self, place: &Place, text: &str, kind: &str, depth: usize) {
        let form = kind == "application/x-www-form-urlencoded";
        let begins = text.trim_start().starts_with(['{', '[']);
        if !begins && (form && text.contains('=') || is_pairs(text, 1) && !text.contains('\n')) {
            return self.pairs(&place.step("form"), text, depth);
        }
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).take(limits::MESSAGES_MAX).collect();
        if !begins && lines.len() > 1 && lines.iter().all(|line| is_pairs(line, 1)) {
            for (number, line) in lines.iter().enumerate() {
                self.pairs(&place.step("lines").number(number).step("form"), line, depth);
            }
            return;
        }
        if begins && let Some(json) = Json::parse(text.trim()) {
            return self.json(&place.step("json"), &json, depth, 0);
        }
        if begins && !text.trim_end().ends_with(['}', ']']) {
            self.fault(place, "JSON that is cut off: read as plain text");
        }
        self.value(&place.step("text"), text, depth);
    }

    fn multipart(&mut self, place: &Place, bytes: &[u8], mime: Option<&str>, depth: usize) -> bool {
        let Some(parts) = multipart::parts(mime, bytes) else { return false };
        if depth >= limits::DEPTH_MAX {
            self.fault(place, format!("encoded more than {} times: not decoded further", limits::DEPTH_MAX));
            return false;
        }
        let place = place.step("multipart");
        for (number, part) in parts.into_iter().enumerate() {
            let place = part.name.as_deref().map_or_else(|| place.number(number), |name| place.name(name));
            if let Some(file) = &part.file {
                self.value(&place.step("filename"), file, depth);
            }
            match part.mime.as_deref().filter(|mime| !mime.starts_with("text/plain")) {
                Some(mime) => self.body(&place, part.content, Some(mime), None, depth + 1),
                None => match std::str::from_utf8(part.content) {
                    Ok(text) => self.value(&place, text, depth + 1),
                    Err(_) => self.binary(&place, part.content, depth + 1),
                },
            }
        }
        true
    }

    /// Messages behind five bytes of flag and length, as gRPC sends them.
    fn framed(&mut self, place: &Place, bytes: &[u8], depth: usize) -> bool {
        let mut rest = bytes;
        let mut number = 0;
        while let Some(([_, length @ ..], after)) = rest.split_first_chunk::<5>() {
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let Some((message, after)) = after.split_at_checked(length) else { break };
            rest = after;
            let place = place.step("grpc").number(number);
            match protobuf::parse(message) {
                Some(fields) => self.message(&place.step("protobuf"), &fields, depth, 0),
                None => self.binary(&place, message, depth),
            }
            number += 1;
        }
        number > 0
    }

    /// Bytes that are no text: a message, or the readable runs within.
    pub fn binary(&mut self, place: &Place, bytes: &[u8], depth: usize) {
        if self.bytes(place, bytes, depth) {
            return;
        }
        self.fault(
            place,
            format!("{} bytes in a form that is not known: only readable runs of it are read", bytes.len()),
        );
        let mut found = 0;
        for run in String::from_utf8_lossy(bytes).split(|letter: char| letter.is_control() || letter == '\u{fffd}') {
            if run.chars().count() >= RUN_CHARS_MIN && found < RUNS_MAX {
                self.value(&place.step("run").number(found), run, depth);
                found += 1;
            }
        }
    }
}
