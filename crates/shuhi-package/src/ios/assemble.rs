//! Reading the archive of an iOS app.

use std::collections::BTreeMap;

use super::plist::{self, Plist};
use super::program::{self, Program};
use super::{Bundle, BundleKind, IosApp, TransportSecurity, UsageDescription, find, privacy};
use crate::archive::{Archive, Entry};
use crate::certificate::Scheme;
use crate::collect::Collector;
use crate::data::Tables;
use crate::endpoint::{in_bytes, in_constant};
use crate::fault::{Part, Reason};
use crate::modules::{ModuleFindings, Signature};
use crate::package::LocalText;

/// What of an iOS app was read.
#[derive(Default)]
pub(crate) struct IosReader {
    /// Bundles by their folder.
    bundles: BTreeMap<String, Bundle>,
    infos: BTreeMap<String, Plist>,
    programs: Vec<Program>,
    usage: Vec<UsageDescription>,
    unread_programs: usize,
}

/// An iOS app put together.
pub(crate) struct Assembled {
    pub id: Option<String>,
    pub name: Option<LocalText>,
    pub version: Option<String>,
    pub app: IosApp,
    pub modules: ModuleFindings,
}

impl IosReader {
    pub fn read(&mut self, mut archive: Archive, collector: &mut Collector<'_>, tables: &Tables) {
        for entry in archive.entries.clone() {
            self.note_bundles(&entry.name);
            self.entry(&mut archive, &entry, collector, tables);
        }
        for (folder, info) in &self.infos {
            let Some(bundle) = self.bundles.get_mut(folder) else { continue };
            let text = |key: &str| info.get(key).and_then(Plist::text).map(str::to_owned);
            bundle.id = text("CFBundleIdentifier");
            bundle.version = text("CFBundleShortVersionString").or_else(|| text("CFBundleVersion"));
            self.usage.extend(usage(info, &bundle.name, tables));
        }
        for bundle in self.bundles.values().filter(|bundle| bundle.kind == BundleKind::App) {
            if !self.infos.contains_key(&bundle.folder) {
                let what = "Info.plist".to_owned();
                collector.faults.push(&archive.place_of(&bundle.folder), Part::Manifest, Reason::Missing { what });
            }
        }
    }

    fn entry(&mut self, archive: &mut Archive, entry: &Entry, collector: &mut Collector<'_>, tables: &Tables) {
        let place = archive.place_of(&entry.name);
        let (folder, file) = entry.name.rsplit_once('/').unwrap_or(("", &entry.name));
        let is_bundle = self.bundles.contains_key(folder);
        let bundle_folder =
            folder.strip_suffix("/Resources").filter(|outer| self.bundles.contains_key(*outer)).unwrap_or(folder);
        match file {
            "Info.plist" if is_bundle => {
                if let Some(info) = list(archive, entry, Part::Manifest, collector) {
                    self.infos.insert(folder.to_owned(), info);
                }
            }
            "PrivacyInfo.xcprivacy" => {
                if let Some(root) = list(archive, entry, Part::PrivacyManifest, collector) {
                    let read = privacy::of(&root, tables);
                    match self.bundles.get_mut(bundle_folder) {
                        Some(bundle) => bundle.privacy = Some(read),
                        None => collector.faults.push(
                            &place,
                            Part::PrivacyManifest,
                            Reason::form("privacy manifest", "it lies in no bundle"),
                        ),
                    }
                }
            }
            "embedded.mobileprovision" => {
                if let Some(bytes) = collector.unpack(archive, entry, Part::Certificates) {
                    collector.certificates.add_signed(&bytes, Scheme::Provisioning, &place, &mut collector.faults);
                }
            }
            _ if file.ends_with(".plist") => {
                list(archive, entry, Part::Strings, collector);
            }
            _ if may_be_program(file) => {
                if let Some(bytes) = collector.unpack(archive, entry, Part::Code) {
                    self.program(bytes, &entry.name, &place, collector);
                }
            }
            _ => collector.entry(archive, entry, 0),
        }
    }

    fn program(&mut self, bytes: Vec<u8>, name: &str, place: &str, collector: &mut Collector<'_>) {
        if !program::is_program(&bytes) {
            return collector.bytes(bytes, name, place, 0);
        }
        match program::read(&bytes, name) {
            Ok(program) => self.programs.push(program),
            Err(reason) => {
                self.unread_programs += 1;
                collector.faults.push(place, Part::Code, reason);
            }
        }
        collector.texts(in_bytes(&bytes), place);
    }

    /// Notes every bundle on the way to a file.
    fn note_bundles(&mut self, name: &str) {
        for (at, _) in name.match_indices('/') {
            let folder = name.get(..at).unwrap_or(name);
            let last = folder.rsplit('/').next().unwrap_or(folder);
            let Some((bundle_name, end)) = last.rsplit_once('.') else { continue };
            let kind = match end {
                "app" if folder.matches('/').count() == 1 && folder.starts_with("Payload/") => BundleKind::App,
                "app" | "appex" => BundleKind::Extension,
                "framework" => BundleKind::Framework,
                "bundle" => BundleKind::Resources,
                _ => continue,
            };
            self.bundles.entry(folder.to_owned()).or_insert_with(|| Bundle {
                kind,
                name: bundle_name.to_owned(),
                folder: folder.to_owned(),
                id: None,
                version: None,
                privacy: None,
            });
        }
    }

    /// Puts the app together and finds its modules.
    pub fn finish(self, signatures: &[Signature], collector: &mut Collector<'_>) -> Assembled {
        let main = self.bundles.values().find(|bundle| bundle.kind == BundleKind::App);
        let info = main.and_then(|bundle| self.infos.get(&bundle.folder)).cloned().unwrap_or(Plist::Other);
        let text = |key: &str| info.get(key).and_then(Plist::text).map(str::to_owned);
        let name = text("CFBundleDisplayName").or_else(|| text("CFBundleName"));
        let (id, version) = (text("CFBundleIdentifier"), text("CFBundleShortVersionString"));
        let app = IosApp {
            build: text("CFBundleVersion"),
            minimum_os: text("MinimumOSVersion"),
            usage_descriptions: self.usage,
            skadnetwork_count: info.get("SKAdNetworkItems").map_or(0, |items| items.items().len()),
            transport_security: transport_security(&info),
            queried_schemes: info.get("LSApplicationQueriesSchemes").map(Plist::texts).unwrap_or_default(),
            background_modes: info.get("UIBackgroundModes").map(Plist::texts).unwrap_or_default(),
            bundles: self.bundles.into_values().collect(),
            programs: self.programs,
        };
        let executable = text("CFBundleExecutable");
        let modules = find::find(&app, signatures, executable.as_deref(), self.unread_programs);
        let name = name.map(|plain| LocalText { plain, japanese: None });
        if id.is_none() {
            let what = "CFBundleIdentifier".to_owned();
            collector.faults.push("Info.plist", Part::Manifest, Reason::Missing { what });
        }
        Assembled { id, name, version, app, modules }
    }
}

fn list(archive: &mut Archive, entry: &Entry, part: Part, collector: &mut Collector<'_>) -> Option<Plist> {
    let place = archive.place_of(&entry.name);
    let bytes = collector.unpack(archive, entry, part)?;
    let read = plist::read(&bytes).map_err(|reason| collector.faults.push(&place, part, reason)).ok();
    match &read {
        Some(root) => root.each_text(&mut |text| collector.texts(in_constant(text.as_bytes()), &place)),
        None => collector.texts(in_bytes(&bytes), &place),
    }
    read
}

fn may_be_program(file: &str) -> bool {
    !file.contains('.') || file.ends_with(".dylib") || file.ends_with(".a") || file.ends_with(".o")
}

fn usage(info: &Plist, bundle: &str, tables: &Tables) -> Vec<UsageDescription> {
    let is_it =
        |key: &str| key.starts_with("NS") && key.ends_with("UsageDescription") || tables.usage_descriptions.has(key);
    let entries = info.entries().iter().filter(|(key, _)| is_it(key));
    let read = |(key, value): &(String, Plist)| UsageDescription {
        key: key.clone(),
        text: value.text().unwrap_or_default().to_owned(),
        items: tables.usage_descriptions.of(key),
        bundle: bundle.to_owned(),
    };
    entries.map(read).collect()
}

fn transport_security(info: &Plist) -> TransportSecurity {
    let Some(told) = info.get("NSAppTransportSecurity") else { return TransportSecurity::default() };
    let bool = |key: &str| told.get(key).and_then(Plist::bool);
    let domains = told.get("NSExceptionDomains").map(Plist::entries).unwrap_or_default();
    let insecure = |entry: &Plist| {
        let keys = ["NSExceptionAllowsInsecureHTTPLoads", "NSThirdPartyExceptionAllowsInsecureHTTPLoads"];
        keys.iter().any(|key| entry.get(key).and_then(Plist::bool) == Some(true))
    };
    TransportSecurity {
        allows_arbitrary_loads: bool("NSAllowsArbitraryLoads"),
        allows_arbitrary_loads_in_web_content: bool("NSAllowsArbitraryLoadsInWebContent"),
        insecure_domains: domains.iter().filter(|(_, entry)| insecure(entry)).map(|(name, _)| name.clone()).collect(),
    }
}
