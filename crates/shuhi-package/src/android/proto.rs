//! Manifests and resources of App Bundles, which are protocol buffers.
//!
//! Only the fields that are read are declared; the numbers are those of `Resources.proto` of Android's build tools.

use prost::Message;

use super::value::{Configuration, Resources, Value};
use super::xml::{Attribute, Element};
use crate::fault::Reason;
use crate::limits::{ELEMENTS_MAX, MANIFEST_BYTES_MAX};

#[derive(Clone, PartialEq, Message)]
struct XmlNode {
    #[prost(message, optional, tag = "1")]
    element: Option<XmlElement>,
    #[prost(string, tag = "2")]
    text: String,
}

#[derive(Clone, PartialEq, Message)]
struct XmlElement {
    #[prost(string, tag = "3")]
    name: String,
    #[prost(message, repeated, tag = "4")]
    attributes: Vec<XmlAttribute>,
    #[prost(message, repeated, tag = "5")]
    children: Vec<XmlNode>,
}

#[derive(Clone, PartialEq, Message)]
struct XmlAttribute {
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    value: String,
    #[prost(uint32, tag = "5")]
    resource_id: u32,
    #[prost(message, optional, tag = "6")]
    item: Option<Item>,
}

#[derive(Clone, PartialEq, Message)]
struct Item {
    #[prost(message, optional, tag = "1")]
    reference: Option<Reference>,
    #[prost(message, optional, tag = "2")]
    text: Option<Text>,
    #[prost(message, optional, tag = "3")]
    raw_text: Option<Text>,
    #[prost(message, optional, tag = "4")]
    styled_text: Option<Text>,
    #[prost(message, optional, tag = "5")]
    file: Option<Text>,
    #[prost(message, optional, tag = "7")]
    primitive: Option<Primitive>,
}

#[derive(Clone, PartialEq, Message)]
struct Reference {
    #[prost(uint32, tag = "2")]
    id: u32,
    #[prost(string, tag = "3")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct Text {
    #[prost(string, tag = "1")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Primitive {
    #[prost(float, optional, tag = "3")]
    float: Option<f32>,
    #[prost(int32, optional, tag = "6")]
    decimal: Option<i32>,
    #[prost(uint32, optional, tag = "7")]
    hexadecimal: Option<u32>,
    #[prost(bool, optional, tag = "8")]
    boolean: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
struct ResourceTable {
    #[prost(message, repeated, tag = "2")]
    packages: Vec<Package>,
}

#[derive(Clone, PartialEq, Message)]
struct Package {
    #[prost(message, optional, tag = "1")]
    id: Option<Id>,
    #[prost(message, repeated, tag = "3")]
    kinds: Vec<Kind>,
}

#[derive(Clone, PartialEq, Message)]
struct Id {
    #[prost(uint32, tag = "1")]
    id: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Kind {
    #[prost(message, optional, tag = "1")]
    id: Option<Id>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "3")]
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(message, optional, tag = "1")]
    id: Option<Id>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "6")]
    values: Vec<ConfigValue>,
}

#[derive(Clone, PartialEq, Message)]
struct ConfigValue {
    #[prost(message, optional, tag = "1")]
    config: Option<Config>,
    #[prost(message, optional, tag = "2")]
    value: Option<EntryValue>,
}

#[derive(Clone, PartialEq, Message)]
struct Config {
    #[prost(string, tag = "3")]
    locale: String,
}

#[derive(Clone, PartialEq, Message)]
struct EntryValue {
    #[prost(message, optional, tag = "4")]
    item: Option<Item>,
}

/// Reads XML of a bundle.
pub(crate) fn read_xml(bytes: &[u8]) -> Result<Element, Reason> {
    if bytes.len() > MANIFEST_BYTES_MAX {
        return Err(Reason::many("bytes of a manifest", MANIFEST_BYTES_MAX));
    }
    let node = XmlNode::decode(bytes).map_err(|error| Reason::form("manifest of a bundle", error.to_string()))?;
    let mut left = ELEMENTS_MAX;
    let root = node.element.ok_or_else(|| Reason::form("manifest of a bundle", "it has no element"))?;
    element(root, &mut left).ok_or_else(|| Reason::many("elements of a manifest", ELEMENTS_MAX))
}

/// Depth is bounded by the decoder, which refuses more than a hundred messages inside each other.
fn element(from: XmlElement, left: &mut usize) -> Option<Element> {
    *left = left.checked_sub(1)?;
    let attribute = |from: XmlAttribute| {
        let compiled = from.item.map(value).filter(|value| *value != Value::None);
        let plain = || if from.value.is_empty() { Value::None } else { Value::Text(from.value.clone()) };
        Attribute { name: from.name, id: from.resource_id, value: compiled.unwrap_or_else(plain) }
    };
    let attributes = from.attributes.into_iter().map(attribute).collect();
    let text = from.children.iter().map(|child| child.text.trim()).collect();
    let children = from.children.into_iter().filter_map(|child| child.element);
    let children = children.map(|child| element(child, left)).collect::<Option<_>>()?;
    Some(Element { name: from.name, attributes, children, text })
}

fn value(item: Item) -> Value {
    let text = item.text.or(item.raw_text).or(item.styled_text).or(item.file);
    match (item.reference, text, item.primitive) {
        (Some(Reference { id: 0, name }), ..) => Value::Named(name),
        (Some(Reference { id, .. }), ..) => Value::Reference(id),
        (_, Some(text), _) => Value::Text(text.value),
        (_, _, Some(primitive)) => {
            let number = primitive.decimal.map(i64::from).or(primitive.hexadecimal.map(i64::from));
            let boolean = primitive.boolean.map(Value::Bool);
            boolean.or(number.map(Value::Number)).or(primitive.float.map(Value::Float)).unwrap_or_default()
        }
        _ => Value::None,
    }
}

/// Reads the resources of a bundle; calls `text` with every string.
pub(crate) fn read_table(bytes: &[u8], resources: &mut Resources, mut text: impl FnMut(&str)) -> Result<(), Reason> {
    let table =
        ResourceTable::decode(bytes).map_err(|error| Reason::form("resources of a bundle", error.to_string()))?;
    for package in table.packages {
        let package_id = package.id.map_or(0x7f, |id| id.id);
        for kind in package.kinds {
            let kind_id = kind.id.map_or(0, |id| id.id);
            for entry in kind.entries {
                let id = package_id << 24 | (kind_id & 0xff) << 16 | entry.id.map_or(0, |id| id.id) & 0xffff;
                resources.name(format!("{}/{}", kind.name, entry.name), id);
                for each in entry.values {
                    let locale = each.config.unwrap_or_default().locale;
                    let Some(value) = each.value.and_then(|value| value.item).map(value) else { continue };
                    if let Value::Text(string) = &value {
                        text(string);
                    }
                    let configuration = match locale.as_str() {
                        "" => Configuration::Plain,
                        "ja" | "ja-JP" => Configuration::Japanese,
                        _ => Configuration::Other,
                    };
                    resources.set(id, configuration, value);
                }
            }
        }
    }
    Ok(())
}
