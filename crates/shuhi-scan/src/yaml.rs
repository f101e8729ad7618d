//! Observations as YAML, and back.

use serde::Serialize;
use serde_json::{Map, Number, Value};
use shuhi_source::{Fault, Faults, Node, NodeValue};

use crate::observation::Observation;

/// A value as block YAML, for files that people read and programs write.
///
/// # Errors
///
/// Where the value cannot be written as JSON (a mapping with keys that are no texts).
pub fn to_yaml(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let value = serde_json::to_value(value)?;
    let mut page = String::new();
    write_block(&value, 0, &mut page);
    Ok(page)
}

/// The observations that a register holds, newest first; what is not one is a fault.
pub fn read_observations(nodes: &[Node], faults: &mut Faults) -> Vec<Observation> {
    let mut found = Vec::new();
    for node in nodes {
        match serde_json::from_value::<Observation>(to_json(node)) {
            Ok(observation) => found.push(observation),
            Err(error) => {
                let fault = Fault::error(node.span, format!("this is no observation: {error}"));
                faults
                    .push(fault.help("remove the file and scan again with `--register`; it is written by the program"));
            }
        }
    }
    found.sort_by(|a, b| b.observed_at.cmp(&a.observed_at));
    found
}

fn to_json(node: &Node) -> Value {
    match &node.value {
        NodeValue::Scalar { text, plain: false } => Value::String(text.clone()),
        NodeValue::Scalar { text, plain: true } => plain_scalar(text),
        NodeValue::List(items) => Value::Array(items.iter().map(to_json).collect()),
        NodeValue::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.name.clone(), to_json(value))).collect::<Map<_, _>>())
        }
    }
}

fn plain_scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" | "~" | "" => Value::Null,
        _ => text
            .parse::<u64>()
            .map_or_else(|_| Value::String(text.to_owned()), |number| Value::Number(Number::from(number))),
    }
}

fn write_block(value: &Value, depth: usize, page: &mut String) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                page.push_str(&"  ".repeat(depth));
                write_entry(key, value, depth, page);
            }
        }
        Value::Array(items) => {
            for item in items {
                page.push_str(&"  ".repeat(depth));
                write_item(item, depth, page);
            }
        }
        single => {
            page.push_str(&"  ".repeat(depth));
            page.push_str(&flow(single));
            page.push('\n');
        }
    }
}

fn write_entry(key: &str, value: &Value, depth: usize, page: &mut String) {
    page.push_str(key);
    page.push(':');
    if is_short(value) {
        page.push(' ');
        page.push_str(&flow(value));
        page.push('\n');
    } else {
        page.push('\n');
        write_block(value, depth + 1, page);
    }
}

fn write_item(item: &Value, depth: usize, page: &mut String) {
    page.push_str("- ");
    match item {
        Value::Object(entries) if !is_short(item) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    page.push_str(&"  ".repeat(depth + 1));
                }
                write_entry(key, value, depth + 1, page);
            }
        }
        _ => {
            page.push_str(&flow(item));
            page.push('\n');
        }
    }
}

/// Whether it reads well on one line.
fn is_short(value: &Value) -> bool {
    const LINE_CHARACTERS: usize = 100;
    match value {
        Value::Object(entries) => {
            entries.is_empty()
                || entries.values().all(|value| !value.is_object() && !value.is_array())
                    && flow(value).chars().count() <= LINE_CHARACTERS
        }
        Value::Array(items) => {
            items.iter().all(|item| !item.is_object() && !item.is_array())
                && flow(value).chars().count() <= LINE_CHARACTERS
        }
        _ => true,
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let parts: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        other => other.to_string(),
    }
}

/// Plain where nothing in it could be read as a mark of YAML or as another type, else in double quotes.
fn scalar(text: &str) -> String {
    let begins = text.chars().next().is_some_and(char::is_alphabetic);
    let plain = text.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c))
        && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "none");
    if begins && plain { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shuhi_source::{Sources, read_yaml};

    use super::*;

    fn back(text: &str) -> Value {
        let mut sources = Sources::new();
        let file = sources.add("observed.yaml", text);
        to_json(&read_yaml(&sources, file).unwrap())
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<u32>().prop_map(Value::from),
            "[ -~あ-ん\n\"':#-]{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..5).prop_map(Value::from),
                prop::collection::vec(("[a-z]{1,6}", inner), 1..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(value in prop::collection::vec(("[a-z]{1,6}", values()), 1..5)) {
            let value = Value::Object(value.into_iter().collect());
            prop_assert_eq!(back(&to_yaml(&value).unwrap()), value);
        }
    }
}
