//! The bytes of a capture made ready: unpacked, without byte order mark, UTF-8.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::error::CaptureError;
use crate::faults::Faults;
use crate::limits::INPUT_BYTES_MAX;

/// What a capture is read from.
pub(crate) fn prepare<'a>(bytes: &'a [u8], faults: &mut Faults) -> Result<Cow<'a, [u8]>, CaptureError> {
    if let Some(found) = other_archive(bytes) {
        return Err(CaptureError::OtherKind { found: found.to_owned(), wanted: "the file in it, unpacked," });
    }
    let packed = bytes.starts_with(&[0x1f, 0x8b]);
    let unpacked = if packed { Cow::Owned(unpack(bytes, faults)?) } else { Cow::Borrowed(bytes) };
    if unpacked.len() > INPUT_BYTES_MAX {
        return Err(CaptureError::TooLarge { limit: INPUT_BYTES_MAX });
    }
    let text = as_utf8(unpacked);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(CaptureError::Empty);
    }
    Ok(whole_texts(text, faults))
}

/// Archives other than gzip, by how they begin.
fn other_archive(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "this is a ZIP archive"),
        (b"BZh", "this is compressed with bzip2"),
        (b"\xfd7zXZ\0", "this is compressed with xz"),
        (b"\x28\xb5\x2f\xfd", "this is compressed with Zstandard"),
        (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive"),
    ];
    BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, found)| *found)
}

fn unpack(bytes: &[u8], faults: &mut Faults) -> Result<Vec<u8>, CaptureError> {
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes).take(INPUT_BYTES_MAX as u64 + 1);
    match reader.read_to_end(&mut unpacked) {
        Ok(_) => Ok(unpacked),
        // A file cut short still has its beginning.
        Err(error) if !unpacked.is_empty() => {
            faults.add("the capture", format!("it cannot be unpacked to its end: {error}"), "what stands after that");
            Ok(unpacked)
        }
        Err(error) => Err(CaptureError::Packed { why: error.to_string() }),
    }
}

fn as_utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => Cow::Owned(from_utf16(&bytes, 1, u16::from_le_bytes)),
        Some([0xfe, 0xff]) => Cow::Owned(from_utf16(&bytes, 1, u16::from_be_bytes)),
        Some([b'{' | b'[', 0]) => Cow::Owned(from_utf16(&bytes, 0, u16::from_le_bytes)),
        Some([0, b'{' | b'[']) => Cow::Owned(from_utf16(&bytes, 0, u16::from_be_bytes)),
        _ if bytes.starts_with(b"\xef\xbb\xbf") => match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(3..).unwrap_or_default()),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(3..).unwrap_or_default().to_vec()),
        },
        _ => bytes,
    }
}

/// UTF-16, after a mark of as many units.
fn from_utf16(bytes: &[u8], mark: usize, unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).skip(mark).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}

/// Bytes that are no UTF-8 and halves of a character written as escapes would make a whole file unreadable; they are replaced.
fn whole_texts<'a>(bytes: Cow<'a, [u8]>, faults: &mut Faults) -> Cow<'a, [u8]> {
    let bytes = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes,
        Err(error) => {
            let what = format!("bytes that are no UTF-8, the first at byte {}", error.valid_up_to());
            faults.add("the capture", what, "these characters, replaced by U+FFFD");
            Cow::Owned(String::from_utf8_lossy(&bytes).into_owned().into_bytes())
        }
    };
    let halves = halves(&bytes);
    if halves.is_empty() {
        return bytes;
    }
    faults.add(
        "the capture",
        format!("{} halves of a character (`\\ud800` to `\\udfff`)", halves.len()),
        "these characters, replaced by U+FFFD",
    );
    let mut repaired = bytes.into_owned();
    for at in halves {
        if let Some(digits) = repaired.get_mut(at + 2..at + 6) {
            digits.copy_from_slice(b"fffd");
        }
    }
    Cow::Owned(repaired)
}

/// Where escapes of half a character stand without their other half.
fn halves(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += next;
        match surrogate(bytes, at) {
            Some(0xd800..=0xdbff) if matches!(surrogate(bytes, at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(_) => {
                found.push(at);
                at += 6;
            }
            None => at += 2,
        }
    }
    found
}

/// The half of a character that an escape stands for.
fn surrogate(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let unit = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

/// The first value in the text and where it ends.
pub(crate) fn first_value(bytes: &[u8]) -> Result<(Value, usize), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            let end = values.byte_offset();
            Ok((value, end))
        }
        Some(Err(error)) => Err(error),
        None => Ok((Value::Null, bytes.len())),
    }
}

/// The line on which a byte stands, counted from 1.
pub(crate) fn line_at(bytes: &[u8], offset: usize) -> usize {
    bytes.get(..offset).unwrap_or(bytes).iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Where the first byte that is no white space stands, from `start` on.
pub(crate) fn skip_space(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len())
}
