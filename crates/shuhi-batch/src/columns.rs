use shuhi_law::facts::{Value, parse_scalar};
use shuhi_law::vocabulary::{ActId, FieldType, ItemType, Vocabulary};
use shuhi_source::did_you_mean;

/// What the columns of a batch are.
#[derive(Clone, Debug)]
pub struct Columns {
    all: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// Handed through.
    Id,
    /// The date whose law decides.
    At,
    /// A fact: the role, the fields from there, its type.
    Fact { name: String, root: String, steps: Vec<u16>, ty: FieldType, optional: bool },
}

/// Why a head line or key is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HeaderError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Columns {
    /// The columns of a head line for an act.
    ///
    /// # Errors
    ///
    /// The first name that is no fact of the act, or stands twice.
    pub fn of<'n>(
        names: impl Iterator<Item = &'n str>,
        act: ActId,
        vocabulary: &Vocabulary,
    ) -> Result<Self, HeaderError> {
        let mut columns = Self { all: Vec::new() };
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if seen.contains(&name) {
                return Err(refusal(format!("column `{name}` stands twice"), "keep one of the two"));
            }
            seen.push(name);
            columns.all.push(Column::named(name, act, vocabulary)?);
        }
        Ok(columns)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Column> {
        self.all.get(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.all.iter()
    }

    /// The index of a key, adding it where it is met for the first time (JSON Lines).
    pub(crate) fn index_of(&mut self, name: &str, act: ActId, vocabulary: &Vocabulary) -> Result<usize, HeaderError> {
        if let Some(index) = self.all.iter().position(|column| column.name() == name) {
            return Ok(index);
        }
        self.all.push(Column::named(name, act, vocabulary)?);
        Ok(self.all.len() - 1)
    }

    pub(crate) fn none() -> Self {
        Self { all: Vec::new() }
    }
}

impl Column {
    fn named(name: &str, act: ActId, vocabulary: &Vocabulary) -> Result<Self, HeaderError> {
        match name.trim_start_matches('\u{feff}') {
            "id" => Ok(Self::Id),
            "at" => Ok(Self::At),
            name => Self::fact(name, act, vocabulary),
        }
    }

    fn fact(name: &str, act: ActId, vocabulary: &Vocabulary) -> Result<Self, HeaderError> {
        let roles = vocabulary.roles_of(act);
        let (root, rest) = name.split_once('.').unwrap_or((name, ""));
        let Some((_, ty)) = roles.iter().find(|(role, _)| role == root) else {
            let known = roles.iter().map(|(role, _)| role.as_str());
            let all = known.clone().collect::<Vec<_>>().join("`, `");
            let help = did_you_mean(root, known);
            let help =
                help.unwrap_or_else(|| format!("columns are `id`, `at` and facts of `{all}`, as in `role.field`"));
            return Err(refusal(format!("unknown role `{root}` in column `{name}`"), &help));
        };
        let mut at = FieldType { item: ItemType::Ref(*ty), list: false };
        let mut steps = Vec::new();
        let mut optional = false;
        for step in rest.split('.') {
            let record = match at {
                FieldType { item: ItemType::Ref(ty), list: false } => vocabulary.record_type(ty),
                _ => None,
            };
            let field =
                record.and_then(|record| record.position(step).and_then(|index| Some((index, record.field(index)?))));
            let Some((index, field)) = field else {
                let known = record.map_or(&[][..], |record| &record.fields).iter().map(|field| field.name.as_str());
                let help = did_you_mean(step, known)
                    .unwrap_or_else(|| "`shuhi schema --facts ACT` lists the fields".to_owned());
                return Err(refusal(format!("unknown field `{step}` in column `{name}`"), &help));
            };
            steps.push(index);
            (at, optional) = (field.ty, field.optional);
        }
        if matches!(at.item, ItemType::Ref(_)) {
            return Err(refusal(
                format!("column `{name}` is a subject, not a single fact"),
                "name one of its fields, as in `role.field.field`",
            ));
        }
        Ok(Self::Fact { name: name.to_owned(), root: root.to_owned(), steps, ty: at, optional })
    }

    fn name(&self) -> &str {
        match self {
            Self::Id => "id",
            Self::At => "at",
            Self::Fact { name, .. } => name,
        }
    }
}

/// The value of a cell; a list is written `a;b`, an empty one `[]`.
///
/// # Errors
///
/// What is wrong and what to write instead.
pub(crate) fn cell_value(
    text: &str,
    name: &str,
    ty: FieldType,
    optional: bool,
    vocabulary: &Vocabulary,
) -> Result<Value, String> {
    let told = |error: shuhi_law::facts::NotOfType| format!("{name}: {} ({})", error.message, error.help);
    if !ty.list {
        return parse_scalar(text, ty.item, optional, vocabulary).map_err(told);
    }
    if optional && text == "none" {
        return Ok(Value::None);
    }
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let items = inner.split(';').map(str::trim).filter(|item| !item.is_empty());
    let items: Result<Vec<Value>, _> = items.map(|item| parse_scalar(item, ty.item, false, vocabulary)).collect();
    items.map(|items| Value::List(items.into())).map_err(told)
}

fn refusal(message: String, help: &str) -> HeaderError {
    HeaderError { message, help: help.to_owned() }
}
