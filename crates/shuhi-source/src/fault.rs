use crate::{Sources, Span};

/// Characters of a message: enough for any sentence, and a word of the input can be as long as a whole file.
const MESSAGE_CHARS_MAX: usize = 500;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth mending, but the file is usable.
    Warning,
    /// The file cannot be used.
    Error,
}

/// A further place or remark that belongs to a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where, if it points at something.
    pub span: Option<Span>,
    /// What is to be said there.
    pub text: String,
}

/// One thing wrong with an input: what, where, and what to do.
///
/// Messages are lower case without a full stop, with the input in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where; `None` where a whole set of files is meant.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places concerned.
    pub notes: Vec<Note>,
}

impl Fault {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::general(message) }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// An error that has no single place.
    pub fn general(message: impl Into<String>) -> Self {
        let message = shortened(message.into());
        Self { severity: Severity::Error, message, span: None, help: None, notes: Vec::new() }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do, where there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn note(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: Some(span), text: text.into() });
        self
    }
}

fn shortened(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MESSAGE_CHARS_MAX) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// All faults found so far; loading goes on after a fault so that a person sees them all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    all: Vec<Fault>,
}

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, fault: Fault) {
        self.all.push(fault);
    }

    /// Takes one back that something found later explains better.
    pub fn retract(&mut self, fault: &Fault) {
        if let Some(place) = self.all.iter().rposition(|known| known == fault) {
            self.all.remove(place);
        }
    }

    /// Adds another collection's.
    pub fn append(&mut self, other: Faults) {
        self.all.extend(other.all);
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// Whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// In the order of files and places, without repetitions.
    pub fn sorted(mut self) -> Vec<Fault> {
        self.all.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        self.all.dedup();
        self.all
    }

    /// The messages with their places, one a line; for tests and logs.
    pub fn summary(&self, sources: &Sources) -> String {
        let line = |fault: &Fault| match fault.span {
            Some(span) => format!("{}: {}", sources.place(span), fault.message),
            None => fault.message.clone(),
        };
        self.all.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}
