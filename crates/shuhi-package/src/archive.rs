//! ZIP archives as app packages use and misuse them.
//!
//! What Android accepts is read, also where it breaks the format: entries with methods of compression that do not exist
//! (read as stored), marks of encryption that are false. Each such finding is a fault, since other readers may see
//! something else.

use std::io::{Read, Seek};

use flate2::Crc;
use zip::{CompressionMethod, ZipArchive};

use crate::fault::{Faults, Part, Reason};
use crate::limits::{ENTRIES_MAX, ENTRY_BYTES_MAX, RATIO_FREE_BYTES, RATIO_MAX, UNPACKED_BYTES_MAX};

/// What archives are read from.
pub(crate) trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// Bytes that may still be unpacked in this reading.
#[derive(Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    pub fn new() -> Self {
        Self(UNPACKED_BYTES_MAX)
    }
}

/// An archive whose list of entries was read.
pub(crate) struct Archive {
    zip: ZipArchive<Box<dyn Source>>,
    /// How it is named in faults.
    pub place: String,
    /// Its entries, folders left out.
    pub entries: Vec<Entry>,
}

/// An entry of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    index: usize,
    pub name: String,
    /// Bytes unpacked, as the archive states.
    pub size: u64,
    packed: u64,
    method: u16,
    encrypted: bool,
    checksum: u32,
}

impl Archive {
    /// Reads the list of entries.
    pub fn open(source: Box<dyn Source>, place: &str, faults: &mut Faults) -> Result<Self, Reason> {
        let zip = ZipArchive::new(source).map_err(|error| Reason::form("ZIP archive", error.to_string()))?;
        let mut entries = Vec::new();
        for index in 0..zip.len() {
            if index >= ENTRIES_MAX {
                faults.push(place, Part::Archive, Reason::many("entries", ENTRIES_MAX));
                break;
            }
            let Ok(entry) = zip.by_index_data(index) else { continue };
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            if name.ends_with('/') {
                continue;
            }
            entries.push(Entry {
                index,
                name,
                size: entry.size(),
                packed: entry.compressed_size(),
                method: number(entry.compression()),
                encrypted: entry.encrypted(),
                checksum: entry.crc32(),
            });
        }
        let archive = Self { zip, place: place.to_owned(), entries };
        archive.tell_duplicates(faults);
        Ok(archive)
    }

    fn tell_duplicates(&self, faults: &mut Faults) {
        if self.zip.has_duplicate_names() {
            faults.push(&self.place, Part::Archive, Reason::DuplicateNames);
        }
    }

    /// The name of an entry as faults and findings show it.
    pub fn place_of(&self, entry: &str) -> String {
        format!("{}!{entry}", self.place)
    }

    /// The entry of a name.
    pub fn entry(&self, name: &str) -> Option<Entry> {
        self.entries.iter().find(|entry| entry.name == name).cloned()
    }

    /// Where the list of entries begins, and what the archive is read from.
    pub fn directory_start(&self) -> u64 {
        self.zip.central_directory_start()
    }

    /// What the archive is read from.
    pub fn into_source(self) -> Box<dyn Source> {
        self.zip.into_inner()
    }

    /// The bytes of an entry, unpacked; `None` where that cannot be done, which is then a fault.
    pub fn read(&mut self, entry: &Entry, part: Part, budget: &mut Budget, faults: &mut Faults) -> Option<Vec<u8>> {
        let place = self.place_of(&entry.name);
        match self.unpack(entry, budget) {
            Ok((bytes, told)) => {
                told.into_iter().for_each(|reason| faults.push(&place, part, reason));
                Some(bytes)
            }
            Err(reason) => {
                faults.push(&place, part, reason);
                None
            }
        }
    }

    fn unpack(&mut self, entry: &Entry, budget: &mut Budget) -> Result<(Vec<u8>, Vec<Reason>), Reason> {
        let raw = self.zip.by_index_raw(entry.index).map_err(|error| Reason::form("entry", error.to_string()))?;
        let ratio = entry.packed.saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES);
        let limit = ratio.min(ENTRY_BYTES_MAX).min(budget.0);
        let mut bytes = Vec::new();
        let read = match entry.method {
            8 => flate2::read::DeflateDecoder::new(raw).take(limit + 1).read_to_end(&mut bytes),
            _ => raw.take(limit + 1).read_to_end(&mut bytes),
        };
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > limit {
            return Err(match limit {
                _ if limit == budget.0 => Reason::TooMany { what: "bytes unpacked in all", limit: UNPACKED_BYTES_MAX },
                _ if limit == ratio => Reason::Ratio { limit: RATIO_MAX },
                _ => Reason::TooMany { what: "bytes in one entry", limit },
            });
        }
        budget.0 -= length;
        if let Err(error) = read {
            return Err(match entry.encrypted {
                true => Reason::Encrypted { read: false },
                false => Reason::form("entry", error.to_string()),
            });
        }
        judge(entry, &bytes).map(|told| (bytes, told))
    }
}

/// What is to be told of an entry that was unpacked.
fn judge(entry: &Entry, bytes: &[u8]) -> Result<Vec<Reason>, Reason> {
    let mut told = Vec::new();
    let mut checksum = Crc::new();
    checksum.update(bytes);
    let agrees = checksum.sum() == entry.checksum;
    if entry.encrypted {
        if !agrees {
            return Err(Reason::Encrypted { read: false });
        }
        told.push(Reason::Encrypted { read: true });
    }
    if !matches!(entry.method, 0 | 8) {
        told.push(Reason::Compression { method: entry.method, stored: agrees });
    }
    if !agrees && matches!(entry.method, 0 | 8) {
        told.push(Reason::Checksum);
    }
    Ok(told)
}

#[allow(deprecated, reason = "the only way to the number of a method that the crate does not know")]
fn number(method: CompressionMethod) -> u16 {
    match method {
        CompressionMethod::Stored => 0,
        CompressionMethod::Unsupported(number) => number,
        // Features of the crate that are off here could name more methods; none of them is used in app packages.
        _ => u16::MAX,
    }
}
