//! A vault on a simulated machine.

use jiff::civil::Date;
use serde_json::{Value as Json, json};
use shuhi_keys::{Passphrase, PassphraseCost};
use shuhi_machine::UtcMillis;
use shuhi_machine::simulated::Simulated;
use shuhi_records::{Cell, Kind, Row};
use shuhi_vault::{
    Answer, Counsel, Folder, JudgedPolicy, Opinion, PolicyRow, PurposeRow, Settings, SourceFormat, SourceSettings,
    Vault, VaultError,
};

/// 2026-04-01 00:00 in Japan.
pub const APRIL: UtcMillis = UtcMillis(1_774_969_200_000);
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// Permits holds, and what names a warrant, danger or security; forbids the rest.
#[derive(Debug)]
pub struct Stub;

impl Counsel for Stub {
    fn opinion(&self, _: &str, facts: &Json, on: Date) -> Result<Opinion, VaultError> {
        let basis = facts.pointer("/request/basis").and_then(Json::as_str);
        let hold = facts.get("hold").is_some();
        let permitted = hold || matches!(basis, Some("warrant" | "averting_danger" | "security"));
        let answer = if permitted { Answer::Permitted } else { Answer::Forbidden };
        Ok(Opinion {
            answer,
            reasons: Vec::new(),
            missing: Vec::new(),
            law_of: on.to_string(),
            rulebook: "00".repeat(32),
        })
    }
}

pub fn settings() -> Settings {
    let source = |name: &str, format: SourceFormat, policy: &str| SourceSettings {
        name: name.to_owned(),
        format,
        policy: policy.to_owned(),
        zone_hours: 9,
        profile: None,
        silence_hours: 36,
        untranslated: false,
    };
    Settings {
        log: "mihon.example/history".to_owned(),
        register: "../register".into(),
        replicas: vec!["keys/epoch".into(), "/second/epoch".into()],
        snapshots: false,
        hourly: Vec::new(),
        sources: vec![source("radius", SourceFormat::RadiusDetail, "radius"), source("cgn", SourceFormat::Csv, "cgn")],
        single_release: true,
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("a passphrase of the sample").unwrap().with_cost(PassphraseCost::CHEAP_FOR_TESTS)
}

pub fn policy(id: &str, register_kind: &str, period: &str) -> JudgedPolicy {
    let purposes = vec![PurposeRow { purpose: "security".to_owned(), period: "1 month".to_owned() }];
    let policy = PolicyRow {
        register_kind: register_kind.to_owned(),
        period: period.to_owned(),
        purposes,
        adopted_at: 0,
        rulebook: "00".repeat(32),
    };
    let opinion =
        Stub.opinion("retain", &json!({"request": {"basis": "warrant"}}), jiff::civil::date(2026, 4, 1)).unwrap();
    JudgedPolicy { id: id.to_owned(), policy: Some(policy), opinion }
}

/// A vault with two adopted policies: `radius` and `cgn`, six months each.
pub fn vault(simulated: &Simulated) -> Vault {
    let mut vault = Vault::create(&simulated.machine(), Folder::new("/vault"), settings(), &passphrase()).unwrap();
    let policies = [policy("radius", "connection_auth", "6 months"), policy("cgn", "address_translation", "6 months")];
    assert!(vault.adopt(&policies).unwrap().is_empty());
    vault
}

pub fn reopened(simulated: &Simulated) -> Result<Vault, VaultError> {
    Vault::open(&simulated.machine(), Folder::new("/vault"), settings(), &passphrase())
}

/// A block of ports of `198.51.100.1` that a subscriber had.
pub fn block(first_port: u32, subscriber: &str, start: UtcMillis, end: UtcMillis) -> Row<'_> {
    Row::new(Kind::TranslationBlock)
        .with("public_address", Cell::Address("198.51.100.1".parse().unwrap()))
        .with("first_port", Cell::Number(first_port))
        .with("last_port", Cell::Number(first_port + 99))
        .with("start", Cell::Time(start))
        .with("end", Cell::Time(end))
        .with("subscriber", Cell::Text(subscriber))
        .with("inferred", Cell::Number(0))
}
