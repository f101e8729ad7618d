//! `shuhi vault sweep`, `epoch`, `verify`: what has to be done regularly, and whether all is as it must be.

use std::io::{Write as _, stdout};

use shuhi_law::vocabulary::Language;
use shuhi_vault::{Overdue, SweepReport, VaultReport};

use super::place::open;
use crate::args::Common;
use crate::args::vault::Place;
use crate::failure::Failure;
use crate::page::table;
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
        let held = erased.hold.as_deref().unwrap_or("").to_owned();
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
pub fn verify(place: &Place, common: &Common) -> Result<bool, Failure> {
    let report = open(place, common)?.verify()?;
    let mut out = stdout().lock();
    verify_page(&report, common.language, &mut out)?;
    Ok(report.is_whole())
}

fn verify_page(report: &VaultReport, language: Language, out: &mut impl std::io::Write) -> Result<(), Failure> {
    let row =
        |ja: &'static str, en: &'static str, count: u64| vec![pick(language, ja, en).to_owned(), count.to_string()];
    let rows = [
        row("台帳の件数", "leaves of the ledger", report.ledger.leaves),
        row("開けて照合した区分", "segments opened and compared", report.segments),
        row("開けて照合した保全", "held parts opened and compared", report.held),
        row("受領証どおり消えているもの", "gone as their receipts say", report.receipts),
    ];
    write!(out, "{}", table(&rows))?;
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
