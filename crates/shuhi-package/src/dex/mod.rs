//! DEX files, versions 035 to 041: classes, strings, and what the code refers to.

mod code;
mod constant;
mod header;
mod read;
mod text;

pub(crate) use header::is_dex;
pub(crate) use text::decode as decode_text;

use std::collections::HashSet;

use crate::bytes::Bytes;
use crate::endpoint::Found;
use crate::fault::Reason;
use crate::limits::DEX_WORK_A_BYTE;
use crate::sensitive::Watch;

/// What is in a DEX file.
#[derive(Debug, Default)]
pub(crate) struct Dex {
    /// Classes that it defines.
    pub classes: Vec<Class>,
    /// Classes that it refers to and does not define.
    pub referenced: Vec<String>,
    /// Places in the code that refer to something watched for: which, in which class.
    pub uses: HashSet<(usize, String)>,
    /// Endpoints in strings, each with the classes whose code or constants have the string.
    pub endpoints: Vec<(Found, Vec<String>)>,
    /// Texts that look like a version.
    pub versions: Vec<VersionText>,
}

/// A class that is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    /// With dots; classes inside classes with `$`.
    pub name: String,
    /// The class it extends.
    pub superclass: Option<String>,
    /// Whether it carries Kotlin's metadata.
    pub kotlin: bool,
    /// Whether it names the source file that it was made from.
    pub source: bool,
}

/// A text that looks like a version, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionText {
    pub class: String,
    /// The constant, or the method with `()` behind it.
    pub member: String,
    pub text: String,
}

/// Reads a DEX file, or a container of several: all that can be read, and what could not.
pub(crate) fn read(file: &[u8], watch: &Watch) -> (Dex, Vec<Reason>) {
    let bytes = Bytes(file);
    let (headers, fault) = header::headers(bytes);
    let mut faults: Vec<Reason> = fault.into_iter().collect();
    let mut dex = Dex::default();
    let work = u64::try_from(file.len()).unwrap_or(u64::MAX).saturating_mul(DEX_WORK_A_BYTE).saturating_add(1 << 16);
    let mut work = Work(work);
    for header in &headers {
        if let Err(reason) = read::Reader::new(bytes, header, watch).read(&mut work, &mut dex, &mut faults) {
            faults.push(reason);
        }
    }
    faults.dedup();
    (dex, faults)
}

/// Bounds how often the same bytes are read: a sound file refers to each string and each method's code about once, and
/// a file made to exhaust readers refers to one long string a million times.
pub(crate) struct Work(u64);

impl Work {
    pub fn spend(&mut self, bytes: usize) -> Result<(), Reason> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1);
        match self.0.checked_sub(bytes) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(Reason::form("DEX file", "it refers to the same bytes again and again; its rest was not read")),
        }
    }
}
