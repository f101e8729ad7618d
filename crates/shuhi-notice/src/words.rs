//! The words by which notices name data, purposes and opt-outs: `words.yaml`, built into the program.

use std::collections::BTreeMap;

use shuhi_source::{Node, Sources, read_yaml};

use crate::names::half_width;

/// The word list built into the program is broken.
#[derive(Debug, thiserror::Error)]
#[error("the word list of notices is broken: {0}; build or install the program again")]
pub struct WordsError(String);

/// Words by what they name.
#[derive(Clone, Debug, Default)]
pub struct Words {
    data: BTreeMap<String, Vec<String>>,
    purposes: BTreeMap<String, Vec<String>>,
    opt_out: BTreeMap<String, Vec<String>>,
    heads: BTreeMap<String, Vec<String>>,
}

impl Words {
    /// The list built into the program.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, which is a fault of the program.
    pub fn embedded() -> Result<Self, WordsError> {
        let mut sources = Sources::new();
        let file = sources.add("words.yaml", include_str!("../words.yaml"));
        let node = read_yaml(&sources, file).map_err(|fault| WordsError(fault.message.clone()))?;
        let part = |name: &str| list(&node, name);
        Ok(Self { data: part("data")?, purposes: part("purposes")?, opt_out: part("opt_out")?, heads: part("heads")? })
    }

    /// The values of `terminal_data` that a text names.
    pub fn data(&self, text: &str) -> Vec<String> {
        named(&self.data, text)
    }

    /// The values of `transmission_purpose` that a text names.
    pub fn purposes(&self, text: &str) -> Vec<String> {
        named(&self.purposes, text)
    }

    /// The values of `opt_out_item` that a text speaks of, those that words alone show.
    pub fn opt_out(&self, text: &str) -> Vec<String> {
        named(&self.opt_out, text)
    }

    /// Whether a head of a column is about `data`, `recipient`, `purpose` or `opt_out`.
    pub fn heads(&self, kind: &str, head: &str) -> bool {
        let head: String = half_width(head).collect();
        self.heads.get(kind).is_some_and(|words| words.iter().any(|word| head.contains(word)))
    }

    /// Whether a value of `terminal_data` has words, so that its absence says something.
    pub fn knows_data(&self, value: &str) -> bool {
        self.data.contains_key(value)
    }

    /// Whether a value of `transmission_purpose` has words.
    pub fn knows_purpose(&self, value: &str) -> bool {
        self.purposes.contains_key(value)
    }
}

fn list(node: &Node, part: &str) -> Result<BTreeMap<String, Vec<String>>, WordsError> {
    let entries = node.get(part).and_then(Node::map).ok_or_else(|| WordsError(format!("it has no part `{part}`")))?;
    let words = |node: &Node| {
        node.list().unwrap_or_default().iter().filter_map(|word| Some(half_width(word.text()?).collect())).collect()
    };
    Ok(entries.iter().map(|(key, value)| (key.name.clone(), words(value))).collect())
}

fn named(words: &BTreeMap<String, Vec<String>>, text: &str) -> Vec<String> {
    let text: String = half_width(text).collect();
    words
        .iter()
        .filter(|(_, words)| words.iter().any(|word| text.contains(word)))
        .map(|(value, _)| value.clone())
        .collect()
}
