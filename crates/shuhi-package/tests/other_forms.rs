//! App Bundles, sets of APKs, folders and iOS apps.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use std::io::Write;

use found::{android, data, module, reader};
use shuhi_package::{App, BundleKind, Error, Form, Indicator, IosApp, Package, Presence};
use zip::write::SimpleFileOptions;

/// An archive of the entries given.
pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_bundle_tells_what_its_apk_tells() {
    let bundle = reader().read(&[data("mihon.aab")]).unwrap();
    let apk = reader().read(&[data("base.apk")]).unwrap();
    assert_eq!((bundle.faults.len(), bundle.files[0].form), (0, Form::AppBundle));
    assert_eq!((&bundle.id, &bundle.name, &bundle.version), (&apk.id, &apk.name, &apk.version));
    let (mut from_bundle, mut from_apk) = (android(&bundle).clone(), android(&apk).clone());
    assert_eq!(from_bundle.application.network_security_file.take().as_deref(), Some("res/xml/network_security.xml"));
    from_apk.application.network_security_file = None;
    from_apk.native_architectures.clear();
    assert_eq!(from_bundle, from_apk);
    let classes = |package: &Package| module(package, "keisoku").classes.clone();
    assert_eq!(classes(&bundle), classes(&apk));
    assert!(bundle.hosts().any(|host| host == "api.mihon.example.jp") && bundle.certificates.is_empty());
}

#[test]
fn sets_of_apks_and_folders() {
    let (base, split) = (std::fs::read(data("base.apk")).unwrap(), std::fs::read(data("split_config.ja.apk")).unwrap());
    let set = archive(&[
        ("base.apk", &base),
        ("split_config.ja.apk", &split),
        ("manifest.json", b"{\"u\":\"https://set.mihon.example.jp/\"}"),
    ]);
    let from_set = reader().read_bytes(vec![("mihon.xapk".to_owned(), set)]).unwrap();
    let forms: Vec<_> = from_set.files.iter().map(|file| (file.name.as_str(), file.form)).collect();
    assert_eq!(
        forms,
        [
            ("mihon.xapk", Form::ApkSet),
            ("mihon.xapk!base.apk", Form::Apk),
            ("mihon.xapk!split_config.ja.apk", Form::SplitApk),
        ]
    );
    assert!(from_set.hosts().any(|host| host == "set.mihon.example.jp"));
    assert_eq!(module(&from_set, "keisoku").class_count, 3);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("base.apk"), base).unwrap();
    std::fs::write(folder.path().join("split_config.ja.apk"), split).unwrap();
    let from_folder = reader().read(&[folder.path().to_path_buf()]).unwrap();
    assert_eq!(android(&from_folder).splits, ["config.ja"]);
}

fn ios(package: &Package) -> &IosApp {
    match &package.app {
        App::Ios(app) => app,
        App::Android(_) => panic!("not an iOS app"),
    }
}

#[test]
fn an_ios_app() {
    let package = reader().read(&[data("mihon.ipa")]).unwrap();
    assert_eq!(package.faults, []);
    assert_eq!((package.id.as_deref(), package.version.as_deref()), (Some("jp.example.mihon"), Some("1.4.2")));
    assert_eq!(package.name.as_ref().unwrap().plain, "見本");
    let app = ios(&package);
    assert_eq!(
        (app.build.as_deref(), app.minimum_os.as_deref(), app.skadnetwork_count),
        (Some("142"), Some("15.0"), 3)
    );
    let usage: Vec<_> = app.usage_descriptions.iter().map(|each| (each.key.as_str(), &each.items[0][..])).collect();
    assert!(usage.contains(&("NSUserTrackingUsageDescription", "advertising_identifier")));
    assert!(usage.contains(&("NSLocationWhenInUseUsageDescription", "location")));
    assert_eq!(app.transport_security.allows_arbitrary_loads, Some(true));
    assert_eq!(app.transport_security.insecure_domains, ["hirabun.keisoku.example.jp"]);
    let hosts: Vec<_> = package.hosts().collect();
    assert_eq!(
        hosts,
        [
            "api.mihon.example.jp",
            "collect.keisoku.example.jp",
            "js.mihon.example.jp",
            "log.keisoku.example.jp",
            "track.keisoku.example.jp"
        ]
    );
}

#[test]
fn privacy_manifests_of_app_and_bundles() {
    let package = reader().read(&[data("mihon.ipa")]).unwrap();
    let app = ios(&package);
    let of = |name: &str| app.bundles.iter().find(|bundle| bundle.name == name).unwrap();
    let privacy = of("Mihon").privacy.as_ref().unwrap();
    assert_eq!(
        (privacy.tracking, &privacy.tracking_domains[..]),
        (Some(true), &["track.keisoku.example.jp".to_owned()][..])
    );
    let first = &privacy.collected[0];
    assert_eq!((first.linked, first.tracking), (Some(true), Some(true)));
    assert_eq!(first.items, ["device_identifier", "advertising_identifier"]);
    assert_eq!(first.purposes, ["advertising", "analytics"]);
    assert_eq!(privacy.collected[1].items, ["location"]);
    assert_eq!(privacy.accessed_apis[0].reasons, ["CA92.1"]);
    assert_eq!((of("Keisoku").kind, of("Keisoku").version.as_deref()), (BundleKind::Framework, Some("2.0.1")));
    assert_eq!(of("Keisoku").privacy.as_ref().unwrap().collected[0].items, ["behaviour_history"]);
}

#[test]
fn modules_of_an_ios_app() {
    let package = reader().read(&[data("mihon.ipa")]).unwrap();
    let keisoku = module(&package, "keisoku-ios");
    assert_eq!((keisoku.presence, keisoku.versions[0].version.as_str()), (Presence::Contained, "2.0.1"));
    assert_eq!(module(&package, "mihonads-ios").presence, Presence::Referenced);
    // Built into the program; only the names of its classes show it.
    assert_eq!(module(&package, "fumei-ios").files, ["Payload/Mihon.app/Mihon"]);
    let unknown: Vec<_> = package.modules.unknown().iter().map(|group| group.package.as_str()).collect();
    assert_eq!(unknown, ["Shirazu_Privacy"]);
    let obfuscation = package.modules.obfuscation().unwrap();
    assert_eq!((obfuscation.percent, obfuscation.basis[0].indicator), (50, Indicator::EncryptedPrograms));
}

#[test]
fn what_is_no_app_is_an_error_that_says_what_to_do() {
    let read = |files: &[(&str, Vec<u8>)]| {
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        reader().read_bytes(files).unwrap_err()
    };
    let message = read(&[("x.apk", b"not an archive".to_vec())]).to_string();
    assert!(message.starts_with("`x.apk` is no app package: ZIP archive: "), "{message}");
    assert!(matches!(read(&[("x.zip", archive(&[("a.txt", b"a")]))]), Error::NotAPackage { .. }));
    assert!(matches!(reader().read(&[data("nothing.apk")]), Err(Error::Unreadable { .. })));
    assert!(matches!(reader().read(&[]), Err(Error::Nothing)));
    let several = reader().read(&[data("base.apk"), data("renamed.apk")]);
    assert!(matches!(several, Err(Error::SeveralApps { first_id, .. }) if first_id == "jp.example.mihon"));
    assert!(matches!(reader().read(&[data("base.apk"), data("mihon.ipa")]), Err(Error::SeveralPlatforms { .. })));
}
