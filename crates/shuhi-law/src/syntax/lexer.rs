use super::{Range, SyntaxError};

/// A word of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Int(i64),
    Text(String),
    Symbol(&'static str),
    End,
}

/// All symbols, longer ones first so that `<=` is not read as `<`.
const SYMBOLS: &[&str] =
    &["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "(", ")", "[", "]", ",", ".", "?", ":"];

/// What people write from other languages, and what it is called here.
const FOREIGN: &[(&str, &str)] = &[
    ("&", "write `&&` for \"and\""),
    ("|", "write `||` for \"or\""),
    ("=", "write `==` to compare"),
    ("/", "division is not part of the language: compare products instead, as in `sum(xs) >= 9 * size(xs)`"),
    ("%", "remainders are not part of the language"),
    ("{", "maps are not part of the language"),
    (";", "a condition is one expression"),
];

/// Splits a condition into tokens with their places; the last is always [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range)>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = token(rest, first, at)?;
        found.push((token, at..at + length));
        at += length;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn token(rest: &str, first: char, at: usize) -> Result<(Token, usize), SyntaxError> {
    if first.is_ascii_alphabetic() || first == '_' {
        let length = run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
        return Ok((Token::Name(rest.get(..length).unwrap_or("").to_owned()), length));
    }
    if first.is_ascii_digit() {
        return number(rest, at);
    }
    if first == '"' || first == '\'' {
        return text_literal(rest, first, at);
    }
    if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        return Ok((Token::Symbol(symbol), symbol.len()));
    }
    let help = FOREIGN.iter().find(|(foreign, _)| rest.starts_with(foreign)).map(|(_, help)| (*help).to_owned());
    Err(SyntaxError {
        range: at..at + first.len_utf8(),
        message: format!("unexpected character `{first}`"),
        help: help.or_else(|| Some("names are ASCII; Japanese belongs in labels and texts".to_owned())),
    })
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let length = run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
    let digits = rest.get(..length).unwrap_or("");
    if rest
        .get(length..)
        .is_some_and(|after| after.starts_with('.') && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit()))
    {
        return Err(SyntaxError {
            range: at..at + length + 1,
            message: "numbers with a fraction are not part of the language".to_owned(),
            help: Some("compare whole numbers, as in `sum(xs) >= 9 * size(xs)`".to_owned()),
        });
    }
    match digits.parse::<i64>() {
        Ok(value) => Ok((Token::Int(value), length)),
        Err(_) => Err(SyntaxError {
            range: at..at + length,
            message: format!("`{digits}` is not a whole number in range"),
            help: Some(match digits.bytes().all(|byte| byte.is_ascii_digit()) {
                true => format!("the largest number is {}", i64::MAX),
                false => "write digits only, without separators".to_owned(),
            }),
        }),
    }
}

fn text_literal(rest: &str, quote: char, at: usize) -> Result<(Token, usize), SyntaxError> {
    let body = rest.get(1..).unwrap_or("");
    match body.find(quote) {
        Some(length) => {
            let inner = body.get(..length).unwrap_or("");
            if inner.contains('\\') {
                return Err(SyntaxError {
                    range: at..at + length + 2,
                    message: "escapes in text are not part of the language".to_owned(),
                    help: Some("compare ids and enum values, which need none".to_owned()),
                });
            }
            Ok((Token::Text(inner.to_owned()), length + 2))
        }
        None => Err(SyntaxError {
            range: at..at + rest.len(),
            message: "text is not closed".to_owned(),
            help: Some(format!("add the closing {quote}")),
        }),
    }
}

fn run(text: &str, accepted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accepted(c)).unwrap_or(text.len())
}
