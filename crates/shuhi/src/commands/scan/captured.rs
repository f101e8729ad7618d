//! `shuhi scan har` and `shuhi scan cdp`: captures that something else made.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use shuhi_capture::{Capture, CaptureError, Page, read_devtools, read_har};
use shuhi_scan::{Surface, hex, join, observe};

use super::Bench;
use super::keep::{Raw, Scanned};
use crate::args::Common;
use crate::args::scan::CaptureOptions;
use crate::failure::Failure;

/// The form of a capture.
#[derive(Clone, Copy)]
pub enum Form {
    Har,
    DevTools,
}

/// Reads the files, joined in the order given, and finishes the scan.
pub fn run(options: &CaptureOptions, form: Form, common: &Common) -> Result<bool, Failure> {
    let bench = Bench::set_up(&options.common, common)?;
    let mut all = Capture::default();
    let mut raw = Vec::new();
    let mut hash = Sha256::new();
    for path in &options.files {
        let (capture, bytes) = read(path, form)?;
        hash.update(&bytes);
        raw.push(Raw { name: raw_name(path, &raw), bytes });
        join(&mut all, capture);
    }
    if let Some(site) = &options.site {
        set_site(&mut all, site)?;
    }
    let mut observation = observe(&all, bench.means(Surface::WebPage));
    observation.observer.capture_sha256 = Some(hex(&hash.finalize()));
    bench.complete(&mut observation)?;
    bench.finish(&Scanned { capture: all, raw, observation, ..Scanned::default() })
}

/// A capture and its bytes.
pub fn read(path: &Path, form: Form) -> Result<(Capture, Vec<u8>), Failure> {
    let unreadable = |error| Failure::File { action: "read", path: path.display().to_string(), error };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > shuhi_capture::limits::INPUT_BYTES_MAX as u64 {
        let limit = shuhi_capture::limits::INPUT_BYTES_MAX;
        let message = format!("`{}` has {size} bytes; the limit is {limit}", path.display());
        return Err(Failure::usage(message, "capture fewer pages at a time"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let read = match form {
        Form::Har => read_har(&bytes),
        Form::DevTools => read_devtools(&bytes),
    };
    let capture = read.map_err(|error| unusable(path, &error, form))?;
    Ok((capture, bytes))
}

fn unusable(path: &Path, error: &CaptureError, form: Form) -> Failure {
    let help = match form {
        Form::Har => "save it as HAR (with content) from the network panel; DevTools logs go to `shuhi scan cdp`",
        Form::DevTools => "give a log of DevTools events; HAR files go to `shuhi scan har`",
    };
    Failure::usage(format!("`{}`: {error}", path.display()), help)
}

/// A name for the raw file in the evidence folder that no other has.
fn raw_name(path: &Path, taken: &[Raw]) -> String {
    let name = path.file_name().map_or_else(|| "capture".to_owned(), |name| name.to_string_lossy().into_owned());
    let is_taken = |name: &str| taken.iter().any(|raw| raw.name == name);
    let mut candidate = format!("capture/{name}");
    for number in 2u32.. {
        if !is_taken(&candidate) {
            break;
        }
        candidate = format!("capture/{number}-{name}");
    }
    candidate
}

/// Takes an address for the page where the capture has none, or another.
fn set_site(capture: &mut Capture, site: &str) -> Result<(), Failure> {
    let url = url::Url::parse(site).ok().filter(|url| url.host_str().is_some());
    let Some(url) = url else {
        return Err(Failure::usage(
            format!("`{site}` is no address of a page"),
            "write it as `--site https://www.example.jp/`",
        ));
    };
    if capture.pages.is_empty() {
        capture.pages.push(Page::default());
    }
    for page in &mut capture.pages {
        page.url = url.to_string();
        page.final_url = None;
    }
    for request in &mut capture.requests {
        request.page.get_or_insert(0);
    }
    Ok(())
}
