use crate::{Fault, Faults, Key, Node, NodeValue, Span, did_you_mean};

/// Reads the fields of one mapping and remembers which were asked for, so that every other key is refused
/// with a suggestion. Faults are collected, not returned: reading goes on.
pub struct Fields<'a> {
    what: String,
    span: Span,
    entries: &'a [(Key, Node)],
    known: Vec<&'static str>,
    /// What was reported for want of a key: it falls away where the key turns out to be there, misspelt.
    lacking: Vec<(Vec<&'static str>, Fault)>,
}

impl<'a> Fields<'a> {
    /// The fields of a node that must be a mapping; `what` names it in messages (`rule`, `log policy`).
    pub fn of(node: &'a Node, what: impl Into<String>, faults: &mut Faults) -> Option<Self> {
        let what = what.into();
        match &node.value {
            NodeValue::Map(entries) => {
                Some(Self { what, span: node.span, entries, known: Vec::new(), lacking: Vec::new() })
            }
            _ => {
                let fault = Fault::error(node.span, format!("{what} must be a mapping, found {}", node.kind()));
                faults.push(fault.help("write its parts as `key: value`, one a line"));
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
            // Its first word stands for the mapping.
            let place = self.entries.first().map_or(self.span, |(key, _)| key.span);
            let fault = Fault::error(place, format!("{} lacks `{name}`", self.what)).help(format!("add `{name}: …`"));
            self.lacks(&[name], fault, faults);
        }
        found
    }

    /// Reports what is wrong for want of a key, unless [`Self::finish`] finds one of those names misspelt.
    pub fn lacks(&mut self, names: &[&'static str], fault: Fault, faults: &mut Faults) {
        self.lacking.push((names.to_vec(), fault.clone()));
        faults.push(fault);
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
        for (key, _) in self.entries.iter().filter(|(key, _)| !self.known.contains(&key.name.as_str())) {
            let near = did_you_mean(&key.name, self.known.iter().copied());
            let meant = |names: &[&str]| names.iter().any(|name| near == did_you_mean(&key.name, [*name]));
            if let Some((_, fault)) = self.lacking.iter().find(|(names, _)| near.is_some() && meant(names)) {
                faults.retract(fault);
            }
            let help = near.unwrap_or_else(|| format!("{} has `{}`", self.what, self.known.join("`, `")));
            faults.push(Fault::error(key.span, format!("unknown key `{}` in {}", key.name, self.what)).help(help));
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
