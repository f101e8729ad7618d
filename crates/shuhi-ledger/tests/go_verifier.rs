//! Software that knows nothing of Shuhi verifies a ledger: Go's `golang.org/x/mod/sumdb`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use shuhi_ledger::{Ledger, VerifierKey};
use shuhi_machine::Machine;
use support::{ORIGIN, TestKeys, TestSigner, finding, findings, log_key};

const GO_PACKAGES: &str = "/usr/share/gocode";

/// Builds the program; `None` where Go is missing and cannot be installed.
fn verifier(folder: &Path) -> Option<PathBuf> {
    if !has_go() && is_root() {
        let install = ["install", "--yes", "--no-install-recommends", "golang-go", "golang-golang-x-mod-dev"];
        let _ = Command::new("apt-get").arg("update").output();
        let _ = Command::new("apt-get").args(install).env("DEBIAN_FRONTEND", "noninteractive").output();
    }
    if !has_go() {
        eprintln!("skipped: install the Debian packages golang-go and golang-golang-x-mod-dev");
        return None;
    }
    let program = folder.join("verifier");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/verifier/main.go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(source)
        .env("GO111MODULE", "off")
        .env("GOPATH", GO_PACKAGES)
        .env("GOFLAGS", "")
        .env("GOCACHE", folder.join("cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(program)
}

fn has_go() -> bool {
    let packages = Path::new(GO_PACKAGES).join("src/golang.org/x/mod/sumdb/tlog");
    packages.is_dir() && Command::new("go").arg("version").output().is_ok_and(|output| output.status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

struct Go {
    program: PathBuf,
    key: VerifierKey,
}

impl Go {
    fn run(&self, folder: &Path, rest: &[&str]) -> Output {
        Command::new(&self.program).arg(folder).arg(self.key.to_string()).args(rest).output().unwrap()
    }

    fn says(&self, folder: &Path, rest: &[&str]) -> String {
        let output = self.run(folder, rest);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn refuses(&self, folder: &Path, rest: &[&str]) -> String {
        let output = self.run(folder, rest);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn go_verifies_the_folder_and_rejects_an_altered_leaf() {
    let place = tempfile::tempdir().unwrap();
    let Some(program) = verifier(place.path()) else { return };
    let go = Go { program, key: log_key() };
    let (machine, keys) = (Machine::real(), TestKeys::default());
    let folder = place.path().join("ledger");
    let mut ledger = Ledger::create(&machine, &folder, ORIGIN, TestSigner::new(1)).unwrap();
    ledger.append(&findings(300), &keys).unwrap();
    let older = place.path().join("older");
    fs::write(&older, ledger.checkpoint().note()).unwrap();
    assert_eq!(go.says(&folder, &[]), "300 leaves");
    for number in 300..310 {
        ledger.append(&[finding(number).sealing(vec![5; 9000], keys.key(1))], &keys).unwrap();
    }
    ledger.append(&(310..700).map(finding).collect::<Vec<_>>(), &keys).unwrap();
    assert_eq!(go.says(&folder, &[]), "700 leaves");
    let older = older.to_str().unwrap();
    assert_eq!(go.says(&folder, &["since", older]), "700 leaves continue 300");

    let leaf = place.path().join("leaf");
    for index in [0, 255, 256, 305, 699] {
        fs::write(&leaf, ledger.leaf(index).unwrap()).unwrap();
        let arguments = ["leaf", &index.to_string(), leaf.to_str().unwrap()];
        assert_eq!(go.says(&folder, &arguments), format!("leaf {index} of 700"));
        let mut altered = ledger.leaf(index).unwrap();
        *altered.last_mut().unwrap() ^= 1;
        fs::write(&leaf, altered).unwrap();
        assert!(go.refuses(&folder, &arguments).contains("not the one in the log"));
    }

    proofs(&go, place.path(), &ledger);
    altered_files(&go, &folder);

    let other = place.path().join("other");
    let mut rewritten = Ledger::create(&machine, &other, ORIGIN, TestSigner::new(1)).unwrap();
    rewritten.append(&(1..701).map(finding).collect::<Vec<_>>(), &keys).unwrap();
    assert!(go.refuses(&other, &["since", older]).contains("does not continue"));
}

fn proofs(go: &Go, place: &Path, ledger: &Ledger) {
    let file = place.join("leaf.tlog-proof");
    let run = |text: &str| {
        fs::write(&file, text).unwrap();
        Command::new(&go.program).arg("proof").arg(&file).arg(go.key.to_string()).output().unwrap()
    };
    for index in [0, 511, 699] {
        let text = ledger.prove(index).unwrap().to_string();
        assert_eq!(run(&text).stdout, format!("leaf {index} of 700\n").as_bytes());
        let altered = run(&text.replacen("extra pAABA", "extra pAABB", 1));
        assert!(!altered.status.success());
    }
}

fn altered_files(go: &Go, folder: &Path) {
    for file in ["tile/entries/001", "tile/entries/002.p/188", "tile/0/001", "tile/1/000.p/2", "checkpoint"] {
        let path = folder.join(file);
        let whole = fs::read(&path).unwrap();
        let mut altered = whole.clone();
        altered[40] ^= 1;
        fs::write(&path, &altered).unwrap();
        go.refuses(folder, &[]);
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(go.says(folder, &[]), "700 leaves");
}
