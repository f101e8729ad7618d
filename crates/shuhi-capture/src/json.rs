//! Reading values that may be missing or of another type than agreed: nothing here fails, the caller says what is missing.

use serde_json::Value;

/// Values by a path of keys, whatever they turn out to be.
pub(crate) trait Json {
    /// The value at the end of the path, unless it is missing or null.
    fn at(&self, path: &[&str]) -> Option<&Value>;

    fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// A text that says something.
    fn filled(&self, path: &[&str]) -> Option<&str> {
        self.text(path).filter(|text| !text.is_empty())
    }

    fn owned(&self, path: &[&str]) -> String {
        self.text(path).unwrap_or_default().to_owned()
    }

    fn flag(&self, path: &[&str]) -> bool {
        self.at(path).and_then(Value::as_bool).unwrap_or(false)
    }

    fn list(&self, path: &[&str]) -> &[Value] {
        self.at(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// A number, also where it is written as text.
    fn number(&self, path: &[&str]) -> Option<f64> {
        let value = self.at(path)?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
    }

    /// A count; negative ones mean "not known" in HAR files.
    fn count(&self, path: &[&str]) -> Option<u64> {
        let number = self.number(path)?;
        (number >= 0.0).then_some(number as u64)
    }

    /// A line or column counted from 0, made to count from 1.
    fn counted_from_one(&self, path: &[&str]) -> Option<u32> {
        let number = self.number(path)?;
        (number >= 0.0).then_some((number as u32).saturating_add(1))
    }
}

impl Json for Value {
    fn at(&self, path: &[&str]) -> Option<&Value> {
        let mut value = self;
        for key in path {
            value = value.get(key)?;
        }
        (!value.is_null()).then_some(value)
    }
}

/// A name for what a value is, for messages.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
