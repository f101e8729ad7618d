//! The same packages read by Android's own tools: `aapt`, `dexdump`, `apksigner`. Without them these tests compare nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use found::{android, data, reader};
use shuhi_package::probe;

/// What a tool prints; `None` where it is not installed.
fn told(tool: &str, arguments: &[&str], file: &Path) -> Option<String> {
    match Command::new(tool).args(arguments).arg(file).output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            eprintln!("`{tool}` is not installed; nothing compared");
            None
        }
    }
}

/// The text between quotes after a word.
fn after<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    line.split_once(&format!("{word}'"))?.1.split('\'').next()
}

#[test]
fn manifests_as_aapt_reads_them() {
    for name in ["base.apk", "renamed.apk"] {
        let Some(text) = told("aapt", &["dump", "badging"], &data(name)) else { return };
        let package = reader().read(&[data(name)]).unwrap();
        let app = android(&package);
        let line = |start: &str| text.lines().find(|line| line.starts_with(start));
        let head = line("package:").unwrap();
        assert_eq!(after(head, "name="), package.id.as_deref());
        assert_eq!(after(head, "versionName="), package.version.as_deref());
        assert_eq!(after(head, "versionCode="), app.version_code.map(|code| code.to_string()).as_deref());
        assert_eq!(after(line("sdkVersion:").unwrap(), ":"), app.min_sdk.as_deref());
        assert_eq!(after(line("targetSdkVersion:").unwrap(), ":"), app.target_sdk.as_deref());
        let permissions: Vec<_> = text.lines().filter(|line| line.starts_with("uses-permission")).collect();
        let theirs: Vec<_> = permissions
            .iter()
            .map(|line| {
                (after(line, "name="), after(line, "maxSdkVersion="), line.starts_with("uses-permission-sdk-23"))
            })
            .collect();
        let ours: Vec<_> = app
            .permissions
            .iter()
            .map(|each| (Some(each.name.as_str()), each.max_sdk.as_deref(), each.from_sdk_23))
            .collect();
        assert_eq!(ours, theirs);
        let label = line("application-label-ja:").and_then(|line| after(line, ":"));
        assert_eq!(label, package.name.as_ref().and_then(|name| name.japanese.as_deref()));
    }
}

#[test]
fn classes_as_dexdump_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    for (package, entry) in [("base.apk", "classes.dex"), ("base.apk", "classes2.dex"), ("renamed.apk", "classes.dex")]
    {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(data(package)).unwrap()).unwrap();
        let mut raw = Vec::new();
        let stored = archive.by_name_raw(entry.as_bytes()).unwrap().compression() == zip::CompressionMethod::Stored;
        let index = archive.index_for_name(entry).unwrap();
        archive.by_index_raw(index).unwrap().read_to_end(&mut raw).unwrap();
        let mut bytes = Vec::new();
        match stored {
            true => bytes = raw,
            false => {
                flate2::read::DeflateDecoder::new(&raw[..]).read_to_end(&mut bytes).unwrap();
            }
        }
        let file = folder.path().join("classes.dex");
        std::fs::write(&file, &bytes).unwrap();
        let Some(text) = told("dexdump", &["-l", "plain"], &file) else { return };
        let dotted = |line: &str| {
            after(line, ": ").map(|name| name.trim_start_matches('L').trim_end_matches(';').replace('/', "."))
        };
        let of = |start: &str| {
            text.lines().filter(|line| line.trim_start().starts_with(start)).filter_map(dotted).collect::<Vec<_>>()
        };
        let theirs: BTreeSet<_> =
            of("Class descriptor").into_iter().zip(of("Superclass").into_iter().map(Some)).collect();
        let ours: BTreeSet<_> = probe::classes(&bytes).into_iter().collect();
        assert!(!theirs.is_empty());
        assert_eq!(ours, theirs, "{package} {entry}");
    }
}

#[test]
fn certificates_as_apksigner_reads_them() {
    for name in ["base.apk", "renamed.apk", "split_config.ja.apk"] {
        let Some(text) = told("apksigner", &["verify", "--print-certs", "--min-sdk-version", "24"], &data(name)) else {
            return;
        };
        let package = reader().read(&[data(name)]).unwrap();
        let theirs = text.lines().find_map(|line| line.split_once("SHA-256 digest: ")).unwrap().1;
        assert_eq!(package.certificates.len(), 1);
        assert_eq!(package.certificates[0].sha256, theirs);
    }
}
