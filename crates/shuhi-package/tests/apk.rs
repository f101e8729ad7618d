//! A real APK, made by Android's own tools: see `data/make.sh`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may")]

mod found;

use found::{android, data, module, reader};
use shuhi_package::{ComponentKind, Form, ModuleFindings, Noise, Package, Presence, Scheme};

fn base() -> Package {
    reader().read(&[data("base.apk")]).unwrap()
}

#[test]
fn the_manifest() {
    let package = base();
    assert_eq!(package.faults, []);
    assert_eq!((package.id.as_deref(), package.version.as_deref()), (Some("jp.example.mihon"), Some("1.4.2")));
    let name = package.name.as_ref().unwrap();
    assert_eq!((name.plain.as_str(), name.japanese.as_deref()), ("Mihon", Some("見本")));
    let app = android(&package);
    assert_eq!(
        (app.version_code, app.min_sdk.as_deref(), app.target_sdk.as_deref()),
        (Some(42), Some("21"), Some("34"))
    );
    let permissions: Vec<_> =
        app.permissions.iter().map(|each| (each.name.as_str(), each.max_sdk.as_deref(), each.from_sdk_23)).collect();
    let told = [
        ("android.permission.INTERNET", None, false),
        ("android.permission.ACCESS_FINE_LOCATION", None, false),
        ("android.permission.READ_EXTERNAL_STORAGE", Some("32"), false),
        ("com.google.android.gms.permission.AD_ID", None, false),
        ("android.permission.READ_CONTACTS", None, true),
    ];
    assert_eq!(permissions, told);
    assert_eq!(app.permissions[1].items, ["location"]);
    assert_eq!(app.permissions[3].items, ["advertising_identifier"]);
    assert_eq!(app.defined_permissions, ["jp.example.mihon.permission.MIRU"]);
    assert_eq!((app.features[0].name.as_str(), app.features[0].required), ("android.hardware.camera", false));
    assert_eq!(
        (&app.queries.packages[..], &app.queries.actions[..]),
        (&["jp.example.hoka".to_owned()][..], &["android.intent.action.SEND".to_owned()][..])
    );
    assert_eq!(app.native_architectures, ["arm64-v8a"]);
}

#[test]
fn components_and_meta_data_with_references_followed() {
    let package = base();
    let app = android(&package);
    let kinds: Vec<_> = app.components.iter().map(|each| (each.kind, each.class.as_str(), each.exported)).collect();
    let told = [
        (ComponentKind::Activity, "jp.example.mihon.MainActivity", Some(true)),
        (ComponentKind::ActivityAlias, "jp.example.mihon.Iriguchi", Some(false)),
        (ComponentKind::Service, "jp.example.keisoku.sdk.SendService", Some(false)),
        (ComponentKind::Receiver, "jp.example.keisoku.sdk.ReferrerReceiver", Some(true)),
        (ComponentKind::Provider, "jp.example.mihon.KirokuProvider", Some(false)),
    ];
    assert_eq!(kinds, told);
    assert!(app.components[0].launcher && app.components[1].target.as_deref() == Some("jp.example.mihon.MainActivity"));
    assert_eq!(app.components[2].process.as_deref(), Some(":send"));
    assert_eq!(app.components[3].actions, ["com.android.vending.INSTALL_REFERRER"]);
    assert_eq!(app.components[4].authorities, ["jp.example.mihon.kiroku", "jp.example.mihon.kiroku2"]);
    let meta: Vec<_> = app.meta_data.iter().map(|each| each.value.as_deref()).collect();
    assert_eq!(meta, [Some("abc-0123"), Some("2.0.1"), Some("7")]);
    let security = app.application.network_security.as_ref().unwrap();
    assert!(app.application.cleartext_traffic == Some(true) && security.cleartext_traffic == Some(false));
    assert!(security.trusts_user_certificates && security.domains[0].subdomains);
    assert_eq!(security.domains[0].domain, "hirabun.keisoku.example.jp");
}

#[test]
fn modules_by_class_with_their_versions() {
    let package = base();
    let found = module(&package, "keisoku");
    assert_eq!((found.presence, found.class_count), (Presence::Contained, 3));
    assert_eq!(found.matched, ["jp.example.keisoku.sdk", "jp.example.keisoku"]);
    assert_eq!(found.files, ["base.apk!classes.dex", "base.apk!classes2.dex"]);
    assert_eq!(found.components, ["jp.example.keisoku.sdk.ReferrerReceiver", "jp.example.keisoku.sdk.SendService"]);
    let versions: Vec<_> = found.versions.iter().map(|seen| (seen.version.as_str(), seen.read_from.as_str())).collect();
    let told = [
        ("20.6.0", "base.apk!keisoku-base.properties"),
        ("3.1.0", "base.apk!META-INF/jp.example.keisoku_sdk.version"),
        ("2.0.1", "meta-data jp.example.keisoku.version"),
        ("2.0.1", "jp.example.keisoku.sdk.Keisoku.SDK_VERSION"),
        ("2.0.1-beta", "jp.example.keisoku.sdk.Keisoku.getVersionName()"),
    ];
    assert_eq!(versions, told);
    assert_eq!(found.sensitive, ["advertising-id", "android-id", "device-id", "contacts"]);
    assert_eq!(found.hosts, ["%s.keisoku.example.jp", "collect.keisoku.example.jp", "log.keisoku.example.jp"]);
    let only_referred_to = module(&package, "mihonads");
    assert_eq!((only_referred_to.presence, only_referred_to.class_count), (Presence::Referenced, 0));
    assert_eq!(only_referred_to.classes, ["com.mihonads.sdk.Banner"]);
}

#[test]
fn nothing_of_the_code_is_dropped() {
    let package = base();
    let unknown: Vec<_> =
        package.modules.unknown().iter().map(|group| (group.package.as_str(), group.class_count)).collect();
    assert_eq!(unknown, [("jp.example.fumei", 1), ("jp.example.kakushi", 1)]);
    assert_eq!(package.modules.unknown()[0].hosts, ["track.fumei.example.jp"]);
    let own: Vec<_> = package.own_code.iter().map(|group| (group.package.as_str(), group.class_count)).collect();
    assert_eq!(own, [("jp.example.mihon", 4)]);
}

#[test]
fn sensitive_interfaces_with_who_refers_to_them() {
    let package = base();
    let uses: Vec<_> =
        package.sensitive.iter().map(|each| (each.api.as_str(), each.classes.len(), &each.modules[..])).collect();
    let keisoku = ["keisoku".to_owned()];
    let told = ["advertising-id", "android-id", "device-id", "contacts"].map(|api| (api, 1, &keisoku[..]));
    assert_eq!(uses, told);
}

#[test]
fn endpoints_with_their_places() {
    let package = base();
    let hosts: Vec<_> = package.hosts().collect();
    let told = [
        "%s.keisoku.example.jp",
        "api.mihon.example.jp",
        "cdn.mihon.example.jp",
        "collect.keisoku.example.jp",
        "hidden.kakushi.example.jp",
        "hirabun.keisoku.example.jp",
        "js.mihon.example.jp",
        "log.keisoku.example.jp",
        "native.mihon.example.jp",
        "so.mihon.example.jp",
        "track.fumei.example.jp",
    ];
    assert_eq!(hosts, told);
    let of = |host: &str| package.endpoints.iter().find(|each| each.host == host).unwrap();
    assert_eq!(of("api.mihon.example.jp").places[0].classes, ["jp.example.mihon.MainActivity"]);
    assert_eq!(of("hidden.kakushi.example.jp").places[0].file, "base.apk!assets/inner.jar!classes.dex");
    assert!(of("%s.keisoku.example.jp").template && of("collect.keisoku.example.jp").place_count == 2);
    assert_eq!(of("schemas.android.com").noise, Some(Noise::Namespace));
    assert_eq!(of("res.example.jp").noise, Some(Noise::Reserved));
}

#[test]
fn certificates_of_all_schemes() {
    let package = base();
    let [certificate] = package.certificates.as_slice() else { panic!("{:?}", package.certificates) };
    assert_eq!(certificate.subject.as_deref(), Some("CN=Mihon Developer,O=Mihon K.K.,C=JP"));
    assert_eq!(certificate.schemes, [Scheme::V1, Scheme::V2, Scheme::V3]);
    assert!(certificate.not_before < certificate.not_after && certificate.sha256.len() == 64);
}

#[test]
fn base_and_split_together() {
    let package = reader().read(&[data("split_config.ja.apk"), data("base.apk")]).unwrap();
    assert_eq!(android(&package).splits, ["config.ja"]);
    let forms: Vec<_> = package.files.iter().map(|file| file.form).collect();
    assert_eq!(forms, [Form::SplitApk, Form::Apk]);
    assert_eq!((package.faults.len(), package.version.as_deref()), (0, Some("1.4.2")));
    let alone = reader().read(&[data("split_config.ja.apk")]).unwrap();
    assert!(matches!(alone.modules, ModuleFindings::NotExamined { .. }));
}

#[test]
fn none_recognized_is_never_told_bare() {
    let package = shuhi_package::read(&[data("renamed.apk")], &[]).unwrap();
    let ModuleFindings::NoneRecognized { obfuscation, unknown } = &package.modules else {
        panic!("{:?}", package.modules)
    };
    assert_eq!((obfuscation.percent, unknown.len()), (88, 1));
    assert_eq!((unknown[0].package.as_str(), unknown[0].class_count, unknown[0].renamed), ("(renamed)", 7, true));
    let json = serde_json::to_value(&package.modules).unwrap();
    assert_eq!((&json["outcome"], &json["obfuscation"]["percent"]), (&"none_recognized".into(), &88.into()));
    assert!(json["obfuscation"]["basis"][0]["count"].is_number());
}
