//! Protocol Buffers without a schema, as far as the bytes themselves tell: numbers of fields instead of names.

use super::limits;
use super::recognise::readable;

/// Fields of one message, over all levels.
const FIELDS_MAX: usize = 20_000;

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Number(u64),
    /// Four bytes: a whole number or a fraction, which the bytes do not tell.
    Four(u32),
    /// Eight bytes, likewise.
    Eight(u64),
    Text(String),
    Bytes(Vec<u8>),
    Message(Vec<Field>),
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub number: u64,
    pub value: Value,
}

/// Reads bytes as one message; nothing where they cannot be one.
pub fn parse(bytes: &[u8]) -> Option<Vec<Field>> {
    let mut left = FIELDS_MAX;
    message(bytes, 0, &mut left).filter(|fields| !fields.is_empty())
}

/// Whether a message that nothing announced is one for sure: it has a text that a person can read.
pub fn convincing(fields: &[Field]) -> bool {
    fields.iter().any(|field| match &field.value {
        Value::Text(text) => text.chars().count() >= 4,
        Value::Message(fields) => convincing(fields),
        _ => false,
    })
}

fn message(mut bytes: &[u8], depth: usize, left: &mut usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        *left = left.checked_sub(1)?;
        let key = varint(&mut bytes)?;
        let number = key >> 3;
        if number == 0 || number >= 1 << 29 {
            return None;
        }
        let value = match key & 7 {
            0 => Value::Number(varint(&mut bytes)?),
            1 => Value::Eight(u64::from_le_bytes(*take::<8>(&mut bytes)?)),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (content, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                content_of(content, depth, left)
            }
            5 => Value::Four(u32::from_le_bytes(*take::<4>(&mut bytes)?)),
            _ => return None,
        };
        fields.push(Field { number, value });
    }
    Some(fields)
}

fn content_of(content: &[u8], depth: usize, left: &mut usize) -> Value {
    let text = std::str::from_utf8(content).ok();
    if let Some(text) = text.filter(|text| text.is_empty() || readable(text)) {
        return Value::Text(text.to_owned());
    }
    let nested = (depth < limits::NESTING_MAX).then(|| message(content, depth + 1, left)).flatten();
    match (nested, text) {
        (Some(fields), _) => Value::Message(fields),
        (None, Some(text)) => Value::Text(text.to_owned()),
        (None, None) => Value::Bytes(content.to_vec()),
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let [byte] = *take::<1>(bytes)?;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take<'b, const N: usize>(bytes: &mut &'b [u8]) -> Option<&'b [u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(first)
}
