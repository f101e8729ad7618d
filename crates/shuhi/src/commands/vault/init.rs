//! `shuhi vault init`: a new data folder with commented settings, keys, ledger and founders.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};

use shuhi_law::vocabulary::Language;
use shuhi_machine::{Machine, replace_durably, write_durably};
use shuhi_source::{Faults, Sources};
use shuhi_vault::{Folder, Settings, Vault, VaultError, judged_policies};

use super::place::{law_of, today};
use crate::args::Common;
use crate::args::vault::VaultInitOptions;
use crate::failure::Failure;
use crate::secrets::{new_passphrase, two};
use crate::words::pick;

/// Makes the vault, or nothing.
pub fn run(options: &VaultInitOptions, common: &Common) -> Result<bool, Failure> {
    let machine = Machine::real();
    let folder = Folder::new(&options.place.folder);
    if folder.catalog().exists() || folder.settings().exists() {
        return Err(VaultError::AlreadyThere(options.place.folder.display().to_string()).into());
    }
    if options.founders.first() == options.founders.get(1) {
        let help = (
            "`--founder` を二度、別々の二人の識別ファイルで指定すること",
            "give `--founder` twice, with the identity files of two different people",
        );
        return Err(Failure::said(
            ("保管庫の設立には別々の二人が要る", "a vault is founded by two different people"),
            help,
        ));
    }
    let register = from_folder(&options.register, &options.place.folder)?;
    let text = settings_text(options, &register, common)?;
    let settings = parsed(&text)?;
    let on = today(common, &machine)?;
    let law = law_of(&options.register, on, common)?;
    let founders = two(&options.founders, &options.secrets, "--founder", &machine, common)?;
    let name = options.place.folder.display().to_string();
    let passphrase = new_passphrase(&name, options.place.opening.passphrase_file.as_deref(), common)?;
    machine.disk.make_folder(folder.root())?;
    let mut vault = Vault::create(&machine, folder.clone(), settings, &passphrase)?;
    let [first, second] = &founders;
    vault.found([first, second])?;
    replace_durably(
        &*machine.disk,
        &folder.root().join("ledger.key"),
        format!("{}\n", vault.verifier_key()).as_bytes(),
    )?;
    // The settings come last: with them the folder is a vault to every other command.
    write_durably(&*machine.disk, &folder.settings(), text.as_bytes())?;
    let judged = judged_policies(&law.register, &law.rulebook, on, machine.now());
    let refused = vault.adopt(&judged)?;
    writeln!(stdout().lock(), "{}", vault.verifier_key())?;
    told(&folder, judged.len() - refused.len(), refused.len(), common);
    Ok(true)
}

fn told(folder: &Folder, adopted: usize, refused: usize, common: &Common) {
    let place = folder.root().display();
    let epoch = folder.epoch_keys();
    match common.language {
        Language::Japanese => eprintln!(
            "{place} に保管庫を作った。採用した方針 {adopted}、採用できない方針 {refused}（`shuhi vault policies {place}`）。\n\
             上の一行は台帳の検証鍵（{place}/ledger.key）。社外の立会人や監査人に渡しておくこと。\n\
             {} はバックアップに決して含めないこと。すべての写しを失うと、保管庫は誰にも開けない。\n\
             次は {place}/vault.yaml に記録の出どころ（sources）を書く。",
            epoch.display()
        ),
        Language::English => eprintln!(
            "made a vault in {place}. policies adopted: {adopted}, refused: {refused} (`shuhi vault policies {place}`).\n\
             the line above is the ledger's verifier key ({place}/ledger.key): give it to witnesses and auditors now.\n\
             never back up {}; when all its copies are lost, nobody can open the vault.\n\
             next, write in {place}/vault.yaml where records come from (sources).",
            epoch.display()
        ),
    }
}

/// The register as seen from the data folder, so that both can be moved together.
fn from_folder(register: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let failed = |path: &Path, error| Failure::File { action: "read", path: path.display().to_string(), error };
    let register = register.canonicalize().map_err(|error| failed(register, error))?;
    let here = std::env::current_dir().map_err(|error| failed(Path::new("."), error))?;
    // The folder need not be there yet; what is there of its path may lead through links.
    let absolute = here.join(folder);
    let there = absolute.ancestors().find(|above| above.exists()).unwrap_or(Path::new("/"));
    let rest = absolute.strip_prefix(there).unwrap_or(Path::new("")).to_path_buf();
    let folder = there.canonicalize().map_err(|error| failed(there, error))?.join(rest);
    let shared = folder.components().zip(register.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| "..");
    Ok(up
        .map(PathBuf::from)
        .chain(register.components().skip(shared).map(|part| PathBuf::from(part.as_os_str())))
        .collect())
}

fn parsed(text: &str) -> Result<Settings, Failure> {
    let mut sources = Sources::new();
    let file = sources.add("vault.yaml", text.to_owned());
    let mut faults = Faults::new();
    let settings = Settings::read(&sources, file, &mut faults);
    settings.ok_or_else(|| Failure::Faults(Box::new(sources), faults))
}

/// A text as a YAML value, whatever is in it.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn settings_text(options: &VaultInitOptions, register: &Path, common: &Common) -> Result<String, Failure> {
    let name = options.place.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let log = match &options.log {
        Some(log) => log.clone(),
        None => {
            let fits = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' };
            let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
            format!("{}/{}", host.chars().map(fits).collect::<String>(), name.chars().map(fits).collect::<String>())
        }
    };
    let log_help = (
        "`--log` で `history.example.jp/vault` のように名付けること",
        "name it with `--log`, as `history.example.jp/vault`",
    );
    if log.is_empty() || log.len() > 200 || log.chars().any(|letter| letter == '+' || letter.is_whitespace()) {
        return Err(Failure::said(
            (format!("`{log}` は台帳の名前にならない"), format!("`{log}` is no name of a ledger")),
            log_help,
        ));
    }
    let replicas = if options.replicas.is_empty() {
        "replicas: [keys/epoch]".to_owned()
    } else {
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let all = std::iter::once(quoted("keys/epoch"))
            .chain(options.replicas.iter().map(|path| quoted(&absolute(path).to_string_lossy())));
        format!("replicas: [{}]", all.collect::<Vec<_>>().join(", "))
    };
    let (log, register) = (quoted(&log), quoted(&register.to_string_lossy()));
    let text = pick(common.language, SETTINGS_JA, SETTINGS_EN);
    Ok(text.replace("{log}", &log).replace("{register}", &register).replace("{replicas}", &replicas))
}

const SETTINGS_JA: &str = "\
# 保管庫の設定。人が書くファイルで、プログラムは書き換えない。

# 台帳の名前。ほかの台帳と重ならないこと。作った後は変えられない。
log: {log}

# 事業者の登録簿（このファイルから見た場所）。保存期間は登録簿の log_policies による。
register: {register}

# エポック鍵の写しを置くフォルダ。二つ以上を別々の装置に置き、どれもバックアップに含めないこと。
# すべて失うと保管庫は開けない。一つでも古い写しが残ると、消したはずの記録が開ける。
{replicas}

# 上のフォルダのスナップショットやバックアップがあり得るなら yes。消去の証明は「破壊は示せない」と記す。
snapshots: no

# 生命等への現在の危難を避けるため、一人での開示（24時間以内に別の人が点検）を認めるなら yes。
single_release: no

# 区切りを一日でなく一時間にする種類（例: [translation_session]）。
hourly: []

# 記録の出どころ。format は radius_detail | syslog | flow | csv | json_lines。
#   policy         登録簿の log_policies の id
#   profile        syslog は機種（juniper a10 cisco f5 fortinet huawei nfware 6wind）か自作のファイル、csv と json_lines は対応表のファイル
#   zone_hours     時差の書かれていない時刻が UTC より何時間進んでいるか（既定 9）
#   silence_hours  途絶えたセッションを何時間で終わったとみなすか（既定 36）
#   untranslated   flow で、アドレス変換を伴わない通信も残すなら yes（既定 no は数えて捨てる。接続先が分かるため、
#                  アドレス変換とは別の方針を置くこと）
# sources:
#   - {name: radius, format: radius_detail, policy: radius-accounting}
#   - {name: cgn, format: syslog, profile: juniper, policy: address-translation}
sources: []
";

const SETTINGS_EN: &str = "\
# Settings of a vault. A person writes this file; the program never rewrites it.

# The ledger's name, which no other log has. It cannot be changed later.
log: {log}

# The operator's register, as seen from this file. Its log_policies say what is kept for how long.
register: {register}

# Folders for copies of the epoch keys: two or more, on different devices, none of them in any backup.
# When all are lost nobody can open the vault; while an old copy is left, what was erased can be opened.
{replicas}

# Whether snapshots or backups of those folders may exist: receipts then say that destruction is not shown.
snapshots: no

# Whether one person may release alone to avert present danger, reviewed by another within 24 hours.
single_release: no

# Kinds whose windows are an hour instead of a day, as [translation_session].
hourly: []

# Where records come from. format: radius_detail | syslog | flow | csv | json_lines.
#   policy         the id of one of the register's log_policies
#   profile        for syslog the device (juniper a10 cisco f5 fortinet huawei nfware 6wind) or a file of your own; for csv and json_lines a mapping file
#   zone_hours     hours ahead of UTC of times that come without a zone (9 unless stated)
#   silence_hours  after how many hours without a word a session counts as ended (36 unless stated)
#   untranslated   for flow: yes keeps flows without a translation too (unless stated they are counted and destroyed;
#                  they show destinations, so give them another policy than address translation has)
# sources:
#   - {name: radius, format: radius_detail, policy: radius-accounting}
#   - {name: cgn, format: syslog, profile: juniper, policy: address-translation}
sources: []
";
