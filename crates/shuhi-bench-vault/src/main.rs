//! `cargo xtask bench-vault`: the storage of the vault against ClickHouse and DuckDB, on the same day of records, in the
//! same run.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measures")]

mod generate;
mod measure;
mod ours;
mod report;
mod spool;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use measure::{Question, questions};
use report::Measured;

const SEED: u64 = 20_260_401;
const QUESTIONS: usize = 2000;
const USAGE: &str = "usage: shuhi-bench-vault PYTHON FOLDER [ROWS]   (cargo xtask bench-vault makes PYTHON)
       shuhi-bench-vault ours CSV FOLDER QUESTIONS THREADS";

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["ours", csv, folder, asked, threads] => ours(Path::new(csv), Path::new(folder), Path::new(asked), threads),
        ["generate", folder, rows] => {
            rows.parse().map_err(Into::into).and_then(|rows| data(Path::new(folder), rows)).map(|_| true)
        }
        [python, folder] => compare(python, Path::new(folder), 10_000_000),
        [python, folder, rows] => {
            rows.parse().map_err(Into::into).and_then(|rows| compare(python, Path::new(folder), rows))
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

fn ours(csv: &Path, folder: &Path, asked: &Path, threads: &str) -> Result<bool> {
    let questions: Vec<Question> = fs::read_to_string(asked)?.lines().filter_map(Question::from_line).collect();
    println!("ANSWER {}", ours::measure(csv, folder, &questions, threads.parse()?)?);
    Ok(true)
}

/// The day as CSV, and the questions.
fn data(folder: &Path, rows: usize) -> Result<(PathBuf, PathBuf)> {
    fs::create_dir_all(folder)?;
    let (csv, asked) = (folder.join(format!("blocks-{rows}.csv")), folder.join(format!("questions-{rows}.csv")));
    if !csv.exists() || !asked.exists() {
        eprintln!("a day of {rows} port blocks is made up …");
        let leases = generate::leases(rows, SEED);
        generate::write_csv(&csv, &leases)?;
        let lines: String = questions(&leases, QUESTIONS, SEED).iter().map(Question::line).collect();
        fs::write(&asked, lines)?;
    }
    Ok((csv, asked))
}

/// Runs all sides on one core and on all, prints the table; whether no peer is ahead where none may be.
fn compare(python: &str, folder: &Path, rows: usize) -> Result<bool> {
    let (csv, asked) = data(folder, rows)?;
    let cores = std::thread::available_parallelism()?.get();
    let mut passed = true;
    for threads in if cores > 1 { vec![1, cores] } else { vec![1] } {
        let us = env::current_exe()?;
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let run = |name: &str, program: &Path, first: &str| -> Result<Measured> {
            eprintln!("{name} on {threads} of {cores} cores …");
            let at = folder.join(format!("{name}-{threads}"));
            let words = [first, &text(&csv), &text(&at), &text(&asked), &threads.to_string()].map(str::to_owned);
            let measured = answer(program, &words, threads);
            let _ = fs::remove_dir_all(&at);
            measured
        };
        let shuhi = run("shuhi", &us, "ours")?;
        let python = Path::new(python);
        let clickhouse = run("clickhouse", python, &text(&peers.join("clickhouse.py")))?;
        let duckdb = run("duckdb", python, &text(&peers.join("duckdb_peer.py")))?;
        passed &= report::print(threads, rows, &shuhi, &clickhouse, &duckdb);
    }
    Ok(passed)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Runs one side, on one core where asked; what it measured.
fn answer(program: &Path, words: &[String], threads: usize) -> Result<Measured> {
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
    Measured::read(answer).ok_or_else(|| format!("{} gave figures that are not whole", program.display()).into())
}
