//! What could not be read, and why.

use std::path::PathBuf;

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::limits::FAULTS_MAX;

/// Why nothing at all could be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// No path, or a folder without packages.
    #[error(
        "no app package among the paths given; name an .apk, .apks, .xapk, .apkm, .aab or .ipa file, or a folder of split APKs"
    )]
    Nothing,
    /// The system refuses to read it.
    #[error("`{}` cannot be read: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Larger than [`crate::limits::FILE_BYTES_MAX`].
    #[error("`{name}` has {bytes} bytes, more than {limit}; give one app package")]
    TooLarge {
        /// The file.
        name: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// More than [`crate::limits::FILES_MAX`] files.
    #[error("more than {limit} files; give the package of one app")]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// Not an archive, or one that is no app package.
    #[error("`{name}` is no app package: {why}; give an .apk, .apks, .xapk, .apkm, .aab or .ipa file")]
    NotAPackage {
        /// The file.
        name: String,
        /// What is missing.
        why: String,
    },
    /// Files of two apps given together.
    #[error(
        "`{first}` and `{second}` are different apps ({first_id}, {second_id}); give the files of one app at a time"
    )]
    SeveralApps {
        /// A file.
        first: String,
        /// A file of another app.
        second: String,
        /// The id of the first.
        first_id: String,
        /// The id of the other.
        second_id: String,
    },
    /// An Android package and an iOS package given together.
    #[error("`{first}` and `{second}` are for different platforms; give the files of one app at a time")]
    SeveralPlatforms {
        /// A file.
        first: String,
        /// A file for the other platform.
        second: String,
    },
    /// A table that is built into the program is broken.
    #[error("a table built into the program cannot be read: {0}")]
    Table(String),
}

/// Something in a package that could not be read, or that contradicts itself. What it held is missing from the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: the file, then `!` and the entry, once for each archive inside an archive.
    pub place: String,
    /// What is missing or doubtful because of it.
    pub part: Part,
    /// Why.
    #[serde(serialize_with = "as_text")]
    pub reason: Reason,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.place, self.reason)
    }
}

fn as_text<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(reason)
}

/// Parts of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// An archive, or entries of it.
    Archive,
    /// The manifest of an Android app, or `Info.plist` of an iOS app.
    Manifest,
    /// Resources of an Android app.
    Resources,
    /// Code.
    Code,
    /// Text in which endpoints are looked for.
    Strings,
    /// Certificates.
    Certificates,
    /// A privacy manifest of an iOS app.
    PrivacyManifest,
}

/// Why a part could not be read, or what contradicts in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// It ends too early, or points outside of itself.
    #[error("{what} at byte {at} lies outside of the data; the file is cut off or damaged")]
    Outside {
        /// What was to be read.
        what: &'static str,
        /// Where.
        at: u64,
    },
    /// Not of the form it should have.
    #[error("{what}: {detail}")]
    Form {
        /// What was to be read.
        what: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// More of something than is read.
    #[error("more than {limit} {what}; what lies beyond was not read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Grows too much when unpacked.
    #[error(
        "grows to more than {limit} times its size when unpacked, as archives made to exhaust readers do; not read"
    )]
    Ratio {
        /// The limit.
        limit: u64,
    },
    /// Compressed in a way that no app package uses.
    #[error("compression method {method} is not used in app packages; read as Android does: {}", if *.stored { "stored" } else { "not at all" })]
    Compression {
        /// The method's number.
        method: u16,
        /// Whether its bytes made sense as they stand.
        stored: bool,
    },
    /// Marked as encrypted.
    #[error("marked as encrypted; {}", if *.read { "the mark is false, and Android passes over it" } else { "its bytes cannot be unpacked" })]
    Encrypted {
        /// Whether it could be read all the same.
        read: bool,
    },
    /// Several entries of one name.
    #[error("several entries have the same name; only the last of each was read, and other readers may see another")]
    DuplicateNames,
    /// A checksum that differs.
    #[error("its checksum differs from the one stated; the file is damaged or was altered")]
    Checksum,
    /// An archive inside an archive inside … too deep.
    #[error("archives lie more than {limit} deep inside each other; not read")]
    TooDeep {
        /// The limit.
        limit: u64,
    },
    /// A part that every such package has is not there.
    #[error("`{what}` is missing")]
    Missing {
        /// What.
        what: String,
    },
}

impl Reason {
    pub(crate) fn outside(what: &'static str, at: usize) -> Self {
        Self::Outside { what, at: u64::try_from(at).unwrap_or(u64::MAX) }
    }

    pub(crate) fn form(what: &'static str, detail: impl Into<String>) -> Self {
        Self::Form { what, detail: detail.into() }
    }

    pub(crate) fn many(what: &'static str, limit: usize) -> Self {
        Self::TooMany { what, limit: u64::try_from(limit).unwrap_or(u64::MAX) }
    }
}

/// Faults as they are met.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    kept: Vec<Fault>,
    more: usize,
}

impl Faults {
    pub fn push(&mut self, place: &str, part: Part, reason: Reason) {
        if self.kept.len() >= FAULTS_MAX {
            self.more += 1;
            return;
        }
        let fault = Fault { place: place.to_owned(), part, reason };
        if self.kept.last() != Some(&fault) {
            self.kept.push(fault);
        }
    }

    /// All of them; where more were met than are kept, the last says so.
    pub fn finish(mut self) -> Vec<Fault> {
        if self.more > 0 {
            let reason = Reason::many("faults, of which the first are told", FAULTS_MAX);
            self.kept.push(Fault { place: "…".to_owned(), part: Part::Archive, reason });
        }
        self.kept
    }
}
