//! The part of CBOR that leaves are made of, in its one deterministic form (RFC 8949, section 4.2.1): shortest heads,
//! definite lengths, map keys in the order of their bytes.

/// Writes deterministic CBOR, as long as map keys are given in order.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

impl Writer {
    pub(crate) fn map(&mut self, pairs: usize) {
        self.head(MAP, length(pairs));
    }

    pub(crate) fn array(&mut self, items: usize) {
        self.head(ARRAY, length(items));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.head(TEXT, length(text.len()));
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.head(BYTES, length(bytes.len()));
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn integer(&mut self, number: i64) {
        match u64::try_from(number) {
            Ok(number) => self.head(UNSIGNED, number),
            Err(_) => self.head(NEGATIVE, !number.cast_unsigned()),
        }
    }

    pub(crate) fn unsigned(&mut self, number: u64) {
        self.head(UNSIGNED, number);
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.bytes
    }

    fn head(&mut self, major: u8, argument: u64) {
        let first = major << 5;
        let wide = argument.to_be_bytes();
        match argument {
            0..24 => self.bytes.push(first | wide[7]),
            24..0x100 => self.bytes.extend_from_slice(&[first | 24, wide[7]]),
            0x100..0x1_0000 => self.bytes.extend_from_slice(&[first | 25, wide[6], wide[7]]),
            0x1_0000..0x1_0000_0000 => {
                self.bytes.extend_from_slice(&[first | 26, wide[4], wide[5], wide[6], wide[7]]);
            }
            _ => {
                self.bytes.push(first | 27);
                self.bytes.extend_from_slice(&wide);
            }
        }
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Why bytes are not deterministic CBOR of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes end within an item.
    #[error("it ends too early")]
    Ends,
    /// A number or length is not in its shortest form, or of indefinite length.
    #[error("it is not in the shortest form")]
    NotShortest,
    /// Another type was expected here.
    #[error("an item has an unexpected type")]
    Type,
    /// A number beyond 64 bits with sign.
    #[error("a number is out of range")]
    Range,
    /// Text that is not UTF-8.
    #[error("a text is not UTF-8")]
    Utf8,
    /// Something follows the last item.
    #[error("something follows its end")]
    Trailing,
}

/// Reads what [`Writer`] writes, and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// The type of the next item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Integer,
    Bytes,
    Text,
    Array,
    Other,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn map(&mut self) -> Result<usize, CborError> {
        self.counted(MAP)
    }

    pub(crate) fn array(&mut self) -> Result<usize, CborError> {
        self.counted(ARRAY)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, CborError> {
        let length = self.counted(TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| CborError::Utf8)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], CborError> {
        let length = self.counted(BYTES)?;
        self.take(length)
    }

    pub(crate) fn integer(&mut self) -> Result<i64, CborError> {
        match self.head()? {
            (UNSIGNED, number) => i64::try_from(number).map_err(|_| CborError::Range),
            (NEGATIVE, number) => i64::try_from(number).map(|number| !number).map_err(|_| CborError::Range),
            _ => Err(CborError::Type),
        }
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, CborError> {
        match self.head()? {
            (UNSIGNED, number) => Ok(number),
            _ => Err(CborError::Type),
        }
    }

    pub(crate) fn next(&self) -> Result<Next, CborError> {
        Ok(match self.rest.first().ok_or(CborError::Ends)? >> 5 {
            UNSIGNED | NEGATIVE => Next::Integer,
            BYTES => Next::Bytes,
            TEXT => Next::Text,
            ARRAY => Next::Array,
            _ => Next::Other,
        })
    }

    pub(crate) fn end(&self) -> Result<(), CborError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CborError::Trailing) }
    }

    /// A length; what it counts takes at least a byte each, so it can never be more than what is left.
    fn counted(&mut self, major: u8) -> Result<usize, CborError> {
        let (found, argument) = self.head()?;
        if found != major {
            return Err(CborError::Type);
        }
        usize::try_from(argument).ok().filter(|count| *count <= self.rest.len()).ok_or(CborError::Ends)
    }

    fn head(&mut self) -> Result<(u8, u64), CborError> {
        let first = *self.take(1)?.first().ok_or(CborError::Ends)?;
        let (width, least) = match first & 31 {
            small @ 0..24 => return Ok((first >> 5, u64::from(small))),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            _ => return Err(CborError::NotShortest),
        };
        let argument = self.take(width)?.iter().fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        if argument < least { Err(CborError::NotShortest) } else { Ok((first >> 5, argument)) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CborError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CborError::Ends)?;
        self.rest = rest;
        Ok(taken)
    }
}
