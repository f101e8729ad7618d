//! From the bytes that a source sends to records in the vault: its settings choose a reader, what the reader finds goes
//! to an [`Intake`].

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use ring::digest::{Context, SHA256};
use shuhi_ingest::flow::{FlowOptions, FlowReader};
use shuhi_ingest::mapped::{MappedReader, Mapping};
use shuhi_ingest::radius::{DetailOptions, DetailReader};
use shuhi_ingest::syslog::{Profile, SyslogOptions, SyslogReader};
use shuhi_ingest::{AnyReader, Counts, Place, Reader, Sink, TimeLimits, Unread, Zone};
use shuhi_machine::Machine;
use shuhi_records::{Event, UtcMillis};
use shuhi_source::{Faults, FileId, Sources};

use crate::catalog::{SourceRow, tables};
use crate::{Folder, Intake, IntakeCounts, SourceFormat, SourceSettings, Vault, VaultError};

/// After so many events or unread lines an acknowledgement is due.
const EVENTS_AN_ACKNOWLEDGEMENT: u64 = 200_000;
/// No profile or mapping file is longer.
const PROFILE_BYTES_MAX: u64 = 1 << 20;

/// How a source is read: its format with profile or mapping, read once.
#[derive(Clone, Debug)]
pub struct Reading {
    source: SourceSettings,
    zone: Zone,
    kind: ReadingKind,
}

#[derive(Clone, Debug)]
enum ReadingKind {
    Detail,
    Syslog(Vec<Arc<Profile>>),
    Flow,
    Mapped(Arc<Mapping>),
}

/// One file, connection or socket of a source; what is half-read in it outlives a [`Feed`].
#[derive(Debug)]
pub struct Stream {
    reader: AnyReader,
    live: bool,
}

/// Where a stream may be cut, so that what comes after is read the same by a new reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// After each line.
    Lines,
    /// After each line, the first of which a new reader has to see as well.
    LinesUnderHeader,
    /// After each empty line.
    Blocks,
    /// Nowhere before the end: what comes later needs what came before.
    Whole,
}

impl Cut {
    /// The end of the last whole line or block in these bytes.
    #[must_use]
    pub fn last(self, bytes: &[u8]) -> Option<usize> {
        let before = match self {
            Self::Lines | Self::LinesUnderHeader => memchr::memrchr(b'\n', bytes).map(|at| at + 1),
            Self::Blocks => memchr::memmem::rfind(bytes, b"\n\n").map(|at| at + 2),
            Self::Whole => None,
        };
        before.filter(|end| *end > 0)
    }
}

impl Reading {
    /// How a source of a data folder is read.
    ///
    /// # Errors
    ///
    /// Where its profile or mapping cannot be read, with every fault of it.
    pub fn of(machine: &Machine, folder: &Folder, source: &SourceSettings) -> Result<Self, VaultError> {
        let kind = match source.format {
            SourceFormat::RadiusDetail => ReadingKind::Detail,
            SourceFormat::Syslog => ReadingKind::Syslog(profiles(machine, folder, source)?),
            SourceFormat::Flow => ReadingKind::Flow,
            SourceFormat::Csv | SourceFormat::JsonLines => {
                let load = |sources: &Sources, file, faults: &mut Faults| Mapping::load(sources, file, faults);
                let help = (
                    "vault.yaml に対応表のファイルを書くこと: `profile: mapping.yaml`",
                    "name the mapping's file in vault.yaml: `profile: mapping.yaml`",
                );
                let unnamed = || {
                    VaultError::refused(
                        (
                            format!("出どころ `{}` に対応表の指定がない", source.name),
                            format!("source `{}` names no mapping", source.name),
                        ),
                        help,
                    )
                };
                let file = source.profile.as_deref().ok_or_else(unnamed)?;
                ReadingKind::Mapped(Arc::new(loaded(machine, &folder.root().join(file), load)?))
            }
        };
        let zone = format!("{:+03}:00", source.zone_hours).parse();
        let zone = zone.map_err(|error| VaultError::Faults(format!("source `{}`: {error}", source.name)))?;
        Ok(Self { source: source.clone(), zone, kind })
    }

    /// Its source.
    #[must_use]
    pub fn source(&self) -> &SourceSettings {
        &self.source
    }

    /// Whether each datagram stands for itself.
    #[must_use]
    pub fn takes_datagrams(&self) -> bool {
        matches!(self.kind, ReadingKind::Syslog(_) | ReadingKind::Flow)
    }

    /// Where its files may be cut.
    #[must_use]
    pub fn cut(&self) -> Cut {
        match self.source.format {
            SourceFormat::RadiusDetail => Cut::Blocks,
            SourceFormat::Syslog | SourceFormat::JsonLines => Cut::Lines,
            SourceFormat::Csv => Cut::LinesUnderHeader,
            SourceFormat::Flow => Cut::Whole,
        }
    }

    /// A new file, connection or socket; `live` where what comes is of this moment.
    ///
    /// # Errors
    ///
    /// Where its profiles cannot be used together.
    pub fn stream(&self, now: UtcMillis, live: bool) -> Result<Stream, VaultError> {
        let limits = TimeLimits::around(now);
        let device = self.source.name.clone();
        let reader = match &self.kind {
            ReadingKind::Detail => {
                AnyReader::Detail(Box::new(DetailReader::new(DetailOptions { zone: self.zone.clone(), limits })))
            }
            ReadingKind::Syslog(profiles) => {
                let options = SyslogOptions { zone: self.zone.clone(), live, ..SyslogOptions::of(device, limits) };
                let reader = SyslogReader::new(profiles.clone(), options);
                AnyReader::Syslog(Box::new(reader.map_err(|error| VaultError::Faults(error.to_string()))?))
            }
            ReadingKind::Flow => {
                let options = FlowOptions::of(device, limits);
                let untranslated = self.source.untranslated;
                AnyReader::Flow(Box::new(FlowReader::new(FlowOptions { untranslated, ..options })))
            }
            ReadingKind::Mapped(mapping) => AnyReader::Mapped(Box::new(MappedReader::new(Arc::clone(mapping), limits))),
        };
        Ok(Stream { reader, live })
    }
}

impl Stream {
    /// What became of its lines, blocks or messages so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.reader.counts()
    }
}

fn profiles(machine: &Machine, folder: &Folder, source: &SourceSettings) -> Result<Vec<Arc<Profile>>, VaultError> {
    let Some(name) = &source.profile else { return Profile::embedded().map_err(VaultError::Faults) };
    if let Some(profile) = Profile::named(name).map_err(VaultError::Faults)? {
        return Ok(vec![profile]);
    }
    let path = folder.root().join(name);
    if machine.disk.size(&path).is_err_and(|error| error.is_missing()) {
        let known = Profile::names().collect::<Vec<_>>().join("`, `");
        let help = (
            format!("付属の機種は `{known}`。または自作のファイルを指定すること"),
            format!("profiles that come with the program are `{known}`; or name a file"),
        );
        return Err(VaultError::refused(
            (
                format!("出どころ `{}`: 機種 `{name}` はない", source.name),
                format!("source `{}`: there is no profile `{name}`", source.name),
            ),
            help,
        ));
    }
    let load = |sources: &Sources, file, faults: &mut Faults| Profile::load(sources, file, faults);
    Ok(vec![Arc::new(loaded(machine, &path, load)?)])
}

fn loaded<T>(
    machine: &Machine,
    path: &Path,
    load: impl Fn(&Sources, FileId, &mut Faults) -> Option<T>,
) -> Result<T, VaultError> {
    let name = path.display().to_string();
    let text = String::from_utf8(machine.disk.read(path, PROFILE_BYTES_MAX)?);
    let text = text.map_err(|_| VaultError::Faults(format!("`{name}` is not UTF-8")))?;
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let mut faults = Faults::new();
    let loaded = load(&sources, file, &mut faults);
    loaded.ok_or_else(|| VaultError::Faults(faults.summary(&sources)))
}

/// What a source sends, on its way into the vault.
#[derive(Debug)]
pub struct Feed<'v> {
    intake: Intake<'v>,
    told: Told,
}

/// What was told to the intake since the last acknowledgement.
#[derive(Debug, Default)]
struct Told {
    since: u64,
    latest: Option<UtcMillis>,
}

struct IntakeSink<'f, 'v> {
    intake: &'f mut Intake<'v>,
    told: &'f mut Told,
}

impl Sink for IntakeSink<'_, '_> {
    fn event(&mut self, event: Event<'_>, _place: Place) {
        self.told.since += 1;
        self.told.latest = self.told.latest.max(time_of(&event));
        self.intake.event(&event);
    }

    fn unread(&mut self, unread: Unread<'_>) {
        self.told.since += 1;
        let Place { number, offset } = unread.place;
        self.intake.unread(unread.bytes, &format!("{number}, byte {offset}: {}", unread.reason));
    }
}

fn time_of(event: &Event<'_>) -> Option<UtcMillis> {
    match event {
        Event::Finished(row) => row.span().map(|(_, end)| end),
        Event::Session(session) => Some(session.at),
        Event::Restarted { at, .. } => Some(*at),
    }
}

impl Vault {
    /// Begins to take in what a source sends.
    ///
    /// # Errors
    ///
    /// As [`Vault::intake`].
    pub fn feed(&mut self, source: &str) -> Result<Feed<'_>, VaultError> {
        Ok(Feed { intake: self.intake(source)?, told: Told::default() })
    }

    /// Notes that a file of a source was taken in and still holds what it held, up to a time; or that it is gone.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn note_plaintext(&mut self, source: &str, name: [u8; 32], until: Option<UtcMillis>) -> Result<(), VaultError> {
        self.catalog.change(|change| {
            let mut row: SourceRow = change.get(&tables::SOURCES, source)?.unwrap_or_default();
            row.plaintext.retain(|(known, _)| *known != name);
            row.plaintext.extend(until.map(|until| (name, until.0)));
            change.put(&tables::SOURCES, source, &row)
        })
    }
}

impl Feed<'_> {
    /// Takes in the next bytes of a stream; they may be cut anywhere.
    pub fn bytes(&mut self, stream: &mut Stream, now: UtcMillis, bytes: &[u8]) {
        if stream.live {
            stream.reader.set_now(now);
        }
        stream.reader.feed(bytes, &mut IntakeSink { intake: &mut self.intake, told: &mut self.told });
    }

    /// Takes in one datagram.
    pub fn datagram(&mut self, stream: &mut Stream, sender: IpAddr, received: UtcMillis, bytes: &[u8]) {
        let sink = &mut IntakeSink { intake: &mut self.intake, told: &mut self.told };
        match &mut stream.reader {
            AnyReader::Syslog(reader) => reader.datagram(Some(sender), received, bytes, sink),
            AnyReader::Flow(reader) => {
                reader.datagram(sender, received, bytes, sink);
            }
            // Of other formats a datagram is a piece of a stream; no caller listens for them.
            other => other.feed(bytes, sink),
        }
    }

    /// Says that nothing more of a stream comes.
    pub fn end(&mut self, stream: &mut Stream) {
        stream.reader.finish(&mut IntakeSink { intake: &mut self.intake, told: &mut self.told });
    }

    /// Whether so much came since the last acknowledgement that the next is due.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.told.since >= EVENTS_AN_ACKNOWLEDGEMENT
    }

    /// Whether anything came since the last acknowledgement.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.told.since > 0
    }

    /// The latest time of an event so far.
    #[must_use]
    pub fn latest(&self) -> Option<UtcMillis> {
        self.told.latest
    }

    /// What came of everything so far, acknowledged or not.
    #[must_use]
    pub fn counts(&self) -> IntakeCounts {
        self.intake.counts()
    }

    /// How many bytes of a file or batch of this source are acknowledged; `None` where it was never heard of.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn received(&self, name: [u8; 32]) -> Result<Option<u64>, VaultError> {
        Ok(self.intake.received(name)?.map(|row| row.bytes))
    }

    /// As [`Intake::acknowledge`].
    ///
    /// # Errors
    ///
    /// As [`Intake::acknowledge`].
    pub fn acknowledge(&mut self, received: Option<([u8; 32], u64)>) -> Result<IntakeCounts, VaultError> {
        let counts = self.intake.acknowledge(received)?;
        self.told.since = 0;
        Ok(counts)
    }

    /// As [`Intake::finish`].
    ///
    /// # Errors
    ///
    /// As [`Intake::finish`].
    pub fn finish(self, received: Option<([u8; 32], u64)>) -> Result<IntakeCounts, VaultError> {
        self.intake.finish(received)
    }
}

/// The name under which the catalog notes how far a file or batch was taken in: a hash of what tells it from all others.
#[must_use]
pub fn received_name(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut name = [0; 32];
    name.copy_from_slice(context.finish().as_ref());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_never_within_a_line_or_block() {
        assert_eq!(Cut::Lines.last(b"one\ntwo\nthr"), Some(8));
        assert_eq!(Cut::Lines.last(b"thr"), None);
        assert_eq!(Cut::Blocks.last(b"one\n\ttwo\n\nthree\n"), Some(10));
        assert_eq!(Cut::Blocks.last(b"one\n\ttwo\n"), None);
        assert_eq!(Cut::Whole.last(b"one\n\n"), None);
    }

    #[test]
    fn names_of_different_parts_differ() {
        assert_ne!(received_name(&[b"ab", b"c"]), received_name(&[b"a", b"bc"]));
    }
}
