//! What disks, keys, ledgers and vaults say, in the language asked, with the remedy. Rare technical errors keep the words of
//! the libraries.

use std::io;

use shuhi_keys::{KeyError, Warning};
use shuhi_law::vocabulary::Language;
use shuhi_ledger::{LedgerError, ReceiptState};
use shuhi_machine::DiskError;
use shuhi_vault::{Answer, VaultError};

use crate::words::{self, pick};

/// What could not be done with a file, in Japanese.
pub fn action(action: &str) -> &str {
    match action {
        "read" => "を読めない",
        "write" => "に書けない",
        "take over" => "を引き取れない",
        "delete" => "を消せない",
        "lock" => "を占有できない",
        other => other,
    }
}

/// What a vault says.
pub fn vault(error: &VaultError, language: Language) -> String {
    match (error, language) {
        (VaultError::Disk(error), _) => disk(error, language),
        (VaultError::Keys(error), _) => keys(error, language),
        (VaultError::Ledger(error), _) => ledger(error, language),
        (_, Language::English) => error.to_string(),
        (VaultError::Refused { what, .. }, _) => what.ja.clone(),
        (VaultError::NotPermitted { what, opinion }, _) => {
            let cite = |reason: &shuhi_vault::Reason| format!("`{}`（{}）", reason.rule, reason.cite(language));
            let rules: Vec<String> = opinion.reasons.iter().map(cite).collect();
            let why = match opinion.answer {
                Answer::Unknown => "法令上、判断できない。決まらない規定",
                _ => "法令が認めていない",
            };
            format!("{}。{why}: {}", what.ja, rules.join("、"))
        }
        (VaultError::AlreadyThere(place), _) => format!("`{place}` には既に保管庫がある"),
        (VaultError::NotThere(place), _) => format!("`{place}` に保管庫はない"),
        (VaultError::Facts(what), _) => format!("事実を判断に使えない: {what}"),
        (VaultError::Unknown { what, id }, _) => format!("{} `{id}` はない", noun(what)),
        (VaultError::Damaged { file, what }, _) => format!("`{file}` が壊れている: {what}"),
        (VaultError::DamagedRow { table, id }, _) => format!("目録の表 `{table}` の行 `{id}` を読めない"),
        (VaultError::Catalog(error), _) => format!("目録: {error}"),
        (VaultError::Segment(error), _) => format!("区分: {error}"),
        (other, _) => other.to_string(),
    }
}

fn noun(what: &str) -> &str {
    match what {
        "request" => "求め",
        "hold" => "保全",
        "grant" => "許可",
        "segment" => "区分",
        "source" => "出どころ",
        other => other,
    }
}

/// What keys and identities say; in English their messages end with the remedy.
pub fn keys(error: &KeyError, language: Language) -> String {
    if language == Language::English {
        return match error {
            KeyError::Disk(error) => disk(error, language),
            other => other.to_string(),
        };
    }
    match error {
        KeyError::Disk(error) => disk(error, language),
        KeyError::Destroyed(id) => format!("鍵 `{id}` は破壊済み"),
        KeyError::Unknown(id) => format!("鍵 `{id}` はこの鍵庫にない"),
        KeyError::DamagedKey(id) => {
            format!(
                "鍵 `{id}` の包みが壊れている。このエポックの `keys/wrapped` をバックアップから戻すか、鍵を破壊すること"
            )
        }
        KeyError::Damaged { path, what } => {
            format!("`{}` が壊れている（{what}）。バックアップから戻すこと", path.display())
        }
        KeyError::DamagedIdentity(what) => format!("識別ファイルが壊れている（{what}）。別の写しを使うこと"),
        KeyError::WrongPassphrase(file) => {
            format!("パスフレーズで `{file}` は開かない。ファイルは壊れていないので、入力し直すこと")
        }
        KeyError::BadPassphrase("is empty") => "パスフレーズが空".to_owned(),
        KeyError::BadPassphrase(_) => "パスフレーズは1024バイトまで".to_owned(),
        KeyError::Exists(path) => format!("`{}` には既に鍵庫がある。開くか、別のフォルダを選ぶこと", path.display()),
        KeyError::NoStore(path) => {
            format!("`{}` に鍵庫はない。先に作るか、バックアップから戻すこと", path.display())
        }
        KeyError::InUse(path) => format!("`{}` は別の処理が使っている。先にそれを終えること", path.display()),
        KeyError::NoReplicas => {
            "エポック鍵のフォルダの指定がない。バックアップの外に、少なくとも一つ、できれば別々の装置に二つ指定すること"
                .to_owned()
        }
        KeyError::EpochKeyMissing { epoch, tried } => {
            let tried: Vec<String> = tried.iter().map(|(place, _)| format!("`{}`", place.display())).collect();
            format!("エポック {epoch} の鍵が {} のどこにもない。一つもなければ何も開けない", tried.join("、"))
        }
        KeyError::OtherStore(path) => format!("`{}` は別の鍵庫のものか、根の鍵が替わっている", path.display()),
        KeyError::DoesNotOpen => "封じたものが開かない。変えられたか、別の鍵または別の用途で封じたもの".to_owned(),
        KeyError::BadName { name, .. } => {
            format!("`{name}` は名前にできない。1から128文字、制御文字なし、前後の空白なしにすること")
        }
        KeyError::NotAPublicIdentity(what) => format!("`{what}` は公開の識別ではない"),
        KeyError::BadSignature(who) => format!("署名は `{who}` のものではない"),
        other => other.to_string(),
    }
}

/// What should be looked after in the keys.
pub fn key_warning(warning: &Warning, language: Language) -> String {
    if language == Language::English {
        return warning.to_string();
    }
    match warning {
        Warning::FewReplicas { whole, named } => {
            format!("エポック鍵の写し {named} か所のうち無事なのは {whole}。別々の装置に二つ以上置くこと")
        }
        Warning::Replica { place, why } => format!("写し `{}` が無事でない: {why}", place.display()),
        Warning::LeftOver { place, count } => {
            format!("`{}` に前のエポックの鍵が {count} 残っている。消したものが開ける", place.display())
        }
        Warning::Retired(place) => format!(
            "`{}` は写しの指定から外れたが、エポック鍵が残っているかもしれない。エポックの終わりまで届くようにするか、\
             装置を壊して除くこと",
            place.display()
        ),
        Warning::DamagedKeys(count) => {
            format!("鍵の包み {count} が壊れている。このエポックの `keys/wrapped` をバックアップから戻すこと")
        }
        Warning::Snapshots => {
            "写しのスナップショットやバックアップがあり得ると届けられている。破壊は示せない".to_owned()
        }
        Warning::ReopenNeeded => "前の変更が途中で失敗した。鍵庫を開き直すこと".to_owned(),
    }
}

/// What the machine does not permit.
pub fn hardening(note: &str, language: Language) -> String {
    if language == Language::English {
        return format!("note: {note}");
    }
    let note = note
        .replace("core dumps are not off", "コアダンプを止められない")
        .replace(
            "memory is not locked and may be swapped out",
            "メモリを固定できず、スワップに書き出されるおそれがある",
        )
        .replace(
            "allow it with CAP_IPC_LOCK or an unlimited RLIMIT_MEMLOCK",
            "CAP_IPC_LOCK か無制限の RLIMIT_MEMLOCK で許すこと",
        );
    format!("注意: {note}")
}

/// What a ledger says.
pub fn ledger(error: &LedgerError, language: Language) -> String {
    match (error, language) {
        (LedgerError::Disk(error), _) => disk(error, language),
        (_, Language::English) => error.to_string(),
        (LedgerError::Exists(path), _) => {
            format!("`{}` には既に台帳がある。開くか、別のフォルダを選ぶこと", path.display())
        }
        (LedgerError::NoLedger(path), _) => format!("`{}` に台帳はない。`checkpoint` がない", path.display()),
        (LedgerError::Damaged { file, leaf, what }, _) => {
            let leaf = leaf.map_or(String::new(), |leaf| format!("、{leaf} 番"));
            format!("`{}`{leaf} が壊れている: {what}。写しから戻すこと", file.display())
        }
        (LedgerError::SetBack { size, witnessed, .. }, _) => {
            format!("台帳は {size} 件だが、立会人は {witnessed} 件を見ている。巻き戻されている。最新の写しから戻すこと")
        }
        (LedgerError::Checkpoint { file, error }, _) => {
            format!("`{}` のチェックポイントは信用できない: {error}", file.display())
        }
        (LedgerError::Given(error), _) => format!("渡されたチェックポイントか鍵は使えない: {error}"),
        (LedgerError::NoSuchLeaf { index, size }, _) => {
            format!("{index} 番の葉はない。台帳は {size} 件で、0 番から数える")
        }
        (LedgerError::NoSuchSize { asked, size }, _) => {
            format!("台帳は {size} 件で、{asked} 件のチェックポイントがあったことはない")
        }
        (LedgerError::Keys(error), _) => keys(error, language),
        (other, _) => other.to_string(),
    }
}

/// How far a receipt is proof against copies.
pub fn receipt_state(state: &ReceiptState, language: Language) -> String {
    match (state, language) {
        (ReceiptState::EpochRuns, Language::Japanese) => {
            "エポックは続いている。それまでは、鍵の写しとエポック鍵の写しがあれば開ける".to_owned()
        }
        (ReceiptState::EpochRuns, Language::English) => {
            "its epoch goes on: until it ends, copies of the key and of the epoch key open it".to_owned()
        }
        (ReceiptState::EpochEnded { leaf, at, missing }, Language::Japanese) => {
            let missing = if missing.is_empty() {
                String::new()
            } else {
                format!("。エポック鍵の破壊を示せない写し: {}", missing.join("、"))
            };
            format!("エポックは {} に終わった（台帳の {leaf} 番）{missing}", words::instant(*at))
        }
        (ReceiptState::EpochEnded { leaf, at, missing }, Language::English) => {
            let missing = if missing.is_empty() {
                String::new()
            } else {
                format!("; destruction of the epoch key not shown in: {}", missing.join(", "))
            };
            format!("its epoch ended at {} (leaf {leaf}){missing}", words::instant(*at))
        }
    }
}

/// What a disk says.
pub fn disk(error: &DiskError, language: Language) -> String {
    match (error, language) {
        (_, Language::English) => error.to_string(),
        (DiskError::Missing(path), _) => format!("`{}` はない", path.display()),
        (DiskError::Exists(path), _) => format!("`{}` は既にある", path.display()),
        (DiskError::Locked(path), _) => format!("`{}` は別の処理が使っている", path.display()),
        (DiskError::Full(path), _) => format!("`{}` のあるディスクに空きがない", path.display()),
        (DiskError::TooLarge { path, limit_bytes }, _) => {
            format!("`{}` は {limit_bytes} バイトを超える", path.display())
        }
        (DiskError::TooShort { path, end }, _) => format!("`{}` は {end} バイト目より前で終わる", path.display()),
        (DiskError::NoRandomness, _) => "OS から乱数を得られない".to_owned(),
        (other, _) => other.to_string(),
    }
}

/// A passphrase that does not open and a folder in use are no damage, whatever they come wrapped in.
pub fn vault_help(error: &VaultError, language: Language) -> String {
    match error {
        VaultError::Keys(KeyError::WrongPassphrase(_)) => pick(
            language,
            "`shuhi vault init` のときのパスフレーズを入力すること。再設定は誰にもできない",
            "give the passphrase that `shuhi vault init` was given; nobody can reset it",
        )
        .to_owned(),
        VaultError::Keys(KeyError::Disk(error)) | VaultError::Disk(error) => {
            let (ja, en) =
                ("ディスクとデータフォルダの権限を確かめること", "check the disk and the rights on the data folder");
            disk_help(error, language).unwrap_or(pick(language, ja, en)).to_owned()
        }
        other => other.help().in_language(language).to_owned(),
    }
}

/// What to do about what a disk says.
pub fn disk_help(error: &DiskError, language: Language) -> Option<&'static str> {
    let (ja, en) = match error {
        DiskError::Missing(_) => return file_help(io::ErrorKind::NotFound, language),
        DiskError::System { error, .. } => return file_help(error.kind(), language),
        DiskError::Exists(_) => {
            ("別のファイルを指定すること。上書きはされない", "name another file; nothing is overwritten")
        }
        DiskError::Locked(_) => (
            "保管庫を変えられるのは一度に一つの処理だけ。終わるまで待つか、`--wait` を指定すること",
            "only one process may change a vault; wait until it is done, or give `--wait`",
        ),
        DiskError::Full(_) => (
            "空きを作り、やり直すこと。受領を確認した分は安全",
            "free space and try again; what was acknowledged is safe",
        ),
        _ => return None,
    };
    Some(pick(language, ja, en))
}

/// What to do about a file or folder that cannot be used.
pub fn file_help(kind: io::ErrorKind, language: Language) -> Option<&'static str> {
    let (ja, en) = match kind {
        io::ErrorKind::NotFound => (
            "綴りを確かめること。`/` で始まらないパスは、いまのフォルダから数える",
            "check the spelling; a path that does not begin with `/` starts at the current folder",
        ),
        io::ErrorKind::PermissionDenied => {
            ("使う権限を得るか、別のものを指定すること", "ask for the right to use it, or name another")
        }
        io::ErrorKind::NotADirectory => (
            "パスの途中がファイルになっている。フォルダを指定すること",
            "a part of the path is a file; name a folder there",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ("空きを作るか、別のフォルダを指定すること", "make room, or name another folder")
        }
        io::ErrorKind::ReadOnlyFilesystem => ("書けるフォルダを指定すること", "name a folder that can be written"),
        _ => return None,
    };
    Some(pick(language, ja, en))
}
