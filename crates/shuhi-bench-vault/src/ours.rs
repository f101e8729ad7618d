//! Our side: the reader of shuhi-ingest, a spool, a segment.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use serde_json::{Value as Json, json};
use shuhi_ingest::mapped::{MappedReader, Mapping};
use shuhi_ingest::{Place, Reader, Sink, TimeLimits, Unread};
use shuhi_machine::Machine;
use shuhi_records::{Columns, Event, Kind, UtcMillis};
use shuhi_segment::{By, Find, Segment, SegmentId, Value, paths, write};
use shuhi_source::{Faults, Sources};

use crate::day::Day;
use crate::generate::DAY_START;
use crate::measure::{Question, Timer, Took, both, within};
use crate::row::Rows;
use crate::spool::Spool;

/// Says what is stored in a folder, and what storing it came to.
const STORED: &str = "stored.json";
/// Rows of a batch of the spool.
const BATCH: usize = 1 << 14;
/// Batches that may wait to be put with the others.
const BATCHES_WAITING: usize = 16;
const CHUNK: usize = 1 << 18;
const COLD: usize = 30;
const KEY: [u8; 32] = [0x5a; 32];
const ID: SegmentId = SegmentId([0xa5; 16]);

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What is measured of a day.
pub struct Asked<'a> {
    pub day: Day,
    pub csv: &'a Path,
    pub folder: &'a Path,
    pub questions: &'a [Question],
    pub threads: usize,
    pub rows: &'a [Rows],
    /// How long each group of lookups may take.
    pub seconds: f64,
}

/// Ingests, unless the day is stored from an earlier run, looks up and erases; what was measured.
pub fn measure(asked: &Asked<'_>) -> Result<Json> {
    let threads = NonZeroUsize::new(asked.threads).unwrap_or(NonZeroUsize::MIN);
    let machine = Machine { threads, ..Machine::real() };
    let path = asked.folder.join("day.parquet");
    let known = if asked.rows.contains(&Rows::Ingest) { None } else { stored(asked) };
    let mut figures = match known {
        Some(figures) => figures,
        None => store(asked, &machine, &path)?,
    };
    let mut tell = |name: &str, value: Json| {
        figures.as_object_mut().map(|figures| figures.insert(name.to_owned(), value));
    };
    let (day, questions) = (asked.day, asked.questions);
    if asked.rows.contains(&Rows::Lookup) || asked.rows.contains(&Rows::Second) {
        let opening = Timer::of_thread();
        let segment = Segment::open(&machine, &path, &ID, &KEY)?;
        tell("open_milliseconds", json!(opening.took().on_core * 1000.0));
        if asked.rows.contains(&Rows::Lookup) {
            for question in questions.iter().take(50) {
                ask(day, &segment, question)?;
            }
            let warm = within(questions, asked.seconds, 200, |question| ask(day, &segment, question))?;
            tell("warm", both(&warm));
        }
        if asked.rows.contains(&Rows::Second) {
            let first = questions.get(..200).unwrap_or(questions);
            let second = within(first, asked.seconds, 30, |question| by_who(day, &segment, question))?;
            tell("second", both(&second));
        }
    }
    let files = paths(&path, day.kind());
    if asked.rows.contains(&Rows::Cold) {
        let mut cold = Vec::new();
        for question in questions.iter().take(COLD) {
            forget(&files)?;
            let timer = Timer::of_thread();
            let segment = Segment::open(&machine, &path, &ID, &KEY)?;
            ask(day, &segment, question)?;
            cold.push(timer.took());
        }
        tell("cold", both(&cold));
    }
    if asked.rows.contains(&Rows::Erase) {
        fs::remove_file(asked.folder.join(STORED))?;
        let erasing = Timer::of_process();
        erase(&files)?;
        tell("erase", json!(erasing.took().passed));
    }
    Ok(figures)
}

/// What storing the same day came to in an earlier run.
fn stored(asked: &Asked<'_>) -> Option<Json> {
    let known: Json = serde_json::from_slice(&fs::read(asked.folder.join(STORED)).ok()?).ok()?;
    (known.get("of") == Some(&of(asked))).then(|| known.get("figures").cloned())?
}

fn of(asked: &Asked<'_>) -> Json {
    json!([asked.csv, fs::metadata(asked.csv).map(|data| data.len()).unwrap_or(0), asked.threads])
}

fn store(asked: &Asked<'_>, machine: &Machine, path: &Path) -> Result<Json> {
    let _ = fs::remove_dir_all(asked.folder);
    fs::create_dir_all(asked.folder)?;
    let all = Timer::of_process();
    let (columns, spooled) = read_and_spool(asked)?;
    let parsed = all.took();
    let written = write(machine, path, &ID, &columns, &KEY)?;
    let ingest = all.took();
    let figures = json!({
        "rows": written.rows, "bytes": written.bytes, "merge": 0.0,
        "ingest": {"passed": ingest.passed, "on_core": ingest.on_core},
        "parse_and_spool": {"passed": parsed.passed, "on_core": parsed.on_core}, "spool_bytes": spooled,
    });
    let known = json!({"of": of(asked), "figures": figures});
    fs::write(asked.folder.join(STORED), known.to_string())?;
    Ok(figures)
}

/// Every question has an answer: it was made from a record.
fn ask(day: Day, segment: &Segment, question: &Question) -> Result<Took> {
    let timer = Timer::of_thread();
    let port = (day == Day::Blocks).then_some(question.port);
    let address = By::Address { address: question.address.into(), port };
    let moment = UtcMillis(question.time);
    let found = segment.find(&Find::by(address).within(moment, moment))?;
    let took = timer.took();
    if found.is_empty() { Err(format!("{question:?} found nothing").into()) } else { Ok(took) }
}

fn by_who(day: Day, segment: &Segment, question: &Question) -> Result<Took> {
    let value = Value::Text(question.who.clone());
    let timer = Timer::of_thread();
    let found = segment.find(&Find::by(By::Other { column: day.who().to_owned(), value }))?;
    let took = timer.took();
    if found.is_empty() { Err(format!("{question:?} found nothing").into()) } else { Ok(took) }
}

/// What destroying the key costs is the key store's; here the files go, durably.
fn erase(files: &[PathBuf]) -> Result<()> {
    let machine = Machine::real();
    for file in files {
        machine.disk.remove(file)?;
    }
    Ok(machine.disk.sync_folder(files.first().and_then(|file| file.parent()).unwrap_or(Path::new(".")))?)
}

/// Drops the files' pages from the page cache.
fn forget(files: &[PathBuf]) -> Result<()> {
    for file in files {
        let of = format!("if={}", file.display());
        let done =
            Command::new("dd").args([&of, "of=/dev/null", "iflag=nocache", "count=0", "status=none"]).status()?;
        if !done.success() {
            return Err("`dd` could not drop a file from the page cache".into());
        }
    }
    Ok(())
}

/// All records of the file, each batch durable in the spool.
fn read_and_spool(asked: &Asked<'_>) -> Result<(Columns, u64)> {
    let Asked { day, csv, folder, threads, .. } = *asked;
    let mut file = BufReader::new(File::open(csv)?);
    let mut header = Vec::new();
    file.read_until(b'\n', &mut header)?;
    let (mut parts, mut start, size) = (Vec::new(), header.len() as u64, fs::metadata(csv)?.len());
    for left in (1..=threads as u64).rev() {
        // To the end of the line in which the part would end.
        file.seek(SeekFrom::Start(start + (size - start) / left))?;
        let end = (file.stream_position()? + file.skip_until(b'\n')? as u64).min(size);
        parts.push(start..end);
        start = end;
    }
    let mapping = mapping(day)?;
    let (to_all, batches) = sync_channel(BATCHES_WAITING);
    let read = |number: usize, part: &Range<u64>, to_all| {
        read_part(day, csv, &header, part.clone(), &mapping, &folder.join(format!("spool-{number}")), to_all)
    };
    std::thread::scope(|scope| {
        let read = &read;
        let start = |(number, part)| {
            let to_all = to_all.clone();
            scope.spawn(move || read(number, part, to_all))
        };
        let running: Vec<_> = parts.iter().enumerate().map(start).collect();
        drop(to_all);
        let mut all = Columns::new(day.kind());
        batches.into_iter().for_each(|batch| all.append(batch));
        let mut spooled = 0;
        for part in running {
            spooled += part.join().unwrap_or_else(|_| Err("a reading thread ended early".into()))?;
        }
        Ok((all, spooled))
    })
}

fn read_part(
    day: Day,
    csv: &Path,
    header: &[u8],
    part: Range<u64>,
    mapping: &Arc<Mapping>,
    spool: &Path,
    to_all: SyncSender<Columns>,
) -> Result<u64> {
    let limits = TimeLimits::around(UtcMillis(DAY_START + 86_400_000));
    let mut reader = MappedReader::new(Arc::clone(mapping), limits);
    let mut taker = Taker {
        to_all,
        kind: day.kind(),
        batch: Columns::with_capacity(day.kind(), BATCH),
        spool: Spool::create(&Machine::real(), spool, &KEY)?,
        wrong: None,
    };
    let mut file = File::open(csv)?;
    file.seek(SeekFrom::Start(part.start))?;
    let mut file = file.take(part.end - part.start);
    let mut chunk = vec![0; CHUNK];
    reader.feed(header, &mut taker);
    loop {
        let length = file.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else { break };
        reader.feed(bytes, &mut taker);
    }
    reader.finish(&mut taker);
    taker.spool_batch();
    if let Some(wrong) = taker.wrong {
        return Err(wrong.into());
    }
    taker.spool.finish()
}

pub fn mapping(day: Day) -> Result<Arc<Mapping>> {
    let mut sources = Sources::new();
    let file = sources.add("mapping.yaml", day.mapping().to_owned());
    let mut faults = Faults::new();
    let mapping = Mapping::load(&sources, file, &mut faults);
    Ok(Arc::new(mapping.ok_or_else(|| faults.summary(&sources).to_string())?))
}

struct Taker {
    to_all: SyncSender<Columns>,
    kind: Kind,
    batch: Columns,
    spool: Spool,
    wrong: Option<String>,
}

impl Taker {
    fn spool_batch(&mut self) {
        if let Err(error) = self.spool.append(&self.batch) {
            self.wrong = Some(error.to_string());
        }
        let fresh = Columns::with_capacity(self.kind, BATCH);
        let batch = std::mem::replace(&mut self.batch, fresh);
        if self.to_all.send(batch).is_err() {
            self.wrong = Some("nobody takes the batches".to_owned());
        }
    }
}

impl Sink for Taker {
    fn event(&mut self, event: Event<'_>, _: Place) {
        let Event::Finished(row) = event else { return };
        self.batch.push(&row);
        if self.batch.len() == BATCH {
            self.spool_batch();
        }
    }

    fn unread(&mut self, unread: Unread<'_>) {
        self.wrong = Some(format!("line {}: {}", unread.place.number, unread.reason));
    }
}
