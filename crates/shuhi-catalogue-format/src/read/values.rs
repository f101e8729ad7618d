use jiff::civil::Date;
use shuhi_source::{Fields, Node, NodeValue, Span, did_you_mean};
use url::Url;

use super::Reading;
use crate::country::is_country;
use crate::{Claim, Evidence, Host, Name, Vocabulary};

/// Characters of an id.
const ID_CHARS_MAX: usize = 64;
/// Characters of a name.
const NAME_CHARS_MAX: usize = 200;
/// Characters of an address.
const ADDRESS_CHARS_MAX: usize = 2_000;

pub(super) fn id(fields: &mut Fields<'_>, reading: &mut Reading<'_>) -> Option<(String, Span)> {
    let (text, span) = fields.text("id", reading.faults)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let sound = !text.is_empty() && text.len() <= ID_CHARS_MAX && text.bytes().all(allowed);
    if !sound || text.starts_with('-') || text.ends_with('-') {
        let help = format!("use lower case letters, digits and hyphens, {ID_CHARS_MAX} characters at the most");
        reading.fault(span, format!("`{text}` is no id"), help);
        return None;
    }
    Some((text.to_owned(), span))
}

/// A text for people: not empty, one line, not too long.
pub(super) fn words((text, span): (&str, Span), field: &str, reading: &mut Reading<'_>) -> Option<String> {
    let message = if text.trim().is_empty() {
        format!("`{field}` is empty")
    } else if text.chars().any(char::is_control) {
        format!("`{field}` has a control character or a line break")
    } else if text.chars().count() > NAME_CHARS_MAX {
        format!("`{field}` is longer than {NAME_CHARS_MAX} characters")
    } else {
        return Some(text.to_owned());
    };
    reading.fault(span, message, "write the name alone, on one line");
    None
}

pub(super) fn name(fields: &mut Fields<'_>, reading: &mut Reading<'_>) -> Option<Name> {
    let node = fields.required("name", reading.faults)?;
    let mut parts = Fields::of(node, "`name`", reading.faults)?;
    let ja = parts.text("ja", reading.faults);
    let en = parts.text("en", reading.faults);
    parts.finish(reading.faults);
    let ja = ja.and_then(|name| words(name, "ja", reading));
    let en = en.and_then(|name| words(name, "en", reading));
    Some(Name { ja: ja?, en: en? })
}

pub(super) fn country(fields: &mut Fields<'_>, reading: &mut Reading<'_>) -> Option<String> {
    let (text, span) = fields.optional_text("country", reading.faults)?;
    if is_country(text) {
        return Some(text.to_owned());
    }
    let help = "write two capital letters of ISO 3166-1, such as `JP`, `US`, `GB`";
    reading.fault(span, format!("`{text}` is no country code"), help);
    None
}

pub(super) fn address(fields: &mut Fields<'_>, field: &'static str, reading: &mut Reading<'_>) -> Option<String> {
    let (text, span) = fields.optional_text(field, reading.faults)?;
    page(text, span, field, reading)
}

fn page(text: &str, span: Span, field: &str, reading: &mut Reading<'_>) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() || text.chars().any(|c| c.is_whitespace() || c.is_control()) || text.len() > ADDRESS_CHARS_MAX {
        reading.fault(
            span,
            format!("`{field}` is no address of a page"),
            "write it whole, as `https://www.example.jp/…`",
        );
        return None;
    }
    Some(text.to_owned())
}

/// A word of a list that the program knows.
pub(super) fn word<T: Copy>(
    fields: &mut Fields<'_>,
    field: &'static str,
    all: &[T],
    as_str: fn(T) -> &'static str,
    parse: fn(&str) -> Option<T>,
    reading: &mut Reading<'_>,
) -> Option<T> {
    let (text, span) = fields.text(field, reading.faults)?;
    let found = parse(text);
    if found.is_none() {
        let known: Vec<&str> = all.iter().map(|value| as_str(*value)).collect();
        unknown(text, span, field, &known, reading);
    }
    found
}

fn unknown(text: &str, span: Span, field: &str, known: &[&str], reading: &mut Reading<'_>) {
    let near = did_you_mean(text, known.iter().copied());
    let help = near.unwrap_or_else(|| format!("`{field}` is one of `{}`", known.join("`, `")));
    reading.fault(span, format!("`{text}` is no value of `{field}`"), help);
}

/// Which list of the vocabulary.
#[derive(Clone, Copy)]
pub(super) enum Values {
    Purposes,
    Items,
}

pub(super) fn terms(fields: &mut Fields<'_>, which: Values, reading: &mut Reading<'_>) -> Vec<String> {
    let Vocabulary { purposes, items } = reading.rules.vocabulary;
    let (field, known) = match which {
        Values::Purposes => ("purposes", purposes),
        Values::Items => ("items", items),
    };
    let mut found: Vec<String> = Vec::new();
    for node in fields.list(field) {
        let text = node.text().unwrap_or_default();
        if found.iter().any(|earlier| earlier == text) {
            reading.fault(node.span, format!("`{text}` stands in `{field}` twice"), "keep one of the two");
        } else if known.iter().any(|term| term.value == text) {
            found.push(text.to_owned());
        } else {
            let known: Vec<&str> = known.iter().map(|term| term.value.as_str()).collect();
            unknown(text, node.span, field, &known, reading);
        }
    }
    found
}

/// A domain, or `{domain: …, path: …}`.
pub(super) fn claim(node: &Node, reading: &mut Reading<'_>) -> Option<(Claim, Span)> {
    let (domain, path) = match &node.value {
        NodeValue::Scalar { text, .. } => ((text.as_str(), node.span), None),
        _ => {
            let mut parts = Fields::of(node, "domain", reading.faults)?;
            let domain = parts.text("domain", reading.faults);
            let path = parts.optional_text("path", reading.faults);
            parts.finish(reading.faults);
            (domain?, path)
        }
    };
    let domain_text = self::domain(domain, reading)?;
    if let Some((path, span)) = path {
        let sound = path.starts_with('/') && path.len() > 1 && !path.contains(['?', '#']);
        if !sound || path.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let help = "write how the paths begin, as `/tag/`; leave it out where the whole domain is meant";
            reading.fault(span, format!("`{path}` is no beginning of a path"), help);
            return None;
        }
    }
    Some((Claim { domain: domain_text, path: path.map(|(path, _)| path.to_owned()) }, domain.1))
}

fn domain((text, span): (&str, Span), reading: &mut Reading<'_>) -> Option<String> {
    let (message, help) = match Host::parse(text) {
        _ if text.contains(['*', '/', ':']) => (
            format!("`{text}` is no bare domain"),
            "a domain stands for itself and everything below it; write only the name, a path as `{domain: …, path: …}`",
        ),
        None => (format!("`{text}` is no domain"), "write it as `tag.example.jp`"),
        Some(host) if host.is_address() => (format!("`{text}` is an IP address"), "write the domain"),
        Some(host) if host.is_registry_suffix() || !host.as_str().contains('.') => {
            (format!("`{text}` is a suffix under which everybody registers"), "write the domain of the service")
        }
        Some(host) => return Some(host.as_str().to_owned()),
    };
    reading.fault(span, message, help);
    None
}

/// Class prefixes or names of frameworks.
pub(super) fn signatures(
    fields: &mut Fields<'_>,
    field: &'static str,
    reading: &mut Reading<'_>,
) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for node in fields.list(field) {
        let text = node.text().unwrap_or_default();
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "_$-+".contains(c));
        let dotted = text.contains('.') && text.split('.').all(part);
        let plain = part(text) || text.split('.').all(part);
        if if field == "classes" { dotted } else { plain } {
            found.push((text.to_owned(), node.span));
        } else {
            let help = match field {
                "classes" => {
                    "write a package prefix of two names or more, as `jp.example.sdk`, without a dot at its end"
                }
                _ => "write the name of the framework, bundle or library, without its ending",
            };
            reading.fault(node.span, format!("`{text}` is no entry of `{field}`"), help);
        }
    }
    found
}

pub(super) fn evidence(parts: &mut Fields<'_>, packages: bool, reading: &mut Reading<'_>) -> Option<Evidence> {
    if packages && let Some(package) = parts.optional_text("package", reading.faults) {
        return words(package, "package", reading).map(Evidence::Package);
    }
    let (text, span) = parts.text("page", reading.faults)?;
    page(text, span, "page", reading).map(Evidence::Page)
}

pub(super) fn date(parts: &mut Fields<'_>, reading: &mut Reading<'_>) -> Option<Date> {
    let (text, span) = parts.text("on", reading.faults)?;
    let Ok(date) = text.parse::<Date>() else {
        reading.fault(span, format!("`{text}` is no date"), "write it as `2026-11-28`");
        return None;
    };
    if date > reading.rules.today {
        let message = format!("`{text}` lies after today, {}", reading.rules.today);
        reading.fault(span, message, "write the day on which the page was read");
        return None;
    }
    Some(date)
}
