//! What was read from a package.

use serde::Serialize;

use crate::android::AndroidApp;
use crate::certificate::Certificate;
use crate::endpoint::Endpoint;
use crate::fault::Fault;
use crate::ios::IosApp;
use crate::modules::{CodeGroup, ModuleFindings};
use crate::sensitive::SensitiveUse;

/// An app, as its package shows it. Nothing of it was run.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Package {
    /// The files given, in the order read.
    pub files: Vec<PackageFile>,
    /// The package name (Android) or bundle identifier (iOS).
    pub id: Option<String>,
    /// What users see as its name.
    pub name: Option<LocalText>,
    /// The version as users see it.
    pub version: Option<String>,
    /// What the platform says of it.
    pub app: App,
    /// Information collection modules, and how much of the code cannot be told.
    pub modules: ModuleFindings,
    /// Android: code taken for the app's own, since its package is that of the app's id or first screen. What a provider
    /// of an app builds into it as a module of its own looks the same.
    pub own_code: Vec<CodeGroup>,
    /// Android: code of platforms and libraries that by itself sends nothing to its provider.
    pub libraries: Vec<CodeGroup>,
    /// Hosts and addresses in texts, by host.
    pub endpoints: Vec<Endpoint>,
    /// Interfaces through which information about the user is got at, and who refers to them.
    pub sensitive: Vec<SensitiveUse>,
    /// Certificates that the package says it is signed with: read, not validated.
    pub certificates: Vec<Certificate>,
    /// What could not be read, or contradicts itself. What such a part held is missing from the rest.
    pub faults: Vec<Fault>,
}

/// A file of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PackageFile {
    /// Its name; inside another archive with `!` before it.
    pub name: String,
    /// What it is.
    pub form: Form,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
}

/// Forms of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Form {
    /// One APK, or the base of several.
    Apk,
    /// A split of an APK.
    SplitApk,
    /// An archive of APKs (`.apks`, `.xapk`, `.apkm`).
    ApkSet,
    /// An Android App Bundle (`.aab`).
    AppBundle,
    /// An iOS app (`.ipa`).
    Ipa,
}

/// What the platform says of an app.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "platform", rename_all = "snake_case")]
pub enum App {
    /// An Android app.
    Android(Box<AndroidApp>),
    /// An iOS app.
    Ios(Box<IosApp>),
}

/// A text with its Japanese form, where the package has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocalText {
    /// In the app's own first language.
    pub plain: String,
    /// In Japanese, where that differs.
    pub japanese: Option<String>,
}

impl Package {
    /// Hosts that may be contacted: all but those known as noise.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.endpoints.iter().filter(|endpoint| endpoint.noise.is_none()).map(|endpoint| endpoint.host.as_str())
    }
}
