//! `shuhi-sim --crashes N [--seed S] [--plant FAULT] [--trace]`: runs the simulation and says how it ended.

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use shuhi_sim::{Fault, Options, run};

const USAGE: &str = "usage: shuhi-sim --crashes N [--seed S] [--plant FAULT] [--trace]
FAULT: spool-not-synced, folder-not-synced, hold-check-outside-transaction, erasure-before-intent, grant-used-twice";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = match read(&words) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    println!("seed {} (again with `--seed {}`)", options.seed, options.seed);
    let start = Instant::now();
    let outcome = run(&options);
    println!("{outcome}");
    println!("  {} s", start.elapsed().as_secs());
    let fine = match options.plant {
        None => outcome.violation.is_none(),
        Some(fault) => {
            match &outcome.violation {
                Some((violation, _)) => {
                    let crashes = outcome.counters.crashes;
                    println!("`{}` caught after {crashes} crashes by: {}", fault.name(), violation.invariant);
                }
                None => println!("`{}` was NOT noticed in {} crashes", fault.name(), outcome.counters.crashes),
            }
            outcome.violation.is_some()
        }
    };
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(words: &[String]) -> Result<Options, String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.subsec_nanos()).unwrap_or(0);
    let mut options = Options { seed: u64::from(since), crashes: 1000, plant: None, ask_the_law: true, trace: false };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--crashes" => options.crashes = number(value()?)?,
            "--seed" => options.seed = number(value()?)?,
            "--trace" => options.trace = true,
            "--plant" => {
                let name = value()?;
                options.plant = Some(Fault::named(name).ok_or_else(|| format!("unknown fault `{name}`"))?);
            }
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(options)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}
