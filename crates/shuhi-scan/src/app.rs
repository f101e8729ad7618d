//! From an app package, and captures of its traffic, to an observation.

use std::collections::BTreeSet;

use shuhi_capture::Capture;
use shuhi_catalogue::{Catalogue, Module, Platform as CataloguePlatform};
use shuhi_package::{ModuleFindings, ModuleFound, Obfuscation, Package, Platform, Presence, Signature, VersionPlace};

use crate::observation::{
    Name, Observation, ObservedItem, ObservedRecipient, ObservedTransmission, Observer, Party, Surface,
};
use crate::observe::{Means, observe};

/// The signatures by which the package reader recognizes the catalogue's modules.
pub fn signatures(catalogue: &Catalogue) -> Vec<Signature> {
    catalogue.modules().iter().map(signature).collect()
}

fn signature(module: &Module) -> Signature {
    let version_from = module.version_from.iter().filter_map(|from| {
        Some(match from {
            from if from.file.is_some() => VersionPlace::File { name: from.file.clone()?, key: from.key.clone() },
            from if from.meta_data.is_some() => VersionPlace::MetaData(from.meta_data.clone()?),
            from => VersionPlace::Constant { class: from.class.clone()?, name: from.constant.clone()? },
        })
    });
    Signature {
        id: module.id.clone(),
        platform: Some(match module.platform {
            CataloguePlatform::Android => Platform::Android,
            CataloguePlatform::Ios => Platform::Ios,
        }),
        classes: module.classes.clone(),
        frameworks: module.frameworks.clone(),
        version_from: version_from.collect(),
    }
}

/// An observation of an app: its modules, joined with its traffic where there is a capture.
///
/// A module in a package need not send, and what is sent need not come from a module that can be recognized: each entry says which of the two was seen.
pub fn observe_app(package: &Package, traffic: Option<&Capture>, means: Means<'_>) -> Observation {
    let mut observation = traffic.map_or_else(Observation::default, |capture| observe(capture, means));
    observation.surface = Surface::Application;
    observation.pages = vec![label(package)];
    observation.observer = Observer {
        browser: observation.observer.browser.take(),
        catalogue: means.catalogue.version().to_owned(),
        ..Observer::default()
    };
    for found in package.modules.recognized() {
        add_module(&mut observation, found, package, means.catalogue);
    }
    observation.incomplete.extend(package.faults.iter().map(ToString::to_string));
    observation.incomplete.extend(hidden(&package.modules));
    if traffic.is_none() {
        observation.incomplete.push(
            "通信の記録（--traffic）がないため、実際に送られる情報は観測していない / no capture of traffic, so what is really sent was not observed".to_owned(),
        );
    }
    observation
}

/// The package's name and version.
fn label(package: &Package) -> String {
    let id = package.id.as_deref().unwrap_or("(no name)");
    package.version.as_ref().map_or_else(|| id.to_owned(), |version| format!("{id} {version}"))
}

/// How much of the code cannot be told: said with every result, and above all where nothing was recognized.
fn hidden(modules: &ModuleFindings) -> Vec<String> {
    let mut said = Vec::new();
    match modules {
        ModuleFindings::NotExamined { why } => {
            said.push(format!("コードを読めず、情報収集モジュールについては何もいえない / no code could be read, nothing can be said of modules: {why}"));
        }
        ModuleFindings::NoneRecognized { .. } => said.push(
            "情報収集モジュールは認識されなかった。ないという意味ではない / no module was recognized, which does not mean that there is none".to_owned(),
        ),
        ModuleFindings::Recognized(_) => {}
    }
    if let Some(obfuscation) = modules.obfuscation() {
        said.push(obfuscation_said(obfuscation));
    }
    let unknown = modules.unknown();
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().take(GROUPS_NAMED).map(|group| group.package.as_str()).collect();
        let more = unknown.len().saturating_sub(GROUPS_NAMED);
        let rest = if more > 0 { format!(" (+{more})") } else { String::new() };
        said.push(format!("誰のものか分からないコード / code that nobody knows: {}{rest}", names.join(", ")));
    }
    said
}

/// The estimate with the counts it rests on.
fn obfuscation_said(obfuscation: &Obfuscation) -> String {
    let counts = obfuscation.basis.iter().filter(|basis| basis.decisive);
    let counts: Vec<String> =
        counts.map(|basis| format!("{:?} {}/{}", basis.indicator, basis.count, basis.of)).collect();
    let percent = obfuscation.percent;
    format!(
        "名前から素性の分からないコードの割合の推定 / share of code whose origin its names do not show: {percent} % ({})",
        counts.join(", ")
    )
}

/// Groups of unknown code that are named.
const GROUPS_NAMED: usize = 20;

fn add_module(observation: &mut Observation, found: &ModuleFound, package: &Package, catalogue: &Catalogue) {
    let Some(module) = catalogue.modules().iter().find(|module| module.id == found.id) else { return };
    let tag = trigger(found);
    let known_hosts: BTreeSet<&String> = found.hosts.iter().collect();
    let same = |observed: &&mut ObservedTransmission| {
        module.service.as_ref() == Some(&observed.id) || observed.hosts.iter().any(|host| known_hosts.contains(host))
    };
    let items = items(found, package);
    match observation.transmissions.iter_mut().find(same) {
        Some(observed) => {
            observed.triggers.retain(|trigger| !trigger.is_empty());
            observed.triggers.insert(0, tag);
            observed.items.extend(items);
        }
        None => observation.transmissions.push(ObservedTransmission {
            id: module.id.clone(),
            hosts: found.hosts.clone(),
            party: Party::Third,
            aliases_resolved: false,
            service: Some(Name { ja: module.name.ja.clone(), en: module.name.en.clone() }),
            recipient: recipient(module, catalogue),
            identified_by: Some(source(module)),
            triggers: vec![tag],
            items,
            known_purposes: module.purposes.clone(),
            example: found.matched.first().cloned().unwrap_or_default(),
            ..ObservedTransmission::default()
        }),
    }
}

/// The class prefix or framework with the version, as a register names a module.
fn trigger(found: &ModuleFound) -> String {
    let name = found.matched.first().cloned().unwrap_or_else(|| found.id.clone());
    let version = found.versions.first().map(|seen| format!(" {}", seen.version)).unwrap_or_default();
    let presence = match found.presence {
        Presence::Contained => "",
        Presence::Referenced => "（参照のみ）",
        Presence::Manifest => "（マニフェストのみ）",
    };
    format!("{name}{version}{presence}")
}

/// What the module's code refers to. That it is sent was not seen.
fn items(found: &ModuleFound, package: &Package) -> Vec<ObservedItem> {
    let uses = package.sensitive.iter().filter(|sensitive| found.sensitive.contains(&sensitive.api));
    uses.flat_map(|sensitive| {
        sensitive.items.iter().map(move |item| ObservedItem {
            item: item.clone(),
            property: sensitive.api.clone(),
            found_at: "code".to_owned(),
            excerpt: sensitive.classes.first().cloned().unwrap_or_default(),
            reason: Name {
                ja: format!(
                    "このモジュールのコードが「{}」を参照している。呼び出されるか、送られるかは観測していない。",
                    sensitive.name_ja
                ),
                en: format!(
                    "its code refers to `{}`; whether it is called or sent was not observed",
                    sensitive.name_en
                ),
            },
            told_by: "package".to_owned(),
            notice: "not_known".to_owned(),
            notice_reason: Name {
                ja: "送られるかどうかによる".to_owned(), en: "depends on its being sent".to_owned()
            },
        })
    })
    .collect()
}

fn recipient(module: &Module, catalogue: &Catalogue) -> Option<ObservedRecipient> {
    let found = catalogue.recipient(&module.recipient)?;
    Some(ObservedRecipient {
        name: found.name.clone(),
        name_ja: found.name_ja.clone(),
        country: found.country.clone(),
        checked: found.checked.iter().any(|checked| checked.confirms.iter().any(|field| field == "name")),
    })
}

fn source(module: &Module) -> String {
    match module.read_from.first() {
        Some(read) => format!("shuhi catalogue, {} ({})", read.read.as_str(), read.on),
        None => "shuhi catalogue, signature not verified".to_owned(),
    }
}
