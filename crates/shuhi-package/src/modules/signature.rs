use serde::Serialize;

/// How a module is recognized.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The module's id in the catalogue.
    pub id: String,
    /// Which apps it is built into; `None`: both.
    pub platform: Option<Platform>,
    /// Android: prefixes of class names, matched at a dot.
    pub classes: Vec<String>,
    /// iOS: names of frameworks, resource bundles or libraries.
    pub frameworks: Vec<String>,
    /// Where its version can be seen, beside the usual places.
    pub version_from: Vec<VersionPlace>,
}

/// Platforms of apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Android.
    Android,
    /// iOS.
    Ios,
}

/// Where a module's version can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionPlace {
    /// A file in the package: its only text, or the value of a key.
    File {
        /// The file's name.
        name: String,
        /// The key, where it is a file of `key=value`.
        key: Option<String>,
    },
    /// An entry of meta-data of the manifest.
    MetaData(String),
    /// A constant, or a method with `()` behind it.
    Constant {
        /// The class in full.
        class: String,
        /// The constant's name.
        name: String,
    },
}
