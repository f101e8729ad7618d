//! `shuhi vault ingest`: files, standard input, or what arrives at a port.

mod file;
mod http;
mod listen;
mod progress;
mod sockets;

use std::io::{Write as _, stdout};
use std::path::Path;

use serde_json::json;
use shuhi_vault::{Counts, IntakeCounts, Reading};

use super::place::opener;
use crate::args::Common;
use crate::args::vault::{IngestOptions, PlainFormat};
use crate::failure::Failure;
use crate::page::table;
use crate::words::pick;

/// What came of everything that was taken in.
#[derive(Debug, Default)]
pub struct Totals {
    /// Files, connections and batches.
    streams: u64,
    bytes: u64,
    counts: IntakeCounts,
    /// What the readers say of lines and messages, those among them that hold nothing to keep.
    read: Counts,
    /// Datagrams that reached the program, and those that the kernel dropped before it could read them.
    datagrams: Option<(u64, u64)>,
}

impl Totals {
    fn add(&mut self, counts: &IntakeCounts) {
        let sum = &mut self.counts;
        sum.stored += counts.stored;
        sum.moments += counts.moments;
        sum.duplicates += counts.duplicates;
        sum.expired += counts.expired;
        sum.unread += counts.unread;
        sum.refused += counts.refused;
    }
}

/// Takes in; status 1 where lines could not be read or records belong to no policy of the source.
pub fn run(options: &IngestOptions, common: &Common) -> Result<bool, Failure> {
    let opener = opener(&options.place, common)?;
    let source = opener.settings.source(&options.source).ok_or_else(|| unknown(options, &opener.settings))?;
    let reading = Reading::of(&opener.machine, &opener.folder, source)?;
    let listens = !(options.listen_udp.is_empty() && options.listen_tcp.is_empty() && options.http.is_empty());
    let mut totals = Totals::default();
    if listens {
        listen::run(options, &opener, &reading, &mut totals, common)?;
    } else {
        let mut vault = opener.open()?;
        for path in &options.files {
            if path == Path::new("-") {
                file::take_stdin(&mut vault, &opener.machine, &reading, &mut totals, common)?;
            } else {
                let taking =
                    file::Taking { reading: &reading, machine: &opener.machine, consume: options.consume, common };
                taking.take(&mut vault, path, &mut totals)?;
            }
        }
    }
    told(&totals, options.format, common)?;
    Ok(totals.counts.unread == 0 && totals.counts.refused == 0)
}

fn unknown(options: &IngestOptions, settings: &shuhi_vault::Settings) -> Failure {
    let names: Vec<&str> = settings.sources.iter().map(|source| source.name.as_str()).collect();
    let help = match names.is_empty() {
        true => (
            "vault.yaml の `sources:` に出どころを書くこと".to_owned(),
            "name sources in vault.yaml, under `sources:`".to_owned(),
        ),
        false => {
            let known = names.join("`, `");
            let near = shuhi_source::did_you_mean(&options.source, names.iter().copied());
            (format!("出どころは `{known}`"), near.unwrap_or_else(|| format!("sources are `{known}`")))
        }
    };
    let id = &options.source;
    Failure::said((format!("出どころ `{id}` はない"), format!("there is no source `{id}`")), help)
}

fn told(totals: &Totals, format: PlainFormat, common: &Common) -> Result<(), Failure> {
    let Totals { streams, bytes, counts, read, datagrams } = totals;
    let mut out = stdout().lock();
    if format == PlainFormat::Json {
        let mut told = json!({
            "streams": streams, "bytes": bytes, "stored": counts.stored, "moments": counts.moments,
            "duplicates": counts.duplicates, "expired": counts.expired, "unread": counts.unread,
            "refused": counts.refused, "ignored": read.ignored,
            "untranslated": read.untranslated, "repeated_messages": read.duplicated,
        });
        if let (Some((received, dropped)), Some(told)) = (datagrams, told.as_object_mut()) {
            told.insert("datagrams".to_owned(), json!(received));
            told.insert("dropped_by_kernel".to_owned(), json!(dropped));
        }
        writeln!(out, "{told:#}")?;
        return Ok(());
    }
    let row = |ja: &'static str, en: &'static str, count: u64| {
        vec![pick(common.language, ja, en).to_owned(), count.to_string()]
    };
    let mut rows = Vec::new();
    if let Some((received, dropped)) = datagrams {
        rows.push(row("受信したデータグラム", "datagrams received", *received));
        rows.push(row("カーネルが捨てたデータグラム", "datagrams dropped by the kernel", *dropped));
    }
    rows.push(row("読んだバイト", "bytes read", *bytes));
    rows.push(row("保存した記録", "records stored", counts.stored));
    rows.push(row("セッションの動き", "moments of sessions", counts.moments));
    let further = [
        row("重複", "duplicates", counts.duplicates),
        row("期間を過ぎていて捨てた記録", "past their period, destroyed", counts.expired),
        row("読めず隔離したもの", "unread, in quarantine", counts.unread),
        row("方針の対象でない記録", "of no policy of the source", counts.refused),
        row("残すもののない行", "lines with nothing to keep", read.ignored),
        row("変換を伴わず捨てた通信", "flows without translation, destroyed", read.untranslated),
        row("繰り返し届いたメッセージ", "messages that came twice", read.duplicated),
    ];
    rows.extend(further.into_iter().filter(|row| row.last().is_some_and(|count| count != "0")));
    write!(out, "{}", table(&rows))?;
    Ok(())
}
