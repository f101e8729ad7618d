//! The browser as a process: started with a fresh profile, spoken to over a pipe, killed with all it started.

mod flags;
mod pipe;

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

pub(crate) use pipe::{Incoming, Pipe};

use crate::{BrowserError, BrowserSettings};

/// How much of what the browser said last is repeated in messages, in bytes.
const SAID_MAX: usize = 300;
/// How long the browser may take to end by itself.
const END_WAIT: Duration = Duration::from_secs(5);

/// A running browser. Dropping it kills it and everything it started, and removes its profile.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    profile: TempDir,
    command: Vec<String>,
}

impl Process {
    /// Starts the browser and the pipe to it.
    pub fn start(settings: &BrowserSettings) -> Result<(Self, Pipe), BrowserError> {
        let failed = |why: String| BrowserError::Start { program: settings.program.clone(), why };
        if which(&settings.program).is_none() {
            return Err(BrowserError::Missing { program: settings.program.clone() });
        }
        let profile = TempDir::with_prefix("shuhi-browser-").map_err(|error| failed(error.to_string()))?;
        write_preferences(profile.path()).map_err(|error| failed(error.to_string()))?;
        let said = File::create(said_file(profile.path())).map_err(|error| failed(error.to_string()))?;
        let mut command = vec![settings.program.display().to_string()];
        command.extend(flags::flags(settings, profile.path(), &net_log_file(profile.path())));
        if !settings.says_automated {
            command.extend(major_version(&settings.program).map(|major| flags::user_agent(&major)));
        }
        // Chromium reads commands from descriptor 3 and writes to 4; the shell puts our two pipes there.
        let mut child = Command::new("/bin/sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"])
            .args(&command)
            .env("HOME", profile.path())
            .env("LANG", "ja_JP.UTF-8")
            .env("LANGUAGE", "ja")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(said)
            .process_group(0)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let pipe = match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Pipe::open(stdin, stdout),
            _ => return Err(failed("it has no pipes".to_owned())),
        };
        Ok((Self { child, profile, command }, pipe))
    }

    /// The command line it was started with.
    pub fn command(&self) -> &[String] {
        &self.command
    }

    /// Where it writes its network log.
    pub fn net_log(&self) -> PathBuf {
        net_log_file(self.profile.path())
    }

    /// The last line it said on standard error that looks like a reason.
    pub fn said(&self) -> String {
        let text = std::fs::read(said_file(self.profile.path())).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        line.chars().take(SAID_MAX).collect()
    }

    /// Waits until the browser, asked to close, has ended and its network log is whole; false where it did not.
    pub fn wait_for_end(&mut self) -> bool {
        let end = Instant::now() + END_WAIT;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The shell became the browser, so that the group is named after it. Members that live on are killed even where the leader is gone.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// After a name that was not found, Chromium would ask public name servers whether the network works.
fn write_preferences(profile: &Path) -> std::io::Result<()> {
    let folder = profile.join("Default");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("Preferences"), r#"{"alternate_error_pages":{"enabled":false}}"#)
}

/// The first number of what `--version` says: `Chromium 156.0.8078.108 built on …`. None where the program says no such thing.
fn major_version(program: &Path) -> Option<String> {
    let said = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    version.split('.').next().map(str::to_owned)
}

fn which(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn said_file(profile: &Path) -> PathBuf {
    profile.join("shuhi-said.txt")
}

fn net_log_file(profile: &Path) -> PathBuf {
    profile.join("shuhi-net-log.json")
}
