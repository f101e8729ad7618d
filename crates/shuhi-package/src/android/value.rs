//! Values of attributes and resources.

use std::collections::HashMap;

use crate::limits::REFERENCES_MAX;

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value {
    #[default]
    None,
    Text(String),
    Number(i64),
    Bool(bool),
    Float(f32),
    /// A resource by its number.
    Reference(u32),
    /// A resource by its name, `kind/name`.
    Named(String),
    /// Another kind: a colour, a dimension …, as its number.
    Other(u32),
}

impl Value {
    /// A value by its kind and data as compiled files hold it.
    pub fn of(kind: u8, data: u32, text: impl Fn(u32) -> Option<String>) -> Self {
        match kind {
            0x00 => Self::None,
            0x01 | 0x02 | 0x07 | 0x08 => Self::Reference(data),
            0x03 => text(data).map_or(Self::None, Self::Text),
            0x04 => Self::Float(f32::from_bits(data)),
            0x10 => Self::Number(i64::from(data.cast_signed())),
            0x11 => Self::Number(i64::from(data)),
            0x12 => Self::Bool(data != 0),
            _ => Self::Other(data),
        }
    }

    /// The value as text: what stands there, or what a person would write.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Reference(id) => Some(format!("@{id:#010x}")),
            Self::Named(name) => Some(format!("@{name}")),
            Self::Other(data) => Some(format!("{data:#010x}")),
        }
    }
}

/// The resources of a package: values by number and by name.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    by_id: HashMap<u32, Resource>,
    by_name: HashMap<String, u32>,
}

/// A resource in the configurations that matter here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resource {
    /// Without qualifiers, else the first met.
    pub value: Value,
    /// Whether `value` is without qualifiers.
    pub plain: bool,
    /// For Japanese.
    pub japanese: Option<Value>,
}

/// For which configuration a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Configuration {
    Plain,
    Japanese,
    Other,
}

impl Resources {
    pub fn set(&mut self, id: u32, configuration: Configuration, value: Value) {
        let resource = self.by_id.entry(id).or_default();
        match configuration {
            Configuration::Plain if !resource.plain => (resource.value, resource.plain) = (value, true),
            Configuration::Japanese => {
                if resource.value == Value::None {
                    resource.value = value.clone();
                }
                resource.japanese.get_or_insert(value);
            }
            _ if resource.value == Value::None => resource.value = value,
            _ => {}
        }
    }

    pub fn name(&mut self, name: String, id: u32) {
        self.by_name.insert(name, id);
    }

    /// Follows references to the value.
    pub fn resolve(&self, value: &Value) -> Value {
        self.follow(value, false)
    }

    /// Follows references to the value for Japanese, where there is one.
    pub fn resolve_japanese(&self, value: &Value) -> Option<Value> {
        let resolved = self.follow(value, true);
        (resolved != self.follow(value, false)).then_some(resolved)
    }

    fn follow(&self, value: &Value, japanese: bool) -> Value {
        let mut value = value.clone();
        for _ in 0..REFERENCES_MAX {
            let id = match &value {
                Value::Reference(id) => Some(*id),
                Value::Named(name) => self.by_name.get(name).copied(),
                _ => return value,
            };
            let Some(resource) = id.and_then(|id| self.by_id.get(&id)) else { return value };
            let translated = resource.japanese.as_ref().filter(|_| japanese);
            value = translated.unwrap_or(&resource.value).clone();
        }
        value
    }
}
