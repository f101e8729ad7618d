//! `shuhi identity`: people's own keys.

use std::io::{Write as _, stdout};

use shuhi_keys::{Identity, PublicIdentity};
use shuhi_law::vocabulary::Language;
use shuhi_machine::{Machine, write_durably};

use crate::args::Common;
use crate::args::vault::{IdentityCommand, IdentityOptions};
use crate::failure::Failure;
use crate::page::table;
use crate::secrets::{identity_file, new_passphrase};
use crate::words::pick;

/// Makes or shows an identity.
pub fn run(options: &IdentityOptions, common: &Common) -> Result<bool, Failure> {
    let machine = Machine::real();
    match &options.command {
        IdentityCommand::New { name, out, passphrase_file } => {
            // Before anybody types a passphrase in vain.
            if machine.disk.size(out).is_ok() {
                return Err(shuhi_machine::DiskError::Exists(out.clone()).into());
            }
            let passphrase = new_passphrase(name, passphrase_file.as_deref(), common)?;
            let (file, public) = Identity::create(&machine, name, &passphrase)?;
            write_durably(&*machine.disk, out, file.bytes())?;
            show(&public, common.language)?;
            let (ja, en) = (
                "このファイルとパスフレーズは本人だけが持つこと。なくすと復元できない。",
                "keep file and passphrase to yourself; neither can be restored.",
            );
            eprintln!("{}", pick(common.language, ja, en));
        }
        IdentityCommand::Show { file, public } => {
            let identity = identity_file(file, &machine)?;
            if *public {
                write!(stdout().lock(), "{}", identity.public().to_text())?;
            } else {
                show(identity.public(), common.language)?;
            }
        }
    }
    Ok(true)
}

fn show(public: &PublicIdentity, language: Language) -> Result<(), Failure> {
    let hexadecimal = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let row = |ja: &'static str, en: &'static str, value: String| vec![pick(language, ja, en).to_owned(), value];
    let rows = [
        row("名前", "name", public.name().to_owned()),
        row("ID", "id", public.id()),
        row("署名の公開鍵", "signing key", hexadecimal(public.signing_key())),
        row("封緘の公開鍵", "sealing key", hexadecimal(public.sealing_key())),
    ];
    write!(stdout().lock(), "{}", table(&rows))?;
    Ok(())
}
