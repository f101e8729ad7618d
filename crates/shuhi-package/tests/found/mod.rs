//! What the tests share.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::path::PathBuf;
use std::sync::LazyLock;

use shuhi_package::{AndroidApp, App, ModuleFound, Package, Platform, Reader, Signature, VersionPlace};

/// A file of the tests.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The signatures of the modules invented for the tests.
pub fn signatures() -> Vec<Signature> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let version = VersionPlace::File { name: "keisoku-base.properties".into(), key: Some("version".into()) };
    vec![
        Signature {
            id: "keisoku".into(),
            platform: Some(Platform::Android),
            classes: texts(&["jp.example.keisoku.sdk", "jp.example.keisoku"]),
            version_from: vec![version],
            ..Signature::default()
        },
        Signature { id: "mihonads".into(), classes: texts(&["com.mihonads"]), ..Signature::default() },
        Signature {
            id: "keisoku-ios".into(),
            platform: Some(Platform::Ios),
            frameworks: texts(&["Keisoku"]),
            ..Signature::default()
        },
        Signature { id: "mihonads-ios".into(), frameworks: texts(&["MihonAds"]), ..Signature::default() },
        Signature { id: "fumei-ios".into(), frameworks: texts(&["FumeiTrack"]), ..Signature::default() },
    ]
}

/// A reader for them.
pub fn reader() -> &'static Reader {
    static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(signatures()).unwrap());
    &READER
}

/// What the manifest says.
pub fn android(package: &Package) -> &AndroidApp {
    match &package.app {
        App::Android(app) => app,
        App::Ios(_) => panic!("not an Android app"),
    }
}

/// A module found.
pub fn module<'p>(package: &'p Package, id: &str) -> &'p ModuleFound {
    package.modules.recognized().iter().find(|module| module.id == id).unwrap()
}
