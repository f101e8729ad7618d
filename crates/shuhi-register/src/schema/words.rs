//! The small pieces schemas are built from: basic types, titles, objects, references.

use serde_json::{Map, Value, json};
use shuhi_law::calendar::Period;
use shuhi_law::facts::limits::{INT_MAX, TEXT_BYTES_MAX};
use shuhi_law::vocabulary::Bilingual;

use crate::limits::ID_BYTES_MAX;

/// An id of a subject, as a regular expression without its ends.
pub(super) const ID: &str = "[a-z][a-z0-9_-]*";

/// The types that are not declared in the vocabulary. Their names cannot clash with enums or types there, which have
/// neither a dot nor a hyphen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Free text.
    Text,
    /// A civil date.
    Date,
    /// A length of time.
    Period,
    /// Stated to have no value.
    None,
    /// A subject's id.
    Id,
}

impl Words {
    /// Every word.
    pub(super) const ALL: [Self; 7] =
        [Self::Bool, Self::Int, Self::Text, Self::Date, Self::Period, Self::None, Self::Id];

    /// Its name among the definitions.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Bool => "basic.bool",
            Self::Int => "basic.int",
            Self::Text => "basic.text",
            Self::Date => "basic.date",
            Self::Period => "basic.period",
            Self::None => "basic.none",
            Self::Id => "basic.id",
        }
    }

    /// What may be written. Our reader takes scalars by their text, so that quotes make no difference; a schema sees
    /// what a YAML reader makes of them.
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Bool => json!({"enum": [true, false, "yes", "no", "true", "false"]}),
            Self::Int => json!({
                "type": ["integer", "string"],
                "minimum": -INT_MAX, "maximum": INT_MAX, "pattern": "^-?[0-9][0-9_]*$",
            }),
            Self::Text => json!({"type": ["string", "number", "boolean"], "maxLength": TEXT_BYTES_MAX}),
            Self::Date => json!({
                "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "2026-04-01",
            }),
            Self::Period => json!({
                "type": "string",
                "pattern": "^(1 (day|week|month|year)|(0|[2-9]|[1-9][0-9]{1,4}) (days|weeks|months|years))$",
                "description": format!("30 days, 2 weeks, 6 months, 1 year (≤ {})", Period::COUNT_MAX),
            }),
            Self::None => json!({
                "const": "none",
                "title": "なし / none",
                "description": "ないと分かっている（不明なら書かない）。\n\nit is known that there is none (where unknown, leave the key out).",
            }),
            Self::Id => json!({"type": "string", "pattern": format!("^{ID}$"), "maxLength": ID_BYTES_MAX}),
        }
    }
}

/// A reference to a definition.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

/// A schema with a title and a description in both languages.
pub(super) fn described(schema: Value, label: &Bilingual, help: &Bilingual) -> Value {
    let mut found = Map::new();
    titled(&mut found, label, help);
    match schema {
        Value::Object(object) => found.extend(object),
        schema => {
            found.insert("allOf".to_owned(), json!([schema]));
        }
    }
    Value::Object(found)
}

/// Adds a title and a description in both languages.
pub(super) fn titled(schema: &mut Map<String, Value>, label: &Bilingual, help: &Bilingual) {
    schema.insert("title".to_owned(), json!(format!("{} / {}", label.ja, label.en)));
    schema.insert("description".to_owned(), json!(format!("{}\n\n{}", help.ja, help.en)));
}

/// One of several values, explained.
pub(super) fn choice(value: &str, label: &Bilingual, help: &Bilingual) -> Value {
    described(json!({"const": value}), label, help)
}

/// An object with these properties and no others.
pub(super) fn strict_object(properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let Some(found) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        found.insert("required".to_owned(), json!(required));
    }
    schema
}
