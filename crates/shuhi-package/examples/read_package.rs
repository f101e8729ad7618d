//! Reads a package with the modules of `catalogue/` and prints it as JSON, with the time taken on standard error: for looking
//! at real apps.
//!
//! `cargo run --release -p shuhi-package --example read_package -- base.apk split_config.arm64_v8a.apk`
#![allow(clippy::unwrap_used, reason = "an example for developers")]

use std::path::PathBuf;
use std::time::Instant;

use shuhi_package::{Platform, Signature};
use shuhi_source::{Node, Sources, read_yaml};

fn main() {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let signatures = signatures();
    let start = Instant::now();
    match shuhi_package::read(&paths, &signatures) {
        Ok(package) => println!("{}", serde_json::to_string_pretty(&package).unwrap()),
        Err(error) => eprintln!("{error}"),
    }
    eprintln!("{} signatures, {:.2} s", signatures.len(), start.elapsed().as_secs_f64());
}

fn signatures() -> Vec<Signature> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/modules");
    let mut all = Vec::new();
    for file in folder.read_dir().unwrap() {
        let path = file.unwrap().path();
        let mut sources = Sources::new();
        let id = sources.add(path.display().to_string(), std::fs::read_to_string(path).unwrap());
        let root = read_yaml(&sources, id).unwrap();
        all.extend(root.get("modules").and_then(Node::list).unwrap_or_default().iter().map(signature));
    }
    all
}

fn signature(module: &Node) -> Signature {
    let text = |key: &str| module.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let texts = |key: &str| {
        let nodes = module.get(key).and_then(Node::list).unwrap_or_default();
        nodes.iter().filter_map(Node::text).map(str::to_owned).collect()
    };
    let platform = if text("platform") == "ios" { Platform::Ios } else { Platform::Android };
    Signature {
        id: text("id"),
        platform: Some(platform),
        classes: texts("classes"),
        frameworks: texts("frameworks"),
        version_from: Vec::new(),
    }
}
