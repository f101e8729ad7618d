/// Bytes of the condition's text: start inclusive, end exclusive.
pub type Range = std::ops::Range<usize>;

/// A parsed condition or part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands in the condition's text.
    pub range: Range,
    /// What it is.
    pub kind: ExprKind,
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The word.
    pub name: String,
    /// Where it stands.
    pub range: Range,
}

/// The forms an expression can have.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `12`
    Int(i64),
    /// `"third_party"` or `'third_party'`
    Text(String),
    /// `["a", "b"]`
    List(Vec<Expr>),
    /// `recipient`
    Name(String),
    /// `recipient.relation`
    Field(Box<Expr>, Ident),
    /// `has(…)`
    Call(Ident, Vec<Expr>),
    /// `xs.exists(x, …)`
    Method(Box<Expr>, Ident, Vec<Expr>),
    /// `!x`
    Not(Box<Expr>),
    /// `-x`
    Negative(Box<Expr>),
    /// `a && b`
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
}

impl Binary {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
        }
    }

    /// Binding strength; a higher number binds tighter.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Or => 2,
            Self::And => 3,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::In => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply => 6,
        }
    }
}
