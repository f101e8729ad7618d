use url::Url;

use super::charset;
use super::decoder::Decoder;
use super::json::Json;
use super::limits;
use super::place::{NAME_BYTES_MAX, Place};
use super::protobuf::{self, Field, Value};
use super::recognise::{Form, readable, recognise};

impl Decoder {
    /// A value and everything that can be decoded from it.
    pub fn value(&mut self, place: &Place, value: &str, depth: usize) {
        let Some((leaf, path)) = self.leaf(place, value) else { return };
        let here = Place { rendered: path, ..place.clone() };
        if self.inside(&here, value, depth) {
            self.mark(leaf);
        }
    }

    /// What can be decoded from a text; whether anything was.
    pub fn inside(&mut self, place: &Place, text: &str, depth: usize) -> bool {
        if !self.may(place, text.len()) {
            return false;
        }
        let Some(form) = recognise(text) else { return false };
        if depth >= limits::DEPTH_MAX {
            self.fault(place, format!("encoded more than {} times: not decoded further", limits::DEPTH_MAX));
            return false;
        }
        let before = self.count();
        let depth = depth + 1;
        match form {
            Form::Percent(plain) => self.value(&place.step("percent"), &plain, depth),
            Form::Json(json) => self.json(&place.step("json"), &json, depth, 0),
            Form::SocketIo(json) => self.json(&place.step("socketio").step("json"), &json, depth, 0),
            Form::JsonLines(lines) => {
                for (number, json) in lines.iter().enumerate() {
                    self.json(&place.step("lines").number(number).step("json"), json, depth, 0);
                }
            }
            Form::Jwt(header, payload) => {
                self.json(&place.step("jwt").name("header"), &header, depth, 0);
                self.json(&place.step("jwt").name("payload"), &payload, depth, 0);
            }
            Form::Address(address) => self.address(&place.address(), &address, depth),
            Form::Pairs => self.pairs(&place.step("form"), text, depth),
            Form::Hex(bytes) => {
                self.bytes(&place.step("hex"), &bytes, depth);
            }
            Form::Base64(bytes) => {
                self.bytes(&place.step("base64"), &bytes, depth);
            }
        }
        self.count() > before
    }

    /// Bytes that nothing describes: compressed, text, or a message.
    pub fn bytes(&mut self, place: &Place, bytes: &[u8], depth: usize) -> bool {
        if !self.may(place, bytes.len()) {
            return false;
        }
        if depth < limits::DEPTH_MAX
            && let Some(compression) = super::compressed::Compression::of(bytes)
            && let Some(plain) = compression.unfold(self, place, bytes)
            && self.bytes(&place.step(compression.word()), &plain, depth + 1)
        {
            return true;
        }
        if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| readable(text)) {
            self.value(place, text, depth);
            return true;
        }
        match protobuf::parse(bytes).filter(|fields| bytes.len() >= 10 && protobuf::convincing(fields)) {
            Some(fields) => {
                self.message(&place.step("protobuf"), &fields, depth, 0);
                true
            }
            None => false,
        }
    }

    pub fn json(&mut self, place: &Place, json: &Json, depth: usize, level: usize) {
        if level > limits::NESTING_MAX {
            return self
                .fault(place, format!("nested more than {} levels deep: not read further", limits::NESTING_MAX));
        }
        match json {
            Json::Null => {
                self.leaf(place, "null");
            }
            Json::Flag(flag) => {
                self.leaf(place, if *flag { "true" } else { "false" });
            }
            Json::Number(number) => {
                self.leaf(place, number);
            }
            Json::Text(text) => self.value(place, text, depth),
            Json::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.json(&place.number(number), item, depth, level + 1);
                }
            }
            Json::Object(entries) => {
                for (name, item) in entries {
                    self.long_name(place, name, depth);
                    self.json(&place.name(name), item, depth, level + 1);
                }
            }
        }
    }

    /// A name too long for one carries something itself.
    fn long_name(&mut self, place: &Place, name: &str, depth: usize) {
        if name.len() > NAME_BYTES_MAX {
            self.value(&place.step("name"), name, depth);
        }
    }

    /// `name=value` joined by `&`.
    pub fn pairs(&mut self, place: &Place, text: &str, depth: usize) {
        let text = text.trim();
        let text = text.strip_prefix('?').unwrap_or(text);
        for piece in text.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = charset::form_pair(piece);
            self.long_name(place, &name, depth);
            self.value(&place.name(&name), &value, depth);
        }
    }

    /// An address that was sent as a value: its parameters, and what is hidden in its path.
    fn address(&mut self, place: &Place, address: &Url, depth: usize) {
        if let Some(query) = address.query().filter(|query| !query.is_empty()) {
            self.pairs(&place.step("query"), query, depth);
        }
        for (number, segment) in address.path_segments().into_iter().flatten().enumerate() {
            if segment.len() >= 16 || segment.contains(['%', '@', '=']) {
                self.inside(&place.step("path").step(&(number + 1).to_string()), segment, depth);
            }
        }
        if let Some(fragment) = address.fragment().filter(|fragment| fragment.contains('=')) {
            let parameters = fragment.split_once('?').map_or(fragment, |(_, query)| query);
            self.pairs(&place.step("fragment"), parameters, depth);
        }
    }

    pub fn message(&mut self, place: &Place, fields: &[Field], depth: usize, level: usize) {
        if level > limits::NESTING_MAX {
            return self
                .fault(place, format!("nested more than {} levels deep: not read further", limits::NESTING_MAX));
        }
        for field in fields {
            let place = place.name(&field.number.to_string());
            match &field.value {
                Value::Number(number) => {
                    self.leaf(&place, &number.to_string());
                }
                Value::Four(bits) => self.fixed(
                    &place,
                    &f32::from_bits(*bits).to_string(),
                    f64::from(f32::from_bits(*bits)),
                    &bits.to_string(),
                ),
                Value::Eight(bits) => {
                    self.fixed(&place, &f64::from_bits(*bits).to_string(), f64::from_bits(*bits), &bits.to_string())
                }
                Value::Text(text) => self.value(&place, text, depth),
                Value::Message(fields) => self.message(&place, fields, depth, level + 1),
                Value::Bytes(bytes) => {
                    if depth >= limits::DEPTH_MAX || !self.bytes(&place, bytes, depth + 1) {
                        self.leaf(&place.step("bytes"), &crate::text::hex(bytes));
                    }
                }
            }
        }
    }

    /// Four or eight bytes: the fraction where it is a plausible one, else the whole number.
    fn fixed(&mut self, place: &Place, fraction: &str, value: f64, number: &str) {
        let plausible = value.is_finite() && (value == 0.0 || (1e-6..1e12).contains(&value.abs()));
        self.leaf(place, if plausible { fraction } else { number });
    }
}
