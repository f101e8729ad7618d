//! The buttons and words that are known: `known.yaml`.

use shuhi_source::{Node, NodeValue, Sources, read_yaml};

/// What `known.yaml` says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub platforms: Vec<Platform>,
    pub accept: Vec<String>,
    pub refuse: Vec<String>,
    pub about: String,
}

/// A consent platform and its two buttons, as CSS selectors.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    pub name: String,
    pub accept: String,
    pub refuse: String,
}

impl Known {
    /// Reads what is embedded.
    pub fn read() -> Self {
        let mut sources = Sources::new();
        let file = sources.add("known.yaml", include_str!("known.yaml"));
        // Embedded, and read by a test: it cannot fail here.
        let Ok(root) = read_yaml(&sources, file) else { return Self::default() };
        let platforms = root.get("platforms").and_then(Node::list).unwrap_or_default();
        Self {
            platforms: platforms.iter().map(platform).collect(),
            accept: words(root.get("accept")),
            refuse: words(root.get("refuse")),
            about: word(root.get("about")),
        }
    }
}

fn platform(node: &Node) -> Platform {
    Platform { name: word(node.get("name")), accept: word(node.get("accept")), refuse: word(node.get("refuse")) }
}

fn words(node: Option<&Node>) -> Vec<String> {
    match node.map(|node| &node.value) {
        Some(NodeValue::List(items)) => items.iter().map(|item| word(Some(item))).collect(),
        _ => Vec::new(),
    }
}

fn word(node: Option<&Node>) -> String {
    node.and_then(Node::text).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_list_is_whole() {
        let known = Known::read();
        assert!(known.platforms.len() >= 10 && known.accept.len() >= 5 && known.refuse.len() >= 5);
        assert!(
            known.platforms.iter().all(|one| !one.name.is_empty() && !one.accept.is_empty() && !one.refuse.is_empty())
        );
        assert!(known.about.contains("クッキー"));
    }
}
