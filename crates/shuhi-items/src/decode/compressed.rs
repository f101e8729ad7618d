use std::io::Read;

use super::decoder::Decoder;
use super::limits;
use super::place::Place;

/// A way of compressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Gzip,
    Zlib,
    Deflate,
    Zstd,
    Brotli,
}

impl Compression {
    /// By the first bytes: only what says itself what it is.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // The method is 8 with a window of at most 32 KiB, and the first two bytes are a multiple of 31.
            [first, second, _, ..]
                if first & 0x0f == 8
                    && first >> 4 <= 7
                    && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31) =>
            {
                Some(Self::Zlib)
            }
            _ => None,
        }
    }

    /// By a word of `Content-Encoding`.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Zlib,
            "zstd" => Self::Zstd,
            "br" => Self::Brotli,
            _ => return None,
        })
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib | Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }

    /// Unfolds bytes; nothing where they are not compressed so. What a broken end still gave is kept, and said.
    pub fn unfold(self, decoder: &mut Decoder, place: &Place, bytes: &[u8]) -> Option<Vec<u8>> {
        let most = limits::INFLATED_BYTES_MAX.saturating_sub(decoder.inflated);
        let (found, whole) = match self {
            Self::Gzip => read(flate2::read::MultiGzDecoder::new(bytes), most),
            Self::Zlib => read(flate2::read::ZlibDecoder::new(bytes), most),
            Self::Deflate => read(flate2::read::DeflateDecoder::new(bytes), most),
            Self::Zstd => read(zstd::stream::read::Decoder::new(bytes).ok()?, most),
            Self::Brotli => read(brotli_decompressor::Decompressor::new(bytes, 4096), most),
        };
        decoder.inflated = decoder.inflated.saturating_add(found.len());
        if found.len() >= most {
            decoder.fault(
                place,
                format!(
                    "unfolds to more than {} bytes together with the rest: what is beyond is not read",
                    limits::INFLATED_BYTES_MAX
                ),
            );
        } else if !whole && found.is_empty() {
            return None;
        } else if !whole {
            decoder.fault(
                place,
                format!(
                    "the {} data end early or are damaged: only the first {} bytes are read",
                    self.word(),
                    found.len()
                ),
            );
        }
        Some(found)
    }
}

/// What could be read, and whether it came to its end.
fn read(from: impl Read, most: usize) -> (Vec<u8>, bool) {
    let mut found = Vec::new();
    let mut from = from.take(u64::try_from(most).unwrap_or(u64::MAX));
    let mut buffer = [0_u8; 16 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return (found, true),
            Ok(count) => found.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return (found, false),
        }
    }
}
