//! Bytes with checked access: outside there is nothing, never a panic.

/// Bytes read at places that may lie outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn len(self) -> usize {
        self.0.len()
    }

    pub fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub fn u16(self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub fn u32(self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub fn u64(self, at: usize) -> Option<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// A number of four bytes that counts or points.
    pub fn place(self, at: usize) -> Option<usize> {
        self.u32(at).and_then(|number| usize::try_from(number).ok())
    }

    pub fn part(self, at: usize, length: usize) -> Option<Bytes<'a>> {
        self.0.get(at..at.checked_add(length)?).map(Bytes)
    }

    pub fn from(self, at: usize) -> Option<Bytes<'a>> {
        self.0.get(at..).map(Bytes)
    }

    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }
}

/// Reads one thing after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: Bytes<'a>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: Bytes<'a>, at: usize) -> Self {
        Self { bytes, at }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn u8(&mut self) -> Option<u8> {
        let byte = self.bytes.u8(self.at)?;
        self.at += 1;
        Some(byte)
    }

    pub fn u32(&mut self) -> Option<u32> {
        let number = self.bytes.u32(self.at)?;
        self.at += 4;
        Some(number)
    }

    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    pub fn take(&mut self, length: usize) -> Option<Bytes<'a>> {
        let part = self.bytes.part(self.at, length)?;
        self.at += length;
        Some(part)
    }

    /// A part that states its length in four bytes before it.
    pub fn prefixed(&mut self) -> Option<Bytes<'a>> {
        let length = usize::try_from(self.u32()?).ok()?;
        self.take(length)
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// A number of variable length, as DEX writes them: at most five bytes, the low seven bits first.
    pub fn uleb128(&mut self) -> Option<u32> {
        let mut number = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            number |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_there_is_nothing() {
        let bytes = Bytes(&[1, 2, 3, 4]);
        assert_eq!((bytes.u32(0), bytes.u16(3), bytes.u8(4)), (Some(0x0403_0201), None, None));
        assert!(bytes.part(usize::MAX, 2).is_none() && bytes.part(4, 0).is_some() && bytes.from(5).is_none());
    }

    #[test]
    fn numbers_of_variable_length() {
        let read = |bytes: &[u8]| Cursor::new(Bytes(bytes), 0).uleb128();
        assert_eq!(read(&[0xe5, 0x8e, 0x26]), Some(624_485));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(u32::MAX));
        assert_eq!(read(&[0x80, 0x80, 0x80, 0x80, 0x80, 0]), None);
        assert_eq!(read(&[0x80]), None);
    }
}
