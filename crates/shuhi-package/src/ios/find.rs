//! Finding modules of an iOS app: by frameworks, resource bundles, loaded libraries, and names of classes in programs.

use std::collections::BTreeMap;

use super::program::swift_module;
use super::{Bundle, BundleKind, IosApp};
use crate::limits::CLASSES_MAX;
use crate::modules::{
    Basis, Indicator, ModuleFindings, ModuleFound, Obfuscation, Presence, Signature, UnknownGroup, VersionSeen, percent,
};

/// A name by which a module may be known, and how it is there.
struct Seen<'a> {
    name: String,
    presence: Presence,
    file: &'a str,
    bundle: Option<&'a Bundle>,
}

/// Finds the modules.
pub(crate) fn find(
    app: &IosApp,
    signatures: &[Signature],
    executable: Option<&str>,
    unread_programs: usize,
) -> ModuleFindings {
    if app.programs.is_empty() && app.bundles.len() <= 1 {
        return ModuleFindings::NotExamined {
            why: "the package has no program and no framework that could be read".to_owned(),
        };
    }
    let mut found: BTreeMap<usize, ModuleFound> = BTreeMap::new();
    let mut unknown: BTreeMap<String, UnknownGroup> = BTreeMap::new();
    for seen in names(app) {
        let fits = |signature: &Signature| signature.frameworks.contains(&seen.name);
        let mut known = false;
        for (index, signature) in signatures.iter().enumerate().filter(|(_, signature)| fits(signature)) {
            known = true;
            add(&mut found, index, signature, &seen);
        }
        if !known
            && !is_own(&seen.name, app, executable)
            && let Some(bundle) = seen.bundle
        {
            add_unknown(&mut unknown, bundle);
        }
    }
    drop_known(&mut unknown, &found);
    ModuleFindings::of(found.into_values().collect(), estimate(app, unread_programs), unknown.into_values().collect())
}

/// Every name that may be a module's.
fn names(app: &IosApp) -> Vec<Seen<'_>> {
    let mut all = Vec::new();
    for bundle in
        app.bundles.iter().filter(|bundle| matches!(bundle.kind, BundleKind::Framework | BundleKind::Resources))
    {
        for name in names_of_bundle(&bundle.name) {
            all.push(Seen { name, presence: Presence::Contained, file: &bundle.folder, bundle: Some(bundle) });
        }
    }
    for program in &app.programs {
        for library in &program.libraries {
            let last = library.rsplit('/').next().unwrap_or(library);
            let name = last.strip_suffix(".dylib").unwrap_or(last).to_owned();
            all.push(Seen { name, presence: Presence::Referenced, file: &program.file, bundle: None });
        }
        let mut modules: Vec<&str> = program.classes.iter().filter_map(|class| swift_module(class)).collect();
        modules.sort_unstable();
        modules.dedup();
        let plain = program.classes.iter().filter(|class| !class.starts_with("_Tt")).map(String::as_str);
        for name in modules.into_iter().chain(plain) {
            let (name, file) = (name.to_owned(), program.file.as_str());
            all.push(Seen { name, presence: Presence::Contained, file, bundle: None });
        }
    }
    all
}

/// A bundle's own name, and those that package managers make it from: `Firebase_FirebaseCore`, `MihonSDK_Privacy`,
/// `MihonSDKResources`.
fn names_of_bundle(name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    for end in ["_Privacy", "Privacy", "_Resources", "Resources", "Bundle"] {
        names.extend(name.strip_suffix(end).filter(|rest| !rest.is_empty()).map(str::to_owned));
    }
    if let Some((package, target)) = name.split_once('_') {
        names.extend([package.to_owned(), target.to_owned()]);
    }
    names.sort();
    names.dedup();
    names
}

fn add(found: &mut BTreeMap<usize, ModuleFound>, index: usize, signature: &Signature, seen: &Seen<'_>) {
    let module = found.entry(index).or_insert_with(|| ModuleFound {
        id: signature.id.clone(),
        presence: seen.presence,
        ..ModuleFound::default()
    });
    module.presence = module.presence.max(seen.presence);
    push(&mut module.matched, &seen.name);
    push(&mut module.files, seen.file);
    if let Some(version) = seen.bundle.and_then(|bundle| bundle.version.clone()) {
        let version = VersionSeen { version, read_from: format!("{}/Info.plist", seen.file) };
        if !module.versions.contains(&version) {
            module.versions.push(version);
        }
    }
}

fn is_own(name: &str, app: &IosApp, executable: Option<&str>) -> bool {
    let own = app.bundles.iter().filter(|bundle| matches!(bundle.kind, BundleKind::App | BundleKind::Extension));
    Some(name) == executable || name.starts_with("libswift") || own.into_iter().any(|bundle| bundle.name == name)
}

fn add_unknown(unknown: &mut BTreeMap<String, UnknownGroup>, bundle: &Bundle) {
    unknown.entry(bundle.folder.clone()).or_insert_with(|| UnknownGroup {
        package: bundle.name.clone(),
        class_count: 1,
        renamed: false,
        classes: vec![bundle.folder.clone()],
        hosts: Vec::new(),
    });
}

/// A bundle that one of its names made known is not unknown.
fn drop_known(unknown: &mut BTreeMap<String, UnknownGroup>, found: &BTreeMap<usize, ModuleFound>) {
    unknown.retain(|folder, _| !found.values().any(|module| module.files.contains(folder)));
}

fn estimate(app: &IosApp, unread_programs: usize) -> Obfuscation {
    let of = app.programs.len() + unread_programs;
    let encrypted = app.programs.iter().filter(|program| program.encrypted).count();
    let stripped = app.programs.iter().filter(|program| program.stripped).count();
    let unread = percent(encrypted + unread_programs, of);
    let classes: Vec<&String> = app.programs.iter().flat_map(|program| &program.classes).collect();
    let renamed = classes.iter().filter(|class| class.len() <= 3).count();
    let names = percent(renamed, classes.len());
    let most = unread.max(names);
    let basis = |indicator, count, of, share: u8| Basis { indicator, count, of, decisive: share == most };
    let mut all = vec![
        basis(Indicator::EncryptedPrograms, encrypted, of, unread),
        basis(Indicator::UnreadCode, unread_programs, of, unread),
        basis(Indicator::RenamedClasses, renamed, classes.len(), names),
    ];
    all.sort_by_key(|basis| !basis.decisive);
    all.push(Basis { indicator: Indicator::StrippedPrograms, count: stripped, of, decisive: false });
    Obfuscation { percent: most, basis: all }
}

fn push(list: &mut Vec<String>, text: &str) {
    if list.len() < CLASSES_MAX && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}
