//! `shuhi scan apk`: app packages, joined with captures of their traffic.

use sha2::{Digest, Sha256};
use shuhi_capture::Capture;
use shuhi_package::{Package, Reader};
use shuhi_scan::{Surface, app_sections, hex, join, observe_app, signatures};

use super::Bench;
use super::captured::{Form, read};
use super::keep::{Raw, Scanned};
use crate::args::Common;
use crate::args::scan::PackageOptions;
use crate::failure::Failure;

/// Reads the package and the captures, and finishes the scan.
pub fn run(options: &PackageOptions, common: &Common) -> Result<bool, Failure> {
    let bench = Bench::set_up(&options.common, common)?;
    let reader = Reader::new(signatures(&bench.catalogue)).map_err(|error| unusable(&error))?;
    let package = reader.read(&options.files).map_err(|error| unusable(&error))?;
    let mut traffic = None;
    let mut raw = vec![Raw { name: "package.json".to_owned(), bytes: described(&package)? }];
    for path in &options.traffic {
        let (capture, bytes) = read(path, Form::Har)?;
        let number = raw.len();
        raw.push(Raw { name: format!("capture/traffic-{number}.har"), bytes });
        join(traffic.get_or_insert_with(Capture::default), capture);
    }
    let mut observation = observe_app(&package, traffic.as_ref(), bench.means(Surface::Application));
    if observation.observed_at.is_empty() {
        observation.observed_at = bench.started_at.to_string();
    }
    observation.observer.capture_sha256 = Some(package_hash(&package));
    bench.complete(&mut observation)?;
    let sections = app_sections(&package);
    bench.finish(&Scanned { capture: traffic.unwrap_or_default(), raw, observation, sections, ..Scanned::default() })
}

/// Everything that was read from the package, kept as evidence instead of the package itself, which is often large and another's work.
fn described(package: &Package) -> Result<Vec<u8>, Failure> {
    Ok(serde_json::to_vec_pretty(package).map_err(std::io::Error::from)?)
}

/// One hash over the hashes of all files, in the order read.
fn package_hash(package: &Package) -> String {
    let mut hash = Sha256::new();
    for file in &package.files {
        hash.update(file.sha256.as_bytes());
    }
    hex(&hash.finalize())
}

fn unusable(error: &shuhi_package::Error) -> Failure {
    Failure::usage(
        error.to_string(),
        "give an APK, all parts of a split one or their folder, an XAPK, an AAB or an IPA",
    )
}
