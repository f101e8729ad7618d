//! Approval by somebody who is elsewhere: a request that was sealed to them is read and signed without a data folder.

use std::io::{Write as _, stdout};
use std::path::Path;

use shuhi_machine::{Machine, write_durably};
use shuhi_vault::{Approval, ExportedRequest, Signed, SignedContext, VaultError};

use super::request_rows;
use crate::args::Common;
use crate::args::vault::{Actor, DecideOptions};
use crate::failure::Failure;
use crate::page::table;
use crate::secrets::actor;
use crate::words::pick;

/// No exported request is longer.
const EXPORT_BYTES_MAX: u64 = 1 << 20;

/// Shows an exported request to whom it is sealed.
pub fn read(file: &Path, who: &Actor, common: &Common) -> Result<bool, Failure> {
    let machine = Machine::real();
    let identity = actor(who, &machine, common)?;
    show(&ExportedRequest::open(&bytes(file, &machine)?, &identity)?, common)?;
    Ok(true)
}

/// Signs a yes or no to an exported request, after showing what it is about.
pub fn sign(
    options: &DecideOptions,
    approved: bool,
    (file, out): (&Path, &Path),
    common: &Common,
) -> Result<bool, Failure> {
    let machine = Machine::real();
    let identity = actor(&options.actor, &machine, common)?;
    let exported = ExportedRequest::open(&bytes(file, &machine)?, &identity)?;
    show(&exported, common)?;
    let approval = exported.approval(approved, &options.reason, machine.now());
    let signed = Signed::new(SignedContext::Approval, &approval, &identity)?;
    write_durably(&*machine.disk, out, signed.to_text().as_bytes())?;
    let (ja, en) = match approved {
        true => ("署名した承認: ", "signed approval: "),
        false => ("署名した拒否: ", "signed refusal: "),
    };
    eprintln!("{}{}", pick(common.language, ja, en), out.display());
    Ok(true)
}

/// The request that a signed approval is about; whether the signature fits is for the vault to see.
pub fn request_of(signed: &Signed, file: &Path) -> Result<String, Failure> {
    let approval: Result<Approval, _> = serde_json::from_str(&signed.statement);
    approval.map(|approval| approval.request).map_err(|_| {
        let file = file.display();
        Failure::said(
            (format!("`{file}` は承認でも拒否でもない"), format!("`{file}` is neither an approval nor a refusal")),
            (
                "`approve --sign-only` か `deny --sign-only` が書いたファイルを渡すこと",
                "give a file that `approve --sign-only` or `deny --sign-only` wrote",
            ),
        )
    })
}

fn bytes(file: &Path, machine: &Machine) -> Result<Vec<u8>, Failure> {
    Ok(machine.disk.read(file, EXPORT_BYTES_MAX).map_err(VaultError::from)?)
}

fn show(exported: &ExportedRequest, common: &Common) -> Result<(), Failure> {
    let asked = exported.asked()?;
    let asked_by = format!("{} ({})", asked.requester.name(), asked.requester.id());
    let log = (pick(common.language, "台帳", "ledger"), exported.log.clone());
    let (id, at) = (&exported.request, exported.requested_at);
    let rows = request_rows(id, &asked.request, &asked_by, at, &[log], common.language);
    write!(stdout().lock(), "{}", table(&rows))?;
    Ok(())
}
