//! Files and standard input: taken up where they were left, acknowledged as they are read, deleted where that is asked.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FlockOperation, fcntl_lock};
use shuhi_law::vocabulary::Language;
use shuhi_machine::Machine;
use shuhi_vault::{Cut, Feed, Reading, Stream, Vault, VaultError, received_name};

use super::Totals;
use super::progress::Progress;
use crate::args::Common;
use crate::failure::Failure;
use crate::words::pick;

/// So much is read at a time.
const PIECE_BYTES: usize = 1 << 20;
/// A file that was written this short a time ago may go on in the middle of its last line.
const SETTLED_AFTER: Duration = Duration::from_secs(5);
/// How long a writer that has the file locked is waited for.
const LOCK_TRIES: u32 = 50;
const LOCK_EVERY: Duration = Duration::from_millis(100);

/// Takes in everything from standard input.
pub fn take_stdin(
    vault: &mut Vault,
    machine: &Machine,
    reading: &Reading,
    totals: &mut Totals,
    common: &Common,
) -> Result<(), Failure> {
    let stream = reading.stream(machine.now(), false)?;
    let feed = vault.feed(&reading.source().name)?;
    let mut piecewise =
        Piecewise { feed, stream, machine, cut: reading.cut(), name: None, from: 0, offset: 0, size: None };
    let left = piecewise.read(&mut io::stdin().lock(), "standard input")?;
    piecewise.end(&left, totals, common)
}

/// How files are taken in.
pub struct Taking<'a> {
    pub reading: &'a Reading,
    pub machine: &'a Machine,
    pub consume: bool,
    pub common: &'a Common,
}

impl Taking<'_> {
    /// Takes in a file.
    pub fn take(&self, vault: &mut Vault, path: &Path, totals: &mut Totals) -> Result<(), Failure> {
        if !self.consume {
            return self.take_one(vault, path, path, totals);
        }
        let mut work = path.as_os_str().to_owned();
        work.push(".work");
        let work = PathBuf::from(work);
        // What an earlier run took over and did not finish comes first.
        if work.exists() {
            self.take_over(vault, path, &work, totals)?;
            if !path.exists() {
                return Ok(());
            }
        }
        fs::rename(path, &work).map_err(|error| file("take over", path, error))?;
        self.machine.disk.sync_folder(folder_of(path))?;
        self.take_over(vault, path, &work, totals)
    }

    fn take_over(&self, vault: &mut Vault, path: &Path, work: &Path, totals: &mut Totals) -> Result<(), Failure> {
        self.take_one(vault, path, work, totals)?;
        fs::remove_file(work).map_err(|error| file("delete", work, error))?;
        Ok(self.machine.disk.sync_folder(folder_of(path))?)
    }

    /// `path` names the file in the catalog, whatever it is called now.
    fn take_one(&self, vault: &mut Vault, path: &Path, now_at: &Path, totals: &mut Totals) -> Result<(), Failure> {
        let mut opened = self.opened(now_at)?;
        let data = opened.metadata().map_err(|error| file("read", now_at, error))?;
        if !data.is_file() {
            let help = ("ファイルか、標準入力なら `-` を指定すること", "name a file, or `-` for standard input");
            return Err(Failure::said(
                (format!("`{}` はファイルではない", now_at.display()), format!("`{}` is not a file", now_at.display())),
                help,
            ));
        }
        let source = self.reading.source().name.clone();
        let name = name_of(path, &data);
        let received = vault.received(&source, name)?.map_or(0, |row| row.bytes);
        let from = if received > data.len() { 0 } else { received };
        if received > data.len() {
            self.say_cut(path);
        }
        if from == data.len() {
            if self.consume {
                vault.note_plaintext(&source, name, None)?;
            }
            return Ok(());
        }
        let cut = self.reading.cut();
        let mut stream = self.reading.stream(self.machine.now(), false)?;
        let mut feed = vault.feed(&source)?;
        if from > 0 {
            if cut == Cut::LinesUnderHeader {
                let header = first_line(&mut opened).map_err(|error| file("read", now_at, error))?;
                feed.bytes(&mut stream, self.machine.now(), &header);
            }
            opened.seek(SeekFrom::Start(from)).map_err(|error| file("read", now_at, error))?;
        }
        let size = Some(data.len());
        let mut piecewise =
            Piecewise { feed, stream, machine: self.machine, cut, name: Some(name), from, offset: from, size };
        let mut left = piecewise.read(&mut opened, &now_at.display().to_string())?;
        if !self.consume && !left.is_empty() && is_fresh(&opened) {
            self.say_left(path, left.len());
            left.clear();
        }
        let latest = piecewise.feed.latest().unwrap_or_else(|| self.machine.now());
        piecewise.end(&left, totals, self.common)?;
        Ok(vault.note_plaintext(&source, name, (!self.consume).then_some(latest))?)
    }

    /// Opens a file; one that is taken over only once whoever writes it has let go of it.
    fn opened(&self, path: &Path) -> Result<File, Failure> {
        if !self.consume {
            return File::open(path).map_err(|error| file("read", path, error));
        }
        let opened = File::options().read(true).write(true).open(path).map_err(|error| file("read", path, error))?;
        for _ in 0..LOCK_TRIES {
            match fcntl_lock(&opened, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(opened),
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => sleep(LOCK_EVERY),
                Err(error) => return Err(file("lock", path, error.into())),
            }
        }
        let message = (
            format!("`{}` はまだ別の処理が書いている", path.display()),
            format!("`{}` is still being written by another process", path.display()),
        );
        Err(Failure::said(
            message,
            (
                "何も受け取っていない。書き終わってからもう一度実行すること",
                "nothing was taken in; run the command again once it is done",
            ),
        ))
    }

    fn say_cut(&self, path: &Path) {
        let (ja, en) = (
            " は前回より短い。別の中身とみなして初めから読む",
            " is shorter than when it was last taken in: it is read from its beginning",
        );
        eprintln!("{}{}", path.display(), pick(self.common.language, ja, en));
    }

    fn say_left(&self, path: &Path, bytes: usize) {
        let path = path.display();
        match self.common.language {
            Language::Japanese => eprintln!("{path} の末尾 {bytes} バイトは書きかけとみて、次回に残した"),
            Language::English => {
                eprintln!("the last {bytes} bytes of {path} may be half-written and are left for the next time")
            }
        }
    }
}

/// One file on its way.
struct Piecewise<'f, 'v> {
    feed: Feed<'v>,
    stream: Stream,
    machine: &'f Machine,
    cut: Cut,
    name: Option<[u8; 32]>,
    /// Where it was taken up.
    from: u64,
    /// How far it is given to the reader.
    offset: u64,
    size: Option<u64>,
}

impl Piecewise<'_, '_> {
    /// Reads to the end and gives the reader every whole line or block; returns what is left behind the last.
    fn read(&mut self, from: &mut impl Read, name: &str) -> Result<Vec<u8>, Failure> {
        let failed = |error| Failure::File { action: "read", path: name.to_owned(), error };
        let mut progress = Progress::new();
        let mut held: Vec<u8> = Vec::with_capacity(2 * PIECE_BYTES);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let count = match from.read(&mut piece) {
                Ok(0) => return Ok(held),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed(error)),
            };
            // What was held has no end in it; an empty line may lie across the seam.
            let seam = held.len().saturating_sub(1);
            held.extend_from_slice(piece.get(..count).unwrap_or_default());
            let end = self.cut.last(held.get(seam..).unwrap_or_default()).map(|end| seam + end);
            match end {
                Some(end) => {
                    self.give(held.get(..end).unwrap_or_default());
                    held.drain(..end);
                    if self.feed.is_due() {
                        self.feed.acknowledge(self.received())?;
                    }
                }
                // A line that never ends is the reader's to pass over.
                None if held.len() >= PIECE_BYTES => {
                    self.give(&held);
                    held.clear();
                }
                None => {}
            }
            progress.at(self.offset, self.size, self.feed.counts().stored);
        }
    }

    fn give(&mut self, bytes: &[u8]) {
        self.feed.bytes(&mut self.stream, self.machine.now(), bytes);
        self.offset += bytes.len() as u64;
    }

    fn received(&self) -> Option<([u8; 32], u64)> {
        self.name.map(|name| (name, self.offset))
    }

    fn end(mut self, left: &[u8], totals: &mut Totals, common: &Common) -> Result<(), Failure> {
        if !left.is_empty() {
            self.give(left);
        }
        self.feed.end(&mut self.stream);
        let (received, bytes, read) = (self.received(), self.offset - self.from, self.stream.counts());
        let counts = self.feed.finish(received).map_err(|error| interrupted(error, common))?;
        totals.add(&counts);
        totals.streams += 1;
        totals.bytes += bytes;
        totals.read += read;
        Ok(())
    }
}

fn interrupted(error: VaultError, common: &Common) -> Failure {
    let (ja, en) = (
        "そこまでに受領を確認した分は安全。もう一度実行すれば続きから読む",
        "what was acknowledged before is safe; run the command again to go on from there",
    );
    eprintln!("{}", pick(common.language, ja, en));
    error.into()
}

/// What tells a file from all others, also from a later one of the same path.
fn name_of(path: &Path, data: &fs::Metadata) -> [u8; 32] {
    let folder = folder_of(path);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let path = folder.join(path.file_name().unwrap_or_default());
    let born = data.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let numbers = [u128::from(data.dev()), u128::from(data.ino()), born.as_nanos()].map(u128::to_be_bytes);
    received_name(&[path.as_os_str().as_encoded_bytes(), numbers.as_flattened()])
}

fn is_fresh(opened: &File) -> bool {
    let written = opened.metadata().and_then(|data| data.modified());
    written.is_ok_and(|written| SystemTime::now().duration_since(written).is_ok_and(|age| age < SETTLED_AFTER))
}

fn first_line(opened: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; PIECE_BYTES];
    let count = opened.read(&mut bytes)?;
    bytes.truncate(count);
    if let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
        bytes.truncate(end + 1);
    }
    Ok(bytes)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn file(action: &'static str, path: &Path, error: io::Error) -> Failure {
    Failure::File { action, path: path.display().to_string(), error }
}
