use serde::{Deserialize, Serialize};
use shuhi_source::{Fault, Faults, FileId, Node, Sources, read_yaml};

use crate::Name;

/// The words of the law's vocabulary that the catalogue uses: the values of `transmission_purpose` and `terminal_data`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Values of `transmission_purpose`, in the order of the file.
    pub purposes: Vec<Term>,
    /// Values of `terminal_data`, in the order of the file.
    pub items: Vec<Term>,
}

/// A value of the vocabulary with its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The value, as facts state it.
    pub value: String,
    /// What people call it.
    pub label: Name,
}

impl Vocabulary {
    /// Reads the file of the vocabulary that has the two enums (`law/vocabulary/external-transmission.yaml`).
    ///
    /// `None` where it does not have them; the reason is in `faults`.
    pub fn read(sources: &Sources, file: FileId, faults: &mut Faults) -> Option<Self> {
        let root = match read_yaml(sources, file) {
            Ok(root) => root,
            Err(fault) => {
                faults.push(*fault);
                return None;
            }
        };
        let purposes = terms(&root, "transmission_purpose", faults);
        let items = terms(&root, "terminal_data", faults);
        Some(Self { purposes: purposes?, items: items? })
    }

    /// The term of a purpose.
    pub fn purpose(&self, value: &str) -> Option<&Term> {
        self.purposes.iter().find(|term| term.value == value)
    }

    /// The term of an information item.
    pub fn item(&self, value: &str) -> Option<&Term> {
        self.items.iter().find(|term| term.value == value)
    }
}

fn terms(root: &Node, name: &str, faults: &mut Faults) -> Option<Vec<Term>> {
    let enums = root.get("enums").and_then(Node::list).unwrap_or_default();
    let named = |node: &&Node| node.get("enum").and_then(Node::text) == Some(name);
    let values = enums.iter().find(named).and_then(|node| node.get("values")).and_then(Node::list);
    let found: Vec<Term> = values.unwrap_or_default().iter().filter_map(term).collect();
    if found.is_empty() {
        let fault = Fault::error(root.span, format!("the vocabulary has no values of the enum `{name}`"));
        faults.push(fault.help("the catalogue takes its purposes and items from there"));
        return None;
    }
    Some(found)
}

fn term(node: &Node) -> Option<Term> {
    let value = node.get("value")?.text()?.to_owned();
    let label = |language| Some(node.get("label")?.get(language)?.text()?.to_owned());
    Some(Term { label: Name { ja: label("ja")?, en: label("en")? }, value })
}
