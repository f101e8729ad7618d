//! `cargo xtask bench-vault`: the storage of the vault against ClickHouse and DuckDB, on the same days of records, in the
//! same run.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measures")]

mod day;
mod generate;
mod intake;
mod measure;
mod options;
mod ours;
mod report;
mod row;
mod spool;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use day::Day;
use measure::{Question, questions};
use options::Options;
use report::Measured;
use row::Rows;

const SEED: u64 = 20_260_401;
const QUESTIONS: usize = 2000;
const USAGE: &str = "usage: shuhi-bench-vault PYTHON FOLDER [ROWS] [OPTIONS]   (cargo xtask bench-vault makes PYTHON)
  --only NAME,…      these rows: ingest, bytes, lookup, cold, second, erase, intake (what is stored from an earlier run is used)
  --day NAME         blocks or radius (both unless stated)
  --threads N        on so many cores (on one and on all unless stated)
  --sides NAME,…     of shuhi, clickhouse, duckdb (all unless stated; one alone prints figures, no table)
  --seconds N        for each group of lookups of a side (60 unless stated)";

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["ours", day, csv, folder, asked, threads, rows, seconds] => {
            ours(day, [csv, folder, asked].map(Path::new), threads, rows, seconds)
        }
        [python, folder, options @ ..] => {
            Options::read(options).map_err(|error| format!("{error}\n{USAGE}").into()).and_then(|options| {
                let mut passed = true;
                for day in &options.days {
                    passed &= compare(python, Path::new(folder), *day, &options)?;
                }
                Ok(passed)
            })
        }
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn ours(day: &str, [csv, folder, asked]: [&Path; 3], threads: &str, rows: &str, seconds: &str) -> Result<bool> {
    let questions: Vec<Question> = fs::read_to_string(asked)?.lines().filter_map(Question::from_line).collect();
    let (day, rows) = (day.parse()?, Rows::named(rows)?);
    let (threads, seconds) = (threads.parse()?, seconds.parse()?);
    let asked = ours::Asked { day, csv, folder, questions: &questions, threads, rows: &rows, seconds };
    println!("ANSWER {}", ours::measure(&asked)?);
    Ok(true)
}

/// The day as CSV, the questions, and of RADIUS a tenth of it as a server writes it. Made once, then used again.
struct Data {
    csv: PathBuf,
    asked: PathBuf,
    detail: Option<PathBuf>,
}

fn data(folder: &Path, day: Day, rows: usize) -> Result<Data> {
    fs::create_dir_all(folder)?;
    let of = |what: &str| folder.join(format!("{day}-{rows}.{what}").replace(' ', "-"));
    let detail = (day == Day::Radius).then(|| of("detail"));
    let (csv, asked) = (of("csv"), of("questions"));
    let there = [Some(&csv), Some(&asked), detail.as_ref()].into_iter().flatten().all(|file| file.exists());
    if !there {
        eprintln!("a day of {rows} {day} is made up …");
        let leases = match day {
            Day::Blocks => generate::leases(rows, SEED),
            Day::Radius => generate::sessions(rows, SEED),
        };
        match &detail {
            Some(detail) => {
                generate::write_sessions(&csv, &leases)?;
                generate::write_detail(detail, leases.get(..rows / 10).unwrap_or(&leases))?;
            }
            None => generate::write_csv(&csv, &leases)?,
        }
        let lines: String = questions(&leases, QUESTIONS, SEED).iter().map(Question::line).collect();
        // Last: with the questions all is there.
        fs::write(&asked, lines)?;
    }
    Ok(Data { csv, asked, detail })
}

/// Runs all sides on one core and on all, prints the table; whether no peer is ahead where none may be.
fn compare(python: &str, folder: &Path, day: Day, options: &Options) -> Result<bool> {
    let rows = day.rows(options.rows);
    let data = data(folder, day, rows)?;
    let cores = std::thread::available_parallelism()?.get();
    let all = if cores > 1 { vec![1, cores] } else { vec![1] };
    let mut passed = true;
    let mut alone = None;
    for threads in options.threads.map_or(all, |threads| vec![threads]) {
        let us = env::current_exe()?;
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let python = Path::new(python);
        let programs = [
            ("shuhi", us.as_path(), "ours".to_owned()),
            ("clickhouse", python, text(&peers.join("clickhouse.py"))),
            ("duckdb", python, text(&peers.join("duckdb_peer.py"))),
        ];
        let mut sides = Vec::new();
        for (name, program, first) in programs.iter().filter(|(name, ..)| options.has_side(name)) {
            eprintln!("{name} on {threads} of {cores} cores …");
            let at = folder.join(format!("{name}-{}-{threads}", day.name()));
            let words = [first.as_str(), day.name(), &text(&data.csv), &text(&at), &text(&data.asked)];
            let more = [threads.to_string(), Rows::names(&options.rows_asked), options.seconds.to_string()];
            let words: Vec<String> = words.into_iter().map(str::to_owned).chain(more).collect();
            // Whoever comes first would read the file from the disk, the others from memory.
            std::io::copy(&mut fs::File::open(&data.csv)?, &mut std::io::sink())?;
            sides.push(answer(program, &words, threads, &options.rows_asked)?);
        }
        let cores = if threads == 1 { "one core".to_owned() } else { format!("{threads} cores") };
        if let [shuhi, clickhouse, duckdb] = sides.as_slice() {
            let what = format!("A day of {rows} {day} on {cores}");
            passed &= report::print(&what, &options.rows_asked, [shuhi, clickhouse, duckdb]);
        }
        if threads == 1 && options.has_side("shuhi") {
            alone = sides.into_iter().next();
        }
    }
    if options.rows_asked.contains(&Rows::Intake) && options.has_side("shuhi") {
        let alone = alone.as_ref().filter(|alone| alone.has_ingest());
        report::print_intake("the same CSV", alone, &intake::measure(day, &data.csv, &folder.join("intake"), false)?);
        if let Some(detail) = &data.detail {
            let taken = intake::measure(day, detail, &folder.join("intake"), true)?;
            report::print_intake("a tenth of the day as a detail file, started and stopped", None, &taken);
        }
    }
    Ok(passed)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Runs one side, on one core where asked; what it measured.
fn answer(program: &Path, words: &[String], threads: usize, rows: &[Rows]) -> Result<Measured> {
    let mut command = if threads == 1 {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", "0"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    let output = command.args(words).stderr(std::process::Stdio::inherit()).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let answer = printed.lines().find_map(|line| line.strip_prefix("ANSWER "));
    let answer = answer.ok_or_else(|| format!("{} gave no figures: {printed}", program.display()))?;
    println!("{answer}");
    Measured::read(answer, rows).ok_or_else(|| format!("{} gave figures that are not whole", program.display()).into())
}
