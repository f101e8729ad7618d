use crate::facts::Value;

/// Terms whose values are kept beside the run itself; most acts and types have no more, and need no allocation.
const NEAR: usize = 16;

/// What is known of the terms' values in one run.
pub(super) struct Memos {
    near: [Memo; NEAR],
    far: Vec<Memo>,
}

/// What is known of one term's value: it is a bool or an enum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Memo {
    #[default]
    New,
    Deriving,
    Unknown,
    Bool(bool),
    Enum(u16),
}

impl Memo {
    /// What to remember of a value; anything unforeseen is derived again.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Unknown => Self::Unknown,
            Value::Bool(value) => Self::Bool(*value),
            Value::Enum(value) => Self::Enum(*value),
            _ => Self::New,
        }
    }
}

impl Memos {
    /// For so many terms.
    pub fn new(terms: usize) -> Self {
        Self { near: [Memo::New; NEAR], far: vec![Memo::New; terms.saturating_sub(NEAR)] }
    }

    pub fn get(&self, term: u32) -> Memo {
        let term = term as usize;
        let found = self.near.get(term).or_else(|| self.far.get(term.checked_sub(NEAR)?));
        found.copied().unwrap_or_default()
    }

    pub fn set(&mut self, term: u32, memo: Memo) {
        let term = term as usize;
        let place = match term.checked_sub(NEAR) {
            None => self.near.get_mut(term),
            Some(far) => self.far.get_mut(far),
        };
        if let Some(place) = place {
            *place = memo;
        }
    }
}
