use shuhi_source::{Fault, Faults, Fields, Node, Span};

use super::model::Words;
use super::pattern::Pattern;

/// Characters of an expression.
const EXPRESSION_CHARS_MAX: usize = 1_000;

pub(super) fn id(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<(String, Span)> {
    let (text, span) = fields.text("id", faults)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > 80 || !text.bytes().all(allowed) {
        let fault = Fault::error(span, format!("`{text}` is no id"));
        faults.push(fault.help("use lower case letters, digits, hyphens and underscores, 80 characters at the most"));
        return None;
    }
    Some((text.to_owned(), span))
}

pub(super) fn words(node: &Node, what: &str, faults: &mut Faults) -> Option<Words> {
    let mut fields = Fields::of(node, what, faults)?;
    let ja = fields.text("ja", faults).map(|(text, _)| text.to_owned());
    let en = fields.text("en", faults).map(|(text, _)| text.to_owned());
    fields.finish(faults);
    Some(Words { ja: ja?, en: en? })
}

pub(super) fn patterns(nodes: &[Node], faults: &mut Faults) -> Vec<Pattern> {
    nodes.iter().filter_map(|node| pattern(node, faults)).collect()
}

fn pattern(node: &Node, faults: &mut Faults) -> Option<Pattern> {
    let Some(text) = node.text() else {
        let fault = Fault::error(node.span, format!("a place in a request is a single text, found {}", node.kind()));
        faults.push(fault.help("write it like `query.cid` or `body.user.email`"));
        return None;
    };
    match Pattern::parse(text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            faults.push(Fault::error(node.span, error.message));
            None
        }
    }
}

pub(super) fn expression(fields: &mut Fields<'_>, name: &'static str, faults: &mut Faults) -> Option<String> {
    let (text, span) = fields.optional_text(name, faults)?;
    let fault = if text.len() > EXPRESSION_CHARS_MAX {
        Some(format!("longer than {EXPRESSION_CHARS_MAX} characters"))
    } else {
        regex::Regex::new(text).err().map(|error| error.to_string())
    };
    match fault {
        None => Some(text.to_owned()),
        Some(message) => {
            let fault = Fault::error(span, format!("`{name}` is no regular expression: {message}"));
            faults.push(fault.help("see the syntax of the crate `regex`: no look-around, no back references"));
            None
        }
    }
}

pub(super) fn flag(fields: &mut Fields<'_>, name: &'static str, faults: &mut Faults) -> Option<bool> {
    let (text, span) = fields.optional_text(name, faults)?;
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            faults.push(Fault::error(span, format!("`{name}` is `{text}`")).help("write true or false"));
            None
        }
    }
}

/// The texts of a list.
pub(super) fn texts(nodes: &[Node], what: &str, faults: &mut Faults) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for node in nodes {
        match node.text() {
            Some(text) if !text.is_empty() => found.push((text.to_owned(), node.span)),
            _ => faults.push(Fault::error(node.span, format!("{what} is a single text, found {}", node.kind()))),
        }
    }
    found
}
