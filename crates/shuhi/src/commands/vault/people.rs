//! `shuhi vault enrol`, `withdraw`, `identities`: who may ask and approve.

use std::io::{Write as _, stdout};
use std::path::Path;

use shuhi_keys::{IdentityFile, PublicIdentity};
use shuhi_machine::Machine;
use shuhi_vault::VaultError;

use super::place::open;
use crate::args::Common;
use crate::args::vault::{Place, TwoActors, WithdrawalReason};
use crate::failure::Failure;
use crate::page::table;
use crate::secrets::two_actors;
use crate::words::{self, pick};

/// Enrols a person.
pub fn enrol(place: &Place, file: &Path, by: &TwoActors, common: &Common) -> Result<bool, Failure> {
    let machine = Machine::real();
    let identity = public(file, &machine)?;
    let [first, second] = two_actors(by, &machine, common)?;
    let mut vault = open(place, common)?;
    vault.enrol(&identity, [&first, &second])?;
    writeln!(stdout().lock(), "{}", identity.id())?;
    eprintln!("{}{}", pick(common.language, "登録した: ", "enrolled: "), identity.name());
    Ok(true)
}

/// Withdraws a person.
pub fn withdraw(
    place: &Place,
    id: &str,
    reason: WithdrawalReason,
    by: &TwoActors,
    common: &Common,
) -> Result<bool, Failure> {
    let reason = match reason {
        WithdrawalReason::Left => "left",
        WithdrawalReason::Lost => "lost",
        WithdrawalReason::Compromised => "compromised",
    };
    let [first, second] = two_actors(by, &Machine::real(), common)?;
    open(place, common)?.withdraw_identity(id, [&first, &second], reason)?;
    eprintln!("{}{id}", pick(common.language, "登録を取り消した: ", "withdrawn: "));
    Ok(true)
}

/// Lists who is enrolled.
pub fn list(place: &Place, common: &Common) -> Result<bool, Failure> {
    let vault = open(place, common)?;
    let mut rows = Vec::new();
    for identity in vault.identities()? {
        let state = match identity.enrolled {
            true => pick(common.language, "登録中", "enrolled"),
            false => pick(common.language, "取消し", "withdrawn"),
        };
        let founder = if identity.founder { pick(common.language, "設立者", "founder") } else { "" };
        let name = identity.name.unwrap_or_default();
        rows.push(vec![identity.id, state.to_owned(), words::instant(identity.changed_at), founder.to_owned(), name]);
    }
    write!(stdout().lock(), "{}", table(&rows))?;
    Ok(true)
}

/// Of an identity file its public part; or a public identity.
fn public(path: &Path, machine: &Machine) -> Result<PublicIdentity, Failure> {
    let bytes = machine.disk.read(path, IdentityFile::LIMIT_BYTES).map_err(VaultError::from)?;
    let file = IdentityFile::parse(&bytes).map(|file| file.public().clone());
    file.or_else(|_| PublicIdentity::parse(&bytes)).map_err(|error| {
        let help = (
            "`shuhi identity new` のファイルか、`shuhi identity show FILE --public` の出力を渡すこと",
            "give a file of `shuhi identity new`, or what `shuhi identity show FILE --public` prints",
        );
        let what = (
            format!("`{}` は識別ファイルとして読めない: {error}", path.display()),
            format!("`{}`: {error}", path.display()),
        );
        Failure::said(what, help)
    })
}
