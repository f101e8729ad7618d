use std::fmt;

use serde::{Deserialize, Serialize};

/// Which part of a request a leaf stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The query of the address.
    Query,
    /// A segment of the path.
    Path,
    /// A matrix parameter of the path (`;name=value`).
    Matrix,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// The body.
    Body,
    /// A message sent over a WebSocket.
    Message,
}

impl Context {
    /// The word that paths begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Matrix => "matrix",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
            Self::Message => "message",
        }
    }
}

/// Where a pattern looks: one context, or several that services use alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Area {
    /// One context.
    One(Context),
    /// Query, matrix parameters or body, also behind the number of a line, an event or a message: most services take their parameters in either.
    Parameters,
}

impl Area {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "query" => Self::One(Context::Query),
            "path" => Self::One(Context::Path),
            "matrix" => Self::One(Context::Matrix),
            "header" => Self::One(Context::Header),
            "cookie" => Self::One(Context::Cookie),
            "body" => Self::One(Context::Body),
            "message" => Self::One(Context::Message),
            "param" => Self::Parameters,
            _ => return None,
        })
    }
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    /// Exactly this name.
    Name(String),
    /// A name in which `*` stands for any characters.
    Glob(String),
    /// Any number of names, also none.
    Any,
}

/// Where in a request something stands: `query.cid`, `body.user.email`, `param.cid`, `body.**.email`.
///
/// Names are separated by full stops; a name that contains one stands in double quotes. `*` stands for any characters of a name, `**` for any number of
/// names. How a value was encoded does not matter: decoding steps are no names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// Where it looks.
    pub area: Area,
    text: String,
    steps: Vec<Step>,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong with it, and what to do.
    pub message: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// Where it begins with no context, or a quote is left open.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let (area, rest) = text.split_once('.').unwrap_or((text, ""));
        let area = Area::parse(area).ok_or_else(|| PatternError {
            message: format!("`{text}` begins with no part of a request: begin with query, path, matrix, header, cookie, body, message or param"),
        })?;
        let mut steps = Vec::new();
        let mut rest = rest;
        while !rest.is_empty() {
            let (step, after) = step(rest).ok_or_else(|| PatternError {
                message: format!("`{text}` has a quote without its second: close it"),
            })?;
            steps.push(step);
            rest = after;
        }
        Ok(Self { area, text: text.to_owned(), steps })
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it ends in a name: then it says more than one that ends in `*` or `**`.
    pub fn is_specific(&self) -> bool {
        matches!(self.steps.last(), Some(Step::Name(_)))
    }

    /// Whether a leaf with these names stands there. A pattern that leads to a list means its items: so many of the last names, `items`, are their numbers.
    pub fn matches(&self, context: Context, names: &[Box<str>], items: usize) -> bool {
        let list = names.get(..names.len().saturating_sub(items)).unwrap_or(names);
        self.fits(context, names) || list.len() < names.len() && self.fits(context, list)
    }

    fn fits(&self, context: Context, names: &[Box<str>]) -> bool {
        match self.area {
            Area::One(one) => one == context && matched(&self.steps, names),
            Area::Parameters => match context {
                Context::Query | Context::Matrix => matched(&self.steps, names),
                Context::Body | Context::Message => {
                    let numbered = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
                    let skipped = names.iter().take(2).take_while(|name| numbered(name)).count();
                    let behind = || names.get(skipped..).is_some_and(|names| matched(&self.steps, names));
                    matched(&self.steps, names) || skipped > 0 && behind()
                }
                Context::Path | Context::Header | Context::Cookie => false,
            },
        }
    }
}

/// The first step of a text and what comes behind its full stop.
fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, after) = quoted.split_once('"')?;
        return Some((named(name), after.strip_prefix('.').unwrap_or(after)));
    }
    let (name, after) = text.split_once('.').unwrap_or((text, ""));
    Some((named(name), after))
}

fn named(name: &str) -> Step {
    match name {
        "**" => Step::Any,
        name if name.contains('*') => Step::Glob(name.to_owned()),
        name => Step::Name(name.to_owned()),
    }
}

fn matched(steps: &[Step], names: &[Box<str>]) -> bool {
    match (steps.split_first(), names.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Step::Any, rest)), None) => matched(rest, names),
        (Some((Step::Any, rest)), Some((_, further))) => matched(rest, names) || matched(steps, further),
        (Some(_), None) => false,
        (Some((Step::Name(wanted), rest)), Some((name, further))) => **name == **wanted && matched(rest, further),
        (Some((Step::Glob(glob), rest)), Some((name, further))) => globbed(glob, name) && matched(rest, further),
    }
}

/// Whether `*` of a glob can be filled so that it is the text.
pub fn globbed(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(found) = rest.find(piece) else { return false };
        rest = rest.get(found + piece.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Context, Pattern, globbed};

    fn fits(pattern: &str, context: Context, names: &[&str]) -> bool {
        let names: Vec<Box<str>> = names.iter().map(|name| Box::from(*name)).collect();
        Pattern::parse(pattern).expect(pattern).matches(context, &names, 0)
    }

    #[test]
    fn patterns_match_names() {
        assert!(fits("query.cid", Context::Query, &["cid"]));
        assert!(!fits("query.cid", Context::Body, &["cid"]));
        assert!(fits("body.**.email", Context::Body, &["email"]));
        assert!(fits("body.**.email", Context::Body, &["a", "0", "email"]));
        assert!(!fits("body.*.email", Context::Body, &["email"]));
        assert!(fits("query.\"ep.*\"", Context::Query, &["ep.page_title"]));
        assert!(fits("query.\"a.b\".c", Context::Query, &["a.b", "c"]));
    }

    #[test]
    fn parameters_stand_in_query_or_body_and_behind_numbers() {
        for (context, names) in [
            (Context::Query, &["cid"][..]),
            (Context::Matrix, &["cid"]),
            (Context::Body, &["cid"]),
            (Context::Body, &["3", "cid"]),
            (Context::Message, &["0", "3", "cid"]),
        ] {
            assert!(fits("param.cid", context, names), "{names:?}");
        }
        assert!(!fits("param.cid", Context::Cookie, &["cid"]));
        assert!(!fits("param.cid", Context::Body, &["x", "cid"]));
    }

    #[test]
    fn a_list_means_its_items() {
        let names = ["site", "cat", "0"].map(Box::from);
        let pattern = Pattern::parse("body.site.cat").expect("a pattern");
        assert!(pattern.matches(Context::Body, &names, 1));
        assert!(!pattern.matches(Context::Body, &names, 0));
    }

    #[test]
    fn globs() {
        for (glob, text, fit) in [
            ("a*", "abc", true),
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ab", false),
            ("*b*", "abc", true),
            ("abc", "abcd", false),
            ("a*b*c", "a1b2c", true),
            ("aa*a", "aa", false),
        ] {
            assert_eq!(globbed(glob, text), fit, "{glob} {text}");
        }
    }

    #[test]
    fn faults_are_told() {
        assert!(Pattern::parse("quary.cid").is_err());
        assert!(Pattern::parse("query.\"cid").is_err());
    }
}
