//! `shuhi ledger`: checking, proving, showing and witnessing a ledger, without the vault it belongs to.

mod meanings;

use std::io::{Write as _, stdout};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use shuhi_keys::{KeyPlaces, KeyStore};
use shuhi_law::vocabulary::Language;
use shuhi_ledger::witness::Witness;
use shuhi_ledger::{
    CHECKPOINT_BYTES_MAX, ClassTable, ConsistencyProof, EpochEnds, Field, LedgerReader, PROOF_BYTES_MAX, ProofBundle,
    RECEIPT, ReceiptState, Report, Shown, UtcMillis, VerifierKey, verify_folder,
};
use shuhi_machine::{Machine, replace_durably};

use crate::args::Common;
use crate::args::vault::{LedgerCommand, LedgerOptions, Log, PlainFormat};
use crate::failure::Failure;
use crate::page::table;
use crate::secrets::{new_passphrase, passphrase};
use crate::told;
use crate::words::{self, pick};

/// Runs one of the commands; status 1 where a ledger or proof is not what it should be.
pub fn run(options: &LedgerOptions, common: &Common) -> Result<bool, Failure> {
    let machine = Machine::real();
    match &options.command {
        LedgerCommand::Verify { place, key, older, witness, format } => {
            let key = verifier(key, &machine)?;
            if place.is_file() {
                let witnesses = witness.iter().map(|key| verifier(key, &machine)).collect::<Result<Vec<_>, _>>()?;
                return verify_proof(place, &key, &witnesses, *format, &machine, common);
            }
            let older = older.iter().map(|file| text(file, CHECKPOINT_BYTES_MAX, &machine));
            let report = verify_folder(&machine, place, &key, &older.collect::<Result<Vec<_>, _>>()?)?;
            report_page(&report, *format, common.language)?;
            Ok(report.is_whole())
        }
        LedgerCommand::Prove { log, leaf, out } => {
            let proof = reader(log, &machine)?.prove(*leaf)?;
            hand_out(&proof.to_string(), out.as_deref(), &machine)
        }
        LedgerCommand::Show { log, leaf, format } => show(&reader(log, &machine)?, *leaf, *format, common.language),
        LedgerCommand::Grew { log, since, out } => {
            let proof = reader(log, &machine)?.prove_consistency(*since)?;
            hand_out(&proof.to_string(), out.as_deref(), &machine)
        }
        LedgerCommand::Witness { folder, proof, key, name, passphrase_file, out } => {
            let key = verifier(key, &machine)?;
            let proof: ConsistencyProof = parsed(&text(proof, PROOF_BYTES_MAX, &machine)?, proof)?;
            let witness = witness(folder, name, passphrase_file.as_deref(), &machine, common)?;
            let cosigned = witness.cosign(&proof, &key);
            let cosigned = cosigned.map_err(|error| {
                let what = (format!("立会人は署名しない: {error}"), error.to_string());
                Failure::said(
                    what,
                    (
                        "何も署名していない。証明を残し、台帳の持ち主に問い合わせること",
                        "nothing was signed; keep the proof and ask the log's operator",
                    ),
                )
            })?;
            eprintln!(
                "{}{}",
                pick(common.language, "立会人の検証鍵: ", "verifier key of this witness: "),
                witness.verifier_key()
            );
            hand_out(cosigned.checkpoint.note(), out.as_deref(), &machine)
        }
    }
}

/// A verifier key as it stands, or in a file.
fn verifier(key: &str, machine: &Machine) -> Result<VerifierKey, Failure> {
    let path = Path::new(key);
    let text = if path.is_file() { self::text(path, 4096, machine)? } else { key.to_owned() };
    text.trim().parse().map_err(|error: shuhi_ledger::VerifierKeyError| {
        Failure::said(
            (format!("検証鍵として読めない: {error}"), error.to_string()),
            (
                "保管庫のデータフォルダの `ledger.key` にある。事業者から一度受け取っておくこと",
                "`ledger.key` in the vault's data folder holds it; get it from the operator once",
            ),
        )
    })
}

fn text(path: &Path, limit: usize, machine: &Machine) -> Result<String, Failure> {
    let bytes = machine.disk.read(path, limit as u64)?;
    let wrong = |_| {
        Failure::said(
            (format!("`{}` は UTF-8 ではない", path.display()), format!("`{}` is not UTF-8", path.display())),
            ("書かれたままのファイルを渡すこと", "give the file as it was written"),
        )
    };
    String::from_utf8(bytes).map_err(wrong)
}

fn parsed<T: std::str::FromStr<Err = shuhi_ledger::ProofError>>(text: &str, path: &Path) -> Result<T, Failure> {
    text.parse().map_err(|error: shuhi_ledger::ProofError| {
        let what =
            (format!("`{}` は証明として読めない: {error}", path.display()), format!("`{}`: {error}", path.display()));
        Failure::said(
            what,
            ("`shuhi ledger` が書いたままのファイルを渡すこと", "give the file as `shuhi ledger` wrote it"),
        )
    })
}

fn reader(log: &Log, machine: &Machine) -> Result<LedgerReader, Failure> {
    Ok(LedgerReader::open(machine, &log.folder, &verifier(&log.key, machine)?)?)
}

fn hand_out(text: &str, out: Option<&Path>, machine: &Machine) -> Result<bool, Failure> {
    match out {
        Some(path) => replace_durably(&*machine.disk, path, text.as_bytes())?,
        None => write!(stdout().lock(), "{text}")?,
    }
    Ok(true)
}

/// The witness of a folder: its key is sealed in a key store of its own.
fn witness(
    folder: &Path,
    name: &str,
    secret: Option<&Path>,
    machine: &Machine,
    common: &Common,
) -> Result<Witness, Failure> {
    let keys = folder.join("keys");
    let places =
        KeyPlaces { epoch_replicas: vec![keys.join("epoch")], folder: keys.clone(), snapshots_declared: false };
    let store = if machine.disk.size(&keys.join("root")).is_ok() {
        KeyStore::open(machine, &places, &passphrase(name, secret, common)?)?
    } else {
        let passphrase = new_passphrase(name, secret, common)?;
        machine.disk.make_folder(&keys)?;
        KeyStore::create(machine, &places, &passphrase)?
    };
    let signer = Arc::new(store.signer("witness")?);
    let opened = Witness::open(machine, folder, name, signer);
    let what = |error: &dyn std::fmt::Display| (format!("立会人を開けない: {error}"), error.to_string());
    opened.map_err(|error| {
        Failure::said(
            what(&error),
            ("対になるフォルダと立会人を指定すること", "name a folder and a witness that belong together"),
        )
    })
}

fn verify_proof(
    path: &Path,
    key: &VerifierKey,
    witnesses: &[VerifierKey],
    format: PlainFormat,
    machine: &Machine,
    common: &Common,
) -> Result<bool, Failure> {
    let proof: ProofBundle = parsed(&text(path, PROOF_BYTES_MAX, machine)?, path)?;
    let mut out = stdout().lock();
    match proof.verify(key, witnesses) {
        Ok(proved) => {
            let size = proved.checkpoint.size();
            if format == PlainFormat::Json {
                let witnessed: Vec<&str> = proved.witnessed.iter().map(|(name, _)| name.as_str()).collect();
                let told = json!({"holds": true, "leaf": proved.index, "class": proved.event.class, "size": size,
                    "at": time(proved.event.at), "witnessed": witnessed, "fields": fields_json(&proved.event.fields)});
                writeln!(out, "{told:#}")?;
                return Ok(true);
            }
            match common.language {
                Language::Japanese => writeln!(out, "証明は正しい: {size} 件の台帳の {} 番", proved.index)?,
                Language::English => writeln!(out, "the proof holds: leaf {} of {size}", proved.index)?,
            }
            let mut rows = vec![vec![proved.event.class.clone(), time(proved.event.at)]];
            rows.extend(proved.event.fields.iter().map(|(name, value)| vec![name.clone(), field(name, value)]));
            let witnessed = proved.witnessed.iter();
            rows.extend(
                witnessed.map(|(name, _)| vec![pick(common.language, "立会人", "witness").to_owned(), name.clone()]),
            );
            write!(out, "{}", table(&rows))?;
            Ok(true)
        }
        Err(error) => {
            if format == PlainFormat::Json {
                writeln!(out, "{:#}", json!({"holds": false, "why": error.to_string()}))?;
            } else {
                writeln!(out, "{}{error}", pick(common.language, "証明は成り立たない: ", "the proof does not hold: "))?;
            }
            Ok(false)
        }
    }
}

fn report_page(report: &Report, format: PlainFormat, language: Language) -> Result<(), Failure> {
    let mut out = stdout().lock();
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    if format == PlainFormat::Json {
        let told = json!({
            "whole": report.is_whole(), "origin": report.checkpoint.origin(), "size": report.checkpoint.size(),
            "leaves": report.leaves, "payloads": report.payloads, "blobs": report.blobs, "classes": report.classes,
            "continues": report.continues, "failures": failures, "more_failures": report.more_failures,
        });
        writeln!(out, "{told:#}")?;
        return Ok(());
    }
    let (origin, size) = (report.checkpoint.origin(), report.checkpoint.size());
    match (language, report.is_whole()) {
        (Language::Japanese, true) => writeln!(out, "{origin}: 全 {size} 件が署名付きチェックポイントと一致する")?,
        (Language::English, true) => writeln!(out, "{origin}: all {size} leaves are as the signed checkpoint says")?,
        (Language::Japanese, false) => {
            writeln!(out, "{origin}: 一致しない箇所が {} ある", failures.len() as u64 + report.more_failures)?;
        }
        (Language::English, false) => {
            writeln!(out, "{origin}: {} failures", failures.len() as u64 + report.more_failures)?;
        }
    }
    let rows: Vec<Vec<String>> =
        report.classes.iter().map(|(name, count)| vec![name.clone(), count.to_string()]).collect();
    write!(out, "{}", table(&rows))?;
    for size in &report.continues {
        match language {
            Language::Japanese => writeln!(out, "{size} 件のときのチェックポイントの続きである")?,
            Language::English => writeln!(out, "it continues the checkpoint of {size} leaves")?,
        }
    }
    failures.iter().try_for_each(|failure| writeln!(out, "{failure}"))?;
    Ok(())
}

fn show(reader: &LedgerReader, leaf: Option<u64>, format: PlainFormat, language: Language) -> Result<bool, Failure> {
    let mut out = stdout().lock();
    let Some(leaf) = leaf else { return list(reader, format, language, &mut out) };
    let shown = reader.show(leaf, &ClassTable::default(), None)?;
    let receipt = reader.receipt_state(leaf)?;
    if format == PlainFormat::Json {
        let fields: Map<String, Json> =
            shown.fields.iter().map(|shown| (shown.name.clone(), field_json(&shown.name, &shown.value))).collect();
        let mut told = json!({"leaf": leaf, "at": time(shown.at), "class": shown.class, "fields": fields,
            "hash": hexadecimal(&shown.hash), "sealed": shown.payload.is_some()});
        if let (Some(receipt), Some(told)) = (&receipt, told.as_object_mut()) {
            told.insert("epoch_ended".to_owned(), receipt_json(receipt));
        }
        writeln!(out, "{told:#}")?;
    } else {
        shown_page(&shown, receipt.as_ref(), language, &mut out)?;
    }
    Ok(true)
}

/// Every leaf on a line; of a receipt with whether its epoch is over.
fn list(
    reader: &LedgerReader,
    format: PlainFormat,
    language: Language,
    out: &mut impl std::io::Write,
) -> Result<bool, Failure> {
    let ends = EpochEnds::of(reader, 0)?;
    for event in reader.events_from(0) {
        let (leaf, event) = event?;
        let receipt = (event.class == RECEIPT).then(|| ends.state(leaf, event.number("epoch")));
        if format == PlainFormat::Json {
            let fields = fields_json(&event.fields);
            let mut told = json!({"leaf": leaf, "at": time(event.at), "class": event.class, "fields": fields});
            if let (Some(receipt), Some(told)) = (&receipt, told.as_object_mut()) {
                told.insert("epoch_ended".to_owned(), receipt_json(receipt));
            }
            writeln!(out, "{told}")?;
            continue;
        }
        let receipt = receipt.map(|receipt| match receipt {
            ReceiptState::EpochRuns => pick(language, "  （エポックは続いている）", "  (its epoch goes on)").to_owned(),
            ReceiptState::EpochEnded { leaf, missing, .. } => {
                let not_shown = match missing.is_empty() {
                    true => "",
                    false => pick(language, "、示せない写しがある", ", not shown everywhere"),
                };
                match language {
                    Language::Japanese => format!("  （エポックは {leaf} 番で終わった{not_shown}）"),
                    Language::English => format!("  (its epoch ended in leaf {leaf}{not_shown})"),
                }
            }
        });
        writeln!(out, "{leaf:>6}  {}  {}{}", time(event.at), event.class, receipt.unwrap_or_default())?;
    }
    Ok(true)
}

fn receipt_json(receipt: &ReceiptState) -> Json {
    match receipt {
        ReceiptState::EpochRuns => Json::Null,
        ReceiptState::EpochEnded { leaf, at, missing } => json!({"leaf": leaf, "at": time(*at), "missing": missing}),
    }
}

fn shown_page(
    shown: &Shown,
    receipt: Option<&ReceiptState>,
    language: Language,
    out: &mut impl std::io::Write,
) -> Result<(), Failure> {
    writeln!(out, "{}  {}  {}", shown.index, time(shown.at), shown.class)?;
    if let Some(meaning) = shown.meaning {
        writeln!(out, "  {}", meanings::class(&shown.class, meaning, language))?;
    }
    if let Some(receipt) = receipt {
        writeln!(out, "  {}", told::receipt_state(receipt, language))?;
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in &shown.fields {
        let meaning = row.meaning.map(|meaning| meanings::field(&shown.class, &row.name, meaning, language));
        rows.push(vec![
            format!("  {}", row.name),
            field(&row.name, &row.value),
            meaning.unwrap_or_default().to_owned(),
        ]);
    }
    rows.push(vec![format!("  {}", pick(language, "葉のハッシュ", "hash of the leaf")), hexadecimal(&shown.hash)]);
    if let Some(payload) = &shown.payload {
        let sealed = pick(language, "封緘された内容", "sealed payload");
        let meaning = payload.meaning.map(|meaning| meanings::payload(&shown.class, meaning, language));
        rows.push(vec![
            format!("  {sealed}"),
            format!("{} B", payload.sealed_bytes),
            meaning.unwrap_or_default().to_owned(),
        ]);
    }
    write!(out, "{}", table(&rows))?;
    Ok(())
}

fn fields_json(fields: &std::collections::BTreeMap<String, Field>) -> Json {
    fields.iter().map(|(name, value)| (name.clone(), field_json(name, value))).collect::<Map<_, _>>().into()
}

fn field_json(name: &str, value: &Field) -> Json {
    match value {
        Field::Number(number) if is_time(name, *number) => json!(time(UtcMillis(*number))),
        Field::Number(number) => json!(number),
        Field::Text(text) => json!(text),
        Field::Bytes(bytes) => json!(hexadecimal(bytes)),
        Field::Texts(texts) => json!(texts),
    }
}

fn field(name: &str, value: &Field) -> String {
    match field_json(name, value) {
        Json::String(text) => text,
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Fields of the class table that are instants.
fn is_time(name: &str, value: i64) -> bool {
    // Of a receipt this is a time, of the end of an epoch a count.
    let counted = name == "destroyed" && value < 1_000_000_000_000;
    (name == "destroyed" && !counted)
        || matches!(
            name,
            "window_start"
                | "window_end"
                | "expires"
                | "review_by"
                | "until"
                | "due"
                | "began"
                | "removed"
                | "pinned_from"
                | "pinned_until"
                | "latest_end"
                | "effective"
                | "from"
        )
}

fn time(at: UtcMillis) -> String {
    words::instant(at)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
