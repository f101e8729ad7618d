//! Lists of others become sets. Those that may be shipped are converted for `catalogue/sets`; every other one a user
//! brings and imports for themselves, under its own licence.

mod category;
mod collect;
mod csvs;
mod disconnect;
mod eno;
mod exodus;
mod filters;
mod ghostery;
mod open_cookie_database;
mod pattern;
mod third_party_web;
mod tracker_radar;
mod trackhar;
mod whotracksme;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::model::words;
use crate::{Set, SetHead};
use collect::Collected;

/// Bytes of one file of a list.
pub const FILE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Bytes of all files of a list.
pub const TOTAL_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Files of a list.
pub const FILES_MAX: usize = 300_000;
/// Folders inside one another.
const FOLDER_DEPTH_MAX: usize = 12;

words! {
    /// Lists that can be imported.
    ImportKind {
        /// third-party-web: `entities.json`.
        ThirdPartyWeb = "third-party-web",
        /// TrackHAR: the built `index.js`, of which the endpoints are taken.
        TrackHar = "trackhar",
        /// Open Cookie Database: its CSV or JSON.
        OpenCookieDatabase = "open-cookie-database",
        /// AdGuard's CNAME trackers: `combined_original_trackers.txt`.
        CnameTrackers = "cname-trackers",
        /// DuckDuckGo's Tracker Radar: its folder, or `entities` and `domains` of it, or an entity map.
        TrackerRadar = "tracker-radar",
        /// Ghostery's TrackerDB: its JSON, or the folder `db` of `.eno` files.
        GhosteryTrackerDb = "ghostery-trackerdb",
        /// Disconnect: `services.json`.
        Disconnect = "disconnect",
        /// Filter lists in the syntax of Adblock Plus (EasyList, EasyPrivacy, AdGuard): rules of whole domains.
        FilterList = "filter-list",
        /// Exodus Privacy: the JSON of its trackers, with signatures of code and network.
        Exodus = "exodus",
        /// Hosts files and lists of bare domains.
        Hosts = "hosts",
        /// WhoTracks.me as JSON with `trackers` and `trackerDomains`, and its companies.
        WhoTracksMe = "whotracksme",
        /// A table of one's own: `domain,name,country,kind`, and if wanted `service`, `path`, `category`, `homepage`.
        Csv = "csv",
    }
}

/// What the user says of a list where it does not say so itself, or otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What it is to be called in findings.
    pub name: Option<String>,
    /// The licence it is under.
    pub licence: Option<String>,
    /// Its version; where nobody says it, the beginning of its hash stands for it.
    pub version: Option<String>,
    /// Where it was taken from.
    pub source: Option<String>,
    /// When it was taken.
    pub retrieved: Option<Date>,
}

/// A list that was read, and what of it could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What was taken.
    pub set: Set,
    /// How many entries were not.
    pub left_out: usize,
    /// The first of them: where, and why.
    pub left_out_examples: Vec<String>,
}

/// Why a list cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or folder cannot be read.
    #[error("`{}` cannot be read: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is larger than anything of its kind.
    #[error("`{}` is too large ({what}); name the file or folder of the list itself", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Which limit.
        what: String,
    },
    /// It is no text.
    #[error("`{0}` is not UTF-8; a list of this kind is text")]
    NotText(String),
    /// It is not JSON.
    #[error("`{file}` is not JSON: {error}; name the file as it was published")]
    NotJson {
        /// Which file.
        file: String,
        /// What is wrong, with line and column.
        error: serde_json::Error,
    },
    /// It is of another shape than lists of this kind.
    #[error("`{file}` is no {kind}: {wanted}")]
    OtherShape {
        /// Which file.
        file: String,
        /// Which kind was wanted.
        kind: &'static str,
        /// What such a file has.
        wanted: String,
    },
    /// Nothing in it could be taken.
    #[error("`{file}` holds nothing that a {kind} has; {wanted}")]
    Empty {
        /// Which file or folder.
        file: String,
        /// Which kind was wanted.
        kind: &'static str,
        /// What such a file has.
        wanted: &'static str,
    },
}

/// Reads a list from a file or a folder.
///
/// # Errors
///
/// Where it cannot be read, is larger than the limits, or is of another shape than lists of this kind.
pub fn import(kind: ImportKind, path: &Path, about: &About) -> Result<Imported, ImportError> {
    let mut paths = Vec::new();
    collect_paths(path, kind, 0, &mut paths)?;
    paths.sort();
    let mut importer = Importer::new(kind);
    let mut total = 0;
    for file in &paths {
        let unreadable = |error| ImportError::Unreadable { path: file.clone(), error };
        let length = fs::metadata(file).map_err(unreadable)?.len();
        total += length;
        if length > FILE_BYTES_MAX || total > TOTAL_BYTES_MAX {
            let what = format!("{FILE_BYTES_MAX} bytes a file and {TOTAL_BYTES_MAX} in all at the most");
            return Err(ImportError::TooLarge { path: file.clone(), what });
        }
        let name = file.strip_prefix(path).ok().filter(|name| !name.as_os_str().is_empty()).unwrap_or(file);
        importer.feed(&name.to_string_lossy(), &fs::read(file).map_err(unreadable)?)?;
    }
    importer.finish(&path.display().to_string(), about)
}

/// Reads a list file by file.
#[derive(Debug)]
pub struct Importer {
    kind: ImportKind,
    collected: Collected,
    hash: Sha256,
    files: usize,
}

impl Importer {
    /// For a list of this kind.
    pub fn new(kind: ImportKind) -> Self {
        Self { kind, collected: Collected::default(), hash: Sha256::new(), files: 0 }
    }

    /// Takes one file.
    ///
    /// # Errors
    ///
    /// Where the file is no text, not JSON, or of another shape than the kind has.
    pub fn feed(&mut self, name: &str, bytes: &[u8]) -> Result<(), ImportError> {
        self.files += 1;
        self.hash.update(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotText(name.to_owned()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = File { name, text, kind: self.kind };
        let collected = &mut self.collected;
        match self.kind {
            ImportKind::ThirdPartyWeb => third_party_web::read(&file, collected),
            ImportKind::TrackHar => trackhar::read(&file, collected),
            ImportKind::OpenCookieDatabase => open_cookie_database::read(&file, collected),
            ImportKind::CnameTrackers | ImportKind::FilterList => filters::read(&file, collected),
            ImportKind::TrackerRadar => tracker_radar::read(&file, collected),
            ImportKind::GhosteryTrackerDb => ghostery::read(&file, collected),
            ImportKind::Disconnect => disconnect::read(&file, collected),
            ImportKind::Exodus => exodus::read(&file, collected),
            ImportKind::Hosts => filters::read_hosts(&file, collected),
            ImportKind::WhoTracksMe => whotracksme::read(&file, collected),
            ImportKind::Csv => csvs::read(&file, collected),
        }
    }

    /// The set of everything taken. `from` names the file or folder in messages.
    ///
    /// # Errors
    ///
    /// Where nothing was taken.
    pub fn finish(self, from: &str, about: &About) -> Result<Imported, ImportError> {
        let Self { kind, collected, hash, files: _ } = self;
        let input = format!("sha256:{}", hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let stated = collected.stated.clone();
        let said = |text: &Option<String>| text.clone().and_then(collect::shown);
        let (services, left_out, left_out_examples) = collected.finish();
        if services.is_empty() {
            return Err(ImportError::Empty { file: from.to_owned(), kind: kind.as_str(), wanted: kind.wanted() });
        }
        let short_hash = input.chars().take("sha256:".len() + 12).collect::<String>();
        let head = SetHead {
            name: said(&about.name).unwrap_or_else(|| kind.as_str().to_owned()),
            licence: said(&about.licence)
                .or_else(|| said(&stated.licence).map(licence_name))
                .unwrap_or_else(|| kind.licence().to_owned()),
            version: said(&about.version).or_else(|| said(&stated.version)).unwrap_or(short_hash),
            source: said(&about.source).unwrap_or_default(),
            retrieved: about.retrieved,
            input,
        };
        Ok(Imported { set: Set { head, services }, left_out, left_out_examples })
    }
}

impl ImportKind {
    /// The licence that lists of this kind are usually under; what the file or the user says goes before it.
    pub fn licence(self) -> &'static str {
        match self {
            Self::ThirdPartyWeb | Self::CnameTrackers => "MIT",
            Self::TrackHar => "CC0-1.0",
            Self::OpenCookieDatabase => "Apache-2.0",
            Self::TrackerRadar | Self::GhosteryTrackerDb | Self::Disconnect => "CC-BY-NC-SA-4.0",
            Self::FilterList | Self::Exodus | Self::Hosts | Self::WhoTracksMe => "not stated",
            Self::Csv => "own",
        }
    }

    /// What a file of this kind has.
    fn wanted(self) -> &'static str {
        match self {
            Self::ThirdPartyWeb => "it is a list of objects with `name` and `domains`",
            Self::TrackHar => "it is the built script with `tracker` and `endpointUrls`",
            Self::OpenCookieDatabase => "it is a CSV with the column `Cookie / Data Key name`, or the JSON of the same",
            Self::CnameTrackers => "it has lines `! Company: …` and `||domain^`",
            Self::TrackerRadar => "it is the folder with `entities` and `domains`, or an entity map",
            Self::GhosteryTrackerDb => "it is a JSON with `patterns`, or the folder `db`",
            Self::Disconnect => "it is a JSON with `categories`",
            Self::FilterList => "it has rules such as `||domain^`",
            Self::Exodus => "it is a JSON with `trackers`, each with `code_signature` or `network_signature`",
            Self::Hosts => "it has lines such as `0.0.0.0 domain`, or one domain a line",
            Self::WhoTracksMe => "it is a JSON with `trackers` and `trackerDomains`",
            Self::Csv => "its first line names the columns `domain,name,country,kind`",
        }
    }

    /// Endings of the files that are taken from a folder.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::TrackHar => &["js"],
            Self::OpenCookieDatabase => &["csv", "json"],
            Self::CnameTrackers | Self::FilterList | Self::Hosts => &["txt"],
            Self::GhosteryTrackerDb => &["json", "eno"],
            Self::Csv => &["csv"],
            _ => &["json"],
        }
    }
}

/// The identifier of a licence whose text or address a list gives; else what it says.
fn licence_name(text: String) -> String {
    let known = [
        ("by-nc-sa/4.0", "CC-BY-NC-SA-4.0"),
        ("by-nc-sa-4.0", "CC-BY-NC-SA-4.0"),
        ("version 3 of the license, or (at your option) any later version", "GPL-3.0-or-later"),
    ];
    let lower = text.to_lowercase();
    known.iter().find(|(sign, _)| lower.contains(sign)).map_or(text, |(_, name)| (*name).to_owned())
}

/// One file of a list.
struct File<'a> {
    name: &'a str,
    text: &'a str,
    kind: ImportKind,
}

impl File<'_> {
    fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, ImportError> {
        serde_json::from_str(self.text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => self.other_shape(format!("{} ({error})", self.kind.wanted())),
            _ => ImportError::NotJson { file: self.name.to_owned(), error },
        })
    }

    fn other_shape(&self, wanted: impl Into<String>) -> ImportError {
        ImportError::OtherShape { file: self.name.to_owned(), kind: self.kind.as_str(), wanted: wanted.into() }
    }
}

fn collect_paths(path: &Path, kind: ImportKind, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    let unreadable = |error| ImportError::Unreadable { path: path.to_owned(), error };
    if depth > FOLDER_DEPTH_MAX || found.len() > FILES_MAX {
        let what = format!("{FILES_MAX} files and {FOLDER_DEPTH_MAX} folders inside one another at the most");
        return Err(ImportError::TooLarge { path: path.to_owned(), what });
    }
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let file_type = entry.file_type().map_err(unreadable)?;
        let inner = entry.path();
        let wanted =
            inner.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| kind.endings().contains(&ending));
        if file_type.is_dir() {
            collect_paths(&inner, kind, depth + 1, found)?;
        } else if file_type.is_file() && wanted {
            found.push(inner);
        }
    }
    Ok(())
}
