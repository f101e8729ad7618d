//! The vault's own way from a source to a sealed segment: settings, policy, reader, intake, spool, catalog, ledger, seal.

use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use shuhi_keys::{Passphrase, PassphraseCost};
use shuhi_machine::{Clock, Machine, UtcMillis};
use shuhi_vault::{
    Answer, Folder, JudgedPolicy, Opinion, PolicyRow, Reading, Settings, SourceFormat, SourceSettings, Vault,
};

use crate::day::Day;
use crate::generate::DAY_START;
use crate::measure::Timer;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const DAY_MILLIS: i64 = 86_400_000;
const CHUNK: usize = 1 << 20;

/// Noon of the day after: the day is over and nothing of it expired.
#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> UtcMillis {
        UtcMillis(DAY_START + DAY_MILLIS * 3 / 2)
    }
}

/// Takes a file in and seals the day; what was measured.
pub fn measure(day: Day, file: &Path, folder: &Path, detail: bool) -> Result<Json> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("mapping.yaml"), day.mapping())?;
    let machine = Machine { clock: Arc::new(Noon), threads: NonZeroUsize::MIN, ..Machine::real() };
    let passphrase = Passphrase::new("of the bench")?.with_cost(PassphraseCost::CHEAP_FOR_TESTS);
    let settings = settings(detail);
    let mut vault = Vault::create(&machine, Folder::new(folder), settings.clone(), &passphrase)?;
    vault.adopt(&[policy(day)])?;
    let source = settings.source("source").ok_or("the source is there")?;
    let reading = Reading::of(&machine, &Folder::new(folder), source)?;
    let mut stream = reading.stream(machine.now(), false)?;
    let timer = Timer::of_process();
    let mut feed = vault.feed("source")?;
    let (mut input, mut chunk) = (File::open(file)?, vec![0; CHUNK]);
    loop {
        let length = input.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else { break };
        feed.bytes(&mut stream, machine.now(), bytes);
        if feed.is_due() {
            feed.acknowledge(None)?;
        }
    }
    feed.end(&mut stream);
    let counts = feed.finish(None)?;
    let taken = timer.took();
    let sealed: u64 = vault.seal()?.iter().map(|sealed| sealed.records).sum();
    let all = timer.took();
    drop(vault);
    fs::remove_dir_all(folder)?;
    if counts.unread + counts.refused + counts.expired > 0 || sealed == 0 {
        return Err(format!("not everything was taken in: {counts:?}, {sealed} sealed").into());
    }
    Ok(json!({"records": sealed, "taken": taken.passed, "passed": all.passed, "on_core": all.on_core}))
}

fn settings(detail: bool) -> Settings {
    let source = SourceSettings {
        name: "source".to_owned(),
        format: if detail { SourceFormat::RadiusDetail } else { SourceFormat::Csv },
        policy: "policy".to_owned(),
        zone_hours: 9,
        profile: (!detail).then(|| "mapping.yaml".to_owned()),
        silence_hours: 36,
        untranslated: false,
    };
    Settings {
        log: "bench.example/day".to_owned(),
        register: "register".into(),
        replicas: vec!["keys/epoch".into()],
        snapshots: false,
        hourly: Vec::new(),
        sources: vec![source],
        single_release: false,
    }
}

fn policy(day: Day) -> JudgedPolicy {
    let policy = PolicyRow {
        register_kind: day.kind().register_kind().to_owned(),
        period: "6 months".to_owned(),
        purposes: Vec::new(),
        adopted_at: 0,
        rulebook: "00".repeat(32),
    };
    let opinion = Opinion {
        answer: Answer::Permitted,
        reasons: Vec::new(),
        missing: Vec::new(),
        law_of: "2026-04-01".to_owned(),
        rulebook: "00".repeat(32),
    };
    JudgedPolicy { id: "policy".to_owned(), policy: Some(policy), opinion }
}
