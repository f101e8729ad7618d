use super::ast::{Binary, Expr, ExprKind, Ident, Range};
use super::grammar::{CONDITION_BYTES_MAX, DEPTH_MAX};
use super::lexer::{Token, tokens};

/// Why a condition is not of the language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where in the condition's text.
    pub range: Range,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Parses a condition.
///
/// ```
/// let parsed = shuhi_law::syntax::parse("consent.given && size(xs) >= 2").unwrap();
/// assert_eq!(parsed.range, 0..30);
/// ```
///
/// # Errors
///
/// The first thing that is not of the language, with its place and a remedy.
pub fn parse(text: &str) -> Result<Expr, SyntaxError> {
    if text.len() > CONDITION_BYTES_MAX {
        return Err(SyntaxError {
            range: 0..0,
            message: format!("condition of {} bytes is longer than the limit of {CONDITION_BYTES_MAX}", text.len()),
            help: Some("split it into terms".to_owned()),
        });
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
    let parsed = parser.conditional()?;
    match parser.peek() {
        (Token::End, _) => Ok(parsed),
        (Token::Name(name), range) if spelt_out(&name).is_some() => Err(word_operator(&name, range)),
        (_, range) => Err(SyntaxError {
            message: format!("unexpected `{}` after the end of the condition", text.get(range.clone()).unwrap_or("")),
            range,
            help: Some("join conditions with `&&` or `||`".to_owned()),
        }),
    }
}

/// The operator that a word of other languages stands for.
fn spelt_out(word: &str) -> Option<&'static str> {
    match word {
        "and" | "AND" => Some("&&"),
        "or" | "OR" => Some("||"),
        "not" | "NOT" => Some("!"),
        _ => None,
    }
}

fn word_operator(word: &str, range: Range) -> SyntaxError {
    let help = spelt_out(word).map(|symbol| format!("write `{symbol}`"));
    SyntaxError { range, message: format!("`{word}` is not an operator"), help }
}

struct Parser {
    tokens: Vec<(Token, Range)>,
    next: usize,
    depth: usize,
}

type Parsed = Result<Expr, SyntaxError>;

impl Parser {
    fn peek(&self) -> (Token, Range) {
        self.tokens.get(self.next).or(self.tokens.last()).cloned().unwrap_or((Token::End, 0..0))
    }

    fn bump(&mut self) -> (Token, Range) {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn eat(&mut self, symbol: &str) -> Option<Range> {
        match self.peek() {
            (Token::Symbol(found), range) if found == symbol => {
                self.next += 1;
                Some(range)
            }
            _ => None,
        }
    }

    fn expect(&mut self, symbol: &str, why: &str) -> Result<Range, SyntaxError> {
        self.eat(symbol).ok_or_else(|| SyntaxError {
            range: self.peek().1,
            message: format!("expected `{symbol}` {why}"),
            help: None,
        })
    }

    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(SyntaxError {
                range: self.peek().1,
                message: format!("condition is nested more than {DEPTH_MAX} levels deep"),
                help: Some("split it into terms".to_owned()),
            });
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn conditional(&mut self) -> Parsed {
        self.deeper(|parser| {
            let condition = parser.binary(0)?;
            if parser.eat("?").is_none() {
                return Ok(condition);
            }
            let yes = parser.conditional()?;
            parser.expect(":", "between the two answers of `?`")?;
            let no = parser.conditional()?;
            let range = condition.range.start..no.range.end;
            Ok(Expr { range, kind: ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)) })
        })
    }

    fn binary(&mut self, weakest: u8) -> Parsed {
        let mut left = self.unary()?;
        let mut compared = false;
        while let Some(operator) = self.operator().filter(|operator| operator.strength() > weakest) {
            let (_, place) = self.bump();
            if operator.strength() == 4 && std::mem::replace(&mut compared, true) {
                return Err(SyntaxError {
                    range: place,
                    message: "comparisons cannot be chained".to_owned(),
                    help: Some("write `a <= b && b <= c`".to_owned()),
                });
            }
            let right = self.deeper(|parser| parser.binary(operator.strength()))?;
            let range = left.range.start..right.range.end;
            left = Expr { range, kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)) };
            compared &= operator.strength() == 4;
        }
        Ok(left)
    }

    fn operator(&self) -> Option<Binary> {
        use Binary::*;
        match self.peek().0 {
            Token::Symbol("||") => Some(Or),
            Token::Symbol("&&") => Some(And),
            Token::Symbol("==") => Some(Equal),
            Token::Symbol("!=") => Some(NotEqual),
            Token::Symbol("<") => Some(Less),
            Token::Symbol("<=") => Some(LessOrEqual),
            Token::Symbol(">") => Some(Greater),
            Token::Symbol(">=") => Some(GreaterOrEqual),
            Token::Symbol("+") => Some(Add),
            Token::Symbol("-") => Some(Subtract),
            Token::Symbol("*") => Some(Multiply),
            Token::Name(name) if name == "in" => Some(In),
            _ => None,
        }
    }

    fn unary(&mut self) -> Parsed {
        if let Some(start) = self.eat("!") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Expr { range: start.start..inner.range.end, kind: ExprKind::Not(Box::new(inner)) });
        }
        if let Some(start) = self.eat("-") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Expr { range: start.start..inner.range.end, kind: ExprKind::Negative(Box::new(inner)) });
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Parsed {
        let mut found = self.primary()?;
        let mut steps = 0;
        while self.eat(".").is_some() {
            steps += 1;
            if steps > DEPTH_MAX {
                return Err(SyntaxError { range: self.peek().1, message: "path is too long".to_owned(), help: None });
            }
            let field = self.name("after `.`")?;
            found = if self.eat("(").is_some() {
                let (arguments, end) = self.arguments(")")?;
                let range = found.range.start..end;
                Expr { range, kind: ExprKind::Method(Box::new(found), field, arguments) }
            } else {
                Expr { range: found.range.start..field.range.end, kind: ExprKind::Field(Box::new(found), field) }
            };
        }
        Ok(found)
    }

    fn name(&mut self, place: &str) -> Result<Ident, SyntaxError> {
        match self.bump() {
            (Token::Name(name), range) => Ok(Ident { name, range }),
            (_, range) => Err(SyntaxError { range, message: format!("expected a name {place}"), help: None }),
        }
    }

    fn primary(&mut self) -> Parsed {
        let (token, range) = self.bump();
        let kind = match token {
            Token::Int(value) => ExprKind::Int(value),
            Token::Text(text) => ExprKind::Text(text),
            Token::Name(name) if name == "true" => ExprKind::Bool(true),
            Token::Name(name) if name == "false" => ExprKind::Bool(false),
            Token::Name(name) if matches!(name.as_str(), "null" | "none") => {
                return Err(SyntaxError {
                    range,
                    message: format!("`{name}` cannot be compared with"),
                    help: Some("ask `has(x)` whether there is a value".to_owned()),
                });
            }
            Token::Name(name) if self.eat("(").is_some() => {
                let (arguments, end) = self.arguments(")")?;
                let ident = Ident { name, range: range.clone() };
                return Ok(Expr { range: range.start..end, kind: ExprKind::Call(ident, arguments) });
            }
            Token::Name(name) if spelt_out(&name).is_some() => return Err(word_operator(&name, range)),
            Token::Name(name) => ExprKind::Name(name),
            Token::Symbol("(") => {
                let inner = self.conditional()?;
                let end = self.expect(")", "to close the parenthesis")?;
                return Ok(Expr { range: range.start..end.end, kind: inner.kind });
            }
            Token::Symbol("[") => {
                let (items, end) = self.arguments("]")?;
                return Ok(Expr { range: range.start..end, kind: ExprKind::List(items) });
            }
            Token::Symbol(symbol) => {
                let message = format!("expected a value, found `{symbol}`");
                return Err(SyntaxError { range, message, help: None });
            }
            Token::End => {
                let message = "condition ends where a value is expected".to_owned();
                return Err(SyntaxError { range, message, help: None });
            }
        };
        Ok(Expr { range, kind })
    }

    fn arguments(&mut self, close: &'static str) -> Result<(Vec<Expr>, usize), SyntaxError> {
        let mut found = Vec::new();
        if let Some(end) = self.eat(close) {
            return Ok((found, end.end));
        }
        loop {
            found.push(self.conditional()?);
            if self.eat(",").is_none() {
                let end = self.expect(close, "or `,`")?;
                return Ok((found, end.end));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression with every operation in parentheses.
    fn shape(expr: &Expr) -> String {
        let list = |items: &[Expr]| items.iter().map(shape).collect::<Vec<_>>().join(", ");
        match &expr.kind {
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::List(items) => format!("[{}]", list(items)),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Field(inner, field) => format!("{}.{}", shape(inner), field.name),
            ExprKind::Call(name, items) => format!("{}({})", name.name, list(items)),
            ExprKind::Method(inner, name, items) => format!("{}.{}({})", shape(inner), name.name, list(items)),
            ExprKind::Not(inner) => format!("(!{})", shape(inner)),
            ExprKind::Negative(inner) => format!("(-{})", shape(inner)),
            ExprKind::Binary(op, left, right) => format!("({} {} {})", shape(left), op.symbol(), shape(right)),
            ExprKind::Conditional(c, a, b) => format!("({} ? {} : {})", shape(c), shape(a), shape(b)),
        }
    }

    #[track_caller]
    fn parses(text: &str, expected: &str) {
        assert_eq!(shape(&parse(text).unwrap()), expected);
    }

    #[track_caller]
    fn refuses(text: &str, message: &str, place: &str) {
        let error = parse(text).unwrap_err();
        assert_eq!((error.message.as_str(), &text[error.range]), (message, place));
    }

    #[test]
    fn and_binds_tighter_than_or_and_comparison_tighter_than_both() {
        parses("a || b && c == d + 2 * e", "(a || (b && (c == (d + (2 * e)))))");
        parses("!a.b && c", "((!a.b) && c)");
        parses("a ? b : c ? d : e", "(a ? b : (c ? d : e))");
        parses("a - b - c", "((a - b) - c)");
    }

    #[test]
    fn macros_calls_and_lists() {
        parses("xs.exists(x, x.kind in ['a', \"b\"])", "xs.exists(x, (x.kind in [\"a\", \"b\"]))");
        parses("has(a.b) && size([]) < -1", "(has(a.b) && (size([]) < (-1)))");
    }

    #[test]
    fn what_is_not_of_the_language_is_named() {
        refuses("a = b", "unexpected character `=`", "=");
        refuses("a and b", "`and` is not an operator", "and");
        refuses("not a", "`not` is not an operator", "not");
        refuses("a b", "unexpected `b` after the end of the condition", "b");
        refuses("a < b < c", "comparisons cannot be chained", "<");
        refuses("1.5 > a", "numbers with a fraction are not part of the language", "1.");
        refuses("a == null", "`null` cannot be compared with", "null");
        refuses("同意.有無", "unexpected character `同`", "同");
        refuses("a &&", "condition ends where a value is expected", "");
        refuses("(a", "expected `)` to close the parenthesis", "");
        refuses("'abc", "text is not closed", "'abc");
    }

    #[test]
    fn depth_and_length_are_limited() {
        let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(parse(&deep).unwrap_err().message.contains("longer than the limit"));
        let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
        assert!(parse(&deep).unwrap_err().message.contains("levels deep"));
        let bangs = format!("{}a", "!".repeat(200));
        assert!(parse(&bangs).unwrap_err().message.contains("levels deep"));
    }
}
