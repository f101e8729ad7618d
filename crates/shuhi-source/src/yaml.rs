use saphyr_parser::{Event, Parser, ScalarStyle, Span as YamlSpan};

use crate::{Fault, FileId, Sources, Span};

/// What an input may measure. Beyond it, reading stops with an error: a person's file is never that large.
pub mod limits {
    /// Bytes a file may have.
    pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
    /// Levels of nesting.
    pub const DEPTH_MAX: usize = 48;
    /// Nodes (keys, values, lists) a file may hold.
    pub const NODES_MAX: usize = 2_000_000;
}

/// A YAML value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: NodeValue,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// A scalar; `plain` if it stood without quotes.
    Scalar {
        /// Its text after unquoting and folding.
        text: String,
        /// Whether it stood without quotes or block marks.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in file order; keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its text.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            NodeValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn map(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            NodeValue::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(entry, _)| entry.name == key).map(|(_, node)| node)
    }

    /// What kind of thing it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            NodeValue::Scalar { .. } => "a single value",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a mapping",
        }
    }

    /// The place of a part of a scalar's text, given as byte offsets into it.
    ///
    /// Quotes, escapes and folded lines make the text differ from what stands in the file; the two are
    /// walked side by side, any run of white space matching any other.
    pub fn part(&self, start: usize, end: usize, sources: &Sources) -> Span {
        let raw = sources.slice(self.span);
        let text = self.text().unwrap_or("");
        let at = |offset: usize| self.span.start + raw_offset(raw, text, offset);
        let (from, to) = (at(start), at(end.max(start)));
        Span { file: self.span.file, start: from, end: to.max(from) }
    }
}

fn raw_offset(raw: &str, text: &str, offset: usize) -> u32 {
    let mut rest = raw.char_indices().peekable();
    for (index, wanted) in text.char_indices() {
        while let Some(&(_, found)) = rest.peek() {
            if found == wanted || (wanted.is_whitespace() && found.is_whitespace()) {
                break;
            }
            rest.next();
        }
        if index >= offset {
            break;
        }
        rest.next();
        if wanted.is_whitespace() {
            while rest.peek().is_some_and(|(_, found)| found.is_whitespace()) {
                rest.next();
            }
        }
    }
    let at = rest.peek().map_or(raw.trim_end().len(), |(at, _)| *at);
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Why a file could not be read as YAML: the one fault that stopped it.
pub type ReadError = Box<Fault>;

/// Reads the one YAML 1.2 document of a file; an empty file is an empty mapping.
///
/// # Errors
///
/// A fault naming place and remedy: malformed YAML, duplicate keys, anchors or tags (never needed here, and
/// aliases can multiply without bound), several documents, or a breach of [`limits`].
pub fn read_yaml(sources: &Sources, file: FileId) -> Result<Node, ReadError> {
    let Some(source) = sources.get(file) else {
        return Err(Box::new(Fault::general("no such source file")));
    };
    let text = source.text();
    if text.len() > limits::FILE_BYTES_MAX {
        let message =
            format!("file of {} bytes is larger than the limit of {} bytes", text.len(), limits::FILE_BYTES_MAX);
        return Err(Box::new(
            Fault::error(Span { file, start: 0, end: 0 }, message).help("split it into several files"),
        ));
    }
    Builder::new(file, text).document()
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    cursor: Cursor<'a>,
    nodes: usize,
}

/// Turns the parser's character counts into bytes; it only ever moves a little forth or back.
struct Cursor<'a> {
    text: &'a str,
    chars: usize,
    bytes: usize,
    ascii: bool,
}

impl Cursor<'_> {
    fn byte(&mut self, chars: usize) -> u32 {
        if self.ascii {
            return u32::try_from(chars.min(self.text.len())).unwrap_or(u32::MAX);
        }
        while self.chars < chars {
            let Some(next) = self.text.get(self.bytes..).and_then(|rest| rest.chars().next()) else { break };
            self.chars += 1;
            self.bytes += next.len_utf8();
        }
        while self.chars > chars {
            let Some(last) = self.text.get(..self.bytes).and_then(|rest| rest.chars().next_back()) else { break };
            self.chars -= 1;
            self.bytes -= last.len_utf8();
        }
        u32::try_from(self.bytes).unwrap_or(u32::MAX)
    }
}

impl<'a> Builder<'a> {
    fn new(file: FileId, text: &'a str) -> Self {
        // A byte order mark is legal and counts as a character nowhere.
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            file,
            text,
            events: Parser::new_from_str(body),
            cursor: Cursor { text, chars: 0, bytes: text.len() - body.len(), ascii: text.is_ascii() },
            nodes: 0,
        }
    }

    fn document(mut self) -> Result<Node, ReadError> {
        let mut root = None;
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                event if root.is_none() => root = Some(self.node(event, place, 0)?),
                _ => {
                    let span = self.span(place);
                    return Err(Box::new(
                        Fault::error(span, "a second document begins here")
                            .help("keep one document a file; remove the line `---`"),
                    ));
                }
            }
        }
        let whole = Span { file: self.file, start: 0, end: u32::try_from(self.text.len()).unwrap_or(u32::MAX) };
        let empty = Node { span: whole, value: NodeValue::Map(Vec::new()) };
        Ok(match root {
            Some(Node { value: NodeValue::Scalar { ref text, plain: true }, .. }) if text.is_empty() => empty,
            Some(node) => node,
            None => empty,
        })
    }

    fn next(&mut self) -> Result<(Event<'a>, YamlSpan), ReadError> {
        match self.events.next() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => {
                let at = self.cursor.byte(error.marker().index());
                let at = at.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
                Err(Box::new(self.refused(at, error.info())))
            }
            None => Ok((Event::StreamEnd, YamlSpan::default())),
        }
    }

    /// What the parser refuses, in words that say what to do.
    fn refused(&self, at: u32, info: &str) -> Fault {
        let span = Span { file: self.file, start: at, end: at };
        if info.contains("unknown anchor") {
            return alias(first_word(span, self.text));
        }
        if info.contains("tab") {
            // The parser may have stopped behind the tab.
            let line =
                self.text.get(..at as usize).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
            let tab = self.text.get(line..).and_then(|rest| rest.find('\t'));
            let start = tab.and_then(|tab| u32::try_from(line + tab).ok()).unwrap_or(at);
            let fault = Fault::error(Span { start, end: start, ..span }, "a tab stands where YAML allows only spaces");
            return fault.help("indent with spaces");
        }
        if info.contains("recursion limit") {
            return too_deep(span);
        }
        let help = if info.contains("trailing content after") {
            "a text in quotes ends at its second quote: put a condition that begins with a quote into the other kind \
             of quotes, or look for a quote left open further up"
        } else if info.contains("mapping values are not allowed") {
            "put a text that contains a colon and a space into quotes, or check the indentation"
        } else {
            "check indentation, quotes and colons near this place"
        };
        Fault::error(span, format!("not valid YAML: {info}")).help(help)
    }

    fn span(&mut self, place: YamlSpan) -> Span {
        let start = self.cursor.byte(place.start.index());
        let end = self.cursor.byte(place.end.index());
        Span { file: self.file, start, end: end.max(start) }
    }

    fn node(&mut self, event: Event<'a>, place: YamlSpan, depth: usize) -> Result<Node, ReadError> {
        let span = self.span(place);
        let fault = |message: String, help: &str| Err(Box::new(Fault::error(span, message).help(help)));
        self.nodes += 1;
        if depth > limits::DEPTH_MAX {
            return Err(Box::new(too_deep(span)));
        }
        if self.nodes > limits::NODES_MAX {
            return fault(format!("more than {} values in one file", limits::NODES_MAX), "split it into several files");
        }
        match event {
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                let fault = Fault::error(first_word(span, self.text), "anchors (`&name`) are not allowed");
                Err(Box::new(fault.help("write the value out where it is used")))
            }
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                let fault = Fault::error(first_word(span, self.text), "tags (`!type`) are not allowed");
                Err(Box::new(fault.help("remove the tag; types come from the vocabulary")))
            }
            Event::Alias(_) => Err(Box::new(alias(span))),
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                let span = trimmed(span, self.text);
                Ok(Node { span, value: NodeValue::Scalar { text: text.into_owned(), plain } })
            }
            Event::SequenceStart(..) => self.list(span, depth),
            Event::MappingStart(..) => self.map(span, depth),
            _ => fault("unexpected end of the document".to_owned(), "complete the entry begun here"),
        }
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<Node, ReadError> {
        let mut items = Vec::new();
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                let end = self.span(place).end;
                return Ok(Node { span: trimmed(Span { end, ..start }, self.text), value: NodeValue::List(items) });
            }
            items.push(self.node(event, place, depth + 1)?);
        }
    }

    fn map(&mut self, start: Span, depth: usize) -> Result<Node, ReadError> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let end = self.span(place).end;
                return Ok(Node { span: trimmed(Span { end, ..start }, self.text), value: NodeValue::Map(entries) });
            }
            let key = self.node(event, place, depth + 1)?;
            let NodeValue::Scalar { text: name, .. } = key.value else {
                let fault = Fault::error(key.span, "a key must be a single word, not a list or mapping");
                return Err(Box::new(fault.help("write one word before the colon")));
            };
            if let Some(first) = seen.insert(name.clone(), key.span) {
                return Err(Box::new(
                    Fault::error(key.span, format!("key `{name}` is given twice"))
                        .note(first, "first given here")
                        .help("keep one of the two"),
                ));
            }
            let (event, place) = self.next()?;
            let value = self.node(event, place, depth + 1)?;
            entries.push((Key { name, span: key.span }, value));
        }
    }
}

fn alias(span: Span) -> Fault {
    Fault::error(span, "aliases (`*name`) are not allowed").help("write the value out where it is used")
}

/// The first word at or after a span's start.
fn first_word(span: Span, text: &str) -> Span {
    let rest = text.get(span.start as usize..).unwrap_or("");
    let length = rest.find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(rest.len());
    Span { end: span.start + u32::try_from(length).unwrap_or(0), ..span }
}

fn too_deep(span: Span) -> Fault {
    Fault::error(span, format!("nested more than {} levels deep", limits::DEPTH_MAX))
        .help("flatten the file; nothing Shuhi reads needs such depth")
}

/// A span without trailing white space (block collections and plain scalars end where the next token begins).
fn trimmed(span: Span, text: &str) -> Span {
    let covered = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let length = u32::try_from(covered.trim_end().len()).unwrap_or(0);
    Span { end: span.start + length, ..span }
}
