//! iOS packages.

mod assemble;
mod find;
mod plist;
mod privacy;
mod program;

pub(crate) use assemble::IosReader;
pub use privacy::{AccessedApi, CollectedData, PrivacyManifest};
pub use program::Program;

use serde::Serialize;

use crate::data::Tables;

/// What the package of an iOS app says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IosApp {
    /// The build's number.
    pub build: Option<String>,
    /// The lowest version of iOS it runs on.
    pub minimum_os: Option<String>,
    /// Texts shown when a permission is asked for, of the app and its extensions.
    pub usage_descriptions: Vec<UsageDescription>,
    /// How many advertising networks it names for attribution (SKAdNetwork).
    pub skadnetwork_count: usize,
    /// How its traffic is secured, where it says so.
    pub transport_security: TransportSecurity,
    /// Schemes by which it asks whether other apps are installed.
    pub queried_schemes: Vec<String>,
    /// What it may do in the background.
    pub background_modes: Vec<String>,
    /// The app itself, its frameworks, resource bundles and extensions.
    pub bundles: Vec<Bundle>,
    /// Programs and libraries.
    pub programs: Vec<Program>,
}

/// A text shown when a permission is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageDescription {
    /// Apple's key.
    pub key: String,
    /// The text, as `Info.plist` has it.
    pub text: String,
    /// Which information it opens: values of `terminal_data`.
    pub items: Vec<String>,
    /// The bundle that has it.
    pub bundle: String,
}

/// How traffic is secured (App Transport Security).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TransportSecurity {
    /// Whether traffic without encryption is allowed everywhere, where that is said.
    pub allows_arbitrary_loads: Option<bool>,
    /// Whether it is allowed in web views, where that is said.
    pub allows_arbitrary_loads_in_web_content: Option<bool>,
    /// Domains for which it is allowed.
    pub insecure_domains: Vec<String>,
}

/// Kinds of bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BundleKind {
    /// The app.
    App,
    /// A framework.
    Framework,
    /// A bundle of resources, which libraries built into the program leave.
    Resources,
    /// An extension, or an app inside the app.
    Extension,
}

/// A bundle of an iOS app.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bundle {
    /// What it is.
    pub kind: BundleKind,
    /// Its name, without the ending.
    pub name: String,
    /// Its folder in the package.
    pub folder: String,
    /// Its identifier.
    pub id: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What its privacy manifest declares; `None` where it has none.
    pub privacy: Option<PrivacyManifest>,
}

/// Reads bytes as property list, privacy manifest and program, and forgets them: for fuzzing.
pub(crate) fn probe(bytes: &[u8], tables: &Tables) {
    if let Ok(root) = plist::read(bytes) {
        let _ = privacy::of(&root, tables);
    }
    if let Ok(program) = program::read(bytes, "fuzzed") {
        program.classes.iter().for_each(|class| {
            program::swift_module(class);
        });
    }
}
