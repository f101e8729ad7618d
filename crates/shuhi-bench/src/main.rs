//! `cargo run --release -p shuhi-bench`: measures the law against the bars of the design and prints the ratios to other
//! policy engines on the same norm, run in the same process. Exits 1 where a bar is missed, 2 where it cannot measure.

mod acts;
mod loading;
mod machine;
mod measure;
mod norm;
mod register;
mod report;

use std::error::Error;
use std::process::ExitCode;

use report::Report;

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
    norm::measure(&mut report)?;
    acts::measure(&mut report)?;
    loading::measure(&mut report)?;
    register::measure(&mut report)?;
    println!("{}", report.summary());
    Ok(report.missed() == 0)
}
