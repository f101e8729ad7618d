//! `shuhi vault sweep`, `epoch`, `verify`: what has to be done regularly, and whether all is as it must be.

use std::io::{Write as _, stdout};

use serde_json::json;
use shuhi_law::vocabulary::Language;
use shuhi_ledger::ReceiptState;
use shuhi_vault::{Overdue, SweepReport, VaultReport};

use super::place::open;
use crate::args::Common;
use crate::args::vault::{Place, PlainFormat, VerifyOptions};
use crate::failure::Failure;
use crate::page::table;
use crate::told;
use crate::words::{self, pick};

/// Seals, erases, lapses; status 1 where something could not be done or somebody has to look.
pub fn sweep(place: &Place, common: &Common) -> Result<bool, Failure> {
    let report = open(place, common)?.sweep()?;
    let mut out = stdout().lock();
    sweep_page(&report, common.language, &mut out)?;
    Ok(report.findings.is_empty() && report.not_copied.is_empty() && report.pinned.is_empty())
}

fn sweep_page(report: &SweepReport, language: Language, out: &mut impl std::io::Write) -> Result<(), Failure> {
    let word = |ja: &'static str, en: &'static str| pick(language, ja, en).to_owned();
    let mut rows = Vec::new();
    for sealed in &report.sealed {
        let expires = format!("{}{}", word("消去 ", "expires "), words::instant(sealed.expires_at));
        let kind = sealed.kind.name().to_owned();
        rows.push(vec![
            word("封緘", "sealed"),
            sealed.segment.clone(),
            kind,
            counted(sealed.records, language),
            expires,
        ]);
    }
    for erased in &report.erased {
        let receipt = format!("{}{}", word("受領証 台帳 ", "receipt: leaf "), erased.receipt);
        let shown = if erased.destruction_shown {
            ""
        } else {
            pick(language, "破壊は示せない", "destruction not shown")
        };
        let quarantine = if erased.quarantine { pick(language, "隔離", "quarantine") } else { "" };
        let held = erased.hold.as_deref().unwrap_or(quarantine).to_owned();
        rows.push(vec![
            word("消去", "erased"),
            erased.segment.clone(),
            held,
            counted(erased.records, language),
            format!("{receipt} {shown}"),
        ]);
    }
    let several =
        |what: String, ids: &[String]| ids.iter().map(move |id| vec![what.clone(), id.clone()]).collect::<Vec<_>>();
    rows.extend(several(word("保全のため延期", "waits for a hold"), &report.pinned));
    rows.extend(several(word("保全の終了", "hold ended"), &report.holds_ended));
    rows.extend(several(word("要対応", "to be looked at"), &report.findings));
    rows.extend(
        report
            .not_copied
            .iter()
            .map(|(hold, why)| vec![word("写せない保全", "hold not copied"), hold.clone(), why.clone()]),
    );
    let counts = [
        (word("失効した求め", "requests lapsed"), report.requests_lapsed),
        (word("期限の切れた回答", "answers expired"), report.answers_expired),
        (word("鍵を破壊した事案", "cases whose key was destroyed"), report.cases_expired),
        (word("その他に破壊した鍵", "other keys destroyed"), report.sealing_keys_destroyed),
    ];
    rows.extend(counts.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| vec![what, count.to_string()]));
    if rows.is_empty() {
        eprintln!("{}", pick(language, "いまは何もすることがない", "nothing is due now"));
    }
    write!(out, "{}", table(&rows))?;
    Ok(())
}

fn counted(records: u64, language: Language) -> String {
    match language {
        Language::Japanese => format!("{records} 件"),
        Language::English if records == 1 => "1 record".to_owned(),
        Language::English => format!("{records} records"),
    }
}

/// Ends the epoch; status 1 where a replica still holds the old key.
pub fn epoch(place: &Place, common: &Common) -> Result<bool, Failure> {
    let end = open(place, common)?.end_epoch()?;
    let not_shown: Vec<String> = end
        .replicas
        .iter()
        .filter(|replica| matches!(replica.destruction, shuhi_keys::KeyDestruction::NotShown(_)))
        .map(|replica| replica.place.display().to_string())
        .collect();
    let mut out = stdout().lock();
    let (ended, began, survivors) = (end.ended, end.began, end.survivors);
    match common.language {
        Language::Japanese => {
            writeln!(out, "エポック {ended} を終え、{began} を始めた。生きている鍵 {survivors} を包み直した。")?
        }
        Language::English => {
            writeln!(out, "epoch {ended} ended, {began} began; {survivors} living keys were wrapped anew")?
        }
    }
    for place in &not_shown {
        let (ja, en) = ("古い鍵の破壊を示せない写し: ", "destruction of the old key is not shown in: ");
        writeln!(out, "{}{place}", pick(common.language, ja, en))?;
    }
    Ok(not_shown.is_empty())
}

/// Holds everything against everything; status 1 where anything is not as it must be.
pub fn verify(options: &VerifyOptions, common: &Common) -> Result<bool, Failure> {
    let report = open(&options.place, common)?.verify(options.all)?;
    let mut out = stdout().lock();
    match options.format {
        PlainFormat::Json => writeln!(out, "{:#}", verify_json(&report))?,
        PlainFormat::Text => verify_page(&report, common.language, &mut out)?,
    }
    Ok(report.is_whole())
}

fn verify_page(report: &VaultReport, language: Language, out: &mut impl std::io::Write) -> Result<(), Failure> {
    let row =
        |ja: &'static str, en: &'static str, count: u64| vec![pick(language, ja, en).to_owned(), count.to_string()];
    let ended = report.receipts.iter().filter(|receipt| receipt.state != ReceiptState::EpochRuns).count();
    let rows = [
        row("台帳の件数", "leaves of the ledger", report.ledger.checkpoint.size()),
        row("そのうち今回読んだもの", "of them read now", report.ledger.leaves),
        row("開けて照合した区分", "segments opened and compared", report.segments),
        row("開けて照合した保全", "held parts opened and compared", report.held),
        row("受領証どおり消えているもの", "gone as their receipts say", report.receipts.len() as u64),
        row("そのうちエポックの終わったもの", "of them with their epoch over", ended as u64),
    ];
    write!(out, "{}", table(&rows))?;
    for receipt in report.receipts.iter().filter(|receipt| !receipt.state.is_complete()) {
        let (leaf, segment, state) = (receipt.leaf, &receipt.segment, told::receipt_state(&receipt.state, language));
        match language {
            Language::Japanese => writeln!(out, "受領証 {leaf} 番  {segment}  {state}")?,
            Language::English => writeln!(out, "receipt in leaf {leaf}  {segment}  {state}")?,
        }
    }
    if let Some(complete_at) = report.complete_at {
        let (since, at) = (report.ledger.since, words::instant(complete_at));
        match language {
            Language::Japanese => writeln!(
                out,
                "台帳の {since} 番より前は {at} に読んで確かめたものの続きであることだけを確かめた（`--all` で全部を読む）"
            )?,
            Language::English => writeln!(
                out,
                "of the leaves before {since}, read at {at}, only that the ledger continues them was checked (`--all` reads all)"
            )?,
        }
    }
    for failure in &report.ledger.failures {
        writeln!(out, "{}{failure}", pick(language, "台帳: ", "ledger: "))?;
    }
    for fault in &report.faults {
        writeln!(out, "{}: {}", fault.about, fault.what)?;
    }
    overdue_page(&report.overdue, language, out)?;
    if report.is_whole() {
        writeln!(out, "{}", pick(language, "すべてあるべきとおり", "all is as it must be"))?;
    }
    let (ja, en) = (
        "これは手続と鍵の破壊を示すもので、知られていない写しがないことまでは示さない。",
        "this shows procedure and the destruction of keys, not that there are no unknown copies.",
    );
    eprintln!("{}", pick(language, ja, en));
    Ok(())
}

fn verify_json(report: &VaultReport) -> serde_json::Value {
    let receipts = report.receipts.iter().map(|receipt| {
        let ended = match &receipt.state {
            ReceiptState::EpochRuns => json!(null),
            ReceiptState::EpochEnded { leaf, at, missing } => {
                json!({"leaf": leaf, "at": words::instant(*at), "missing": missing})
            }
        };
        json!({"leaf": receipt.leaf, "segment": receipt.segment, "epoch_ended": ended})
    });
    let faults = report.faults.iter().map(|fault| json!({"about": fault.about, "what": fault.what}));
    let overdue = &report.overdue;
    let late = overdue.not_erased.iter().map(|late| json!({"segment": late.segment, "due": words::instant(late.due)}));
    json!({
        "whole": report.is_whole(), "leaves": report.ledger.checkpoint.size(), "since": report.ledger.since,
        "complete_at": report.complete_at.map(words::instant), "segments": report.segments, "held": report.held,
        "receipts": receipts.collect::<Vec<_>>(), "keys_checked": report.keys_checked,
        "ledger_failures": report.ledger.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "faults": faults.collect::<Vec<_>>(), "overdue": late.collect::<Vec<_>>(), "lost": overdue.lost,
        "holds_past_their_end": overdue.holds.iter().map(|(hold, _)| hold).collect::<Vec<_>>(),
    })
}

/// What should be gone and is not.
pub fn overdue_page(overdue: &Overdue, language: Language, out: &mut impl std::io::Write) -> Result<(), Failure> {
    for late in &overdue.not_erased {
        let (since, segment) = (words::instant(late.due), &late.segment);
        writeln!(out, "{}{segment}  {since}", pick(language, "消去の遅れ: ", "overdue: "))?;
    }
    for lost in &overdue.lost {
        writeln!(out, "{}{lost}", pick(language, "台帳にあり目録にない: ", "in the ledger, not in the catalog: "))?;
    }
    for (hold, until) in &overdue.holds {
        writeln!(
            out,
            "{}{hold}  {}",
            pick(language, "期限を過ぎた保全: ", "hold past its end: "),
            words::instant(*until)
        )?;
    }
    Ok(())
}
