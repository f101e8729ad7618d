//! What all packages have in common: code, texts and archives inside, gathered file by file.

use std::io::Cursor;

use crate::archive::{Archive, Budget, Entry};
use crate::certificate::Certificates;
use crate::dex;
use crate::endpoint::{Endpoints, Found, Noise, in_bytes, in_constant};
use crate::fault::{Faults, Part, Reason};
use crate::limits::NESTING_MAX;
use crate::modules::Inventory;
use crate::packed;
use crate::sensitive::Watch;

/// Ends of the names of files that hold pictures, sound, fonts and the like: no text is looked for in them.
const MEDIA: [&str; 34] = [
    "png", "jpg", "jpeg", "gif", "webp", "heic", "bmp", "ico", "avif", "mp3", "ogg", "wav", "m4a", "aac", "flac",
    "opus", "mp4", "m4v", "mov", "webm", "mkv", "3gp", "ttf", "otf", "woff", "woff2", "ttc", "caf", "astc", "ktx",
    "pvr", "car", "nib", "tflite",
];

/// The longest file that may state a version.
const VERSION_FILE_BYTES_MAX: usize = 64 << 10;

/// Gathers.
pub(crate) struct Collector<'a> {
    pub watch: &'a Watch,
    pub budget: Budget,
    pub faults: Faults,
    pub endpoints: Endpoints,
    pub inventory: Inventory,
    pub certificates: Certificates,
}

impl<'a> Collector<'a> {
    pub fn new(watch: &'a Watch) -> Self {
        Self {
            watch,
            budget: Budget::new(),
            faults: Faults::default(),
            endpoints: Endpoints::default(),
            inventory: Inventory::default(),
            certificates: Certificates::default(),
        }
    }

    /// Unpacks an entry.
    pub fn unpack(&mut self, archive: &mut Archive, entry: &Entry, part: Part) -> Option<Vec<u8>> {
        archive.read(entry, part, &mut self.budget, &mut self.faults)
    }

    /// Reads an entry by what it holds: code, an archive, compiled XML, or bytes with texts among them.
    pub fn entry(&mut self, archive: &mut Archive, entry: &Entry, depth: usize) {
        if is_media(&entry.name) {
            return;
        }
        let place = archive.place_of(&entry.name);
        let part = if entry.name.ends_with(".dex") { Part::Code } else { Part::Strings };
        let Some(bytes) = self.unpack(archive, entry, part) else {
            if part == Part::Code {
                self.unread_code(&place);
            }
            return;
        };
        self.bytes(bytes, &entry.name, &place, depth);
    }

    /// Reads bytes by what they hold.
    pub fn bytes(&mut self, bytes: Vec<u8>, name: &str, place: &str, depth: usize) {
        if dex::is_dex(&bytes) {
            self.dex(&bytes, place);
        } else if bytes.starts_with(b"PK\x03\x04") {
            self.nested(bytes, place, depth);
        } else if name.ends_with(".dex") {
            self.unread_code(place);
            self.faults.push(
                place,
                Part::Code,
                Reason::form("DEX file", "it does not begin as one; it may be encrypted"),
            );
            self.texts(in_bytes(&bytes), place);
        } else if let Some(texts) = crate::android::compiled_texts(&bytes).or_else(|| packed::texts(&bytes)) {
            texts.iter().for_each(|text| self.texts(in_constant(text.as_bytes()), place));
        } else {
            if is_version_file(name) && bytes.len() <= VERSION_FILE_BYTES_MAX {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.inventory.version_files.push((place.to_owned(), text));
            }
            self.texts(in_bytes(&bytes), place);
        }
    }

    /// Counts a file of code that nothing could be read from.
    fn unread_code(&mut self, place: &str) {
        self.inventory.unread_files += 1;
        self.inventory.add_classes(Vec::new(), place);
    }

    /// Adds endpoints that stand in a file outside of code.
    pub fn texts(&mut self, found: Vec<Found>, place: &str) {
        for found in found {
            self.endpoints.add(found, place, Vec::new());
        }
    }

    fn dex(&mut self, bytes: &[u8], place: &str) {
        let (dex, faults) = dex::read(bytes, self.watch);
        self.inventory.unread_files += usize::from(!faults.is_empty());
        faults.into_iter().for_each(|reason| self.faults.push(place, Part::Code, reason));
        self.inventory.add_classes(dex.classes, place);
        self.inventory.referenced.extend(dex.referenced);
        self.inventory.uses.extend(dex.uses);
        self.inventory.versions.extend(dex.versions);
        for (found, classes) in dex.endpoints {
            if Noise::of(&found.host).is_none() {
                for class in &classes {
                    self.inventory.hosts.entry(class.clone()).or_default().insert(found.host.clone());
                }
            }
            self.endpoints.add(found, place, classes);
        }
    }

    /// Reads an archive inside the package: code and texts, no more.
    fn nested(&mut self, bytes: Vec<u8>, place: &str, depth: usize) {
        if depth >= NESTING_MAX {
            let limit = u64::try_from(NESTING_MAX).unwrap_or(u64::MAX);
            self.faults.push(place, Part::Archive, Reason::TooDeep { limit });
            return;
        }
        match Archive::open(Box::new(Cursor::new(bytes)), place, &mut self.faults) {
            Ok(mut archive) => {
                for entry in archive.entries.clone() {
                    self.entry(&mut archive, &entry, depth + 1);
                }
            }
            Err(reason) => self.faults.push(place, Part::Archive, reason),
        }
    }
}

fn is_media(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    MEDIA.iter().any(|media| end.eq_ignore_ascii_case(media))
}

fn is_version_file(name: &str) -> bool {
    name.ends_with(".version") || name.ends_with(".properties") || name.ends_with("/pubspec.yaml")
}
