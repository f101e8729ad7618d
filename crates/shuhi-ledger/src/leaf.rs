//! A leaf: one event as deterministic CBOR, the same bytes for the same event on every machine.
//!
//! A leaf is a map with unsigned keys, in this order:
//!
//! | key | value |
//! |---|---|
//! | 0 | the version, 1 |
//! | 1 | the class, a text |
//! | 2 | the time, milliseconds since 1970 UTC |
//! | 3 | the fields: a map from text to text, integer, bytes or an array of texts |
//! | 4 | with a payload: the id of its key, 16 bytes |
//! | 5 | with a payload: the commitment, 32 bytes |
//! | 6 | with a payload in the leaf: the sealed bytes |
//! | 7 | with a payload in a blob: SHA-256 of the sealed bytes, 32 bytes |
//! | 8 | with a payload in a blob: the number of sealed bytes |

use std::collections::BTreeMap;

use shuhi_machine::UtcMillis;

use crate::cbor::{CborError, Next, Reader, Writer};
use crate::event::{Field, Sealed, StoredEvent, StoredPayload};
use crate::{KeyId, LEAF_BYTES_MAX};

const VERSION: u64 = 1;
/// At most this many bytes in the name of a class or field.
pub(crate) const NAME_BYTES_MAX: usize = 64;
/// At most this many fields.
pub(crate) const FIELDS_MAX: usize = 64;
/// At most this many texts in one field.
pub(crate) const TEXTS_MAX: usize = 1024;

/// Why bytes are not a leaf, or an event cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Not deterministic CBOR of the right shape.
    #[error("the leaf is malformed: {0}")]
    Cbor(#[from] CborError),
    /// Another version.
    #[error("the leaf has version {0}; this program reads version 1")]
    Version(u64),
    /// Too many bytes.
    #[error("the leaf has {0} bytes, at most 65535 fit; put what can grow into the payload")]
    TooLong(usize),
    /// A class or field with a name that is not allowed.
    #[error("`{0}` is no name: a name has 1 to 64 of a-z, 0-9, `.`, `_` and `-`")]
    Name(String),
    /// A field twice, or fields out of order.
    #[error("the keys of the leaf are not in order")]
    Order,
    /// More fields, or texts in a field, than allowed.
    #[error("the leaf has more than {FIELDS_MAX} fields, or one of them more than {TEXTS_MAX} texts")]
    TooMany,
    /// A key this version does not know, or one that is missing.
    #[error("the leaf has not the keys of its version")]
    Keys,
    /// A key id, commitment or hash of the wrong length.
    #[error("a key id, commitment or hash of the leaf has the wrong length")]
    Length,
}

/// The leaf of an event.
///
/// # Errors
///
/// When a name is not allowed, or it is longer than 65,535 bytes.
pub fn encode_leaf(event: &StoredEvent) -> Result<Vec<u8>, LeafError> {
    let mut writer = Writer::default();
    writer.map(match &event.payload {
        None => 4,
        Some(StoredPayload { sealed: Sealed::Here(_), .. }) => 7,
        Some(StoredPayload { sealed: Sealed::Blob { .. }, .. }) => 8,
    });
    write_public(&mut writer, &event.class, event.at, &event.fields)?;
    if let Some(payload) = &event.payload {
        writer.unsigned(4);
        writer.bytes(&payload.key.0);
        writer.unsigned(5);
        writer.bytes(&payload.commitment);
        match &payload.sealed {
            Sealed::Here(sealed) => {
                writer.unsigned(6);
                writer.bytes(sealed);
            }
            Sealed::Blob { sha256, bytes } => {
                writer.unsigned(7);
                writer.bytes(sha256);
                writer.unsigned(8);
                writer.unsigned(*bytes);
            }
        }
    }
    let leaf = writer.done();
    if leaf.len() > LEAF_BYTES_MAX { Err(LeafError::TooLong(leaf.len())) } else { Ok(leaf) }
}

/// What a sealed payload is bound to: its log, its event's public part, and its commitment. So it cannot be moved to
/// another event.
///
/// # Errors
///
/// When a name is not allowed.
pub(crate) fn payload_context(
    origin: &str,
    class: &str,
    at: UtcMillis,
    fields: &BTreeMap<String, Field>,
    commitment: &[u8; 32],
) -> Result<Vec<u8>, LeafError> {
    let mut writer = Writer::default();
    writer.array(4);
    writer.text("shuhi ledger payload");
    writer.text(origin);
    writer.bytes(commitment);
    writer.map(4);
    write_public(&mut writer, class, at, fields)?;
    Ok(writer.done())
}

fn write_public(
    writer: &mut Writer,
    class: &str,
    at: UtcMillis,
    fields: &BTreeMap<String, Field>,
) -> Result<(), LeafError> {
    writer.unsigned(0);
    writer.unsigned(VERSION);
    writer.unsigned(1);
    writer.text(name(class)?);
    writer.unsigned(2);
    writer.integer(at.0);
    writer.unsigned(3);
    if fields.len() > FIELDS_MAX {
        return Err(LeafError::TooMany);
    }
    writer.map(fields.len());
    let mut ordered: Vec<(&String, &Field)> = fields.iter().collect();
    ordered.sort_unstable_by_key(|(name, _)| (name.len(), *name));
    for (field, value) in ordered {
        writer.text(name(field)?);
        write_field(writer, value)?;
    }
    Ok(())
}

fn write_field(writer: &mut Writer, value: &Field) -> Result<(), LeafError> {
    match value {
        Field::Text(text) => writer.text(text),
        Field::Number(number) => writer.integer(*number),
        Field::Bytes(bytes) => writer.bytes(bytes),
        Field::Texts(texts) if texts.len() > TEXTS_MAX => return Err(LeafError::TooMany),
        Field::Texts(texts) => {
            writer.array(texts.len());
            for text in texts {
                writer.text(text);
            }
        }
    }
    Ok(())
}

/// Reads a leaf. There is one encoding of each event: whatever else means the same is refused.
///
/// # Errors
///
/// When it is not one.
pub fn decode_leaf(leaf: &[u8]) -> Result<StoredEvent, LeafError> {
    if leaf.len() > LEAF_BYTES_MAX {
        return Err(LeafError::TooLong(leaf.len()));
    }
    let mut reader = Reader::new(leaf);
    let keys = reader.map()?;
    expect_key(&mut reader, 0)?;
    let version = reader.unsigned()?;
    if version != VERSION {
        return Err(LeafError::Version(version));
    }
    expect_key(&mut reader, 1)?;
    let class = name(reader.text()?)?.to_owned();
    expect_key(&mut reader, 2)?;
    let at = UtcMillis(reader.integer()?);
    expect_key(&mut reader, 3)?;
    let fields = read_fields(&mut reader)?;
    let payload = match keys {
        4 => None,
        7 | 8 => Some(read_payload(&mut reader, keys == 8)?),
        _ => return Err(LeafError::Keys),
    };
    reader.end()?;
    Ok(StoredEvent { class, at, fields, payload })
}

fn read_fields(reader: &mut Reader<'_>) -> Result<BTreeMap<String, Field>, LeafError> {
    let count = reader.map()?;
    if count > FIELDS_MAX {
        return Err(LeafError::TooMany);
    }
    let mut fields = BTreeMap::new();
    let mut before = "";
    for _ in 0..count {
        let field = name(reader.text()?)?;
        if (before.len(), before) >= (field.len(), field) {
            return Err(LeafError::Order);
        }
        before = field;
        fields.insert(field.to_owned(), read_field(reader)?);
    }
    Ok(fields)
}

fn read_field(reader: &mut Reader<'_>) -> Result<Field, LeafError> {
    Ok(match reader.next()? {
        Next::Text => Field::Text(reader.text()?.to_owned()),
        Next::Integer => Field::Number(reader.integer()?),
        Next::Bytes => Field::Bytes(reader.bytes()?.to_vec()),
        Next::Array => {
            let count = reader.array()?;
            if count > TEXTS_MAX {
                return Err(LeafError::TooMany);
            }
            Field::Texts((0..count).map(|_| reader.text().map(str::to_owned)).collect::<Result<_, _>>()?)
        }
        Next::Other => return Err(CborError::Type.into()),
    })
}

fn read_payload(reader: &mut Reader<'_>, in_blob: bool) -> Result<StoredPayload, LeafError> {
    expect_key(reader, 4)?;
    let key = KeyId(array(reader.bytes()?)?);
    expect_key(reader, 5)?;
    let commitment = array(reader.bytes()?)?;
    let sealed = if in_blob {
        expect_key(reader, 7)?;
        let sha256 = array(reader.bytes()?)?;
        expect_key(reader, 8)?;
        Sealed::Blob { sha256, bytes: reader.unsigned()? }
    } else {
        expect_key(reader, 6)?;
        Sealed::Here(reader.bytes()?.to_vec())
    };
    Ok(StoredPayload { key, commitment, sealed })
}

fn expect_key(reader: &mut Reader<'_>, key: u64) -> Result<(), LeafError> {
    if reader.unsigned()? == key { Ok(()) } else { Err(LeafError::Keys) }
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], LeafError> {
    bytes.try_into().map_err(|_| LeafError::Length)
}

/// The name, if it is one.
pub(crate) fn name(name: &str) -> Result<&str, LeafError> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(name);
    }
    Err(LeafError::Name(name.chars().take(NAME_BYTES_MAX).collect()))
}
