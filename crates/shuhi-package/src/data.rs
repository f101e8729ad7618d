//! The tables beside the crate: which permissions, words and interfaces stand for which information.

use shuhi_source::{Faults, Fields, Node, Sources, read_yaml, render};

use crate::fault::Error;

/// Android's permissions: the permission and its items.
const PERMISSIONS: &str = include_str!("../data/android-permissions.yaml");
/// Apple's words.
const APPLE: &str = include_str!("../data/apple.yaml");
/// Interfaces through which information is got at.
const APIS: &str = include_str!("../data/sensitive-apis.yaml");
/// Libraries that send nothing to their provider.
const LIBRARIES: &str = include_str!("../data/libraries.yaml");

/// All tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub permissions: Words,
    pub collected_data: Words,
    pub purposes: Words,
    pub usage_descriptions: Words,
    pub apis: Vec<Api>,
    /// Prefixes of the classes of libraries.
    pub libraries: Vec<String>,
}

/// A word and what it stands for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(Vec<(String, Vec<String>)>);

impl Words {
    /// What a word stands for; nothing where the table does not have it.
    pub fn of(&self, word: &str) -> Vec<String> {
        self.0.iter().find(|(known, _)| known == word).map(|(_, meaning)| meaning.clone()).unwrap_or_default()
    }

    /// Whether the table has a word.
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|(known, _)| known == word)
    }
}

/// An interface of the platform that gives information.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub id: String,
    pub name_ja: String,
    pub name_en: String,
    pub items: Vec<String>,
    pub members: Vec<String>,
    pub texts: Vec<String>,
}

impl Tables {
    /// Reads the tables that are built in.
    pub fn read() -> Result<Self, Error> {
        let mut table = Self::default();
        each("android-permissions.yaml", PERMISSIONS, |key, node, faults| {
            if key == "permissions" {
                table.permissions.0.extend(word(node, "permission", "items", faults));
            }
        })?;
        each("apple.yaml", APPLE, |key, node, faults| match key {
            "collected_data" => table.collected_data.0.extend(word(node, "word", "items", faults)),
            "purposes" => table.purposes.0.extend(word(node, "word", "purposes", faults)),
            _ => table.usage_descriptions.0.extend(word(node, "word", "items", faults)),
        })?;
        each("sensitive-apis.yaml", APIS, |_, node, faults| table.apis.extend(api(node, faults)))?;
        each("libraries.yaml", LIBRARIES, |_, node, faults| {
            let Some(mut fields) = Fields::of(node, "library", faults) else { return };
            fields.text("name", faults);
            table.libraries.extend(texts(fields.list("prefixes")));
            fields.finish(faults);
        })?;
        Ok(table)
    }
}

/// Calls `with` for every entry of every list of a file.
fn each(name: &str, text: &str, mut with: impl FnMut(&str, &Node, &mut Faults)) -> Result<(), Error> {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let root = read_yaml(&sources, file).map_err(|error| Error::Table(format!("{name}: {error:?}")))?;
    let mut faults = Faults::new();
    for (key, list) in root.map().unwrap_or_default() {
        for node in list.list().unwrap_or_default() {
            with(&key.name, node, &mut faults);
        }
    }
    match faults.sorted().first() {
        Some(fault) => Err(Error::Table(render(fault, &sources))),
        None => Ok(()),
    }
}

fn word(node: &Node, name: &'static str, list: &'static str, faults: &mut Faults) -> Option<(String, Vec<String>)> {
    let mut fields = Fields::of(node, name, faults)?;
    let (word, _) = fields.text(name, faults)?;
    let meaning = texts(fields.list(list));
    fields.finish(faults);
    Some((word.to_owned(), meaning))
}

fn api(node: &Node, faults: &mut Faults) -> Option<Api> {
    let mut fields = Fields::of(node, "interface", faults)?;
    let (id, _) = fields.text("id", faults)?;
    let names = fields.required("name", faults)?;
    let name = |language: &str| names.get(language).and_then(Node::text).unwrap_or_default().to_owned();
    let api = Api {
        id: id.to_owned(),
        name_ja: name("ja"),
        name_en: name("en"),
        items: texts(fields.list("items")),
        members: texts(fields.list("members")),
        texts: texts(fields.list("texts")),
    };
    fields.finish(faults);
    Some(api)
}

fn texts(nodes: &[Node]) -> Vec<String> {
    nodes.iter().filter_map(Node::text).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_use_the_words_of_the_vocabulary() {
        let tables = Tables::read().unwrap();
        let vocabulary = include_str!("../../../law/vocabulary/external-transmission.yaml");
        let has = |word: &String| vocabulary.contains(&format!("{{value: {word}, "));
        let words = [&tables.permissions, &tables.collected_data, &tables.purposes, &tables.usage_descriptions];
        for (word, meaning) in words.into_iter().flat_map(|words| &words.0) {
            assert!(!meaning.is_empty() && meaning.iter().all(has), "{word}: {meaning:?}");
        }
        for api in &tables.apis {
            assert!(api.items.iter().all(has) && !api.name_ja.is_empty() && !api.name_en.is_empty(), "{}", api.id);
            assert!(!api.members.is_empty() || !api.texts.is_empty(), "{}", api.id);
        }
        assert!(tables.permissions.has("android.permission.READ_CONTACTS") && tables.libraries.len() > 10);
    }
}
