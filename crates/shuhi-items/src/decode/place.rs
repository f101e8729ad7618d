use crate::format::Context;

/// Bytes of one name in a path; longer names are cut there and stand as values of their own.
pub const NAME_BYTES_MAX: usize = 120;

/// How a value was reached.
#[derive(Clone, Debug)]
pub struct Place {
    pub context: Context,
    pub rendered: String,
    pub names: Vec<Box<str>>,
    /// How many of the last names are numbers of items in lists.
    pub items: usize,
    pub in_address: bool,
}

impl Place {
    pub fn new(context: Context) -> Self {
        Self { context, rendered: context.word().to_owned(), names: Vec::new(), items: 0, in_address: false }
    }

    /// A name that the sender gave.
    pub fn name(&self, name: &str) -> Self {
        let mut place = self.clone();
        let cut = crate::text::cut(name, NAME_BYTES_MAX);
        place.rendered.push('.');
        if needs_quotes(cut) {
            place.rendered.push_str(&format!("{cut:?}"));
        } else {
            place.rendered.push_str(cut);
        }
        place.names.push(cut.into());
        place.items = 0;
        place
    }

    /// The number of an item in a list, from 0.
    pub fn number(&self, number: usize) -> Self {
        Self { items: self.items + 1, ..self.name(&number.to_string()) }
    }

    /// A decoding.
    pub fn step(&self, step: &str) -> Self {
        let mut place = self.clone();
        place.rendered.push('.');
        place.rendered.push_str(step);
        place
    }

    /// Within an address that was sent as a value.
    pub fn address(&self) -> Self {
        Self { in_address: true, ..self.step("url") }
    }
}

fn needs_quotes(name: &str) -> bool {
    name.is_empty()
        || name.chars().any(|letter| {
            letter == '.' || letter == '"' || letter == '#' || letter.is_control() || letter.is_whitespace()
        })
}
