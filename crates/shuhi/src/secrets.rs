//! Passphrases: asked at the terminal without echo, or read from a file; never from an argument.

use std::fs::File;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::Path;

use shuhi_keys::{Identity, IdentityFile, PASSPHRASE_LIMIT_BYTES, Passphrase};
use shuhi_machine::Machine;
use shuhi_vault::VaultError;
use zeroize::Zeroizing;

use crate::args::Common;
use crate::args::vault::{Actor, TwoActors};
use crate::failure::Failure;
use crate::words::pick;

/// The passphrase that opens something: of a file, or asked for by saying what it opens.
pub fn passphrase(what: &str, file: Option<&Path>, common: &Common) -> Result<Passphrase, Failure> {
    match file {
        Some(file) => read(file),
        None => ask(&match common.language {
            shuhi_law::vocabulary::Language::Japanese => format!("{what} のパスフレーズ: "),
            shuhi_law::vocabulary::Language::English => format!("passphrase of {what}: "),
        }),
    }
}

/// A new passphrase, asked for twice where it is typed.
pub fn new_passphrase(what: &str, file: Option<&Path>, common: &Common) -> Result<Passphrase, Failure> {
    if let Some(file) = file {
        return read(file);
    }
    let first = typed(&format!("{}{what}: ", pick(common.language, "新しいパスフレーズ ", "new passphrase of ")))?;
    let second = typed(pick(common.language, "もう一度: ", "again: "))?;
    if *first != *second {
        return Err(Failure::said(
            ("二つのパスフレーズが違う", "the two passphrases differ"),
            ("もう一度実行し、同じものを二度入力すること", "run the command again and type the same twice"),
        ));
    }
    Ok(Passphrase::new(first.as_str())?)
}

fn ask(prompt: &str) -> Result<Passphrase, Failure> {
    Ok(Passphrase::new(typed(prompt)?.as_str())?)
}

fn typed(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let cannot = || {
        let help = (
            "端末で実行するか、パスフレーズのファイルを指定すること",
            "run it at a terminal, or give the option that names a file with the passphrase",
        );
        Failure::said(
            ("パスフレーズが要るが、尋ねる端末がない", "a passphrase is needed and there is no terminal to ask at"),
            help,
        )
    };
    // Where data comes from a pipe the terminal is still there to ask at; where there is none at all, say so.
    if !std::io::stderr().is_terminal() && !std::io::stdin().is_terminal() {
        return Err(cannot());
    }
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|_| cannot())
}

/// The first line of a file, without its end.
fn read(path: &Path) -> Result<Passphrase, Failure> {
    let failed = |error| Failure::File { action: "read", path: path.display().to_string(), error };
    let limit = PASSPHRASE_LIMIT_BYTES as u64 + 2;
    let mut reader = BufReader::new(File::open(path).map_err(failed)?.take(limit));
    let mut line = Zeroizing::new(Vec::new());
    reader.read_until(b'\n', &mut line).map_err(failed)?;
    while line.last().is_some_and(|last| matches!(last, b'\n' | b'\r')) {
        line.pop();
    }
    let text = std::str::from_utf8(&line).map_err(|_| {
        Failure::said(
            (format!("`{}` は UTF-8 ではない", path.display()), format!("`{}` is not UTF-8", path.display())),
            ("一行目にパスフレーズを書くこと", "write the passphrase on its first line"),
        )
    })?;
    Ok(Passphrase::new(text)?)
}

/// The identity of who acts, opened with their own passphrase.
pub fn actor(actor: &Actor, machine: &Machine, common: &Common) -> Result<Identity, Failure> {
    unlocked(&actor.identity, actor.secret.as_deref(), machine, common)
}

/// Two who act together.
pub fn two_actors(actors: &TwoActors, machine: &Machine, common: &Common) -> Result<[Identity; 2], Failure> {
    two(&actors.identities, &actors.secrets, "--as", machine, common)
}

/// Two identities, each opened with its own passphrase.
pub fn two(
    files: &[std::path::PathBuf],
    secrets: &[std::path::PathBuf],
    option: &str,
    machine: &Machine,
    common: &Common,
) -> Result<[Identity; 2], Failure> {
    let [first, second] = files else {
        return Err(Failure::said(
            (
                format!("二人必要だが、{} 人しか指定されていない", files.len()),
                format!("two people are needed, {} named", files.len()),
            ),
            (format!("`{option}` を二度指定すること"), format!("give `{option}` twice")),
        ));
    };
    if !secrets.is_empty() && secrets.len() != 2 {
        let help = (
            format!("`{option}-passphrase-file` は `{option}` と同じ順に二度指定するか、一度も指定しないこと"),
            format!("give `{option}-passphrase-file` twice, in the order of `{option}`, or not at all"),
        );
        return Err(Failure::said(
            ("二人それぞれに自分のパスフレーズがある", "each of the two has a passphrase of their own"),
            help,
        ));
    }
    let secret = |place: usize| secrets.get(place).map(std::path::PathBuf::as_path);
    Ok([unlocked(first, secret(0), machine, common)?, unlocked(second, secret(1), machine, common)?])
}

fn unlocked(path: &Path, secret: Option<&Path>, machine: &Machine, common: &Common) -> Result<Identity, Failure> {
    let file = identity_file(path, machine)?;
    let what = format!("{} ({})", file.public().name(), path.display());
    Ok(file.unlock(&passphrase(&what, secret, common)?)?)
}

/// An identity file, still locked.
pub fn identity_file(path: &Path, machine: &Machine) -> Result<IdentityFile, Failure> {
    let bytes = machine.disk.read(path, IdentityFile::LIMIT_BYTES).map_err(VaultError::from)?;
    let what = |error: &dyn std::fmt::Display| {
        let path = path.display();
        (format!("`{path}` は識別ファイルとして読めない: {error}"), format!("`{path}`: {error}"))
    };
    let damaged =
        |error| Failure::said(what(&error), ("`shuhi identity new` で作れる", "`shuhi identity new` makes one"));
    IdentityFile::parse(&bytes).map_err(damaged)
}
