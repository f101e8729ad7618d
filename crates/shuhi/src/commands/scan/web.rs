//! `shuhi scan web`: pages in a headless browser.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use shuhi_browser::{
    Browser, BrowserError, BrowserSettings, Buttons, HostRule, Login, NameServer, Observation as Visit, Pages,
    Politeness, Screen, Summary, Waits, Wish,
};
use shuhi_capture::{Capture, read_devtools};
use shuhi_scan::{Evidence, Surface, hex, observe};

use super::keep::Scanned;
use super::{Bench, notices};
use crate::args::Common;
use crate::args::scan::{WebChoice, WebOptions};
use crate::failure::Failure;
use crate::files::read_text;

/// Where Chromium is looked for.
const PROGRAMS: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];
/// Pages of a list.
const LIST_MAX: usize = 10_000;
/// The raw log's name in the evidence folder.
const LOG: &str = "capture/devtools.jsonl";

/// Opens the pages, keeps the evidence, and finishes the scan.
pub fn run(options: &WebOptions, common: &Common) -> Result<bool, Failure> {
    let bench = Bench::set_up(&options.common, common)?;
    let settings = settings(options)?;
    let visit = visit(options, &bench)?;
    let evidence = Evidence::begin(&folder(options, &bench, &visit))?;
    let pictures = evidence.folder().join("pictures");
    make(&pictures)?;
    let visit = Visit { pictures: Some(pictures), ..visit };
    let log = evidence.folder().join(LOG);
    let summary = record(&settings, &visit, &log)?;
    say(&summary);
    let (capture, hash) = read_back(&log)?;
    let mut observation = observe(&capture, bench.means(Surface::WebPage));
    observation.observer.capture_sha256 = Some(hash);
    bench.complete(&mut observation)?;
    observation.observer.evidence = Some(evidence.folder().display().to_string());
    notices::look(&bench, &settings, options, &evidence, &mut observation)?;
    bench.finish(&Scanned { capture, observation, evidence: Some(evidence), ..Scanned::default() })
}

fn settings(options: &WebOptions) -> Result<BrowserSettings, Failure> {
    let program = match &options.browser {
        Some(program) => program.clone(),
        None => PROGRAMS
            .iter()
            .map(PathBuf::from)
            .find(|program| program.exists())
            .unwrap_or_else(|| PathBuf::from(PROGRAMS[0])),
    };
    let hosts = options.map.iter().map(|rule| host_rule(rule)).collect::<Result<Vec<_>, _>>()?;
    let mut settings =
        BrowserSettings { program, hosts, loopback_only: options.loopback_only, ..BrowserSettings::default() };
    settings.trusted_keys.clone_from(&options.trusted_key);
    if let Some(address) = options.nameserver {
        settings.resolver = Some(Arc::new(NameServer::at(address)));
    }
    Ok(settings)
}

fn host_rule(text: &str) -> Result<HostRule, Failure> {
    let parts = text.split_once('=').filter(|(host, to)| !host.is_empty() && !to.is_empty());
    let (host, to) = parts.ok_or_else(|| {
        Failure::usage(format!("`{text}` maps nothing"), "write it as `--map www.example.jp=127.0.0.1:8080`")
    })?;
    Ok(HostRule { host: host.to_owned(), to: to.to_owned() })
}

fn visit(options: &WebOptions, bench: &Bench<'_>) -> Result<Visit, Failure> {
    let delay = Duration::try_from_secs_f64(options.delay).map_err(|_| {
        Failure::usage(
            format!("`{}` is no length of time", options.delay),
            "give the seconds between pages as `--delay 2`",
        )
    })?;
    let mut screens = vec![Screen::Desktop];
    if options.phone {
        screens.push(Screen::Phone);
    }
    let mut wishes: Vec<Wish> = options
        .choices
        .iter()
        .map(|choice| match choice {
            WebChoice::Accept => Wish::Accept,
            WebChoice::Refuse => Wish::Refuse,
        })
        .collect();
    if wishes.is_empty() {
        wishes.push(Wish::Nothing);
    }
    Ok(Visit {
        pages: pages(options)?,
        screens,
        wishes,
        buttons: Buttons { accept: options.accept.clone(), refuse: options.refuse.clone() },
        waits: Waits::default(),
        politeness: Politeness { delay, robots: !options.ignore_robots },
        login: login(options)?,
        honey: bench.planted.clone(),
        pictures: None,
    })
}

fn pages(options: &WebOptions) -> Result<Pages, Failure> {
    if let Some(path) = &options.list {
        let text = read_text(path, &path.to_string_lossy())?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        return Ok(Pages::List(lines.take(LIST_MAX).map(address).collect::<Result<_, _>>()?));
    }
    let most = options.pages.unwrap_or(if options.sitemap.is_some() { 50 } else { 1 });
    if let Some(start) = &options.sitemap {
        return Ok(Pages::SiteMap { start: address(start)?, most });
    }
    match (options.urls.as_slice(), options.pages) {
        ([start], Some(most)) => Ok(Pages::Links { start: address(start)?, most }),
        (urls, None) => Ok(Pages::List(urls.iter().map(|url| address(url)).collect::<Result<_, _>>()?)),
        _ => Err(Failure::usage("`--pages` follows links from one page", "name one address with it")),
    }
}

fn address(text: &str) -> Result<String, Failure> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    url.map(|url| url.to_string()).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no address of a page"), "write it as `https://www.example.jp/`")
    })
}

fn login(options: &WebOptions) -> Result<Option<Login>, Failure> {
    let Some(path) = &options.login else { return Ok(None) };
    let name = path.to_string_lossy().into_owned();
    let text = read_text(path, &name)?;
    Login::read(&name, &text, |variable| std::env::var(variable).ok())
        .map(Some)
        .map_err(|error| Failure::usage(error.to_string(), "see `shuhi scan web --help` for the form of the steps"))
}

/// The evidence folder: as named, else by host and time.
fn folder(options: &WebOptions, bench: &Bench<'_>, visit: &Visit) -> PathBuf {
    if let Some(folder) = &options.common.evidence {
        return folder.clone();
    }
    let first = match &visit.pages {
        Pages::List(urls) => urls.first(),
        Pages::SiteMap { start, .. } | Pages::Links { start, .. } => Some(start),
    };
    let host = first.and_then(|url| url::Url::parse(url).ok()).and_then(|url| url.host_str().map(str::to_owned));
    let time = bench.started_at.strftime("%Y%m%dT%H%M%SZ");
    PathBuf::from("shuhi-evidence").join(format!("{}-{time}", host.unwrap_or_default()))
}

fn make(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::File { action: "write", path: folder.display().to_string(), error };
    fs::create_dir_all(folder).map_err(failed)
}

/// Drives the browser; the log is written while it runs, so that what was seen is kept whatever happens.
fn record(settings: &BrowserSettings, visit: &Visit, path: &Path) -> Result<Summary, Failure> {
    let failed = |error| Failure::File { action: "write", path: path.display().to_string(), error };
    if let Some(parent) = path.parent() {
        make(parent)?;
    }
    let mut log = BufWriter::new(File::create_new(path).map_err(failed)?);
    let mut browser = Browser::start(settings)?;
    let summary = browser.observe(visit, &mut log);
    log.flush().map_err(failed)?;
    match summary {
        Ok(summary) => Ok(summary),
        // What was seen up to there is still worth reading; the log says where it ends.
        Err(error @ BrowserError::Lost { .. }) => {
            eprintln!("warning: {error}");
            Ok(Summary::default())
        }
        Err(error) => Err(error.into()),
    }
}

fn say(summary: &Summary) {
    for visit in &summary.visits {
        eprintln!(
            "visited {} ({} px, {}): {} requests, {} bytes, {} ms",
            visit.url, visit.width_px, visit.choice, visit.requests, visit.bytes, visit.milliseconds
        );
    }
}

fn read_back(path: &Path) -> Result<(Capture, String), Failure> {
    let failed = |error| Failure::File { action: "read", path: path.display().to_string(), error };
    let bytes = fs::read(path).map_err(failed)?;
    let capture = read_devtools(&bytes).map_err(|error| {
        Failure::usage(
            format!("`{}`: {error}", path.display()),
            "nothing was recorded; look at the browser's messages above",
        )
    })?;
    Ok((capture, hex(&Sha256::digest(&bytes))))
}
