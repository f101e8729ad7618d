//! Lines of JSON: only the fields that a mapping reads are kept; the rest is passed over without being built.

use std::fmt::{Display, Write};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::Reason;
use crate::shape::Fields;

/// The paths that are read, as a tree; also what stands at them on the line read last.
#[derive(Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    values: Values,
}

#[derive(Debug, Default)]
struct Node {
    /// Keys to follow from here: a step of a path, and several steps in one key.
    children: Vec<(Box<str>, usize)>,
    /// The field whose path ends here.
    place: Option<usize>,
}

#[derive(Debug, Default)]
struct Values {
    text: String,
    ranges: Vec<Option<(usize, usize)>>,
}

impl Fields for Paths {
    fn field(&self, place: usize) -> Option<&[u8]> {
        let (start, end) = self.values.ranges.get(place).copied().flatten()?;
        self.values.text.as_bytes().get(start..end)
    }
}

impl Paths {
    pub fn new(paths: &[Box<str>]) -> Self {
        let mut all = Self { nodes: vec![Node::default()], values: Values::default() };
        let mut prefixes = vec![String::new()];
        for (place, path) in paths.iter().enumerate() {
            let steps = path.match_indices('.').map(|(dot, _)| dot).chain([path.len()]);
            // The nodes of the path's beginnings, with where each ends and the next begins.
            let mut before = vec![(0, 0)];
            for end in steps {
                let prefix = path.get(..end).unwrap_or(path);
                let node = prefixes.iter().position(|known| known == prefix).unwrap_or_else(|| {
                    prefixes.push(prefix.to_owned());
                    all.nodes.push(Node::default());
                    all.nodes.len() - 1
                });
                for (from, start) in &before {
                    let key = prefix.get(*start..).unwrap_or_default();
                    let children = all.nodes.get_mut(*from).map(|node| &mut node.children);
                    if let Some(children) =
                        children.filter(|children| !children.iter().any(|(known, _)| **known == *key))
                    {
                        children.push((key.into(), node));
                    }
                }
                before.push((node, end + 1));
            }
            let last = before.last().map_or(0, |(node, _)| *node);
            if let Some(node) = all.nodes.get_mut(last) {
                node.place = Some(place);
            }
        }
        all.values.ranges = vec![None; paths.len()];
        all
    }

    /// Reads a line, which must be one JSON object.
    pub fn read(&mut self, line: &[u8]) -> Result<(), Reason> {
        self.values.text.clear();
        self.values.ranges.fill(None);
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let walk = Walk { nodes: &self.nodes, node: 0, values: &mut self.values };
        let read = walk.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        read.map_err(|error| Reason::NotJson { detail: error.to_string().chars().take(200).collect::<String>().into() })
    }
}

/// One value of the line, at a node of the tree.
struct Walk<'w> {
    nodes: &'w [Node],
    node: usize,
    values: &'w mut Values,
}

impl Walk<'_> {
    fn put<E: Error>(&mut self, value: impl Display) -> Result<(), E> {
        let Some(place) = self.place() else {
            return if self.node == 0 { Err(E::custom("an object is wanted")) } else { Ok(()) };
        };
        let start = self.values.text.len();
        // Writing to a String cannot fail.
        let _ = write!(self.values.text, "{value}");
        let end = self.values.text.len();
        match self.values.ranges.get_mut(place) {
            Some(slot @ None) => *slot = Some((start, end)),
            Some(Some(_)) => return Err(E::custom("a field is given twice")),
            None => {}
        }
        Ok(())
    }

    fn place(&self) -> Option<usize> {
        self.nodes.get(self.node).and_then(|node| node.place)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a single value or an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.place().is_some() {
            return Err(A::Error::custom("a field that is read is an object, not a single value"));
        }
        let Self { nodes, node, values } = self;
        let children = nodes.get(node).map(|node| node.children.as_slice()).unwrap_or_default();
        while let Some(found) = map.next_key_seed(Key { children })? {
            match found {
                Some(node) => map.next_value_seed(Walk { nodes, node, values: &mut *values })?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.node == 0 || self.place().is_some() {
            return Err(A::Error::custom("a list where an object or a single value is wanted"));
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.put(text)
    }

    fn visit_u64<E: Error>(mut self, number: u64) -> Result<(), E> {
        self.put(number)
    }

    fn visit_i64<E: Error>(mut self, number: i64) -> Result<(), E> {
        self.put(number)
    }

    fn visit_f64<E: Error>(mut self, number: f64) -> Result<(), E> {
        self.put(number)
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<(), E> {
        self.put(value)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.node == 0 { Err(E::custom("an object is wanted")) } else { Ok(()) }
    }
}

/// A key: the node it leads to.
struct Key<'k> {
    children: &'k [(Box<str>, usize)],
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.children.iter().find(|(known, _)| **known == *key).map(|(_, node)| *node))
    }
}
