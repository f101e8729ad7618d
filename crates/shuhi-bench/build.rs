//! Notes the compiler's and the peers' versions, so that every report says what was measured.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

const PEERS: [&str; 3] = ["cel", "regorus", "cedar-policy"];

fn main() -> Result<(), Box<dyn Error>> {
    let compiler = Command::new(env::var("RUSTC")?).arg("--version").output()?;
    println!("cargo::rustc-env=COMPILER={}", String::from_utf8(compiler.stdout)?.trim());
    let lock = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    let lock = fs::read_to_string(lock)?;
    for peer in PEERS {
        let entry = format!("name = \"{peer}\"\nversion = \"");
        let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next()).unwrap_or("unknown");
        println!("cargo::rustc-env=VERSION_OF_{}={version}", peer.to_uppercase().replace('-', "_"));
    }
    Ok(())
}
