//! Texts of files that store them one behind the other, without anything between: bytecode of Hermes (React Native) and
//! the metadata of IL2CPP (Unity). Looking for addresses in their bytes would join each with whatever follows it.

use crate::bytes::Bytes;

/// Bytes of text taken, a byte of the file: texts of Hermes may share storage.
const TEXT_A_BYTE: usize = 16;

/// The texts of such a file; `None` where bytes are something else, or cannot be read as it.
pub(crate) fn texts(bytes: &[u8]) -> Option<Vec<String>> {
    match bytes.get(..8)? {
        [0xc6, 0x1f, 0xbc, 0x03, 0xc1, 0x03, 0x19, 0x1f] => hermes(Bytes(bytes)),
        [0xaf, 0x1b, 0xb1, 0xfa, ..] => il2cpp(Bytes(bytes)),
        _ => None,
    }
}

/// Hermes bytecode: header, functions, kinds of strings, hashes, the table of strings, long strings, storage.
fn hermes(file: Bytes<'_>) -> Option<Vec<String>> {
    let (functions, kinds) = (file.place(0x28)?, file.place(0x2c)?);
    let (identifiers, strings) = (file.place(0x30)?, file.place(0x34)?);
    let (long, storage_size) = (file.place(0x38)?, file.place(0x3c)?);
    // Versions differ in how long a function's entry is; the counts of the kinds show which it is.
    let starts = [16, 12].into_iter().filter_map(|width| functions.checked_mul(width)?.checked_add(0x80));
    let is_sound = |start: &usize| {
        let count = |index: usize| file.place(start.checked_add(index.checked_mul(4)?)?).map(|kind| kind & 0x7fff_ffff);
        kinds <= strings && (0..kinds).try_fold(0_usize, |sum, index| sum.checked_add(count(index)?)) == Some(strings)
    };
    let start = starts.into_iter().find(is_sound)?;
    let table = start.checked_add(kinds.checked_add(identifiers)?.checked_mul(4)?)?;
    let long_table = table.checked_add(strings.checked_mul(4)?)?;
    let storage = file.part(long_table.checked_add(long.checked_mul(8)?)?, storage_size)?;
    let mut left = file.len().saturating_mul(TEXT_A_BYTE);
    let mut found = Vec::new();
    for index in 0..strings {
        let entry = file.u32(table + index * 4)?;
        let wide = entry & 1 != 0;
        let (place, length) = (usize::try_from(entry >> 1 & 0x7f_ffff).ok()?, usize::try_from(entry >> 24).ok()?);
        let (place, length) = match length {
            0xff => {
                let at = long_table.checked_add(place.checked_mul(8)?)?;
                (file.place(at)?, file.place(at + 4)?)
            }
            _ => (place, length),
        };
        let bytes = if wide { length.checked_mul(2)? } else { length };
        left = left.checked_sub(bytes)?;
        let bytes = storage.part(place, bytes)?.0;
        let units = || bytes.chunks_exact(2).filter_map(|pair| Bytes(pair).u16(0)).collect::<Vec<_>>();
        found.push(if wide { String::from_utf16_lossy(&units()) } else { String::from_utf8_lossy(bytes).into_owned() });
    }
    Some(found)
}

/// The literals of IL2CPP metadata: a table of length and place, and the texts.
fn il2cpp(file: Bytes<'_>) -> Option<Vec<String>> {
    let (table, size) = (file.place(8)?, file.place(12)?);
    let texts = file.part(file.place(16)?, file.place(20)?)?;
    let table = file.part(table, size)?;
    let mut left = file.len().saturating_mul(TEXT_A_BYTE);
    let mut found = Vec::new();
    for index in 0..size / 8 {
        let (length, place) = (table.place(index * 8)?, table.place(index * 8 + 4)?);
        left = left.checked_sub(length)?;
        found.push(String::from_utf8_lossy(texts.part(place, length)?.0).into_owned());
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytecode_of_hermes_from_its_own_compiler() {
        // `tests/data/source/hermes.js`, compiled by the compilers of two years.
        for bytes in [&include_bytes!("../tests/data/hermes-84.hbc")[..], include_bytes!("../tests/data/hermes-99.hbc")]
        {
            let found = texts(bytes).unwrap();
            let told = [
                "https://api.mihon.example.jp/v1/start",
                "https://log.keisoku.example.jp",
                "cdn.mihon.example.jp",
                "fetchData",
            ];
            for text in told.into_iter().chain(["日本語 https://ja.mihon.example.jp/あ"]) {
                assert!(found.iter().any(|found| found == text), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn metadata_of_il2cpp() {
        let mut file = vec![0xaf, 0x1b, 0xb1, 0xfa, 29, 0, 0, 0];
        file.extend([24_u32, 16, 40, 38].iter().flat_map(|number| number.to_le_bytes()));
        file.extend([29_u32, 0, 9, 29].iter().flat_map(|number| number.to_le_bytes()));
        file.extend(b"https://api.mihon.example.jp/fetchData");
        assert_eq!(texts(&file), Some(vec!["https://api.mihon.example.jp/".to_owned(), "fetchData".to_owned()]));
        file.truncate(50);
        assert_eq!(texts(&file), None);
    }
}
