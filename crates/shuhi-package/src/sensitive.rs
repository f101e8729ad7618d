//! Interfaces that give information about the user, and who refers to them.

use std::collections::HashMap;

use serde::Serialize;

use crate::data::Tables;

/// An interface of the platform through which information about the user is got at, and the classes that refer to it.
/// A reference is no proof that it is ever called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SensitiveUse {
    /// Which interface: an id of `data/sensitive-apis.yaml`.
    pub api: String,
    /// What it does, Japanese.
    pub name_ja: String,
    /// What it does, English.
    pub name_en: String,
    /// Which information: values of `terminal_data`.
    pub items: Vec<String>,
    /// Modules whose classes refer to it, by their ids.
    pub modules: Vec<String>,
    /// Classes that refer to it; the first of them.
    pub classes: Vec<String>,
    /// How many classes refer to it.
    pub class_count: usize,
}

/// What is watched for in code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    /// By class: the member or `*`, and which interface it belongs to.
    members: HashMap<String, Vec<(String, usize)>>,
    texts: HashMap<Vec<u8>, usize>,
    /// Constants and methods that signatures name as holding a version.
    versions: Vec<(String, String)>,
}

impl Watch {
    pub fn new(tables: &Tables, versions: Vec<(String, String)>) -> Self {
        let mut watch = Self { versions, ..Self::default() };
        for (index, api) in tables.apis.iter().enumerate() {
            for member in &api.members {
                if let Some((class, name)) = member.rsplit_once('.') {
                    watch.members.entry(class.to_owned()).or_default().push((name.to_owned(), index));
                }
            }
            watch.texts.extend(api.texts.iter().map(|text| (text.clone().into_bytes(), index)));
        }
        watch
    }

    pub fn has_class(&self, class: &str) -> bool {
        self.members.contains_key(class)
    }

    pub fn member(&self, class: &str, member: &str) -> Option<usize> {
        let known = self.members.get(class)?;
        known.iter().find(|(name, _)| name == member || name == "*").map(|(_, index)| *index)
    }

    pub fn text(&self, text: &[u8]) -> Option<usize> {
        self.texts.get(text).copied()
    }

    /// Whether a constant or method is named as one that holds a version.
    pub fn names_version(&self, class: &str, member: &str) -> bool {
        member.len() <= 64 && member.to_ascii_lowercase().contains("version")
            || self.versions.iter().any(|(known, name)| known == class && name == member)
    }
}
