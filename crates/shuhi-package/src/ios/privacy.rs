//! Privacy manifests.

use serde::Serialize;

use super::plist::Plist;
use crate::data::Tables;

/// What a privacy manifest declares. It is the provider's own word, not what was observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PrivacyManifest {
    /// Whether it tracks, as Apple uses the word; `None` where that is not said.
    pub tracking: Option<bool>,
    /// Domains that it contacts for tracking.
    pub tracking_domains: Vec<String>,
    /// Data that it collects.
    pub collected: Vec<CollectedData>,
    /// Interfaces that it uses and has to give reasons for.
    pub accessed_apis: Vec<AccessedApi>,
}

/// A kind of data that is collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CollectedData {
    /// Apple's word.
    pub data_type: String,
    /// The same as values of `terminal_data`; empty where Apple's word is not known.
    pub items: Vec<String>,
    /// Whether it is linked to the user's identity, where that is said.
    pub linked: Option<bool>,
    /// Whether it is used for tracking, where that is said.
    pub tracking: Option<bool>,
    /// Apple's words for what it is used for.
    pub apple_purposes: Vec<String>,
    /// The same as values of `transmission_purpose`.
    pub purposes: Vec<String>,
}

/// An interface for which reasons are to be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessedApi {
    /// Apple's word for the kind of interface.
    pub category: String,
    /// The numbers of the reasons given.
    pub reasons: Vec<String>,
}

/// Reads a privacy manifest.
pub(crate) fn of(root: &Plist, tables: &Tables) -> PrivacyManifest {
    let list = |key: &str| root.get(key).map(Plist::items).unwrap_or_default();
    PrivacyManifest {
        tracking: root.get("NSPrivacyTracking").and_then(Plist::bool),
        tracking_domains: root.get("NSPrivacyTrackingDomains").map(Plist::texts).unwrap_or_default(),
        collected: list("NSPrivacyCollectedDataTypes").iter().map(|each| collected(each, tables)).collect(),
        accessed_apis: list("NSPrivacyAccessedAPITypes").iter().map(accessed).collect(),
    }
}

fn collected(entry: &Plist, tables: &Tables) -> CollectedData {
    let data_type = entry.get("NSPrivacyCollectedDataType").and_then(Plist::text).unwrap_or_default();
    let apple_purposes = entry.get("NSPrivacyCollectedDataTypePurposes").map(Plist::texts).unwrap_or_default();
    let mut purposes: Vec<String> = Vec::new();
    for purpose in apple_purposes.iter().flat_map(|word| tables.purposes.of(word)) {
        if !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    }
    CollectedData {
        data_type: data_type.to_owned(),
        items: tables.collected_data.of(data_type),
        linked: entry.get("NSPrivacyCollectedDataTypeLinked").and_then(Plist::bool),
        tracking: entry.get("NSPrivacyCollectedDataTypeTracking").and_then(Plist::bool),
        apple_purposes,
        purposes,
    }
}

fn accessed(entry: &Plist) -> AccessedApi {
    AccessedApi {
        category: entry.get("NSPrivacyAccessedAPIType").and_then(Plist::text).unwrap_or_default().to_owned(),
        reasons: entry.get("NSPrivacyAccessedAPITypeReasons").map(Plist::texts).unwrap_or_default(),
    }
}
