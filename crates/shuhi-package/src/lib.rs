//! App packages read as they are: APK, split APKs, `.apks`, `.xapk`, `.apkm`, App Bundles and IPA.
//!
//! [`Reader::read`] tells what a package shows of itself: permissions, components, the information collection modules
//! built in, hosts named in its texts, interfaces through which information about the user is got at, certificates,
//! privacy manifests. Nothing is run and nothing is sent, so it shows what an app *can* do, not what it does; that takes
//! a capture of its traffic.
//!
//! Whatever the input, reading ends, within the limits of [`limits`], and never panics. What cannot be read is a
//! [`Fault`] beside the rest; only where there is nothing at all to read there is an [`Error`].

mod android;
mod archive;
mod bytes;
mod certificate;
mod collect;
mod data;
mod dex;
mod endpoint;
mod fault;
mod input;
mod ios;
pub mod limits;
mod modules;
mod package;
mod packed;
#[doc(hidden)]
pub mod probe;
mod reader;
mod sensitive;
mod version;

pub use android::{
    AndroidApp, AndroidPermission, Application, Component, ComponentKind, DomainSecurity, Feature, MetaData,
    NetworkSecurity, Queries,
};
pub use certificate::{Certificate, Scheme};
pub use endpoint::{Endpoint, EndpointPlace, Noise};
pub use fault::{Error, Fault, Part, Reason};
pub use ios::{
    AccessedApi, Bundle, BundleKind, CollectedData, IosApp, PrivacyManifest, Program, TransportSecurity,
    UsageDescription,
};
pub use modules::{
    Basis, CodeGroup, Indicator, ModuleFindings, ModuleFound, Obfuscation, Platform, Presence, Recognized, Signature,
    UnknownGroup, VersionPlace, VersionSeen,
};
pub use package::{App, Form, LocalText, Package, PackageFile};
pub use reader::{Reader, read};
pub use sensitive::SensitiveUse;
