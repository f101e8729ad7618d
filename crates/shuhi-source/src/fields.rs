use crate::{Fault, Faults, Key, Node, NodeValue, Span, did_you_mean};

/// Reads the fields of one mapping and remembers which were asked for, so that every other key is refused
/// with a suggestion. Faults are collected, not returned: reading goes on.
pub struct Fields<'a> {
    what: String,
    span: Span,
    entries: &'a [(Key, Node)],
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The fields of a node that must be a mapping; `what` names it in messages (`rule`, `log policy`).
    pub fn of(node: &'a Node, what: impl Into<String>, faults: &mut Faults) -> Option<Self> {
        let what = what.into();
        match &node.value {
            NodeValue::Map(entries) => Some(Self { what, span: node.span, entries, known: Vec::new() }),
            _ => {
                faults.push(Fault::error(node.span, format!("{what} must be a mapping, found {}", node.kind())));
                None
            }
        }
    }

    /// Where the mapping stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The value of a key that may be left out.
    pub fn optional(&mut self, name: &'static str) -> Option<&'a Node> {
        self.known.push(name);
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, name: &'static str, faults: &mut Faults) -> Option<&'a Node> {
        let found = self.optional(name);
        if found.is_none() {
            let start = Span { end: self.span.start + 1, ..self.span };
            faults.push(Fault::error(start, format!("{} lacks `{name}`", self.what)).help(format!("add `{name}: …`")));
        }
        found
    }

    /// The text of a key that must be there.
    pub fn text(&mut self, name: &'static str, faults: &mut Faults) -> Option<(&'a str, Span)> {
        let node = self.required(name, faults)?;
        scalar(node, name, faults)
    }

    /// The text of a key that may be left out.
    pub fn optional_text(&mut self, name: &'static str, faults: &mut Faults) -> Option<(&'a str, Span)> {
        let node = self.optional(name)?;
        scalar(node, name, faults)
    }

    /// The items of a list that may be left out; a single value stands for a list of one.
    pub fn list(&mut self, name: &'static str) -> &'a [Node] {
        match self.optional(name) {
            Some(Node { value: NodeValue::List(items), .. }) => items,
            Some(node) => std::slice::from_ref(node),
            None => &[],
        }
    }

    /// Refuses every key that was not asked for.
    pub fn finish(self, faults: &mut Faults) {
        for (key, _) in self.entries {
            if !self.known.contains(&key.name.as_str()) {
                let known = self.known.join("`, `");
                let help = did_you_mean(&key.name, self.known.iter().copied())
                    .unwrap_or_else(|| format!("{} has `{known}`", self.what));
                faults.push(Fault::error(key.span, format!("unknown key `{}` in {}", key.name, self.what)).help(help));
            }
        }
    }
}

fn scalar<'a>(node: &'a Node, name: &str, faults: &mut Faults) -> Option<(&'a str, Span)> {
    match node.text() {
        Some(text) => Some((text, node.span)),
        None => {
            faults.push(Fault::error(node.span, format!("`{name}` must be a single value, found {}", node.kind())));
            None
        }
    }
}
