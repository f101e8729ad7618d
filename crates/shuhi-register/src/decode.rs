use shuhi_source::Fault;

use crate::limits::FILE_BYTES_MAX;

const UTF8_HELP: &str = "save the file as UTF-8";
const ESCAPE: u8 = 0x1b;

/// Turns the bytes of a file into text; `name` is how messages call the file.
///
/// A byte order mark of UTF-8 is kept (the reader skips it).
///
/// # Errors
///
/// A fault where the file is larger than [`FILE_BYTES_MAX`] (looked at first), or is not UTF-8: it says where, and
/// which encoding the bytes look like.
pub fn decode(bytes: Vec<u8>, name: &str) -> Result<String, Fault> {
    if bytes.len() > FILE_BYTES_MAX {
        let message =
            format!("`{name}` has {} bytes, more than the limit of {FILE_BYTES_MAX} bytes for one file", bytes.len());
        return Err(Fault::general(message).help("split it into several files"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::general(format!("`{name}` is UTF-16, not UTF-8")).help(UTF8_HELP));
    }
    if bytes.contains(&0) {
        let message = format!("`{name}` holds zero bytes, as UTF-16 text and binary files do");
        return Err(Fault::general(message).help("a register file is text; save it as UTF-8"));
    }
    // ISO-2022-JP is valid UTF-8 byte for byte, but its escape sequences are no text.
    if bytes.windows(2).any(|pair| matches!(pair, [ESCAPE, b'$' | b'('])) {
        return Err(Fault::general(format!("`{name}` looks like ISO-2022-JP, not UTF-8")).help(UTF8_HELP));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        not_utf8(error.as_bytes(), at, name)
    })
}

fn not_utf8(bytes: &[u8], at: usize, name: &str) -> Fault {
    let byte = bytes.get(at).copied().unwrap_or_default();
    let line = 1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    let message = format!("`{name}` is not UTF-8: byte 0x{byte:02x} at offset {at}, on line {line}");
    let help = if is_euc_jp(bytes) {
        "save the file as UTF-8; its bytes look like EUC-JP".to_owned()
    } else if is_shift_jis(bytes) {
        "save the file as UTF-8; its bytes look like Shift_JIS (ANSI or CP932 in Japanese editors)".to_owned()
    } else {
        UTF8_HELP.to_owned()
    };
    Fault::general(message).help(help)
}

/// Whether every byte fits Shift_JIS: one byte, or a lead byte and a trail byte.
fn is_shift_jis(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        let sound = match byte {
            0x00..=0x7f | 0xa1..=0xdf => true,
            0x81..=0x9f | 0xe0..=0xfc => matches!(rest.next(), Some(0x40..=0x7e | 0x80..=0xfc)),
            _ => false,
        };
        if !sound {
            return false;
        }
    }
    true
}

/// Whether every byte fits EUC-JP without half-width katakana, which texts rarely have and Shift_JIS is mistaken for.
fn is_euc_jp(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        let sound = match byte {
            0x00..=0x7f => true,
            0xa1..=0xfe => matches!(rest.next(), Some(0xa1..=0xfe)),
            _ => false,
        };
        if !sound {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> Fault {
        decode(bytes.to_vec(), "answers/log.yaml").unwrap_err()
    }

    #[test]
    fn utf8_is_taken_with_and_without_a_mark() {
        assert_eq!(decode("名称: 見本".into(), "a.yaml").unwrap(), "名称: 見本");
        assert_eq!(decode("\u{feff}a: b".into(), "a.yaml").unwrap(), "\u{feff}a: b");
        assert_eq!(decode(Vec::new(), "a.yaml").unwrap(), "");
    }

    #[test]
    fn shift_jis_is_named_with_its_place() {
        // "operator:\n  name: 見本" in Shift_JIS.
        let found = fault(b"operator:\n  name: \x8c\xa9\x96\x7b\n");
        assert_eq!(found.message, "`answers/log.yaml` is not UTF-8: byte 0x8c at offset 18, on line 2");
        assert!(found.help.unwrap().contains("Shift_JIS"));
    }

    #[test]
    fn other_encodings_are_told_apart() {
        // 見本 in EUC-JP.
        assert!(fault(b"name: \xb8\xab\xcb\xdc").help.unwrap().contains("EUC-JP"));
        // 見 in ISO-2022-JP.
        assert!(fault(b"name: \x1b$B8+\x1b(B").message.contains("ISO-2022-JP"));
        assert!(fault(b"\xff\xfea\x00").message.contains("UTF-16"));
        assert!(fault(b"\xfe\xff\x00a").message.contains("UTF-16"));
        assert!(fault(b"a\x00:\x00").message.contains("zero bytes"));
        let latin = fault(b"caf\xff");
        assert_eq!(latin.help.as_deref(), Some("save the file as UTF-8"));
    }

    #[test]
    fn size_is_looked_at_before_anything_else() {
        let found = fault(&vec![0xff; FILE_BYTES_MAX + 1]);
        assert!(found.message.contains("16777217 bytes"), "{}", found.message);
        assert!(decode(vec![b' '; FILE_BYTES_MAX], "a.yaml").is_ok());
    }
}
