//! `shuhi scan import` and `shuhi scan who`: lists that the user brings, and who is behind a host.

use std::io::{Write as _, stdout};

use shuhi_catalogue::import::{About, ImportKind, import};
use shuhi_catalogue::{Basis, Candidate, Catalogue, Source};

use super::keep::new_file;
use crate::args::Common;
use crate::args::scan::{ImportOptions, WhoOptions};
use crate::failure::Failure;
use crate::words::pick;

/// Converts a list into a file that `--catalogue DIR` reads. The list's licence stays with it; it is never shipped.
pub fn run(options: &ImportOptions, common: &Common) -> Result<bool, Failure> {
    let kind = kind(&options.kind)?;
    let about = About {
        name: options.name.clone(),
        licence: options.licence.clone(),
        version: options.list_version.clone(),
        source: options.source.clone(),
        retrieved: Some(common.at),
    };
    let imported = import(kind, &options.path, &about).map_err(|error| {
        Failure::usage(error.to_string(), "see `shuhi scan import --help` for the lists that can be read")
    })?;
    let (hosts, cookies, modules) = imported.set.counts();
    std::fs::create_dir_all(&options.into).map_err(|error| Failure::File {
        action: "write",
        path: options.into.display().to_string(),
        error,
    })?;
    new_file(&options.into.join(format!("{}.tsv", kind.as_str())), &imported.set.write())?;
    let head = &imported.set.head;
    let mut out = stdout().lock();
    writeln!(out, "{} {} ({}): {hosts} / {cookies} / {modules}", head.name, head.version, head.licence)?;
    let labels = pick(common.language, "ドメイン / クッキー / モジュール", "domains / cookies / modules");
    writeln!(out, "  {labels}")?;
    if imported.left_out > 0 {
        writeln!(out, "{} {}", pick(common.language, "取り込めなかった項目:", "left out:"), imported.left_out)?;
        for example in &imported.left_out_examples {
            writeln!(out, "  {example}")?;
        }
    }
    Ok(true)
}

fn kind(text: &str) -> Result<ImportKind, Failure> {
    ImportKind::parse(text).ok_or_else(|| {
        let known: Vec<&str> = ImportKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Failure::usage(
            format!("`{text}` is no list that can be imported"),
            format!("write one of: {}", known.join(", ")),
        )
    })
}

/// Says who is behind hosts, by every source that knows them; status 1 where nobody knows one.
pub fn who(options: &WhoOptions, common: &Common) -> Result<bool, Failure> {
    let mut catalogue = Catalogue::embedded()?;
    if let Some(folder) = &options.catalogue {
        catalogue = catalogue.with_overlay(folder, common.at)?;
    }
    let mut out = stdout().lock();
    let mut all_known = true;
    for host in &options.hosts {
        let (name, path) =
            host.trim_start_matches("https://").trim_start_matches("http://").split_once('/').unwrap_or((host, ""));
        let found = catalogue.identify(name, &format!("/{path}"));
        writeln!(out, "{}", found.host)?;
        if !found.is_named() {
            all_known = false;
            writeln!(out, "  {}", pick(common.language, "どの資料にもない", "no source knows it"))?;
        }
        for candidate in &found.candidates {
            write!(out, "{}", crate::page::wrap_hanging(&said(candidate, common), 2, 6))?;
        }
    }
    Ok(all_known)
}

fn said(candidate: &Candidate, common: &Common) -> String {
    let source = match &candidate.source {
        Source::Overlay { place } | Source::Catalogue { place } => place.clone(),
        Source::Import(set) | Source::Set(set) => format!("{} {} ({})", set.name, set.version, set.licence),
    };
    let service = candidate.service.as_ref().map(|name| pick_name(name, common)).unwrap_or_default();
    let recipient = candidate.recipient.as_ref().map(|name| name.value.clone()).unwrap_or_default();
    let basis = match candidate.recipient.as_ref().map(|name| &name.basis) {
        Some(Basis::Checked { read, on }) => format!("{} ({on})", read.as_str()),
        Some(Basis::GeneralKnowledge) => pick(common.language, "一般的な知識", "general knowledge").to_owned(),
        Some(Basis::Listed) | None => String::new(),
    };
    let parts = [service, recipient, basis, format!("[{source}]")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" — ")
}

fn pick_name(name: &shuhi_catalogue::Stated<shuhi_catalogue::Name>, common: &Common) -> String {
    match common.language {
        shuhi_law::vocabulary::Language::Japanese => name.value.ja.clone(),
        shuhi_law::vocabulary::Language::English => name.value.en.clone(),
    }
}
