use super::Truth;
use crate::facts::Value;

/// The value of a term in one run: terms are bools or enums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conclusion {
    Unknown,
    Bool(bool),
    Enum(u16),
}

impl Conclusion {
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Enum(value) => Self::Enum(*value),
            _ => Self::Unknown,
        }
    }

    pub fn value(self) -> Value {
        match self {
            Self::Unknown => Value::Unknown,
            Self::Bool(value) => Value::Bool(value),
            Self::Enum(value) => Value::Enum(value),
        }
    }

    pub fn truth(self) -> Truth {
        match self {
            Self::Bool(value) => Truth::from(value),
            Self::Unknown | Self::Enum(_) => Truth::Unknown,
        }
    }
}

impl From<Truth> for Conclusion {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::True => Self::Bool(true),
            Truth::False => Self::Bool(false),
            Truth::Unknown => Self::Unknown,
        }
    }
}

/// Terms whose conclusions are kept beside the run itself; few acts and types have more, and these need no allocation.
const NEAR: usize = 16;

/// The conclusions reached in one run, so that each is derived once.
pub(super) struct Conclusions {
    near: [Note; NEAR],
    far: Vec<Note>,
}

/// A conclusion once it is reached, as one number: a table of them is cleared at once rather than one by one.
#[derive(Clone, Copy)]
struct Note(u32);

impl Note {
    const NOT_YET: Self = Self(0);
    const UNKNOWN: u32 = 1;
    const FALSE: u32 = 2;
    const TRUE: u32 = 3;
    const ENUM: u32 = 4;

    fn of(conclusion: Conclusion) -> Self {
        Self(match conclusion {
            Conclusion::Unknown => Self::UNKNOWN,
            Conclusion::Bool(false) => Self::FALSE,
            Conclusion::Bool(true) => Self::TRUE,
            Conclusion::Enum(value) => Self::ENUM + u32::from(value),
        })
    }

    fn conclusion(self) -> Option<Conclusion> {
        match self.0 {
            0 => None,
            Self::UNKNOWN => Some(Conclusion::Unknown),
            Self::FALSE => Some(Conclusion::Bool(false)),
            Self::TRUE => Some(Conclusion::Bool(true)),
            value => u16::try_from(value - Self::ENUM).ok().map(Conclusion::Enum),
        }
    }
}

impl Conclusions {
    /// For so many terms, none of them derived yet.
    pub fn new(terms: usize) -> Self {
        Self { near: [Note::NOT_YET; NEAR], far: vec![Note::NOT_YET; terms.saturating_sub(NEAR)] }
    }

    pub fn get(&self, term: u32) -> Option<Conclusion> {
        let term = term as usize;
        let found = self.near.get(term).or_else(|| self.far.get(term.checked_sub(NEAR)?));
        found.and_then(|note| note.conclusion())
    }

    pub fn set(&mut self, term: u32, conclusion: Conclusion) {
        let term = term as usize;
        let place = match term.checked_sub(NEAR) {
            None => self.near.get_mut(term),
            Some(far) => self.far.get_mut(far),
        };
        if let Some(place) = place {
            *place = Note::of(conclusion);
        }
    }
}
