//! Automation: `cargo xtask run` shows Shuhi at work, `cargo xtask test` proves that it works,
//! `cargo xtask bench-vault` measures its storage against others.
//!
//! All do the set-up on a fresh machine, or name in one line what they lack the right to install.

mod catalogue;

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

const USAGE: &str =
    "usage: cargo xtask run    build Shuhi, check a sample operator, print the findings and what to try next
       cargo xtask test   format, lints, all tests, the rulebook's own tests and cases
       cargo xtask bench-vault [ROWS] [--only NAME,…] [--day NAME] [--threads N] [--sides NAME,…] [--seconds N]
                                        the vault's storage against ClickHouse and DuckDB (10 million rows; 10 GB)
       cargo xtask catalogue [--check | --from KIND FILE]   the sets of others in `catalogue/sets` from their npm packages
       cargo xtask sim [--crashes N] [--seed S] [--plant FAULT] [--trace]
                          years of a vault on a machine that crashes N times; with a fault planted, until it is noticed";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["run"] => demonstrate(),
        ["test"] => test(),
        ["bench-vault", options @ ..] => bench_vault(options),
        ["catalogue", options @ ..] => catalogue::catalogue(options),
        ["sim", options @ ..] => simulate(options),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Builds, checks the sample social network, and says what to try next.
fn demonstrate() -> Result<(), String> {
    step("cargo", &["build", "--release", "--package", "shuhi"])?;
    let program = root().join("target/release/shuhi");
    println!("\n$ shuhi check examples/social-network\n");
    let status = command(&program.to_string_lossy(), &["check", "examples/social-network"]).status();
    // Status 1 is the point: the sample has findings.
    match status.map(|status| status.code()) {
        Ok(Some(0 | 1)) => {}
        Ok(code) => {
            return Err(format!("`shuhi check` ended with {code:?}; run `cargo xtask test` to see what is wrong"));
        }
        Err(error) => return Err(format!("`{}` could not be started: {error}", program.display())),
    }
    println!(
        "
次に試すこと / what to try next (the program is target/release/shuhi):
  shuhi check examples/access-provider --lang en     another operator, in English
  shuhi law show logs.retain.within-need             one rule explained
  shuhi decide trace_sender justification.kind=none  one decision: may a sender be traced?
  shuhi schema --facts retain                        which facts matter, and how to answer
  shuhi init my-register                             start a register of your own
  shuhi decide contract_line --batch examples/mobile-operator/applications.csv   forty decisions at once"
    );
    Ok(())
}

/// Runs the simulator as it is fastest; it says itself how it ended.
fn simulate(options: &[&str]) -> Result<(), String> {
    let arguments = [&["run", "--release", "--quiet", "--package", "shuhi-sim", "--"], options].concat();
    match command("cargo", &arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the simulation did not end as it must".to_owned()),
        Err(error) => Err(format!("`cargo` could not be started: {error}")),
    }
}

/// Everything that must hold before a change is kept.
fn test() -> Result<(), String> {
    components()?;
    packages();
    let steps: &[&[&str]] = &[
        &["fmt", "--all", "--check"],
        &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"],
        // The benchmark has no tests, and the engines it compares with take longer to build than all the rest.
        &["test", "--workspace", "--exclude", "shuhi-bench"],
    ];
    for arguments in steps {
        step("cargo", arguments)?;
    }
    // The program that the tests were run with; `cargo run` would build it once more with other features.
    let program = target().join("debug/shuhi").to_string_lossy().into_owned();
    step(&program, &["law", "lint"])?;
    for regime in ["logs", "secrecy", "regime", "misuse"] {
        step(&program, &["law", "coverage", &format!("law/catalogue/{regime}.yaml"), "--mutate"])?;
    }
    step(&program, &["law", "test"])
}

/// The vault's storage against ClickHouse and DuckDB, which come from PyPI into an environment under `target`.
fn bench_vault(options: &[&str]) -> Result<(), String> {
    let folder = target().join("bench-vault");
    let python = folder.join("venv/bin/python");
    let python = python.to_string_lossy();
    if !command(&python, &["-c", "import chdb, duckdb"]).output().is_ok_and(|output| output.status.success()) {
        let venv = folder.join("venv");
        step("python3", &["-m", "venv", &venv.to_string_lossy()])
            .map_err(|error| format!("{error}; it needs Python 3 with venv (apt-get install python3-venv)"))?;
        step(&python, &["-m", "pip", "install", "--quiet", PEERS[0], PEERS[1]])?;
    }
    let package = ["run", "--release", "--package", "shuhi-bench-vault", "--"];
    step("cargo", &[&package[..], &[&python, &folder.to_string_lossy()], options].concat())
}

/// ClickHouse and DuckDB.
const PEERS: [&str; 2] = ["chdb==4.4.0", "duckdb==2.0.0"];

/// Where Cargo builds.
fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// rustfmt and clippy come with the toolchain; where they are missing, rustup adds them.
fn components() -> Result<(), String> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let there = command("cargo", &[subcommand, "--version"]).output().is_ok_and(|output| output.status.success());
        if !there {
            let hint = format!("{component} is missing: run `rustup component add {component}`");
            step("rustup", &["component", "add", component]).map_err(|_| hint)?;
        }
    }
    Ok(())
}

/// Programs that some tests talk to, with the Debian packages they come from: a RADIUS server that writes detail files, a
/// PKCS#11 token in software, another verifier of ledgers in Go, a browser with Japanese letters, Android's own readers
/// of packages. Without them those tests say that
/// they are skipped.
const PACKAGES: [(&str, &str); 10] = [
    ("/usr/bin/aapt", "aapt"),
    ("/usr/bin/apksigner", "apksigner"),
    ("/usr/bin/dexdump", "dexdump"),
    ("/usr/bin/chromium", "chromium"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
    ("/usr/sbin/freeradius", "freeradius"),
    ("/usr/bin/radclient", "freeradius-utils"),
    ("/usr/bin/softhsm2-util", "softhsm2"),
    ("/usr/bin/go", "golang-go"),
    ("/usr/share/gocode/src/golang.org/x/mod/sumdb/note", "golang-golang-x-mod-dev"),
];

/// Installs what is missing where that is permitted; where it is not, says in one line what to install.
fn packages() {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(path, _)| !PathBuf::from(path).exists()).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return;
    }
    let install = [&["install", "--yes", "--no-install-recommends"], missing.as_slice()].concat();
    let installed = step("apt-get", &["update", "--quiet"]).and_then(|()| step("apt-get", &install));
    if installed.is_err() {
        println!("some tests will be skipped; as root: apt-get install {}", missing.join(" "));
    }
    // Debian starts the server at once with its own settings; the tests start their own.
    if missing.contains(&"freeradius") && PathBuf::from("/run/systemd/system").exists() {
        let _ = step("systemctl", &["disable", "--now", "freeradius"]);
    }
}

fn step(program: &str, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{program} {}", arguments.join(" "));
    println!("$ {line}");
    let start = Instant::now();
    match command(program, arguments).status() {
        Ok(status) if status.success() => {
            println!("  ({} s)", start.elapsed().as_secs());
            Ok(())
        }
        Ok(_) => Err(format!("failed: {line}")),
        Err(error) => Err(format!("`{program}` could not be started: {error}")),
    }
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// The root of the checkout, wherever the command was called.
fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
    here.parent().map_or_else(PathBuf::new, PathBuf::from)
}
