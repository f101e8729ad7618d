//! What a package says of its app, in words: permissions, privacy manifests, certificates, places named in its texts.

use serde::Serialize;
use shuhi_package::{App, Package};

use crate::difference::Text;

/// Lines of one section; what is beyond stands in `package.json` of the evidence.
const LINES_MAX: usize = 40;

/// A titled list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// What it lists.
    pub title: Text,
    /// Its lines, each in both languages.
    pub lines: Vec<Text>,
}

/// The sections on an app; those without a line are left out.
pub fn app_sections(package: &Package) -> Vec<Section> {
    let mut sections = match &package.app {
        App::Android(app) => {
            let asked = app.permissions.iter().map(|permission| opens(&permission.name, &permission.items)).collect();
            vec![section("権限", "permissions", asked)]
        }
        App::Ios(app) => {
            let asked = app
                .usage_descriptions
                .iter()
                .map(|usage| opens(&format!("{}「{}」", usage.key, usage.text), &usage.items));
            let manifests = app.bundles.iter().filter_map(|bundle| Some((bundle, bundle.privacy.as_ref()?)));
            let declared = manifests.flat_map(|(bundle, manifest)| {
                let tracking = manifest.tracking == Some(true);
                let name = bundle.name.as_str();
                let collected = manifest.collected.iter().map(move |data| {
                    let linked = if data.linked == Some(true) { "、利用者に結び付く" } else { "" };
                    let track = if data.tracking == Some(true) { "、追跡に使う" } else { "" };
                    let purposes = data.apple_purposes.join(", ");
                    Text::new(
                        format!("{name}: {}（{purposes}{linked}{track}）", data.data_type),
                        format!(
                            "{name}: {} ({purposes}; linked {:?}, tracking {:?})",
                            data.data_type, data.linked, data.tracking
                        ),
                    )
                });
                let domains = manifest.tracking_domains.join(", ");
                let tracks = tracking.then(|| {
                    Text::new(format!("{name}: 追跡する（{domains}）"), format!("{name}: tracks ({domains})"))
                });
                collected.chain(tracks).collect::<Vec<_>>()
            });
            vec![
                section("利用目的の説明", "usage descriptions", asked.collect()),
                section("プライバシーマニフェスト", "privacy manifests", declared.collect()),
            ]
        }
    };
    let hosts = package.endpoints.iter().filter(|endpoint| endpoint.noise.is_none()).map(|endpoint| {
        let place = endpoint.places.first().map_or("", |place| place.file.as_str());
        same(format!("{} — {place}", endpoint.host))
    });
    sections.push(section(
        "文字列にある送信先の候補（送信されるとは限らない）",
        "hosts in texts (that something is sent there was not seen)",
        hosts.collect(),
    ));
    let certificates = package.certificates.iter().map(|certificate| {
        let subject = certificate.subject.as_deref().unwrap_or("-");
        let until = certificate.not_after.as_deref().unwrap_or("-");
        same(format!("{subject} SHA-256 {} ({until})", certificate.sha256))
    });
    sections.push(section(
        "署名の証明書（読んだだけで、検証はしていない）",
        "certificates (read, not validated)",
        certificates.collect(),
    ));
    sections.retain(|section| !section.lines.is_empty());
    sections
}

fn opens(name: &str, items: &[String]) -> Text {
    if items.is_empty() { same(name.to_owned()) } else { same(format!("{name} → {}", items.join(", "))) }
}

fn same(text: String) -> Text {
    Text::new(text.clone(), text)
}

fn section(ja: &str, en: &str, mut lines: Vec<Text>) -> Section {
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    if more > 0 {
        lines.push(Text::new(format!("ほか {more} 件（package.json）"), format!("and {more} more (package.json)")));
    }
    Section { title: Text::new(ja, en), lines }
}
