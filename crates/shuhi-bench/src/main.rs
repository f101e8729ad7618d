//! `cargo run --release -p shuhi-bench`: measures the law against the bars of the design and prints the ratios to other
//! policy engines on the same norm, run in the same process. Exits 1 where a bar is missed, 2 where it cannot measure.
//! Sections may be named: `cargo run --release -p shuhi-bench -- norm acts`.

mod acts;
mod batch;
mod dice;
mod loading;
mod machine;
mod measure;
mod norm;
mod register;
mod report;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use report::Report;

type Section = fn(&mut Report) -> Result<(), Box<dyn Error>>;

const SECTIONS: [(&str, Section); 5] = [
    ("norm", norm::measure),
    ("acts", acts::measure),
    ("loading", loading::measure),
    ("register", register::measure),
    ("batch", batch::measure),
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, Box<dyn Error>> {
    if cfg!(debug_assertions) {
        return Err("a debug build measures nothing worth knowing; run with `--release`".into());
    }
    println!("{}", machine::line());
    let mut report = Report::default();
    let named: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = named.iter().find(|name| !SECTIONS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        return Err(
            format!("unknown section `{unknown}`; name none for all, or some of `{}`", known.join("`, `")).into()
        );
    }
    for (name, measure) in SECTIONS {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            measure(&mut report)?;
        }
    }
    println!("{}", report.summary());
    Ok(report.missed() == 0)
}
