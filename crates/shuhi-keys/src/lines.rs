//! Small files of `name: value` lines that end with a checksum, so that a damaged file is told from a wrong passphrase.

use crate::hexadecimal;
use crate::secret::sha256;

/// The longest such file, in bytes.
pub(crate) const LINES_LIMIT_BYTES: u64 = 16_384;

/// Writes such a file.
#[derive(Debug)]
pub(crate) struct Writer(String);

impl Writer {
    /// Starts with a line that says what the file is.
    pub(crate) fn new(title: &str) -> Self {
        Self(format!("{title}\n"))
    }

    pub(crate) fn line(&mut self, name: &str, value: &str) {
        self.0.push_str(name);
        self.0.push_str(": ");
        self.0.push_str(value);
        self.0.push('\n');
    }

    /// What was written so far.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The file, with its checksum.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let sum = check(&self.0);
        self.line("check", &sum);
        self.0.into_bytes()
    }
}

/// Reads such a file line by line; every line must be the one that is expected.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    read: usize,
}

impl<'a> Lines<'a> {
    /// Checks the checksum and the first line.
    pub(crate) fn new(title: &str, bytes: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
        let (text, sum) = text.rsplit_once("check: ").ok_or("its last line, `check`, is missing")?;
        if sum.strip_suffix('\n') != Some(check(text).as_str()) {
            return Err("its checksum does not fit".to_owned());
        }
        let mut lines = Self { text, read: 0 };
        if lines.next() != Some(title) {
            return Err(format!("it does not begin with `{title}`"));
        }
        Ok(lines)
    }

    /// The value of the next line, which must have this name.
    pub(crate) fn value(&mut self, name: &str) -> Result<&'a str, String> {
        let value = self.next().and_then(|line| line.strip_prefix(name)).and_then(|rest| rest.strip_prefix(": "));
        value.ok_or_else(|| format!("the line `{name}` is missing"))
    }

    /// The text that was read so far.
    pub(crate) fn before(&self) -> &'a str {
        self.text.get(..self.read).unwrap_or_default()
    }

    /// The next line, whatever it is; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        let (line, _) = self.text.get(self.read..)?.split_once('\n')?;
        self.read += line.len() + 1;
        Some(line)
    }

    /// Refuses further lines.
    pub(crate) fn end(&self) -> Result<(), String> {
        if self.read == self.text.len() { Ok(()) } else { Err("it has lines that do not belong".to_owned()) }
    }
}

fn check(text: &str) -> String {
    hexadecimal::encode(sha256(&[text.as_bytes()]).get(..8).unwrap_or_default())
}
