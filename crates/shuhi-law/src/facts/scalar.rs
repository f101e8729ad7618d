use shuhi_source::did_you_mean;

use super::Value;
use super::read::limits;
use crate::calendar::Period;
use crate::texts::parse_date;
use crate::vocabulary::{EnumType, ItemType, Vocabulary};

/// Why a text is no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotOfType {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// The value that a text states for a single field that is not a reference.
///
/// # Errors
///
/// What is wrong with the text and what to write instead.
pub fn parse_scalar(text: &str, ty: ItemType, optional: bool, vocabulary: &Vocabulary) -> Result<Value, NotOfType> {
    let own_none =
        matches!(ty, ItemType::Text) || enum_of(ty, vocabulary).is_some_and(|found| found.position(text).is_some());
    if text == "none" && optional {
        return Ok(Value::None);
    }
    if text == "none" && !own_none {
        return Err(refusal("this field cannot be `none`".to_owned(), "leave it out where it is unknown"));
    }
    let not_of_type = |help: &str| {
        let message = format!("`{text}` is not of type {}", vocabulary.describe_item(ty));
        Err(refusal(message, help))
    };
    match ty {
        ItemType::Bool => match text {
            "true" | "yes" => Ok(Value::Bool(true)),
            "false" | "no" => Ok(Value::Bool(false)),
            _ => not_of_type("write `true` or `false`; leave it out where it is unknown"),
        },
        ItemType::Int => match text.replace('_', "").parse::<i64>() {
            Ok(value) if (-limits::INT_MAX..=limits::INT_MAX).contains(&value) => Ok(Value::Int(value)),
            _ => not_of_type(&format!("write a whole number between -{0} and {0}", limits::INT_MAX)),
        },
        ItemType::Text if text.len() > limits::TEXT_BYTES_MAX => {
            let message =
                format!("text of {} bytes is longer than the limit of {}", text.len(), limits::TEXT_BYTES_MAX);
            Err(refusal(message, "shorten it"))
        }
        ItemType::Text => Ok(Value::Text(text.into())),
        ItemType::Date => match parse_date(text) {
            Some(date) => Ok(Value::Date(date)),
            None => not_of_type("write a real day as `2026-04-01`"),
        },
        ItemType::Period => match text.parse::<Period>() {
            Ok(period) => Ok(Value::Period(period)),
            Err(error) => not_of_type(&error.help().map_or_else(|| error.to_string(), str::to_owned)),
        },
        ItemType::Enum(_) => match enum_of(ty, vocabulary) {
            Some(found) => enum_value(text, found),
            None => not_of_type("its enum is not in the vocabulary"),
        },
        ItemType::Ref(_) => not_of_type("write its facts out as a mapping"),
    }
}

fn enum_of(ty: ItemType, vocabulary: &Vocabulary) -> Option<&EnumType> {
    match ty {
        ItemType::Enum(id) => vocabulary.enum_type(id),
        _ => None,
    }
}

fn enum_value(text: &str, found: &EnumType) -> Result<Value, NotOfType> {
    found.position(text).map(Value::Enum).ok_or_else(|| {
        let names = found.values.iter().map(|value| value.name.as_str());
        let all = names.clone().collect::<Vec<_>>().join("`, `");
        let help = did_you_mean(text, names).unwrap_or_else(|| format!("its values are `{all}`"));
        NotOfType { message: format!("unknown value `{text}` of {}", found.name), help }
    })
}

fn refusal(message: String, help: &str) -> NotOfType {
    NotOfType { message, help: help.to_owned() }
}
