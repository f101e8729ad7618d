//! Who is behind hosts: `identify SITE [SISTER…] < hosts`, one `host` or `host path` a line; third parties only, and their share
//! that a shipped source names.

use std::io::{self, BufRead};
use std::time::Instant;
use std::{env, process::ExitCode};

use shuhi_catalogue::{Candidate, Catalogue, Source, party};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((site, sisters)) = arguments.split_first() else {
        eprintln!("usage: identify SITE [SISTER…] < hosts");
        return ExitCode::FAILURE;
    };
    let start = Instant::now();
    let catalogue = match Catalogue::embedded() {
        Ok(catalogue) => catalogue,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("catalogue {} ready in {:?}", catalogue.version(), start.elapsed());
    let (mut all, mut named) = (0, 0);
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let (host, path) = line.split_once(' ').unwrap_or((&line, "/"));
        if !party(host, site, sisters).is_third() {
            continue;
        }
        let identified = catalogue.identify(host, path);
        all += 1;
        named += usize::from(identified.is_named_by_shipped());
        println!("{host}\t{}", identified.best().map_or_else(|| "unknown".to_owned(), told));
        for other in identified.disagreeing() {
            println!("  perhaps {}", told(other));
        }
    }
    println!("third-party hosts: {all}, named: {named} ({} %)", (100 * named).checked_div(all).unwrap_or(0));
    ExitCode::SUCCESS
}

fn told(candidate: &Candidate) -> String {
    let source = match &candidate.source {
        Source::Overlay { place } | Source::Catalogue { place } => place.clone(),
        Source::Import(set) | Source::Set(set) => format!("{} {}", set.name, set.version),
    };
    let service = candidate.service.as_ref().map_or("?", |name| name.value.en.as_str());
    let recipient = candidate.recipient.as_ref().map_or("?", |name| name.value.as_str());
    format!("{service}, {recipient} [{source}]")
}
