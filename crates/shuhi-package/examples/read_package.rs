//! Reads a package and prints it as JSON, with the time taken on standard error: for looking at real apps.
//!
//! `cargo run --release -p shuhi-package --example read_package -- base.apk split_config.arm64_v8a.apk`
#![allow(clippy::unwrap_used, reason = "an example for developers")]

use std::path::PathBuf;
use std::time::Instant;

fn main() {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let start = Instant::now();
    match shuhi_package::read(&paths, &[]) {
        Ok(package) => println!("{}", serde_json::to_string_pretty(&package).unwrap()),
        Err(error) => eprintln!("{error}"),
    }
    eprintln!("{:.2} s", start.elapsed().as_secs_f64());
}
