//! Runs the built program as a person would.
#![allow(dead_code, reason = "not every test file needs everything")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

pub mod vault;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The date of all snapshots.
pub const AT: &str = "2026-11-21";

/// What a run came to.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The root of the workspace, from which the samples are named as a person names them.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs `shuhi` at the root of the workspace.
pub fn shuhi(arguments: &[&str]) -> Run {
    shuhi_in(&root(), arguments)
}

/// Runs `shuhi` in a folder.
pub fn shuhi_in(folder: &Path, arguments: &[&str]) -> Run {
    run(command(folder, arguments), "")
}

/// Runs `shuhi` at the root with a text on standard input.
pub fn shuhi_reading(input: &str, arguments: &[&str]) -> Run {
    run(command(&root(), arguments), input)
}

/// `shuhi` without anything of the caller's that changes what it prints.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shuhi"));
    command.current_dir(folder).args(arguments);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS", "RUST_BACKTRACE", "CLICOLOR_FORCE", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end. Whatever is asked, it must not panic, nor colour what is no terminal.
pub fn run(mut command: Command, input: &str) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that needs no input may be gone before it is written.
    drop(child.stdin.take().expect("a pipe").write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let found = Run {
        status: output.status.code().expect("the program ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("output is UTF-8"),
    };
    assert!(!found.stderr.contains("panicked"), "{}", found.stderr);
    assert!(!found.stdout.contains('\u{1b}') && !found.stderr.contains('\u{1b}'), "colour codes in\n{}", found.stdout);
    found
}

/// A text without what changes with every edit of the law: the rulebook's hash and places in `law/`.
pub fn steady(text: &str) -> String {
    let mut steady = text.to_owned();
    for before in ["rulebook ", "規則集 "] {
        steady = replace_after(&steady, before, |c| c.is_ascii_hexdigit(), 12, "HASH");
    }
    let lines = steady.lines().map(|line| match line.find("law/") {
        Some(at) if line[at..].contains(".yaml:") => {
            replace_after(line, ".yaml:", |c| c.is_ascii_digit() || c == ':', 3, "LINE:COLUMN")
        }
        _ => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

/// Replaces each run of certain characters of a least length that follows a text.
fn replace_after(text: &str, before: &str, fits: impl Fn(char) -> bool, least: usize, by: &str) -> String {
    let mut parts = text.split(before);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(&fits);
        let long = part.len() - rest.len() >= least;
        replaced.push_str(before);
        replaced.push_str(&if long { format!("{by}{rest}") } else { part.to_owned() });
    }
    replaced
}

/// A folder of its own for one test, empty at first.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Makes it; the name must be used by one test only.
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shuhi").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("the folder of an earlier run can go");
        }
        fs::create_dir_all(&folder).expect("a folder for tests");
        Self(folder)
    }

    /// Writes a file, with the folders it stands in.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder for tests");
        fs::write(path, bytes).expect("a file for tests");
        self
    }

    /// Runs `shuhi` there.
    pub fn shuhi(&self, arguments: &[&str]) -> Run {
        shuhi_in(&self.0, arguments)
    }

    /// Runs `shuhi` there with a text on standard input.
    pub fn shuhi_reading(&self, input: &str, arguments: &[&str]) -> Run {
        run(command(&self.0, arguments), input)
    }

    /// A rulebook of some packs only, so that what is asserted about them stays true as others come.
    pub fn rulebook_of(&self, packs: &[&str]) -> PathBuf {
        let folder = self.0.join("rulebook");
        for part in ["vocabulary", "catalogue", "calendar"].iter().chain(packs) {
            let to = folder.join(part);
            fs::create_dir_all(&to).expect("a folder for tests");
            for entry in fs::read_dir(root().join("law").join(part)).expect("the law") {
                let file = entry.expect("an entry").path();
                fs::copy(&file, to.join(file.file_name().expect("a file's name"))).expect("a copy");
            }
        }
        folder
    }

    /// Every path below, in the order of names.
    pub fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.0, &self.0, &mut found);
        found.sort();
        found
    }
}

fn collect(folder: &Path, root: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder that can be listed") {
        let path = entry.expect("an entry").path();
        found.push(path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned());
        if path.is_dir() {
            collect(&path, root, found);
        }
    }
}
