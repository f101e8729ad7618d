//! `shuhi vault status`: what there is by day, what expires when, what is held, what somebody has to look at.

use std::io::{Write as _, stdout};

use serde_json::json;
use shuhi_law::vocabulary::Language;
use shuhi_machine::replace_durably;
use shuhi_vault::{Status, VaultError};

use super::keep::overdue_page;
use super::place::opener;
use crate::args::Common;
use crate::args::vault::{PlainFormat, StatusOptions};
use crate::failure::Failure;
use crate::page::table;
use crate::told;
use crate::words::{self, pick};

/// Shows the status; status 1 where something is overdue or waits too long.
pub fn run(options: &StatusOptions, common: &Common) -> Result<bool, Failure> {
    let opener = opener(&options.place, common)?;
    let vault = opener.open()?;
    let status = vault.status()?;
    if let Some(path) = &options.svg {
        let drawn = replace_durably(&*opener.machine.disk, path, status.to_svg(common.language).as_bytes());
        drawn.map_err(VaultError::from)?;
    }
    let mut out = stdout().lock();
    match options.format {
        PlainFormat::Json => writeln!(out, "{:#}", json(&status, &vault.verifier_key().to_string()))?,
        PlainFormat::Text => page(&status, common.language, &mut out)?,
    }
    Ok(status.overdue.is_empty() && !status.reviews.iter().any(|review| review.late))
}

fn json(status: &Status, key: &str) -> serde_json::Value {
    let instant = words::instant;
    let days = status.days.iter().map(|day| {
        json!({"day": day.day.to_string(), "kind": day.kind, "policy": day.policy, "records": day.records,
            "bytes": day.bytes, "segments": day.segments, "expires": instant(day.expires_at)})
    });
    let holds = status.holds.iter().map(|hold| {
        json!({"hold": hold.hold, "basis": hold.basis, "copied": hold.copied, "records": hold.records,
            "accepted": instant(hold.accepted_at), "until": hold.until.map(instant),
            "review_by": hold.review_by.map(instant), "silence": hold.silence})
    });
    let reviews = status.reviews.iter().map(
        |review| json!({"about": review.about, "hold": review.hold, "by": instant(review.by), "late": review.late}),
    );
    let requests = status.requests.iter().map(|request| {
        json!({"request": request.request, "state": format!("{:?}", request.state).to_lowercase(),
            "requester": request.requester, "requested": instant(request.requested_at)})
    });
    let plaintext = status
        .plaintext
        .iter()
        .map(|source| json!({"source": source.source, "files": source.files, "last": instant(source.last)}));
    let overdue =
        status.overdue.not_erased.iter().map(|late| json!({"segment": late.segment, "due": instant(late.due)}));
    json!({
        "at": instant(status.at), "ledger_key": key, "leaves": status.leaves, "open_sessions": status.open_sessions,
        "days": days.collect::<Vec<_>>(), "holds": holds.collect::<Vec<_>>(), "reviews": reviews.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(), "plaintext": plaintext.collect::<Vec<_>>(),
        "overdue": overdue.collect::<Vec<_>>(), "lost": status.overdue.lost,
        "erased": {"segments": status.erased.0, "records": status.erased.1},
        "keys": {"epoch": status.keys.epoch, "live": status.keys.live, "destroyed": status.keys.destroyed,
            "warnings": status.keys.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()},
    })
}

fn page(status: &Status, language: Language, out: &mut impl std::io::Write) -> Result<(), Failure> {
    let word = |ja: &'static str, en: &'static str| pick(language, ja, en).to_owned();
    let instant = words::instant;
    writeln!(out, "{}", instant(status.at))?;
    let most = status.days.iter().map(|day| day.records).max().unwrap_or(0).max(1);
    let mut rows = vec![vec![
        word("日", "day"),
        word("種類", "kind"),
        word("方針", "policy"),
        word("件数", "records"),
        word("消去", "expires"),
        String::new(),
    ]];
    for day in &status.days {
        let bar = "#".repeat(usize::try_from((day.records * 20).div_ceil(most)).unwrap_or(20));
        let (records, expires) = (day.records.to_string(), instant(day.expires_at));
        rows.push(vec![day.day.to_string(), day.kind.clone(), day.policy.clone(), records, expires, bar]);
    }
    if status.days.is_empty() {
        writeln!(out, "{}", pick(language, "記録はない", "no records"))?;
    } else {
        write!(out, "{}", table(&rows))?;
    }
    let held = status.holds.iter().map(|hold| {
        let until = match (hold.until, hold.review_by) {
            (Some(until), _) => format!("{}{}", word("終了 ", "until "), instant(until)),
            (None, Some(by)) => format!("{}{}", word("点検 ", "review by "), instant(by)),
            (None, None) => String::new(),
        };
        vec![word("保全", "held"), hold.hold.clone(), hold.basis.clone(), hold.records.to_string(), until]
    });
    let held: Vec<Vec<String>> = held.collect();
    if !held.is_empty() {
        write!(out, "\n{}", table(&held))?;
    }
    let rest = others(status, language);
    write!(out, "\n{}", table(&rest))?;
    for warning in &status.keys.warnings {
        writeln!(out, "{}{}", pick(language, "鍵: ", "keys: "), told::key_warning(warning, language))?;
    }
    overdue_page(&status.overdue, language, out)
}

/// What waits, and the totals.
fn others(status: &Status, language: Language) -> Vec<Vec<String>> {
    let word = |ja: &'static str, en: &'static str| pick(language, ja, en).to_owned();
    let mut rows = Vec::new();
    for request in &status.requests {
        let at = words::instant(request.requested_at);
        rows.push(vec![word("求め", "request"), request.request.clone(), at]);
    }
    for review in &status.reviews {
        let late = if review.late { word("遅れ", "late") } else { String::new() };
        let by = words::instant(review.by);
        rows.push(vec![word("点検待ち", "to be reviewed"), review.about.clone(), by, late]);
    }
    for source in &status.plaintext {
        let files = source.files.to_string();
        rows.push(vec![word("平文の残る出どころ", "plaintext left at"), source.source.clone(), files]);
    }
    rows.push(vec![word("続いているセッション", "open sessions"), status.open_sessions.to_string()]);
    let (segments, records) = status.erased;
    rows.push(vec![word("消去済み", "erased"), format!("{segments} / {records}")]);
    rows.push(vec![word("台帳", "ledger"), status.leaves.to_string()]);
    rows.push(vec![word("鍵のエポック", "key epoch"), status.keys.epoch.to_string()]);
    rows
}
